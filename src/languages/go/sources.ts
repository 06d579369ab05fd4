import { dirname, join, type Project } from '../../project/project.ts';
import { fileCalls, inModules, modulesWithBoxes } from './data.ts';
import { callsIn, lex, type Call, type Lexed } from './lexer.ts';
import { constantsOf, PathReader, type Constants } from './paths.ts';
import { shellTextOf } from './shell-text.ts';
import type { Evidence } from '../native/facts.ts';
import { sourceTexts } from '../native/source-texts.ts';

/** A string literal outside imports. */
export interface GoString extends Evidence {
  /** The innermost call that it is an argument of; undefined in none. */
  readonly call: string | undefined;
}

/** A call that reads a file or folder at a path that is known, or whose folder is. */
export interface GoRead extends Evidence {
  /** Name of the call; `text` is the path. */
  readonly call: string;
}

/** What the project's Go files show. Each list is in the order of files and lines. */
export interface GoSources {
  /** Whether there are Go files to look at. */
  readonly known: boolean;
  readonly imports: ReadonlyMap<string, Evidence>;
  /** String literals outside imports; `text` is the value. */
  readonly strings: readonly GoString[];
  readonly reads: readonly GoRead[];
  /** Calls that read files at a path that may be any. */
  readonly unknownReads: readonly Evidence[];
  readonly writes: readonly Evidence[];
  readonly temporary: readonly Evidence[];
  readonly locations: readonly Evidence[];
  readonly home: readonly Evidence[];
  /** Programs started through os/exec; an unknown one has an empty text. */
  readonly programs: readonly Evidence[];
  /** Texts for `sh -c` that are made at run time; each is an unknown program, too. */
  readonly openShells: readonly Evidence[];
  readonly users: readonly Evidence[];
  /** Calls that only root may make, or that root makes with more right. */
  readonly powers: readonly Evidence[];
  /** Numbers of ports below 1024. */
  readonly ports: readonly Evidence[];
  /** Programs of `//go:generate` lines. */
  readonly generators: readonly string[];
  /** runtime.Caller used for more than logs: file paths of the build. */
  readonly callers: readonly Evidence[];
  /** Calls that name the content type of a file by its extension. */
  readonly contentTypes: readonly Evidence[];
  /** Calls that ask where the program's own file is. */
  readonly executable: readonly Evidence[];
  /** Files and folders of the context that `//go:embed` compiles in; patterns are cut at their first wildcard. */
  readonly embedded: readonly string[];
}

const patterns = {
  writes: /\b(?:os\.(?:Create|WriteFile|Mkdir|MkdirAll|Rename|Remove|RemoveAll|Symlink|Link|Truncate|Chmod|Chown|Chtimes)|ioutil\.WriteFile|SaveUploadedFile|SaveFile|SaveAs|SavePNG|SaveJPG|OutputFileAndClose|imaging\.Save|imgio\.Save|gocv\.IMWrite|(?:os|syscall|unix)\.O_(?:CREATE?|WRONLY|RDWR|APPEND)|OutputPaths)\b/g,
  temporary: /\b(?:os\.(?:CreateTemp|MkdirTemp|TempDir)|ioutil\.(?:TempFile|TempDir)|ParseMultipartForm|FormFile|MultipartForm)\b/g,
  locations: /\btime\.LoadLocation\(/g,
  home: /\b(?:os\.(?:UserHomeDir|UserConfigDir|UserCacheDir)\(|homedir\.(?:Dir|Expand)\()/g,
  users: /\buser\.(?:Current|Lookup|LookupId|LookupGroup|LookupGroupId)\(/g,
  powers: /\b(?:(?:syscall|unix)\.(?:Setuid|Setgid|Setgroups|Setreuid|Setresuid|Setrlimit|Chroot|Mount|Unmount|Unshare|Setns|Reboot|Sethostname|Mknod|Mlockall|Mlock|SOCK_RAW|AF_PACKET|AF_NETLINK|SO_BINDTODEVICE|Ptrace\w*|InitModule|CAP_\w+)|(?:tls\.LoadX509KeyPair|credentials\.NewServerTLSFromFile|ListenAndServeTLS|RunTLS|StartTLS|ListenTLS|ListenIP|DialIP)\(|icmp\.ListenPacket\()/g,
  contentTypes: /\bmime\.(?:TypeByExtension|ExtensionsByType)\(|\bhttp\.(?:FileServer|FileServerFS|ServeFile|ServeFileFS|ServeContent)\(|\.(?:Static|StaticFS|StaticFile|StaticFileFS|SendFile|FileFromFS|FileAttachment|HandleDir|ServeFiles|SetStaticPath|StaticWithConfig)\(|\bstatic\.(?:Serve|New|LocalFile)\(|\bfilesystem\.New\(|\bc(?:tx)?\.File\(/g,
  executable: /\bos\.Executable\(|\bosext\.Executable(?:Folder)?\(|\b(?:filepath|path|exec)\.(?:Abs|Dir|EvalSymlinks|LookPath)\(\s*os\.Args\[0\]|\b(?:beego|web)\.AppPath\b/g,
  callers: /\bruntime\.Caller\(/g,
  ports: /\b[Pp](?:ort|ORT)\w*[ \t]*(?:u?int\d*[ \t]*)?(?::?=|:)[ \t]*(?:25|53|80|443)\b(?![.\d])|\b(?:Int|IntVar|Int64|Uint|SetDefault)\([^()\n]*,[ \t]*(?:25|53|80|443)[ \t]*[,)]/g,
} as const;

type Kind = keyof typeof patterns;
type Found = Record<Kind | 'programs' | 'openShells' | 'unknownReads', Evidence[]> & { strings: GoString[]; reads: GoRead[]; embedded: string[] };

/**
 * Looks through Go files.
 *
 * @param files those that are compiled into the program; none when they are not at hand
 * @param generating files whose `//go:generate` lines count
 */
export function goSources(project: Project, files: readonly string[], generating: readonly string[] = files): GoSources {
  const found: Found = { writes: [], temporary: [], locations: [], home: [], users: [], powers: [], callers: [], contentTypes: [], executable: [], ports: [], programs: [], openShells: [], unknownReads: [], strings: [], reads: [], embedded: [] };
  const imports = new Map<string, Evidence>();
  const lexed = new Map<string, Lexed>();
  for (const [file, text] of sourceTexts(project, files, found.unknownReads)) {
    lexed.set(file, lex(text));
    for (const match of text.matchAll(/^\/\/go:embed[ \t]+(.+)$/gm)) {
      for (const pattern of match[1]!.match(/"[^"]*"|`[^`]*`|\S+/g) ?? []) found.embedded.push(join(dirname(file), pattern.replace(/^["`]|["`]$/g, '').replace(/^all:/, '').replace(/(?:^|\/)[^/]*[*?[].*$/, '')));
    }
  }
  const constants = constantsByFolder(lexed);
  for (const [file, item] of lexed) scanFile(file, item, constants.get(dirname(file))!, imports, found);
  for (const [path, evidence] of imports) {
    if (!inModules(path, modulesWithBoxes)) continue;
    found.callers.push(evidence);
    found.unknownReads.push({ ...evidence, text: path });
  }
  const generators = new Set<string>();
  for (const file of generating) for (const match of (project.read(file) ?? '').matchAll(/^\/\/go:generate[ \t]+(?:go[ \t]+(?:run|tool)[ \t]+(?:-\S+[ \t]+)*)?(\S+)/gm)) generators.add(match[1]!.replace(/@.*$/, '').split('/').at(-1)!);
  return { known: files.length > 0, imports, generators: [...generators], ...found };
}

/** Constants that the files of each folder can name: their own, and `config.Path` of other packages. A name with two values has none. */
function constantsByFolder(files: ReadonlyMap<string, Lexed>): Map<string, Constants> {
  const packages = new Map<string, Map<string, string | undefined>>();
  const exported = new Map<string, string | undefined>();
  const add = (map: Map<string, string | undefined>, name: string, value: string): unknown => map.set(name, map.has(name) && map.get(name) !== value ? undefined : value);
  for (const [file, item] of files) {
    const folder = dirname(file);
    const known = packages.get(folder) ?? new Map<string, string | undefined>();
    packages.set(folder, known);
    const name = /^package\s+(\w+)/m.exec(item.code)?.[1];
    for (const [constant, value] of constantsOf(item)) {
      add(known, constant, value);
      if (/^[A-Z]/.test(constant)) add(exported, `${name}.${constant}`, value);
    }
  }
  return new Map([...packages].map(([folder, known]) => [folder, new Map([...exported, ...known].filter((entry): entry is [string, string] => entry[1] !== undefined))]));
}

function scanFile(file: string, item: Lexed, constants: Constants, imports: Map<string, Evidence>, found: Found): void {
  const { code, strings, lineAt } = item;
  const importEnd = Math.max(0, ...Array.from(code.matchAll(/^import\s*(?:\([^)]*\)|[^\n]*)/gm), (match) => match.index + match[0].length));
  // The names of .proto files in what protoc makes are never opened.
  const generated = /\.pb(?:\.\w+)?\.go$|_grpc\.pb\.go$/.test(file);
  const calls = callsIn(code);
  const callOf = callsAround(strings.map((literal) => literal.start), calls);
  strings.forEach((literal, index) => {
    const evidence = { file, line: lineAt(literal.start), text: literal.value };
    if (literal.start < importEnd) {
      if (!imports.has(literal.value)) imports.set(literal.value, evidence);
    } else if (!generated && literal.value !== '' && literal.value.length < 300) {
      found.strings.push({ ...evidence, call: callOf[index] });
    }
  });
  for (const [kind, pattern] of Object.entries(patterns) as [Kind, RegExp][]) {
    for (const match of code.matchAll(pattern)) found[kind].push({ file, line: lineAt(match.index), text: match[0].replace(/\($/, '') });
  }
  for (const literal of strings) if (literal.value === 'HOME' && /\bos\.(?:Getenv|LookupEnv)\($/.test(code.slice(Math.max(0, literal.start - 20), literal.start))) found.home.push({ file, line: lineAt(literal.start), text: 'HOME' });
  for (const match of code.matchAll(/\bexec\.(?:Command\(|CommandContext\(\s*[\w.()]+\s*,|LookPath\()\s*/g)) {
    const at = match.index + match[0].length;
    const literal = strings.find((other) => other.start === at);
    found.programs.push({ file, line: lineAt(match.index), text: literal?.value ?? '' });
  }
  const reader = new PathReader(item, constants);
  for (const call of [...calls].sort((a, b) => a.start - b.start)) {
    readOf(file, item, call, reader, found);
    const shell = shellTextOf(item, call, constants);
    const line = lineAt(call.start);
    for (const text of [...(shell?.programs ?? []), ...(shell?.open ? [''] : [])]) found.programs.push({ file, line, text });
    if (shell?.open) found.openShells.push({ file, line, text: call.name });
  }
}

/** The name of the innermost call around each of some places in ascending order. */
function callsAround(places: readonly number[], calls: readonly Call[]): (string | undefined)[] {
  const names: (string | undefined)[] = places.map(() => undefined);
  for (const call of calls) {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle]! < call.start) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < places.length && places[at]! < call.end; at += 1) names[at] ??= call.name;
  }
  return names;
}

/** What a call reads, if it is one that reads. */
function readOf(file: string, { code, lineAt }: Lexed, call: Call, reader: PathReader, found: Found): void {
  // A temporary file in a folder of the program's own is no temporary file.
  if (/^(?:os\.(?:CreateTemp|MkdirTemp)|ioutil\.(?:TempFile|TempDir))$/.test(call.name) && call.args.length > 0 && !/^\s*(?:""|``|os\.TempDir\(\))\s*$/.test(code.slice(...call.args[0]!)) && !/["`]\/(?:var\/)?tmp\b/.test(code.slice(...call.args[0]!))) found.writes.push({ file, line: lineAt(call.start), text: call.name });
  const places = fileCalls.get(call.name) ?? fileCalls.get(`.${call.name.slice(call.name.lastIndexOf('.') + 1)}`);
  // `func Static(` declares one.
  if (places === undefined || /\bfunc\s+(?:\([^)]*\)\s*)?$/.test(code.slice(Math.max(0, call.start - 200), call.start))) return;
  const args = places.length === 0 ? call.args.map((_, index) => index) : places.map((index) => (index < 0 ? call.args.length + index : index));
  const line = lineAt(call.start);
  for (const index of args) {
    const span = call.args[index];
    if (span === undefined || servesOtherwise(call, code, span)) continue;
    const { paths, proven } = reader.of(call, index);
    for (const text of paths) found.reads.push({ file, line, text, call: call.name });
    if (!proven) found.unknownReads.push({ file, line, text: call.name });
  }
}

/** Reads that say nothing about the project's files: of what was made a moment ago, and those that only write. */
function servesOtherwise(call: Call, code: string, [from, to]: readonly [number, number]): boolean {
  const path = code.slice(from, to).trim();
  // A file that is open already, or what a request brings.
  if (/\.(?:Name\(\)|Filename)$/.test(path) || /^(?:os\.Args\[0\]|nil)$/.test(path)) return true;
  // Answers of web frameworks are methods of a request's context; deeper ones are the project's own.
  if (/\.(?:File|Download|Attachment|Inline|SendFile|FileAttachment)$/.test(call.name) && call.name.split('.').length > 2) return true;
  const flags = call.args[1] && code.slice(call.args[1][0], call.args[1][1]);
  if (call.name === 'os.OpenFile' && flags !== undefined && /\bO_WRONLY\b/.test(flags)) return true;
  // Whether something is there that the program makes if it is not.
  return /^os\.L?[sS]tat$/.test(call.name) && /\bos\.(?:Mkdir|MkdirAll|Create)\(/.test(code.slice(to, to + 250));
}
