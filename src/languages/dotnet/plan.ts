import { variablesIn } from '../../dockerfile/scope.ts';
import { finding, refuse, type Finding } from '../../findings.ts';
import { Draft, type StageDraft } from '../../plan/draft.ts';
import type { ConfigField, Plan } from '../../plan/plan.ts';
import { chooseRuntime, type Requirement } from '../../plan/requirements.ts';
import type { ShellCommand } from '../../shell/parse.ts';
import { lastOf, type Step, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { analyze, bringsInput, type DotnetAnalysis } from './analysis.ts';
import { assetsOf } from './assets.ts';
import { addressNeed } from './address.ts';
import { isModern } from './image.ts';
import { placeStart, startRewrite } from './rewrite.ts';
import { dotnetRuntimes, type DotnetRuntime } from './runtimes.ts';
import { configures, copyFrom, fillBuilder, sdkVariables } from './stages.ts';
import { ownAddress } from './sources.ts';
import { systemPlan, type SystemPlan } from './system.ts';
import { keepsUser, userFinding } from './user.ts';
import { sourcesLine, startLine } from '../../walk/place.ts';

interface Draw {
  readonly walk: Walk;
  readonly context: Context;
  readonly analysis: DotnetAnalysis;
  readonly system: SystemPlan;
  readonly chosen: DotnetRuntime;
  readonly draft: Draft;
  readonly runtime: StageDraft;
  readonly announced: Partial<Record<ConfigField, string>>;
  readonly changedEnv: Map<string, string>;
}

/** The plan for a .NET project: a builder on the SDK, and a runtime stage with what was published. */
export async function planDotnet(context: Context): Promise<Plan> {
  const { walk, options } = context;
  const analysis = await analyze(context);
  const system = systemPlan(context, analysis);
  const userReason = keepsUser(walk, analysis, system, options);
  const requirements = [...analysis.requirements, ...system.requirements, ...shellNeeds(context, system, analysis), ...rootNeeds(walk, userReason)];
  const choice = chooseRuntime(dotnetRuntimes(walk, requirements, analysis.sdk), requirements, options.runtime, { line: walk.stage.from.line });
  const chosen = choice.candidate as DotnetRuntime;
  const draft = new Draft(walk);
  const findings: Finding[] = [];
  if (!walk.project.known && analysis.artifacts.some((item) => item.target === walk.end.cwd && analysis.start.kind !== 'run' && !analysis.start.folders.includes(item.target))) findings.push(finding('whole-folder', { reason: 'the project is not at hand' }, { line: sourcesLine(walk) }));
  const draw: Draw = { walk, context, analysis, system, chosen, draft, runtime: draft.runtime(chosen.image), announced: {}, changedEnv: new Map() };
  await fillBuilder(draft, walk, analysis);
  fillRuntime(draw, userReason, findings);
  for (const step of draft.open()) draft.drop(step, 'only the build needed it');
  return {
    language: 'dotnet',
    runtime: chosen.runtime,
    choice: choice.sentence,
    requirements,
    stages: [draft.builder.plan(), draw.runtime.plan()],
    values: {},
    ledger: draft.ledger(),
    findings,
    announced: draw.announced,
    changedEnv: Object.fromEntries(draw.changedEnv),
    noBenefit: undefined,
  };
}

/** The runtime stage, in the order that changes least often first. */
function fillRuntime(draw: Draw, userReason: string | undefined, findings: Finding[]): void {
  const { walk, analysis, runtime, announced } = draw;
  const early = walk.steps.filter((step) => step.instruction.index <= analysis.lastBuild);
  const late = walk.steps.filter((step) => step.instruction.index > analysis.lastBuild);
  for (const step of early) if (/^(?:ENV|ARG|LABEL|EXPOSE|MAINTAINER|SHELL)$/.test(step.instruction.keyword)) placeConfiguration(draw, step);
  addPackages(draw);
  addCultures(draw);
  addEnvironment(draw, findings);
  for (const step of early) if (!usesWorkdir(draw, step)) placeSystem(draw, step);
  // A folder that WORKDIR makes is root's, whoever owns the files that are copied into it.
  const owned = ownerOf(draw) !== '';
  if (owned) copyArtifacts(draw, '/');
  placeWorkdir(draw);
  for (const step of early) if (usesWorkdir(draw, step)) placeSystem(draw, step);
  if (!owned) copyArtifacts(draw, walk.end.cwd!);
  for (const step of late) {
    if (step.copy) runtime.keep(step, 'the program reads it');
    else placeSystem(draw, step);
    if (/^(?:ENV|ARG|LABEL|EXPOSE|MAINTAINER|SHELL|STOPSIGNAL)$/.test(step.instruction.keyword)) placeConfiguration(draw, step);
  }
  for (const step of early) if (step.instruction.keyword === 'STOPSIGNAL') placeConfiguration(draw, step);
  placeUser(draw, userReason, findings);
  for (const keyword of ['VOLUME', 'HEALTHCHECK']) for (const step of walk.steps) if (step.instruction.keyword === keyword) placeConfiguration(draw, step);
  placeStart(walk, runtime, startRewrite(draw.context, analysis), announced);
}

function shellNeeds({ start, health }: Context, system: SystemPlan, analysis: DotnetAnalysis): Requirement[] {
  const shells = [startRewrite({ start } as Context, analysis) === undefined ? start.shell : undefined, health?.shell].filter((shell) => shell !== undefined);
  const needs: Requirement[] = shells.map((shell) => ({ need: shell.name === 'bash' ? 'bash' : 'shell', why: shell.why, file: shell.file || undefined, line: shell.line }));
  const [step] = [...system.parts.keys(), ...system.verbatim];
  if (step) {
    needs.push({ need: 'shell', why: 'a RUN prepares the runtime stage', file: undefined, line: step.instruction.line });
    needs.push({ need: `commands:${analysis.sdk.alpine ? 'of Alpine' : 'of the SDK image\'s distribution'}`, why: 'a RUN prepares the runtime stage', file: undefined, line: step.instruction.line });
  }
  return needs;
}

/** Chiseled images run as another user, always. */
function rootNeeds(walk: Walk, reason: string | undefined): Requirement[] {
  return reason === undefined || lastOf(walk, 'USER') || reason === 'images before .NET 8 have no user for it' ? [] : [{ need: 'root', why: reason, file: undefined, line: undefined }];
}

function placeConfiguration(draw: Draw, step: Step): void {
  const { walk, draft, runtime, announced } = draw;
  const { instruction } = step;
  const { keyword, pairs } = instruction;
  if (keyword === 'ENV') {
    if (pairs.length > 0 && pairs.every((pair) => sdkVariables.test(pair.name))) {
      for (const pair of pairs) draw.changedEnv.set(pair.name, 'only the SDK reads it');
      return;
    }
    runtime.keep(step, 'the program reads it');
  } else if (keyword === 'ARG') {
    const uses = walk.steps.filter((other) => other.instruction.index > instruction.index && (configures.has(other.instruction.keyword) || /^(?:ENV|USER)$/.test(other.instruction.keyword) || (other.instruction.index > draw.analysis.lastBuild && (other.run ?? other.copy))));
    if (uses.some((other) => variablesIn(other.instruction.text).some((name) => pairs.some((pair) => pair.name === name)))) runtime.keep(step, 'ARGs hold for one stage only');
  } else if (keyword === 'SHELL') {
    if (walk.steps.some((other) => draw.system.parts.has(other) || draw.system.verbatim.has(other)) || [draw.context.start.cmd, draw.context.start.entrypoint].some((item) => item && !item.json)) runtime.keep(step, 'commands run in it');
    else announced.shell = 'it only served the build';
  } else if ((keyword === 'HEALTHCHECK' || keyword === 'STOPSIGNAL') && step !== lastOf(walk, keyword)) draft.drop(step, 'a later one replaces it');
  else runtime.keep(step, keyword === 'MAINTAINER' ? 'says who looks after the image' : 'configures the image');
}

/** Packages of the runtime stage: whole RUNs of the original where all in them is needed, else one line. */
function addPackages({ walk, analysis, system, runtime, chosen }: Draw): void {
  const alpine = analysis.sdk.alpine || chosen.system === 'alpine';
  const tools = alpine ? [] : missingTools(system);
  if (tools.length === 0) for (const step of system.verbatim) runtime.keep(step, 'the program needs these packages');
  const names = [...new Set([...tools, ...system.packages])];
  if (names.length === 0) return;
  if (/azurelinux|mariner/.test(analysis.sdk.tag ?? '') && chosen.system === 'sdk') throw refuse('unsupported-shape', { reason: `the runtime stage needs ${names.join(', ')}, and how Azure Linux installs that is not known here`, help: 'Build on the Debian, Ubuntu or Alpine SDK image, or write the runtime stage by hand.' }, { line: walk.stage.from.line });
  const list = names.join(' ');
  runtime.add(alpine ? `RUN apk add --no-cache ${list}` : `RUN apt-get update \\\n    && apt-get install -y --no-install-recommends ${list} \\\n    && rm -rf /var/lib/apt/lists/*`, { apart: true });
  if (tools.length > 0) for (const step of system.verbatim) runtime.keep(step, 'the program needs these packages');
}

/** Programs of the SDK image that the repeated RUNs call and do not install themselves. */
function missingTools(system: SystemPlan): string[] {
  return ['curl', 'wget', 'git'].filter((name) =>
    [...system.verbatim].some((step) => {
      const parts = step.run!.parts;
      return parts.some((part) => part.commands.some((command) => command.name === name)) && !parts.some((part) => part.effect.kind === 'packages' && part.effect.action === 'install' && part.effect.packages.includes(name));
    }),
  );
}

/** Alpine's runtime images come without ICU and time zones, and turn cultures off; the SDK image has both. */
function addCultures({ analysis, runtime, chosen, changedEnv, walk }: Draw): void {
  const alpine = chosen.system === 'alpine' || (chosen.system === 'sdk' && analysis.sdk.alpine);
  const needs = new Set(analysis.requirements.map((requirement) => requirement.need));
  // Alpine's and the chiseled images turn cultures off; where that stays so, the sources showed no use of them.
  if (alpine || chosen.system === 'chiseled') changedEnv.set('DOTNET_SYSTEM_GLOBALIZATION_INVARIANT', 'no use of cultures was found');
  if (!alpine || (!needs.has('icu') && !needs.has('timezones'))) return;
  // Alpine 3.16 moved ICU's data into a package of its own.
  const split = !(analysis.sdk.alpineVersion !== undefined && analysis.sdk.alpineVersion < 16) && !(analysis.sdk.major !== undefined && analysis.sdk.major < 6);
  const names = [...(needs.has('icu') ? [...(split ? ['icu-data-full'] : []), 'icu-libs'] : []), 'tzdata'];
  const comment = needs.has('icu') ? 'Cultures and time zones, which this image leaves out' : 'Time zones, which this image leaves out';
  runtime.add(`RUN apk add --no-cache ${names.join(' ')}`, { comment });
  if (!needs.has('icu')) return;
  runtime.add('ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false');
  if (!walk.steps.some((step) => step.instruction.pairs.some((pair) => pair.name === 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT'))) changedEnv.set('DOTNET_SYSTEM_GLOBALIZATION_INVARIANT', 'the cultures that the SDK image has');
}

/** What `dotnet run` set for the program, and the address where the runtime image has another default. */
function addEnvironment({ analysis, runtime, changedEnv, context }: Draw, findings: Finding[]): void {
  const { run } = analysis;
  if (run && run.environment.length > 0) {
    const from = run.profile ? `What \`dotnet run\` took from ${run.profile.file}` : 'What `dotnet run` was given';
    runtime.add(`ENV ${run.environment.join(' \\\n    ')}`, { comment: from });
    for (const pair of run.environment) changedEnv.set(pair.replace(/=.*$/s, ''), '`dotnet run` set it');
  }
  const address = addressNeed(context, analysis);
  if (address === 'clear') {
    runtime.add('ENV ASPNETCORE_URLS=', { comment: 'As in the SDK image: the runtime image alone would listen on port 80' });
    changedEnv.set('ASPNETCORE_URLS', 'as in the SDK image');
  } else if (!changedEnv.has('ASPNETCORE_URLS') && !context.walk.steps.some((step) => step.instruction.keyword === 'ENV' && step.instruction.pairs.some((pair) => pair.name === 'ASPNETCORE_URLS'))) {
    changedEnv.set('ASPNETCORE_URLS', 'the runtime image sets it: the program is no web program, or is given its address');
  }
  const local = analysis.run?.profile?.urls;
  const own = !analysis.sources.known || ownAddress(analysis.sources) !== undefined;
  if (!own && (address === 'clear' || (local !== undefined && analysis.run!.environment.some((pair) => pair.startsWith('ASPNETCORE_URLS=')) && !/\/\/(?:\*|\+|0\.0\.0\.0|\[::\])/.test(local)))) {
    findings.push(finding('local-address', { url: address === 'clear' ? 'http://localhost:5000' : local! }, address !== 'clear' && analysis.run?.profile ? { file: analysis.run.profile.file, line: 1 } : { line: startLine(context.walk) }));
  }
}

/** Files and RUN parts outside of the published folder. */
function placeSystem({ walk, analysis, system, runtime }: Draw, step: Step): void {
  if (step.copy && step.instruction.index <= analysis.lastBuild && (!bringsInput(step, analysis.sourceRoots) || step.copy.from !== undefined)) runtime.keep(step, 'outside of the sources: the program may read it');
  const parts = system.parts.get(step);
  if (!parts || system.verbatim.has(step)) return;
  const elsewhere = usesWorkdir({ system }, step) && step.cwd !== undefined && step.cwd !== walk.end.cwd;
  if (elsewhere) runtime.add(`WORKDIR ${step.cwd}`);
  if (step.run!.splittable) runtime.keepParts(step, parts, 'the running program needs it');
  else runtime.keep(step, 'the running program needs it');
  if (elsewhere) runtime.add(`WORKDIR ${walk.end.cwd}`);
}

/** Whether repeated parts of a RUN name files relative to the working directory. */
function usesWorkdir({ system }: Pick<Draw, 'system'>, step: Step): boolean {
  const names = (command: ShellCommand): string[] => {
    const operands = command.words.slice(1).map((word) => word.value ?? '/').filter((word) => !word.startsWith('-'));
    return /^ch(?:own|mod|grp)$/.test(command.name ?? '') ? operands.slice(1) : operands;
  };
  return (system.parts.get(step) ?? []).some((part) => part.effect.kind === 'files' && part.commands.some((command) => names(command).some((name) => !name.startsWith('/'))));
}

/** The original's last working directory: relative paths and the content root depend on it. */
function placeWorkdir({ walk, runtime }: Draw): void {
  const last = lastOf(walk, 'WORKDIR');
  if (!last) {
    if (walk.end.cwd !== '/') runtime.add(`WORKDIR ${walk.end.cwd}`, { apart: true });
  } else if (last.instruction.logical === walk.end.cwd) runtime.keep(last, 'relative paths and the content root depend on it');
  else runtime.rewrite(last, `WORKDIR ${walk.end.cwd}`, 'relative paths and the content root depend on it');
}

/** The published folder at its own path, and what the program reads through its working directory. */
function copyArtifacts(draw: Draw, here: string): void {
  const { walk, analysis, context, draft, runtime, system } = draw;
  const cwd = walk.end.cwd!;
  const builder = draft.builder.name!;
  for (const path of system.carried) copyFrom(runtime, builder, here, path, path, '');
  const contentRoot = contentFolder(analysis, cwd);
  const assets = contentRoot === undefined ? [] : readAssets(draw, contentRoot);
  for (const asset of assets) copyFrom(runtime, builder, here, `${contentRoot}/${asset.pattern ?? asset.path}`.replace('//', '/'), `${cwd === '/' ? '' : cwd}/${asset.path}`, '', asset === assets[0] ? 'Read from the working directory' : undefined);
  for (const script of context.start.scripts) {
    const step = walk.steps.find((item) => item.copy?.entries.some((entry) => entry.target === script.imagePath || script.imagePath.startsWith(`${entry.target}/`)));
    if (!step || step.instruction.index > analysis.lastBuild || !bringsInput(step, analysis.sourceRoots)) continue;
    if (!analysis.artifacts.some((item) => script.imagePath.startsWith(`${item.target}/`) && item.path === item.target && script.source === undefined)) copyFrom(runtime, builder, here, script.imagePath, script.imagePath, '');
  }
  for (const { path, target } of analysis.artifacts) copyFrom(runtime, builder, here, path, target, ownerOf(draw));
}

/** The user that built the program owns its files, as in the original. */
function ownerOf({ walk, analysis }: Draw): string {
  const user = analysis.start.kind === 'run' ? walk.end.user : analysis.start.producer.step.user;
  return user === undefined || /^(?:root|0)(?::|$)/.test(user) || !/^[\w.:-]+$/.test(user) ? '' : `--chown=${user} `;
}

/** The folder of the image that the original's program had as its working directory, where that is not the published one. */
function contentFolder(analysis: DotnetAnalysis, cwd: string): string | undefined {
  if (analysis.run) return /\.Web$/i.test(analysis.run.tree.start.sdk ?? '') ? analysis.run.folder : cwd;
  return analysis.artifacts.some((item) => item.target === cwd) ? undefined : cwd;
}

function readAssets({ walk, analysis }: Draw, folder: string): ReturnType<typeof assetsOf> {
  const source = walk.locate(folder);
  if (!walk.project.known) {
    if (analysis.run || folder !== '/') return [];
    throw refuse('unsupported-shape', { reason: `the program runs in ${folder}, where the sources are, and they are not at hand to tell which files it reads`, help: 'Run on the project\'s folder, or set WORKDIR to the published folder.' }, { line: walk.stage.from.line });
  }
  if (source === undefined) return [];
  return assetsOf(walk.project, source, analysis.sources, analysis.run?.tree.start, /\.Web$/i.test(analysis.tree?.start.sdk ?? ''));
}

function placeUser({ walk, runtime, announced, chosen, analysis }: Draw, reason: string | undefined, findings: Finding[]): void {
  const own = lastOf(walk, 'USER');
  if (own) {
    runtime.keep(own, 'the program runs as this user');
    return;
  }
  if (reason === undefined || chosen.system === 'chiseled') {
    announced.user = chosen.system === 'chiseled' ? 'chiseled images run as app' : 'nothing was found that the program writes, so it runs as app';
    findings.push(userFinding(walk, undefined));
    if (chosen.system !== 'chiseled') runtime.add('USER $APP_UID', { apart: true });
  } else if (isModern(analysis.sdk)) findings.push(userFinding(walk, reason));
}
