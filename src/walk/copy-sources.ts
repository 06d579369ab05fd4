import { globMatcher, pathMatcher } from '../dockerfile/glob.ts';
import { basename, join, normalize, type Project } from '../project/project.ts';

/** A file or folder of the context that a source names. */
export interface Match {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'unknown';
}

/** Matches of a source beyond which it is not followed: links to a folder above give a pattern any number. */
const mostMatches = 20_000;

/** Whether a source holds a pattern; a backslash makes the next character mean itself. Source: fsutil, copy, `containsWildcards`. */
export const isPattern = (source: string): boolean => /[*?[]/.test(source.replace(/\\./gs, ''));

/**
 * What a source of COPY or ADD names in the context, sorted as the builder walks through it. `..` ends at the context, a slash at the end says nothing.
 * Source: Dockerfile reference, COPY; Go, path.Match, in which `[!a]` is no negation.
 *
 * @param deep whether `**` stands for any number of folders, as with `--parents`; otherwise it is `*`
 */
export function matchesOf(source: string, project: Project, deep: boolean): readonly Match[] {
  const path = normalize(source);
  if (path === '') return [{ path, kind: 'folder' }];
  if (!isPattern(path)) {
    if (!project.known) return [{ path, kind: /\/\.?$/.test(source) ? 'folder' : 'unknown' }];
    const kind = project.kind(path);
    return kind ? [{ path, kind }] : [];
  }
  if (!project.known) return [];
  let found = [''];
  for (const part of path.split('/')) {
    if (deep && part === '**') found = found.flatMap((folder) => foldersBelow(project, folder));
    else if (isPattern(part)) {
      const fits = globMatcher(part.replaceAll('[!', '[\\!'));
      found = found.flatMap((folder) => project.list(folder).filter(fits).map((name) => join(folder, name)));
    } else found = found.map((folder) => join(folder, part));
    if (found.length > mostMatches) return [];
  }
  return [...new Set(found)].flatMap((match) => {
    const kind = project.kind(match);
    return kind ? [{ path: match, kind }] : [];
  });
}

/** Whether a pattern cannot match since the folder before its first glob is not there: the builder fails. One that only matches nothing is fine. */
export function lacksFolder(source: string, project: Project): boolean {
  const parts = normalize(source).split('/');
  const at = parts.findIndex(isPattern);
  return at > 0 && project.kind(parts.slice(0, at).join('/')) !== 'folder';
}

/** A folder and all folders below it. */
function foldersBelow(project: Project, folder: string): string[] {
  const found = [folder];
  for (const next of found) {
    if (found.length > mostMatches) break;
    for (const name of project.list(next)) if (project.kind(join(next, name)) === 'folder') found.push(join(next, name));
  }
  return found;
}

/**
 * The files of a match that `--exclude` leaves: those that none of the patterns names, be it from the context's root or from the folder that is copied.
 * The match itself when nothing of it leaves; undefined when the context is not known or the folder is too large.
 */
export function withoutExcluded(match: Match, patterns: readonly string[], project: Project): readonly Match[] | undefined {
  if (!project.known) return undefined;
  const tests = patterns.map((pattern) => pathMatcher(normalize(pattern).replaceAll('[!', '[\\!')));
  // A pattern that names a folder covers what is in it.
  const leaves = (path: string): boolean => path.split('/').some((_, at, parts) => tests.some((test) => test(parts.slice(0, at + 1).join('/'))));
  const relative = (path: string): string => (match.path === '' ? path : match.kind === 'file' ? basename(path) : path.slice(match.path.length + 1));
  const gone = (path: string): boolean => leaves(path) || leaves(relative(path));
  if (match.kind !== 'folder') return gone(match.path) ? [] : [match];
  if (match.path !== '' && leaves(match.path)) return [];
  const kept: Match[] = [];
  let changed = false;
  const folders = [match.path];
  for (const folder of folders) {
    for (const name of project.list(folder)) {
      const path = join(folder, name);
      if (kept.length + folders.length > mostMatches) return undefined;
      if (gone(path)) changed = true;
      else if (project.kind(path) === 'folder') folders.push(path);
      else if (project.kind(path) === 'file') kept.push({ path, kind: 'file' });
    }
  }
  return changed ? kept : [match];
}
