/**
 * Where a line goes on in the next one: at an escape character that ends it. Two of them are a character of the text.
 * Source: BuildKit, frontend/dockerfile/parser, `lineContinuationRegex`.
 */
const continuation = { '\\': /(?<!\\)\\[\t ]*(\r?\n|$)$/, '`': /(?<!`)`[\t ]*(\r?\n|$)$/ } as const;

export type Escape = keyof typeof continuation;

/**
 * As long as the input: comment and blank lines between continued lines are blanked out, and continuations written as a shell knows them,
 * so that offsets found in the result are offsets in the source.
 */
export function blankContinuations(body: string, escape: Escape): string {
  let continued = false;
  return body
    .split(/(?<=\n)/)
    .map((line, number) => {
      const bare = line.replace(/\r?\n$/, '');
      if (number > 0 && continued && (/^[\t ]*#/.test(bare) || /^[\t ]*$/.test(bare))) return ' '.repeat(line.length);
      const match = line.endsWith('\n') ? continuation[escape].exec(line) : null;
      continued = match !== null;
      return match ? line.slice(0, match.index).padEnd(line.length - 2) + '\\\n' : line;
    })
    .join('');
}

/** Offset of the end of the line at `from`, its line end not included. */
export function endOfLine(source: string, from: number): number {
  const lineEnd = source.indexOf('\n', from);
  const end = lineEnd < 0 ? source.length : lineEnd;
  return end > from && source[end - 1] === '\r' ? end - 1 : end;
}

/** Offset of the end of an instruction's head, which starts at `from`: the first line that does not go on in the next one. */
export function endOfHead(source: string, from: number, escape: Escape): number {
  const continues = continuation[escape];
  let end = endOfLine(source, from);
  let line = source.slice(from, end);
  for (let goesOn = continues.test(line); goesOn; goesOn = continues.test(line) || /^[\t ]*(?:#.*)?$/s.test(line)) {
    const next = nextLine(source, end);
    if (next === undefined) return end;
    end = endOfLine(source, next);
    line = source.slice(next, end);
  }
  return end;
}

/** Offset at which the line after `end` starts; undefined after the last one. */
export function nextLine(source: string, end: number): number | undefined {
  const lineEnd = source.indexOf('\n', end);
  return lineEnd < 0 || lineEnd + 1 >= source.length ? undefined : lineEnd + 1;
}
