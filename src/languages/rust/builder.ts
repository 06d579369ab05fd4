import type { Draft } from '../../plan/draft.ts';
import { withFlags } from '../../plan/run-text.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Options } from '../language.ts';
import { configures, servesBuild } from '../native/configuration.ts';
import { packagesFirst } from '../native/order.ts';
import type { RustAnalysis } from './analysis.ts';
import { downloadCaches, type Clearing, type TargetCache } from './caches.ts';
import type { CargoCall } from './commands.ts';

/**
 * Fills the builder: the original's instructions in their order, with cache mounts for what cargo downloads and compiles. The flags of the builds stay
 * as they are: what they would make smaller, a backtrace would miss.
 */
export function fillBuilder(draft: Draft, walked: Walk, analysis: RustAnalysis, options: Options, cache: TargetCache | undefined, clearing: Clearing | undefined): void {
  const { builder } = draft;
  const steps = packagesFirst(walked.steps.filter((step) => !configures.has(step.instruction.keyword)));
  const lastNeeded = lastBuilderStep(steps, analysis);
  const clear = (): void => {
    if (clearing) builder.add(`RUN ${clearing.command}`, { comment: 'What was only needed to compile', apart: true });
  };
  const added = analysis.run !== undefined && !analysis.run.built;
  for (const [at, step] of steps.entries()) {
    if (!added && at > 0 && steps[at - 1] === clearing?.after) clear();
    const { instruction } = step;
    if (instruction.keyword === 'ENV' && !servesBuild(step, walked, analysis)) continue;
    if (/^(?:ARG|USER)$/.test(instruction.keyword) && instruction.index > lastNeeded) continue;
    if (instruction.keyword === 'WORKDIR' && instruction.index > lastNeeded && !(analysis.run && step.cwd === walked.end.cwd)) continue;
    if (instruction.keyword !== 'RUN') {
      builder.keep(step, step.copy ? 'input of the build' : 'holds for the build');
      continue;
    }
    const calls = analysis.calls.filter((call) => call.step === step);
    const own = cache && calls.includes(cache.calls[0]!) ? cache : undefined;
    const text = calls.length === 0 ? instruction.text : rewritten(step, downloadCaches(walked, analysis, options, step, calls), own);
    if (text === instruction.text) builder.keep(step, calls.length > 0 || analysis.script ? 'the build' : 'prepares the build');
    else builder.rewrite(step, text, own ? 'the build, with what cargo downloads and compiles in caches; the binaries are copied out of them' : 'the build, with what cargo downloads in a cache');
  }
  if (added) addRun(draft, walked, analysis, options, cache, analysis.run!.call);
  if (added || (clearing && (steps.at(-1) === clearing.after || !steps.includes(clearing.after)))) clear();
}

function rewritten(step: Step, folders: readonly string[], cache: TargetCache | undefined): string {
  const { instruction } = step;
  if (instruction.heredocs.length > 0) return instruction.text;
  if (instruction.json && !instruction.json.every((word) => /^[\w@%+=:,./-]+$/.test(word))) return instruction.text;
  const mounts = mountsOf(folders.filter((folder) => !instruction.flags.some((flag) => flag.name === 'mount' && flag.value?.includes(folder))), cache);
  if (mounts.length === 0 && !cache) return instruction.text;
  const body = instruction.text.slice(instruction.bodyStart);
  return withFlags(instruction, mounts, undefined, cache ? withCopies(body, cache) : body);
}

function withCopies(body: string, { calls, before, after }: TargetCache): string {
  const { start } = calls[0]!.part;
  const { end } = calls.at(-1)!.part;
  const joint = body.includes('\n') ? ' \\\n    && ' : ' && ';
  return `${body.slice(0, start)}${before}${joint}${body.slice(start, end)}${after === undefined ? '' : `${joint}${after}`}${body.slice(end)}`;
}

function addRun(draft: Draft, walked: Walk, analysis: RustAnalysis, options: Options, cache: TargetCache | undefined, call: CargoCall): void {
  const mounts = mountsOf(downloadCaches(walked, analysis, options, { ...call.step, user: undefined }, [call]), cache);
  const commands = [...(cache ? [cache.before] : []), call.command.words.map((word) => word.text).join(' '), ...(cache?.after === undefined ? [] : [cache.after])];
  draft.builder.add(`RUN ${[...mounts.map((mount) => `${mount} \\\n    `), commands.join(' \\\n    && ')].join('')}`, { comment: 'What `cargo run` compiled at every start', apart: true });
}

/** Two builds at a time, for two platforms or two projects, must not take each other's binaries out of a target folder. */
const mountsOf = (downloads: readonly string[], cache: TargetCache | undefined): string[] => [...downloads.map((folder) => `--mount=type=cache,target=${folder}`), ...(cache ? [`--mount=type=cache,target=${cache.folder},sharing=locked`] : [])];

/** Index of the last instruction that a build needs. */
function lastBuilderStep(steps: readonly Step[], analysis: RustAnalysis): number {
  const last = [...steps].reverse().find((step) => step.instruction.keyword === 'RUN' || step.instruction.keyword === 'COPY' || step.instruction.keyword === 'ADD');
  return analysis.run && !analysis.run.built ? Number.MAX_SAFE_INTEGER : (last?.instruction.index ?? -1);
}
