import { inImage } from '../project/project.ts';
import { isBelow } from './place.ts';
import { startOf } from './start.ts';
import type { Walk } from './walk.ts';

/**
 * The file that the container starts, when nothing in the stage brings it: no COPY, no RUN, and it is not in a folder of the base image's
 * system. Undefined when it is there, or when that cannot be told (a bare name, a variable).
 */
export function missingProgram(walked: Walk): string | undefined {
  const program = startOf(walked).main?.program;
  if (program === undefined || !program.includes('/') || /[$*?]/.test(program)) return undefined;
  const path = inImage(walked.end.cwd ?? '/', program);
  if (/^\/(?:usr\/(?:local\/)?)?s?bin\//.test(path) && walked.base.image !== 'scratch') return undefined;
  const brought = walked.steps.some((step) => {
    if (step.copy) return step.copy.destination === undefined || isBelow(path, step.copy.destination);
    return step.run?.parts.some((part) => part.effect.kind === 'unknown' || part.effect.kind === 'packages' || ((part.effect.kind === 'files' || part.effect.kind === 'fetch') && (part.effect.writes ?? [path]).some((written) => isBelow(path, written)))) ?? false;
  });
  return brought ? undefined : path;
}
