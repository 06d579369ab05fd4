import { refuse } from '../../findings.ts';
import { dirname } from '../../project/project.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { isBelow } from '../../walk/place.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { dotnetCalls, type DotnetCall } from './commands.ts';
import { sdkImage, type SdkImage } from './image.ts';
import { cultureNeeds, frameworkNeeds, isSelfContained, libcNeeds, packagesOf } from './needs.ts';
import { allProjects, projectTree, targetAt, type ProjectTree } from './project.ts';
import { restoreLayer, type RestoreLayer } from './restore.ts';
import { publishFolder, runStart, type RunStart } from './run.ts';
import { readSources, readsAboveAssembly, type Sources } from './sources.ts';
import { dotnetStart, type DotnetStart } from './start.ts';

/** Everything that is known of a .NET project before anything is decided. */
export interface DotnetAnalysis {
  readonly sdk: SdkImage;
  readonly calls: readonly DotnetCall[];
  readonly start: DotnetStart;
  /** Set when the start is `dotnet run`. */
  readonly run: RunStart | undefined;
  /** The start project with those it refers to; undefined when it is not known. */
  readonly tree: ProjectTree | undefined;
  readonly sources: Sources;
  /** Folders of the builder that the runtime stage takes, with where they go. */
  readonly artifacts: readonly { readonly path: string; readonly target: string }[];
  /** Index of the last instruction that the build needs. */
  readonly lastBuild: number;
  /** Folders of the image that hold sources. */
  readonly sourceRoots: readonly string[];
  readonly layer: RestoreLayer | undefined;
  readonly requirements: readonly Requirement[];
}

/**
 * Gathers the facts.
 *
 * @throws Refusal for a base that is no SDK, a start that needs one, and output that cannot be told
 */
export async function analyze(context: Context): Promise<DotnetAnalysis> {
  const { walk } = context;
  const sdk = sdkImage(walk);
  const calls = dotnetCalls(walk);
  const start = dotnetStart(context, calls, sdk);
  const run = start.kind === 'run' ? await runStart(context, start, calls) : undefined;
  if (walk.end.cwd === undefined) throw refuse('unsupported-shape', { reason: 'WORKDIR depends on a value that is not known', help: 'Give the ARG a default.' }, { line: walk.stage.from.line });
  const producer = start.kind === 'run' ? undefined : start.producer;
  const tree = run?.tree ?? (start.kind === 'run' ? undefined : await startTree(walk, start.producer, start.file));
  const sources = readSources(walk.project, tree?.folders ?? []);
  refuseSdkAtRunTime(tree, sources);
  const upwards = readsAboveAssembly(sources);
  if (upwards && (run || (start.kind !== 'run' && start.folders.some((folder) => calls.some((call) => call.cwd !== undefined && call.cwd !== '/' && isBelow(folder, call.cwd)))))) {
    throw refuse('unsupported-shape', { reason: `the program looks for files above the folder of its assembly (${upwards.text})`, help: 'Copy those files to the output (CopyToOutputDirectory), and read them from AppContext.BaseDirectory.' }, upwards);
  }
  const native = start.kind === 'native';
  const artifacts = run ? [{ path: publishFolder, target: walk.end.cwd }] : start.kind === 'run' ? [] : publishedFolders(walk, start.folders).map((folder) => ({ path: folder, target: folder }));
  const whole = artifacts.find((item) => item.path === '/' || item.path === '/root');
  if (whole) throw refuse('ambiguous-artifact', { reason: `the build writes to ${whole.path}, among the files of the SDK image`, help: 'Publish with `-o` to a folder of its own.' }, { line: producer?.step.instruction.line });
  const roots = sourceRoots(walk, calls, run);
  return {
    sdk,
    calls,
    start,
    run,
    tree,
    sources,
    artifacts,
    lastBuild: lastBuildIndex(walk, calls, artifacts.map((item) => item.path), run !== undefined, roots),
    sourceRoots: roots,
    layer: await restoreLayer(walk, calls, run && run.image),
    requirements: [...frameworkNeeds(tree, isSelfContained(producer, native, tree, sdk)), ...cultureNeeds(walk, tree, sources), ...libcNeeds(tree, producer, native, sdk)],
  };
}

/** The folders to take. Without the project at hand nobody can tell what the program reads from its working directory, so all of that is taken. */
function publishedFolders(walk: Walk, folders: readonly string[]): readonly string[] {
  const cwd = walk.end.cwd!;
  return walk.project.known || cwd === '/' || folders.includes(cwd) ? folders : [cwd, ...folders.filter((folder) => !isBelow(folder, cwd))];
}

/** The project behind the assembly: what the publish names, or of a solution the one with that assembly. */
async function startTree(walk: Walk, producer: DotnetCall, file: string): Promise<ProjectTree | undefined> {
  if (!walk.project.known) return undefined;
  const { configuration } = producer.arguments;
  const globals: Record<string, string> = configuration === undefined ? {} : { Configuration: configuration };
  const wanted = file.slice(file.lastIndexOf('/') + 1).replace(/\.dll$/, '');
  const target = await targetAt(walk, producer.target);
  const candidates = target === undefined ? allProjects(walk.project) : target.kind === 'project' ? [target.path] : target.projects;
  const trees = (await Promise.all(candidates.slice(0, 300).map((path) => projectTree(walk.project, path, globals)))).filter((tree) => tree !== undefined);
  const named = trees.find((tree) => tree.start.assemblyName === wanted);
  if (named) return named;
  // The output of a project holds the assemblies of those that it refers to.
  const referred = trees.flatMap((tree) => tree.all).find((project) => project.assemblyName === wanted);
  if (referred) return projectTree(walk.project, referred.path, globals);
  const given = producer.arguments.properties.get('assemblyname');
  if (given === wanted || trees.length === 0 || trees.some((tree) => tree.start.assemblyName === undefined)) return trees.length === 1 ? trees[0] : undefined;
  const others = [...new Set(trees.filter((tree) => tree.start.executable !== false).map((tree) => `${tree.start.assemblyName}.dll`))].slice(0, 5).join(', ');
  throw refuse('ambiguous-artifact', { reason: `the start runs ${wanted}.dll, but the build makes ${others || 'no program'}`, help: 'Start the assembly that the project file names (AssemblyName, or the file\'s own name; letter case counts).' }, { line: producer.step.instruction.line });
}

/** Packages that need the SDK, or Node, beside the program. */
function refuseSdkAtRunTime(tree: ProjectTree | undefined, sources: Sources): void {
  const locator = packagesOf(tree).find(({ name }) => /^(?:Microsoft\.Build(?:\.Locator|\.Framework|\.Utilities\.Core)?|Buildalyzer.*|Microsoft\.CodeAnalysis\.Workspaces\.MSBuild)$/i.test(name));
  if (locator && sources.find(/\bMSBuildLocator\b|\bMSBuildWorkspace\b|\bAnalyzerManager\b/, 'code')) {
    throw refuse('unsupported-shape', { reason: `the program loads the SDK at run time (${locator.name})`, help: 'Keep the SDK image: it is what the program runs on.' }, { file: locator.file });
  }
  const node = sources.find(/\bAddNodeServices\b|\bINodeServices\b|\bStaticNodeJSService\b|\bAddNodeJS\b|\bUseSpaPrerendering\b/, 'code');
  if (node) throw refuse('unsupported-shape', { reason: `the program runs Node at run time (${node.text})`, help: 'Write the runtime stage by hand, with Node in it.' }, { file: node.file, line: node.line });
  const tool = sources.find(/\b(?:Process\.Start|new\s+ProcessStartInfo)\s*\(\s*@?"(?:dotnet|pwsh)"|\bFileName\s*=\s*@?"(?:dotnet|pwsh)"/, 'code');
  if (tool) throw refuse('unsupported-shape', { reason: `the program starts a program of the SDK image (${tool.text})`, help: 'Keep the SDK image, or do this at build time.' }, { file: tool.file, line: tool.line });
}

/** Folders that a COPY fills with projects, and those in which the build runs. */
function sourceRoots(walk: Walk, calls: readonly DotnetCall[], run: RunStart | undefined): string[] {
  const roots = new Set<string>(calls.flatMap((call) => (call.cwd === undefined ? [] : [call.cwd])));
  if (run) roots.add(run.folder);
  for (const step of walk.steps) {
    for (const entry of step.copy?.entries ?? []) {
      const isSource = entry.kind === 'folder' ? entry.source === '' || [...roots].some((root) => isBelow(entry.target, root) || isBelow(root, entry.target)) : /\.(?:\w*proj|slnx?|props|targets)$/.test(entry.source);
      if (isSource) roots.add(entry.kind === 'folder' ? entry.target : dirname(entry.target) || '/');
    }
  }
  return [...roots];
}

/**
 * Whether a COPY brings input of the build, and not only a file for the running program: it goes to the same top folder as sources do. Where sources are copied
 * to folders of `/` itself, a place with a name of the system's own is none of theirs.
 */
export function bringsInput(step: Step, roots: readonly string[]): boolean {
  const destination = step.copy?.destination;
  if (destination === undefined) return step.copy !== undefined;
  const top = (path: string): string => path.split('/')[1] ?? '';
  const shared = roots.some((root) => root !== '/' && top(root) === top(destination));
  if (shared) return true;
  return roots.includes('/') && !/^\/(?:etc|usr|var|opt|bin|sbin|lib|root|home|tmp|https?|certs?)(?:\/|$)/.test(destination);
}

function lastBuildIndex(walk: Walk, calls: readonly DotnetCall[], artifacts: readonly string[], run: boolean, roots: readonly string[]): number {
  const indexes = calls.map((call) => call.step.instruction.index);
  for (const step of walk.steps) {
    if (run && (bringsInput(step, roots) || step.run)) indexes.push(step.instruction.index);
    for (const part of step.run?.parts ?? []) {
      const { effect } = part;
      if (effect.kind === 'files' && /^(?:cp|mv|ln|rm|sed|tee|>|install)$/.test(effect.verb) && [...effect.writes, ...effect.reads].some((path) => artifacts.some((folder) => isBelow(path, folder) || (effect.verb !== 'rm' && isBelow(folder, path))))) indexes.push(step.instruction.index);
    }
  }
  return Math.max(-1, ...indexes);
}

