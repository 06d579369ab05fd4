/** A string literal of a source file, with the line it stands on. */
export interface Literal {
  readonly text: string;
  readonly line: number;
  /** True for a template with `${…}`: `text` is what stands before the first one. */
  readonly dynamic: boolean;
}

/** A source file without its comments. */
export interface Scanned {
  /** As long as the source; comments and the contents of regular expressions are blanked, strings are kept. */
  readonly code: string;
  readonly literals: readonly Literal[];
  readonly imports: readonly { readonly name: string; readonly line: number }[];
  /** A `require(…)` or `import(…)` whose argument is not one plain string: its line. */
  readonly dynamicImport: number | undefined;
}

/** Characters of one source file beyond which it is generated or minified and says little. */
const longestSource = 400_000;

/** Reads JavaScript or TypeScript well enough to find its strings and imports. Never throws; in doubt it sees more, not less. */
export function scanSource(text: string): Scanned {
  const source = text.slice(0, longestSource);
  const { code, literals } = withoutComments(source);
  const lineAt = lineCounter(code);
  const imports: { name: string; line: number }[] = [];
  for (const match of code.matchAll(importPattern)) {
    const name = match[2] ?? match[4] ?? match[6];
    if (name !== undefined && !/^\s*(?:import|export)\s+type\b/.test(match[0])) imports.push({ name, line: lineAt(match.index) });
  }
  const dynamic = /(?<![\w.$])(?:require|import)\s*\(\s*(?!['"`]|\))/.exec(code) ?? /(?<![\w.$])(?:require|import)\s*\(\s*(?:`[^`]*\$\{|(['"])[^'"]*\1\s*[+,])/.exec(code);
  return { code, literals, imports, dynamicImport: dynamic ? lineAt(dynamic.index) : undefined };
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `require('x')`, `import('x')`, `require.resolve('x')`. */
const importPattern = /(?<![\w.$])(?:import|export)\s+(?:type\s+)?(?:[\w*{}$,\s]+?\sfrom\s*|[\w*{}$,\s]*?[}*]\s*from\s*)(['"])([^'"\n]+)\1|(?<![\w.$])import\s*(['"])([^'"\n]+)\3|(?<![\w.$])(?:require(?:\.resolve)?|import)\s*\(\s*(['"`])([^'"`\n$]+)\5\s*[,)]/g;

/** Gives the 1-based line of an offset; offsets may come in any order. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

function withoutComments(source: string): { code: string; literals: Literal[] } {
  const out: string[] = [];
  const literals: Literal[] = [];
  /** Depths of braces at which a template's `${` was opened. */
  const templates: number[] = [];
  let depth = 0;
  let line = 1;
  let last = '';
  let at = 0;
  const copyTo = (end: number): void => {
    for (; at < end; at += 1) {
      if (source[at] === '\n') line += 1;
      out.push(source[at]!);
    }
  };
  const blankTo = (end: number): void => {
    for (; at < end; at += 1) {
      if (source[at] === '\n') line += 1;
      out.push(source[at] === '\n' ? '\n' : ' ');
    }
  };
  const template = (): void => {
    const start = at;
    const startLine = line;
    const end = endOfTemplate(source, at);
    const dynamic = source[end - 1] === '{';
    literals.push({ text: unescape(source.slice(start, dynamic ? end - 2 : end - 1)), line: startLine, dynamic });
    copyTo(end);
    if (dynamic) {
      templates.push(depth);
      depth += 1;
    }
  };
  while (at < source.length) {
    const char = source[at]!;
    if (char === '/' && source[at + 1] === '/') {
      const end = source.indexOf('\n', at);
      blankTo(end < 0 ? source.length : end);
    } else if (char === '/' && source[at + 1] === '*') {
      const end = source.indexOf('*/', at + 2);
      blankTo(end < 0 ? source.length : end + 2);
    } else if (char === '/' && startsRegExp(last)) {
      const end = endOfRegExp(source, at);
      if (end === undefined) copyTo(at + 1);
      else blankTo(end);
      last = ')';
    } else if (char === '"' || char === "'") {
      const end = endOfString(source, at, char);
      literals.push({ text: unescape(source.slice(at + 1, end - 1)), line, dynamic: false });
      copyTo(end);
      last = char;
    } else if (char === '`') {
      copyTo(at + 1);
      template();
      last = '`';
    } else {
      if (char === '{') depth += 1;
      if (char === '}') {
        depth -= 1;
        if (templates.at(-1) === depth) {
          templates.pop();
          copyTo(at + 1);
          template();
          last = '`';
          continue;
        }
      }
      if (!/\s/.test(char)) last = /[\w$]/.test(char) && /[\w$]/.test(last.at(-1) ?? '') && /[\w$]/.test(source[at - 1] ?? '') ? last + char : char;
      copyTo(at + 1);
    }
  }
  return { code: out.join(''), literals };
}

/** A `/` after an operator or one of these words starts a regular expression; after a value it divides. */
const startsRegExp = (last: string): boolean => last === '' || /^[([{,;=:!&|?+\-*%<>~^}]$/.test(last) || /^(?:return|typeof|case|in|of|delete|void|throw|new|do|else|await|yield)$/.test(last);

function endOfRegExp(source: string, from: number): number | undefined {
  let inClass = false;
  for (let at = from + 1; at < source.length; at += 1) {
    const char = source[at];
    if (char === '\n') return undefined;
    if (char === '\\') at += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
  }
  return undefined;
}

function endOfString(source: string, from: number, quote: string): number {
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at + 1;
    else if (source[at] === '\n') return at;
  }
  return source.length;
}

/** Position after the closing back quote, or after the `${` that interrupts the text. */
function endOfTemplate(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '`') return at + 1;
    else if (source[at] === '$' && source[at + 1] === '{') return at + 2;
  }
  return source.length;
}

const unescape = (text: string): string => text.replace(/\\([\\'"`/$])/g, '$1');
