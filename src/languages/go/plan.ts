import { finding, type Finding } from '../../findings.ts';
import { isAssumed } from '../../images/catalogue.ts';
import { Draft } from '../../plan/draft.ts';
import type { Plan } from '../../plan/plan.ts';
import { chooseRuntime } from '../../plan/requirements.ts';
import { isBelow, sourcesLine } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { decideUser, placeAccounts, placeOwnFolders } from '../native/accounts.ts';
import { carriedLinks, carriedPaths, copyCarried, type Carried } from '../native/carry.ts';
import { changedEnv, placeConfiguration, placePath, placeStart, placeToolchainEnv, placeWorkdir, type Announced } from '../native/configuration.ts';
import { installPackages } from '../native/installs.ts';
import { placeLinks } from '../native/links.ts';
import { nativeRuntimes, packagesOf, type NativeRuntime, type RuntimeWish } from '../native/runtimes.ts';
import { analyze, type GoAnalysis } from './analysis.ts';
import { fillBuilder } from './builder.ts';
import { needsMimeTypes } from './mime-types.ts';
import { frontEndFolders } from './unknown-commands.ts';

/** The plan for a Go project: a builder that is the original, and a runtime stage with the binary and what it reads. */
export function planGo(context: Context): Plan {
  const { walk, options } = context;
  const analysis = analyze(context);
  const wish = wishOf(walk, analysis);
  const candidates = nativeRuntimes(walk, wish);
  const choice = chooseRuntime(candidates, analysis.requirements, options.runtime, { line: walk.stage.from.line });
  const chosen = choice.candidate as NativeRuntime;
  const draft = new Draft(walk);
  fillBuilder(draft, walk, analysis, options);
  const announced: Announced = {};
  const findings: Finding[] = [];
  const runtime = draft.runtime(chosen.image);
  const carried = carriedPaths(walk, analysis);
  const user = decideUser(walk, analysis, options, carried, findings);

  installPackages(runtime, walk, packagesOf(walk, chosen, wish), chosen);
  const accounts = placeAccounts(context, runtime, chosen);
  placeOwnFolders(walk, analysis, draft, runtime, accounts);
  const workdir = placeWorkdir(walk, runtime);
  dropModules(walk, analysis, draft, carried);
  placeLinks(draft, runtime, carriedLinks(walk, analysis, carried));
  copyCarried(runtime, draft.builder.name!, carried, accounts, workdir);
  for (const step of walk.steps) placeConfiguration(step, walk, analysis, runtime, draft, announced, user !== undefined);
  placePath(runtime, analysis.binFolders);
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
      certificates: needs.has('certificates') && !chosen.facts?.certificates && wish.copies.certificates,
      timezones: needs.has('timezones') && zones === 'folder',
      zoneinfo: needs.has('timezones') && (zones === 'zip' || lacksOldZones(walk)),
      mimeTypes: needsMimeTypes(walk, analysis),
      passwd: chosen.facts === undefined && (accounts.copied || needs.has('passwd')),
    },
    ledger: draft.ledger(),
    findings,
    announced,
    changedEnv: { ZONEINFO: 'where the time zones are', ...changedEnv(walk, analysis, needed) },
    noBenefit: undefined,
  };
}

/** What the choice of a runtime image goes by. */
function wishOf(walk: Walk, { requirements, system }: GoAnalysis): RuntimeWish {
  const needs = new Set(requirements.map(({ need }) => need));
  // The project's binary, or one that was downloaded.
  const dynamic = needs.has('glibc') || needs.has('musl');
  const copies = walk.base.facts?.language === 'go' || walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'packages' && part.effect.packages.includes('ca-certificates')));
  return { requirements, system, dynamic: !dynamic ? undefined : needs.has('libstdc++') ? 'cc' : 'base', distrolessLibraries: false, copies: { certificates: copies, timezones: copies } };
}

/** Whether the builder's time zones are without the old names (`US/Central`), which Go's own archive has. Source: tzdata-legacy of Debian 13. */
const lacksOldZones = (walk: Walk): boolean => walk.base.facts?.language === 'go' && walk.base.facts.suites.some((suite) => /^(?:trixie|forky|duke|sid)$/.test(suite));

/** Whether the builder has the time zone files; if not, Go's own archive of them is there. */
const hasZoneFolder = (walk: Walk): boolean =>
  (walk.base.facts?.timezones ?? false) || walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'packages' && part.effect.packages.includes('tzdata')));

/** What a front end's build installed for itself is no part of what the program serves. */
function dropModules(walk: Walk, analysis: GoAnalysis, draft: Draft, carried: readonly Carried[]): void {
  if (analysis.sources.programs.some(({ text }) => text === '' || /^(?:node|npm|npx|yarn)$/.test(text))) return;
  const folders = frontEndFolders(walk).filter((folder) => carried.some((item) => isBelow(folder, item.path)));
  if (folders.length > 0) draft.builder.add(`RUN rm -rf ${folders.map((folder) => `${folder}/node_modules`).join(' ')}`, { comment: 'Only the build of the front end needed them' });
}
