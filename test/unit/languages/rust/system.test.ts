import { describe, expect, it } from 'vitest';
import { build, builderOf, from, lock, manifest, outcome, plain, runtimeOf, start, text } from './support.ts';

describe('rust: programs of others beside the project\'s own', () => {
  const diesel = (features: string): string => `FROM rust:1-bookworm\nRUN cargo install diesel_cli ${features}\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD diesel migration run && ./target/release/app\n`;
  const files = { ...plain, 'migrations/1/up.sql': '', 'diesel.toml': '' };

  it('come with the libraries that their features ask for, and with the files that they may read', async () => {
    const runtime = runtimeOf(await text(diesel('--no-default-features --features postgres'), files));
    expect(runtime).toContain('libpq5');
    expect(runtime).not.toContain('libsqlite3-0');
    expect(runtime).toContain('COPY --from=builder /usr/local/cargo/bin/diesel /usr/local/bin/diesel');
    expect(runtime).toContain('COPY --from=builder /app/migrations ./migrations');
    const all = runtimeOf(await text(diesel(''), files));
    for (const name of ['libpq5', 'libmariadb3', 'libsqlite3-0']) expect(all).toContain(name);
  });

  it('stay in the builder where only the build calls them', async () => {
    const runtime = runtimeOf(await text(diesel('--no-default-features --features postgres').replace('diesel migration run && ', ''), files));
    expect(runtime).not.toContain('diesel /usr');
    expect(runtime).not.toContain('libpq5');
  });
});

describe('rust: links and scripts', () => {
  it('carries links as links, and a link to a binary as the binary', async () => {
    const runtime = runtimeOf(await text(`${build}RUN ln -sf /dev/stdout /srv/app.log && ln -s /app/target/release/app /usr/local/bin/app\nCMD ["app"]\n`, plain));
    expect(runtime).toContain('COPY --from=builder /tmp/links/srv/ /srv/');
    expect(runtime).toContain('COPY --from=builder /app/target/release/app /usr/local/bin/app');
  });

  it('takes a script that the program starts by its path, and its shell', async () => {
    const runs = { ...plain, 'src/main.rs': 'fn main() { std::process::Command::new("scripts/convert.sh").status().unwrap(); }\n', 'scripts/convert.sh': '#!/bin/bash\necho x\n' };
    const runtime = runtimeOf(await text(build + start, runs));
    expect(runtime).toContain('COPY --from=builder /app/scripts/convert.sh ./scripts/convert.sh');
    expect(runtime).toMatch(/^FROM debian:bookworm-slim/);
  });

  it('keeps the folder of a file that the program makes', async () => {
    const writes = (path: string): Record<string, string> => ({ ...plain, 'data/.gitkeep': '', 'src/main.rs': `fn main() { open("${path}"); }\n` });
    for (const path of ['data/app.db', './data/app.db', 'sqlite://data/app.db?mode=rwc', '/app/data/app.db']) expect(runtimeOf(await text(build + start, writes(path)))).toContain('COPY --from=builder /app/data ./data');
    expect(runtimeOf(await text(build + start, writes('other/app.db')))).not.toContain('COPY --from=builder /app/data');
  });

  it('takes a wrapper of the start from its package', async () => {
    const wait = `FROM rust:1-bookworm\nRUN apt-get update && apt-get install -y wait-for-it\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD ["wait-for-it", "db:5432", "--", "./target/release/app"]\n`;
    expect(runtimeOf(await text(wait, plain))).toContain('install -y wait-for-it');
  });

  it('leaves PATH to the runtime image', async () => {
    expect(runtimeOf(await text(`${build}ENV MODE=x PATH=/app:$PATH\n${start}`, plain))).toContain('ENV MODE=x PATH=/app:$PATH');
  });
});

describe('rust: a build that another program runs', () => {
  it('goes by what starts, and leaves the rest of the target folder', async () => {
    const proposal = await text(`${from}RUN make release\n${start}`, { ...plain, Makefile: 'release:\n\tcargo build --release\n' });
    expect(builderOf(proposal)).toContain('RUN cp /app/target/release/app /usr/local/bin/ \\\n    && rm -rf /app/target\n');
    expect(runtimeOf(proposal)).toContain('COPY --from=builder /app /app\nCOPY --from=builder /usr/local/bin/app ./target/release/app\n');
  });

  it('is refused where nothing says what it makes', async () => {
    expect(await text(`${from}RUN make release\nCMD ["app"]\n`, { ...plain, Makefile: '' })).toMatch(/^ambiguous-artifact/);
    expect(await text(`${from}RUN cargo leptos build --release\nCMD ["./target/server/release/app"]\n`, plain)).toMatch(/^ambiguous-artifact/);
  });
});

describe('rust: users', () => {
  it('makes the user again where the runtime has the tools, and copies the names elsewhere', async () => {
    const user = `${build}RUN groupadd -r web && useradd -r -g web web\nUSER web\n${start}`;
    expect(runtimeOf(await text(user, plain))).toContain('COPY --from=builder /etc/passwd /etc/group /etc/');
    expect(runtimeOf(await text(user, plain, { runtime: 'slim' }))).toContain('RUN groupadd -r web && useradd -r -g web web');
    expect(runtimeOf(await text(user, plain))).toContain('USER web');
    expect(await text(user, plain, { runtime: 'alpine' })).toMatch(/^runtime-lacks/);
  });
});

describe('rust: folders of users', () => {
  it('keeps root for what lies in root\'s folder', async () => {
    const home = 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y cargo\nWORKDIR /app\nCOPY . .\nRUN cargo install --path .\nCMD ["/root/.cargo/bin/app"]\n';
    const found = await outcome(home, plain);
    expect(found.findings.find((item) => item.code === 'user-kept')?.message).toContain('/root/.cargo/bin/app lies in the home of root, which only root may enter');
  });

  it('gives a user the home that he works in', async () => {
    const writes = { ...plain, 'src/main.rs': 'fn main() { std::fs::write("out.txt", "x").unwrap(); }\n' };
    const runtime = runtimeOf(await text(`FROM rust:1.80\nRUN useradd -m me\nWORKDIR /home/me\nCOPY --chown=me . .\nUSER me\nRUN cargo build --release\nCMD ["/home/me/target/release/app"]\n`, writes));
    expect(runtime).toContain('COPY --from=builder --chown=me /tmp/empty /home/me');
    expect(runtime.indexOf('/tmp/empty')).toBeLessThan(runtime.indexOf('WORKDIR'));
  });
});

describe('rust: the environment', () => {
  it('leaves the toolchain\'s variables in the builder, and writes out what depends on them', async () => {
    const runtime = runtimeOf(await text(`FROM rust:1.80\nENV CARGO_TERM_COLOR=always SQLX_OFFLINE=true\nENV RUST_LOG=info\nENV HOME_OF=$CARGO_HOME/x\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, plain));
    expect(runtime).not.toContain('SQLX_OFFLINE');
    expect(runtime).toContain('ENV RUST_LOG=info');
    expect(runtime).toContain('ENV HOME_OF="/usr/local/cargo/x"');
  });

  it('warns of nothing for a project in which everything is known', async () => {
    const found = await outcome(build + start, { ...plain, 'Cargo.toml': manifest('app', 'serde = "1"'), 'Cargo.lock': lock({ serde: [] }) });
    expect(found.findings.map((item) => item.code)).toEqual(['user-added']);
  });

  it('does not copy a file of secrets that nothing proves to be read', async () => {
    const dotenv = { ...plain, 'Cargo.toml': manifest('app', 'dotenvy = "0.15"'), 'Cargo.lock': lock({ dotenvy: [] }), '.env': 'PORT=80\n' };
    expect(runtimeOf(await text(build + start, dotenv))).toContain('COPY --from=builder /app/.env ./.env');
  });
});
