import { foldersOf } from '../../effects/folders.ts';
import { inImage } from '../../project/project.ts';
import type { ShellCommand, ShellWord } from '../../shell/parse.ts';
import type { RunPart } from '../../walk/run.ts';
import { isLocalPath, nameAndSpec, normalName } from '../../manifests/requirements.ts';
import { installerTools } from './data.ts';

/** What an installation reads and where it puts things. */
export interface Install {
  readonly tool: 'pip' | 'uv pip' | 'uv' | 'poetry' | 'pipenv' | 'pdm' | 'setup.py' | 'easy_install';
  /** The program as written: `pip3`, `/usr/local/bin/pip`, `python3.8`. */
  readonly program: string;
  /** Requirements and constraints files as absolute paths in the image; undefined where the name is not literal. */
  readonly files: readonly (string | undefined)[];
  readonly names: readonly string[];
  /** The names with their extras: `psycopg[binary]`. */
  readonly specs: readonly string[];
  /** Folders and archives that are installed from the image's own files, absolute. */
  readonly local: readonly string[];
  readonly editable: boolean;
  readonly fromGit: boolean;
  /** `--user`, `--target`, `--prefix`, `--root`, `--system`: where it lands instead of the usual place. */
  readonly places: ReadonlySet<string>;
  /** The project's sources must be there. */
  readonly sources: boolean;
  /** pip's download cache is switched off. */
  readonly noCache: boolean;
  readonly command: ShellCommand;
}

/** What a command means to a Python project; undefined when it has nothing to do with Python. */
export type Use =
  | { readonly kind: 'install'; readonly install: Install }
  /** Installs nothing but installers (poetry, uv). */
  | { readonly kind: 'tool'; readonly install: Install }
  | { readonly kind: 'venv'; readonly path: string | undefined; readonly systemPackages: boolean; readonly python: string }
  /** Switches an environment on for the rest of the RUN. */
  | { readonly kind: 'activate'; readonly path: string }
  /** Sets up an installer, clears its cache, writes a lock file or removes packages. */
  | { readonly kind: 'installer' }
  /** Compiles extensions into the source folder. */
  | { readonly kind: 'inPlace'; readonly folder: string | undefined }
  | { readonly kind: 'conda' }
  /** Runs Python code: a script, a module, `-c`. */
  | { readonly kind: 'python'; readonly program: string };

const pythonProgram = /^(?:python|pypy)(?:\d+(?:\.\d+)*)?$/;
const pipProgram = /^pip(?:\d+(?:\.\d+)*)?$/;

/** Options of pip that take the next word as their value. Source: `pip install --help`. */
const pipValues = new Set(
  '-r --requirement -c --constraint -e --editable -t --target --prefix --root -i --index-url --extra-index-url -f --find-links --platform --python-version --implementation --abi --upgrade-strategy -C --config-settings --config-setting --global-option --install-option --build-option --no-binary --only-binary --progress-bar --src --trusted-host --proxy --retries --timeout --default-timeout --exists-action --cert --client-cert --cache-dir --log --report --root-user-action --use-feature --use-deprecated -b --build --python --index --override --group --link-mode --index-strategy --torch-backend --keyring-provider --resolution --prerelease --exclude-newer -p'.split(' '),
);

/** The uses of Python in a part of a RUN, one for each command that has one. */
export function usesOf(part: RunPart): Use[] {
  const folders = foldersOf(part, part.cwd);
  return part.commands.map((command, at) => useOf(command, folders[at])).filter((use) => use !== undefined);
}

/** What one command means; see `Use`. */
export function useOf(command: ShellCommand, cwd: string | undefined): Use | undefined {
  const words = unwrap(command.words);
  const name = words[0]?.value ?? words[0]?.text;
  if (name === undefined) return undefined;
  const program = name.slice(name.lastIndexOf('/') + 1);
  const rest = words.slice(1);
  const verb = rest.find((word) => !word.text.startsWith('-'))?.value;
  if ((program === '.' || program === 'source') && rest[0]) return activation(rest[0], cwd);
  if (pythonProgram.test(program)) return pythonUse(name, rest, command, cwd);
  if (pipProgram.test(program)) return pipUse('pip', name, rest, command, cwd);
  if (program === 'easy_install' || program.startsWith('easy_install-')) return { kind: 'install', install: make(command, name, 'easy_install', { names: plain(rest) }) };
  if (program === 'virtualenv' || program === 'pyvenv') return venvUse(rest, name, cwd);
  if (/^(?:conda|mamba|micromamba)$/.test(program)) return { kind: 'conda' };
  if (program === 'uv') return uvUse(name, rest, command, cwd);
  if (program === 'poetry') return poetryUse(name, rest, command, cwd, verb);
  if (program === 'pipenv') {
    if (verb === 'install' || verb === 'sync') {
      return { kind: 'install', install: make(command, name, 'pipenv', { files: manifests(cwd, 'Pipfile', 'Pipfile.lock'), places: new Set(has(rest, '--system') ? ['--system'] : []), names: plain(rest).slice(1) }) };
    }
    return verb === 'run' ? { kind: 'python', program: name } : { kind: 'installer' };
  }
  if (program === 'pdm') {
    if (verb === 'install' || verb === 'sync') return { kind: 'install', install: make(command, name, 'pdm', { files: manifests(cwd, 'pyproject.toml', 'pdm.lock'), sources: !has(rest, '--no-self'), local: cwd === undefined ? [] : [cwd] }) };
    return verb === 'run' ? { kind: 'python', program: name } : { kind: 'installer' };
  }
  if (program === 'pip-sync') return { kind: 'install', install: make(command, name, 'pip', { files: (plain(rest).length > 0 ? plain(rest) : ['requirements.txt']).map((path) => absolute(path, cwd)) }) };
  return undefined;
}

/** Takes `sudo`, `env`, `xargs` and the like off, with their options. */
export function unwrap(words: readonly ShellWord[]): readonly ShellWord[] {
  let rest = words;
  for (;;) {
    const program = rest[0]?.value?.replace(/^.*\//, '');
    if (program === undefined || !/^(?:sudo|env|exec|command|nice|time|xargs|nohup|eatmydata|retry|unbuffer)$/.test(program)) return rest;
    rest = rest.slice(1);
    while (rest.length > 1 && /^(?:-|\w+=|\d+$)/.test(rest[0]!.text)) rest = rest.slice(1);
    if (rest.length === 0) return words;
  }
}

function activation(word: ShellWord, cwd: string | undefined): Use | undefined {
  const path = /^(.*)\/bin\/activate$/.exec(word.value ?? word.text)?.[1];
  const folder = path === undefined ? undefined : absolute(path, cwd);
  return folder === undefined ? undefined : { kind: 'activate', path: folder };
}

function pythonUse(name: string, rest: readonly ShellWord[], command: ShellCommand, cwd: string | undefined): Use | undefined {
  let at = 0;
  while (rest[at] && /^-(?!m|c)\w+$/.test(rest[at]!.text)) at += rest[at]!.text === '-W' || rest[at]!.text === '-X' ? 2 : 1;
  const first = rest[at]?.value ?? rest[at]?.text;
  if (first === undefined || /^-(?:V|-version|h|-help)$/.test(rest[0]?.text ?? '')) return undefined;
  const after = rest.slice(at + 1);
  if (first === '-m' || /^-\w*m$/.test(first)) {
    const module = after[0]?.value;
    const args = after.slice(1);
    if (module === 'pip') return pipUse('pip', name, args, command, cwd);
    if (module === 'venv' || module === 'virtualenv') return venvUse(args, name, cwd);
    if (module === 'ensurepip') return { kind: 'installer' };
    if (module === 'spacy' && args[0]?.value === 'download') return { kind: 'install', install: make(command, name, 'pip', { names: plain(args).slice(1).map((model) => normalName(model)), noCache: true }) };
    if (module === 'poetry' || module === 'pipenv' || module === 'uv' || module === 'pdm') return useOf({ ...command, words: after, name: module }, cwd);
    return { kind: 'python', program: name };
  }
  if (/(?:^|\/)setup\.py$/.test(first)) return setupUse(name, first, plain(after), command, cwd);
  if (/(?:^|\/)get-pip\.py$/.test(first)) return { kind: 'installer' };
  return { kind: 'python', program: name };
}

function setupUse(name: string, script: string, verbs: readonly string[], command: ShellCommand, cwd: string | undefined): Use {
  const folder = absolute(script.replace(/\/?setup\.py$/, '') || '.', cwd);
  if (verbs.includes('build_ext') || (verbs.includes('build') && !verbs.includes('install'))) return { kind: 'inPlace', folder };
  if (!verbs.some((verb) => verb === 'install' || verb === 'develop')) return { kind: 'python', program: name };
  return { kind: 'install', install: make(command, name, 'setup.py', { sources: true, local: folder === undefined ? [] : [folder], editable: verbs.includes('develop') }) };
}

function pipUse(tool: 'pip' | 'uv pip', name: string, rest: readonly ShellWord[], command: ShellCommand, cwd: string | undefined): Use | undefined {
  const at = rest.findIndex((word) => !word.text.startsWith('-'));
  const verb = rest[at]?.value;
  if (at < 0 || verb === undefined) return undefined;
  if (verb !== 'install' && verb !== 'sync') return { kind: 'installer' };
  const files: (string | undefined)[] = [];
  const names: string[] = [];
  const specs: string[] = [];
  const local: string[] = [];
  const places = new Set<string>();
  let editable = false;
  let fromGit = false;
  let noCache = false;
  let unknown = false;
  const words = [...rest.slice(0, at), ...rest.slice(at + 1)];
  for (let index = 0; index < words.length; index += 1) {
    const text = words[index]!.value ?? words[index]!.text;
    const inline = /^(--[\w-]+)=(.*)$/s.exec(text) ?? /^(-[rcet])(?!$)(.+)$/.exec(text);
    const option = inline?.[1] ?? text;
    if (!option.startsWith('-')) {
      const bare = text.replace(/\[[^\]]*\]$/, '');
      if (verb === 'sync') files.push(absolute(words[index]!.value, cwd));
      else if (/^(?:[\w.-]+(?:\[.*\])?\s*@\s*)?(?:git|hg|svn|bzr)\+/.test(text)) fromGit = true;
      else if (words[index]!.value === undefined) unknown = true;
      else if (isLocalPath(bare)) local.push(absolute(bare.replace(/^file:(?:\/\/)?/, ''), cwd) ?? '/');
      else if (!/^https?:/.test(text)) {
        const found = nameAndSpec(/^[\w.-]+/.exec(text)?.[0] ?? text, text);
        names.push(found.name);
        specs.push(found.spec);
      }
      continue;
    }
    if (/^(?:--user|--system)$/.test(option)) places.add(option);
    if (/^(?:-t|--target)$/.test(option)) places.add('--target');
    if (/^(?:--prefix|--root)$/.test(option)) places.add(option);
    if (option === '--no-cache-dir' || option === '--no-cache') noCache = true;
    const value = inline ? inline[2] : pipValues.has(option) ? (words[(index += 1)]?.value ?? undefined) : undefined;
    if (/^(?:-r|--requirement|-c|--constraint|--requirements)$/.test(option)) {
      if (value === undefined || !/^https?:/.test(value)) files.push(absolute(value, cwd));
    } else if (/^(?:-e|--editable)$/.test(option) && value !== undefined) {
      if (/^(?:git|hg|svn|bzr)\+/.test(value)) fromGit = true;
      else {
        editable = true;
        local.push(absolute(value.replace(/\[[^\]]*\]$/, ''), cwd) ?? '/');
      }
    }
  }
  const install = make(command, name, tool, { files, names, specs, local, editable, fromGit, places, noCache, sources: local.length > 0 || unknown || files.includes(undefined) });
  const onlyTools = names.length > 0 && files.length === 0 && local.length === 0 && !unknown && !fromGit && names.every((item) => installerTools.has(item));
  return { kind: onlyTools ? 'tool' : 'install', install };
}

function uvUse(name: string, rest: readonly ShellWord[], command: ShellCommand, cwd: string | undefined): Use {
  const at = rest.findIndex((word) => !word.text.startsWith('-'));
  const verb = rest[at]?.value;
  if (verb === 'pip') return pipUse('uv pip', name, rest.slice(at + 1), command, cwd) ?? { kind: 'installer' };
  if (verb === 'venv') return venvUse(rest.slice(at + 1), name, cwd, '.venv');
  if (verb === 'sync') {
    const noProject = has(rest, '--no-install-project') || has(rest, '--no-install-workspace');
    return { kind: 'install', install: make(command, name, 'uv', { files: manifests(cwd, 'pyproject.toml', 'uv.lock', '.python-version'), sources: !noProject, local: noProject || cwd === undefined ? [] : [cwd], noCache: has(rest, '--no-cache') }) };
  }
  if (verb === 'run') return { kind: 'python', program: name };
  return { kind: 'installer' };
}

function poetryUse(name: string, rest: readonly ShellWord[], command: ShellCommand, cwd: string | undefined, verb: string | undefined): Use {
  if (verb === 'install' || verb === 'sync') {
    const noRoot = has(rest, '--no-root');
    return { kind: 'install', install: make(command, name, 'poetry', { files: manifests(cwd, 'pyproject.toml', 'poetry.lock', 'poetry.toml'), sources: !noRoot, local: noRoot || cwd === undefined ? [] : [cwd], editable: !noRoot, noCache: has(rest, '--no-cache') }) };
  }
  return verb === 'run' ? { kind: 'python', program: name } : { kind: 'installer' };
}

function venvUse(rest: readonly ShellWord[], python: string, cwd: string | undefined, usual?: string): Use {
  const words: string[] = [];
  for (let at = 0; at < rest.length; at += 1) {
    const text = rest[at]!.value;
    if (text !== undefined && /^(?:-p|--python|--prompt)$/.test(text)) at += 1;
    else if (text === undefined || !text.startsWith('-')) words.push(text ?? '$');
  }
  const path = words[0] ?? usual;
  return { kind: 'venv', path: path === undefined || path.includes('$') ? undefined : absolute(path, cwd), systemPackages: has(rest, '--system-site-packages'), python };
}

const absolute = (path: string | undefined, cwd: string | undefined): string | undefined => {
  if (path === undefined) return undefined;
  if (path.startsWith('~/')) return inImage('/root', path.slice(2));
  return path.startsWith('/') ? inImage('/', path) : cwd === undefined ? undefined : inImage(cwd, path);
};
const has = (words: readonly ShellWord[], option: string): boolean => words.some((word) => word.text === option || word.text.startsWith(`${option}=`));
const plain = (words: readonly ShellWord[]): string[] => words.map((word) => word.value).filter((value): value is string => value !== undefined && !value.startsWith('-'));
const manifests = (cwd: string | undefined, ...names: string[]): (string | undefined)[] => (cwd === undefined ? [undefined] : names.map((file) => inImage(cwd, file)));

function make(command: ShellCommand, program: string, tool: Install['tool'], facts: Partial<Install>): Install {
  return { tool, program, files: [], names: [], specs: facts.names ?? [], local: [], editable: false, fromGit: false, places: new Set(), sources: false, noCache: false, command, ...facts };
}
