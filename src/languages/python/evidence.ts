import { parseShell } from '../../shell/parse.ts';
import type { Requirement } from '../../plan/requirements.ts';
import type { Call, PythonFile, PythonSources, Token } from './scan.ts';

/** Calls that start another program. */
const starters = /^(?:subprocess\.(?:run|call|Popen|check_output|check_call|getoutput|getstatusoutput)|os\.(?:system|popen|execv?p?e?|execlp?e?|spawn\w+)|shutil\.which|commands\.getoutput|pexpect\.\w+|asyncio\.create_subprocess_(?:exec|shell)|create_subprocess_(?:exec|shell)|Popen|check_output|check_call|getoutput|sh\.\w+|which)$/;

/** Modules whose import means that a program is called. */
const callingModules: Readonly<Record<string, string>> = { git: 'git', hglib: 'hg', svn: 'svn', pysvn: 'svn', gnupg: 'gpg' };

const place = (call: { file: string; line: number }): { file: string; line: number } => ({ file: call.file, line: call.line });

/**
 * Programs that the sources start, from the literals in the calls that do, and, in a file that starts programs at all, from its strings that
 * begin with the name of one of `candidates`.
 *
 * @param candidates programs that the base image has and a smaller one may lack
 */
export function programsCalled(sources: PythonSources, candidates: ReadonlySet<string>): Requirement[] {
  const found: Requirement[] = [];
  const add = (program: string, why: string, at: { file: string; line: number }): void => {
    const name = program.slice(program.lastIndexOf('/') + 1);
    if (/^[\w.+-]+$/.test(name) && !found.some((item) => item.need === `program:${name}`)) found.push({ need: `program:${name}`, why, ...place(at) });
  };
  for (const file of sources.files) {
    const starts = file.calls.filter((call) => starters.test(call.name));
    for (const call of starts) {
      const first = call.args[call.args[0]?.text === '[' || call.args[0]?.text === '(' ? 1 : 0];
      if (first?.kind !== 'string') continue;
      const shell = call.args[0]!.kind === 'string' && /\s/.test(first.text);
      const names = shell ? parseShell(first.text.replace(/\{[^{}]*\}/g, 'x')).parts.flatMap((part) => part.commands.map((command) => command.name)) : [first.text];
      for (const name of names) if (name !== undefined && name !== 'x') add(name, `${call.name} starts it`, call);
    }
    if (starts.length > 0) {
      for (const token of file.strings) {
        const word = /^\s*([\w.+-]+)(?:\s|$)/.exec(token.text)?.[1];
        if (word !== undefined && candidates.has(word) && looksLikeCommand(token, word)) add(word, 'a string in a file that starts programs names it', { file: file.path, line: token.line });
      }
    }
    for (const { module, line } of file.imports) {
      const program = Object.hasOwn(callingModules, module) ? callingModules[module] : undefined;
      if (program !== undefined) add(program, `the module ${module} calls it`, { file: file.path, line });
    }
  }
  return found;
}

/** Programs whose name is hardly a word of English: the name alone, or with arguments, is taken for a command. */
const plainNames = /^(?:git|curl|wget|ssh|scp|sftp|ssh-keygen|gcc|g\+\+|unzip|svn|hg|gpg|openssl|mogrify|pkill|pgrep|bzip2|xz|mysql_config|pg_config|xml2-config)$/;
/** Programs that are also words: only with something behind that looks like an argument. */
const wordNames = /^(?:ps|file|convert|identify|compare|montage|composite|patch|perl|top|free|kill|uptime|watch|tar)$/;

function looksLikeCommand(token: Token, word: string): boolean {
  const rest = token.text.trim().slice(word.length);
  if (plainNames.test(word)) return rest === '' || /^\s+(?:-|[a-z]+(?:\s|$)|[{%/.$])/.test(rest);
  if (word === 'make') return /^(?:|\s+-.*|\s+[\w-]+)$/.test(rest);
  return wordNames.test(word) && /^\s+(?:-|\/|aux\b|[{%$])/.test(rest);
}

/** Modules of Python itself that need a system library which slim images leave out, with Debian's package. */
const standardModules: Readonly<Record<string, string>> = { tkinter: 'tk', Tkinter: 'tk', turtle: 'tk' };

/** System packages that imports of the sources call for beyond what their distributions need. */
export function packagesImported(sources: PythonSources): Requirement[] {
  const found: Requirement[] = [];
  for (const file of sources.files) {
    for (const { module, line } of file.imports) {
      const name = standardModules[module.split('.')[0]!];
      if (name !== undefined && Object.hasOwn(standardModules, module.split('.')[0]!) && !found.some((item) => item.need === `package:${name}`)) {
        found.push({ need: `package:${name}`, why: `the module ${module.split('.')[0]} needs it`, file: file.path, line });
      }
    }
  }
  return found;
}

/** Whether a string anywhere in the sources has a text in it; gives the place. */
export function mentioned(sources: PythonSources, pattern: RegExp): { file: string; line: number; text: string } | undefined {
  for (const file of sources.files) {
    const token = file.strings.find((item) => pattern.test(item.text));
    if (token) return { file: file.path, line: token.line, text: token.text };
  }
  return undefined;
}

/** The first call that writes a file, keeps state in the working folder or the home, or starts programs; undefined when there is none. */
export function firstWrite(sources: PythonSources): { file: string; line: number; what: string } | undefined {
  for (const file of sources.files) {
    const call = file.calls.find((item) => writes(item));
    const text = file.strings.find((token) => /^sqlite(?:\+\w+)?:|\.(?:sqlite3?|db|log|pid|sock)$|^unix:|django\.db\.backends\.sqlite3|FileBasedCache|FileSystemStorage/.test(token.text));
    const module = file.imports.find((item) => /^(?:sqlite3|shelve|dbm|logging\.handlers|zodb|ZODB)\b/.test(item.module));
    const assigned = uploads(file);
    if (call) return { file: call.file, line: call.line, what: `${call.name.replace(/^\./, '')}() writes` };
    if (text) return { file: file.path, line: text.line, what: `'${text.text.slice(0, 60)}' is a file that is written` };
    if (module) return { file: file.path, line: module.line, what: `${module.module} writes files` };
    if (assigned !== undefined) return { file: file.path, line: assigned, what: 'uploads are stored' };
  }
  return undefined;
}

function uploads(file: PythonFile): number | undefined {
  const at = /\b(?:MEDIA_ROOT|UPLOAD_FOLDER|UPLOAD_DIR|FileField|ImageField)\b/.exec(file.text);
  return at ? file.text.slice(0, at.index).split('\n').length : undefined;
}

const writers = /^(?:open|io\.open|codecs\.open|gzip\.open|bz2\.open|lzma\.open|aiofiles\.open|os\.open|zipfile\.ZipFile|ZipFile|tarfile\.open|h5py\.File)$/;
const alwaysWrite =
  /(?:^|\.)(?:write_text|write_bytes|makedirs|mkdir|mkdirs|touch|save|savefig|savez|savetxt|to_csv|to_excel|to_json|to_pickle|to_parquet|to_hdf|to_sql|to_file|imwrite|imsave|dump|extractall|urlretrieve|FileHandler|RotatingFileHandler|TimedRotatingFileHandler|WatchedFileHandler|copyfile|copytree|copy2|rmtree|symlink|unlink|rename|renames|remove_file|from_pretrained|load_dataset|snapshot_download|hf_hub_download|NamedTemporaryFile_|save_pretrained|save_model|save_weights|save_file|download|download_file|download_fileobj|fget_object|collectstatic|makemigrations|call_command|SummaryWriter|chdir|TinyDB|mkfifo|bind_unix|start_tls_)$/;
const starts = /^(?:subprocess\.\w+|os\.(?:system|popen|remove|replace|exec\w+|spawn\w+)|shutil\.\w+|Popen|pexpect\.\w+|setuid|os\.setuid|os\.chmod|os\.chown)$/;

function writes(call: Call): boolean {
  if (starts.test(call.name)) return call.name !== 'shutil.which';
  if (writers.test(call.name) || call.name.endsWith('.open')) {
    const mode = call.args.some((token) => token.kind === 'string' && /^[rwaxbtU+]{1,4}$/.test(token.text) && /[wax+]/.test(token.text));
    return mode || (writers.test(call.name) && modeUnknown(call));
  }
  if (/^(?:logging\.)?basicConfig$/.test(call.name)) return call.args.some((token) => token.kind === 'name' && token.text === 'filename');
  if (/(?:^|\.)dump$/.test(call.name)) return !/^(?:ast|yaml\.safe)/.test(call.name);
  if (/(?:^|\.)save$/.test(call.name)) return call.args.length > 0 && call.args[0]!.text !== 'commit' && call.args[0]!.text !== 'update_fields';
  return alwaysWrite.test(call.name);
}

/** `open(path, mode)`: a second argument that is a plain name. */
function modeUnknown(call: Call): boolean {
  const comma = call.args.findIndex((token) => token.text === ',');
  const after = comma < 0 ? undefined : call.args[comma + 1];
  return after?.kind === 'name' && call.args[comma + 2]?.text !== '=';
}
