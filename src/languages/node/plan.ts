import { refuse } from '../../findings.ts';
import type { Plan } from '../../plan/plan.ts';
import { inImage } from '../../project/project.ts';
import { presenceOf } from '../../walk/contents.ts';
import type { RunPart } from '../../walk/run.ts';
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
  if (walk.base.facts?.config.onbuild) throw refuse('unsupported-shape', { reason: `${walk.base.written} copies and installs through ONBUILD`, help: 'Write its instructions out on the image without ONBUILD: COPY package.json, RUN npm install, COPY the sources.' }, { line: walk.stage.from.line });
  const resolved = resolveStart(walk, start);
  refuseDevStart(resolved);
  refuseMissingManifest(context);
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
    if (unmapped === undefined && (options.runtime === 'auto' || options.runtime === 'nginx')) return planStatic(context, app, steps, answer.site);
  }
  if (options.runtime === 'nginx') throw refuse('runtime-lacks', { runtime: 'nginx', reason: unmapped === undefined ? 'is for servers of files, and the start is a program' : `cannot replace the server of the original: ${unmapped}`, help: 'Leave --runtime at auto.' }, { line: (start.cmd ?? start.entrypoint)?.line });
  return planService({ context, app, start: resolved, steps, folders, unmapped });
}

/** npm runs nothing without package.json, which no COPY and no RUN brings. */
function refuseMissingManifest({ walk, start }: Context): void {
  if (!walk.project.known || walk.end.cwd === undefined) return;
  const manager = start.commands.find(({ program, words }) => /^(?:npm|yarn|pnpm)$/.test(program) && /^(?:start|run)$/.test(words[1] ?? '') && !words.some((word) => word === undefined || /^(?:--prefix|--cwd|-C|--dir|-w|--workspace|--filter)/.test(word)));
  if (!manager) return;
  const path = inImage(walk.end.cwd, 'package.json');
  const brings = (part: RunPart): boolean => !/^(?:none|shell|packages|account)$/.test(part.effect.kind) && !/^\s*(?:npm|yarn|pnpm)(?:\s+(?:ci|i|install))?(?:\s+-[\w=-]+)*\s*$/.test(part.text);
  if (presenceOf(path, walk) !== 'absent' && (walk.locate(path) !== undefined || walk.base.facts === undefined || walk.steps.some((step) => step.copy?.transforms || step.copy?.from !== undefined || step.run?.parts.some(brings)))) return;
  throw refuse('missing-manifest', { path: 'package.json', reason: `${manager.words.join(' ')} runs its scripts, and nothing brings it to ${walk.end.cwd}` }, { file: manager.file || undefined, line: manager.line });
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
  if (place) throw refuse('unknown-base', { image: walk.base.written, reason: 'the folder in which this instruction works is its WORKDIR, which cannot be told', help: 'Set WORKDIR to an absolute folder before the first COPY.' }, { line: place.step.instruction.line });
}
