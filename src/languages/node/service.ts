import { finding, refuse, type Finding } from '../../findings.ts';
import { Draft } from '../../plan/draft.ts';
import type { ConfigField, Plan } from '../../plan/plan.ts';
import { chooseRuntime, type Requirement } from '../../plan/requirements.ts';
import { join } from '../../project/project.ts';
import { isBelow, sourcesLine, startLine } from '../../walk/place.ts';
import { installsWithoutCompiler } from '../../packages/native.ts';
import { lastOf } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { installsOf, type Install, type NodeApp } from './app.ts';
import { fillBuilder, isBuilderWork, type AddedLine } from './builder.ts';
import { carryOf, type Carry } from './carry.ts';
import { devNeedOf, type DevNeed } from './dev-needs.ts';
import { frontEndModules } from './front-ends.ts';
import { nativeEvidence } from './libc.ts';
import { hasOwnModules } from './own-modules.ts';
import { reorderingOf } from './manifest-layer.ts';
import { outputsOf, type Outputs } from './outputs.ts';
import { productionInstall, pruneCommand } from './prune.ts';
import { nodeRuntimes, type NodeRuntime } from './runtime.ts';
import { fillRuntime, lateOwner } from './service-runtime.ts';
import { nodeSources } from './sources.ts';
import { packagesOfTool, type NodeStart } from './start.ts';
import type { ClassifiedPart, ClassifiedStep } from './steps.ts';
import { systemNeeds, type SystemNeeds } from './system.ts';
import { userMustStay } from './user.ts';

/** Everything a plan for a service is made from. */
export interface Service {
  readonly context: Context;
  readonly app: NodeApp;
  readonly start: NodeStart;
  readonly steps: readonly ClassifiedStep[];
  readonly folders: readonly string[];
  /** Why the front end's server was not replaced by nginx; undefined when it is no such server. */
  readonly unmapped: string | undefined;
}

/** The plan for a program that runs on node: dependencies and build in the builder, what runs in the runtime stage. */
export function planService(service: Service): Plan {
  const { context, app, start, steps, folders } = service;
  const { walk, options } = context;
  const outputs = outputsOf(walk, steps);
  const entries = entriesOf(service);
  const sources = entries.length > 0 ? nodeSources(walk.project, app.source ?? '', entries) : nodeSources(walk.project, app.source ?? '', compiledEntries(service, outputs), true);
  const installs = installsOf(steps);
  // Only whoever installed them may remove them again.
  const work = lastWorkOf(steps);
  const sameUser = work !== undefined && installs.every((install) => install.step.step.user === work.step.user);
  const alone = sameUser && hasOwnModules(walk, app, start);
  const carry = carryOf(walk, app, steps, folders, sources, outputs, { tsconfig: start.leaves.some((leaf) => leaf.words.some((word) => word?.includes('tsconfig-paths'))), modules: !alone });
  const findings: Finding[] = [];
  const devNeed = devNeedOf(walk.project, app, start, sources);
  const removal = alone ? withoutModules(service, carry, work) : decideRemoval(service, installs, devNeed, findings);

  const frontEnds = sameUser ? frontEndModules(walk, app, start, installs, sources, outputs) : [];

  const needsOf = new Map<NodeRuntime, SystemNeeds>();
  const native = nativeEvidence(walk.project, app);
  const unknownPart = steps.flatMap((item) => item.parts.map((part) => ({ part, line: item.step.instruction.line }))).find(({ part }) => part.role === 'unknown');
  const candidates = nodeRuntimes(walk, (facts, same, libcChanges, runtime) => (need) => {
    // Only there the RUNs stay as they are, with the sources of packages that they name.
    if (need === 'repository') return runtime === 'same';
    if (same && need !== 'libc') return true;
    if (need === 'libc') return !libcChanges;
    if (need === 'proof') return false;
    return facts !== undefined;
  });
  const own = ownPrograms(service, steps);
  const keptGlobals = globalsOfStart(start, steps, app);
  for (const candidate of candidates) if (candidate.facts) needsOf.set(candidate, systemNeeds(walk, app, steps, context.start, context.health, start, sources, candidate.facts, candidate.sameAsBase, own));
  const full = needsOf.get(candidates.find((candidate) => candidate.runtime === 'slim') ?? candidates[0]!);
  const requirements: Requirement[] = [...(full?.requirements ?? [])];
  if (native) requirements.push({ need: 'libc', why: native.why, file: native.file, line: undefined });
  if (unknownPart) requirements.push({ need: 'proof', why: `it is not known what this changes: ${unknownPart.part.part.text.trim().replace(/\s+/g, ' ').slice(0, 80)}`, file: undefined, line: unknownPart.line });
  else if (impureGlobal(keptGlobals) !== undefined) requirements.push({ need: 'proof', why: `${impureGlobal(keptGlobals)!} is installed for the whole image, and may need a compiler or programs of the base image`, file: undefined, line: undefined });
  else if (full?.unproven !== undefined) requirements.push({ need: full.foreign ? 'repository' : 'proof', why: full.unproven, file: undefined, line: undefined });
  // The libc changes only on request.
  const offered = options.runtime === 'auto' ? candidates.filter((candidate) => candidate.runtime === 'same' || candidate.facts?.libc === walk.base.facts?.libc) : candidates;
  const choice = chooseRuntime(offered, requirements, options.runtime, { line: walk.stage.from.line });
  const chosen = choice.candidate as NodeRuntime;
  refuseUnknownWork(service, chosen, steps);

  const draft = new Draft(walk);
  const reordering = reorderingOf(walk, app, steps);
  const owner = lateOwner(steps, folders);
  const withoutParts = new Set<ClassifiedPart>([...(owner ? [owner.part] : []), ...keptGlobals.only]);
  fillBuilder(draft, walk, app, steps, { withoutGlobals: new Set(), whyWithout: '', after: [...(removal?.after ? [removal.after] : []), ...(work && frontEnds.length > 0 ? [{ index: work.step.instruction.index, text: `RUN rm -rf ${frontEnds.join(' ')}`, comment: 'The program serves what was built with them' }] : [])], rewritten: removal?.rewritten ?? new Map(), withoutParts, reordering });
  const announced: Partial<Record<ConfigField, string>> = {};
  const runtime = draft.runtime(chosen.image);
  const system = chosen.facts ? needsOf.get(chosen) : undefined;
  const user = decideUser(service, sources, chosen, findings);
  fillRuntime(draft, runtime, { walk, steps, folders, carry, chosen, system, owner, keptGlobals, corepack: usesCorepack(start, steps), announced, addedUser: user });
  if (user !== undefined) announced.user = 'nothing was found that the program writes';
  for (const step of draft.open()) draft.drop(step, step.instruction.keyword === 'ARG' ? 'no instruction after it uses it' : 'only the build needed it');

  if (!walk.project.known && !chosen.sameAsBase) findings.push(finding('sources-unseen', { image: chosen.image }, { line: walk.stage.from.line }));
  if (carry.whole !== undefined) findings.push(finding('whole-folder', { reason: carry.whole }, { line: sourcesLine(walk) }));
  if (chosen.runtime === 'same' || (chosen.sameAsBase && walk.base.facts?.kind === 'full')) findings.push(finding('same-base', { image: walk.base.written, reason: sameReason(service, requirements) }, { line: walk.stage.from.line }));
  const empty = !draft.builder.blocks.some((block) => /^(?:COPY|ADD|RUN)\b/i.test(block.text));
  const built = outputs.unknown !== undefined || outputs.paths.some((path) => !path.endsWith('/node_modules'));
  return {
    language: 'node',
    runtime: chosen.runtime,
    choice: choice.sentence,
    requirements: requirements.filter((requirement) => requirement.need !== 'proof' && requirement.need !== 'repository'),
    stages: [draft.builder.plan(), runtime.plan()],
    values: {},
    ledger: draft.ledger(),
    findings,
    announced,
    noBenefit: empty ? `nothing is built; ${chosen.image} as the base image of the one stage would do` : chosen.sameAsBase && !removal && frontEnds.length === 0 && !(chosen.runtime !== 'same' && (system?.buildOnly ?? 0) > 0) && !(built && carry.selected) ? noBenefitReason(service, sameReason(service, requirements), devNeed, installs) : undefined,
  };
}

/** Files with which node starts, in the project; none when the build makes them. */
function entriesOf({ context, app, start }: Service): string[] {
  const { walk } = context;
  if (app.entry === undefined || start.leaves.some((leaf) => !/^(?:node|nodejs|pm2-runtime|pm2|tini|dumb-init)$/.test(leaf.program))) return [];
  const candidates = [app.entry, `${app.entry}.js`, `${app.entry}/index.js`, ...(app.manifest?.main !== undefined && app.entry === app.folder ? [`${app.folder}/${app.manifest.main}`] : [])];
  const found = candidates.map((path) => walk.locate(path)).find((path) => path !== undefined && walk.project.kind(path) === 'file' && /\.[cm]?js$/.test(path));
  return found === undefined ? [] : [found];
}

/** The source of the file with which node starts, where a compiler makes one file of each source under the same name. */
function compiledEntries({ context, app, start }: Service, outputs: Outputs): string[] {
  const { walk } = context;
  const folder = outputs.compiled.find((path) => app.entry !== undefined && path !== app.folder && isBelow(app.entry, path));
  if (folder === undefined || app.source === undefined || start.leaves.some((leaf) => !/^(?:node|nodejs|pm2-runtime|pm2|tini|dumb-init|sleep)$/.test(leaf.program))) return [];
  const name = app.entry!.slice(folder.length + 1).replace(/\.[cm]?js$/, '');
  const source = app.source;
  const found = ['src/', ''].flatMap((place) => ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '/index.ts', '/index.js'].map((end) => join(source, place + name + end))).find((path) => walk.project.kind(path) === 'file');
  return found === undefined ? [] : [found];
}

interface DevRemoval {
  readonly after: AddedLine | undefined;
  readonly rewritten: Map<number, { text: string; reason: string }> | undefined;
}

/** The last step that installs, builds or changes the project. */
const lastWorkOf = (steps: readonly ClassifiedStep[]): ClassifiedStep | undefined => steps.filter((item) => item.parts.some((part) => part.role === 'project' && part.commands.length > 0)).at(-1);

/** The build's output has its own node_modules: the folder of the project leaves, where it is not left out already. */
function withoutModules({ app }: Service, carry: Carry, work: ClassifiedStep): DevRemoval {
  const text = `RUN rm -rf ${app.folder}/node_modules`;
  return { after: carry.whole === undefined ? undefined : { index: work.step.instruction.index, text, comment: 'The output of the build has its own' }, rewritten: undefined };
}

const lifecycle = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

/** How dev dependencies leave: not installed when nothing builds with them, else removed after the build. Undefined when they stay, or were never there. */
function decideRemoval({ context, app, steps }: Service, installs: readonly Install[], devNeed: DevNeed | undefined, findings: Finding[]): DevRemoval | undefined {
  const { walk } = context;
  const { manifest } = app;
  const mine = installs.filter((install) => install.folder === app.folder);
  if (!manifest || mine.every((install) => install.production) || Object.keys(manifest.devDependencies).length === 0) return undefined;
  // The Dockerfile removes them itself.
  if (steps.some((item) => item.parts.some((part) => part.commands.some((command) => command.kind === 'prune')))) return undefined;
  const stay = (reason: string, file?: string, line?: number): undefined => {
    findings.push(finding('dev-dependencies-kept', { reason }, { file, line }));
    return undefined;
  };
  const kept = devNeed?.only && (app.manager === 'npm' || (app.manager === 'yarn' && !app.lockfile?.berry)) ? devNeed : undefined;
  if (devNeed && !kept) return stay(`${devNeed.name} is needed at run time: ${devNeed.why}`, devNeed.file, devNeed.line);
  const last = mine.at(-1)!;
  const worksLater = steps.some((item) => item.parts.some((part) => part.role === 'project' && part.commands.some((command) => command.kind === 'script' || command.kind === 'exec')) || item.parts.some((part) => part.role === 'unknown' && item.step.instruction.index > last.step.step.instruction.index));
  // Prisma's client is generated by an install script that calls the dev dependency.
  const scripted = lifecycle.some((name) => name in manifest.scripts) || ('@prisma/client' in manifest.dependencies && 'prisma' in manifest.devDependencies);
  if (!worksLater && !scripted && !kept && mine.length === 1 && !last.named && last.step.step.run!.splittable && last.part.part.simple) {
    const { instruction } = last.step.step;
    const { part } = last.part;
    const body = instruction.text.slice(instruction.bodyStart);
    const changed = productionInstall(body.slice(part.start, part.end), last);
    if (changed !== undefined) {
      const text = instruction.text.slice(0, instruction.bodyStart) + body.slice(0, part.start) + changed + body.slice(part.end);
      return { after: undefined, rewritten: new Map([[instruction.index, { text, reason: 'nothing builds with the dev dependencies, so they are not installed' }]]) };
    }
  }
  const removal = pruneCommand(walk, app, mine);
  if ('impossible' in removal) return stay(removal.impossible);
  const lastWork = lastWorkOf(steps)!;
  if (lastWork.step.user !== last.step.step.user) return stay('the user changes between the installation and the build');
  const here = lastWork.step.cwd === app.folder;
  const command = kept ? `mv node_modules/${kept.name} /tmp/ && ${removal.command} && mv /tmp/${kept.name} node_modules/` : removal.command;
  const comment = kept ? `Only what runs goes on from here: ${kept.why}, with ${kept.name}` : 'Only what runs goes on from here';
  return { after: { index: lastWork.step.instruction.index, text: `RUN ${here ? '' : `cd ${app.folder} && `}${command}`, comment }, rewritten: undefined };
}

/** Programs that come with the project: of node_modules, of global tools, or copied. */
function ownPrograms({ app, context }: Service, steps: readonly ClassifiedStep[]): (program: string) => boolean {
  const globals = steps.flatMap((item) => item.parts.flatMap((part) => part.commands.flatMap((command) => (command.kind === 'global' ? command.packages.map(bareSpec) : []))));
  const dependencies = { ...app.manifest?.dependencies, ...app.manifest?.devDependencies, ...app.manifest?.optionalDependencies };
  const made = steps.flatMap((item) => item.parts.flatMap((part) => part.writes));
  return (program) =>
    packagesOfTool(program).some((name) => name in dependencies || globals.includes(name)) ||
    globals.some((name) => name === program || (program === 'pm2-runtime' && name === 'pm2') || name.endsWith(`/${program}`)) ||
    made.some((path) => path.endsWith(`/${program}`)) ||
    ['/usr/local/bin', '/usr/bin', '/bin', '/sbin', '/usr/local/sbin'].some((folder) => context.walk.locate(`${folder}/${program}`) !== undefined) ||
    (/^(?:pnpm|yarn|bun)$/.test(program) && (globals.includes(program) || steps.some((item) => /\bcorepack\b/.test(item.step.instruction.text)))) ||
    context.walk.steps.some((step) => step.instruction.keyword === 'COPY' && step.copy?.from !== undefined && step.copy.destination?.endsWith(`/${program}`));
}

const bareSpec = (spec: string): string => spec.replace(/(?<=.)@.*$/, '');

export interface KeptGlobals {
  /** Parts whose packages are all for the start: they are not needed in the builder. */
  readonly only: readonly ClassifiedPart[];
  /** Package specifications to install in the runtime stage, by part. */
  readonly specs: ReadonlyMap<ClassifiedPart, readonly string[]>;
}

/** Global tools that the start calls. */
function globalsOfStart(start: NodeStart, steps: readonly ClassifiedStep[], app: NodeApp): KeptGlobals {
  const called = new Set([...start.leaves.flatMap((leaf) => [leaf.program, ...packagesOfTool(leaf.program)]), ...start.scripts.map((script) => script.manager as string)]);
  const unknown = start.unresolved !== undefined;
  const specs = new Map<ClassifiedPart, readonly string[]>();
  const only: ClassifiedPart[] = [];
  const all = steps.flatMap((item) => item.parts);
  const scripts = Object.values(app.manifest?.scripts ?? {}).join('\n');
  for (const part of steps.flatMap((item) => item.parts)) {
    if (part.role !== 'global') continue;
    const packages = part.commands.flatMap((command) => (command.kind === 'global' ? command.packages : []));
    const wanted = packages.filter((spec) => {
      const name = bareSpec(spec);
      return (called.has(name) && !(name in (app.manifest?.dependencies ?? {}) && start.scripts.length > 0)) || (unknown && name !== 'npm');
    });
    if (wanted.length === 0) continue;
    specs.set(part, wanted);
    const later = all.slice(all.indexOf(part) + 1).flatMap((other) => other.commands.flatMap((command) => (command.kind === 'exec' ? [command.tool] : command.kind === 'install' || command.kind === 'script' ? [command.manager as string] : [])));
    const forBuild = packages.some((spec) => !wanted.includes(spec) || later.some((tool) => tool === bareSpec(spec) || packagesOfTool(tool).includes(bareSpec(spec))) || (later.length > 0 && new RegExp(String.raw`\b${bareSpec(spec).replace(/[^\w-]/g, '.')}\b`).test(scripts)));
    if (!forBuild) only.push(part);
  }
  return { only, specs };
}

function impureGlobal(kept: KeptGlobals): string | undefined {
  return [...kept.specs.values()].flat().map(bareSpec).find((name) => !installsWithoutCompiler('npm', name));
}

const usesCorepack = (start: NodeStart, steps: readonly ClassifiedStep[]): boolean =>
  start.scripts.concat().some((script) => script.manager === 'pnpm' || script.manager === 'yarn') && steps.some((item) => /\bcorepack\b/.test(item.step.instruction.text));

function decideUser(service: Service, sources: Parameters<typeof userMustStay>[3], chosen: NodeRuntime, findings: Finding[]): string | undefined {
  const { walk, options } = service.context;
  if (lastOf(walk, 'USER') || options.user === 'keep') return undefined;
  const reason = chosen.runtime === 'same' ? 'the base image is kept' : userMustStay(walk, service.app, service.start, sources);
  if (reason !== undefined) {
    findings.push(finding('user-kept', { reason }, { line: startLine(walk) }));
    return undefined;
  }
  findings.push(finding('user-added', { user: 'node', writable: '/tmp and its home folder' }, { line: startLine(walk) }));
  return 'node';
}

/** What is not known may only be repeated in both stages, and only where it cannot be about the project's files. */
function refuseUnknownWork({ context }: Service, chosen: NodeRuntime, steps: readonly ClassifiedStep[]): void {
  const firstProject = steps.find((item) => item.copies === 'project')?.step.instruction.index ?? Number.MAX_SAFE_INTEGER;
  for (const item of steps) {
    const part = item.parts.find((each) => each.role === 'unknown');
    if (!part) continue;
    const { line, index } = item.step.instruction;
    if (chosen.runtime === 'same' && index < firstProject && !item.parts.some((each) => each.role === 'project')) continue;
    throw refuse('unknown-command', { command: part.part.text.trim().replace(/\s+/g, ' ').slice(0, 100), help: 'Move it above the COPY of the sources, into a RUN of its own: there it stays in both stages.' }, { line });
  }
  if (!steps.some(isBuilderWork)) throw refuse('unsupported-shape', { reason: 'the Dockerfile neither copies nor installs a program', help: 'Convert the Dockerfile that does.' }, { line: context.walk.stage.from.line });
}

function sameReason({ unmapped }: Service, requirements: readonly Requirement[]): string {
  return requirements.find((requirement) => requirement.need === 'proof' || requirement.need === 'repository')?.why ?? unmapped ?? 'no smaller image of it is known';
}

function noBenefitReason({ context, app }: Service, reason: string, devNeed: DevNeed | undefined, installs: readonly Install[]): string {
  const base = `${context.walk.base.written} ${context.walk.base.facts?.kind === 'full' || context.walk.base.facts === undefined ? `stays (${reason})` : 'is small already'}`;
  if (devNeed) return `${base}, and the dev dependencies stay: ${devNeed.name} is needed at run time (${devNeed.why}${devNeed.file === undefined ? '' : `, ${devNeed.file}:${devNeed.line}`})`;
  if (!app.manifest) return `${base}, and package.json is not at hand to tell what could leave; run on the folder of the project`;
  return installs.length > 0 && installs.every((install) => install.production) ? `${base}, and only production dependencies are installed` : `${base}, and nothing in it could leave`;
}
