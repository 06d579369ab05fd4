import { describe, expect, it } from 'vitest';
import { readCargoConfig, readCargoLock, readCargoManifest } from '../../../src/manifests/cargo.ts';

describe('Cargo.toml', () => {
  it('reads the package, its binaries and its dependencies', async () => {
    const found = await readCargoManifest(`[package]
name = "shop"
default-run = "server"
build = "make.rs"
autobins = false

[[bin]]
name = "server"
path = "src/server.rs"

[[bin]]
name = "extra"
required-features = ["more"]

[dependencies]
serde = "1"
ssl = { package = "openssl", version = "0.10", features = ["vendored"] }
local = { path = "../local" }

[target.'cfg(unix)'.dependencies]
nix = { git = "https://example.com/nix" }

[dev-dependencies]
tempfile = "3"

[build-dependencies]
cc = "1"

[features]
more = ["ssl/vendored"]
`);
    expect(found).toMatchObject({ name: 'shop', defaultRun: 'server', buildScript: 'make.rs', autobins: false, workspace: undefined, featureWords: ['ssl/vendored'] });
    expect(found!.bins).toEqual([{ name: 'server', path: 'src/server.rs', conditional: false }, { name: 'extra', path: undefined, conditional: true }]);
    expect(found!.dependencies.map((item) => item.name)).toEqual(['serde', 'openssl', 'local', 'tempfile', 'cc', 'nix']);
    expect(found!.dependencies.find((item) => item.name === 'openssl')!.features).toEqual(['vendored']);
    expect(found!.dependencies.find((item) => item.name === 'local')!.path).toBe('../local');
    expect(found!.dependencies.find((item) => item.name === 'nix')!.git).toBe(true);
    expect(found!.dependencies.filter((item) => item.dev).map((item) => item.name)).toEqual(['tempfile']);
    expect(found!.dependencies.filter((item) => item.build).map((item) => item.name)).toEqual(['cc']);
  });

  it('reads a workspace without a package', async () => {
    const found = await readCargoManifest('[workspace]\nmembers = ["a", "crates/*"]\nexclude = ["b"]\ndefault-members = ["a"]\n\n[workspace.dependencies]\nserde = "1"\n');
    expect(found!.name).toBeUndefined();
    expect(found!.workspace).toEqual({ members: ['a', 'crates/*'], exclude: ['b'], defaultMembers: ['a'] });
    expect(found!.dependencies.map((item) => item.name)).toEqual(['serde']);
  });

  it('is undefined for what is no TOML, and takes values of other types for none', async () => {
    expect(await readCargoManifest('[package\nname')).toBeUndefined();
    expect(await readCargoManifest('package = 1\nbin = "x"\nworkspace = [1]\n[features]\na = 3\n')).toMatchObject({ name: undefined, bins: [], dependencies: [] });
  });
});

describe('Cargo.lock', () => {
  it('reads names, sources and dependencies', () => {
    const text = 'version = 4\r\n\r\n[[package]]\r\nname = "app"\r\nversion = "0.1.0"\r\ndependencies = [\r\n "ring 0.17.8",\r\n "fork",\r\n]\r\n\r\n[[package]]\r\nname = "ring"\r\nversion = "0.17.8"\r\nsource = "registry+https://github.com/rust-lang/crates.io-index"\r\n\r\n[[package]]\r\nname = "fork"\r\nversion = "1.0.0"\r\nsource = "git+https://example.com/fork#abc"\r\n';
    expect(readCargoLock(text)).toEqual([
      { name: 'app', version: '0.1.0', git: false, own: true, dependencies: ['ring', 'fork'] },
      { name: 'ring', version: '0.17.8', git: false, own: false, dependencies: [] },
      { name: 'fork', version: '1.0.0', git: true, own: false, dependencies: [] },
    ]);
    expect(readCargoLock('')).toEqual([]);
  });
});

describe('.cargo/config.toml', () => {
  it('reads what moves or changes the build', async () => {
    const found = await readCargoConfig('[build]\ntarget = ["x86_64-unknown-linux-musl"]\ntarget-dir = "out"\nrustflags = "-C a"\n\n[target.x86_64-unknown-linux-musl]\nrustflags = ["-C", "b"]\n\n[install]\nroot = "/opt"\n\n[net]\noffline = true\n\n[source.vendored]\ndirectory = "vendor"\n');
    expect(found).toEqual({ target: 'x86_64-unknown-linux-musl', targetDir: 'out', rustflags: ['-C', 'a', '-C', 'b'], installRoot: '/opt', offline: true, vendored: true });
    expect(await readCargoConfig('[')).toBeUndefined();
    expect(await readCargoConfig('')).toEqual({ target: undefined, targetDir: undefined, rustflags: [], installRoot: undefined, offline: false, vendored: false });
  });
});
