import { dirname, filesBelow, join, type Project } from '../../project/project.ts';
import type { Evidence, SourceFacts } from '../native/facts.ts';
import { sourceTexts } from '../native/source-texts.ts';

/** What the project's own Rust files show. */
export interface RustSources extends SourceFacts {
  /** A path that cargo gives at compile time is used: `env!("CARGO_MANIFEST_DIR")`, Rocket's `relative!`. */
  readonly manifestDir: readonly Evidence[];
  /** Variables that only `cargo run` sets are read while the program runs. */
  readonly cargoVariables: readonly Evidence[];
  /** The folder of the build script's output is read while the program runs. */
  readonly outDir: readonly Evidence[];
  /** Local time is asked for. */
  readonly localTime: readonly Evidence[];
  /** Ports below 1024 that it listens on, given as numbers. */
  readonly lowPorts: readonly Evidence[];
  /** Build scripts that name libraries to link with. */
  readonly links: readonly Evidence[];
  /** Files of the context that macros such as `include_str!` compile in. */
  readonly compiledIn: ReadonlySet<string>;
}

type Lists = { -readonly [K in Exclude<keyof RustSources, 'known' | 'compiledIn'>]: Evidence[] };

const calls = {
  writes: /\b(?:File::create(?:_new)?|fs::(?:write|create_dir|create_dir_all|rename|remove_\w+|copy|hard_link|set_permissions)|(?:DirBuilder|File)::new\(|create_dir_all|UnixListener::bind)\b|\.(?:append|create|create_new|truncate)\(\s*true/g,
  temporary: /\b(?:temp_dir\(|tempfile\(|tempdir\(|NamedTempFile\b|TempDir\b|TempFile\b|SpooledTempFile\b|Multipart\b)/g,
  home: /\b(?:home_dir|config_dir|data_dir|data_local_dir|cache_dir)\(/g,
  users: /\b(?:User::from_(?:name|uid)|Group::from_(?:name|gid)|get_user_by_\w+|get_group_by_\w+|getpwnam|getpwuid)\b/g,
  localTime: /\bLocal::(?:now|today)\b|\bchrono::Local\b|\bnow_local\(|\bcurrent_local_offset\(/g,
} as const;

/** An address with a port below 1024 as a number, given to what listens. */
const lowPort = /\b(?:bind\w*|SocketAddr(?:V4|V6)?::(?:new|from)|run|serve|listen)\(\s*[^;{}]{0,80}?[\])"]\s*,\s*(\d{1,3}|10[01]\d|102[0-3])\s*\)/g;

/** Calls that read files by a path in their last argument. */
const reads = /(?<![.\w])(?:\w+::)*(?:fs::(?:read|read_to_string|read_dir|canonicalize|dir|file)|File::open|NamedFile::open(?:_async)?|Files::new|ServeDir::new|ServeFile::new|FileServer::(?:from|new)|StaticDir::(?:from|new)|StaticFiles::new|Tera::new|WalkDir::new|Ini::load_from_file|File::with_name|from_filename|read_to_string|read_dir)\(|\.open\(|\.(?:serve_dir|serve_file|with_config_file|add_source)\(/g;

/** Macros whose file is compiled in. */
const compiledIn = /(?:\binclude\w*!|\bembed_migrations!|\bmigrate!|\bquery_file\w*!|\bstatic_loader!|\binclude_dir!|\benv!|\boption_env!)\s*[([{]\s*$/;
/** Attributes whose strings name no file that the program reads. */
const quietAttribute = /^#!?\[\s*(?:(?:\w+::)*)(?:template|include|exclude|prefix|get|post|put|delete|patch|head|options|route|handler|serde|doc|error|derive|cfg|cfg_attr|allow|deny|deprecated|path|link|export_name|test|tokio|actix_web|diesel|sqlx|grammar|catch|display|prost|arg_enum|instrument|utoipa|oai)\b/;
/** Attributes that name what rust-embed compiles into release builds, and reads from the disk in debug ones. */
const embedAttribute = /^#!?\[\s*folder\b/;

/**
 * Looks through Rust files below some folders of the context; tests, benchmarks and examples are left out.
 *
 * @param debug a debug build is started: then rust-embed reads its folder while the program runs
 */
export function rustSources(project: Project, folders: readonly string[], debug: boolean): RustSources {
  const found: Lists = { strings: [], unknownReads: [], writes: [], temporary: [], home: [], users: [], programs: [], manifestDir: [], cargoVariables: [], outDir: [], localTime: [], lowPorts: [], links: [] };
  const compiledIn = new Set<string>();
  const inTests = /(?:^|\/)(?:tests|benches|examples|fuzz)\//;
  const files = [...new Set(folders.flatMap((folder) => filesBelow(project, folder, (path) => path.endsWith('.rs') && !inTests.test(path.slice(folder === '' ? 0 : folder.length + 1)))))];
  for (const [file, text] of sourceTexts(project, files, found.unknownReads)) {
    if (/(?:^|\/)build\.rs$/.test(file) && folders.includes(dirname(file))) scanBuildScript(file, text, found);
    else scanFile(file, text, debug, found, compiledIn);
  }
  return { known: files.length > 0, compiledIn, ...found };
}

function scanBuildScript(file: string, text: string, found: Lists): void {
  for (const match of text.matchAll(/cargo:{1,2}rustc-link-lib=(?!static)([\w=$-]*)|\bpkg_config::|\bvcpkg::/g)) found.links.push({ file, line: lineOf(text, match.index), text: match[0] });
}

function scanFile(file: string, text: string, debug: boolean, found: Lists, included: Set<string>): void {
  const { code, strings } = lex(text);
  const tests = testRanges(code);
  const quiet = attributeRanges(code, debug);
  const inside = (ranges: readonly (readonly [number, number])[], at: number): boolean => ranges.some(([from, to]) => at >= from && at < to);
  const add = (list: Evidence[], at: number, what: string): void => {
    if (!inside(tests, at)) list.push({ file, line: lineOf(text, at), text: what });
  };
  for (const literal of strings) {
    const before = code.slice(Math.max(0, literal.start - 60), literal.start);
    if (/\b(?:option_)?env!\s*\(\s*$/.test(before)) {
      if (literal.value === 'CARGO_MANIFEST_DIR') add(found.manifestDir, literal.start, literal.value);
      if (literal.value === 'OUT_DIR' && !/\binclude\w*!\s*\([^;]*$/.test(code.slice(Math.max(0, literal.start - 120), literal.start))) add(found.outDir, literal.start, literal.value);
      continue;
    }
    if (/^CARGO_\w+$/.test(literal.value)) add(found.cargoVariables, literal.start, literal.value);
    if (literal.value === 'HOME' && /\bvar(?:_os)?\(\s*$/.test(before)) add(found.home, literal.start, 'HOME');
    if (/\brelative!\s*\(\s*$/.test(before)) add(found.manifestDir, literal.start, 'relative!');
    if (/\binclude(?:_\w+)?!\s*[([{]\s*$/.test(before)) included.add(join(dirname(file), literal.value));
    if (literal.value === '' || literal.value.length >= 300 || compiledIn.test(before) || inside(quiet, literal.start)) continue;
    add(found.strings, literal.start, literal.value);
  }
  for (const [kind, pattern] of Object.entries(calls) as [keyof typeof calls, RegExp][]) {
    for (const match of code.matchAll(pattern)) add(found[kind], match.index, match[0].replace(/\(\s*(?:true)?$/, ''));
  }
  for (const match of code.matchAll(lowPort)) add(found.lowPorts, match.index, `port ${match[1]!}`);
  const opensFiles = /\bOpenOptions\b/.test(code);
  for (const match of code.matchAll(reads)) {
    if (/io::read_to_string/.test(match[0]) || (match[0] === '.open(' && !opensFiles)) continue;
    if (!isKnownPath(lastArgument(code, match.index + match[0].length), strings, code, match.index + match[0].length)) add(found.unknownReads, match.index, match[0].replace(/^\.|\($/g, ''));
  }
  scanPrograms(code, strings, (at, name) => add(found.programs, at, name));
}

/** `Command::new` of std, tokio and others; clap has a `Command` of the same name. */
function scanPrograms(code: string, strings: readonly Literal[], add: (at: number, name: string) => void): void {
  const imported = /\bprocess::(?:\{[^}]*\b)?Command\b|\bprocess::\*/.test(code);
  for (const match of code.matchAll(/\b(?:(\w+)::)?Command::new\(\s*|\b(?:duct::)?cmd!\s*\(\s*|\bExec::(?:cmd|shell)\(\s*/g)) {
    if (match[0].includes('Command') && (match[1] === undefined ? !imported : match[1] !== 'process')) continue;
    const at = match.index + match[0].length;
    add(match.index, strings.find((item) => item.start === at)?.value ?? '');
  }
}

/** Whether an argument is a literal path, or one below a folder that a literal names. */
function isKnownPath(argument: { text: string; start: number }, strings: readonly Literal[], code: string, from: number): boolean {
  const { text, start } = argument;
  if (/\bCARGO_MANIFEST_DIR\b|\brelative!/.test(text) || /\benv!\(/.test(text)) return /^\s*(?:&\s*)?(?:concat!|relative!|std::concat!|crate_relative!)/.test(text);
  const opening = /^\s*&?\s*(?:(?:[\w]+::)*\w+!?\(\s*)*(?=(?:b?r#*)?")/.exec(text);
  if (!opening) return text.trim() === '' ? code[from] === ')' : false;
  // What is joined to a folder that a literal names lies in it.
  if (!/\bformat!/.test(opening[0])) return true;
  const literal = strings.find((item) => item.start === start + opening[0].length);
  return literal !== undefined && /^[^{]*\/[^{]*\{/.test(literal.value);
}

/** The last argument of a call whose arguments start at a place. */
function lastArgument(code: string, from: number): { text: string; start: number } {
  let depth = 0;
  let start = from;
  let at = from;
  for (; at < code.length && at < from + 2000; at += 1) {
    const sign = code[at]!;
    if (/[([{]/.test(sign)) depth += 1;
    else if (/[)\]}]/.test(sign)) {
      if (depth === 0) break;
      depth -= 1;
    } else if (sign === ',' && depth === 0 && /\S/.test(code.slice(at + 1).slice(0, 200).replace(/^\s*\)/, ''))) {
      if (!/^,\s*\)/.test(code.slice(at, at + 200))) start = at + 1;
    }
  }
  return { text: code.slice(start, at), start };
}

interface Literal {
  readonly start: number;
  readonly value: string;
}

/**
 * Rust text with comments and the insides of string literals blanked out (quotes stay), and the literals. Same length as the input. A small
 * lexer, not a parser. Source: The Rust Reference, "Tokens".
 */
function lex(text: string): { code: string; strings: Literal[] } {
  const strings: Literal[] = [];
  const code = text.replace(/\/\/[^\n]*|\/\*[^]*?\*\/|\b[bc]?r(#*)"[^]*?"\1|\b[bc]?"(?:[^"\\]|\\[^])*"|"(?:[^"\\]|\\[^])*"|'(?:[^'\\\n]|\\[^\n]{1,9}?)'/g, (piece, hashes: string | undefined, start: number) => {
    if (piece[0] === '/') return piece.replace(/[^\n]/g, ' ');
    if (piece[0] === "'") return piece.replace(/[^']/g, ' ');
    const open = piece.indexOf('"') + 1;
    const close = piece.length - 1 - (hashes?.length ?? 0);
    const inner = piece.slice(open, close);
    strings.push({ start, value: /^[bc]?r/.test(piece) ? inner : inner.replace(/\\\r?\n\s*/g, '').replace(/\\(["\\/])/g, '$1') });
    return piece.slice(0, open) + inner.replace(/[^\n]/g, ' ') + piece.slice(close);
  });
  return { code, strings };
}

/** Where `#[cfg(test)] mod … { … }` stands. */
function testRanges(code: string): [number, number][] {
  return Array.from(code.matchAll(/#\[cfg\((?:all\(\s*)?test\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?(?:mod|fn|impl)\b[^{;]*\{/g), (match): [number, number] => {
    let depth = 1;
    let at = match.index + match[0].length;
    for (; at < code.length && depth > 0; at += 1) depth += code[at] === '{' ? 1 : code[at] === '}' ? -1 : 0;
    return [match.index, at];
  });
}

function attributeRanges(code: string, debug: boolean): [number, number][] {
  return Array.from(code.matchAll(/#!?\[[^\]]*\]/g)).filter((match) => quietAttribute.test(match[0]) || (!debug && embedAttribute.test(match[0]))).map((match): [number, number] => [match.index, match.index + match[0].length]);
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < at; index = text.indexOf('\n', index + 1)) line += 1;
  return line;
}
