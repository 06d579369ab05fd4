import type { Heredoc } from './model.ts';
import { blankContinuations, endOfHead, endOfLine, nextLine, type Escape } from './lines.ts';

/** A heredoc with its place in the source. */
export interface PlacedHeredoc extends Heredoc {
  /** Offset of its `<<`. */
  readonly at: number;
  /** Where the head of its instruction ends: what follows are bodies. */
  readonly head: number;
  /** From the line after the head to the end of the line with the delimiter. */
  readonly start: number;
  readonly end: number;
  readonly closed: boolean;
}

/**
 * Finds the heredocs as BuildKit does: words of RUN, COPY and ADD, outside of quotes, of the form `<<name`, `<<-name`, `<<"name"`.
 * Their bodies follow in that order, line by line up to the name alone. Source: BuildKit, frontend/dockerfile/parser.
 */
export function findHeredocs(source: string, escape: Escape): PlacedHeredoc[] {
  const found: PlacedHeredoc[] = [];
  if (!source.includes('<<')) return found;
  for (let from: number | undefined = 0; from !== undefined; ) {
    const line = source.slice(from, endOfLine(source, from));
    const head = /^[\t ]*(?:#.*)?$/.test(line) ? from + line.length : endOfHead(source, from, escape);
    const text = source.slice(from, head);
    let end = head;
    if (text.includes('<<') && /^\s*(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s/i.test(text)) {
      for (const { at, name, quoted, tabs } of announced(blankContinuations(text, escape))) {
        const body = bodyOf(source, nextLine(source, end) ?? source.length, name, tabs);
        found.push({ name, quoted, at: from + at, head, ...body });
        end = body.end;
      }
    }
    from = nextLine(source, end);
  }
  return found;
}

/** The heredocs that a head announces, in order. */
function announced(head: string): { at: number; name: string; quoted: boolean; tabs: boolean }[] {
  return words(head).flatMap(({ at, text }) => {
    const match = /^\d*<<(-?)([^<]+)$/s.exec(text);
    const name = match?.[2]!.replace(/["']/g, '').replace(/\\(.)/gs, '$1');
    return name ? [{ at: at + text.indexOf('<<'), name, quoted: /["'\\]/.test(match![2]!), tabs: match![1] === '-' }] : [];
  });
}

/** Words as a shell splits them; quotes and escapes stay. */
function words(text: string): { at: number; text: string }[] {
  return Array.from(text.matchAll(/(?:'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|\\(?:.|$)|[^\s'"\\])+/gs), (match) => ({ at: match.index, text: match[0] }));
}

function bodyOf(source: string, start: number, name: string, tabs: boolean): Pick<PlacedHeredoc, 'body' | 'start' | 'end' | 'closed'> {
  for (let from: number | undefined = start; from !== undefined && from < source.length; from = nextLine(source, from)) {
    const end = endOfLine(source, from);
    const line = source.slice(from, end);
    if ((tabs ? line.replace(/^\t+/, '') : line) === name) return { body: source.slice(start, from).replace(/\r?\n$/, ''), start, end, closed: true };
  }
  return { body: source.slice(start), start, end: source.length, closed: false };
}

/**
 * The source in the same length, without what dockerfile-ast reads in another way than BuildKit: announcements of heredocs and any other
 * `<<` become plain words, bodies become comments, `\#`, a doubled escape character at the end of a line and a carriage return without line feed
 * become plain characters.
 */
export function maskForParser(source: string, heredocs: readonly PlacedHeredoc[], escape: Escape): string {
  const doubled = escape === '`' ? /``(?=[\t ]*(?:\r?\n|$))/g : /\\\\(?=[\t ]*(?:\r?\n|$))/g;
  const plain = (text: string): string => text.replaceAll('<<', '__').replaceAll(`${escape}#`, '_#').replace(doubled, '__').replace(/\r(?!\n)/g, ' ');
  let masked = '';
  let position = 0;
  for (const { start, end } of heredocs) {
    masked += plain(source.slice(position, start)) + source.slice(start, end).replace(/\r(?!\n)|[^\r\n]/g, '#');
    position = Math.max(position, end);
  }
  return masked + plain(source.slice(position));
}
