import { normalName } from './requirements.ts';

/** What matters of a pyproject.toml. */
export interface Pyproject {
  readonly name: string | undefined;
  /** Names of all dependencies, groups and extras included, normalised. */
  readonly dependencies: readonly string[];
  /** Console scripts that an installation of the project makes. */
  readonly scripts: readonly string[];
  readonly requiresPython: string | undefined;
  /** Paths of dependencies that lie in the context: `{ path = "../lib" }`, uv workspaces. */
  readonly localPaths: readonly string[];
  /** A dependency comes from version control. */
  readonly fromGit: boolean;
  /** Files that the metadata names: a readme, licences, a version file. */
  readonly files: readonly string[];
  readonly poetry: boolean;
  /** False when poetry or uv only manage dependencies (`package-mode = false`, no build system). */
  readonly isPackage: boolean;
  /** A C extension or a Rust one is built. */
  readonly buildBackend: string | undefined;
}

type Table = Readonly<Record<string, unknown>>;

const table = (value: unknown): Table => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads a pyproject.toml; undefined when it is not valid TOML. Sources: PEP 518, PEP 621, PEP 735, the documentation of poetry and uv. */
export async function readPyproject(source: string): Promise<Pyproject | undefined> {
  const root = await parseToml(source);
  if (!root) return undefined;
  const project = table(root['project']);
  const tool = table(root['tool']);
  const poetry = table(tool['poetry']);
  const uv = table(tool['uv']);
  const isPoetry = 'poetry' in tool;
  const specs = [
    ...list(project['dependencies']),
    ...Object.values(table(project['optional-dependencies'])).flatMap(list),
    ...Object.values(table(root['dependency-groups'])).flatMap(list),
  ].filter((item): item is string => typeof item === 'string');
  const poetryTables = [poetry['dependencies'], poetry['dev-dependencies'], ...Object.values(table(poetry['group'])).map((group) => table(group)['dependencies'])].map(table);
  const sources = [...poetryTables.flatMap((entries) => Object.values(entries)), ...Object.values(table(uv['sources']))].flatMap((value) => (Array.isArray(value) ? value : [value])).map(table);
  const workspace = table(uv['workspace']);
  const readme = project['readme'] ?? poetry['readme'];
  return {
    name: text(project['name']) ?? text(poetry['name']),
    dependencies: [...specs.map((spec) => /^\s*([\w.-]+)/.exec(spec)?.[1] ?? ''), ...poetryTables.flatMap((entries) => Object.keys(entries))].filter((name) => name !== '' && name !== 'python').map(normalName),
    scripts: [...Object.keys(table(project['scripts'])), ...Object.keys(table(poetry['scripts']))],
    requiresPython: text(project['requires-python']) ?? text(table(poetry['dependencies'])['python']),
    localPaths: [...sources.map((entry) => text(entry['path'])).filter((path): path is string => path !== undefined), ...list(workspace['members']).filter((path): path is string => typeof path === 'string')],
    fromGit: sources.some((entry) => 'git' in entry) || specs.some((spec) => /@\s*git\+/.test(spec)),
    files: [readme, table(readme)['file'], ...list(readme)].map(text).filter((path): path is string => path !== undefined),
    poetry: isPoetry,
    isPackage: isPoetry ? poetry['package-mode'] !== false : 'build-system' in root || uv['package'] === true,
    buildBackend: text(table(root['build-system'])['build-backend']),
  };
}

/** Names of the packages in a lock file (`poetry.lock`, `uv.lock`, `pdm.lock`, `Pipfile.lock`), normalised; [] when it cannot be read. */
export async function lockedNames(path: string, source: string): Promise<string[]> {
  if (path.endsWith('Pipfile.lock')) {
    try {
      const root = table(JSON.parse(source));
      return Object.keys(table(root['default'])).map(normalName);
    } catch {
      return [];
    }
  }
  // Lock files are long and regular: the names are read without parsing megabytes of TOML.
  return Array.from(source.matchAll(/^\[\[package\]\]\r?\nname = "([^"]+)"/gm), (match) => normalName(match[1]!));
}

/** Names in a Pipfile; [] when it is not valid TOML. */
export async function pipfileNames(source: string): Promise<string[]> {
  const root = await parseToml(source);
  return root ? [...Object.keys(table(root['packages'])), ...Object.keys(table(root['dev-packages']))].map(normalName) : [];
}

async function parseToml(source: string): Promise<Table | undefined> {
  const { parse } = await import('smol-toml');
  try {
    return table(parse(source));
  } catch {
    return undefined;
  }
}
