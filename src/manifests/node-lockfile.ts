import { join, type Project } from '../project/project.ts';
import type { PackageJson } from './package-json.ts';

export type PackageManagerName = 'npm' | 'yarn' | 'pnpm' | 'bun';

/** The package manager of a project, and the lockfile that says so. */
export interface NodeLockfile {
  readonly manager: PackageManagerName;
  /** Path in the project; undefined when only `packageManager` names it. */
  readonly path: string | undefined;
  /** Yarn 2 and later ("berry"). */
  readonly berry: boolean;
}

/** Lockfiles by package manager, the strongest sign first. Source: the documentation of npm, Yarn, pnpm and Bun. */
const lockfiles: readonly (readonly [string, PackageManagerName])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['npm-shrinkwrap.json', 'npm'],
  ['package-lock.json', 'npm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/** The lockfiles of a folder. A project may carry more than one; the Dockerfile's own command decides then. */
export function lockfilesIn(project: Project, folder: string, manifest: PackageJson | undefined): NodeLockfile[] {
  const found = lockfiles
    .filter(([name]) => project.kind(join(folder, name)) === 'file')
    .map(([name, manager]): NodeLockfile => {
      const path = join(folder, name);
      return { manager, path, berry: manager === 'yarn' && /^__metadata:/m.test((project.read(path) ?? '').slice(0, 2000)) };
    });
  const named = /^(npm|yarn|pnpm|bun)@(\d+)?/.exec(manifest?.packageManager ?? '');
  if (found.length > 0 || !named) return found;
  const manager = named[1] as PackageManagerName;
  return [{ manager, path: undefined, berry: manager === 'yarn' && Number(named[2] ?? 1) > 1 }];
}

export type LockStatus = 'production' | 'development' | 'absent';

/**
 * Whether a production installation has a package at the top of node_modules, as the lockfile tells.
 *
 * @param direct the package.json's own production dependencies, with their ranges
 * @returns undefined when the lockfile does not tell
 */
export function lockStatus(lockfile: NodeLockfile, text: string, name: string, direct: Readonly<Record<string, string>>): LockStatus | undefined {
  if (lockfile.manager === 'npm') return npmStatus(text, name);
  return lockfile.manager === 'yarn' && !lockfile.berry ? yarnStatus(text, name, direct) : undefined;
}

interface NpmLock {
  readonly packages?: Readonly<Record<string, { dev?: boolean; devOptional?: boolean }>>;
  readonly dependencies?: Readonly<Record<string, { dev?: boolean }>>;
}

/** npm marks what only dev dependencies bring. Source: package-lock.json in npm's documentation. */
function npmStatus(text: string, name: string): LockStatus | undefined {
  let lock: NpmLock | null;
  try {
    lock = JSON.parse(text) as NpmLock | null;
  } catch {
    return undefined;
  }
  const table = typeof lock?.packages === 'object' ? lock.packages : lock?.dependencies;
  if (typeof table !== 'object') return undefined;
  const key = typeof lock?.packages === 'object' ? `node_modules/${name}` : name;
  if (!Object.hasOwn(table, key)) return 'absent';
  const entry: { dev?: boolean; devOptional?: boolean } = table[key]!;
  return entry.dev === true || entry.devOptional === true ? 'development' : 'production';
}

/** Yarn 1 marks nothing: what production dependencies reach is found by following the file's entries. */
function yarnStatus(text: string, name: string, direct: Readonly<Record<string, string>>): LockStatus {
  const entries = new Map<string, string[]>();
  let heads: string[] = [];
  let inDependencies = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\S.*:$/.test(line) && !line.startsWith('#')) {
      heads = line.slice(0, -1).split(/,\s*/).map((head) => head.replace(/^"|"$/g, ''));
      for (const head of heads) entries.set(head, []);
      inDependencies = false;
    } else if (/^ {2}\S/.test(line)) inDependencies = /^ {2}(?:optionalD|d)ependencies:$/.test(line);
    else if (inDependencies) {
      const match = /^ {4}"?((?:@[^/"]+\/)?[^@\s"]+)"? "?([^"]*)"?$/.exec(line);
      if (match) for (const head of heads) entries.get(head)!.push(`${match[1]}@${match[2]}`);
    }
  }
  if (![...entries.keys()].some((head) => head.startsWith(`${name}@`))) return 'absent';
  const queue = Object.entries(direct).map(([key, range]) => `${key}@${range}`);
  const reached = new Set<string>();
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    if (next.startsWith(`${name}@`)) return 'production';
    queue.push(...(entries.get(next) ?? []));
  }
  return 'development';
}
