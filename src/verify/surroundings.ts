import { lookupIn, variablesIn } from '../dockerfile/scope.ts';
import type { Step } from '../walk/walk.ts';
import type { Proposal } from './verify.ts';

/**
 * Every line that comes from the original runs in the same surroundings: the variables that it refers to have the same values, and a RUN has the
 * same folder, user and shell.
 */
export function sameSurroundings({ original, stages, plan }: Proposal): string[] {
  const originals = new Map(original.steps.map((step) => [step.instruction, step]));
  return plan.stages.flatMap((planned, index) => {
    const steps = stages[index]?.steps ?? [];
    let at = 0;
    return planned.blocks.flatMap((block) => {
      const text = block.text.trim();
      const found = steps.findIndex((step, position) => position >= at && step.instruction.text === text);
      if (found < 0) return [];
      at = found + 1;
      const before = block.origin && originals.get(block.origin);
      return before ? differences(before, steps[found]!, plan.changedEnv ?? {}, index === plan.stages.length - 1) : [];
    });
  });
}

function differences(before: Step, after: Step, changed: Readonly<Record<string, string>>, last: boolean): string[] {
  const { instruction, run } = after;
  const place = `line ${before.instruction.line} (${before.instruction.keyword})`;
  const failures: string[] = [];
  const [old, now] = [lookupIn(before.scope), lookupIn(after.scope)];
  for (const name of new Set(run ? [...run.variables, ...variablesIn(instruction.logical)] : variablesIn(instruction.logical))) {
    // A variable that was not set before is the shell's own, or stays unset.
    if (old(name) !== undefined && old(name) !== (now(name) === undefined ? '' : now(name)) && changed[name] === undefined) failures.push(`${place} would see ${name} as ${now(name) ?? 'unset'} instead of ${old(name) ?? 'what the build is given'}`);
  }
  if (!run) return failures;
  if (before.cwd !== after.cwd && dependsOnFolder(before, after)) failures.push(`${place} would run in ${after.cwd ?? 'an unknown folder'} instead of ${before.cwd ?? 'an unknown folder'}`);
  // A builder may work as root: who owns what is taken from it is for the COPY to say.
  if (userOf(before) !== userOf(after) && (last || userOf(after) !== 'root')) failures.push(`${place} would run as ${userOf(after)} instead of ${userOf(before)}`);
  if (JSON.stringify(before.shell) !== JSON.stringify(after.shell)) failures.push(`${place} would run in another shell`);
  return failures;
}

/** Whether a RUN may do something else in another folder: not when all that it does is known and the same in both. */
function dependsOnFolder(before: Step, after: Step): boolean {
  const [old, now] = [before.run?.parts ?? [], after.run!.parts];
  const effects = now.map((part) => part.effect);
  return effects.some((effect) => effect.kind === 'unknown') || effects.some((effect) => !old.some((part) => JSON.stringify(part.effect) === JSON.stringify(effect)));
}

const userOf = (step: Step): string => (step.user === undefined || step.user === '0' ? 'root' : step.user);
