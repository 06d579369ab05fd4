import { parseShell, type ShellCommand, type ShellWord } from '../shell/parse.ts';
import type { Effect } from './effect.ts';
import { placeOf, type Surroundings } from './paths.ts';

/** Programs that change what they are given, and may be called by find and xargs for files below a known folder. */
const perFile = /^(?:chmod|chown|chgrp|rm|rmdir|unlink|touch|sed|strip|dos2unix|unix2dos|gzip|gunzip|setfacl)$/;
const harmlessPerFile = /^(?:grep|egrep|fgrep|echo|printf|cat|ls|file|test|\[|wc|head|tail|ldd|md5sum|sha1sum|sha256sum|basename|dirname|readlink|stat|true)$/;

const removing = /^(?:rm|rmdir|unlink)$/;

/** Where `find` looks: the operands before its first expression. */
function roots(command: ShellCommand, around: Surroundings): string[] | undefined {
  const words = command.words.slice(1);
  while (/^-(?:[HLP]|O\d)$/.test(words[0]?.text ?? '')) words.shift();
  const first = words.findIndex((word) => /^(?:-|!$|\\?\($)/.test(word.value ?? word.text));
  const folders = first < 0 ? words : words.slice(0, first);
  const places = folders.length === 0 ? [around.cwd] : folders.map((word) => placeOf(word, around));
  return places.includes(undefined) ? undefined : (places as string[]);
}

/** `find … -exec program {} +`, `-delete`: the program's change of what lies below the folders. Undefined for a find that only lists. */
export function findEffect(command: ShellCommand, around: Surroundings): Effect | undefined {
  const texts = command.words.map((word) => word.value ?? word.text);
  if (texts.some((text) => /^-(?:ok|okdir|fprintf?|fprint0|fls)$/.test(text))) return { kind: 'unknown', program: 'find' };
  const programs = texts.flatMap((text, at) => (/^-(?:exec|execdir)$/.test(text) ? [calledAt(command.words, at + 1)] : text === '-delete' ? ['rm'] : []));
  if (programs.length === 0) return undefined;
  return changeBelow(programs, roots(command, around), 'find');
}

/** The program that find calls; `sh -c` and a `sed` that only prints are not told apart from what they may do. */
function calledAt(words: readonly ShellWord[], at: number): string {
  const name = (words[at]?.value ?? '').replace(/^.*\//, '');
  if (name !== 'sed') return name;
  return words.slice(at + 1).some((word) => /^(?:-\w*i|--in-place)/.test(word.text)) ? 'sed' : 'cat';
}

function changeBelow(programs: readonly string[], folders: readonly string[] | undefined, by: string): Effect {
  const changing = programs.filter((program) => !harmlessPerFile.test(program));
  if (changing.length === 0) return { kind: 'none' };
  if (folders === undefined || !changing.every((program) => perFile.test(program))) return { kind: 'unknown', program: by };
  const verb = changing.find((program) => !removing.test(program)) ?? 'prune';
  return { kind: 'files', verb, writes: folders, reads: [] };
}

/**
 * `find /x … | xargs chmod +x`: changes what the find listed. With any other source of names only harmless programs are known.
 *
 * @param before the command in front of it in the pipe
 * @param packages what is known of the inner command when it is a package manager's
 */
export function xargsEffect(command: ShellCommand, before: ShellCommand | undefined, around: Surroundings, packages: (inner: ShellCommand) => Effect | undefined): Effect {
  let words = command.words.slice(1);
  while (words.length > 0 && words[0]!.text.startsWith('-')) words = words.slice(/^-(?:I|n|P|L|s|d|a|E|-max-args|-max-procs|-delimiter|-arg-file)$/.test(words[0]!.text) ? 2 : 1);
  const inner: ShellCommand = { ...command, words, name: words[0]?.value };
  if (words.length === 0) return { kind: 'none' };
  const manager = packages(inner);
  if (manager) return manager.kind === 'packages' ? { ...manager, unknown: true } : manager;
  const program = calledAt(words, 0);
  const source = before?.name?.replace(/^.*\//, '') === 'find' ? roots(before, around) : undefined;
  return changeBelow([program], source, 'xargs');
}

/** The script of `sh -c '…'`; undefined for any other command, or when its text is not literal. */
export function innerScript(command: ShellCommand): string | undefined {
  const { words } = command;
  const name = words[0]?.value?.replace(/^.*\//, '');
  if (name === 'su' || name === 'runuser') {
    const at = words.findIndex((word) => word.value === '-c' || word.value === '--command');
    return at > 0 ? words[at + 1]?.value : undefined;
  }
  if (name === undefined || !/^(?:ba|da|a|z|k)?sh$/.test(name)) return undefined;
  const at = words.findIndex((word, index) => index > 0 && /^-\w*c$/.test(word.value ?? ''));
  return at > 0 && words.slice(1, at).every((word) => word.text.startsWith('-')) ? words[at + 1]?.value : undefined;
}

/** All commands of such a script; undefined when it is not valid shell. */
export function commandsOf(script: string): readonly ShellCommand[] | undefined {
  const parsed = parseShell(script);
  return parsed.errors.length > 0 ? undefined : parsed.parts.flatMap((part) => part.commands);
}
