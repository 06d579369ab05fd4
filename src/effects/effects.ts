import { basename, inImage } from '../project/project.ts';
import type { ShellCommand, ShellPart } from '../shell/parse.ts';
import type { Effect } from './effect.ts';
import { packagesEffect } from './packages.ts';

/** Shell builtins that act on the shell itself. */
const shellState = new Set(['cd', 'export', 'set', 'unset', 'source', '.', 'umask', 'alias', 'shopt', 'ulimit', 'pushd', 'popd', 'local', 'readonly', 'trap']);

/** Programs that change nothing which outlives the RUN. */
const harmless = new Set(
  'true false : echo printf test [ sleep ls pwd cat grep egrep head tail wc which type command whoami id uname date env printenv hostname find sort uniq cut awk tr basename dirname du df file diff sync nproc exit sha256sum sha512sum md5sum ldd getent readlink realpath stat'.split(' '),
);

/** Programs that write where their arguments say. */
const fileProgramNames = 'mkdir touch cp mv ln chmod chown chgrp rm rmdir install tee truncate sed unlink mkfifo' as const;
const filePrograms = new Set(fileProgramNames.split(' '));

const accountPrograms = new Set(['useradd', 'adduser', 'groupadd', 'addgroup', 'usermod', 'groupmod', 'deluser', 'userdel', 'delgroup', 'groupdel', 'chpasswd', 'passwd']);

const fetchPrograms = new Set(['curl', 'wget', 'tar', 'unzip', 'gunzip', 'gzip', 'bunzip2', 'xz', 'git', 'svn', 'hg', 'aria2c', '7z', 'dpkg-deb']);

/** The programs that a query such as `node --version` asks. */
const isVersionQuery = (command: ShellCommand): boolean => command.words.length === 2 && /^(?:--version|-v|-V|version|--help|env)$/.test(command.words[1]!.value ?? '');

/**
 * What one part of a RUN does. A part of several commands (a pipe, a loop) is as well known as the least known of them.
 *
 * @param cwd the folder in which it runs, absolute; undefined when not known
 */
export function effectOf(part: ShellPart, cwd: string | undefined): Effect {
  if (part.commands.length === 0) return { kind: 'shell' };
  const effects = part.commands.map((command) => commandEffect(command, cwd));
  return effects.reduce(merge);
}

/** What one simple command does; see `effectOf`. */
function commandEffect(command: ShellCommand, cwd: string | undefined): Effect {
  const writes = command.outputs.filter((path) => path === undefined || !path.startsWith('/dev/'));
  const base = baseEffect(command, cwd);
  if (writes.length === 0) return base;
  const places = writes.map((path) => resolve(path, cwd));
  if (places.includes(undefined)) return { kind: 'unknown', program: command.name };
  const redirected: Effect = { kind: 'files', verb: '>', writes: places as string[], reads: [] };
  return merge(base, redirected);
}

function baseEffect(command: ShellCommand, cwd: string | undefined): Effect {
  const { name } = command;
  if (name === undefined) return command.words.length === 0 ? { kind: 'shell' } : { kind: 'unknown', program: undefined };
  const program = name.slice(name.lastIndexOf('/') + 1);
  if (/^(?:sudo|exec|command|nice|time|env)$/.test(program) && command.words.length > 1) return commandEffect(withoutFirstWord(command), cwd);
  const packages = packagesEffect(command);
  if (packages) return packages;
  if (shellState.has(program)) return { kind: 'shell' };
  if (program === 'find' && command.words.some((word) => /^-(?:exec|execdir|ok|okdir|delete|fprintf?|fprint0|fls)$/.test(word.value ?? ''))) return { kind: 'unknown', program };
  if (harmless.has(program) || isVersionQuery(command)) return { kind: 'none' };
  if (program === 'git' && /^(?:config|status|log|rev-parse|describe)$/.test(command.words[1]?.value ?? '')) return { kind: 'none' };
  if (filePrograms.has(program)) return filesEffect(program, command, cwd);
  if (accountPrograms.has(program)) return accountEffect(program, command);
  if (fetchPrograms.has(program)) return { kind: 'fetch', programs: [program], writes: fetchTargets(program, command, cwd) };
  if (/^(?:ldconfig|update-ca-certificates|locale-gen|localedef|dpkg-reconfigure|fc-cache|update-alternatives)$/.test(program)) return { kind: 'unknown', program };
  return { kind: 'unknown', program };
}

function withoutFirstWord(command: ShellCommand): ShellCommand {
  let words = command.words.slice(1);
  while (words.length > 1 && /^(?:-\w+|\w+=.*)$/.test(words[0]!.value ?? '')) words = words.slice(1);
  return { ...command, words, name: words[0]?.value };
}

const resolve = (path: string | undefined, cwd: string | undefined): string | undefined =>
  path === undefined ? undefined : path.startsWith('/') ? inImage('/', path) : cwd === undefined ? undefined : inImage(cwd, path);

function filesEffect(program: string, command: ShellCommand, cwd: string | undefined): Effect {
  const operands = command.words.slice(1).filter((word) => !(word.value ?? '').startsWith('-'));
  let targets = operands;
  if (program === 'sed') {
    if (!command.words.some((word) => /^(?:-\w*i|--in-place)/.test(word.value ?? ''))) return { kind: 'none' };
    targets = command.words.some((word) => word.value === '-e' || word.value === '-f') ? operands : operands.slice(1);
  }
  if (/^(?:chmod|chown|chgrp)$/.test(program)) targets = operands.slice(1);
  if (/^(?:cp|mv|ln|install)$/.test(program)) targets = operands.slice(-1);
  const intoFolder = /^(?:cp|mv|ln|install)$/.test(program) && (operands.length > 2 || /(?:^|\/)\.{0,2}$/.test(operands.at(-1)?.value ?? 'x'));
  const names = intoFolder ? operands.slice(0, -1).map((word) => word.value && `${targets[0]!.value}/${basename(word.value)}`) : targets.map((word) => word.value);
  const places = names.map((name) => resolve(name, cwd));
  if (places.includes(undefined)) return { kind: 'unknown', program };
  const sources = /^(?:cp|mv|ln|install)$/.test(program) ? operands.slice(0, -1) : [];
  const moved = program === 'mv' ? sources.map((word) => resolve(word.value, cwd)).filter((path): path is string => path !== undefined) : [];
  return {
    kind: 'files',
    verb: program,
    writes: [...(places as string[]), ...moved],
    reads: sources.map((word) => resolve(word.value, cwd)).filter((path): path is string => path !== undefined),
  };
}

function accountEffect(program: string, command: ShellCommand): Effect {
  const words = command.words.slice(1).map((word) => word.value ?? '');
  const at = words.findIndex((word) => word === '-u' || word === '--uid');
  const inline = words.find((word) => word.startsWith('--uid='))?.slice('--uid='.length);
  const operands = words.filter((word, index) => !word.startsWith('-') && !/^-(?:u|g|G|d|s|h|c|-uid|-gid|-home|-shell|-comment|-groups|-ingroup|-home-dir|-gecos)$/.test(words[index - 1] ?? ''));
  return { kind: 'account', program, name: operands[0], uid: inline ?? (at < 0 ? undefined : words[at + 1]) };
}

/** Where a download or an unpacking writes. */
function fetchTargets(program: string, command: ShellCommand, cwd: string | undefined): string[] | undefined {
  const words = command.words.slice(1).map((word) => word.value);
  const after = (...names: string[]): string | undefined => {
    const at = words.findIndex((word) => word !== undefined && names.includes(word));
    return at < 0 ? undefined : words[at + 1];
  };
  const place = (path: string | undefined): string[] | undefined => {
    const resolved = resolve(path, cwd);
    return resolved === undefined ? undefined : [resolved];
  };
  if (words.includes(undefined) && program !== 'curl' && program !== 'wget') return undefined;
  switch (program) {
    case 'curl': {
      const output = after('--output');
      if (words.some((word) => /^-[a-zA-Z]*o$/.test(word ?? ''))) return place(words[words.findIndex((word) => /^-[a-zA-Z]*o$/.test(word ?? '')) + 1]);
      if (output !== undefined) return place(output);
      return words.some((word) => /^(?:-[a-zA-Z]*O|--remote-name)/.test(word ?? '')) ? place('.') : [];
    }
    case 'wget': {
      const at = words.findIndex((word) => /^-[a-zA-Z]*O$|^--output-document$/.test(word ?? ''));
      if (at >= 0) return words[at + 1] === '-' ? [] : place(words[at + 1]);
      if (words.some((word) => /^-[a-zA-Z]*O-$|^-O.+/.test(word ?? ''))) return [];
      return place(after('-P', '--directory-prefix') ?? '.');
    }
    case 'tar':
      return place(after('-C', '--directory') ?? words.find((word) => word?.startsWith('--directory='))?.slice('--directory='.length) ?? '.');
    case 'unzip':
      return place(after('-d') ?? '.');
    case 'git': {
      if (words[0] !== 'clone') return place(after('-C') ?? '.');
      const operands = words.slice(1).filter((word, index, all) => !word!.startsWith('-') && !/^(?:-b|--branch|--depth|-o|--origin|-c|--config)$/.test(all[index - 1] ?? ''));
      return place(operands[1] ?? operands[0]?.replace(/\/+$/, '').replace(/\.git$/, '').replace(/^.*[/:]/, ''));
    }
    default:
      return place('.');
  }
}

const certainty: Record<Effect['kind'], number> = { none: 0, shell: 1, files: 2, account: 3, fetch: 4, packages: 5, unknown: 6 };

function merge(a: Effect, b: Effect): Effect {
  const [less, more] = certainty[a.kind] < certainty[b.kind] ? [a, b] : [b, a];
  if (more.kind === 'fetch' && less.kind === 'fetch') {
    return { kind: 'fetch', programs: [...more.programs, ...less.programs], writes: more.writes && less.writes ? [...more.writes, ...less.writes] : undefined };
  }
  if (more.kind === 'fetch' && less.kind === 'files') return { ...more, writes: more.writes && [...more.writes, ...less.writes] };
  if (more.kind === 'files' && less.kind === 'files') return { kind: 'files', verb: more.verb, writes: [...more.writes, ...less.writes], reads: [...more.reads, ...less.reads] };
  if (more.kind === 'packages' && less.kind === 'packages') return more.action === 'install' ? more : less.action === 'install' ? less : more;
  if (more.kind === 'packages' && less.kind !== 'none' && less.kind !== 'shell') return { kind: 'unknown', program: undefined };
  return more;
}
