import { localPackageSources } from '../../manifests/dotnet-solution.ts';
import { readDockerignore } from '../../project/dockerignore.ts';
import { basename, dirname, join, type Project } from '../../project/project.ts';
import { imagePathOf } from '../../walk/place.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { DotnetCall } from './commands.ts';
import { projectTree, targetAt, type ProjectTree, type Target } from './project.ts';

/** Project files copied, and packages restored, before the sources. */
export interface RestoreLayer {
  /** The COPY of the sources: the layer goes directly above it. */
  readonly before: Step;
  /** `COPY` lines for the project files. */
  readonly copies: readonly string[];
  readonly restore: string;
  /** The original's own restore, which moved up; undefined when there was none. */
  readonly moved: { readonly step: Step; readonly part: RunPart } | undefined;
  /** What a further build no longer has to restore; see `withoutRestore`. */
  readonly covers: readonly string[];
}

/** Folders beyond which a list of COPY lines helps nobody. */
const mostFolders = 40;

/** Instructions that a restore may move over. */
const passable = new Set(['COPY', 'ADD', 'WORKDIR', 'LABEL', 'EXPOSE', 'MAINTAINER', 'CMD', 'ENTRYPOINT', 'VOLUME', 'STOPSIGNAL', 'HEALTHCHECK']);

/**
 * Plans the restore layer; undefined when the original has one already, or when it cannot be proved that these files are all that a restore needs.
 *
 * @param runProject path in the image of the project that `dotnet run` starts, when no call names one
 */
export async function restoreLayer(walked: Walk, calls: readonly DotnetCall[], runProject: string | undefined): Promise<RestoreLayer | undefined> {
  if (!walked.project.known || calls.some((call) => /^(?:new|add|workload|tool|nuget|sln)$/.test(call.verb))) return undefined;
  const restore = calls.find((call) => call.verb === 'restore');
  const first = restore ?? calls.find((call) => call.verb === 'publish' || call.verb === 'build');
  const firstCall = calls.find((call) => /^(?:restore|build|publish|run|test|pack|msbuild|clean)$/.test(call.verb));
  if (first !== firstCall) return undefined;
  const limit = first?.step.instruction.index ?? Number.MAX_SAFE_INTEGER;
  const before = walked.steps.find((step) => step.instruction.index < limit && bringsSources(walked, step));
  if (!before || before.copy!.transforms || before.cwd === undefined || before.copy!.from !== undefined) return undefined;
  const between = walked.steps.filter((step) => step.instruction.index > before.instruction.index && step.instruction.index < limit);
  if (!between.every((step) => passable.has(step.instruction.keyword) || (step.instruction.keyword === 'ENV' && !step.instruction.pairs.some((pair) => /NUGET|PROXY|^PATH$|^DOTNET_ROOT|MSBUILD|FEED|TOKEN|^HOME$/i.test(pair.name))))) return undefined;
  if (first && !leads(first)) return undefined;
  const given = first?.arguments;
  if (given && (given.unknown || given.properties.size > 0 || [...given.switches].some((name) => !/^--(?:no-cache|disable-parallel|interactive|no-restore|nologo)$|^-nologo$|^(?:-v|--verbosity)$/.test(name)))) return undefined;
  if (given?.switches.has('--no-restore')) return undefined;
  const target = await targetAt(walked, first ? first.target : runProject, first === undefined);
  if (!target) return undefined;
  const files = await restoreFiles(walked.project, target);
  if (!files) return undefined;
  const copies = copyLines(walked, before, files.paths);
  if (!copies) return undefined;
  const verbatim = restore && restore.cwd === before.cwd && restore.step.instruction.json === undefined;
  const operand = relative(before.cwd, first ? first.target! : imagePathOf(walked, target.path)!);
  const runtime = given?.runtime === undefined ? '' : ` -r ${given.runtime}`;
  if (restore && !verbatim && [...restore.arguments.switches].length > 0) return undefined;
  return {
    before,
    copies,
    restore: verbatim ? `RUN ${restore.part.text}` : `RUN dotnet restore${operand === '' ? '' : ` ${/\s/.test(operand) ? `"${operand}"` : operand}`}${runtime}`,
    moved: restore && { step: restore.step, part: restore.part },
    covers: files.projects,
  };
}

/** A COPY of a folder with sources of a program in it. */
function bringsSources(walked: Walk, step: Step): boolean {
  return (step.copy?.entries ?? []).some((entry) => entry.kind === 'folder' && (entry.source === '' || walked.project.kind(entry.source) === 'folder'));
}

/** Nothing of note happens in the same RUN before the call. */
function leads(call: DotnetCall): boolean {
  const parts = call.step.run!.parts;
  return call.part.simple !== undefined && parts.slice(0, parts.indexOf(call.part)).every((part) => part.effect.kind === 'none' || part.effect.kind === 'shell');
}

/** Every file that a restore of the target reads, in the order in which they are copied; undefined when that is not known. */
async function restoreFiles(context: Project, target: Target): Promise<{ paths: string[]; projects: string[] } | undefined> {
  const roots = target.kind === 'project' ? [target.path] : target.projects;
  const trees: ProjectTree[] = [];
  for (const root of roots) {
    // Projects of other kinds may look at files of their own when they are restored.
    if (context.kind(root) !== 'file' || !/\.(?:cs|fs|vb)proj$/i.test(root)) return undefined;
    const tree = await projectTree(context, root);
    if (!tree) return undefined;
    trees.push(tree);
  }
  const projects = [...new Map(trees.flatMap((tree) => tree.all).map((project) => [project.path, project])).values()];
  if (projects.some((project) => project.unsure !== undefined || project.projectReferences.some((path) => context.kind(path) !== 'file'))) return undefined;
  const paths = new Set<string>(target.kind === 'solution' ? [target.path] : []);
  const folders = [...new Set(projects.map((project) => dirname(project.path)))];
  if (target.kind === 'solution') folders.push(dirname(target.path));
  for (const folder of folders) {
    for (let here = folder; ; here = dirname(here)) {
      for (const name of context.list(here)) {
        if (!/^(?:nuget\.config|global\.json|directory\.build\.rsp|directory\.solution\.(?:props|targets))$/i.test(name)) continue;
        const path = join(here, name);
        if (name.toLowerCase() === 'nuget.config' && (await localPackageSources(path, context.read(path) ?? '')).length > 0) return undefined;
        paths.add(path);
      }
      if (here === '') break;
    }
  }
  const shared = new Set(projects.flatMap((project) => project.files).filter((path) => !projects.some((project) => project.path === path)));
  for (const path of [...shared].sort()) paths.add(path);
  for (const { path } of projects) {
    paths.add(path);
    const lock = join(dirname(path), 'packages.lock.json');
    if (context.kind(lock) === 'file') paths.add(lock);
  }
  return new Set([...paths].map(dirname)).size > mostFolders ? undefined : { paths: [...paths], projects: projects.map((project) => project.path) };
}

/** One COPY for each folder; undefined when a file's place in the image is not known. */
function copyLines(walked: Walk, before: Step, files: readonly string[]): string[] | undefined {
  const earlier = new Set(walked.steps.filter((step) => step.instruction.index < before.instruction.index).flatMap((step) => step.copy?.entries.map((entry) => entry.source) ?? []));
  const byFolder = new Map<string, string[]>();
  for (const file of files) {
    if (earlier.has(file)) continue;
    const target = imagePathOf(walked, file);
    if (target === undefined || basename(target) !== basename(file)) return undefined;
    const folder = dirname(target) || '/';
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  const flags = before.instruction.flags.filter((flag) => flag.name === 'chown' || flag.name === 'link').map((flag) => `--${flag.name}${flag.value === undefined ? '' : `=${flag.value}`} `).join('');
  return [...byFolder].map(([folder, sources]) => {
    const inside = relative(before.cwd!, folder);
    const destination = inside === '' ? './' : `${inside}/`.replace('//', '/');
    const words = [...sources, destination];
    return words.some((word) => /[\s"\\$]/.test(word)) ? `COPY ${flags}${JSON.stringify(words)}` : `COPY ${flags}${words.join(' ')}`;
  });
}

/** A path as seen from a folder of the image; absolute when it lies elsewhere. */
function relative(folder: string, path: string): string {
  if (path === folder) return '';
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** Properties that make a publish restore other packages than a plain restore does. Source: dotnet/sdk, NETSDK1047 and PublishRelease. */
const publishProperties = ['PublishAot', 'PublishReadyToRun', 'PublishSingleFile', 'PublishTrimmed', 'PublishSelfContained', 'SelfContained', 'RuntimeIdentifier', 'RuntimeIdentifiers'];

/**
 * The text of a publish with `--no-restore`, when the layer has restored all that it needs; undefined when that is not proved. Output of a local build
 * in the context would replace what was restored, so .dockerignore must leave `obj` out.
 */
export async function withoutRestore(walked: Walk, layer: RestoreLayer, calls: readonly DotnetCall[], call: DotnetCall): Promise<string | undefined> {
  const { instruction } = call.step;
  const given = call.arguments;
  if (instruction.json || instruction.heredocs.length > 0 || !call.part.simple || calls.filter((other) => /^(?:build|publish|test|pack)$/.test(other.verb)).length !== 1) return undefined;
  if (given.unknown || given.runtime !== undefined || given.framework !== undefined || given.selfContained !== undefined || given.properties.size > 0 || [...given.switches].some((name) => name !== '--nologo' && name !== '-nologo')) return undefined;
  const target = await targetAt(walked, call.target);
  const projects = target === undefined ? [] : target.kind === 'project' ? [target.path] : target.projects;
  if (projects.length === 0 || !projects.every((path) => layer.covers.includes(path))) return undefined;
  const ignored = readDockerignore(walked.project.read('.dockerignore'));
  if (!layer.covers.every((path) => ignored(join(dirname(path), 'obj')) || ignored(join(dirname(path), 'obj/project.assets.json')))) return undefined;
  for (const path of projects) {
    const tree = await projectTree(walked.project, path);
    const depends = tree?.all.some((project) => publishProperties.some((name) => project.property(name) !== undefined) || project.files.some((file) => /\$\(Configuration\)|_IsPublishing/i.test(walked.project.read(file) ?? '')));
    if (depends !== false) return undefined;
  }
  const end = instruction.bodyStart + call.part.simple.end;
  return `${instruction.text.slice(0, end)} --no-restore${instruction.text.slice(end)}`;
}

