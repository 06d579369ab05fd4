import { filesBelow, type Project } from '../../project/project.ts';

/** A place in the project that speaks for something. */
export interface Evidence {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The texts of an application's own projects: sources and configuration. */
export interface Sources {
  readonly known: boolean;
  readonly files: readonly { readonly path: string; readonly text: string; readonly code: boolean }[];
  /** The first match outside of comments, in sources or in configuration. */
  find(pattern: RegExp, where?: 'code' | 'configuration'): Evidence | undefined;
}

const codeFiles = /\.(?:cs|fs|vb|razor|cshtml)$/i;
const configurationFiles = /\.(?:json|config|xml|ya?ml|toml|ini|conf)$/i;

/** Output of local builds, and what never runs. */
const foreign = /(?:^|\/)(?:bin|obj|TestResults|artifacts|publish)\/|\.(?:deps|runtimeconfig)(?:\.dev)?\.json$|(?:^|\/)(?:package(?:-lock)?|tsconfig[\w.]*|launchSettings)\.json$|packages\.lock\.json$/i;

/** Reads the sources below some folders of the context. */
export function readSources(project: Project, folders: readonly string[]): Sources {
  const paths = [...new Set(folders.flatMap((folder) => filesBelow(project, folder, (path) => (codeFiles.test(path) || configurationFiles.test(path)) && !foreign.test(path))))];
  const files = paths.flatMap((path) => {
    const text = project.read(path);
    const code = codeFiles.test(path);
    return text === undefined ? [] : [{ path, text: code ? withoutComments(text) : text, code }];
  });
  return {
    known: project.known && folders.length > 0,
    files,
    find: (pattern, where) => {
      for (const { path, text, code } of files) {
        if (where !== undefined && (where === 'code') !== code) continue;
        const match = pattern.exec(text);
        if (match) return { file: path, line: text.slice(0, match.index).split('\n').length, text: match[0].trim().split('\n')[0]! };
      }
      return undefined;
    },
  };
}

/** Comments blanked out, lines kept. Strings are left alone, so that `http://` is no comment. */
function withoutComments(text: string): string {
  return text.replace(/@?\$?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (piece) => (piece.startsWith('/') ? piece.replace(/[^\n]/g, ' ') : piece));
}

/** Places where a web program sets its addresses itself, so that the environment's do not count. */
export const ownAddress = (sources: Sources): Evidence | undefined =>
  sources.find(/\bUseUrls\b|\bUrls\.Add\b|\bListen(?:AnyIP|Localhost|UnixSocket)?\s*\(|\bConfigureKestrel\b|\.Run(?:Async)?\s*\(\s*\$?"http|"(?:Urls|Endpoints)"/);

/**
 * Files that the program finds from the folder of its own assembly upwards: with `dotnet run` that is a folder below `bin`, which the runtime image has not.
 */
export function readsAboveAssembly(sources: Sources): Evidence | undefined {
  for (const file of sources.files) {
    if (!file.code || !/\bBaseDirectory\b|\bGet(?:Executing|Entry)Assembly\b|\bCodeBase\b|\bAssembly\.Location\b|\bProcessPath\b/.test(file.text)) continue;
    const match = /"(?:[^"\n]*[\\/])?\.\.(?:[\\/][^"\n]*)?"/.exec(file.text);
    if (match) return { file: file.path, line: file.text.slice(0, match.index).split('\n').length, text: match[0] };
  }
  return undefined;
}

/** What the program writes. Source: the members of System.IO that change files, and packages that keep files. */
const writes: readonly (readonly [RegExp, string])[] = [
  [/\b(?:File|FileInfo)\.(?:Write|Append|Create|OpenWrite|Copy|Move|Delete|Replace|SetAttributes)\w*\s*\(/, 'writes files'],
  [/\bDirectory\.(?:Create|Delete|Move)\w*\s*\(|\bnew\s+DirectoryInfo\b[^;]*\.Create\w*\(/, 'changes folders'],
  [/\bFileMode\.(?:Create|CreateNew|Append|OpenOrCreate|Truncate)\b|\bnew\s+StreamWriter\s*\(|\bFileAccess\.(?:Write|ReadWrite)\b/, 'writes files'],
  [/\.(?:SaveAs|SaveAsync|SaveToFile\w*|ExtractToDirectory|CreateFromDirectory|CopyToAsync)\s*\(\s*(?:"|\$"|Path\.)/, 'writes files'],
  [/\b(?:UseSqlite|SqliteConnection|SQLiteConnection|LiteDatabase|LiteRepository|RocksDb\.Open|LightningEnvironment)\b/, 'keeps a database in a file'],
  [/\bPersistKeysToFileSystem\b|\bWriteTo\.(?:Async\([^)]*)?(?:File|RollingFile|Map)\b|\.AddFile\s*\(|\bRollingFileAppender\b/, 'writes files'],
  [/\bIFormFile\b/, 'receives uploads'],
  [/\bProcess\.Start\b|\bnew\s+ProcessStartInfo\b/, 'starts other programs'],
];
const configuredWrites: readonly (readonly [RegExp, string])[] = [
  [/"Name"\s*:\s*"(?:File|RollingFile)"|(?:xsi:)?type="File"|(?:Rolling)?FileAppender/, 'logs into files'],
  [/(?:Data\s*Source|DataSource|Filename)\s*=\s*[^";]*\.(?:db3?|sqlite3?|s3db)\b/i, 'keeps a database in a file'],
];

/** Packages that write files of their own accord. */
const writingPackages = /^(?:Serilog\.Sinks\.(?:File|RollingFile)|NLog(?:\..*)?|log4net|NReco\.Logging\.File|.*\bSqlite\b.*|LiteDB.*|Lucene\.Net.*|RocksDb.*|PuppeteerSharp|Microsoft\.Playwright|Umbraco\..*|OrchardCore\..*|Microsoft\.ML\..*|Selenium\..*)$/i;

/** Why the program may write outside of /tmp and its home folder; undefined when nothing says so. */
export function writesOf(sources: Sources, packages: readonly { readonly name: string; readonly file: string }[]): string | undefined {
  if (!sources.known) return 'the sources are not at hand';
  for (const [pattern, what] of writes) {
    const found = sources.find(pattern, 'code');
    if (found) return `the program ${what} (${found.file}:${found.line})`;
  }
  for (const [pattern, what] of configuredWrites) {
    const found = sources.find(pattern, 'configuration');
    if (found) return `the program ${what} (${found.file}:${found.line})`;
  }
  const writer = packages.find(({ name }) => writingPackages.test(name));
  return writer && `${writer.name} writes files (${writer.file})`;
}
