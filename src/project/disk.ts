import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join as joinPath, sep } from 'node:path';
import { readDockerignore } from './dockerignore.ts';
import { join, normalize, type Project } from './project.ts';

/** Bytes of a project file beyond which it is not read: no manifest or source is that large, lock files and data are. */
const largestFile = 4_000_000;

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
  const kind = memo((path): 'file' | 'folder' | undefined => {
    const real = ignored(path) ? undefined : inside(path);
    if (real === undefined) return undefined;
    const stats = statSync(real, { throwIfNoEntry: false });
    return stats?.isFile() ? 'file' : stats?.isDirectory() ? 'folder' : undefined;
  });
  return {
    known: true,
    kind,
    read: memo((path) => (kind(path) === 'file' ? readRegularFile(inside(path)!) : undefined)),
    list: memo((folder) => {
      const real = inside(folder);
      if (real === undefined) return [];
      try {
        return readdirSync(real).filter((name) => !ignored(join(folder, name))).sort();
      } catch {
        return []; // no permission, or not a folder
      }
    }),
  };
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
