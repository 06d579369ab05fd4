import { inImage } from '../project/project.ts';
import { globMatcher, pathMatcher } from '../dockerfile/glob.ts';
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
  return removingParts(walked).some(
    ({ step, part }) =>
      step.instruction.index >= moment.step.instruction.index && (step !== moment.step || (moment.part !== undefined && part.start > moment.part.start)) && removesPath(part, path),
  );
}

// Asked for every path that is carried, over every part: what a part removes is read once.
const removingIn = new WeakMap<Walk, readonly { readonly step: Step; readonly part: RunPart }[]>();
const testsOf = new WeakMap<RunPart, readonly ((path: string) => boolean)[]>();

function removingParts(walked: Walk): readonly { readonly step: Step; readonly part: RunPart }[] {
  const known = removingIn.get(walked);
  if (known) return known;
  const found = walked.steps.flatMap((step) => (step.run?.parts ?? []).filter((part) => removalTests(part).length > 0).map((part) => ({ step, part })));
  removingIn.set(walked, found);
  return found;
}

function removalTests(part: RunPart): readonly ((path: string) => boolean)[] {
  const known = testsOf.get(part);
  if (known) return known;
  const tests = removals(part).map(covering);
  testsOf.set(part, tests);
  return tests;
}

/** Whether a part of a RUN deletes or moves away anything. */
export const removesSomething = (part: RunPart): boolean => removalTests(part).length > 0;

/** Whether a part of a RUN deletes a path or moves it away, or a folder that it lies in. */
export const removesPath = (part: RunPart, path: string): boolean => removalTests(part).some((covers) => covers(path));

/** Whether a part deletes one file by its name, and not a folder of which a later build may make another one. */
export const removesFile = (part: RunPart, path: string): boolean =>
  part.cwd !== undefined &&
  part.commands.some(({ name, words }) => name === 'rm' && !words.some((word) => /^-\w*[rR]|^--recursive$/.test(word.text)) && words.slice(1).some(({ value }) => value !== undefined && inImage(part.cwd!, value) === path));

/** Paths that a part deletes or moves away, with their patterns. Where the folder is not known, `*` stands for it. */
function removals(part: RunPart): string[] {
  return part.commands.flatMap((command) => {
    const effect = effectOf({ ...part, simple: command, commands: [command] }, part.cwd);
    if (effect.kind === 'files' && (effect.verb !== 'mv' || part.cwd !== undefined)) return /^(?:rm|rmdir|unlink)$/.test(effect.verb) ? effect.writes : effect.verb === 'mv' ? effect.reads : [];
    const program = effect.kind === 'files' ? effect.verb : effect.kind === 'unknown' ? effect.program : undefined;
    if (program !== 'rm' && program !== 'mv') return [];
    const operands = command.words.slice(1).map((word) => word.value ?? word.text).filter((text) => !text.startsWith('-'));
    return (program === 'mv' ? operands.slice(0, -1) : operands).flatMap((text) => {
      if (/^\/[^$`]*[^$`/]\/*$/.test(text)) return [text.replace(/\/+$/, '')];
      const name = text.slice(text.lastIndexOf('/') + 1);
      return name === '' || /[$`]/.test(name) ? [] : [`*/${name}`];
    });
  });
}

/** Whether a path, or a folder that it lies in, is what was removed. */
function covering(removed: string): (path: string) => boolean {
  if (!/[*?[]/.test(removed)) return (path) => isBelow(path, removed);
  if (removed.startsWith('*/')) {
    const name = globMatcher(removed.slice(2));
    return (path) => path.split('/').some((part, index) => index > 0 && name(part));
  }
  return pathMatcher(`${removed}/**`);
}
