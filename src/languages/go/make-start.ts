import { lookupIn } from '../../dockerfile/scope.ts';
import { parseShell, type ShellCommand } from '../../shell/parse.ts';
import { shellBuiltins, type Start, type StartCommand } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import { isGo } from './commands.ts';
import { recipeOf } from './makefile.ts';

/** What make starts in the place of `make run`. */
export interface MakeStart {
  readonly start: Start;
  /** The words of the program that the recipe runs in the end. */
  readonly words: readonly string[];
}

/**
 * A start such as `CMD ["make", "run"]`: the one command that its recipe runs in the end. Commands before it that only check or build again are passed over.
 *
 * @returns undefined for any other start, and for a recipe that does more or cannot be read
 */
export function startThroughMake(walk: Walk, start: Start): MakeStart | undefined {
  const [only, ...others] = start.commands;
  const cwd = walk.end.cwd;
  if (only?.program !== 'make' || others.length > 0 || start.scripts.length > 0 || only.words.includes(undefined) || cwd === undefined) return undefined;
  const words = (only.words as string[]).map((value) => ({ text: value, value, start: 0, end: 0 }));
  const command: ShellCommand = { name: 'make', words, assignments: [], outputs: [], redirects: [], start: 0, end: 0 };
  const lines = recipeOf(walk, cwd, command, lookupIn(walk.end.scope));
  const last = lines?.at(-1);
  if (!lines || !last || lines.some((line) => line.folder !== cwd) || !lines.slice(0, -1).every((line) => onlyPrepares(line.text))) return undefined;
  const script = parseShell(last.text);
  const run = script.parts.length === 1 && script.errors.length === 0 ? script.parts[0]!.simple : undefined;
  const values = run?.words.map((word) => word.value);
  if (!run || run.assignments.length > 0 || run.outputs.length > 0 || values!.includes(undefined) || /[<>|&;*?`$~{]/.test(last.text)) return undefined;
  const plain = values as string[];
  const program = plain[0]!;
  if (shellBuiltins.has(program) || program === 'make' || (isGo(program) && plain[1] !== 'run')) return undefined;
  const found: StartCommand = { ...only, program, words: plain };
  return { start: { ...start, argv: undefined, commands: [found], main: found, shell: undefined }, words: plain };
}

/** Whether a recipe line changes nothing that a build has not done. */
function onlyPrepares(text: string): boolean {
  const { parts, errors } = parseShell(text);
  return errors.length === 0 && parts.flatMap((part) => part.commands).every(({ name, words }) => /^(?:echo|printf|mkdir|true|clear)$/.test(name ?? '') || (isGo(name) && /^(?:build|vet|fmt|mod|test|version)$/.test(words[1]?.value ?? '')));
}
