import { describe, expect, it } from 'vitest';
import { build, builderOf, from, hello, lock, manifest, plain, runtimeOf, start, text } from './support.ts';

const workspace = {
  'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n',
  'Cargo.lock': lock({}),
  'crates/server/Cargo.toml': '[package]\nname = "shop-server"\nversion.workspace = true\n\n[dependencies]\nshop = { path = "../shop" }\n',
  'crates/server/src/main.rs': hello,
  'crates/tool/Cargo.toml': '[package]\nname = "shop-tool"\nversion = "0.1.0"\n',
  'crates/tool/src/bin/import.rs': hello,
  'crates/tool/src/bin/export/main.rs': hello,
  'crates/shop/Cargo.toml': '[package]\nname = "shop"\nversion = "0.1.0"\n',
  'crates/shop/src/lib.rs': 'pub fn open() {}\n',
  'crates/old/Cargo.toml': '[package]\nname = "old"\nversion = "0.1.0"\n',
  'crates/old/src/main.rs': hello,
};
const copies = (proposal: string): string[] => runtimeOf(proposal).split('\n').filter((line) => line.startsWith('COPY'));

describe('rust: which binaries there are', () => {
  it('copies the binary out of the cached target folder to where the start finds it', async () => {
    const proposal = await text(build + start, plain);
    expect(builderOf(proposal)).toContain('--mount=type=cache,target=/app/target,sharing=locked \\\n    touch src/main.rs && cargo build --release && cp target/release/app /usr/local/bin/\n');
    expect(copies(proposal)).toEqual(['COPY --from=builder /usr/local/bin/app ./target/release/app']);
  });

  it.each([
    ['RUN cargo build', './target/debug/app', 'target/debug/app'],
    ['RUN cargo build --profile dist', './target/dist/app', 'target/dist/app'],
    ['RUN cargo build --profile=dev', './target/debug/app', 'target/debug/app'],
    ['RUN cargo build -r --target-dir /out', '/out/release/app', '/out/release/app'],
    ['RUN CARGO_TARGET_DIR=/out cargo build --release', '/out/release/app', '/out/release/app'],
    ['ENV CARGO_TARGET_DIR=build\nRUN cargo build --release', './build/release/app', 'build/release/app'],
    ['RUN cargo build --release --target x86_64-unknown-linux-gnu', './target/x86_64-unknown-linux-gnu/release/app', 'target/x86_64-unknown-linux-gnu/release/app'],
    ['RUN cargo +stable build --release --locked --features a,b', './target/release/app', 'target/release/app'],
  ])('%s', async (run, path, copied) => {
    const proposal = await text(`${from}${run}\nCMD ["${path}"]\n`, plain);
    expect(proposal).toContain(`cp ${copied} /usr/local/bin/`);
    expect(copies(proposal)).toHaveLength(1);
  });

  it('reads the target folder, the target and the flags of the configuration', async () => {
    const config = { ...plain, '.cargo/config.toml': '[build]\ntarget = "x86_64-unknown-linux-musl"\ntarget-dir = "out"\n' };
    const proposal = await text(`${from}RUN cargo build --release\nCMD ["./out/x86_64-unknown-linux-musl/release/app"]\n`, config);
    expect(proposal).toContain('cp out/x86_64-unknown-linux-musl/release/app /usr/local/bin/');
    expect(runtimeOf(proposal)).toMatch(/^FROM scratch/);
    expect(await text(build + start, { ...plain, '.cargo/config.toml': '[build]\nrustflags = ["-C", "prefer-dynamic"]\n' })).toMatch(/^unsupported-shape: .*shared libraries/);
  });

  it('takes the binaries of a workspace by what the command names', async () => {
    const of = async (command: string): Promise<string> => copies(await text(`${from}RUN ${command}\nCMD ["./target/release/shop-server"]\n`, workspace)).join('\n');
    expect(await of('cargo build --release')).toContain('import');
    expect(await of('cargo build --release --workspace')).toContain('export');
    expect(await of('cargo build --release --workspace --exclude shop-tool')).not.toContain('export');
    expect(await of('cargo build --release -p shop-server')).not.toContain('import');
    expect(await of('cargo build --release --bin shop-server')).not.toContain('import');
    expect(await of('cargo build --release')).not.toContain('old');
    expect(await of('cargo build --release --manifest-path crates/server/Cargo.toml')).not.toContain('import');
  });

  it('puts the target folder of a member where its workspace is', async () => {
    const proposal = await text('FROM rust:1.80\nWORKDIR /app\nCOPY . .\nWORKDIR /app/crates/server\nRUN cargo build --release\nCMD ["/app/target/release/shop-server"]\n', workspace);
    expect(proposal).toContain('--mount=type=cache,target=/app/target');
    expect(proposal).toContain('touch');
    expect(copies(proposal)).toEqual(['COPY --from=builder /usr/local/bin/shop-server /app/target/release/shop-server']);
  });

  it('builds the packages of default-members, and of a root that is a package itself only that', async () => {
    const members = { ...workspace, 'Cargo.toml': '[workspace]\nmembers = ["crates/server", "crates/tool"]\ndefault-members = ["crates/server"]\n' };
    const own = { ...workspace, 'Cargo.toml': `${manifest('front')}[workspace]\nmembers = ["crates/*"]\n`, 'src/main.rs': hello };
    expect(copies(await text(`${from}RUN cargo build --release\nCMD ["./target/release/shop-server"]\n`, members))).toHaveLength(1);
    expect(copies(await text(`${from}RUN cargo build --release\nCMD ["./target/release/front"]\n`, own))).toHaveLength(1);
  });

  it('knows [[bin]], autobins and required features', async () => {
    const named = { ...plain, 'Cargo.toml': `${manifest('app')}\n[[bin]]\nname = "server"\npath = "src/main.rs"\n\n[[bin]]\nname = "extra"\npath = "src/extra.rs"\nrequired-features = ["more"]\n`, 'src/extra.rs': hello, 'src/bin/job.rs': hello };
    const of = async (program: string, files = named): Promise<string[]> => copies(await text(`${from}RUN cargo build --release\nCMD ["./target/release/${program}"]\n`, files));
    expect((await of('server')).join('\n')).toMatch(/job[^]*server|server[^]*job/);
    expect((await of('server')).join('\n')).not.toContain('extra');
    expect((await of('extra')).join('\n')).toContain('extra');
    expect((await of('server', { ...named, 'Cargo.toml': named['Cargo.toml'].replace('edition = "2021"', 'edition = "2021"\nautobins = false') })).join('\n')).not.toContain('job');
  });
});

describe('rust: installed programs', () => {
  it('puts what is started by its name where every image looks', async () => {
    expect(copies(await text(`${from}RUN cargo install --path .\nCMD ["app"]\n`, plain))).toEqual(['COPY --from=builder /usr/local/cargo/bin/app /usr/local/bin/app']);
    expect(copies(await text(`${from}RUN cargo install --path . --root /usr/local\nCMD ["app"]\n`, plain))).toEqual(['COPY --from=builder /usr/local/bin/app /usr/local/bin/app']);
    expect(copies(await text(`${from}RUN cargo install --path .\nCMD ["/usr/local/cargo/bin/app"]\n`, plain))).toEqual(['COPY --from=builder /usr/local/cargo/bin/app /usr/local/cargo/bin/app']);
    expect(copies(await text(`${from}RUN cargo install --path . --target-dir /t --root out\nCMD ["out/bin/app"]\n`, plain))).toEqual(['COPY --from=builder /app/out/bin/app ./out/bin/app']);
  });

  it('does not take them twice', async () => {
    const proposal = await text(`${from}RUN cargo install --path crates/server && cargo install --path crates/tool --bin import\nHEALTHCHECK CMD ["import", "--check"]\nCMD ["shop-server"]\n`, workspace);
    expect(copies(proposal)).toEqual(['COPY --from=builder /usr/local/cargo/bin/shop-server /usr/local/bin/shop-server', 'COPY --from=builder /usr/local/cargo/bin/import /usr/local/bin/import']);
  });

  it('are not taken from the target folder as well', async () => {
    expect(copies(await text(`${build}RUN cargo install --path .\nCMD ["app"]\n`, plain))).toEqual(['COPY --from=builder /usr/local/cargo/bin/app /usr/local/bin/app']);
  });

  it('takes a program of others when that is what starts, with a C library and certificates', async () => {
    const proposal = await text('FROM rust:1-slim-bookworm\nRUN cargo install ripgrep\nENTRYPOINT ["rg"]\n', {});
    expect(runtimeOf(proposal)).toContain('COPY --from=builder /usr/local/cargo/bin/rg /usr/local/bin/rg');
    expect(runtimeOf(proposal)).toMatch(/^FROM gcr\.io\/distroless\/cc-debian12/);
  });

  it('finds what --artifact-dir puts elsewhere', async () => {
    expect(copies(await text(`${from}RUN cargo +nightly build --release -Z unstable-options --artifact-dir /out\nCMD ["/out/app"]\n`, plain))).toEqual(['COPY --from=builder /out/app /out/app']);
  });

  it('follows copies, moves and links', async () => {
    expect(copies(await text(`${build}RUN cp target/release/app /usr/local/bin/served\nCMD ["served"]\n`, plain))).toEqual(['COPY --from=builder /usr/local/bin/served /usr/local/bin/served']);
    expect(copies(await text(`${build}RUN mv target/release/app /usr/local/bin\nCMD ["app"]\n`, plain))).toEqual(['COPY --from=builder /usr/local/bin/app /usr/local/bin/app']);
    expect(copies(await text(`${build}RUN ln -s /app/target/release/app /usr/local/bin/app\nCMD ["app"]\n`, plain))).toEqual(['COPY --from=builder /app/target/release/app /usr/local/bin/app']);
  });

  it('says what it cannot find', async () => {
    expect(await text(`${build}CMD ["other"]\n`, plain)).toMatch(/^ambiguous-artifact: .*runs other, which no build step/);
    expect(await text('FROM rust:1.80\nWORKDIR /app\nCOPY . .\nCMD ["app"]\n', plain)).toMatch(/^ambiguous-artifact: .*builds nothing/);
  });
});

describe('rust: a start through cargo run', () => {
  it('becomes a build, and the binary with its arguments', async () => {
    const proposal = await text(`${from}CMD ["cargo", "run", "--release", "--", "--port", "80"]\n`, plain);
    expect(builderOf(proposal)).toContain('    touch src/main.rs \\\n    && cargo build --release \\\n    && cp target/release/app /usr/local/bin/\n');
    expect(runtimeOf(proposal)).toContain('CMD ["/usr/local/bin/app", "--port", "80"]');
    expect(await text(`${from}CMD cargo run -q serve --fast\n`, plain)).toContain('CMD ["/usr/local/bin/app", "serve", "--fast"]');
    expect(await text(`${from}ENTRYPOINT ["/bin/bash", "-c", "cargo run --release"]\n`, plain)).toContain('ENTRYPOINT ["/usr/local/bin/app"]');
  });

  it('uses what a RUN has built already', async () => {
    const proposal = await text(`${build}CMD ["cargo", "run", "--release"]\n`, plain);
    expect(proposal.match(/cargo build/g)).toHaveLength(1);
    expect(runtimeOf(proposal)).toContain('COPY --from=builder /usr/local/bin/app /usr/local/bin/app');
    // The debug build that starts is another one.
    const debug = await text(`${build}CMD ["cargo", "run"]\n`, plain);
    expect(debug.match(/cargo build/g)).toHaveLength(2);
    expect(copies(debug)).toEqual(['COPY --from=builder /app/target/debug/app /usr/local/bin/app']);
  });

  it('builds again where sources came after the last build', async () => {
    const dummy = 'FROM rust:1.80\nWORKDIR /app\nCOPY Cargo.toml ./\nRUN mkdir src && echo "fn main() {}" > src/main.rs && cargo build --release && rm src/main.rs\nCOPY src src\nCMD ["cargo", "run", "--release"]\n';
    expect((await text(dummy, plain)).match(/cargo build --release/g)).toHaveLength(2);
    expect((await text(`${build}RUN sed -i s/a/b/ src/main.rs\nCMD ["cargo", "run", "--release"]\n`, plain)).match(/cargo build --release/g)).toHaveLength(2);
  });

  it('takes the binary of default-run, and refuses where there are several', async () => {
    const two = { ...plain, 'src/bin/job.rs': hello };
    expect(await text(`${from}CMD ["cargo", "run"]\n`, two)).toMatch(/^ambiguous-artifact: .*may start app, job/);
    expect(await text(`${from}CMD ["cargo", "run", "--bin", "job"]\n`, two)).toContain('CMD ["/usr/local/bin/job"]');
    expect(await text(`${from}CMD ["cargo", "run"]\n`, { ...two, 'Cargo.toml': two['Cargo.toml'].replace('edition', 'default-run = "app"\nedition') })).toContain('CMD ["/usr/local/bin/app"]');
  });

  it('refuses it among other commands, without sources, and for development', async () => {
    expect(await text(`${from}CMD diesel migration run && cargo run --release\n`, plain)).toMatch(/^unsupported-shape: .*among other commands/);
    expect(await text('FROM rust:1.80\nWORKDIR /app\nCMD ["cargo", "run"]\n', plain)).toMatch(/^unsupported-shape: .*copies no Cargo\.toml/);
    expect(await text('FROM rust:1.80\nWORKDIR /app\nCOPY . .\nCMD ["cargo", "run"]\n')).toMatch(/^ambiguous-artifact: .*Cargo\.toml is not at hand/);
    expect(await text(`${from}CMD ["cargo", "watch", "-x", "run"]\n`, plain)).toMatch(/^interactive-or-dev-start/);
    expect(await text(`${from}CMD ["cargo", "test"]\n`, plain)).toMatch(/^unsupported-shape: .*needs the toolchain/);
  });

  it('are found in a loop that ends in another program', async () => {
    const script = '#!/bin/sh\nwhile true; do\n  ./target/release/app\n  sleep 60\ndone\n';
    const found = await text(`${build}RUN chmod +x run.sh\nCMD ["./run.sh"]\n`, { ...plain, 'run.sh': script });
    expect(copies(found)).toEqual(['COPY --from=builder /app/run.sh ./run.sh', 'COPY --from=builder /usr/local/bin/app ./target/release/app']);
  });

  it('do not bring the folder along from which one of an unknown name was moved', async () => {
    const found = await text(`FROM rust:1.80\nARG BIN\nWORKDIR /app\nCOPY . .\nRUN cargo build --release --bin $BIN && mv target/release/$BIN /usr/local/bin/run\nCMD ["run"]\n`, plain);
    expect(copies(found)).toEqual(['COPY --from=builder /usr/local/bin/run /usr/local/bin/run']);
  });

  it('include a shared library of the project that is named', async () => {
    const files = { 'Cargo.toml': '[workspace]\nmembers = ["app", "my-plug"]\n', 'Cargo.lock': lock({}), 'app/Cargo.toml': manifest('app'), 'app/src/main.rs': hello, 'my-plug/Cargo.toml': `${manifest('my-plug')}\n[lib]\ncrate-type = ["cdylib"]\n`, 'my-plug/src/lib.rs': '' };
    const found = await text(`${build}CMD ["./target/release/app", "target/release/libmy_plug.so"]\n`, files);
    expect(copies(found)).toContain('COPY --from=builder /usr/local/bin/libmy_plug.so ./target/release/libmy_plug.so');
    expect(await text(build + start, files)).not.toContain('libmy_plug.so');
  });
});
