import { filesBelow, type Project } from '../../project/project.ts';

/** A place in a Go file that shows something. */
export interface GoEvidence {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What the project's own Go files show. Each list is in the order of files and lines. */
export interface GoSources {
  /** Whether there are Go files to look at. */
  readonly known: boolean;
  readonly imports: ReadonlyMap<string, GoEvidence>;
  /** String literals outside imports; `text` is the value. */
  readonly strings: readonly GoEvidence[];
  /** Calls that read files at a path that is no literal. */
  readonly unknownReads: readonly GoEvidence[];
  readonly writes: readonly GoEvidence[];
  readonly temporary: readonly GoEvidence[];
  readonly locations: readonly GoEvidence[];
  readonly home: readonly GoEvidence[];
  /** Programs started through os/exec; an unknown one has an empty text. */
  readonly programs: readonly GoEvidence[];
  readonly users: readonly GoEvidence[];
  /** Programs of `//go:generate` lines. */
  readonly generators: readonly string[];
  /** runtime.Caller used for more than logs: file paths of the build. */
  readonly callers: readonly GoEvidence[];
}

/** Bytes of Go source looked at; what lies beyond makes the answer "unknown reads". */
const enoughSource = 30_000_000;

const calls = {
  unknownReads: /\b(?:os\.(?:Open|OpenFile|ReadFile|ReadDir|DirFS|Stat)|ioutil\.(?:ReadFile|ReadDir)|filepath\.(?:Walk|WalkDir|Glob)|http\.(?:Dir|ServeFile)|template\.(?:ParseFiles|ParseGlob|ParseFS)|\.(?:ParseFiles|ParseGlob|LoadHTMLGlob|LoadHTMLFiles|StaticFile|SendFile|ReadInConfig|SetConfigFile|AddConfigPath))\(\s*(?!["`)])/g,
  writes: /\b(?:os\.(?:Create|WriteFile|Mkdir|MkdirAll|Rename|Remove|RemoveAll|Symlink|Truncate|Chmod|Chown)|ioutil\.WriteFile|SaveUploadedFile|SaveFile|os\.O_(?:CREATE|WRONLY|RDWR|APPEND))\b/g,
  temporary: /\b(?:os\.(?:CreateTemp|MkdirTemp|TempDir)|ioutil\.(?:TempFile|TempDir)|ParseMultipartForm|FormFile|MultipartForm)\b/g,
  locations: /\btime\.LoadLocation\(/g,
  home: /\b(?:os\.(?:UserHomeDir|UserConfigDir|UserCacheDir)\(|homedir\.(?:Dir|Expand)\(|os\.Getenv\("HOME"\))/g,
  users: /\buser\.(?:Current|Lookup|LookupId|LookupGroup)\(/g,
  callers: /\bruntime\.Caller\(/g,
} as const;

/** Looks through the project's own Go files below a folder; test files, vendored and generated trees are left out. */
export function goSources(project: Project, folder: string): GoSources {
  const found: Record<keyof typeof calls, GoEvidence[]> & { strings: GoEvidence[]; programs: GoEvidence[] } = {
    unknownReads: [], writes: [], temporary: [], locations: [], home: [], users: [], callers: [], strings: [], programs: [],
  };
  const imports = new Map<string, GoEvidence>();
  const generators = new Set<string>();
  const files = filesBelow(project, folder, (path) => path.endsWith('.go') && !path.endsWith('_test.go'));
  let bytes = 0;
  for (const file of files) {
    const text = project.read(file) ?? '';
    bytes += text.length;
    if (bytes > enoughSource) {
      found.unknownReads.push({ file, line: 1, text: 'more source than is looked at' });
      break;
    }
    scanFile(file, text, imports, found);
    for (const match of text.matchAll(/^\/\/go:generate[ \t]+(?:go[ \t]+(?:run|tool)[ \t]+(?:-\S+[ \t]+)*)?(\S+)/gm)) generators.add(match[1]!.replace(/@.*$/, '').split('/').at(-1)!);
  }
  return { known: files.length > 0, imports, generators: [...generators], ...found };
}

function scanFile(file: string, text: string, imports: Map<string, GoEvidence>, found: Record<keyof typeof calls, GoEvidence[]> & { strings: GoEvidence[]; programs: GoEvidence[] }): void {
  // `//go:build ignore` files are tools that `go run` starts, not part of the program.
  if (/^\/\/\s*(?:go:build|\+build)\s+ignore\b/m.test(text.slice(0, 2000))) return;
  const { code, strings } = lex(text);
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
  const importEnd = Math.max(0, ...Array.from(code.matchAll(/^import\s*(?:\([^)]*\)|[^\n]*)/gm), (match) => match.index + match[0].length));
  for (const literal of strings) {
    const evidence = { file, line: lineAt(literal.start), text: literal.value };
    if (literal.start < importEnd) {
      if (!imports.has(literal.value)) imports.set(literal.value, evidence);
    } else if (literal.value !== '' && literal.value.length < 300) {
      found.strings.push(evidence);
    }
  }
  for (const [kind, pattern] of Object.entries(calls) as [keyof typeof calls, RegExp][]) {
    for (const match of code.matchAll(pattern)) found[kind].push({ file, line: lineAt(match.index), text: match[0].replace(/\($/, '') });
  }
  for (const match of code.matchAll(/\bexec\.(?:Command\(|CommandContext\(\s*[\w.()]+\s*,|LookPath\()\s*/g)) {
    const at = match.index + match[0].length;
    const literal = strings.find((item) => item.start === at);
    found.programs.push({ file, line: lineAt(match.index), text: literal?.value ?? '' });
  }
}

/**
 * Go text with comments and the insides of string literals blanked out (quotes stay, so that a literal argument is told from another), and the
 * literals. Same length as the input. A small lexer, not a parser: the Go specification's rules for comments, strings, raw strings and runes.
 */
function lex(text: string): { code: string; strings: { start: number; value: string }[] } {
  const strings: { start: number; value: string }[] = [];
  const code = text.replace(/\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'/g, (piece, start: number) => {
    const first = piece[0]!;
    if (first === '/') return piece.replace(/[^\n]/g, ' ');
    if (first === "'") return piece;
    const inner = piece.slice(1, -1);
    strings.push({ start, value: first === '"' ? inner.replace(/\\(["\\/])/g, '$1') : inner });
    return first + inner.replace(/[^\n]/g, ' ') + first;
  });
  return { code, strings };
}
