import type { Toolchain } from '../native/facts.ts';

/** What the shared rules for compiled programs need to know of Rust. */
export const rustToolchain: Toolchain = {
  // Sources: The Cargo Book, "Environment Variables"; the rustup book; the documentation of the cc, pkg-config, openssl-sys and bindgen crates.
  variables: /^(?:CARGO_\w+|RUSTUP_\w+|RUSTC\w*|RUSTDOC\w*|RUSTFLAGS|RUST_VERSION|RUST_RECURSION_COUNT|CC|CXX|AR|LD|CFLAGS|CXXFLAGS|LDFLAGS|(?:CC|CXX|AR|CFLAGS|CXXFLAGS)_\w+|HOST_CC|TARGET_CC|PKG_CONFIG\w*|OPENSSL_(?:DIR|LIB_DIR|INCLUDE_DIR|STATIC|NO_VENDOR|LIBS)|PQ_LIB_STATIC|LIBPQ_STATIC|LIBZ_SYS_STATIC|ZLIB_STATIC|LIBSQLITE3_\w+|SQLITE3_\w+|LIBCLANG_PATH|LLVM_CONFIG_PATH|BINDGEN_\w+|PROTOC\w*|SQLX_OFFLINE|SCCACHE_\w+|DEBIAN_FRONTEND|SKIP_WASM_BUILD)$/,
  folders: ['/usr/local/cargo', '/usr/local/rustup'],
  source: /\.rs$|(?:^|\/)(?:Cargo\.(?:toml|lock)|rust-toolchain(?:\.toml)?|src|target(?:\/(?:\w+-[\w-]+\/)?(?:debug|release))?|\.cargo)$/,
  holdsData: () => true,
  program: /(?:^|\/)(?:cargo|rustc|rustup)$/,
  installer: /\bsh\.rustup\.rs\b|\bstatic\.rust-lang\.org\b|\brustup-init\b/,
  exec: 'std::process::Command',
};

/** Names of files and folders of a project that no program reads at run time: sources, manifests, what belongs to the repository. */
export const neverRead = /^(?:Cargo\.(?:toml|lock)|.*\.rs|rust-toolchain(?:\.toml)?|\.?rustfmt\.toml|\.?clippy\.toml|deny\.toml|cross\.toml|Cross\.toml|release\.toml|cliff\.toml|tarpaulin\.toml|\.cargo|target|benches|Dockerfile.*|.*\.Dockerfile|docker-compose.*|compose\.ya?ml|Makefile|Makefile\.toml|GNUmakefile|justfile|Justfile|README.*|LICEN[CS]E.*|CHANGELOG.*|CONTRIBUTING.*|CODE_OF_CONDUCT.*|SECURITY\.md|\.(?:git|github|gitlab|vscode|idea|circleci|devcontainer|husky|sqlx)|\.(?:gitignore|gitmodules|gitkeep|dockerignore|gitattributes|editorconfig|pre-commit-config\.ya?ml|travis\.ya?ml|gitlab-ci\.yml|codecov\.yml|DS_Store)|codecov\.ya?ml|renovate\.json|Jenkinsfile|Procfile|flake\.(?:nix|lock)|shell\.nix|vendor|node_modules)$/i;

/** Tools that rebuild and restart while someone edits. */
export const devTools: ReadonlySet<string> = new Set(['cargo-watch', 'watchexec', 'systemfd', 'bacon', 'trunk', 'dx']);

/** Subcommands of cargo that leave nothing that a program reads: they check, fetch, or only write into the target folder. Source: The Cargo Book, "Cargo Commands"; the tools' own manuals. */
export const harmlessVerbs = /^(?:build|b|rustc|check|c|clippy|test|t|nextest|bench|fmt|fetch|update|generate-lockfile|vendor|clean|tree|metadata|audit|deny|search|version|help|install|chef|new|init|add|remove|rm|locate-project|pkgid|doc|d|uninstall|component|machete|udeps|outdated|verify-project)?$/;

/** Crates that read files of the working folder by names of their own, which no string of the project shows. Source: their documentation. */
export const cratesThatReadFiles: readonly string[] = [
  'rocket', 'rocket_contrib', 'rocket_dyn_templates', 'config', 'figment', 'dotenv', 'dotenvy', 'dotenv_codegen', 'envy-store', 'loco-rs', 'rust-i18n', 'fluent-templates', 'i18n-embed', 'tera-hot-reload', 'confy', 'settings', 'twelf', 'ructe-files', 'leptos', 'poise-i18n', 'log4rs', 'handlebars-watch', 'salvo-serve-static', 'perseus', 'dioxus', 'gotham-serve',
];

/** Crates that write files where the program runs: databases, logs, downloads. */
export const cratesThatWrite: readonly string[] = [
  'rusqlite', 'libsqlite3-sys', 'sqlite', 'sqlite3-sys', 'sled', 'redb', 'rocksdb', 'librocksdb-sys', 'heed', 'lmdb', 'lmdb-rkv', 'fjall', 'persy', 'tantivy', 'tracing-appender', 'log4rs', 'flexi_logger', 'fern-file', 'file-rotate', 'simplelog-file', 'rustls-acme', 'cacache', 'libsql', 'duckdb', 'parity-db', 'surrealkv', 'git2', 'gix', 'native_db', 'polodb_core', 'jammdb',
];

/** Crates that reach devices, raw sockets, the kernel's tables or the socket of a container engine, which root may and others mostly may not. Source: their documentation. */
export const cratesWithPrivileges: readonly string[] = [
  'bollard', 'docker_api', 'dockworker', 'shiplift', 'podman-api', 'fuser', 'fuse', 'fuse3', 'polyfuse', 'pnet', 'pnet_datalink', 'pcap', 'tun', 'tun2', 'tun-tap', 'rtnetlink', 'surge-ping', 'fastping-rs', 'ping', 'icmp-socket', 'aya', 'libbpf-rs', 'redbpf', 'cgroups-rs',
  'evdev', 'i2cdev', 'i2c-linux', 'rppal', 'gpio-cdev', 'gpiod', 'spidev', 'serialport', 'tokio-serial', 'v4l', 'rusb', 'nusb', 'hidapi', 'boringtun', 'wireguard-control', 'defguard_wireguard_rs',
];

/** Packages of programs that fetch over HTTPS with the system's authorities; Debian's only recommend those. */
export const tlsPrograms = /^(?:yt-dlp|youtube-dl|streamlink|ffmpeg|mpv|git|git-lfs|aria2|rclone|restic|awscli|python3|nodejs|npm|mercurial|subversion|chromium|firefox-esr)$/;

/** Crates through which a program checks the certificates of others with the system's authorities. webpki-roots brings its own. */
export const cratesWithCertificates: readonly string[] = ['native-tls', 'openssl', 'openssl-probe', 'rustls-native-certs', 'rustls-platform-verifier', 'curl', 'isahc', 'git2', 'tokio-native-tls', 'hyper-tls', 'rdkafka'];

/** Crates that read the system's time zone database. chrono-tz brings its own. */
export const cratesWithZones: readonly string[] = ['tz-rs', 'tzfile', 'jiff', 'tzdb'];

/** Crates that look the home folder up. */
export const cratesWithHome: readonly string[] = ['dirs', 'directories', 'home', 'app_dirs', 'app_dirs2', 'xdg', 'confy', 'etcetera', 'shellexpand'];

/** Crates that link with, or load, libraries of which the manifest does not say where they come from. */
export const unprovableCrates: Readonly<Record<string, string>> = {
  'torch-sys': 'loads libtorch', 'ort-sys': 'loads the ONNX runtime', 'onnxruntime-sys': 'loads the ONNX runtime', opencv: 'is linked with OpenCV modules found by its build script', 'llvm-sys': 'is linked with the LLVM that its build script finds',
  'pyo3-ffi': 'may be linked with the Python that its build script finds', cudarc: 'loads CUDA', 'cuda-driver-sys': 'loads CUDA', 'tensorflow-sys': 'loads libtensorflow', 'odpic-sys': 'loads the Oracle client', oracle: 'loads the Oracle client', 'r2d2-oracle': 'loads the Oracle client', 'libR-sys': 'is linked with R', 'nginx-sys': 'is built into nginx',
};

/** `-sys` crates that stand for an operating system's own interface, or that always bring their library: they need no shared library. Source: their build scripts. */
export const selfContained = /^(?:js|web|windows\S*|winapi\S*|core-\w+|security-framework|linux-raw|dirs|inotify|fsevent|kqueue|clang|objc\S*|ndk|aws-lc|aws-lc-fips|tikv-jemalloc|jemalloc|libmimalloc|zstd|lz4|snappy|libnghttp2|brotli|librocksdb|secp256k1|librdkafka|mozjpeg|libwebp|libdav1d|wasi|hermit|tikv-jemalloc-ctl|io-lifetimes|system-configuration|iana-time-zone|mach\S*|errno|ittapi|libfuzzer|cmark-gfm|onig|sqlite3-parser|wasm-bindgen|quickjs|mlua|lua|luajit|libtest-mimic|protobuf-src|prost|bindgen|coreaudio|oboe|metal|psm|stacker)$/;

/** Programs of others that are linked with libraries: all of them unless their features say which. Source: their manifests. */
export const linkedPrograms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  diesel_cli: { postgres: 'pq-sys', mysql: 'mysqlclient-sys', sqlite: 'libsqlite3-sys' },
};

/** Crates behind which one that links with a library stands, for a project without a lock file: the crate and, where it takes one, the feature. Source: their manifests. */
export const behind: readonly { readonly crate: string; readonly feature?: RegExp; readonly means: string }[] = [
  ...['native-tls', 'openssl', 'hyper-tls', 'tokio-native-tls', 'postgres-openssl', 'tokio-openssl', 'git2'].map((crate) => ({ crate, means: 'openssl-sys' })),
  { crate: 'diesel', feature: /^postgres/, means: 'pq-sys' }, { crate: 'diesel', feature: /^mysql/, means: 'mysqlclient-sys' }, { crate: 'diesel', feature: /^sqlite/, means: 'libsqlite3-sys' },
  ...['rocket_contrib', 'rocket_sync_db_pools'].flatMap((crate) => [{ crate, feature: /^(?:diesel_)?sqlite_pool$/, means: 'libsqlite3-sys' }, { crate, feature: /^diesel_postgres_pool$/, means: 'pq-sys' }, { crate, feature: /^(?:diesel_)?mysql_pool$/, means: 'mysqlclient-sys' }]),
  ...['rusqlite', 'r2d2_sqlite', 'tokio-rusqlite', 'deadpool-sqlite', 'async-sqlite', 'rusqlite_migration'].map((crate) => ({ crate, means: 'libsqlite3-sys' })), { crate: 'curl', means: 'curl-sys' }, { crate: 'isahc', means: 'curl-sys' }, { crate: 'surf', means: 'curl-sys' }, ...['git2', 'curl', 'isahc', 'surf', 'rdkafka'].map((crate) => ({ crate, means: 'libz-sys' })), { crate: 'bzip2', means: 'bzip2-sys' }, { crate: 'xz2', means: 'lzma-sys' }, { crate: 'zmq', means: 'zmq' }, { crate: 'ssh2', means: 'libssh2-sys' },
];
