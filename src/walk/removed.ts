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

/** Paths that a part deletes or moves away, with their patterns. Where the folder is not known, `*` stands for it. */
function removals(part: RunPart): string[] {
  return part.commands.flatMap((command) => {
    const effect = effectOf({ ...part, simple: command, commands: [command] }, part.cwd);
    if (effect.kind === 'files' && (effect.verb !== 'mv' || part.cwd !== undefined)) return /^(?:rm|rmdir|unlink)$/.test(effect.verb) ? effect.writes : effect.verb === 'mv' ? effect.reads : [];
    const program = effect.kind === 'files' ? effect.verb : effect.kind === 'unknown' ? effect.program : undefined;
    if (program !== 'rm' && program !== 'mv') return [];
    const operands = command.words.slice(1).map((word) => word.value ?? word.text).filter((text) => !text.startsWith('-'));
    return (program === 'mv' ? operands.slice(0, -1) : operands).map((text) => text.slice(text.lastIndexOf('/') + 1)).filter((name) => name !== '' && !/[$`]/.test(name)).map((name) => `*/${name}`);
  });
}

function covers(removed: string, path: string): boolean {
  if (!/[*?[]/.test(removed)) return isBelow(path, removed);
  if (removed.startsWith('*/')) return new RegExp(`/${globToRegExp(removed.slice(2), false)}(?:/|$)`).test(path);
  const pattern = new RegExp(`^${removed.split('/').map((piece) => globToRegExp(piece, false)).join('/')}(?:/|$)`);
  return pattern.test(path);
}
