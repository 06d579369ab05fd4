import { missingPrograms } from '../walk/program.ts';
import type { Proposal } from './verify.ts';

/** The runtime stage has the program that starts, and what its scripts and the health check call, unless the original lacked it too. */
export function programsExist({ original, stages }: Proposal): string[] {
  const before = new Set(missingPrograms(original).map(({ program }) => program));
  return missingPrograms(stages.at(-1)!, stages)
    .filter(({ program }) => !before.has(program))
    .map(({ program, caller }) => `the runtime stage has no ${program}, which ${caller} runs`);
}
