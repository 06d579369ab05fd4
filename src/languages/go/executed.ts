import { innerScript } from '../../effects/inner.ts';
import { inImage } from '../../project/project.ts';
import type { ShellCommand } from '../../shell/parse.ts';
import { runFacts, type RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { recipeOf } from './makefile.ts';
import { valueIn } from './surroundings.ts';

/** A part of a RUN as it is executed. */
export interface Executed {
  readonly step: Step;
  /** The part of the RUN. */
  readonly part: RunPart;
  /** What runs: the part itself, or what make or a script of the project runs for it. */
  readonly runs: RunPart;
  /** Parts of the same shell in front of `runs`. */
  readonly before: readonly RunPart[];
}

/** How deep scripts and Makefiles that call each other are followed. */
const deepest = 8;

const executedIn = new WeakMap<Walk, readonly Executed[]>();

/** The parts of all RUNs; in place of `make`, of a script of the project and of `sh -c` stands what they run, where that can be read. */
export function executedParts(walked: Walk): readonly Executed[] {
  const known = executedIn.get(walked);
  if (known) return known;
  const found = walked.steps.flatMap((step) => expand(walked, step, step.run?.parts ?? [], undefined, [], 0));
  executedIn.set(walked, found);
  return found;
}

function expand(walked: Walk, step: Step, parts: readonly RunPart[], outer: RunPart | undefined, above: readonly RunPart[], depth: number): Executed[] {
  return parts.flatMap((runs, at): Executed[] => {
    const before = [...above, ...parts.slice(0, at)];
    const part = outer ?? runs;
    const inner = depth < deepest && runs.simple ? behind(walked, step, runs, runs.simple, before) : undefined;
    // Every recipe line and script is a shell of its own, with the variables that were exported.
    return inner === undefined ? [{ step, part, runs, before }] : inner.flatMap((shell) => expand(walked, step, shell, part, [...before, given(runs)], depth + 1));
  });
}

/** The variables that a command is given, as a part in front of what it runs. */
const given = (part: RunPart): RunPart => ({ ...part, text: '', simple: undefined, commands: part.commands.map((command) => ({ ...command, name: undefined, words: [] })), effect: { kind: 'shell' }, products: [] });

/** The shells that a command starts, with their parts; undefined for any other command, and where its text is not at hand. */
function behind(walked: Walk, step: Step, part: RunPart, command: ShellCommand, before: readonly RunPart[]): (readonly RunPart[])[] | undefined {
  const name = command.name?.replace(/^.*\//, '');
  if (name === undefined || part.cwd === undefined) return undefined;
  const read = (text: string, cwd: string): readonly RunPart[] => partsOf(step, text, cwd, command);
  if (name === 'make' || name === 'gmake') {
    const lookup = (variable: string): string | null | undefined => valueIn(walked, { step, command, before }, variable);
    return recipeOf(walked, part.cwd, command, lookup)?.map(({ text, folder }) => read(text, folder));
  }
  const inline = innerScript(command);
  if (inline !== undefined) return /^(?:su|runuser)$/.test(name) ? undefined : [read(inline, part.cwd)];
  const script = scriptIn(walked, part.cwd, command);
  return script && [read(script.text, script.cwd ?? part.cwd)];
}

/** A shell script of the project that a command runs: `./build.sh`, `sh build.sh`. Its own place stands for `$(dirname "$0")`. */
function scriptIn(walked: Walk, cwd: string, command: ShellCommand): { text: string; cwd: string | undefined } | undefined {
  const words = command.words.map((word) => word.value);
  const byShell = /^(?:.*\/)?(?:ba|da|a|z)?sh$/.test(words[0] ?? '') || words[0] === '.' || words[0] === 'source';
  const at = byShell ? words.findIndex((word, index) => index > 0 && (word === undefined || !word.startsWith('-'))) : 0;
  const file = at < 0 ? undefined : words[at];
  if (file === undefined || (!byShell && !file.includes('/'))) return undefined;
  const path = inImage(cwd, file);
  const source = walked.locate(path);
  const text = source === undefined ? undefined : walked.project.read(source);
  if (text === undefined || (!byShell && !/^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?|\/\S*\/)?(?:ba|da|a|z)?sh\b/.test(text))) return undefined;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const args = words.slice(at + 1);
  const own = text
    .replaceAll(/\$\(\s*cd\s+(?:-P\s+)?(?:--\s+)?["']?(?:\$\(\s*dirname\s+(?:--\s+)?["']?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?(?::-\$0)?\})["']?\s*\)|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%\/\*\})((?:\/[\w.-]+)*)["']?\s*(?:>\s*\/dev\/null(?:\s*2>&1)?\s*)?(?:&&|;)\s*pwd(?:\s+-P)?\s*\)/g, (_, rest: string) => inImage(folder, `./${rest}`))
    .replaceAll(/\$\(\s*dirname\s+(?:--\s+)?["']?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?\})["']?\s*\)|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%\/\*\}/g, folder)
    .replaceAll(/\$(?:\{([1-9])(?::?-([^}]*))?\}|([1-9])(?!\d))/g, (written: string, braced: string | undefined, fallback: string | undefined, plain: string | undefined) => {
      const index = Number(braced ?? plain) - 1;
      return index < args.length ? (args[index] ?? written) : (fallback ?? '');
    })
    .replaceAll(/\$\(\s*pwd\s*\)|`pwd`|\$PWD\b|\$\{PWD\}/g, cwd);
  return { text: own, cwd };
}

/** The parts of a shell text of the project, with the variables of the Dockerfile and those that the calling command is given. */
function partsOf(step: Step, text: string, cwd: string, command: ShellCommand): readonly RunPart[] {
  const args = new Map<string, string | null>([...step.scope.args, ...command.assignments.map(({ name, value }) => [name, value ?? null] as const)]);
  const instruction = { ...step.instruction, text, bodyStart: 0, logical: text, shellText: text, json: undefined, heredocs: [] };
  return runFacts(instruction, { ...step.scope, args }, cwd, undefined).parts;
}
