import { copyLine } from '../../dockerfile/copy-line.ts';
import { finding, refuse, type Finding } from '../../findings.ts';
import { isAssumed } from '../../images/catalogue.ts';
import { Draft, type StageDraft } from '../../plan/draft.ts';
import type { ConfigField, Plan } from '../../plan/plan.ts';
import { chooseRuntime } from '../../plan/requirements.ts';
import { isBelow, sourcesLine } from '../../walk/place.ts';
import { lastOf, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { decideUser, placeAccounts, placeOwnFolders, type Accounts } from './accounts.ts';
import { analyze, type GoAnalysis } from './analysis.ts';
import { fillBuilder } from './builder.ts';
import { carriedLinks, carriedPaths, type Carried } from './carry.ts';
import { changedEnv, placeConfiguration, placeStart, placeToolchainEnv } from './configuration.ts';
import { installPackages } from './installs.ts';
import { placeLinks } from './links.ts';
import { copyable, goRuntimes, packagesOf, type GoRuntime } from './runtime.ts';
import { frontEndFolders } from './unknown-commands.ts';

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
  const carried = carriedPaths(walk, analysis);
  const user = decideUser(walk, analysis, context, carried, findings);

  installPackages(runtime, walk, packagesOf(walk, chosen, analysis), chosen);
  const accounts = placeAccounts(context, runtime, chosen);
  placeOwnFolders(walk, analysis, draft, runtime, accounts);
  const workdir = placeWorkdir(walk, runtime);
  dropModules(walk, analysis, draft, carried);
  placeLinks(draft, runtime, carriedLinks(walk, analysis, carried));
  copyCarried(runtime, draft, carried, accounts, workdir);
  for (const step of walk.steps) placeConfiguration(step, walk, analysis, runtime, draft, announced, user !== undefined);
  const needed = placeToolchainEnv(walk, context, analysis, runtime);
  if (user !== undefined) runtime.add(`USER ${user}`, { apart: true });
  if (user !== undefined) announced.user = `the program writes nothing, so it runs as ${user}`;
  placeStart(walk, analysis, runtime, announced);
  for (const step of draft.open()) draft.drop(step, 'only the toolchain image needed it');
  if (walk.base.reference && isAssumed(walk.base.reference)) findings.push(finding('base-assumed', { image: walk.base.written, taken: `Docker's golang:${walk.base.reference.tag}` }, { line: walk.stage.from.line }));
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
      zoneinfo: needs.has('timezones') && (zones === 'zip' || lacksOldZones(walk)),
      passwd: chosen.facts === undefined && (accounts.copied || needs.has('passwd')),
    },
    ledger: draft.ledger(),
    findings,
    announced,
    changedEnv: changedEnv(walk, needed),
    noBenefit: undefined,
  };
}

/** Whether the builder's time zones are without the old names (`US/Central`), which Go's own archive has. Source: tzdata-legacy of Debian 13. */
const lacksOldZones = (walk: Walk): boolean => walk.base.facts?.language === 'go' && walk.base.facts.suites.some((suite) => /^(?:trixie|forky|duke|sid)$/.test(suite));

/** Whether the builder has the time zone files; if not, Go's own archive of them is there. */
const hasZoneFolder = (walk: Walk): boolean =>
  (walk.base.facts?.timezones ?? false) || walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'packages' && part.effect.packages.includes('tzdata')));

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

/** What a front end's build installed for itself is no part of what the program serves. */
function dropModules(walk: Walk, analysis: GoAnalysis, draft: Draft, carried: readonly Carried[]): void {
  if (analysis.sources.programs.some(({ text }) => text === '' || /^(?:node|npm|npx|yarn)$/.test(text))) return;
  const folders = frontEndFolders(walk).filter((folder) => carried.some((item) => isBelow(folder, item.path)));
  if (folders.length > 0) draft.builder.add(`RUN rm -rf ${folders.map((folder) => `${folder}/node_modules`).join(' ')}`, { comment: 'Only the build of the front end needed them' });
}

/** COPY lines for assets and binaries, the binaries last since they change most often. */
function copyCarried(runtime: StageDraft, draft: Draft, carried: readonly Carried[], accounts: Accounts, workdir: string): void {
  const name = draft.builder.name!;
  carried.forEach((item, index) => {
    const owner = accounts.chown(item.path);
    const chown = owner === undefined ? '' : ` --chown=${owner}`;
    const inWorkdir = workdir !== '/' && isBelow(item.target, workdir) && item.target !== workdir;
    const target = inWorkdir ? `./${item.target.slice(workdir.length + 1)}` : item.target;
    const options = index === 0 ? { apart: true } : {};
    runtime.add(copyLine(`--from=${name}${chown}`, [item.path], target), item.comment === undefined ? options : { ...options, comment: item.comment });
  });
}

