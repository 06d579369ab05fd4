/**
 * Physical and logical lines as BuildKit reads them. An escape character at the end of a line takes the next one in, two of them are a
 * character of the text; comments and blank lines in between do not count. Source: BuildKit, frontend/dockerfile/parser/parser.go.
 */
export type Escape = '\\' | '`';

/** An instruction's head: its lines joined, and where each of them came from. Bodies of heredocs come after it. */
export interface LogicalLine {
  /** Offset of its first character that is not white space. */
  readonly start: number;
  /** Offset after its last character: white space does not belong to it, nor a continuation with nothing behind it. */
  readonly end: number;
  /** Offset of the end of the last physical line that it takes, comments and blank lines included. */
  readonly stop: number;
  /** Joined, without continuations, comments, and the white space around it. */
  readonly text: string;
  /** Offset in the source of a character of `text`. */
  readonly offsetOf: (index: number) => number;
}

/** White space by Go's unicode.IsSpace: JavaScript's `\s` has U+FEFF and lacks U+0085. */
export const space = '[\\t-\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]';
const isSpace = RegExp.prototype.test.bind(new RegExp(`^${space}$`));

/** The text without white space (Go's) around it, and how much was in front. */
export function trimmed(text: string): { text: string; before: number } {
  let before = 0;
  while (before < text.length && isSpace(text[before]!)) before += 1;
  let end = text.length;
  while (end > before && isSpace(text[end - 1]!)) end -= 1;
  return { text: text.slice(before, end), before };
}

/**
 * The first instruction at or after `from`; undefined when only comments and blank lines are left. Its text is empty for a continuation
 * at the end of the file that nothing comes before or after.
 */
export function nextLogicalLine(source: string, from: number, escape: Escape): LogicalLine | undefined {
  const pieces: { at: number; from: number }[] = [];
  let text = '';
  let goesOn = false;
  let stop = from;
  for (let start: number | undefined = from; start !== undefined && start < source.length; start = nextLine(source, stop)) {
    const line = source.slice(start, endOfLine(source, start));
    const bare = trimmed(line);
    if (!goesOn && pieces.length > 0) break;
    stop = start + line.length;
    if (bare.text === '' || bare.text.startsWith('#')) continue;
    const cut = continuationIn(line, escape);
    pieces.push({ at: text.length, from: start });
    text += cut === undefined ? line : line.slice(0, cut);
    goesOn = cut !== undefined;
  }
  if (pieces.length === 0) return undefined;
  const whole = trimmed(text);
  const offsetOf = (index: number): number => {
    const at = index + whole.before;
    const piece = pieces.findLast((candidate) => candidate.at <= at)!;
    return piece.from + at - piece.at;
  };
  const end = whole.text === '' ? offsetOf(0) : offsetOf(whole.text.length - 1) + 1;
  return { start: offsetOf(0), end, stop, text: whole.text, offsetOf };
}

/** Offset of the escape character that takes the next line in; undefined when there is none. */
function continuationIn(line: string, escape: Escape): number | undefined {
  let at = line.length - 1;
  while (at >= 0 && (line[at] === ' ' || line[at] === '\t')) at -= 1;
  return line[at] === escape && line[at - 1] !== escape ? at : undefined;
}

/**
 * As long as the input: comment and blank lines between continued lines are blanked out, and continuations written as a shell knows them,
 * so that offsets found in the result are offsets in the source.
 */
export function blankContinuations(body: string, escape: Escape): string {
  let continued = false;
  return body
    .split(/(?<=\n)/)
    .map((line, number) => {
      const bare = trimmed(line).text;
      if (number > 0 && continued && (bare === '' || bare.startsWith('#'))) return vanishing(line.length);
      const cut = line.endsWith('\n') ? continuationIn(line.replace(/\r*\n$/, ''), escape) : undefined;
      continued = cut !== undefined;
      return cut === undefined ? line : line.slice(0, cut) + vanishing(line.length - cut);
    })
    .join('');
}

/** Text of that length which a shell reads over. One character of an odd length has to be a space. */
const vanishing = (length: number): string => ' '.repeat(length % 2) + '\\\n'.repeat(Math.floor(length / 2));

/** Offset of the end of the line at `from`, its line end not included. */
export function endOfLine(source: string, from: number): number {
  const lineEnd = source.indexOf('\n', from);
  let end = lineEnd < 0 ? source.length : lineEnd;
  while (end > from && source[end - 1] === '\r') end -= 1;
  return end;
}

/** Offset at which the line after `end` starts; undefined after the last one. */
export function nextLine(source: string, end: number): number | undefined {
  const lineEnd = source.indexOf('\n', end);
  return lineEnd < 0 || lineEnd + 1 >= source.length ? undefined : lineEnd + 1;
}
