import type { Instruction } from '../../dockerfile/model.ts';
import { basename } from '../../project/project.ts';
import type { Context } from '../language.ts';
import type { Pyproject } from '../../manifests/pyproject.ts';

const managers = /^(?:poetry|pipenv|uv|pdm)$/;

/** What the start asks of an environment manager: `poetry run x`. */
export interface ManagedStart {
  /** Instructions with the manager's words taken out; a null text means that nothing is left of it. */
  readonly rewritten: ReadonlyMap<Instruction, string | null>;
  /** True when the manager itself must be in the runtime stage: a script calls it, or its start cannot be replaced. */
  readonly needsManager: boolean;
  readonly manager: string | undefined;
}

/**
 * `poetry run x` and its likes only switch the environment on, which PATH does in the runtime stage. Where more is behind it (scripts of the
 * project, an .env file that pipenv reads, a shell script that calls it), the manager stays.
 */
export function managedStart(context: Context, pyproject: Pyproject | undefined, packageInstalled: boolean): ManagedStart {
  const { start, health, walk } = context;
  const commands = [...start.commands, ...(health?.commands ?? [])].filter((command) => managers.test(basename(command.program)));
  const composed = context.composed.flatMap((other) => other.commands).find((command) => managers.test(basename(command.program)));
  if (composed) return { rewritten: new Map(), needsManager: true, manager: basename(composed.program) };
  const inRuns = walk.steps.some((step) => step.run?.parts.some((part) => part.commands.some((command) => managers.test(command.name ?? '') && command.words[1]?.value === 'run')));
  if (commands.length === 0) return { rewritten: new Map(), needsManager: inRuns, manager: undefined };
  const manager = basename(commands[0]!.program);
  const keep: ManagedStart = { rewritten: new Map(), needsManager: true, manager };
  if (inRuns || commands.some((command) => command.file !== '')) return keep;
  if (manager === 'pipenv' && (!walk.project.known || walk.project.kind('.env') === 'file' || /^\s*\[scripts\]/m.test(walk.project.read('Pipfile') ?? ''))) return keep;
  const rewritten = new Map<Instruction, string | null>();
  for (const instruction of [start.entrypoint, start.cmd, health ? walk.steps.filter((step) => step.instruction.keyword === 'HEALTHCHECK').at(-1)?.instruction : undefined]) {
    if (!instruction || !/\b(?:poetry|pipenv|uv|pdm)\b/.test(instruction.logical)) continue;
    const text = withoutManager(instruction, manager, pyproject, packageInstalled);
    if (text === undefined) return keep;
    rewritten.set(instruction, text);
  }
  return rewritten.size === 0 ? keep : { rewritten, needsManager: false, manager };
}

/** Undefined when it cannot be told what the manager would run. */
function withoutManager(instruction: Instruction, manager: string, pyproject: Pyproject | undefined, packageInstalled: boolean): string | null | undefined {
  const head = instruction.text.slice(0, instruction.bodyStart);
  const runs = (program: string | undefined): boolean => program !== undefined && !program.startsWith('-') && (packageInstalled || !(pyproject?.scripts ?? []).includes(program));
  if (instruction.json && instruction.keyword !== 'HEALTHCHECK') {
    const at = instruction.json.findIndex((word) => basename(word) === manager);
    if (at < 0 || instruction.json[at + 1] !== 'run') return undefined;
    const rest = instruction.json.slice(at + 2);
    while (manager === 'uv' && rest[0]?.startsWith('--') && /^--(?:no-sync|frozen|locked|no-dev|no-cache|offline|)$/.test(rest[0])) rest.shift();
    const words = [...instruction.json.slice(0, at), ...asProgram(rest, manager)];
    if (words.length === 0) return null;
    if (!runs(words[at])) return undefined;
    return `${head}${JSON.stringify(words).replaceAll('","', '", "')}`;
  }
  const body = instruction.text.slice(instruction.bodyStart);
  const pattern = new RegExp(`\\b${manager} run(?: --(?:no-sync|frozen|locked|no-dev|no-cache|offline))* (?=([\\w./-]+))`, 'g');
  const programs = Array.from(body.matchAll(pattern), (match) => match[1]);
  if (programs.length === 0 || !programs.every(runs)) return undefined;
  const replaced = body.replace(pattern, (_, program: string) => (manager === 'uv' && program.endsWith('.py') ? 'python ' : ''));
  return new RegExp(`\\b${manager}\\b`).test(replaced) ? undefined : head + replaced;
}

/** `uv run main.py` starts Python with the file. */
const asProgram = (words: readonly string[], manager: string): readonly string[] => (manager === 'uv' && words[0]?.endsWith('.py') ? ['python', ...words] : words);
