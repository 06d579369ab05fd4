import { copyLine } from '../../dockerfile/copy-line.ts';
import { lookupIn, variablesIn } from '../../dockerfile/scope.ts';
import { expandWord } from '../../dockerfile/words.ts';
import { finding, refuse, type Finding } from '../../findings.ts';
import { Draft, type StageDraft } from '../../plan/draft.ts';
import type { ConfigField, Plan } from '../../plan/plan.ts';
import { chooseRuntime } from '../../plan/requirements.ts';
import { isBelow, sourcesLine, startLine } from '../../walk/place.ts';
import { closedToOthers } from '../../walk/modes.ts';
import { isReadAfter } from '../../walk/readers.ts';
import { isRoot, lastOf, type Step, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { analyze, type GoAnalysis } from './analysis.ts';
import { configures, fillBuilder, servesBuild } from './builder.ts';
import { carriedPaths, chowned, type Carried } from './carry.ts';
import { toolchainVariables } from './data.ts';
import { copyable, goRuntimes, packagesOf, type GoRuntime } from './runtime.ts';

/** The user and group that distroless images call nonroot. */
const nonroot = '65532:65532';

/** The plan for a Go project: a builder that is the original, and a runtime stage with the binary and what it reads. */
export function planGo(context: Context): Plan {
  const { walk, options } = context;
  const analysis = analyze(context);
  const candidates = goRuntimes(walk, analysis);
  const choice = chooseRuntime(candidates, analysis.requirements, options.runtime, { line: walk.stage.from.line });
  const chosen = choice.candidate as GoRuntime;
  const draft = new Draft(walk);
  fillBuilder(draft, walk, analysis, options);
  const announced: Partial<Record<ConfigField, string>> = {};
  const findings: Finding[] = [];
  const runtime = draft.runtime(chosen.image);
  const user = decideUser(walk, analysis, context, findings);
  const carried = carriedPaths(walk, analysis);

  installPackages(runtime, packagesOf(walk, chosen, analysis), chosen);
  const accounts = placeAccounts(walk, runtime, chosen);
  placeOwnFolders(walk, analysis, draft, runtime, accounts.owner);
  const workdir = placeWorkdir(walk, runtime);
  copyCarried(runtime, draft, carried, accounts.owner, workdir);
  for (const step of walk.steps) placeConfiguration(step, walk, analysis, runtime, draft, announced, user !== undefined);
  const needed = placeToolchainEnv(walk, context, analysis, runtime);
  if (user !== undefined) runtime.add(`USER ${user}`, { apart: true });
  if (user !== undefined) announced.user = `the program writes nothing, so it runs as ${user}`;
  placeStart(walk, analysis, runtime, announced);
  for (const step of draft.open()) draft.drop(step, 'only the toolchain image needed it');
  if (analysis.assets.unproven !== undefined) findings.push(finding('whole-folder', { reason: analysis.assets.unproven }, { line: sourcesLine(walk) }));
  const zones = hasZoneFolder(walk) ? 'folder' : 'zip';
  const needs = new Set(analysis.requirements.map((requirement) => requirement.need));
  return {
    language: 'go',
    runtime: chosen.runtime,
    choice: choice.sentence,
    requirements: analysis.requirements,
    stages: [draft.builder.plan(), runtime.plan()],
    values: {
      certificates: needs.has('certificates') && !chosen.facts?.certificates && copyable(walk),
      timezones: needs.has('timezones') && zones === 'folder',
      zoneinfo: needs.has('timezones') && zones === 'zip',
      passwd: chosen.facts === undefined && (accounts.copied || needs.has('passwd')),
    },
    ledger: draft.ledger(),
    findings,
    announced,
    changedEnv: changedEnv(walk, needed),
    noBenefit: undefined,
  };
}

/** Variables that the runtime image has otherwise, or not at all. */
function changedEnv(walk: Walk, needed: readonly string[]): Record<string, string> {
  const own = walk.steps.flatMap((step) => (step.instruction.keyword === 'ENV' ? step.instruction.pairs.map((pair) => pair.name) : []));
  return {
    ZONEINFO: 'where the time zones are',
    SSL_CERT_FILE: 'where the certificates of the runtime image are',
    PATH: 'the folders of the toolchain leave',
    ...Object.fromEntries(own.filter((name) => toolchainVariables.test(name)).map((name) => [name, 'it steers the build'])),
    ...Object.fromEntries(needed.map((name) => [name, 'the start refers to it'])),
  };
}

/** Whether the builder has the time zone files; if not, Go's own archive of them is there. */
const hasZoneFolder = (walk: Walk): boolean =>
  (walk.base.facts?.timezones ?? false) || walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'packages' && part.effect.packages.includes('tzdata')));

/** The non-root user to add, or undefined when the original's stays. */
function decideUser(walk: Walk, analysis: GoAnalysis, context: Context, findings: Finding[]): string | undefined {
  if (lastOf(walk, 'USER') || context.options.user === 'keep') return undefined;
  const carried = carriedPaths(walk, analysis);
  const closed = closedToOthers(walk, (path) => carried.some((item) => isBelow(path, item.path)));
  const reason = analysis.writes ?? (closed && `only its owner may read ${closed}`);
  if (reason !== undefined) {
    findings.push(finding('user-kept', { reason }, { line: startLine(walk) }));
    return undefined;
  }
  findings.push(finding('user-added', { user: nonroot, writable: '/tmp' }, { line: startLine(walk) }));
  return nonroot;
}

function installPackages(runtime: StageDraft, names: readonly string[], chosen: GoRuntime): void {
  if (names.length === 0) return;
  const list = names.join(' ');
  runtime.add(chosen.family === 'alpine' ? `RUN apk add --no-cache ${list}` : `RUN apt-get update \\\n    && apt-get install -y --no-install-recommends ${list} \\\n    && rm -rf /var/lib/apt/lists/*`, { apart: true });
}

/** Users that the Dockerfile makes: made again where the runtime has the tools, else carried in passwd and group. */
function placeAccounts(walk: Walk, runtime: StageDraft, chosen: GoRuntime): { copied: boolean; owner: string | undefined } {
  const written = lastOf(walk, 'USER')?.instruction.logical;
  const user = walk.end.user;
  if (written === undefined || user === undefined) return { copied: false, owner: undefined };
  const owner = /^[\w.-]+(?::[\w.-]+)?$/.test(user) && !isRoot(user) ? user : undefined;
  const makers = walk.steps.filter((step) => step.run?.parts.some((part) => part.effect.kind === 'account'));
  if (makers.length === 0) return { copied: !/^\d/.test(user), owner };
  const sameFamily = chosen.family !== 'none' && (chosen.family === walk.base.facts?.family);
  if (!sameFamily) {
    if (chosen.family !== 'none') throw refuse('unsupported-shape', { reason: `users made in ${walk.base.written} cannot be made the same way in ${chosen.image}`, help: 'Choose --runtime scratch or distroless, or write USER as a number.' }, { line: makers[0]!.instruction.line });
    return { copied: true, owner };
  }
  for (const step of makers) {
    const made = step.run!.parts.filter((part) => part.effect.kind === 'account');
    // A home that is made by hand; other folders are copied with their owner.
    const parts = step.run!.parts.filter((part) => made.includes(part) || (part.effect.kind === 'files' && part.effect.verb === 'mkdir' && part.effect.writes.some((path) => made.some((other) => other.text.includes(path)))));
    if (step.run!.splittable) runtime.keepParts(step, parts, 'the runtime stage needs the user');
    else runtime.keep(step, 'the runtime stage needs the user');
  }
  // The ARG that names the user is declared by then: whoever builds may choose another name.
  return { copied: false, owner: owner === undefined ? undefined : written };
}

/** Folders that belong to the user in the original and in which the program writes: WORKDIR and COPY would make them root's. */
function placeOwnFolders(walk: Walk, analysis: GoAnalysis, draft: Draft, runtime: StageDraft, owner: string | undefined): void {
  if (owner === undefined || analysis.writes === undefined) return;
  const cwd = walk.end.cwd ?? '/';
  const account = walk.steps.flatMap((step) => step.run?.parts ?? []).find((part) => part.effect.kind === 'account' && part.effect.name === owner.split(':')[0] && /user/.test(part.effect.program));
  const home = account && /(?:^|\s)(?:-d|-h|--home(?:-dir)?)[ =](\/\S+)/.exec(account.text)?.[1];
  const folders = [
    ...(cwd !== '/' && (chowned(walk).some((folder) => isBelow(cwd, folder)) || walk.steps.some((step) => step.instruction.keyword === 'WORKDIR' && step.cwd === cwd && step.user === walk.end.user)) ? [cwd] : []),
    ...(account && analysis.sources.home.length > 0 ? [home ?? `/home/${owner.split(':')[0]!}`] : []),
  ];
  if (folders.length === 0) return;
  draft.builder.add('RUN mkdir -p /tmp/empty');
  folders.forEach((folder, index) => runtime.add(copyLine(`--from=${draft.builder.name!} --chown=${owner}`, ['/tmp/empty'], folder), index === 0 ? { comment: 'The program writes here as its own user' } : {}));
}

/** Variables of the toolchain, and of its image, that the start or the program names: GOPATH in `$GOPATH/bin/app`. */
function placeToolchainEnv(walk: Walk, { start, health }: Context, analysis: GoAnalysis, runtime: StageDraft): string[] {
  const texts = [start.entrypoint, start.cmd, health?.cmd].flatMap((instruction) => (instruction ? [instruction.logical] : [])).concat(start.scripts.map((script) => script.text ?? ''));
  const names = new Set([...texts.flatMap(variablesIn), ...analysis.sources.strings.map((literal) => literal.text)]);
  const written = new Set(runtime.blocks.flatMap((block) => (block.origin?.keyword === 'ENV' ? block.origin.pairs.map((pair) => pair.name) : [])));
  const values = [...walk.end.scope.env].filter(([name, value]) => names.has(name) && name !== 'PATH' && value !== null && !written.has(name) && (toolchainVariables.test(name) || walk.base.facts?.config.env[name] !== undefined));
  if (values.length > 0) runtime.add(`ENV ${values.map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`);
  return values.map(([name]) => name);
}

/** The working folder at the end of the original holds in the runtime stage too: relative paths depend on it. */
function placeWorkdir(walk: Walk, runtime: StageDraft): string {
  const cwd = walk.end.cwd;
  if (cwd === undefined) throw refuse('unsupported-shape', { reason: 'WORKDIR depends on a value that is not known', help: 'Give the ARG a default.' }, { line: lastOf(walk, 'WORKDIR')?.instruction.line });
  const last = lastOf(walk, 'WORKDIR');
  const text = `WORKDIR ${cwd}`;
  if (last) {
    if (last.instruction.logical === cwd) runtime.keep(last, 'relative paths depend on it');
    else runtime.rewrite(last, text, 'relative paths depend on it');
  } else if (cwd !== '/') runtime.add(text);
  return cwd;
}

/** COPY lines for assets and binaries, the binaries last since they change most often. */
function copyCarried(runtime: StageDraft, draft: Draft, carried: readonly Carried[], owner: string | undefined, workdir: string): void {
  const name = draft.builder.name!;
  carried.forEach((item, index) => {
    const chown = owner !== undefined && item.owned ? ` --chown=${owner}` : '';
    const inWorkdir = workdir !== '/' && isBelow(item.target, workdir) && item.target !== workdir;
    const target = inWorkdir ? `./${item.target.slice(workdir.length + 1)}` : item.target;
    const options = index === 0 ? { apart: true } : {};
    runtime.add(copyLine(`--from=${name}${chown}`, [item.path], target), item.comment === undefined ? options : { ...options, comment: item.comment });
  });
}

function placeConfiguration(step: Step, walk: Walk, analysis: GoAnalysis, runtime: StageDraft, draft: Draft, announced: Partial<Record<ConfigField, string>>, addsUser: boolean): void {
  const { instruction } = step;
  const { keyword } = instruction;
  if (keyword === 'ENV') {
    if (instruction.pairs.every((pair) => toolchainVariables.test(pair.name))) return;
    if (instruction.pairs.every((pair) => pair.name === 'PATH')) return; // binaries are copied to where the start finds them
    const reason = servesBuild(step, walk, analysis) ? 'the build and the program read it' : 'the program reads it';
    const leftBehind = variablesIn(instruction.text).filter((name) => toolchainVariables.test(name) || walk.base.facts?.config.env[name] !== undefined);
    if (leftBehind.length === 0) return runtime.keep(step, reason);
    const values = instruction.pairs.map((pair) => [pair.name, expandWord(pair.value ?? '', lookupIn(step.scope))] as const);
    if (values.some(([, value]) => value === undefined)) throw refuse('unsupported-shape', { reason: `${instruction.pairs[0]!.name} depends on ${leftBehind[0]!}, whose value is not known`, help: 'Write the value out.' }, { line: instruction.line });
    runtime.rewrite(step, `ENV ${values.map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`, `${reason}; ${leftBehind[0]!} is not set in the runtime image, so the value is written out`);
  } else if (keyword === 'ARG') {
    if (isReadAfter(walk, step, /^(?:ENV|LABEL|EXPOSE|USER|VOLUME|STOPSIGNAL|HEALTHCHECK|CMD|ENTRYPOINT)$/)) runtime.keep(step, 'ARGs hold for one stage only');
  } else if (keyword === 'USER') {
    if (step === lastOf(walk, 'USER') && !addsUser) runtime.keep(step, 'the program runs as this user');
  } else if (keyword === 'SHELL') {
    const runs = [lastOf(walk, 'HEALTHCHECK'), ...(analysis.execForm ? [] : [lastOf(walk, 'CMD'), lastOf(walk, 'ENTRYPOINT')])].some((other) => other !== undefined && other.instruction.json === undefined && !/^(?:NONE|CMD\s*\[\s*")/i.test(other.instruction.logical));
    if (runs && step === lastOf(walk, 'SHELL')) runtime.keep(step, 'the start and the health check run in it');
    else announced.shell = 'it only served the build';
  } else if (keyword === 'MAINTAINER') {
    runtime.keep(step, 'says who looks after the image');
  } else if (configures.has(keyword) && keyword !== 'CMD' && keyword !== 'ENTRYPOINT') {
    if ((keyword === 'HEALTHCHECK' || keyword === 'STOPSIGNAL') && step !== lastOf(walk, keyword)) draft.drop(step, 'a later one replaces it');
    else runtime.keep(step, 'configures the image');
  }
}

function placeStart(walk: Walk, analysis: GoAnalysis, runtime: StageDraft, announced: Partial<Record<ConfigField, string>>): void {
  const last = { entrypoint: lastOf(walk, 'ENTRYPOINT'), cmd: lastOf(walk, 'CMD') };
  const words = analysis.goRun ? [analysis.goRun.binary, ...analysis.goRun.args] : analysis.execForm;
  const written = last.entrypoint ?? last.cmd;
  if (words && written) {
    const keyword = written.instruction.keyword;
    const why = analysis.goRun ? 'starts the binary that `go run` compiled at every start' : 'one plain command: the exec form runs it without a shell, and signals reach it';
    runtime.rewrite(written, `${keyword} ${JSON.stringify(words).replaceAll('","', '", "')}`, why);
    announced[keyword === 'CMD' ? 'cmd' : 'entrypoint'] = why;
    // `ENTRYPOINT ["go","run"]` + CMD: the words of both are in the binary's start.
    if (last.entrypoint && last.cmd) announced.cmd = why;
    return;
  }
  for (const step of [last.entrypoint, last.cmd]) if (step) runtime.keep(step, 'starts the program');
}
