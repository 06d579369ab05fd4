import { isUtf8 } from 'node:buffer';
import { closeSync, constants, type Dirent, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join as joinPath, sep } from 'node:path';
import { readDockerignore, readExceptions } from './dockerignore.ts';
import { basename, dirname, join, normalize, type Project } from './project.ts';

/** Bytes of a project file beyond which it is not read: no manifest or source is that large, lock files and data are. */
const largestFile = 4_000_000;

/** Folders that are looked into for what an exception of .dockerignore brings back. */
const mostLooks = 10_000;

/**
 * The build context in a folder on disk. Reads lazily, regular files only, and never what lies outside the folder, also not through
 * symbolic links.
 *
 * @param root the context's folder; it must exist
 * @param dockerignore text of the ignore file in force, if there is one
 */
export function diskProject(root: string, dockerignore: string | undefined): Project {
  const realRoot = realpathSync(root);
  const ignored = readDockerignore(dockerignore);
  const mayHold = readExceptions(dockerignore);
  const inside = (path: string): string | undefined => {
    try {
      const real = realpathSync(joinPath(realRoot, path));
      return real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep) ? real : undefined;
    } catch {
      return undefined; // missing, a loop, or no permission
    }
  };
  const memo = <T>(make: (path: string) => T): ((path: string) => T) => {
    const known = new Map<string, T>();
    return (path) => {
      const key = normalize(path);
      if (!known.has(key)) known.set(key, make(key));
      return known.get(key)!;
    };
  };
  // A folder that is left out is there nevertheless when an exception brings back something below it.
  let looks = 0;
  const holds = memo((folder): boolean => {
    const real = inside(folder);
    if (real === undefined || !mayHold(folder) || ++looks > mostLooks) return false;
    return entriesOf(real).some((entry) => !ignored(join(folder, entry.name)) || (entry.isDirectory() && holds(join(folder, entry.name))));
  });
  // A folder is reached through one link at most: links to a folder above would show it again in itself without end.
  const isSecondLink = (path: string, real: string): boolean => {
    const above = inside(dirname(path));
    return above !== undefined && above !== joinPath(realRoot, dirname(path)) && real !== joinPath(above, basename(path));
  };
  // A folder's list says of most names what they are: asking for each of a hundred thousand files takes seconds.
  const listed = new Map<string, 'file' | 'folder'>();
  const kind = memo((path): 'file' | 'folder' | undefined => {
    const known = listed.get(path);
    if (known !== undefined) return known;
    const real = ignored(path) && !holds(path) ? undefined : inside(path);
    if (real === undefined) return undefined;
    const stats = statSync(real, { throwIfNoEntry: false });
    if (stats?.isDirectory() && isSecondLink(path, real)) return undefined;
    return stats?.isFile() ? 'file' : stats?.isDirectory() ? 'folder' : undefined;
  });
  return {
    known: true,
    kind,
    read: memo((path) => (kind(path) === 'file' ? readRegularFile(inside(path)!) : undefined)),
    list: memo((folder) => {
      const real = inside(folder);
      if (real === undefined) return [];
      const entries = entriesOf(real).filter((entry) => !ignored(join(folder, entry.name)) || (entry.isDirectory() && holds(join(folder, entry.name))));
      for (const entry of entries) if (entry.isFile() || entry.isDirectory()) listed.set(join(folder, entry.name), entry.isFile() ? 'file' : 'folder');
      return entries.map((entry) => entry.name).sort();
    }),
    // Windows has no such bits: Docker gives every file the same ones there.
    mode: (path) => {
      const real = process.platform === 'win32' || kind(path) === undefined ? undefined : inside(path);
      return real === undefined ? undefined : (statSync(real, { throwIfNoEntry: false })?.mode ?? 0o777) & 0o777;
    },
  };
}

/** What a folder holds; nothing when it may not be read, or is none. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * Text of a regular file; undefined for anything else, for binary content, and over the size limit. Never blocks on a pipe.
 *
 * @param encoding `utf-8 only` for a text that is written again: bytes in another encoding would not survive
 */
export function readRegularFile(path: string, limit = largestFile, encoding: 'any' | 'utf-8 only' = 'any'): string | undefined {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile() || stats.size > limit) return undefined;
    const bytes = readFileSync(handle);
    return bytes.includes(0) || (encoding === 'utf-8 only' && !isUtf8(bytes)) ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  } finally {
    closeSync(handle);
  }
}
