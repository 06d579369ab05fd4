import { globToRegExp } from '../dockerfile/words.ts';
import { effectOf } from '../effects/effects.ts';
import { isBelow } from './place.ts';
import type { RunPart } from './run.ts';
import type { Step, Walk } from './walk.ts';

/** A place in the walk: an instruction, or one part of a RUN. */
export interface Moment {
  readonly step: Step;
  readonly part?: RunPart;
}

/** Whether a RUN after a moment deletes a path or moves it away, or a folder that it lies in. */
export function isRemovedAfter(walked: Walk, path: string, moment: Moment): boolean {
  return walked.steps.some(
    (step) =>
      step.instruction.index >= moment.step.instruction.index &&
      (step.run?.parts ?? []).some((part) => (step !== moment.step || (moment.part !== undefined && part.start > moment.part.start)) && removals(part).some((removed) => covers(removed, path))),
  );
}

/** Paths that a part deletes or moves away, with their patterns; what it says in variables that are not known is left out. */
function removals(part: RunPart): string[] {
  return part.commands.flatMap((command) => {
    const effect = effectOf({ ...part, simple: command, commands: [command] }, part.cwd);
    if (effect.kind !== 'files') return [];
    if (/^(?:rm|rmdir|unlink)$/.test(effect.verb)) return effect.writes;
    return effect.verb === 'mv' ? effect.reads : [];
  });
}

function covers(removed: string, path: string): boolean {
  if (!/[*?[]/.test(removed)) return isBelow(path, removed);
  const pattern = new RegExp(`^${removed.split('/').map((piece) => globToRegExp(piece, false)).join('/')}(?:/|$)`);
  return pattern.test(path);
}
