import { createTwoFilesPatch } from 'diff';

/** One side of a diff: the file's name relative to the project, and its text. */
export interface DiffSide {
  readonly name: string;
  readonly text: string;
}

/**
 * A unified diff that `git apply` and `patch -p1` take. Between two names it says that the new file is a copy of the old one with
 * changes, so that applying it makes the new file and leaves the old one alone. Empty when the texts are equal.
 */
export function unifiedDiff(before: DiffSide, after: DiffSide): string {
  if (before.text === after.text && before.name === after.name) return '';
  // A tab after a name with a space shows where it ends.
  const tail = (name: string): string | undefined => (name.includes(' ') ? '' : undefined);
  const patch = createTwoFilesPatch(`a/${before.name}`, `b/${after.name}`, before.text, after.text, tail(before.name), tail(after.name), { context: 3 });
  const hunks = patch.slice(patch.indexOf('--- '));
  if (before.name === after.name) return hunks;
  return `diff --git a/${before.name} b/${after.name}\ncopy from ${before.name}\ncopy to ${after.name}\n${hunks}`;
}

/** Colours for a diff on a terminal: what picocolors offers. */
export interface DiffColors {
  readonly bold: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
}

/** The same diff with the colours that git uses. */
export function colorDiff(diff: string, colors: DiffColors): string {
  let inHunk = false;
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('@@')) inHunk = true;
      if (!inHunk) return line === '' ? line : colors.bold(line);
      if (line.startsWith('@@')) return colors.cyan(line);
      if (line.startsWith('+')) return colors.green(line);
      return line.startsWith('-') ? colors.red(line) : line;
    })
    .join('\n');
}
