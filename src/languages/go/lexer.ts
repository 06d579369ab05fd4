/** A string literal: where its opening quote stands, and its value. */
export interface Literal {
  readonly start: number;
  readonly value: string;
}

/** A call, `os.Open(path)`: the text before its parenthesis, and where its arguments stand. */
export interface Call {
  /** `os.Open`, `.ParseGlob` after another call, or a bare name. */
  readonly name: string;
  readonly start: number;
  /** Start and end of each argument. */
  readonly args: readonly (readonly [number, number])[];
  readonly end: number;
}

/** A Go file, read without a compiler. */
export interface Lexed {
  /** The text with comments and the insides of string literals blanked out; same length, and quotes stay. */
  readonly code: string;
  readonly strings: readonly Literal[];
  readonly lineAt: (offset: number) => number;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** A small lexer, not a parser. Source: the Go specification, "Comments", "String literals", "Rune literals". */
export function lex(text: string): Lexed {
  const strings: Literal[] = [];
  const code = text.replace(/\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'/g, (piece, start: number) => {
    const first = piece[0]!;
    if (first === '/') return piece.replace(/[^\n]/g, ' ');
    // A parenthesis as a rune is none of the code's.
    if (first === "'") return `'${' '.repeat(piece.length - 2)}'`;
    const inner = piece.slice(1, -1);
    strings.push({ start, value: first === '"' ? inner.replace(/\\(["\\/ntr])/g, (_, character: string) => escapes[character] ?? character) : inner });
    return first + inner.replace(/[^\n]/g, ' ') + first;
  });
  const lineStarts: number[] = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  return { code, strings, lineAt };
}

/** All calls in blanked code, in the order in which they end; declarations of functions are among them. */
export function callsIn(code: string): Call[] {
  const calls: Call[] = [];
  const open: { name: string | undefined; start: number; close: string; args: [number, number][]; from: number }[] = [];
  for (const match of code.matchAll(/([\w.]*)(\()|[[\]{}),]|["`]/g)) {
    const at = match.index;
    const token = match[2] ?? match[0];
    const top = open.at(-1);
    if (token === '"' || token === '`') continue;
    if (token === '(') {
      const paren = at + match[0].length - 1;
      open.push({ name: match[1], start: at, close: ')', args: [], from: paren + 1 });
    } else if (token === '[' || token === '{') {
      open.push({ name: undefined, start: at, close: token === '[' ? ']' : '}', args: [], from: at + 1 });
    } else if (token === ',') {
      if (top) {
        top.args.push([top.from, at]);
        top.from = at + 1;
      }
    } else if (top && top.close === token) {
      open.pop();
      if (top.name === undefined || top.name === '') continue;
      if (code.slice(top.from, at).trim() !== '') top.args.push([top.from, at]);
      calls.push({ name: top.name, start: top.start, args: top.args, end: at });
    }
  }
  return calls;
}
