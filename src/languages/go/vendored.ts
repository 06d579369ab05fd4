import { basename, dirname, join } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import { isCompiled, type BuildFor } from './constraints.ts';

/** An import and the file that has it. */
export interface Import {
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

/** What Go files import, vendored packages followed. */
export interface Followed {
  /** Imports of packages that are neither of the standard library nor at hand. */
  readonly outside: readonly Import[];
  /** All packages that are not of the standard library or the project, with the first file that imports each. */
  readonly imports: readonly Import[];
  /** The first file with `import "C"` that has no pure Go files of equal use beside it, and the vendored package that it belongs to. */
  readonly cgo: (Import & { readonly package: string | undefined }) | undefined;
  /** A file with cgo that is compiled with C++ files, or links their library. */
  readonly cxx: string | undefined;
}

/** Bytes of vendored Go that are read. */
const enough = 80_000_000;

/**
 * Follows imports into the vendor folders.
 *
 * @param files Go files of the project that are compiled
 * @param isOwn whether an import path is that of a package of the project
 */
export function follow(walk: Walk, files: readonly string[], target: BuildFor, isOwn: (path: string) => boolean): Followed {
  const { project } = walk;
  const outside = new Map<string, Import>();
  const imports = new Map<string, Import>();
  let cgo: Followed['cgo'];
  let cxx: string | undefined;
  let bytes = 0;
  const folders = new Set(files.map(dirname));
  const queue: { folder: string; package: string | undefined; vendors: readonly string[] }[] = [...folders].map((folder) => ({ folder, package: undefined, vendors: vendorsAbove(walk, folder) }));
  const seen = new Set(folders);
  for (const { folder, package: name, vendors } of queue) {
    const names = project.list(folder);
    const here = names.filter((item) => item.endsWith('.go')).map((item) => ({ file: join(folder, item), text: project.read(join(folder, item)) ?? '' }));
    const built = here.filter(({ file, text }) => (name === undefined ? files.includes(file) : isCompiled(file, text, { ...target, cgo: true })));
    const pure = here.filter((item) => !isCompiled(item.file, item.text, { ...target, cgo: true }) && isCompiled(item.file, item.text, { ...target, cgo: false }));
    bytes += name === undefined ? 0 : built.reduce((sum, { text }) => sum + text.length, 0);
    for (const { file, text } of built) {
      for (const item of importsOf(text, file)) {
        const { path } = item;
        if (path === 'C') {
          if (!isCompiled(file, text, { ...target, cgo: true })) continue;
          if (!doTheSame(pure)) cgo ??= { ...item, package: name };
          if (/#cgo\b.*-l(?:stdc\+\+|c\+\+)/.test(text) || names.some((other) => /\.(?:cc|cpp|cxx)$/.test(other))) cxx ??= file;
        } else if (path === 'plugin') cgo ??= { ...item, package: name };
        else if (/^[^/]*\.[^/]+\//.test(path) && !isOwn(path)) {
          if (!imports.has(path)) imports.set(path, item);
          const place = vendors.map((vendor) => `${vendor}/${path}`).find((other) => project.kind(other) === 'folder');
          if (place === undefined || bytes > enough) outside.set(path, outside.get(path) ?? item);
          else if (!seen.has(place)) {
            seen.add(place);
            queue.push({ folder: place, package: path, vendors });
          }
        }
      }
    }
  }
  return { outside: [...outside.values()], imports: [...imports.values()], cgo, cxx };
}

/** The vendor folders that the go command looks into from a folder, the nearest first. */
function vendorsAbove(walk: Walk, folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const place = basename(at) === 'vendor' ? at : join(at, 'vendor');
    if (walk.project.kind(place) === 'folder') found.push(place);
    if (at === '') return found;
  }
}

/** Whether the files that take over without cgo do the same: those that only say that cgo is missing do not. */
const doTheSame = (pure: readonly { text: string }[]): boolean =>
  pure.length > 0 && !pure.some(({ text }) => /\bpanic\(|(?:not (?:supported|implemented|available|enabled)|unsupported|unavailable|disabled|requires? cgo|without cgo|cgo (?:is )?(?:required|disabled))/i.test(text.replace(/^\/\/.*$/gm, '')));

/** Import declarations of a Go file, which come before anything else. Source: the Go specification, "Source file organization". */
function importsOf(text: string, file: string): Import[] {
  const found: Import[] = [];
  const token = /\s*(?:\/\/[^\n]*|\/\*[^]*?\*\/|("(?:[^"\\\n]|\\.)*"|`[^`]*`|[;().]|[^\s;().,"'`/]+))/gy;
  let state: 'start' | 'package' | 'between' | 'one' | 'group' = 'start';
  let counted = 0;
  let line = 1;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const word = match[1];
    if (word === undefined) continue;
    if (state === 'start') {
      if (word === 'package') state = 'package';
    } else if (state === 'package') state = 'between';
    else if (state === 'between') {
      if (word === 'import') state = 'one';
      else if (word !== ';') break;
    } else if (word === '(') state = 'group';
    else if (word === ')') state = 'between';
    else if (/^["`]/.test(word)) {
      const at = match.index + match[0].length - word.length;
      line += (text.slice(counted, at).match(/\n/g) ?? []).length;
      counted = at;
      found.push({ path: word.slice(1, -1), file, line });
      if (state === 'one') state = 'between';
    }
  }
  return found;
}
