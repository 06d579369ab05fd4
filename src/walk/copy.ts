import { argumentsOf, flagOf, type Instruction } from '../dockerfile/model.ts';
import { globToRegExp } from '../dockerfile/words.ts';
import { basename, inImage, join, normalize, type Project } from '../project/project.ts';

/** What a COPY or ADD brings from the build context, and where it lands. */
export interface CopyFacts {
  /** Sources with variables replaced; undefined where that was not possible. */
  readonly sources: readonly (string | undefined)[];
  /** Destination as an absolute path; undefined when not known. */
  readonly destination: string | undefined;
  /** The stage or image named by `--from`. */
  readonly from: string | undefined;
  /** Every match in the context. `source` is '' for the whole context. `target` is where exactly it lands. */
  readonly entries: readonly { readonly source: string; readonly kind: 'file' | 'folder' | 'unknown'; readonly target: string }[];
  /** Sources that the (known) context does not have: this COPY would fail. */
  readonly missing: readonly string[];
  /** True when an ADD downloads or unpacks, so that what arrives is not a file of the context. */
  readonly transforms: boolean;
}

const isRemote = (source: string): boolean => /^(?:https?|git|ftp):\/\/|^git@/.test(source);
const isArchive = (source: string): boolean => /\.(?:tar|tar\.gz|tgz|tar\.bz2|tbz2?|tar\.xz|txz|tar\.zst)$/.test(source);

/**
 * Resolves a COPY or ADD by Docker's rules: a folder's contents are copied, not the folder; a file keeps its name when the destination
 * ends in a slash, is an existing folder, or there are several sources. Source: Dockerfile reference, COPY.
 *
 * @param expand replaces variables in a word; undefined when that is not possible
 * @param cwd the WORKDIR in force
 * @param isFolder whether a path in the image is known to be a folder
 */
export function copyFacts(
  instruction: Instruction,
  project: Project,
  expand: (word: string) => string | undefined,
  cwd: string | undefined,
  isFolder: (path: string) => boolean,
): CopyFacts {
  const words = argumentsOf(instruction).map(expand);
  const rawDestination = words.at(-1);
  const sources = words.slice(0, -1).filter((word) => !instruction.heredocs.some((heredoc) => word?.replace(/^<<-?/, '').replace(/["']/g, '') === heredoc.name));
  const destination = rawDestination === undefined || (cwd === undefined && !rawDestination.startsWith('/')) ? undefined : inImage(cwd ?? '/', rawDestination);
  const from = flagOf(instruction, 'from');
  const entries: { source: string; kind: 'file' | 'folder' | 'unknown'; target: string }[] = [];
  const missing: string[] = [];
  let transforms = instruction.keyword === 'ADD' && sources.some((source) => source !== undefined && (isRemote(source) || isArchive(source)));
  if (sources.includes(undefined)) transforms = true;
  if (destination !== undefined && from === undefined) {
    const intoFolder = /(?:^|\/)\.{0,2}$/.test(rawDestination!) || sources.length > 1 || isFolder(destination) || sources.some((source) => /[*?[]/.test(source ?? ''));
    for (const source of sources) {
      if (source === undefined || isRemote(source)) continue;
      const matches = matchesOf(source, project);
      if (matches.length === 0 && project.known) missing.push(source);
      for (const match of matches) {
        const target = match.kind === 'folder' || !(intoFolder || (match.kind === 'unknown' && /(?:^|\/)\.?$/.test(match.path))) ? destination : inImage(destination, basename(match.path));
        entries.push({ source: match.path, kind: match.kind, target: match.path === '' ? destination : target });
      }
    }
  }
  return { sources, destination, from, entries, missing, transforms };
}

function matchesOf(source: string, project: Project): { path: string; kind: 'file' | 'folder' | 'unknown' }[] {
  const path = normalize(source);
  if (path === '') return [{ path, kind: 'folder' }];
  if (!project.known) return /[*?[]/.test(path) ? [] : [{ path, kind: source.endsWith('/') ? 'folder' : 'unknown' }];
  if (!/[*?[]/.test(path)) {
    const kind = project.kind(path);
    return kind ? [{ path, kind }] : [];
  }
  let found = [''];
  for (const part of path.split('/')) {
    const pattern = new RegExp(`^(?:${globToRegExp(part, false)})$`);
    found = found.flatMap((folder) => (/[*?[]/.test(part) ? project.list(folder).filter((name) => pattern.test(name)).map((name) => join(folder, name)) : [join(folder, part)]));
  }
  return found.flatMap((match) => {
    const kind = project.kind(match);
    return kind ? [{ path: match, kind }] : [];
  });
}
