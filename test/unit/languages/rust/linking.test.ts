import { describe, expect, it } from 'vitest';
import { build, builderOf, from, hello, lock, manifest, outcome, plain, runtimeOf, start, text } from './support.ts';

const openssl = { 'native-tls': ['openssl'], openssl: ['openssl-sys'], 'openssl-sys': [] };
const sqlite = { rusqlite: ['libsqlite3-sys'], 'libsqlite3-sys': [] };
const using = (crates: Readonly<Record<string, readonly string[]>>, ...dependencies: string[]): Record<string, string> => ({ ...plain, 'Cargo.toml': manifest('app', ...dependencies), 'Cargo.lock': lock(crates) });
const imageOf = async (dockerfile: string, files: Readonly<Record<string, string>>): Promise<string> => /^FROM (\S+)/.exec(runtimeOf(await text(dockerfile, files)))?.[1] ?? '';
const packagesOf = async (dockerfile: string, files: Readonly<Record<string, string>>): Promise<string> => Array.from(runtimeOf(await text(dockerfile, files)).matchAll(/ install -y (?:--no-install-recommends )?(.*?) \\/g), (match) => match[1]!).join(' ');
const on = (image: string, run = 'cargo build --release'): string => `FROM ${image}\nWORKDIR /app\nCOPY . .\nRUN ${run}\n${start}`;

describe('rust: how the binary is linked', () => {
  it.each([
    ['rust:1.80', 'gcr.io/distroless/cc-debian12'],
    ['rust:1-bookworm', 'gcr.io/distroless/cc-debian12'],
    ['rust:1-slim-bookworm', 'gcr.io/distroless/cc-debian12'],
    ['rust:latest', 'gcr.io/distroless/cc-debian13'],
    ['rust:1.90-slim', 'gcr.io/distroless/cc-debian13'],
    ['rustlang/rust:nightly', 'gcr.io/distroless/cc-debian13'],
    // A newer libc runs what was linked with an older one.
    ['rust:1.50-buster', 'gcr.io/distroless/cc-debian12'],
    ['rust:1-alpine', 'scratch'],
    ['rust:1.80-alpine3.20', 'scratch'],
  ])('%s runs on %s', async (image, runtime) => {
    expect(await imageOf(on(image), plain)).toBe(runtime);
  });

  it('is static for a musl target, unless a flag says otherwise', async () => {
    const musl = `${from}RUN rustup target add x86_64-unknown-linux-musl && cargo build --release --target x86_64-unknown-linux-musl\nCMD ["./target/x86_64-unknown-linux-musl/release/app"]\n`;
    expect(await imageOf(musl, plain)).toBe('scratch');
    expect(await text(`${from}ENV RUSTFLAGS="-C target-feature=-crt-static"\n${musl.slice(from.length)}`, plain)).toMatch(/^unsupported-shape: .*musl/);
    expect(await imageOf(`FROM rust:1-alpine3.20\nWORKDIR /app\nCOPY . .\nENV RUSTFLAGS="-C target-feature=-crt-static"\nRUN cargo build --release\n${start}`, plain)).toBe('alpine:3.20');
    // Static glibc still loads the name service at run time.
    expect(await imageOf(`${from}ENV RUSTFLAGS="-C target-feature=+crt-static"\nRUN cargo build --release\n${start}`, plain)).toBe('gcr.io/distroless/cc-debian12');
  });

  it('needs no static libraries once it is linked', async () => {
    expect(await imageOf(`FROM rust:1-alpine\nRUN apk add --no-cache musl-dev openssl-dev openssl-libs-static pkgconfig\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, using({ 'openssl-sys': [] }))).toBe('scratch');
  });

  it('is dynamic with the toolchain of Alpine itself', async () => {
    const runtime = runtimeOf(await text(`FROM alpine:3.20\nRUN apk add --no-cache rust cargo openssl-dev\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, using({ 'openssl-sys': [] })));
    expect(runtime).toMatch(/^FROM alpine:3\.20\n/);
    expect(runtime).toContain('RUN apk add --no-cache libgcc\n');
  });

  it('runs on the system of a builder that is no rust image', async () => {
    const rustup = 'RUN apt-get update && apt-get install -y curl gcc\nRUN curl https://sh.rustup.rs -sSf | sh -s -- -y\nENV PATH=/root/.cargo/bin:$PATH\n';
    expect(await imageOf(`FROM debian:bookworm\n${rustup}WORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, plain)).toBe('gcr.io/distroless/cc-debian12');
    expect(await imageOf(`FROM ubuntu:22.04\n${rustup}WORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, plain)).toBe('ubuntu:22.04');
    expect(await text(`FROM example.com/rust-builder\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, plain)).toMatch(/^unknown-base/);
  });
});

describe('rust: shared libraries of crates', () => {
  it('finds OpenSSL in distroless of the same release only', async () => {
    expect(await imageOf(on('rust:1-bookworm'), using(openssl, 'native-tls = "1"'))).toBe('gcr.io/distroless/cc-debian12');
    expect(await imageOf(on('rust:1-bullseye'), using(openssl, 'native-tls = "1"'))).toBe('debian:bullseye-slim');
    expect(await packagesOf(on('rust:1-bullseye'), using(openssl, 'native-tls = "1"'))).toBe('libssl1.1 ca-certificates');
  });

  it('installs the others in a slim image', async () => {
    expect(await packagesOf(on('rust:1-bookworm'), using(sqlite, 'rusqlite = "1"'))).toBe('libsqlite3-0');
    expect(await packagesOf(on('rust:1-bookworm'), using({ diesel: ['pq-sys', 'mysqlclient-sys'], 'pq-sys': [], 'mysqlclient-sys': [] }))).toMatch(/libpq5.*libmariadb3|libmariadb3.*libpq5/);
    // On a slim image the headers were installed, or the crate built its library itself.
    expect(await packagesOf(`FROM rust:1-slim-bookworm\nRUN apt-get update && apt-get install -y pkg-config libpq-dev\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, using({ 'pq-sys': [] }))).toBe('libpq5');
    expect(await imageOf(on('rust:1-slim-bookworm'), using({ 'libz-sys': [], 'curl-sys': [] }))).toBe('gcr.io/distroless/cc-debian12');
  });

  it('needs none where the library is built in', async () => {
    const static_ = 'gcr.io/distroless/cc-debian12';
    expect(await imageOf(on('rust:1-bookworm'), using(sqlite, 'rusqlite = { version = "1", features = ["bundled"] }'))).toBe(static_);
    expect(await imageOf(on('rust:1-bookworm'), using({ sqlx: ['sqlx-sqlite'], 'sqlx-sqlite': ['libsqlite3-sys'], 'libsqlite3-sys': [] }, 'sqlx = { version = "1", features = ["sqlite"] }'))).toBe(static_);
    expect(await imageOf(on('rust:1-bullseye'), using({ ...openssl, 'openssl-src': [], 'openssl-sys': ['openssl-src'] }, 'openssl = { version = "1", features = ["vendored"] }'))).toBe(static_);
    expect(await imageOf(on('rust:1-bookworm'), using({ 'zstd-sys': [], 'tikv-jemalloc-sys': [], 'aws-lc-sys': [], 'web-sys': [], 'windows-sys': [] }))).toBe(static_);
  });

  it('keeps the library where a feature may switch it on, or only tests do', async () => {
    const feature = { ...using(sqlite, 'rusqlite = "1"'), 'Cargo.toml': `${manifest('app', 'rusqlite = "1"')}\n[features]\nstatic = ["rusqlite/bundled"]\n` };
    expect(await packagesOf(on('rust:1-bookworm'), feature)).toBe('libsqlite3-0');
    const dev = { ...using(sqlite), 'Cargo.toml': `${manifest('app', 'rusqlite = "1"')}\n[dev-dependencies]\nrusqlite = { version = "1", features = ["bundled"] }\n` };
    expect(await packagesOf(on('rust:1-bookworm'), dev)).toBe('libsqlite3-0');
    // A feature of a crate that has nothing to do with it.
    expect(await packagesOf(on('rust:1-bookworm'), using({ ...sqlite, other: [] }, 'rusqlite = "1"', 'other = { version = "1", features = ["bundled"] }'))).toBe('libsqlite3-0');
  });

  it('goes by its name for a crate that is in no table', async () => {
    expect(await packagesOf(on('rust:1-bookworm'), using({ 'yaml-sys': [] }))).toMatch(/libyaml-0-2/);
    expect(await imageOf(on('rust:1-bookworm'), using({ 'unheard-of-sys': [] }))).toBe('gcr.io/distroless/cc-debian12');
  });

  it('leaves out what only generates code', async () => {
    const tools = `FROM rust:1-bookworm\nRUN apt-get update && apt-get install -y clang libclang-dev llvm-dev cmake protobuf-compiler libprotobuf-dev libssl-dev libpq-dev\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`;
    expect(await imageOf(tools, plain)).toBe('gcr.io/distroless/cc-debian12');
    // A build script that links with something may use any of them.
    expect(await packagesOf(tools, { ...plain, 'build.rs': 'fn main() {\n    println!("cargo:rustc-link-lib=pq");\n}\n' })).toContain('libpq5');
  });

  it('refuses to install from a release whose packages are gone, unless the original does', async () => {
    expect(await text(on('rust:1.60-buster'), using(openssl))).toMatch(/^unsupported-shape: .*libssl1\.1, and Debian's servers no longer have the packages of buster/);
    expect(await imageOf(on('rust:1.60-buster'), plain)).toBe('gcr.io/distroless/cc-debian12');
    expect(await imageOf('FROM rust:1.60-slim-buster\nRUN apt-get update && apt-get install -y libssl-dev\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n' + start, using(openssl))).toBe('debian:buster-slim');
  });

  it('assumes OpenSSL without a lock file', async () => {
    const { 'Cargo.lock': _, ...unlocked } = plain;
    expect(await imageOf(on('rust:1-bullseye'), unlocked)).toBe('debian:bullseye-slim');
    expect(await packagesOf(on('rust:1-bookworm'), { ...unlocked, 'Cargo.toml': manifest('app', 'diesel = { version = "2", features = ["postgres"] }') })).toContain('libpq5');
  });

  it('refuses what loads libraries of which nothing is known', async () => {
    expect(await text(on('rust:1-bookworm'), using({ tch: ['torch-sys'], 'torch-sys': [] }))).toMatch(/^unsupported-shape: the crate torch-sys loads libtorch/);
  });

  it('says that it has not seen the sources', async () => {
    const found = await outcome(on('rust:1-bookworm'));
    expect(found.findings.map((item) => item.code)).toEqual(['user-kept', 'whole-folder', 'sources-unseen']);
    expect(found.kind === 'converted' && builderOf(found.text)).toContain('RUN cp /app/target/release/app /usr/local/bin/ \\\n    && rm -rf /app/target\n');
  });
});

describe('rust: what else the program needs', () => {
  it('has certificates where a crate asks the system for them', async () => {
    const alpine = (crates: Record<string, string[]>): Promise<string> => text(on('rust:1-alpine'), using(crates));
    expect(runtimeOf(await alpine({ 'rustls-native-certs': [] }))).toContain('COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/');
    expect(runtimeOf(await alpine({ rustls: [], 'webpki-roots': [] }))).not.toContain('/etc/ssl/certs');
  });

  it('has time zones where local time is asked for', async () => {
    const local = { ...plain, 'src/main.rs': 'use chrono::Local;\nfn main() {\n    println!("{}", Local::now());\n}\n' };
    // Alpine's rust image has none to copy.
    expect(await imageOf(on('rust:1-alpine'), local)).toBe('gcr.io/distroless/static-debian12');
    expect(runtimeOf(await text(`FROM rust:1-alpine\nRUN apk add --no-cache tzdata\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, local))).toContain('COPY --from=builder /usr/share/zoneinfo /usr/share/zoneinfo');
  });

  it('has the programs that it starts, and tells clap\'s Command from them', async () => {
    const git = { ...plain, 'src/main.rs': 'use std::process::Command;\nfn main() {\n    Command::new("git").arg("log").status().unwrap();\n}\n' };
    // Git reaches hosts through ssh, which the full image has.
    expect(await packagesOf(on('rust:1-bookworm'), git)).toBe('git openssh-client');
    const clap = { ...plain, 'src/main.rs': 'use clap::Command;\nfn main() {\n    Command::new("git-like").get_matches();\n}\n' };
    expect(await imageOf(on('rust:1-bookworm'), clap)).toBe('gcr.io/distroless/cc-debian12');
  });

  it('has a shell for a start in shell form that is more than one command', async () => {
    expect(await imageOf(`${build}CMD ./target/release/app --port $PORT\n`, plain)).toBe('debian:bookworm-slim');
    expect(runtimeOf(await text(`${build}CMD ./target/release/app --port 80\n`, plain))).toContain('CMD ["./target/release/app", "--port", "80"]');
  });

  it.each([
    ['std::fs::write("log.txt", "x").unwrap();', 'fs::write writes files'],
    ['let _ = std::fs::OpenOptions::new().append(true).open("log.txt");', '.append writes files'],
    ['let _ = std::process::Command::new("ls").status();', 'starts other programs'],
    ['let _ = std::net::TcpListener::bind("0.0.0.0:80");', 'it listens on 0.0.0.0:80'],
    ['let _ = std::net::TcpListener::bind(("0.0.0.0", 80));', 'it listens on port 80'],
    ['let _ = std::net::SocketAddr::from(([0, 0, 0, 0], 443));', 'it listens on port 443'],
  ])('keeps root for %s', async (body, reason) => {
    const found = await outcome(build + start, { ...plain, 'src/main.rs': `fn main() {\n    ${body}\n}\n` });
    expect(found.findings.find((item) => item.code === 'user-kept')?.message).toContain(reason);
    expect(found.kind === 'converted' && runtimeOf(found.text)).not.toContain('USER');
  });

  it('runs as nobody in particular where it writes nothing, tests and comments aside', async () => {
    const quiet = { ...plain, 'src/main.rs': `// fs::write("x", "y")\n${hello}#[cfg(test)]\nmod tests {\n    fn t() {\n        std::fs::write("x", "y").unwrap();\n    }\n}\n` };
    expect(runtimeOf(await text(build + start, quiet))).toContain('USER 65532:65532');
    expect(runtimeOf(await text(build + start, quiet, { user: 'keep' }))).not.toContain('USER');
  });

  it('leaves the headers of a static binary behind, also where their library cannot be told', async () => {
    const tls = { ...plain, 'Cargo.lock': lock({ 'openssl-sys': [], 'native-tls': ['openssl-sys'] }) };
    const found = await text(`FROM rust:1.80-alpine\nRUN apk add --no-cache musl-dev openssl-dev openssl-libs-static\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n${start}`, tls);
    expect(runtimeOf(found)).toMatch(/^FROM scratch\n/);
    expect(runtimeOf(found)).not.toContain('openssl');
  });

  it.each([
    ['rocket_contrib = { version = "0.4", features = ["diesel_sqlite_pool"] }', 'libsqlite3-0'],
    ['rocket_sync_db_pools = { version = "0.1", features = ["diesel_postgres_pool"] }', 'libpq5'],
    ['r2d2_sqlite = "0.24"', 'libsqlite3-0'],
  ])('knows without a lock file what stands behind %s', async (dependency, name) => {
    expect(runtimeOf(await text(build + start, { 'Cargo.toml': manifest('app', dependency), 'src/main.rs': hello }))).toMatch(new RegExp(`install .*\\b${name}\\b`));
  });

  it('has certificates for programs that fetch, and for a start that does', async () => {
    const installs = (name: string): string => `FROM rust:1-bookworm\nRUN apt-get update && apt-get install -y ${name}\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n`;
    expect(await packagesOf(`${installs('ffmpeg yt-dlp')}${start}`, plain)).toBe('ffmpeg yt-dlp ca-certificates');
    const fetching = { ...plain, 'run.sh': '#!/bin/sh\ncurl -fsS https://example.com/list -o /tmp/list\nexec ./target/release/app\n' };
    expect(runtimeOf(await text(`${installs('jq')}CMD ["./run.sh"]\n`, fetching))).toContain('/etc/ssl/certs/ca-certificates.crt');
  });

  it('keeps root where a crate or a port that the start gives asks for it', async () => {
    const reason = async (dockerfile: string, crate: string): Promise<string | undefined> => (await outcome(dockerfile, { ...plain, 'Cargo.lock': lock({ [crate]: [] }) })).findings.find((item) => item.code === 'user-kept')?.message;
    expect(await reason(build + start, 'bollard')).toContain('the crate bollard may need root');
    expect(await reason(`${build}CMD ["./target/release/app", "--bind=0.0.0.0:80"]\n`, 'serde')).toContain('it is told to listen on --bind=0.0.0.0:80');
    expect(await reason(`${build}CMD ["./target/release/app", "--bind=0.0.0.0:8080"]\n`, 'serde')).toBeUndefined();
    expect(await reason(`${build}ENV ADDRESS=:443\n${start}`, 'serde')).toContain('it is told to listen on :443');
  });
});
