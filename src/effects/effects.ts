import { hasOption, optionValue, readArguments, unwrapped } from './arguments.ts';
import type { ShellCommand, ShellPart, ShellWord } from '../shell/parse.ts';
import type { Effect } from './effect.ts';
import { fetchEffect, isFetch } from './fetch.ts';
import { filesEffect } from './files.ts';
import { foldersOf } from './folders.ts';
import { commandsOf, findEffect, innerScript, xargsEffect } from './inner.ts';
import { merge } from './merge.ts';
import { packagesEffect } from './packages.ts';
import { placeOf, resolvePath, type Surroundings } from './paths.ts';
import { productsOf } from './products.ts';
import { asRepository, repositoryScriptIn, systemEffect } from './system.ts';
import data from './data/programs.json' with { type: 'json' };

const shellState = new Set(data.shellState.split(' '));
const harmless = new Set(data.harmless.split(' '));
const accountPrograms = new Set(data.accounts.split(' '));
/** Programs that write nothing but the files which their options name; `productsOf` reads those. */
const writers = new Set(data.writers.split(' '));

/** The program is only asked for its version, or for help. */
const isVersionQuery = (command: ShellCommand): boolean => command.words.length === 2 && /^(?:--?version|-v|-V|version|--?help|-h|help|env)$/.test(command.words[1]!.value ?? '');

/**
 * What one part of a RUN does. A part of several commands (a pipe, a loop) is as well known as the least known of them.
 *
 * @param cwd the folder in which it runs, absolute; undefined when not known
 * @param home what `~` stands for; undefined when not known
 */
export function effectOf(part: ShellPart, cwd: string | undefined, home?: string): Effect {
  return effectOfCommands(part, { cwd, home }, 0);
}

function effectOfCommands(part: Pick<ShellPart, 'commands' | 'text'>, around: Surroundings, depth: number): Effect {
  const { commands } = part;
  if (commands.length === 0) return { kind: 'shell' };
  const script = repositoryScriptIn(commands);
  if (script) return script;
  const folders = foldersOf(part, around.cwd, around.home);
  return asRepository(commands.map((command, at) => commandEffect(command, commands[at - 1], { ...around, cwd: folders[at] }, depth)).reduce(merge));
}

/** What one simple command does; see `effectOf`. */
function commandEffect(command: ShellCommand, before: ShellCommand | undefined, around: Surroundings, depth: number): Effect {
  const targets = command.redirects.filter((word) => !(word.value ?? word.text).startsWith('/dev/'));
  const base = asRepository(baseEffect(command, before, around, depth));
  if (targets.length === 0) return base;
  const places = targets.map((word) => placeOf(word, around));
  if (places.includes(undefined)) return { kind: 'unknown', program: command.name };
  return merge(base, asRepository({ kind: 'files', verb: '>', writes: places as string[], reads: [] }));
}

function baseEffect(written: ShellCommand, before: ShellCommand | undefined, around: Surroundings, depth: number): Effect {
  const command = unwrapped(written);
  const { name } = command;
  if (name === undefined) return command.words.length === 0 ? { kind: 'shell' } : { kind: 'unknown', program: undefined };
  const program = name.slice(name.lastIndexOf('/') + 1);
  const packages = packagesEffect(command);
  if (packages) return packages;
  if (shellState.has(program)) return { kind: 'shell' };
  if (program === 'find') return findEffect(command, around) ?? { kind: 'none' };
  if (program === 'xargs') return xargsEffect(command, before, around, (inner) => packagesEffect(unwrapped(inner)));
  if (harmless.has(program) && !awkWrites(program, command)) return { kind: 'none' };
  const script = innerScript(command);
  if (script !== undefined && depth < 5) {
    const inner = commandsOf(script);
    return inner === undefined ? { kind: 'unknown', program } : effectOfCommands({ commands: inner, text: '(' }, around, depth + 1);
  }
  const files = filesEffect(program, command, around);
  if (files) return files;
  if (accountPrograms.has(program)) return accountEffect(program, command);
  const system = systemEffect(program, command, around);
  if (system) return system;
  if (isVersionQuery(command)) return { kind: 'none' };
  if (isFetch(program)) return fetchEffect(program, command, around);
  if (program === 'gpg' || program === 'gpg2') return keyringEffect(command, around);
  if (writers.has(program)) return writerEffect(program, command, around);
  return { kind: 'unknown', program };
}

/** An awk program may write files of its own, and sort has `-o`. */
const awkWrites = (program: string, command: ShellCommand): boolean => (program.endsWith('awk') && command.words.some((word) => /print[^|]*>|\bsystem\s*\(/.test(word.text))) || (program === 'sort' && command.words.some((word) => /^(?:-o|--output)/.test(word.text)));

function accountEffect(program: string, command: ShellCommand): Effect {
  const words = command.words.slice(1).map((word) => word.value ?? '');
  const at = words.findIndex((word) => word === '-u' || word === '--uid');
  const inline = words.find((word) => word.startsWith('--uid='))?.slice('--uid='.length);
  const operands = words.filter((word, index) => !word.startsWith('-') && !/^-(?:u|g|G|d|s|h|c|-uid|-gid|-home|-shell|-comment|-groups|-ingroup|-home-dir|-gecos)$/.test(words[index - 1] ?? ''));
  return { kind: 'account', program, name: operands[0], uid: inline ?? (at < 0 ? undefined : words[at + 1]) };
}

const gpgValues = new Set('-o --output --keyserver --keyring --primary-keyring --homedir --recv-keys-none -u -r --recipient --keyserver-options --passphrase --trusted-key'.split(' '));

/** gpg writes its output file, and keys into a keyring: that which it is given, or the user's. */
function keyringEffect(command: ShellCommand, around: Surroundings): Effect {
  const read = readArguments(command.words.slice(1), gpgValues);
  const file = optionValue(read, ['-o', '--output']);
  const ring = hasOption(read, ['--recv-keys', '--recv-key', '--recv', '--import', '--receive-keys']) ? optionValue(read, ['--keyring', '--primary-keyring']) : null;
  const keeps = hasOption(read, ['--recv-keys', '--recv-key', '--recv', '--import', '--receive-keys', '--refresh-keys', '--delete-keys', '--delete-key']) && ring === null;
  const wanted = [...(file === null || file === '-' ? [] : [file]), ...(ring === null ? [] : [ring]), ...(keeps ? [around.home === undefined ? undefined : `${around.home}/.gnupg`] : [])];
  const places = wanted.map((path) => resolvePath(path, around));
  if (places.includes(undefined)) return { kind: 'unknown', program: 'gpg' };
  return places.length === 0 ? { kind: 'none' } : { kind: 'files', verb: 'gpg', writes: places as string[], reads: [] };
}

function writerEffect(program: string, command: ShellCommand, around: Surroundings): Effect {
  const options = command.words.slice(1).filter((word: ShellWord) => /^(?:-out|-keyout|-f)$/.test(word.value ?? ''));
  const places = productsOf(command, around.cwd, new Map());
  if (places.length < options.length) return { kind: 'unknown', program };
  if (places.length > 0) return { kind: 'files', verb: program, writes: places, reads: [] };
  return program === 'openssl' ? { kind: 'none' } : { kind: 'unknown', program };
}
