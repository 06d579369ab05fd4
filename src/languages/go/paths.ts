import type { Call, Lexed } from './lexer.ts';
import { join } from '../../project/project.ts';

/** What is known of the path that an argument stands for. */
export interface PathValue {
  /** The beginnings that it may have: whole paths, or folders below which the rest is made at run time. */
  readonly paths: readonly string[];
  /** False where it may lie anywhere. */
  readonly proven: boolean;
}

/** Names of a package that stand for one text only. */
export type Constants = ReadonlyMap<string, string>;

const unknown: PathValue = { paths: [], proven: false };

/** How far a value is followed through variables. */
const deepest = 6;

/** Constants, `const x = "a"`, of a file's code. Those that are declared twice are left out by the caller. */
export function constantsOf({ code, strings }: Lexed): [string, string][] {
  const found: [string, string][] = [];
  const values = new Map(strings.map((literal) => [literal.start, literal.value]));
  const take = (name: string, at: number): void => {
    const value = values.get(at);
    if (value !== undefined && /^["`][^"`]*["`][ \t]*\)?[ \t]*(?:\r?\n|;|$)/.test(code.slice(at, at + 1000))) found.push([name, value]);
  };
  for (const match of code.matchAll(/^[ \t]*const[ \t]+(\w+)(?:[ \t]+\w+)?[ \t]*=[ \t]*(?=["`])/gm)) take(match[1]!, match.index + match[0].length);
  for (const block of code.matchAll(/^[ \t]*const[ \t]*\(([^)]*)\)/gm)) {
    const start = block.index + block[0].indexOf('(') + 1;
    for (const match of block[1]!.matchAll(/^[ \t]*(\w+)(?:[ \t]+\w+)?[ \t]*=[ \t]*(?=["`])/gm)) take(match[1]!, start + match.index + match[0].length);
  }
  return found;
}

/** Reads the expressions of one file. */
export class PathReader {
  private readonly values: ReadonlyMap<number, string>;
  private readonly functions: readonly number[];
  constructor(
    private readonly file: Lexed,
    private readonly constants: Constants,
  ) {
    this.values = new Map(file.strings.map((literal) => [literal.start, literal.value]));
    this.functions = Array.from(file.code.matchAll(/^func\b/gm), (match) => match.index);
  }

  /** The path that an argument of a call stands for. */
  of(call: Call, index: number): PathValue {
    const span = call.args[index];
    return span === undefined ? unknown : this.read(span[0], span[1], 0);
  }

  private read(from: number, to: number, depth: number): PathValue {
    const { code } = this.file;
    const raw = code.slice(from, to);
    const start = from + raw.length - raw.trimStart().length;
    const text = raw.trim();
    if (depth > deepest || text === '') return unknown;
    const literal = this.values.get(start);
    if (literal !== undefined && /^(?:"[^"]*"|`[^`]*`)$/.test(text)) return { paths: [literal], proven: true };
    const terms = split(code, start, start + text.length, '+');
    if (terms.length > 1) return this.joined(terms, '', depth);
    const call = /^([\w.]+)\(/.exec(text);
    if (call && text.endsWith(')') && split(code, start + call[0].length, start + text.length - 1, ')').length === 1) {
      const args = split(code, start + call[0].length, start + text.length - 1, ',');
      if (/^(?:filepath|path)\.Join$/.test(call[1]!)) return this.joined(args, '/', depth);
      if (/^(?:filepath\.(?:Clean|ToSlash|FromSlash)|path\.Clean|http\.Dir|string|template\.HTML)$/.test(call[1]!)) return this.read(args[0]![0], args[0]![1], depth + 1);
      if (call[1] === 'fmt.Sprintf') return this.formatted(args, depth);
      if (call[1] === 'append') return this.all(args, depth);
      return unknown;
    }
    const list = /^\[(?:\d*|\.\.\.)\]string\s*\{/.exec(text);
    if (list && text.endsWith('}')) return this.all(split(code, start + list[0].length, start + text.length - 1, ','), depth);
    if (/^os\.Getwd\(\)$/.test(text)) return { paths: ['.'], proven: true };
    if (/^[a-z]\w*\.[A-Z]\w*$/.test(text) && this.constants.has(text)) return { paths: [this.constants.get(text)!], proven: true };
    const name = /^(\w+)(?:\.\.\.)?$/.exec(text)?.[1];
    if (name === undefined) return unknown;
    return this.assigned(name, start, depth) ?? (this.constants.has(name) ? { paths: [this.constants.get(name)!], proven: true } : unknown);
  }

  /** What a variable of the function is set to, where nothing unknown sets it. */
  private assigned(name: string, before: number, depth: number): PathValue | undefined {
    const { code } = this.file;
    const begin = this.functions.findLast((at) => at < before) ?? 0;
    // All of the function: in a loop, what comes later holds as well.
    const body = code.slice(begin, this.functions.find((at) => at > before) ?? code.length);
    if (new RegExp(`\\b${name},[ \\t]*\\w+[ \\t]*:?=[ \\t]*os\\.Getwd\\(\\)`).test(body)) return { paths: ['.'], proven: true };
    const sets = [...body.matchAll(new RegExp(`(?<![\\w.])${name}\\b[ \\t]*(:?=|\\+=)(?!=)`, 'g'))];
    const others = new RegExp(`(?:\\bfunc\\b[^{]*[(,][ \\t]*${name}[ \\t,]|\\b${name}[ \\t]*,[^=\\n(]*:?=|,[ \\t]*${name}\\b[ \\t]*(?:,[^=\\n(]*)?:?=|&${name}\\b|\\bvar[ \\t]+${name}[ \\t]+\\w)`).test(body);
    if (sets.length === 0 || others) return others ? unknown : undefined;
    const found = sets.map((match) => {
      const at = begin + match.index + match[0].length;
      return match[1] === '+=' ? unknown : this.read(at, endOfExpression(code, at), depth + 1);
    });
    return { paths: found.flatMap((value) => value.paths), proven: found.every((value) => value.proven) };
  }

  private all(spans: readonly (readonly [number, number])[], depth: number): PathValue {
    const found = spans.filter(([from, to]) => this.file.code.slice(from, to).trim() !== '').map(([from, to]) => this.read(from, to, depth + 1));
    return { paths: found.flatMap((value) => value.paths), proven: found.every((value) => value.proven) };
  }

  /** Pieces of a path one behind the other, as far as they are known. */
  private joined(spans: readonly (readonly [number, number])[], between: string, depth: number): PathValue {
    let known = '';
    for (const [index, [from, to]] of spans.entries()) {
      const value = this.read(from, to, depth + 1);
      const part = value.proven && value.paths.length === 1 ? value.paths[0]! : undefined;
      if (part === undefined) return folderOfPrefix(index === 0 ? '' : known + between);
      // It may be the beginning of a path itself.
      if (part.endsWith('/') && index < spans.length - 1) return folderOfPrefix(index === 0 ? part : known + between + part);
      known += index === 0 ? part : between + part;
    }
    return { paths: [known], proven: true };
  }

  private formatted(args: readonly (readonly [number, number])[], depth: number): PathValue {
    const format = this.read(args[0]![0], args[0]![1], depth + 1);
    const text = format.proven && format.paths.length === 1 ? format.paths[0]! : undefined;
    if (text === undefined) return unknown;
    let known = '';
    let next = 1;
    for (const piece of text.split(/(%[sv])/)) {
      if (/^%[sv]$/.test(piece)) {
        const value = args[next] && this.read(args[next]![0], args[next]![1], depth + 1);
        if (!value?.proven || value.paths.length !== 1) return folderOfPrefix(known);
        known += value.paths[0]!;
        next += 1;
      } else if (piece.includes('%')) return folderOfPrefix(known + piece.slice(0, piece.indexOf('%')));
      else known += piece;
    }
    return { paths: [known], proven: true };
  }
}

/** A path of which only the beginning is known lies in the last folder of it; one whose folder is not known may lie anywhere. */
function folderOfPrefix(prefix: string): PathValue {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  return join('', folder) === '' || folder.startsWith('..') ? { paths: [], proven: false } : { paths: [folder], proven: true };
}

/** Parts of an expression between separators that stand in no bracket. */
function split(code: string, from: number, to: number, separator: string): [number, number][] {
  const parts: [number, number][] = [];
  let depth = 0;
  let begin = from;
  let quote = '';
  for (let at = from; at < to; at += 1) {
    const character = code[at]!;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === '`' || character === "'") quote = character;
    else if (depth === 0 && character === separator) {
      parts.push([begin, at]);
      begin = at + 1;
    } else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
  }
  parts.push([begin, to]);
  return parts;
}

/** Where an expression that begins here ends: at the end of its line, unless a bracket or an operator goes on. */
function endOfExpression(code: string, from: number): number {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    const character = code[at]!;
    if ('([{'.includes(character) && !(depth === 0 && character === '{' && !/string\s*$/.test(code.slice(from, at)))) depth += 1;
    else if (depth === 0 && (character === ';' || character === '{' || character === ')' || character === '}')) return at;
    else if (')]}'.includes(character)) depth -= 1;
    else if (character === '\n' && depth === 0 && !/[+,]\s*$/.test(code.slice(from, at))) return at;
  }
  return code.length;
}
