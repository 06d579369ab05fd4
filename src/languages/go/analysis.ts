import { readGoMod } from '../../manifests/go-mod.ts';
import { refuse } from '../../findings.ts';
import { dirname, filesBelow } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { userNeeds } from '../native/accounts.ts';
import { broughtFolder } from '../native/carry.ts';
import type { Assets, Evidence, NativeProject } from '../native/facts.ts';
import { systemNeeds } from '../native/packages.ts';
import { execFormOf, otherStarts, refuseUnreadScript, shellNeeds } from '../native/start-form.ts';
import { artifactsOf } from './artifacts.ts';
import { assetsOf } from './assets.ts';
import { goCalls, type GoCall } from './commands.ts';
import { goToolchain, inModules, programsOfModules } from './data.ts';
import { executedParts } from './executed.ts';
import { frontEndOutputs } from './front-end.ts';
import { linkingNeeds, linkingOf, type Linking } from './linking.ts';
import { startThroughMake } from './make-start.ts';
import { isVendored, workspaceOf } from './module-files.ts';
import { moduleAt, moduleOfBuild } from './modules.ts';
import { sourceNeeds } from './needs.ts';
import { everyFile, isGoSource, reachedFiles } from './reached.ts';
import { sharedLibraries } from './shared-libraries.ts';
import { goSources, type GoSources } from './sources.ts';
import { devTools, goRunOf, refuseDevStart, type GoRun } from './start-form.ts';
import { frontEndFolders, refuseCompilers, refuseUnseenInstalls, unknownWriterOf } from './unknown-commands.ts';
import { writesOf } from './writes.ts';

/** Everything that is known of a Go project before anything is decided. */
export interface GoAnalysis extends NativeProject {
  readonly calls: readonly GoCall[];
  /** Calls that make the project's own binaries. */
  readonly builds: readonly GoCall[];
  /** The start as `go run`, which becomes a build. */
  readonly goRun: GoRun | undefined;
  readonly module: { readonly root: string; readonly source: string; readonly requires: number; readonly modules: readonly string[]; readonly inWorkspace: boolean; readonly vendored: boolean } | undefined;
  /** Folders of the toolchain that PATH must have in the runtime stage. */
  readonly binFolders: ReadonlySet<string>;
  readonly sources: GoSources;
  readonly linking: Linking;
}

/**
 * Gathers the facts.
 *
 * @throws Refusal for a start that is not a program of the project, or for development
 */
export function analyze(context: Context): GoAnalysis {
  const { walk, health } = context;
  const byMake = startThroughMake(walk, context.start);
  const start = byMake?.start ?? context.start;
  const calls = goCalls(walk);
  const builds = calls.filter((call) => (call.verb === 'build' || call.verb === 'install' || (call.verb === 'get' && !call.command.words.some((word) => word.value === '-d'))) && !call.foreign);
  refuseDevStart(start, builds);
  refuseUnreadScript(start);
  const goRun = goRunOf(walk, start);
  const script = !goRun && builds.length === 0 && executedParts(walk).some(({ part, runs }) => runs.effect.kind === 'unknown' && !calls.some((call) => call.part === part));
  const folder = projectFolder(walk, builds, goRun, script);
  const module = moduleFacts(walk, folder);
  const source = !walk.project.known ? undefined : module ? dirname(module.source) : folder === undefined ? undefined : (walk.locate(folder) ?? contextFolder(walk, folder));
  const compiled = goRun ? [...builds, goRun.call] : builds;
  const files = source === undefined ? [] : (reachedFiles(walk, compiled) ?? everyFile(walk, source));
  const sources = goSources(walk.project, files, source === undefined ? [] : filesBelow(walk.project, source, isGoSource));
  const linking = linkingOf(walk, compiled, files, module?.source, script);
  refuseCompilers(sources);
  refuseUnseenInstalls(walk, sources, linking, module?.root ?? folder);
  const others = otherStarts(context.composed, devTools, 'go');
  const { paths: artifacts, called, names, downloaded, binFolders } = artifactsOf({ ...context, start }, calls, builds, goRun, script, sources, others);
  const execForm = byMake?.words ?? execFormOf(start);
  const system = systemNeeds(walk, { sources, called, own: names, dynamic: linking.kind === 'dynamic', exec: goToolchain.exec, ofLibraries: startedByModules(sources) });
  const assets: Assets = sources.known ? assetsOf(walk, sources, start) : { found: [], unproven: 'the sources are not at hand' };
  const unknownWriter = sources.known ? unknownWriterOf(walk, calls, script, sources, assets.unproven !== undefined) : undefined;
  if (walk.base.facts === undefined) {
    throw refuse('unknown-base', { image: walk.base.written, reason: 'its entry point, environment and user cannot be told, and the runtime image would be without them', help: 'Build on an official golang image; a mirror of it has the same contents.' }, { line: walk.stage.from.line });
  }
  const requirements = [...linkingNeeds(walk, linking, downloaded), ...(downloaded === undefined ? [] : [{ need: 'certificates', why: `${downloaded}, which is downloaded, may speak TLS`, file: undefined, line: undefined }]), ...system.requirements, ...sourceNeeds(walk, sources), ...userNeeds(walk, [start, ...context.composed]), ...shellNeeds(start, [...(health ? [health] : []), ...others], execForm !== undefined)];
  return {
    toolchain: goToolchain,
    calls, builds, script, goRun, artifacts, binFolders, module, sources, linking, assets, system, unknownWriter, requirements,
    workFolders: [...new Set([module?.root, ...calls.map(({ cwd }) => cwd), goRun?.call.cwd])].filter((place) => place !== undefined),
    sourceRoot: module?.root,
    furtherPaths: [...(linking.kind === 'dynamic' ? sharedLibraries(walk) : []), ...frontEndOutputs(walk, sources, frontEndFolders(walk)).paths],
    lastUnseen: lastUnseen(walk, script),
    newStart: goRun ? { words: [goRun.binary, ...goRun.args], why: 'starts the binary that `go run` compiled at every start: signals reach it, and its exit code is its own' } : execForm && { words: execForm, why: 'one plain command: the exec form runs it without a shell, and signals reach it' },
    dynamic: linking.kind === 'dynamic',
    writes: writesOf(walk, sources, module?.modules ?? []) ?? (downloaded === undefined ? undefined : `what ${downloaded} writes, which is downloaded, is not known`),
  };
}

/** Programs that imported modules start. */
const startedByModules = ({ imports }: GoSources): readonly (Evidence & { readonly why: string })[] =>
  Object.entries(programsOfModules).flatMap(([module, text]) => {
    const evidence = [...imports].find(([path]) => inModules(path, [module]))?.[1];
    return evidence ? [{ ...evidence, text, why: `${module} starts it` }] : [];
  });

/** Index of the last instruction that runs what does not stand in the Dockerfile. */
const lastUnseen = (walk: Walk, script: boolean): number => executedParts(walk).findLast(({ part, runs }) => runs !== part || (script && runs.effect.kind === 'unknown'))?.step.instruction.index ?? -1;

/** The folder of the image in which the project's sources lie: where it is built, or under GOPATH/src. */
function projectFolder(walk: Walk, builds: readonly GoCall[], goRun: GoRun | undefined, script: boolean): string | undefined {
  const gopath = walk.end.scope.env.get('GOPATH')?.split(':')[0];
  const named = gopath === undefined ? [] : builds.flatMap((call) => call.packages).flatMap((path) => (path === undefined || path.startsWith('.') ? [] : [broughtFolder(walk, `${gopath}/src/${path}`)]));
  const scripts = script ? walk.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => (part.effect.kind === 'unknown' ? [part.cwd] : [])) : [];
  const folders = [...builds.map((call) => call.cwd), goRun?.call.cwd, ...named, ...scripts, ...builds.map((call) => moduleOfBuild(walk, call)?.root), walk.end.cwd].filter((cwd) => cwd !== undefined);
  return folders.find((cwd) => moduleAt(walk, cwd)) ?? folders.find((cwd) => walk.locate(cwd) !== undefined) ?? folders[0];
}

/** The folder of the context whose Go files were copied one by one into a folder of the image. */
const contextFolder = (walk: Walk, folder: string): string | undefined =>
  walk.steps.flatMap((step) => step.copy?.entries ?? []).filter((entry) => entry.kind === 'file' && entry.source.endsWith('.go') && dirname(entry.target) === folder).map((entry) => dirname(entry.source))[0];

function moduleFacts(walk: Walk, folder: string | undefined): GoAnalysis['module'] {
  const module = moduleAt(walk, folder);
  if (!module) return undefined;
  const facts = readGoMod(walk.project.read(module.source) ?? '');
  return { root: module.root, source: module.source, requires: facts.requires.length, modules: facts.requires.map((item) => item.path), inWorkspace: workspaceOf(walk, module.root) !== undefined, vendored: isVendored(walk, module.root) };
}
