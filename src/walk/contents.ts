import { argumentsOf } from '../dockerfile/model.ts';
import { basename, inImage } from '../project/project.ts';
import { inBaseImage } from './base-contents.ts';
import { madeBy } from './made.ts';
import { isBelow } from './place.ts';
import { removesFile, removesPath } from './removed.ts';
import { timelineOf } from './timeline.ts';
import type { Step, Walk } from './walk.ts';

/**
 * What is known of a path in an image: it is there; something that is not fully known may have made it; or nothing can have made it.
 */
export type Presence = 'there' | 'possible' | 'absent';

/**
 * What is known of an absolute path after a stage's last instruction.
 *
 * @param stages the walks of all stages of the file, so that what a `COPY --from` took from another stage can be looked up there
 */
export function presenceOf(path: string, walked: Walk, stages: readonly Walk[] = [walked]): Presence {
  const made = broughtTo(path, walked, stages);
  if (made === 'there' || made === 'removed') return made === 'there' ? 'there' : 'absent';
  const before = walked.base.stage ? presenceOf(path, walked.base.stage, stages) : inBaseImage(path, walked.base.facts);
  return before === 'absent' ? (made ?? 'absent') : before;
}

/**
 * What the instructions of a stage alone say of a path, whatever its base image has; undefined when none has to do with it.
 *
 * @param packages false leaves system packages out, of which no list of files is at hand
 */
export function broughtTo(path: string, walked: Walk, stages: readonly Walk[], packages = true): Presence | 'removed' | undefined {
  const { made, open } = timelineOf(walked);
  const named = made.get(path) ?? 0;
  let answer: Presence | undefined;
  for (const { at, step, part } of open) {
    if (at < named) break;
    if (!part) {
      const here = afterStep(path, step, walked, stages);
      if (here === 'there') return here;
      answer ??= here;
    } else if (packages || part.effect.kind !== 'packages') {
      const here = madeBy(path, part);
      if (here === 'there') return here;
      // A file that is deleted by its name is not made again by chance.
      if (removesFile(part, path)) return 'removed';
      // `mv` from a folder that is not known may both bring the path and take it away.
      if (removesPath(part, path)) return answer ?? (part.commands.some(({ name }) => name === 'mv') ? here : undefined) ?? 'removed';
      answer ??= here;
    }
  }
  return named > 0 ? 'there' : answer;
}

/** What one instruction other than a RUN says of a path; undefined when it has nothing to do with it. */
function afterStep(path: string, step: Step, walked: Walk, stages: readonly Walk[]): Presence | undefined {
  if (step.copy) return afterCopy(path, step, walked, stages);
  // What is mounted there when the container runs is not in the image.
  if (step.instruction.keyword === 'VOLUME') return argumentsOf(step.instruction).some((folder) => isBelow(path, inImage('/', folder))) ? 'possible' : undefined;
  return step.instruction.keyword === 'WORKDIR' && step.cwd === undefined ? 'possible' : undefined;
}

function afterCopy(path: string, step: Step, { project }: Walk, stages: readonly Walk[]): Presence | undefined {
  const { copy } = step;
  if (!copy) return undefined;
  if (copy.destination === undefined) return 'possible';
  if (copy.from !== undefined) return fromStage(path, step, stages);
  if (copy.entries.some((entry) => isBelow(entry.target, path)) || isBelow(copy.destination, path)) return 'there';
  if (copy.transforms || step.instruction.heredocs.length > 0) return isBelow(path, copy.destination) ? 'possible' : undefined;
  // Without the context, it is not known what a pattern matches, nor what is a folder.
  const open = !project.known && (copy.entries.some(({ kind }) => kind === 'unknown') || copy.sources.some((source) => /[*?[]/.test(source ?? '')));
  let answer: Presence | undefined = open && isBelow(path, copy.destination) ? 'possible' : undefined;
  for (const entry of copy.entries) {
    if (entry.kind === 'file' || !isBelow(path, entry.target)) continue;
    if (!project.known) answer = 'possible';
    else if (project.kind(contextPath(entry, path)) !== undefined) return 'there';
  }
  return answer;
}

/** Where in the context a path below a copied folder comes from. */
function contextPath(entry: { readonly source: string; readonly target: string }, path: string): string {
  const inside = entry.target === '/' ? path.slice(1) : path.slice(entry.target.length + 1);
  return entry.source === '' ? inside : `${entry.source}/${inside}`;
}

/** A path that `COPY --from` may have brought: it is there when the other stage has what it was copied from. */
function fromStage(path: string, step: Step, stages: readonly Walk[]): Presence | undefined {
  const { destination, sources, from } = step.copy!;
  if (isBelow(destination!, path) && (path !== destination || sources.length > 0)) return 'there';
  if (!isBelow(path, destination!)) return undefined;
  // Only a stage above: one that copies from itself has no end, and no builder takes it.
  const source = stageNamed(from!, stages.slice(0, Math.max(0, stages.findIndex((stage) => stage.steps.includes(step)))));
  if (!source) return 'possible';
  const inside = destination === '/' ? path.slice(1) : path.slice(destination!.length + 1);
  const answers = sources.map((written): Presence => {
    if (written === undefined || /[*?[]/.test(written)) return 'possible';
    const origin = inImage('/', written);
    const asFolder = presenceOf(inImage(origin, inside), source, stages);
    const asFile = inside === basename(origin) ? presenceOf(origin, source, stages) : 'absent';
    return asFolder === 'there' || asFile === 'there' ? 'there' : asFolder === 'absent' ? asFile : asFolder;
  });
  return answers.includes('there') ? 'there' : answers.includes('possible') ? 'possible' : undefined;
}

/** The stage that `--from` names, by name or number; undefined for an image or a named context. */
function stageNamed(from: string, stages: readonly Walk[]): Walk | undefined {
  return stages.find((stage) => stage.stage.name?.toLowerCase() === from.toLowerCase()) ?? (/^\d+$/.test(from) ? stages[Number(from)] : undefined);
}

/** Absolute paths that an instruction takes from another stage, with that stage: `COPY --from` and `RUN --mount=from`. */
export function takenFrom(step: Step, stages: readonly Walk[]): { readonly stage: Walk; readonly path: string }[] {
  const { instruction, copy } = step;
  if (instruction.keyword === 'COPY' && copy?.from !== undefined) {
    const stage = stageNamed(copy.from, stages);
    return stage ? copy.sources.flatMap((source) => (source === undefined ? [] : [{ stage, path: inImage('/', source) }])) : [];
  }
  return instruction.flags.flatMap((flag) => {
    if (flag.name !== 'mount' || flag.value === undefined) return [];
    const options = new Map(flag.value.split(',').map((option): [string, string] => { const [name = '', ...value] = option.split('='); return [name, value.join('=')]; }));
    const from = options.get('from');
    const stage = from === undefined ? undefined : stageNamed(from, stages);
    return stage ? [{ stage, path: inImage('/', options.get('source') ?? options.get('src') ?? '/') }] : [];
  });
}
