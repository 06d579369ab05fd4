import { detect, type Detection } from './detect.ts';
import { longestDockerfile, parse } from './dockerfile/parse.ts';
import type { Dockerfile } from './dockerfile/model.ts';
import { Refusal, refuse, type Finding } from './findings.ts';
import { languages } from './languages/index.ts';
import { defaultOptions, type Options } from './languages/language.ts';
import type { Plan } from './plan/plan.ts';
import { endOfLife, screen, screenSources } from './screen.ts';
import { screenStart } from './screen-start.ts';
import { unknownProject, type Project } from './project/project.ts';
import { composeRuns } from './project/compose.ts';
import { render, type Templates } from './render.ts';
import type { ConfigChange } from './verify/configuration.ts';
import { verify } from './verify/verify.ts';
import { missingProgram } from './walk/program.ts';
import { composeStarts, healthOf, startOf } from './walk/start.ts';
import { walk } from './walk/walk.ts';

/** The answer for one Dockerfile. */
export type Outcome =
  | { readonly kind: 'converted'; readonly original: Dockerfile; readonly text: string; readonly plan: Plan; readonly detection: Detection; readonly changes: readonly ConfigChange[]; readonly findings: readonly Finding[] }
  /** Nothing to do, refused, or bad input: `findings` starts with the reason. Nothing may be written. */
  | { readonly kind: 'nothing' | 'refused' | 'error'; /** When it came to that. */ readonly detection?: Detection | undefined; readonly findings: readonly Finding[] };

/**
 * The whole core: Dockerfile text in, proposal out. Pure and deterministic; reads the project through its interface only.
 *
 * @param text the Dockerfile as read, in any line ends, with or without a byte order mark
 * @param project the build context; `unknownProject` when there is only the Dockerfile
 * @param templates where the eta templates come from
 * @throws never for anything in the text or the project: what is wrong is an outcome
 */
export async function transform(text: string, project: Project = unknownProject, options: Partial<Options> = {}, templates: Templates): Promise<Outcome> {
  let detection: Detection | undefined;
  try {
    return await steps(text, project, { ...defaultOptions, ...options }, templates, (detected) => (detection = detected));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { level } = error.finding;
    return { kind: level === 'refusal' ? 'refused' : level === 'nothing' ? 'nothing' : 'error', detection, findings: [error.finding] };
  }
}

async function steps(text: string, project: Project, options: Options, templates: Templates, tell: (detection: Detection) => void): Promise<Outcome> {
  if (text.length > longestDockerfile) throw refuse('not-readable', { path: 'the Dockerfile', reason: 'it is over 1 MB' }, { line: 1 });
  const eol = usualLineEnd(text);
  const original = parse(text.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n'));
  const warnings = screen(original);
  const walked = walk(original, project);
  const start = startOf(walked);
  const detection = detect(walked, start, languages, options);
  tell(detection);
  screenStart(walked, start, detection.language.name);
  const missing = walked.base.facts ? missingProgram(walked) : undefined;
  if (missing !== undefined) throw refuse('no-program', { reason: `nothing brings ${missing}`, help: 'Correct the path, or add the COPY or RUN that brings it.' }, { line: (start.entrypoint ?? start.cmd)?.line });
  screenSources(walked);
  const plan = await detection.language.plan({ walk: walked, start, health: healthOf(walked), composed: composeStarts(walked, await composeRuns(project)), options }, warnings);
  if (plan.noBenefit !== undefined && !options.force) throw refuse('no-benefit', { reason: plan.noBenefit, help: 'Nothing was written. --force writes the proposal anyway.' }, { line: walked.stage.from.line });
  const proposed = await render(plan, original, templates);
  const { failures, changes } = verify(walked, proposed, plan);
  if (failures.length > 0) throw refuse('proof-failed', { reason: failures.join('; ') }, { line: walked.stage.from.line });
  return { kind: 'converted', original, text: proposed.replace(/\n/g, eol), plan, detection, changes, findings: [...warnings, ...endOfLife(walked), ...plan.findings] };
}

/** The line end that most lines have. */
function usualLineEnd(text: string): '\n' | '\r\n' {
  const windows = text.match(/\r\n/g)?.length ?? 0;
  return windows * 2 > (text.match(/\n/g)?.length ?? 0) ? '\r\n' : '\n';
}
