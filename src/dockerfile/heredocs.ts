import { jsonArray, splitHead } from './arguments.ts';
import { Lexer, type LexOptions } from './lexer.ts';
import { endOfLine, nextLine, nextLogicalLine, type Escape, type LogicalLine } from './lines.ts';
import type { Heredoc } from './model.ts';
import { LexError } from './patterns.ts';

/** A heredoc with its place in the source. */
export interface PlacedHeredoc extends Heredoc {
  /** From the line after the head to the end of the line with the delimiter. */
  readonly start: number;
  readonly end: number;
  readonly closed: boolean;
}

/** An instruction as its text has it: the head, then the bodies of its heredocs. */
export interface Block {
  readonly head: LogicalLine;
  readonly heredocs: readonly PlacedHeredoc[];
}

/** Cuts a Dockerfile into its instructions as BuildKit does. Source: BuildKit, frontend/dockerfile/parser/parser.go. */
export function blocksOf(source: string, escape: Escape): Block[] {
  const blocks: Block[] = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const head = nextLogicalLine(source, from, escape);
    if (!head) return blocks;
    const heredocs: PlacedHeredoc[] = [];
    for (const announcement of announcedBy(head.text, escape)) {
      heredocs.push(placed(source, nextLine(source, heredocs.at(-1)?.end ?? head.stop) ?? source.length, announcement));
    }
    blocks.push({ head, heredocs });
    from = nextLine(source, heredocs.at(-1)?.end ?? head.stop);
  }
  return blocks;
}

interface Announcement {
  readonly name: string;
  readonly quoted: boolean;
  readonly tabs: boolean;
}

/** The heredocs that a head announces, in order: words of RUN, COPY and ADD of the form `<<name`, `<<-name`, `<<"name"`. */
function announcedBy(head: string, escape: Escape): Announcement[] {
  if (!head.includes('<<')) return [];
  const { keyword, argumentsAt } = splitHead(head, escape);
  const body = head.slice(argumentsAt);
  const inner = keyword === 'ONBUILD' ? splitHead(body, escape) : undefined;
  if (!/^(?:RUN|COPY|ADD)$/.test(inner?.keyword ?? keyword) || jsonArray(inner ? body.slice(inner.argumentsAt) : body)) return [];
  // BuildKit takes the backslash here, whatever escape character the file sets.
  return wordsOf(head, { escape: '\\', rawQuotes: true, rawEscapes: true, keepUnset: true }).flatMap((word) => {
    const match = /^\d*<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word);
    const name = match ? wordsOf(match[2]!, { escape: '\\', keepUnset: true }) : [];
    if (name.length !== 1) return [];
    const [raw = ''] = wordsOf(match![2]!, { escape: '\\', keepUnset: true, rawQuotes: true });
    return [{ name: name[0]!, quoted: quotesIn(raw) !== quotesIn(name[0]!), tabs: match![1] === '-' }];
  });
}

const quotesIn = (text: string): number => text.match(/["']/g)?.length ?? 0;

/** The words of a text; none where BuildKit cannot read it. */
function wordsOf(text: string, options: LexOptions): readonly string[] {
  try {
    return new Lexer(text, () => undefined, { ...options, split: true }).run().words;
  } catch (error) {
    if (error instanceof LexError) return [];
    throw error;
  }
}

/** Its body, line by line up to the delimiter alone, from `start` on. */
function placed(source: string, start: number, { name, quoted, tabs }: Announcement): PlacedHeredoc {
  for (let from: number | undefined = start; from !== undefined && from < source.length; from = nextLine(source, endOfLine(source, from))) {
    const end = endOfLine(source, from);
    const line = source.slice(from, end);
    if ((tabs ? line.replace(/^\t+/, '') : line) === name) return { name, quoted, body: source.slice(start, from).replace(/\r?\n$/, ''), start, end, closed: true };
  }
  return { name, quoted, body: source.slice(start), start, end: source.length, closed: false };
}
