import { madePaths, makesMore } from './made.ts';
import { dirname } from '../project/project.ts';
import { removesSomething } from './removed.ts';
import type { RunPart } from './run.ts';
import type { Step, Walk } from './walk.ts';

/** What may bring or remove paths: an instruction, or one part of a RUN. */
export interface Event {
  readonly at: number;
  readonly step: Step;
  readonly part: RunPart | undefined;
}

/** A stage from the view of its paths. Made once, so that asking for a path does not go through ten thousand instructions. */
export interface Timeline {
  /** For each path that an event names, and each folder above it, the place of the last event that made it. */
  readonly made: ReadonlyMap<string, number>;
  /** Events that say something of paths which they do not name, the last one first. */
  readonly open: readonly Event[];
}

const timelines = new WeakMap<Walk, Timeline>();

/** The timeline of a stage. */
export function timelineOf(walked: Walk): Timeline {
  const known = timelines.get(walked);
  if (known) return known;
  const made = new Map<string, number>();
  const open: Event[] = [];
  let at = 0;
  for (const step of walked.steps) {
    for (const part of step.run ? step.run.parts : [undefined]) {
      at += 1;
      for (const path of part ? madePaths(part) : madeByStep(step)) {
        for (let folder = path; ; folder = dirname(folder) || '/') {
          if (made.get(folder) === at) break;
          made.set(folder, at);
          if (folder === '/' || folder === '') break;
        }
      }
      if (part ? makesMore(part) || removesSomething(part) : saysMore(step, walked)) open.push({ at, step, part });
    }
  }
  const timeline = { made, open: open.reverse() };
  timelines.set(walked, timeline);
  return timeline;
}

function madeByStep({ instruction, copy, cwd }: Step): readonly string[] {
  if (instruction.keyword === 'WORKDIR') return cwd === undefined ? [] : [cwd];
  if (!copy || copy.destination === undefined || copy.sources.length + instruction.heredocs.length === 0) return [];
  return [copy.destination, ...copy.entries.map((entry) => entry.target)];
}

function saysMore({ instruction, copy, cwd }: Step, { project }: Walk): boolean {
  if (instruction.keyword === 'VOLUME') return true;
  if (instruction.keyword === 'WORKDIR') return cwd === undefined;
  if (!copy) return false;
  return copy.destination === undefined || copy.from !== undefined || copy.transforms || instruction.heredocs.length > 0 || !project.known || copy.entries.some(({ kind }) => kind !== 'file');
}
