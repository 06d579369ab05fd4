import { dirname } from '../project/project.ts';
import { presenceOf, takenFrom } from '../walk/contents.ts';
import type { Proposal } from './verify.ts';

/** What a `COPY --from` or a mount takes from another stage was made or copied there. */
export function takenPathsExist({ stages }: Proposal): string[] {
  return stages.flatMap((walked, index) =>
    walked.steps.flatMap((step) =>
      takenFrom(step, stages.slice(0, index))
        .filter(({ stage, path }) => presenceOf(fixedPart(path), stage, stages) === 'absent')
        .map(({ stage, path }) => `nothing in the stage ${stage.stage.name ?? 'before'} makes ${path}, which line ${step.instruction.line} of the proposal takes from it`),
    ),
  );
}

/** The folder above the first glob character of a path. */
const fixedPart = (path: string): string => (/[*?[]/.test(path) ? dirname(path.slice(0, path.search(/[*?[]/))) || '/' : path);

/** What a COPY of the proposal takes from the build context is there, where the context is known. */
export function missingInContext({ stages }: Proposal): string[] {
  return stages.flatMap((walked) => walked.steps.flatMap((step) => (step.copy?.missing ?? []).map((path) => `line ${step.instruction.line} of the proposal copies ${path}, which the build context does not have`)));
}
