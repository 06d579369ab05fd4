import { space, trimmed, type Escape } from './lines.ts';
import type { Flag } from './model.ts';

const isSpace = RegExp.prototype.test.bind(new RegExp(`^${space}$`));

/** White space between a keyword and its arguments, and between those. Source: BuildKit, parser.go, `reWhitespace`. */
const gap = /[\t\v\f\r ]+/;

/** What a head (a logical line) starts with: its keyword in upper case, the flags after it, and where the arguments start. */
export function splitHead(head: string, escape: Escape): { keyword: string; flags: Flag[]; argumentsAt: number } {
  const keyword = head.split(gap, 1)[0]!;
  const { words, end } = leadingFlags(head, keyword.length, escape);
  const rest = trimmed(head.slice(end));
  const flags = words.map((word): Flag => {
    const equals = word.indexOf('=');
    return equals < 0 ? { name: word.slice(2), value: undefined } : { name: word.slice(2, equals), value: word.slice(equals + 1) };
  });
  return { keyword: keyword.toUpperCase(), flags, argumentsAt: rest.text === '' ? head.length : end + rest.before };
}

/** Words from `from` on that start with `--`, quotes and escapes resolved; `--` alone ends them. Source: BuildKit, split_command.go. */
function leadingFlags(text: string, from: number, escape: Escape): { words: string[]; end: number } {
  const words: string[] = [];
  let position = from;
  for (;;) {
    while (position < text.length && isSpace(text[position]!)) position += 1;
    if (!text.startsWith('--', position)) return { words, end: position };
    let word = '';
    let quote = '';
    for (; position < text.length; position += 1) {
      const char = text[position]!;
      if (quote === '' && isSpace(char)) break;
      if (char === quote) quote = '';
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (char !== escape) word += char;
      else word += text[++position] ?? '';
    }
    if (word === '--') return { words, end: Math.min(position, text.length) };
    words.push(word);
  }
}

/**
 * Words of ARG, ENV and LABEL: split at white space outside of quotes, quotes and escapes kept. Source: BuildKit, line_parsers.go, `parseWords`.
 */
function wordsWithQuotes(text: string, escape: Escape): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let begun = false;
  const finish = (): void => {
    if (begun) words.push(word);
    word = '';
    begun = false;
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (quote === '' && isSpace(char)) {
      finish();
      continue;
    }
    if (char === escape && quote !== "'") {
      // At the end of the text it says nothing.
      if (at + 1 === text.length) break;
      word += char + text[++at]!;
    } else {
      if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (char === quote) quote = '';
      word += char;
    }
    begun = true;
  }
  finish();
  return words;
}

export interface Pair {
  readonly name: string;
  /** As written; undefined for an ARG without default, and for what is no pair. */
  readonly value: string | undefined;
}

/**
 * The names and values of ARG, ENV and LABEL, the legacy form `ENV name value` included. Source: BuildKit, line_parsers.go. In names, as in
 * values, BuildKit takes quotes off later, those of ARG excepted; here they are off where the name has no more than them.
 */
export function pairsIn(keyword: string, text: string, escape: Escape): Pair[] {
  return rawPairs(keyword, text, escape).map((pair) => (keyword === 'ARG' ? pair : { ...pair, name: pair.name.replace(/^(["'])([^"'$\\`]*)\1$/, '$2') }));
}

function rawPairs(keyword: string, text: string, escape: Escape): Pair[] {
  const words = wordsWithQuotes(text, escape);
  if (keyword !== 'ARG' && words[0]?.includes('=') === false) {
    const name = text.split(gap, 1)[0]!;
    const between = gap.exec(text);
    return [{ name, value: between ? text.slice(between.index + between[0].length) : undefined }];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    return equals < 0 ? { name: word, value: undefined } : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

/** The words of an exec form; undefined when it is none, which Docker runs through the shell. */
export function jsonArray(text: string): string[] | undefined {
  const value = jsonIn(text);
  return value?.every((item) => typeof item === 'string') ? (value as string[]) : undefined;
}

/** Whether it is a JSON array of something else than strings, which BuildKit rejects. */
export const isMixedArray = (text: string): boolean => jsonIn(text)?.some((item) => typeof item !== 'string') ?? false;

function jsonIn(text: string): unknown[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
