import { parse } from '../../src/dockerfile/parse.ts';
import { memoryProject } from '../../src/project/memory.ts';
import { unknownProject } from '../../src/project/project.ts';
import { walk, type Step, type Walk } from '../../src/walk/walk.ts';

/** The walk through a Dockerfile; without files the project is not known. */
export const walkOf = (dockerfile: string, files?: Readonly<Record<string, string>>): Walk => walk(parse(dockerfile), files === undefined ? unknownProject : memoryProject(files));

/** The first step with that keyword. */
export function stepOf(walked: Walk, keyword: string): Step {
  const step = walked.steps.find((item) => item.instruction.keyword === keyword);
  if (!step) throw new Error(`no ${keyword}`);
  return step;
}
