/** What one place of a glob takes: any characters (`*`), or one of which `takes` says whether it fits. */
type Piece = '*' | { readonly takes: (char: string) => boolean };

/** A class such as `[a-z]`, `[!a]` or `[^a]`; a range the wrong way round takes nothing. Source: Go, path.Match; fnmatch(3). */
function classOf(body: string): (char: string) => boolean {
  const negated = /^[!^]/.test(body);
  const ranges: (readonly [string, string])[] = [];
  const chars = Array.from(negated ? body.slice(1) : body);
  for (let at = 0; at < chars.length; at += 1) {
    if (chars[at] === '\\' && at + 1 < chars.length) at += 1;
    const range = chars[at + 1] === '-' && at + 2 < chars.length;
    ranges.push([chars[at]!, chars[range ? at + 2 : at]!]);
    if (range) at += 2;
  }
  return (char) => ranges.some(([from, to]) => from <= char && char <= to) !== negated;
}

function piecesOf(glob: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob[at]!;
    const close = char === '[' ? glob.indexOf(']', at + (/^[!^]$/.test(glob[at + 1] ?? '') ? 3 : 2)) : -1;
    if (char === '*') pieces.push('*');
    else if (char === '?') pieces.push({ takes: () => true });
    else if (close > 0) {
      pieces.push({ takes: classOf(glob.slice(at + 1, close)) });
      at = close;
    } else {
      if (char === '\\' && at + 1 < glob.length) at += 1;
      const literal = glob[at]!;
      pieces.push({ takes: (other) => other === literal });
    }
  }
  return pieces;
}

/**
 * Whether a sequence fits pieces of which some are stars. Each star first takes as little as it can, and only the last one ever has to take
 * more: at most as many steps as both lengths multiplied, where a regular expression takes the text's length to the power of the stars.
 */
function fits(length: number, pieces: number, isStar: (piece: number) => boolean, takes: (piece: number, at: number) => boolean): boolean {
  let [at, piece] = [0, 0];
  let [retryAt, retryPiece] = [0, -1];
  while (at < length) {
    if (piece < pieces && isStar(piece)) {
      piece += 1;
      [retryAt, retryPiece] = [at, piece];
    } else if (piece < pieces && takes(piece, at)) {
      at += 1;
      piece += 1;
    } else {
      if (retryPiece < 0) return false;
      retryAt += 1;
      [at, piece] = [retryAt, retryPiece];
    }
  }
  while (piece < pieces && isStar(piece)) piece += 1;
  return piece === pieces;
}

/** A test for one part of a path against a glob of `*`, `?` and `[…]`; a backslash stands before a character that means itself. */
export function globMatcher(glob: string): (part: string) => boolean {
  const pieces = piecesOf(glob);
  return (part) => fits(part.length, pieces.length, (piece) => pieces[piece] === '*', (piece, at) => (pieces[piece] as { takes: (char: string) => boolean }).takes(part[at]!));
}

/** A test for paths against a glob, part by part; `**` takes any number of parts. */
export function pathMatcher(glob: string): (path: string) => boolean {
  const parts = glob.split('/').map((part) => (part === '**' ? '**' : globMatcher(part)));
  return (path) => {
    const names = path.split('/');
    return fits(names.length, parts.length, (piece) => parts[piece] === '**', (piece, at) => (parts[piece] as (part: string) => boolean)(names[at]!));
  };
}
