import { dirname, join, type Project } from '../project/project.ts';

/** One thing that a requirements file asks for, with its place. */
export interface RequirementLine {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/** A package by name. */
export interface NamedRequirement extends RequirementLine {
  /** Normalised as PEP 503 says. */
  readonly name: string;
  /** The name with its extras: `psycopg[binary]`. */
  readonly spec: string;
}

/** What pip's requirements files say, nested ones included. Paths are in the build context. */
export interface RequirementFiles {
  /** Every file that pip reads, in the order in which it does. */
  readonly files: readonly string[];
  /** Files that are named but not there. */
  readonly missing: readonly RequirementLine[];
  readonly names: readonly NamedRequirement[];
  /** Paths of the project itself: `-e .`, `./lib`, `file:…`, wheels that lie beside the sources. */
  readonly local: readonly RequirementLine[];
  /** Packages from version control: `git+https://…`. */
  readonly fromGit: readonly RequirementLine[];
}

/** How deep files may name each other, and how many lines are read: far beyond real ones. */
const deepest = 12;
const longest = 20_000;

/** A package name as PEP 503 compares it. */
export const normalName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

/**
 * Reads requirements and constraints files as pip does. Source: pip's documentation, "Requirements File Format".
 *
 * @param paths files in the context; those that cannot be read are listed as missing
 */
export function readRequirements(project: Project, paths: readonly string[]): RequirementFiles {
  const found = { files: [] as string[], missing: [] as RequirementLine[], names: [] as NamedRequirement[], local: [] as RequirementLine[], fromGit: [] as RequirementLine[] };
  let lines = 0;
  const visit = (path: string, depth: number, from: RequirementLine): void => {
    if (found.files.includes(path)) return;
    const text = depth > deepest ? undefined : project.read(path);
    if (text === undefined) {
      found.missing.push(from);
      return;
    }
    found.files.push(path);
    for (const { text: entry, line } of logicalLines(text)) {
      if (++lines > longest) return;
      const place = { text: entry, file: path, line };
      const nested = /^(?:-r|--requirement|-c|--constraint)(?:\s*=?\s*)(\S+)/.exec(entry)?.[1];
      if (nested !== undefined) {
        if (!/^[a-z]+:\/\//i.test(nested)) visit(join(dirname(path), nested), depth + 1, place);
        continue;
      }
      classify(entry.replace(/^(?:-e|--editable)(?:\s*=?\s*)/, ''), /^(?:-e|--editable)/.test(entry), place, found);
    }
  };
  for (const path of paths) visit(path, 0, { text: path, file: path, line: 1 });
  return found;
}

/** A name as written, with the extras that stand behind it in its line. */
export function nameAndSpec(name: string, entry: string): { name: string; spec: string } {
  const extras = /^[\w.-]+\s*(\[[^\]]*\])/.exec(entry)?.[1] ?? '';
  return { name: normalName(name), spec: normalName(name) + extras };
}

function classify(entry: string, editable: boolean, place: RequirementLine, found: { names: NamedRequirement[]; local: RequirementLine[]; fromGit: RequirementLine[] }): void {
  if (entry.startsWith('-')) return; // an option for pip
  const url = /^(?:[\w.-]+(?:\[[^\]]*\])?\s*@\s*)?((?:git|hg|svn|bzr)\+\S+|file:\S+|https?:\S+)/i.exec(entry)?.[1];
  const named = /^([A-Za-z0-9][\w.-]*)\s*(?:\[|@|[=<>!~;]|$|\s)/.exec(entry)?.[1];
  if (url !== undefined) {
    if (/^(?:git|hg|svn|bzr)\+/i.test(url)) found.fromGit.push(place);
    if (/^(?:\w+\+)?file:/i.test(url)) found.local.push(place);
    const name = (/\s*@\s*/.test(entry) ? named : undefined) ?? /#(?:.*&)?egg=([\w.-]+)/.exec(entry)?.[1];
    if (name !== undefined) found.names.push({ ...place, ...nameAndSpec(name, entry) });
  } else if (editable || isLocalPath(entry)) {
    found.local.push(place);
  } else if (named !== undefined) {
    found.names.push({ ...place, ...nameAndSpec(named, entry) });
  }
}

/** Whether pip takes a word for a file or folder instead of a name. */
export const isLocalPath = (word: string): boolean => /^(?:\.{1,2}(?:\/|\[|$)|\/|file:)/.test(word) || /^[^\s;@]*\/[^\s;@]*(?:\s|;|$)/.test(word) || /^[^\s;@]+\.(?:whl|tar\.gz|zip|tar\.bz2)(?:\s|;|$)/.test(word);

function logicalLines(text: string): { text: string; line: number }[] {
  const out: { text: string; line: number }[] = [];
  let pending = '';
  let start = 0;
  text.replace(/^\uFEFF/, '').split(/\r?\n/).forEach((raw, index) => {
    if (pending === '') start = index + 1;
    if (/(?:^|[^\\])\\$/.test(raw) && !/^\s*#/.test(raw)) {
      pending += `${raw.slice(0, -1)} `;
      return;
    }
    const entry = (pending + raw).replace(/(?:^|\s)#.*$/, '').trim();
    pending = '';
    if (entry !== '') out.push({ text: entry, line: start });
  });
  return out;
}
