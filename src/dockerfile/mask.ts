import type { Block } from './heredocs.ts';

/**
 * The source in the same length, as dockerfile-ast and BuildKit read it alike: only instructions are left, their lines joined by the default
 * escape character, without what the two take in different ways (heredocs, directives, escape characters, carriage returns, `#`),
 * and without flags, of which it takes the square of their number.
 */
export function maskForParser(source: string, blocks: readonly Block[]): string {
  let masked = '';
  for (const { head } of blocks) {
    masked += blank(source.slice(masked.length, head.start));
    masked += source
      .slice(head.start, head.end)
      .split(/(?<=\n)/)
      .map((line, index, all) => (index === all.length - 1 ? plain(line) : continued(line)))
      .join('');
  }
  return masked + blank(source.slice(masked.length));
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** White space of the field becomes a space; other white space, and what means something to the parser, a letter. */
const plain = (line: string): string => line.replace(/[\v\f\r]/g, ' ').replace(/[\\`<#-]|[^\S\t\n ]/g, '_');

/** A comment or a blank line between continued ones is left blank, which goes on as well. */
function continued(line: string): string {
  const bare = line.trim();
  if (/^(?:#|[\\`]?$)/.test(bare)) return blank(line);
  let end = line.length - 1;
  while (end > 0 && /\s/.test(line[end - 1]!)) end -= 1;
  if (end > 0 && /[\\`]/.test(line[end - 1]!)) end -= 1;
  end = Math.min(end, line.length - 2);
  return `${plain(line.slice(0, end))}\\${' '.repeat(line.length - end - 2)}\n`;
}
