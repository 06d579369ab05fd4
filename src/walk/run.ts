import { lookupIn, type Scope } from '../dockerfile/scope.ts';
import { expandWord } from '../dockerfile/words.ts';
import type { Instruction } from '../dockerfile/model.ts';
import { layered } from '../dockerfile/variables.ts';
import type { Effect } from '../effects/effect.ts';
import { effectOf } from '../effects/effects.ts';
import { productsOf } from '../effects/products.ts';
import { inImage } from '../project/project.ts';
import { parseShell, type ShellCommand, type ShellPart, type ShellWord } from '../shell/parse.ts';

/** A top-level part of a RUN with the folder in which it runs and what it does. */
export interface RunPart extends ShellPart {
  readonly cwd: string | undefined;
  readonly effect: Effect;
  /** Absolute paths that its build and install commands are known to make. */
  readonly products: readonly string[];
}

export interface RunFacts {
  readonly parts: readonly RunPart[];
  /** True when the parts may be written as separate RUNs: shell form, valid shell, no heredoc. Positions are offsets in the instruction's body. */
  readonly splittable: boolean;
  readonly variables: readonly string[];
}

/** Bytes of a path that Linux takes at most. Source: limits.h, PATH_MAX. */
const longestPath = 4096;

/**
 * Reads a RUN: its shell commands with variables of the scope replaced where known, the folder of each, and its effect.
 *
 * @param home what `~` and HOME stand for; undefined when not known
 */
export function runFacts(instruction: Instruction, scope: Scope, cwd: string | undefined, shell: readonly string[] | undefined, home?: string): RunFacts {
  if (instruction.json) return { parts: [execPart(instruction.json, cwd, home, scope)], splittable: false, variables: [] };
  const posix = shell === undefined || /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(shell[0] ?? '');
  const heredoc = instruction.heredocs[0];
  // `RUN <<EOF`: the body is the script; `RUN cat <<EOF > file`: the body is input of a command.
  const isScript = heredoc !== undefined && /^<<-?\s*["']?\w+["']?\s*$/.test(instruction.logical);
  const text = isScript ? heredoc.body : commentToTheEnd(instruction.shellText);
  const script = parseShell(text);
  let folder = cwd;
  // What the script sets itself, in front of what is in force for it.
  const own = new Map<string, string | null>(home === undefined || scope.env.has('HOME') ? [] : [['HOME', home]]);
  const inForce = { ...scope, env: layered(own, scope.env) };
  const parts = script.parts.map((part): RunPart => {
    const known = resolvePart(part, inForce);
    for (const [name, value] of assignmentsOf(known)) own.set(name, value);
    const here = folder;
    if (known.simple?.name === 'cd') {
      const target = known.simple.words[1]?.value;
      folder = target === undefined || (folder === undefined && !target.startsWith('/')) || (folder?.length ?? 0) > longestPath ? undefined : inImage(folder ?? '/', target);
    } else if (known.commands.some((command) => command.name === 'cd') && !/^\s*\(/.test(part.text)) {
      folder = undefined;
    }
    const products = posix ? known.commands.flatMap((command) => productsOf(command, here, inForce.env)) : [];
    return { ...known, cwd: here, effect: posix ? effectOf(known, here, home) : { kind: 'unknown', program: undefined }, products };
  });
  return { parts, splittable: posix && heredoc === undefined && script.errors.length === 0, variables: script.variables };
}

/**
 * A shell comment takes the continued lines after it with it, since Docker joins lines before a shell sees them: there they are no continuations.
 * As long as the input.
 */
function commentToTheEnd(shellText: string): string {
  if (!shellText.includes('\\\n') || !/[\s;&|()]#/.test(shellText)) return shellText;
  const shape = (text: string): string => {
    const { parts, errors } = parseShell(text);
    return `${parts.length} ${errors.length}`;
  };
  const joined = shape(shellText.replaceAll('\\\n', ''));
  if (shape(shellText) === joined) return shellText;
  const candidates = [...shellText.matchAll(/(?<=[\s;&|()])#/g)].slice(0, 20).map(({ index }) => shellText.slice(0, index) + shellText.slice(index).replaceAll('\\\n', '  '));
  return candidates.find((text) => shape(text) === joined) ?? shellText;
}

/** What `export A=b` and `A=b` set; a value that a command gives, or that is set in a loop or a branch, is not known. */
function assignmentsOf(part: ShellPart): (readonly [string, string | null])[] {
  return part.commands.flatMap((command) => {
    const exported = command.name === 'export' ? command.words.slice(1).map((word) => /^(\w+)=(.*)$/s.exec(word.value ?? word.text)).flatMap((match, at) => (match ? [{ name: match[1]!, value: command.words[at + 1]!.value === undefined ? undefined : match[2]! }] : [])) : [];
    const own = command.words.length === 0 ? command.assignments : [];
    return [...exported, ...own].map(({ name, value }) => [name, part.simple === command && value !== undefined ? value : null] as const);
  });
}

/** Replaces variables of the Dockerfile's scope in the words of a part, where that gives one plain word. */
function resolvePart(part: ShellPart, scope: Scope): ShellPart {
  const resolveCommand = (command: ShellCommand): ShellCommand => {
    if ([...command.words, ...command.redirects].every((word) => word.value !== undefined)) return command;
    const known = (word: ShellWord): ShellWord => (word.value === undefined ? { ...word, value: resolveWord(word.text, scope), list: resolveList(word.text, scope) } : word);
    const words = command.words.map(known);
    const redirects = command.redirects.map(known);
    return { ...command, words, redirects, outputs: redirects.map((word) => word.value), name: command.name ?? (command.words.length > 0 ? words[0]!.value : undefined) };
  };
  const commands = part.commands.map(resolveCommand);
  const simple = part.simple && commands[part.commands.indexOf(part.simple)];
  return { ...part, commands, simple };
}

/** A word of the shell as one plain word, its variables replaced; undefined where that is not possible. */
export function resolveWord(text: string, scope: Scope): string | undefined {
  if (/[`]|\$\(|\$\{?[0-9@*#?$!-]/.test(text)) return undefined;
  // A name that neither ARG nor ENV sets may be set by the shell itself (HOME, PWD, a loop): not known.
  const value = expandWord(text, (name) => lookupIn(scope)(name) ?? null);
  return value === undefined || /\s/.test(value) ? undefined : value;
}

/** The words of an unquoted variable that holds a list; undefined for anything else. Docker has taken the continuations out before the shell sees them. */
function resolveList(text: string, scope: Scope): string[] | undefined {
  const name = /^\$(?:(\w+)|\{(\w+)\})$/.exec(text)?.slice(1).find((match) => match !== undefined);
  const value = name === undefined ? undefined : lookupIn(scope)(name)?.replace(/\\\r?\n/g, '');
  return value !== undefined && /\s/.test(value) && !/[$`*?[\\"']/.test(value) ? value.split(/\s+/).filter((word) => word !== '') : undefined;
}

function execPart(words: readonly string[], cwd: string | undefined, home: string | undefined, scope: Scope): RunPart {
  const command: ShellCommand = {
    name: words[0],
    words: words.map((value) => ({ text: value, value, start: 0, end: 0 })),
    assignments: [],
    outputs: [],
    redirects: [],
    start: 0,
    end: 0,
  };
  const inner = /(?:^|\/)(?:ba|da|a)?sh$/.test(words[0] ?? '') && words[1] === '-c' && words[2] !== undefined ? parseShell(words[2]) : undefined;
  const commands = inner ? inner.parts.flatMap((part) => part.commands) : [command];
  const part: ShellPart = { text: words.join(' '), start: 0, end: 0, joinedBy: undefined, simple: inner ? undefined : command, commands };
  return { ...part, cwd, effect: effectOf(part, cwd, home), products: commands.flatMap((each) => productsOf(each, cwd, scope.env)) };
}
