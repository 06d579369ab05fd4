import { lookupIn, type Scope } from '../dockerfile/scope.ts';
import { expandWord } from '../dockerfile/words.ts';
import type { Instruction } from '../dockerfile/model.ts';
import type { Effect } from '../effects/effect.ts';
import { effectOf } from '../effects/effects.ts';
import { inImage } from '../project/project.ts';
import { parseShell, type ShellCommand, type ShellPart, type ShellWord } from '../shell/parse.ts';

/** A top-level part of a RUN with the folder in which it runs and what it does. */
export interface RunPart extends ShellPart {
  readonly cwd: string | undefined;
  readonly effect: Effect;
}

export interface RunFacts {
  readonly parts: readonly RunPart[];
  /** True when the parts may be written as separate RUNs: shell form, valid shell, no heredoc. Positions are offsets in the instruction's body. */
  readonly splittable: boolean;
  readonly variables: readonly string[];
}

/** Reads a RUN: its shell commands with variables of the scope replaced where known, the folder of each, and its effect. */
export function runFacts(instruction: Instruction, scope: Scope, cwd: string | undefined, shell: readonly string[] | undefined): RunFacts {
  if (instruction.json) return { parts: [execPart(instruction.json, cwd)], splittable: false, variables: [] };
  const posix = shell === undefined || /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(shell[0] ?? '');
  const heredoc = instruction.heredocs[0];
  // `RUN <<EOF`: the body is the script; `RUN cat <<EOF > file`: the body is input of a command.
  const isScript = heredoc !== undefined && /^<<-?\s*["']?\w+["']?\s*$/.test(instruction.logical);
  const text = isScript ? heredoc.body : instruction.shellText;
  const script = parseShell(text);
  let folder = cwd;
  let inForce = scope;
  const parts = script.parts.map((part): RunPart => {
    const known = resolvePart(part, inForce);
    inForce = afterAssignments(known, inForce);
    const here = folder;
    if (known.simple?.name === 'cd') {
      const target = known.simple.words[1]?.value;
      folder = target === undefined || (folder === undefined && !target.startsWith('/')) ? undefined : inImage(folder ?? '/', target);
    } else if (known.commands.some((command) => command.name === 'cd') && !/^\s*\(/.test(part.text)) {
      folder = undefined;
    }
    return { ...known, cwd: here, effect: posix ? effectOf(known, here) : { kind: 'unknown', program: undefined } };
  });
  return { parts, splittable: posix && heredoc === undefined && script.errors.length === 0, variables: script.variables };
}

/** The scope after `export A=b` or `A=b`; a value that a command gives, or that is set in a loop or a branch, is not known. */
function afterAssignments(part: ShellPart, scope: Scope): Scope {
  const env = new Map(scope.env);
  for (const command of part.commands) {
    const exported = command.name === 'export' ? command.words.slice(1).map((word) => /^(\w+)=(.*)$/s.exec(word.value ?? word.text)).flatMap((match, at) => (match ? [{ name: match[1]!, value: command.words[at + 1]!.value === undefined ? undefined : match[2]! }] : [])) : [];
    const own = command.words.length === 0 ? command.assignments : [];
    for (const { name, value } of [...exported, ...own]) env.set(name, part.simple === command && value !== undefined ? value : null);
  }
  return { ...scope, env };
}

/** Replaces variables of the Dockerfile's scope in the words of a part, where that gives one plain word. */
function resolvePart(part: ShellPart, scope: Scope): ShellPart {
  const resolveCommand = (command: ShellCommand): ShellCommand => {
    if (command.words.every((word) => word.value !== undefined)) return command;
    const words = command.words.map((word): ShellWord => (word.value === undefined ? { ...word, value: resolveWord(word.text, scope) } : word));
    return { ...command, words, name: command.name ?? (command.words.length > 0 ? words[0]!.value : undefined) };
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

function execPart(words: readonly string[], cwd: string | undefined): RunPart {
  const command: ShellCommand = {
    name: words[0],
    words: words.map((value) => ({ text: value, value, start: 0, end: 0 })),
    assignments: [],
    outputs: [],
    start: 0,
    end: 0,
  };
  const inner = /(?:^|\/)(?:ba|da|a)?sh$/.test(words[0] ?? '') && words[1] === '-c' && words[2] !== undefined ? parseShell(words[2]) : undefined;
  const commands = inner ? inner.parts.flatMap((part) => part.commands) : [command];
  const part: ShellPart = { text: words.join(' '), start: 0, end: 0, joinedBy: undefined, simple: inner ? undefined : command, commands };
  return { ...part, cwd, effect: effectOf(part, cwd) };
}
