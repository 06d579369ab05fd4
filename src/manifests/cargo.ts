/** A dependency as a Cargo.toml names it. */
export interface CargoDependency {
  /** The package's own name, where `package = "…"` gives another one than the key. */
  readonly name: string;
  readonly features: readonly string[];
  /** Folder of a path dependency, relative to the manifest. */
  readonly path: string | undefined;
  readonly git: boolean;
  /** Only for tests, examples and benchmarks. */
  readonly dev: boolean;
  /** Only for the build script. */
  readonly build: boolean;
}

/** What matters of a Cargo.toml. */
export interface CargoManifest {
  /** Undefined for the manifest of a workspace without a package of its own. */
  readonly name: string | undefined;
  /** `[[bin]]` entries; one with required features is made only when they are on. */
  readonly bins: readonly { readonly name: string; readonly path: string | undefined; readonly conditional: boolean }[];
  readonly libPath: string | undefined;
  /** File of the shared library that it makes; undefined for one that makes none. */
  readonly sharedLibrary: string | undefined;
  /** Whether binaries are found by their place as well: src/main.rs, src/bin. */
  readonly autobins: boolean;
  readonly defaultRun: string | undefined;
  readonly buildScript: string | false | undefined;
  readonly workspace: { readonly members: readonly string[]; readonly exclude: readonly string[]; readonly defaultMembers: readonly string[] | undefined } | undefined;
  readonly dependencies: readonly CargoDependency[];
  /** What features switch on, such as `openssl/vendored`. */
  readonly featureWords: readonly string[];
  /** Keys of `[package.metadata]` and `[workspace.metadata]`: settings of other tools. */
  readonly metadata: readonly string[];
}

type Table = Readonly<Record<string, unknown>>;

const table = (value: unknown): Table => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] => list(value).filter((item): item is string => typeof item === 'string');
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads a Cargo.toml; undefined when it is not valid TOML. Source: The Cargo Book, "The Manifest Format", "Workspaces". */
export async function readCargoManifest(source: string): Promise<CargoManifest | undefined> {
  const root = await parseToml(source);
  if (!root) return undefined;
  const own = table(root['package'] ?? root['project']);
  const workspace = root['workspace'] === undefined ? undefined : table(root['workspace']);
  const tables = [root, ...Object.values(table(root['target'])).map(table)];
  const groups = tables.flatMap((each) => [
    ...dependenciesIn(each['dependencies'], false, false),
    ...dependenciesIn(each['dev-dependencies'] ?? each['dev_dependencies'], true, false),
    ...dependenciesIn(each['build-dependencies'] ?? each['build_dependencies'], false, true),
  ]);
  const build = own['build'];
  const library = table(root['lib']);
  const libraryName = text(library['name']) ?? text(own['name']);
  const crateTypes = texts(library['crate-type'] ?? library['crate_type']);
  return {
    name: text(own['name']),
    bins: list(root['bin']).map(table).flatMap((bin) => {
      const name = text(bin['name']);
      return name === undefined ? [] : [{ name, path: text(bin['path']), conditional: list(bin['required-features']).length > 0 }];
    }),
    libPath: text(library['path']),
    sharedLibrary: libraryName !== undefined && crateTypes.some((type) => /^c?dylib$/.test(type)) ? `lib${libraryName.replaceAll('-', '_')}.so` : undefined,
    autobins: own['autobins'] !== false,
    defaultRun: text(own['default-run']),
    buildScript: build === false ? false : text(build),
    workspace: workspace && { members: texts(workspace['members']), exclude: texts(workspace['exclude']), defaultMembers: workspace['default-members'] === undefined ? undefined : texts(workspace['default-members']) },
    dependencies: [...groups, ...dependenciesIn(workspace?.['dependencies'], false, false)],
    featureWords: Object.values(table(root['features'])).flatMap(texts),
    metadata: [...Object.keys(table(own['metadata'])), ...Object.keys(table(workspace?.['metadata']))],
  };
}

function dependenciesIn(value: unknown, dev: boolean, build: boolean): CargoDependency[] {
  return Object.entries(table(value)).map(([key, written]) => {
    const entry = table(written);
    return { name: text(entry['package']) ?? key, features: texts(entry['features']), path: text(entry['path']), git: 'git' in entry, dev, build };
  });
}

/** A package of a Cargo.lock. */
export interface LockedCrate {
  readonly name: string;
  readonly version: string;
  /** True for one from a git repository; those of the project itself have no source. */
  readonly git: boolean;
  readonly own: boolean;
  /** Names of the packages that it depends on. */
  readonly dependencies: readonly string[];
}

/** The packages of a Cargo.lock. The file is long and regular: it is read line by line. Source: cargo, `core/resolver/encode.rs`. */
export function readCargoLock(source: string): LockedCrate[] {
  return source.split(/^\[\[package\]\]\r?$/m).slice(1).map((block) => {
    const value = (key: string): string | undefined => new RegExp(`^${key} = "([^"]*)"`, 'm').exec(block)?.[1];
    const from = value('source');
    const dependencies = /^dependencies = \[([^\]]*)\]/m.exec(block)?.[1] ?? '';
    return { name: value('name') ?? '', version: value('version') ?? '', git: from?.startsWith('git+') ?? false, own: from === undefined, dependencies: Array.from(dependencies.matchAll(/"([^" ]+)[^"]*"/g), (match) => match[1]!) };
  });
}

/** What matters of a `.cargo/config.toml`. */
export interface CargoConfig {
  readonly target: string | undefined;
  readonly targetDir: string | undefined;
  readonly rustflags: readonly string[];
  readonly installRoot: string | undefined;
  readonly offline: boolean;
  /** Sources are replaced by a folder of the project. */
  readonly vendored: boolean;
}

/** Reads a `.cargo/config.toml`; undefined when it is not valid TOML. Source: The Cargo Book, "Configuration". */
export async function readCargoConfig(source: string): Promise<CargoConfig | undefined> {
  const root = await parseToml(source);
  if (!root) return undefined;
  const build = table(root['build']);
  const flags = (value: unknown): string[] => (typeof value === 'string' ? value.split(/\s+/) : texts(value));
  return {
    target: text(build['target']) ?? texts(build['target'])[0],
    targetDir: text(build['target-dir']),
    rustflags: [...flags(build['rustflags']), ...Object.values(table(root['target'])).flatMap((each) => flags(table(each)['rustflags']))],
    installRoot: text(table(root['install'])['root']),
    offline: table(root['net'])['offline'] === true,
    vendored: Object.values(table(root['source'])).some((each) => 'directory' in table(each) || 'local-registry' in table(each)),
  };
}

async function parseToml(source: string): Promise<Table | undefined> {
  const { parse } = await import('smol-toml');
  try {
    return table(parse(source));
  } catch {
    return undefined;
  }
}
