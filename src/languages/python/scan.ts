import { filesBelow, type Project } from '../../project/project.ts';

export interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'mark' | 'line';
  readonly text: string;
  readonly line: number;
}

/** A call with what stands between its parentheses. */
export interface Call {
  /** Dotted: `subprocess.run`, `open`, `.write_text` for a method of something that is no plain name. */
  readonly name: string;
  readonly args: readonly Token[];
  readonly file: string;
  readonly line: number;
}

export interface PythonFile {
  readonly path: string;
  readonly text: string;
  /** Modules as imported, dotted: `git`, `os.path`. */
  readonly imports: readonly { readonly module: string; readonly line: number }[];
  readonly calls: readonly Call[];
  readonly strings: readonly Token[];
}

/** The project's own Python sources, as far as they may be read. */
export interface PythonSources {
  /** False when there is no project at hand, or it has more than is read: then nothing can be said to be absent. */
  readonly complete: boolean;
  readonly files: readonly PythonFile[];
}

const mostFiles = 4000;
const mostBytes = 24_000_000;
const longestFile = 1_500_000;

/** Folders whose code does not run in the container. */
const aside = /(?:^|\/)(?:tests?|testing|docs?|examples?|site-packages|dist-packages|migrations)\//;

/** Reads and scans the .py files of a project; `tests`, `docs` and the like are left out. */
export function scanSources(project: Project): PythonSources {
  if (!project.known) return { complete: false, files: [] };
  const paths = filesBelow(project, '', (path) => path.endsWith('.py'));
  const files: PythonFile[] = [];
  let bytes = 0;
  for (const path of paths) {
    if (aside.test(path) && !path.endsWith('__main__.py')) continue;
    const text = project.read(path);
    if (text === undefined) continue;
    bytes += text.length;
    if (files.length >= mostFiles || bytes > mostBytes || text.length > longestFile) return { complete: false, files };
    files.push(scanFile(path, text));
  }
  return { complete: true, files };
}

export function scanFile(path: string, text: string): PythonFile {
  const tokens = tokenize(text);
  const imports: { module: string; line: number }[] = [];
  const calls: Call[] = [];
  const strings: Token[] = [];
  tokens.forEach((token, at) => {
    const before = tokens[at - 1];
    const starts = before === undefined || before.kind === 'line' || before.text === ':' || before.text === ';';
    if (token.kind === 'string' && !(starts && (tokens[at + 1] === undefined || tokens[at + 1]!.kind === 'line'))) strings.push(token);
    if (token.kind !== 'name') return;
    if (starts && (token.text === 'import' || token.text === 'from')) imports.push(...importsAt(tokens, at));
    if (tokens[at + 1]?.text === '(' && before?.text !== 'def' && before?.text !== 'class') {
      calls.push({ name: before?.text === '.' ? `.${token.text}` : token.text, args: argumentsAt(tokens, at + 1), file: path, line: token.line });
    }
  });
  return { path, text, imports, calls, strings };
}

function importsAt(tokens: readonly Token[], at: number): { module: string; line: number }[] {
  const { line, text } = tokens[at]!;
  if (text === 'from') {
    const module = tokens[at + 1]?.kind === 'name' ? tokens[at + 1]!.text : '';
    if (module === '') return [];
    const names: string[] = [];
    for (let next = at + 3; tokens[next] && tokens[next]!.kind !== 'line'; next += 1) {
      if (tokens[next]!.kind === 'name' && tokens[next - 1]!.text !== 'as' && tokens[next]!.text !== 'as') names.push(tokens[next]!.text);
    }
    return [{ module, line }, ...names.map((name) => ({ module: `${module}.${name}`, line }))];
  }
  const out: { module: string; line: number }[] = [];
  for (let next = at + 1; tokens[next] && tokens[next]!.kind !== 'line' && tokens[next]!.text !== ';'; next += 1) {
    if (tokens[next]!.kind === 'name' && (tokens[next - 1]!.text === 'import' || tokens[next - 1]!.text === ',')) out.push({ module: tokens[next]!.text, line });
  }
  return out;
}

/** The tokens up to the closing parenthesis; at most 200. */
function argumentsAt(tokens: readonly Token[], open: number): Token[] {
  const out: Token[] = [];
  let depth = 0;
  for (let at = open; at < tokens.length && out.length < 200; at += 1) {
    const { text, kind } = tokens[at]!;
    if (kind === 'mark' && '([{'.includes(text)) depth += 1;
    if (kind === 'mark' && ')]}'.includes(text) && --depth === 0) return out;
    if (at > open && kind !== 'line') out.push(tokens[at]!);
  }
  return out;
}

/**
 * Names (dotted ones as one token), strings, numbers and marks of Python text; comments are left out, `line` tokens end logical lines.
 * Source: "Lexical analysis" in the Python reference.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /(?<space>[ \t\f\r]+|\\\r?\n)|(?<line>\n)|(?<comment>#[^\n]*)|(?<prefix>[rRbBuUfFtT]{0,2})(?<quote>"""|'''|"|')|(?<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(?<number>\d[\w.]*)|(?<mark>[\s\S])/gu;
  let line = 1;
  let depth = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const groups = match.groups!;
    if (groups['quote'] !== undefined) {
      const end = endOfString(text, pattern.lastIndex, groups['quote'], groups['quote'].length === 3);
      const body = text.slice(pattern.lastIndex, end);
      tokens.push({ kind: 'string', text: body, line });
      line += countLines(body);
      pattern.lastIndex = Math.min(text.length, end + (text[end] === '\n' ? 0 : groups['quote'].length));
    } else if (groups['line'] !== undefined) {
      if (depth === 0 && tokens.at(-1)?.kind !== 'line') tokens.push({ kind: 'line', text: '', line });
      line += 1;
    } else if (groups['name'] !== undefined) tokens.push({ kind: 'name', text: groups['name'], line });
    else if (groups['number'] !== undefined) tokens.push({ kind: 'number', text: groups['number'], line });
    else if (groups['mark'] !== undefined) {
      if ('([{'.includes(groups['mark'])) depth += 1;
      if (')]}'.includes(groups['mark'])) depth = Math.max(0, depth - 1);
      tokens.push({ kind: 'mark', text: groups['mark'], line });
    } else if (groups['space'] !== undefined) line += countLines(groups['space']);
  }
  return tokens;
}

function endOfString(text: string, from: number, quote: string, long: boolean): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (!long && text[at] === '\n') return at;
    else if (text.startsWith(quote, at)) return at;
  }
  return text.length;
}

const countLines = (text: string): number => text.split('\n').length - 1;
