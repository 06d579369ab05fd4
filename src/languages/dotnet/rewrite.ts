import { refuse } from '../../findings.ts';
import type { StageDraft } from '../../plan/draft.ts';
import type { ConfigField } from '../../plan/plan.ts';
import { parseShell } from '../../shell/parse.ts';
import { shellBuiltins } from '../../walk/start.ts';
import { lastOf, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { DotnetAnalysis } from './analysis.ts';

/** Another wording of the start, and why. CMD stays as it is beside an ENTRYPOINT. */
export interface StartRewrite {
  readonly words: readonly string[];
  readonly why: string;
}

/** The start of the runtime stage where it differs from the original's: `dotnet run`, or one plain command in shell form. */
export function startRewrite({ start }: Pick<Context, 'start'>, analysis: DotnetAnalysis): StartRewrite | undefined {
  const { run } = analysis;
  if (!run) {
    const words = plainWords(start);
    return words && { words, why: 'one plain command: the exec form runs it without a shell, and signals reach it' };
  }
  const words = ['dotnet', run.assembly, ...run.words];
  const why = `starts the assembly that \`dotnet run\` built at every start (${run.why})`;
  const { entrypoint, cmd } = start;
  if (!entrypoint || !cmd) return { words, why };
  // `ENTRYPOINT ["dotnet","run"]` with arguments in CMD: they stay what a user can replace.
  const own = cmd.json ?? [];
  const separate = own.length <= run.words.length && own.every((word, index) => word === run.words[run.words.length - own.length + index]);
  if (!separate) throw refuse('unsupported-shape', { reason: 'ENTRYPOINT and CMD together are `dotnet run`, and cannot be told apart', help: 'Write the whole command into one of them.' }, { line: cmd.line });
  return { words: words.slice(0, words.length - own.length), why };
}

/** The words of a shell-form start that is one command of plain words. */
function plainWords(start: Context['start']): readonly string[] | undefined {
  const written = start.entrypoint ?? start.cmd;
  if (!written || written.json || (start.entrypoint && start.cmd) || start.scripts.length > 0 || /[<>|&;*?`$~{]/.test(written.logical)) return undefined;
  const script = parseShell(written.logical);
  const only = script.parts.length === 1 && script.errors.length === 0 ? script.parts[0]!.simple : undefined;
  const words = only && only.assignments.length === 0 && only.outputs.length === 0 ? only.words.map((word) => word.value) : [undefined];
  if (words.includes(undefined)) return undefined;
  const plain = words as string[];
  const first = plain[0] === 'exec' ? plain.slice(1) : plain;
  return first.length === 0 || shellBuiltins.has(first[0]!) ? undefined : first;
}

/** Writes CMD and ENTRYPOINT into the runtime stage. */
export function placeStart(walk: Walk, runtime: StageDraft, rewrite: StartRewrite | undefined, announced: Partial<Record<ConfigField, string>>): void {
  const last = { entrypoint: lastOf(walk, 'ENTRYPOINT'), cmd: lastOf(walk, 'CMD') };
  const written = last.entrypoint ?? last.cmd;
  if (!rewrite || !written) {
    for (const step of [last.entrypoint, last.cmd]) if (step) runtime.keep(step, 'starts the program');
    return;
  }
  const { keyword } = written.instruction;
  runtime.rewrite(written, `${keyword} [${rewrite.words.map((word) => JSON.stringify(word)).join(', ')}]`, rewrite.why);
  announced[keyword === 'CMD' ? 'cmd' : 'entrypoint'] = rewrite.why;
  if (last.entrypoint && last.cmd) runtime.keep(last.cmd, 'arguments of the program');
}
