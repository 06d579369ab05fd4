import { finding, refuse, type Finding } from '../../findings.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Context } from '../language.ts';
import { findApp } from './app.ts';
import { refuseDevStart } from './dev-start.ts';
import { planService } from './service.ts';
import { resolveStart, type NodeStart } from './start.ts';
import { readNodeCommand } from './commands.ts';
import { nginxLacks, planStatic } from './static.ts';
import { staticSite } from './static-server.ts';
import { classifySteps, filledFolders, projectFolders, type ClassifiedStep } from './steps.ts';

/**
 * The plan for a Node.js project: nginx for a front end whose server only serves files, else node on a smaller image.
 *
 * @throws Refusal for development starts and for what cannot be proved
 */
export function planNode(context: Context): Plan {
  const { walk, start, options } = context;
  if (start.inherited) throw refuse('no-program', { reason: 'there is neither CMD nor ENTRYPOINT' }, { line: walk.stage.from.line });
  if (walk.base.facts?.config.onbuild) throw refuse('unsupported-shape', { reason: `${walk.base.written} copies and installs through ONBUILD`, help: 'Write its instructions out on the image without ONBUILD: COPY package.json, RUN npm install, COPY the sources.' }, { line: walk.stage.from.line });
  const missing = walk.steps.find((step) => step.copy && step.copy.missing.length > 0 && step.copy.entries.length === 0);
  if (missing) throw refuse('missing-source', { path: missing.copy!.missing[0]! }, { line: missing.instruction.line });
  const resolved = resolveStart(walk, start);
  refuseDevStart(resolved);
  const services = resolved.leaves.find((leaf) => /^(?:supervisord|systemd|init|s6-svscan|runsvdir)$/.test(leaf.program));
  if (services) throw refuse('several-services', { reason: `${services.program} starts them` }, { file: services.file, line: services.line });
  refuseWorkAtStart(resolved);
  const all = projectFolders(walk);
  const steps = classifySteps(walk, all);
  refuseUnknownPlaces(context, steps);
  const folders = filledFolders(steps, all);
  const app = findApp(walk, resolved, steps);
  const answer = staticSite(walk, resolved, start.scripts.length);
  let unmapped = answer && 'unmapped' in answer ? answer.unmapped : undefined;
  if (answer && 'site' in answer) {
    unmapped = nginxLacks(context, answer.site, steps);
    if (unmapped === undefined && (options.runtime === 'auto' || options.runtime === 'nginx')) return withWarnings(planStatic(context, app, steps, answer.site), context);
  }
  if (options.runtime === 'nginx') throw refuse('runtime-lacks', { runtime: 'nginx', need: unmapped ?? 'the start is a program, not a server of files', possible: 'auto' });
  return withWarnings(planService({ context, app, start: resolved, steps, folders, unmapped }), context);
}

/** A start that installs or builds needs everything that the build needs. */
function refuseWorkAtStart(start: NodeStart): void {
  for (const leaf of start.leaves) {
    const command = readNodeCommand(leaf.words);
    const builds = /^(?:tsc|webpack|rollup|esbuild|gulp|grunt|babel|swc|tsup|ncc|make|node-gyp)$/.test(leaf.program) || (/^(?:next|nuxt|nuxi|vite|nest|ng|react-scripts|vue-cli-service|astro|gatsby|remix|react-router|parcel|strapi|medusa|docusaurus|svelte-kit|vinxi|turbo|nx)$/.test(leaf.program) && leaf.words[1] === 'build');
    if (!builds && command?.kind !== 'install' && command?.kind !== 'global') continue;
    throw refuse('unsupported-shape', { reason: `the start ${builds ? 'builds' : 'installs'} every time: ${leaf.words.map((word) => word ?? '…').join(' ')}`, help: 'Do it in a RUN, so that the container starts what is ready.' }, { file: leaf.file, line: leaf.line });
  }
}

/** Without the folders there is nothing to carry over. */
function refuseUnknownPlaces({ walk }: Context, steps: readonly ClassifiedStep[]): void {
  const place = steps.find((item) => (item.step.copy && item.step.copy.destination === undefined) || item.parts.some((part) => part.part.cwd === undefined && part.commands.some((command) => command.kind === 'install' || command.kind === 'script')));
  if (place) throw refuse('unknown-base', { image: walk.base.written, reason: 'so the folder in which this works is not known either', help: 'Set WORKDIR to an absolute folder before the first COPY.' }, { line: place.step.instruction.line });
}

function withWarnings(plan: Plan, { walk }: Context): Plan {
  const warnings: Finding[] = walk.base.facts?.endOfLife ? [finding('end-of-life-base', { image: walk.base.written }, { line: walk.stage.from.line })] : [];
  return { ...plan, findings: [...warnings, ...plan.findings] };
}
