/**
 * The build context as .dockerignore leaves it, read-only. Paths are relative to the context's root, with `/`, without a
 * leading `./`; the root itself is ''. The core sees a project only through this.
 */
export interface Project {
  /** False when only the Dockerfile's text is at hand (standard input): then nothing can be said about files. */
  readonly known: boolean;
  kind(path: string): 'file' | 'folder' | undefined;
  /** Text of a file; undefined when it does not exist, is not a regular file, is ignored, is binary or over the size limit. */
  read(path: string): string | undefined;
  /** Names in a folder, sorted; folders and files that .dockerignore leaves out are not listed. */
  list(folder: string): readonly string[];
  /** Permission bits of a file or folder, which COPY keeps; undefined, or no method, where they are not known. */
  mode?(path: string): number | undefined;
}

/** The project when there is none: only the Dockerfile speaks. */
export const unknownProject: Project = { known: false, kind: () => undefined, read: () => undefined, list: () => [] };

/** Folders that hold what others wrote or a build made: never a project's own sources. */
const foreignFolders = new Set('node_modules bower_components vendor .git .hg .svn .venv venv __pycache__ .tox .mypy_cache .next .nuxt .idea .vscode target obj'.split(' '));

/** How many entries a walk visits at most: far beyond any project's own sources. */
const longestWalk = 200_000;

/**
 * The project's own files below `folder` for which `wanted` holds, in a stable order. Does not enter folders of
 * dependencies and build output.
 */
export function filesBelow(project: Project, folder: string, wanted: (path: string) => boolean): string[] {
  const found: string[] = [];
  const queue = [folder];
  let visited = 0;
  for (const next of queue) {
    for (const name of project.list(next)) {
      if (++visited > longestWalk) return found;
      const path = join(next, name);
      const kind = project.kind(path);
      if (kind === 'folder') {
        if (!foreignFolders.has(name)) queue.push(path);
      } else if (kind === 'file' && wanted(path)) {
        found.push(path);
      }
    }
  }
  return found;
}

/** Joins two relative paths and resolves `.` and `..`; the result never starts with a slash. */
export function join(folder: string, path: string): string {
  return normalize(path.startsWith('/') || folder === '' ? path : `${folder}/${path}`);
}

/** A relative path without `.`, `..`, doubled or leading slashes. `..` above the root is dropped, as Docker does. */
export function normalize(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return out.join('/');
}

/** The folder of a path: '' for one at the root. */
export const dirname = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The last part of a path. */
export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** An absolute path in the image from a folder and a path that may be relative to it. */
export const inImage = (folder: string, path: string): string => `/${path.startsWith('/') ? normalize(path) : join(folder, path)}`;
