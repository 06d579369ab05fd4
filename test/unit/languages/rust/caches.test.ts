import { describe, expect, it } from 'vitest';
import { build, builderOf, from, hello, lock, manifest, plain, runtimeOf, start, text } from './support.ts';

const crates = { ...plain, 'Cargo.toml': manifest('app', 'serde = "1"'), 'Cargo.lock': lock({ serde: [] }) };
const registry = '--mount=type=cache,target=/usr/local/cargo/registry';
const target = '--mount=type=cache,target=/app/target,sharing=locked';

describe('rust: caches of the build', () => {
  it('holds what cargo downloads and compiles', async () => {
    const builder = builderOf(await text(build + start, crates));
    expect(builder).toContain(`RUN ${registry} \\\n    ${target} \\\n    touch src/main.rs && cargo build --release && cp target/release/app /usr/local/bin/\n`);
    expect(builder).not.toContain('/usr/local/cargo/git');
  });

  it('has a folder for git only where a crate comes from there', async () => {
    const git = { ...crates, 'Cargo.lock': `${lock({})}[[package]]\nname = "fork"\nversion = "0.1.0"\nsource = "git+https://example.com/fork#abc"\n` };
    expect(builderOf(await text(build + start, git))).toContain('--mount=type=cache,target=/usr/local/cargo/git');
  });

  it('downloads nothing for a project without crates', async () => {
    expect(builderOf(await text(build + start, plain))).not.toContain(registry);
  });

  it('is not used with --no-cache-mounts, nor by a builder that is somebody else', async () => {
    expect(await text(build + start, crates, { cacheMounts: false })).not.toContain('--mount');
    expect(builderOf(await text(`FROM rust:1.80\nRUN useradd -m dev\nUSER dev\nWORKDIR /app\nCOPY --chown=dev . .\nRUN cargo build --release\n${start}`, crates))).not.toContain('--mount');
  });

  it('keeps away from a cache that the user has', async () => {
    const own = `${from}RUN --mount=type=cache,target=/app/target cargo build --release && cp target/release/app /app/app\nCMD ["./app"]\n`;
    const builder = builderOf(await text(own, crates));
    expect(builder.match(/target=\/app\/target/g)).toHaveLength(1);
    expect(builder).not.toContain('touch');
  });

  it('does not take what an earlier RUN left for work without a network', async () => {
    const vendored = { ...crates, '.cargo/config.toml': '[source.crates-io]\nreplace-with = "vendored"\n\n[source.vendored]\ndirectory = "vendor"\n' };
    expect(builderOf(await text(`${from}RUN cargo fetch\nRUN cargo build --release --offline\n${start}`, crates))).not.toContain(registry);
    expect(builderOf(await text(build + start, vendored))).not.toContain(registry);
  });

  it('touches the roots of all crates of the project', async () => {
    const two = { ...crates, 'src/lib.rs': '', 'build.rs': 'fn main() {}\n', 'src/bin/job.rs': hello };
    expect(builderOf(await text(build + start, two))).toContain('touch src/main.rs src/bin/job.rs src/lib.rs build.rs && cargo build');
    const many = { ...two, 'src/bin/a.rs': hello, 'src/bin/b.rs': hello };
    expect(builderOf(await text(build + start, many))).toContain("find . -path ./target -prune -o -name '*.rs' -exec touch {} + && cargo build");
  });

  it('takes several calls of one RUN together', async () => {
    const proposal = builderOf(await text(`${from}RUN cargo build --release \\\n    && cargo install --path .\nCMD ["./target/release/app"]\n`, crates));
    expect(proposal).toContain('    touch src/main.rs \\\n    && cargo build --release \\\n    && cargo install --path . \\\n    && cp target/release/app /usr/local/bin/\n');
  });

  it.each([
    ['a RUN of its own that compiles the crates', `FROM rust:1.80\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nRUN mkdir src && echo "fn main() {}" > src/main.rs && cargo build --release && rm -rf src target/release/deps/app*\nCOPY src src\nRUN touch src/main.rs && cargo build --release\n${start}`],
    ['cargo-chef', `${from}RUN cargo install cargo-chef && cargo chef prepare --recipe-path recipe.json\nRUN cargo chef cook --release --recipe-path recipe.json\nRUN cargo build --release\n${start}`],
    ['another RUN that reads the folder', `${build}RUN cp target/release/app /usr/local/bin/app\nCMD ["app"]\n`],
    ['a RUN that removes it', `${from}RUN cargo build --release && cp target/release/app /bin/app && rm -rf target\nCMD ["/bin/app"]\n`],
    ['a heredoc', `${from}RUN <<EOF\ncargo build --release\nEOF\n${start}`],
    ['a command in a branch', `${from}RUN if true; then cargo build --release; fi\n${start}`],
    ['a test beside it', `${from}RUN cargo test --release\nRUN cargo build --release\n${start}`],
  ])('leaves the target folder in the image for %s', async (_, dockerfile) => {
    const proposal = await text(dockerfile, crates);
    expect(proposal).toContain('FROM gcr.io/distroless/cc-debian12');
    expect(proposal).not.toContain(target);
  });

  it('leaves it where the program reads from it', async () => {
    const reads = { ...crates, 'src/main.rs': 'fn main() {\n    let _ = std::fs::read("target/site/index.html");\n}\n' };
    expect(builderOf(await text(build + start, reads))).not.toContain(target);
    expect(builderOf(await text(build + start, { ...crates, 'Cargo.toml': `${crates['Cargo.toml']}\n[patch.crates-io]\nserde = { path = "../serde" }\n` }))).not.toContain(target);
  });

  it('changes no flags of the build', async () => {
    const builder = builderOf(await text(`${from}RUN RUSTFLAGS="-C target-cpu=native" cargo build --release --locked --features "a b"\n${start}`, crates));
    expect(builder).toContain('touch src/main.rs && RUSTFLAGS="-C target-cpu=native" cargo build --release --locked --features "a b" && cp');
    expect(builder).not.toMatch(/strip|STRIP/);
  });
});

describe('rust: a folder that is copied as a whole', () => {
  const writer = (rest: string): string => `${from}RUN npm run build\n${rest}`;

  it('goes without the target folder', async () => {
    const proposal = await text(writer(`RUN cargo test\nRUN cargo build --release\n${start}`), crates);
    expect(proposal).toContain('# What was only needed to compile\nRUN cp /app/target/release/app /usr/local/bin/ \\\n    && rm -rf /app/target\n');
    expect(runtimeOf(proposal)).toContain('COPY --from=builder /app /app\nCOPY --from=builder /usr/local/bin/app ./target/release/app\n');
  });

  it('is cleared before another user takes over, and by him where he has built', async () => {
    const later = await text(`FROM rust:1.80\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nRUN useradd -m me\nUSER me\nRUN mkdir -p /tmp/x data\n${start}`);
    expect(builderOf(later).indexOf('rm -rf /app/target')).toBeLessThan(builderOf(later).indexOf('USER me'));
    const his = await text(`FROM rust:1.80\nRUN useradd -m me\nUSER me\nWORKDIR /home/me/app\nCOPY --chown=me . .\nRUN cargo build --release\n${start}`);
    expect(builderOf(his)).toContain('cp /home/me/app/target/release/app /tmp/');
  });

  it('is left alone where a RUN has cleared it', async () => {
    expect(await text(`FROM rust:1.80\nWORKDIR /app\nCOPY . .\nRUN cargo build --release && mv target/release/app /usr/local/bin/app\nRUN rm -rf target\nCMD ["app"]\n`)).not.toContain('rm -rf /app/target');
  });

  it('belongs to the user who made it', async () => {
    const proposal = await text('FROM rust:1.80\nWORKDIR /src\nCOPY . .\nRUN cargo install --path .\nRUN useradd -m me\nUSER me\nWORKDIR /home/me\nCOPY static static\nRUN mkdir thumbnails\nCMD ["app"]\n', { ...crates, 'static/a.css': '' });
    expect(runtimeOf(proposal)).toContain('COPY --from=builder --chown=me /home/me/thumbnails ./thumbnails');
  });

  it('has no target folder where the same RUN removes or moves what it lies in', async () => {
    const inOne = (rest: string): Promise<string> => text(`FROM rust:1.80\nWORKDIR /app\nCOPY . .\nRUN cargo build --release && cp target/release/app /usr/local/bin/ && ${rest}\nCMD ["app"]\n`, crates);
    for (const rest of ['cd / && rm -rf /app', 'rm -rf ./*', 'mv /app /old']) expect(builderOf(await inOne(rest))).not.toContain(target);
    expect(builderOf(await inOne('rm -rf src'))).toContain(target);
  });

  it('has no target folder for examples, whose roots it could not touch', async () => {
    const example = { ...crates, 'examples/server.rs': hello };
    expect(builderOf(await text(`${from}RUN cargo build --release --example server\nCMD ["./target/release/examples/server"]\n`, example))).not.toContain(target);
  });
});
