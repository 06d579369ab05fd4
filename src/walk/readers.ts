import { variablesIn } from '../dockerfile/scope.ts';
import type { Step, Walk } from './walk.ts';

// Asked for every ARG and ENV of a file: each instruction's text is read once.
const readersIn = new WeakMap<Walk, ReadonlyMap<string, readonly Step[]>>();

/** The steps whose text refers to a variable with `$name` or `${name…}`, in the order of the file. */
export function readersOf(walked: Walk, name: string): readonly Step[] {
  let readers = readersIn.get(walked);
  if (!readers) {
    const found = new Map<string, Step[]>();
    for (const step of walked.steps) {
      for (const read of new Set(variablesIn(step.instruction.text))) {
        const known = found.get(read);
        if (known) known.push(step);
        else found.set(read, [step]);
      }
    }
    readers = found;
    readersIn.set(walked, readers);
  }
  return readers.get(name) ?? [];
}

/** Whether an instruction of one of these kinds after a step refers to a variable that the step sets. */
export const isReadAfter = (walked: Walk, step: Step, keywords: RegExp): boolean =>
  step.instruction.pairs.some(({ name }) => readersOf(walked, name).some(({ instruction }) => instruction.index > step.instruction.index && keywords.test(instruction.keyword)));
