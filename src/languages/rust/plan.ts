import { finding, refuse, type Finding } from '../../findings.ts';
import { hasEnded } from '../../images/suites.ts';
import { Draft } from '../../plan/draft.ts';
import type { Plan } from '../../plan/plan.ts';
import { chooseRuntime } from '../../plan/requirements.ts';
import { isBelow, sourcesLine } from '../../walk/place.ts';
import { isRoot, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { decideUser, placeAccounts, placeOwnFolders } from '../native/accounts.ts';
import { carriedLinks, carriedPaths, copyCarried } from '../native/carry.ts';
import { changedEnv, placeConfiguration, placeStart, placeToolchainEnv, placeWorkdir, type Announced } from '../native/configuration.ts';
import { installPackages } from '../native/installs.ts';
import { placeLinks } from '../native/links.ts';
import { installedPackages } from '../native/packages.ts';
import { nativeRuntimes, packagesOf, type NativeRuntime, type RuntimeWish } from '../native/runtimes.ts';
import { analyze, type RustAnalysis } from './analysis.ts';
import { fillBuilder } from './builder.ts';
import { clearTarget, movedArtifacts, targetCache } from './caches.ts';
import { tlsPrograms } from './data.ts';

/** Programs that have cargo compile, into the target folder and past a cache that only one RUN has. */
const compiles = /^(?:trunk|wasm-pack|cargo .*|cargo-[\w-]+|dx|make|just|sh|bash|.*\.sh)$/;

/** The plan for a Rust project: a builder that is the original, and a runtime stage with the binary and what it reads. */
export async function planRust(context: Context): Promise<Plan> {
  const { walk, options } = context;
  const found = await analyze(context);
  const copies = copyable(walk);
  const wish: RuntimeWish = { requirements: found.requirements, system: found.system, dynamic: found.dynamic ? 'cc' : undefined, distrolessLibraries: true, copies };
  const choice = chooseRuntime(nativeRuntimes(walk, wish), found.requirements, options.runtime, { line: walk.stage.from.line });
  const chosen = choice.candidate as NativeRuntime;
  const draft = new Draft(walk);
  const cache = targetCache(walk, found, options);
  const outside: RustAnalysis = cache ? { ...found, artifacts: movedArtifacts(found.artifacts, cache.moved) } : found;
  // What only the build made would go along with a folder that is copied as a whole.
  const cleared = cache && !(outside.unknownWriter && compiles.test(outside.unknownWriter.name)) ? undefined : clearTarget(walk, outside, carriedPaths(walk, outside).filter((item) => !outside.artifacts.has(item.path)).map((item) => item.path));
  fillBuilder(draft, walk, outside, options, cache, cleared);
  const analysis = cleared ? { ...outside, artifacts: movedArtifacts(outside.artifacts, cleared.moved) } : outside;
  const carried = carriedPaths(walk, analysis);
  const announced: Announced = {};
  const findings: Finding[] = [];
  const runtime = draft.runtime(chosen.image);
  const user = decideUser(walk, analysis, options, carried, findings);

  const needs = new Set(analysis.requirements.map((requirement) => requirement.need));
  // OpenSSL looks certificates up by their hashes, which the bundle alone does not have.
  const byPackage = analysis.dynamic && chosen.facts !== undefined && (analysis.crates.has('openssl-sys') || !analysis.sources.known || analysis.system.packages.some(({ name }) => tlsPrograms.test(name)));
  const wanted = packagesOf(walk, chosen, byPackage ? { ...wish, copies: { ...copies, certificates: false } } : wish);
  refuseEndedSuite(walk, chosen, wanted.map(({ name }) => name));
  installPackages(runtime, walk, wanted, chosen);
  const accounts = placeAccounts(context, runtime, chosen);
  placeOwnFolders(walk, analysis, draft, runtime, accounts);
  const made = madeByUser(walk);
  const workdir = placeWorkdir(walk, runtime);
  placeLinks(draft, runtime, carriedLinks(walk, analysis, carried));
  copyCarried(runtime, draft.builder.name!, carried, { ...accounts, chown: (path) => accounts.chown(path) ?? (made.some((other) => isBelow(path, other) || isBelow(other, path)) ? accounts.owner : undefined) }, workdir);
  for (const step of walk.steps) placeConfiguration(step, walk, analysis, runtime, draft, announced, user !== undefined);
  const needed = placeToolchainEnv(walk, context, analysis, runtime);
  if (user !== undefined) runtime.add(`USER ${user}`, { apart: true });
  if (user !== undefined) announced.user = `the program writes nothing, so it runs as ${user}`;
  placeStart(walk, analysis, runtime, announced);
  for (const step of draft.open()) draft.drop(step, 'only the toolchain image needed it');
  if (analysis.assets.unproven !== undefined) findings.push(finding('whole-folder', { reason: analysis.assets.unproven }, { line: sourcesLine(walk) }));
  if (!analysis.sources.known && analysis.dynamic) findings.push(finding('sources-unseen', { image: chosen.image }, { line: walk.stage.from.line }));
  return {
    language: 'rust',
    runtime: chosen.runtime,
    choice: choice.sentence,
    requirements: analysis.requirements,
    stages: [draft.builder.plan(), runtime.plan()],
    values: {
      certificates: needs.has('certificates') && !chosen.facts?.certificates && copies.certificates && !byPackage,
      timezones: needs.has('timezones') && copies.timezones,
      passwd: chosen.facts === undefined && (accounts.copied || needs.has('passwd')),
    },
    ledger: draft.ledger(),
    findings,
    announced,
    changedEnv: changedEnv(walk, analysis, needed),
    noBenefit: undefined,
  };
}

/** Libraries of a release whose packages have left the servers cannot be installed, while the builder's image has them. */
function refuseEndedSuite(walk: Walk, chosen: NativeRuntime, wanted: readonly string[]): void {
  const suite = walk.base.facts?.suite;
  if (suite === undefined || !hasEnded(suite) || !chosen.image.includes(suite) || wanted.length === 0 || installedPackages(walk).length > 0) return;
  throw refuse('unsupported-shape', { reason: `the runtime image would install ${wanted[0]!}, and Debian's servers no longer have the packages of ${suite}`, help: 'Build on an image of a release that is maintained.' }, { line: walk.stage.from.line });
}

/** What RUNs make as the user of the image, who may write there: folders, files, and where a command of which little is known works. */
const madeByUser = (walk: Walk): string[] =>
  walk.steps.filter((step) => step.run && !isRoot(step.user) && step.user === walk.end.user).flatMap((step) => step.run!.parts.flatMap(({ effect, cwd }) => (effect.kind === 'files' || effect.kind === 'fetch' ? (effect.writes ?? []) : effect.kind === 'unknown' && cwd !== undefined ? [cwd] : [])));

/** Whether the builder is known to have certificates and time zones to copy. */
function copyable(walk: Walk): { certificates: boolean; timezones: boolean } {
  const installs = (name: string): boolean => walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'packages' && part.effect.action === 'install' && part.effect.packages.includes(name)));
  const { facts } = walk.base;
  return { certificates: (facts?.certificates ?? false) || installs('ca-certificates'), timezones: (facts?.timezones ?? false) || installs('tzdata') };
}
