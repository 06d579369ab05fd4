import { argumentsOf, flagOf, type Instruction } from '../dockerfile/model.ts';
import { basename, inImage, normalize, type Project } from '../project/project.ts';
import { isPattern, lacksFolder, matchesOf, withoutExcluded, type Match } from './copy-sources.ts';

/** A file or folder of the context, and where exactly it lands. `source` is '' for the whole context. Of a folder, the contents land there. */
export interface CopyEntry {
  readonly source: string;
  readonly kind: 'file' | 'folder' | 'unknown';
  readonly target: string;
}

/** What a COPY or ADD brings from the build context, and where it lands. */
export interface CopyFacts {
  /** Sources with variables replaced; undefined where that was not possible. */
  readonly sources: readonly (string | undefined)[];
  /** Destination as an absolute path; undefined when not known. */
  readonly destination: string | undefined;
  /** The stage or image named by `--from`. */
  readonly from: string | undefined;
  /** Every match in the context, in the order in which they are copied. */
  readonly entries: readonly CopyEntry[];
  /** Sources that the (known) context does not have: this COPY would fail. */
  readonly missing: readonly string[];
  /** True when what arrives is not all known: an ADD downloads or unpacks, a source or what `--exclude` leaves cannot be told. */
  readonly transforms: boolean;
}

/** What ADD downloads. `github.com/a/b` without a scheme is a path. Source: BuildKit, util/gitutil, `ParseGitRef`. */
const isRemote = (source: string): boolean => /^(?:https?|git|ssh|ftp):\/\/|^[\w.-]+@[\w.-]+:/.test(source);

/** Names of what ADD unpacks. It goes by the content, which cannot be read here; a file with text in it is none. */
const isArchive = (path: string, project: Project): boolean => /\.(?:tar|tar\.gz|tgz|tar\.bz2|tbz2?|tar\.xz|txz|tar\.zst|tzst)$/.test(path) && project.read(path) === undefined;

/** Whether a flag without value, or with `true`, is given; undefined when it is not there. */
function switchOf(instruction: Instruction, name: string): boolean | undefined {
  const flag = instruction.flags.find((item) => item.name === name);
  return flag && !/^(?:false|0|f)$/i.test(flag.value ?? '');
}

/**
 * Resolves a COPY or ADD by Docker's rules: a folder's contents are copied, not the folder; a file keeps its name when the destination
 * ends in a slash or is a folder by then. A pattern, or several sources, do not make it one. Source: Dockerfile reference, COPY and ADD; each rule tried
 * with BuildKit 0.13.
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
  const adds = instruction.keyword === 'ADD';
  const facts = { sources, destination, from };
  const remote = adds && sources.some((source) => source !== undefined && isRemote(source));
  const unpacks = (paths: readonly string[]): boolean => adds && switchOf(instruction, 'unpack') !== false && paths.some((path) => isArchive(path, project));
  const transforms = remote || sources.includes(undefined) || unpacks(sources.map((source) => source ?? ''));
  if (destination === undefined || from !== undefined) return { ...facts, entries: [], missing: [], transforms };
  const copying = new Copying(instruction, project, destination, /(?:^|\/)\.{0,2}$/.test(rawDestination!) || isFolder(destination));
  for (const source of sources) if (source !== undefined && !(adds && isRemote(source))) copying.take(source);
  const { entries, missing, unclear } = copying;
  return { ...facts, entries, missing, transforms: transforms || unclear || unpacks(entries.flatMap((entry) => (entry.kind === 'folder' ? [] : [entry.source]))) };
}

/** One COPY as it takes its sources, one after the other. */
class Copying {
  readonly entries: CopyEntry[] = [];
  readonly missing: string[] = [];
  /** What of a source arrives cannot be told. */
  unclear = false;
  private readonly parents: boolean;
  private readonly excluded: readonly string[];

  constructor(
    instruction: Instruction,
    private readonly project: Project,
    private readonly destination: string,
    private intoFolder: boolean,
  ) {
    this.parents = switchOf(instruction, 'parents') === true;
    this.excluded = instruction.flags.flatMap((flag) => (flag.name === 'exclude' && flag.value !== undefined ? [flag.value] : []));
  }

  take(source: string): void {
    const matches = matchesOf(source, this.project, this.parents);
    // A pattern may match nothing. Source: BuildKit, AllowEmptyWildcard.
    if (matches.length === 0 && this.project.known && (!isPattern(source) || lacksFolder(source, this.project))) this.missing.push(source);
    // `--parents`: the folders of the source are made too, those behind `/./` where it has one.
    const pivot = source.indexOf('/./');
    const base = pivot < 0 ? '' : normalize(source.slice(0, pivot));
    for (const match of matches) {
      const kept = this.excluded.length === 0 ? [match] : withoutExcluded(match, this.excluded, this.project);
      if (kept === undefined) this.unclear = true;
      for (const item of kept ?? [match]) this.entries.push({ source: item.path, kind: item.kind, target: this.targetOf(item, match, base) });
      if (match.kind === 'folder') this.intoFolder = true;
    }
  }

  private targetOf(item: Match, match: Match, base: string): string {
    if (this.parents) return inImage(this.destination, base === '' ? item.path : item.path.slice(base.length + 1));
    if (item !== match) return inImage(this.destination, match.path === '' ? item.path : item.path.slice(match.path.length + 1));
    return match.kind === 'folder' || !this.intoFolder ? this.destination : inImage(this.destination, basename(match.path));
  }
}
