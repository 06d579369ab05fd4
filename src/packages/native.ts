import data from './data/native.json' with { type: 'json' };
import pure from './data/pure.json' with { type: 'json' };
import { librariesBehind, type PackageFamily } from './tables.ts';

export type Ecosystem = 'pypi' | 'npm' | 'go' | 'crates';

/** System packages that a language package needs while the program runs. */
export interface NativeNeed {
  /** Names to install. Empty when only `unprovable` can be said. */
  packages: string[];
  /** Continues the package's name: "calls the git program". */
  reason: string;
  /**
   * True: the full image (python:X, node:X, golang:X, which are built on buildpack-deps) has them, so the program
   * worked without an install line. False: an install line must have brought them already, if they are needed.
   */
  inFullImage: boolean;
  /** Further packages that the full image lacks: an install line must have brought them. */
  beyondFullImage?: string[];
  /** The list cannot be proven complete (a browser's libraries, say). */
  unprovable?: boolean;
  /** What shows that the library is built in instead: another crate, beside it or as the one that asks for it, or a feature. */
  unless?: { readonly crate?: string; readonly feature?: string };
}

interface Row {
  readonly debian: string;
  readonly alpine?: string;
  readonly rhel?: string;
  readonly reason: string;
  readonly inFullImage: boolean;
  readonly beyondFullImage?: string;
  readonly unprovable?: boolean;
  /** Names of crates, separated by spaces, and the beginning of a feature's name. */
  readonly unless?: { readonly crate?: string; readonly feature?: string };
}

const tables = data as unknown as Readonly<Record<Ecosystem, Readonly<Record<string, Row>>>>;

const withoutCompiler: Readonly<Record<'npm' | 'gem', ReadonlySet<string>>> = { npm: new Set(pure.npm.split(' ')), gem: new Set(pure.gem.split(' ')) };

/** Crates with a row of their own. */
export const nativeCrates: readonly string[] = Object.keys(tables.crates);

/** Whether a program of a registry is known to install without a compiler. */
export const installsWithoutCompiler = (registry: 'npm' | 'gem', name: string): boolean => withoutCompiler[registry].has(name);

/**
 * What a language package needs of the system at run time that a slim image has not.
 *
 * Sources: the packages' own installation notes. A package that is not listed needs nothing, as far as is known:
 * most wheels and prebuilt addons bring their libraries along.
 *
 * @param name as in the manifest; an extra (`psycopg[binary]`) is heeded
 * @param suite see `splitPackages`
 */
export function nativeNeeds(ecosystem: Ecosystem, name: string, family: PackageFamily, suite?: string | readonly string[]): NativeNeed | undefined {
  const row = find(ecosystem, name);
  if (!row) return undefined;
  const names = family === 'alpine' ? row.alpine : family === 'rhel' ? row.rhel : row.debian;
  if (names === undefined && row.unprovable !== true) return undefined;
  const packages = [...new Set((names ?? '').split(' ').filter(Boolean).flatMap((each) => expand(each, family, suite)))];
  const debianLike = family === 'debian' || family === 'ubuntu';
  return {
    packages,
    reason: row.reason,
    inFullImage: row.inFullImage,
    ...(row.beyondFullImage !== undefined && debianLike ? { beyondFullImage: row.beyondFullImage.split(' ') } : {}),
    ...(row.unprovable === true ? { unprovable: true } : {}),
    ...(row.unless === undefined ? {} : { unless: row.unless }),
  };
}

function find(ecosystem: Ecosystem, written: string): Row | undefined {
  const table = tables[ecosystem];
  const get = (key: string): Row | undefined => (Object.hasOwn(table, key) ? table[key] : undefined);
  if (ecosystem === 'pypi') {
    const [, base = '', extras = ''] = /^([^[\s]+)\s*(?:\[([^\]]*)\])?/.exec(written.trim()) ?? [];
    if (/\bbinary\b/.test(extras)) return undefined;
    // PEP 503: runs of -, _ and . are one -, case is ignored.
    return get(base.toLowerCase().replace(/[-_.]+/g, '-'));
  }
  if (ecosystem === 'go') {
    for (let path = written; path.includes('/'); path = path.slice(0, path.lastIndexOf('/'))) {
      const row = get(path);
      if (row) return row;
    }
    return undefined;
  }
  return get(ecosystem === 'crates' ? written.replaceAll('_', '-') : written);
}

/** `@libpq-dev` -> `libpq5`; where the suite leaves it open the -dev package itself, which brings its library. */
function expand(name: string, family: PackageFamily, suite: string | readonly string[] | undefined): string[] {
  if (!name.startsWith('@')) return [name];
  const behind = librariesBehind(name.slice(1), family, suite);
  return behind.kind === 'libraries' ? behind.libraries : [name.slice(1)];
}
