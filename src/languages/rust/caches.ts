import { hasOption } from '../../effects/arguments.ts';
import { basename, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import type { RunPart } from '../../walk/run.ts';
import { isRoot, type Step, type Walk } from '../../walk/walk.ts';
import type { Options } from '../language.ts';
import type { RustAnalysis } from './analysis.ts';
import { cargoHome, type CargoCall } from './commands.ts';
import type { CargoProject } from './project.ts';

/** Where binaries are put that would vanish with a cache mount. */
const collected = '/usr/local/bin';

/** The RUN that compiles, with its target folder in a cache. */
export interface TargetCache {
  /** The calls, all in one RUN of the original; that of an added RUN for a start through `cargo run`. */
  readonly calls: readonly CargoCall[];
  readonly folder: string;
  /** Goes in front of the first: cargo compares times, and files that COPY brings may be older than what the cache holds. */
  readonly before: string;
  /** Goes after the last: what lies in a cache is not in the image. */
  readonly after: string | undefined;
  /** Where the copied binaries are, by their path in the target folder. */
  readonly moved: ReadonlyMap<string, string>;
}

/** Whether anything in the builder may be cached: not for a builder that runs as another user, to whom the caches would not belong. */
const mayCache = (walk: Walk, analysis: RustAnalysis, options: Options): boolean => {
  const last = analysis.run ? Number.MAX_SAFE_INTEGER : Math.max(-1, ...analysis.calls.map((call) => call.step.instruction.index));
  return options.cacheMounts && !walk.steps.some((step) => step.instruction.keyword === 'USER' && step.instruction.index < last);
};

/** Subcommands that download nothing. */
const offlineVerbs = /^(?:new|init|clean|fmt|version|help|)$/;

/** Folders of the crates that cargo downloads, for the calls of one RUN; none where it works offline from what an earlier RUN left in the image. */
export function downloadCaches(walk: Walk, analysis: RustAnalysis, options: Options, step: Step, calls: readonly CargoCall[]): string[] {
  if (!mayCache(walk, analysis, options) || calls.every((call) => offlineVerbs.test(call.verb)) || analysis.calls.some((call) => call.offline)) return [];
  // Nothing to download.
  if (calls.every((call) => !call.foreign && call.project?.lock?.every((crate) => crate.own) === true)) return [];
  const home = cargoHome(walk, step);
  if (home === undefined || walk.steps.some((other) => /\.cargo\/(?:registry|git)|cargo\/registry|CARGO_HOME\}?\/(?:registry|git)/.test(other.instruction.text))) return [];
  const fromGit = analysis.projects.length === 0 || analysis.projects.some((project) => (project.lock ? project.lock.some((crate) => crate.git) : [project.root, ...project.packages.map((item) => item.manifest)].some((manifest) => manifest.dependencies.some((dependency) => dependency.git)))) || calls.some((call) => call.read.options.some((option) => option.name === '--git'));
  return [`${home}/registry`, ...(fromGit ? [`${home}/git`] : [])];
}

/**
 * The build whose target folder can lie in a cache, so that a changed source does not compile every crate again. Only where all that is taken from the
 * folder is known and can be copied out in the same RUN; a Dockerfile that compiles its crates in a RUN of their own needs no cache.
 *
 * @returns undefined where that is not certain
 */
export function targetCache(walk: Walk, analysis: RustAnalysis, options: Options): TargetCache | undefined {
  if (!mayCache(walk, analysis, options) || !walk.project.known || analysis.script) return undefined;
  const writing = analysis.calls.filter((call) => !/^(?:fetch|update|generate-lockfile|vendor|metadata|tree|version|help|fmt|)$/.test(call.verb) && !call.foreign);
  const added = analysis.run !== undefined && !analysis.run.built;
  const calls = added ? [analysis.run.call, ...writing] : writing;
  const first = calls[0];
  if (!first || calls.some((call) => call.step !== first.step || call.project !== first.project || call.targetDir !== first.targetDir || call.artifacts === undefined || call.cwd === undefined)) return undefined;
  const { step, project, targetDir: folder } = first;
  const cwd = first.cwd!;
  if (!project || folder === undefined || project.packages.length === 0 || hasPatches(walk, project)) return undefined;
  // Examples are crates of their own, whose roots are not known.
  if (calls.some((call) => hasOption(call.read, ['--example', '--examples']))) return undefined;
  if (!added && !calls.every((call) => isPlain(call) && analysis.builds.includes(call))) return undefined;
  if (isBelow(cwd, folder) || isBelow(project.folder, folder)) return undefined;
  if (isSpokenOf(walk, folder, added ? undefined : step, calls)) return undefined;
  if (analysis.sources.strings.some((item) => /^(?:\.\/)?target\//.test(item.text) || item.text.startsWith(`${folder}/`))) return undefined;
  if (analysis.assets.found.some((asset) => isBelow(asset.path, folder))) return undefined;
  const made = calls.flatMap((call) => [...call.artifacts!, ...call.conditional]);
  const wanted = [...analysis.artifacts.keys()].filter((path) => isBelow(path, folder));
  const roots = project.packages.flatMap((item) => item.roots);
  if (roots.length === 0 || wanted.some((path) => !made.includes(path))) return undefined;
  const relative = (path: string): string => (cwd !== '/' && path !== cwd && isBelow(path, cwd) ? path.slice(cwd.length + 1) : path);
  return {
    calls,
    folder,
    before: roots.length <= 4 ? `touch ${roots.map(relative).join(' ')}` : findAll(project.folder === cwd ? '.' : relative(project.folder), folder, project.folder),
    after: wanted.length === 0 ? undefined : `cp ${wanted.map((path) => (calls.every((call) => call.cwd === cwd) ? relative(path) : path)).join(' ')} ${collected}/`,
    moved: new Map(wanted.map((path) => [path, inImage(collected, basename(path))])),
  };
}

/** Touches all sources of a project, and none of those that build scripts wrote into the target folder. */
const findAll = (place: string, target: string, root: string): string => `find ${place}${isBelow(target, root) ? ` -path ${place}${target.slice(root === '/' ? 0 : root.length)} -prune -o` : ''} -name '*.rs' -exec touch {} +`;

/** A call that stands by itself in a RUN that can be rewritten, and whose target folder nobody has mounted yet. */
function isPlain({ step, part, targetDir }: CargoCall): boolean {
  const { instruction, run } = step;
  return instruction.heredocs.length === 0 && instruction.json === undefined && run!.splittable && part.commands.length === 1 && part.simple !== undefined && !instruction.flags.some((flag) => flag.value?.includes(targetDir!));
}

/** Whether another command may use the target folder where the cache is not, or may not touch it where it is. */
function isSpokenOf(walk: Walk, folder: string, step: Step | undefined, calls: readonly CargoCall[]): boolean {
  const name = basename(folder).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const speaks = new RegExp(`(?:^|[\\s/"'=:])${name}(?:[/\\s"';]|$)`);
  return walk.steps.some((other) => {
    if (other.copy?.entries.some((entry) => isBelow(entry.target, folder) && entry.target !== folder)) return true;
    return (other.run?.parts ?? []).some((part) => {
      if (calls.some((call) => call.part === part)) return false;
      // A folder with a mount in it cannot be removed or moved.
      if (other === step && takesAway(part, folder)) return true;
      if (!speaks.test(part.text.replace(/rustup\s+target|--target\b/g, ''))) return false;
      return other !== step || part.commands.some((command) => /^(?:rm|find|mv)$/.test(command.name ?? '')) || part.start < calls[0]!.part.start;
    });
  });
}

/** Whether a command may remove or move a folder, or one that it lies in. */
function takesAway({ commands, effect }: RunPart, folder: string): boolean {
  if (!commands.some((command) => /^(?:rm|mv|rmdir)$/.test(command.name ?? ''))) return false;
  return effect.kind !== 'files' || [...effect.writes, ...effect.reads].some((path) => isBelow(folder, path.replace(/\/[^/]*[*?[].*$/, '') || '/'));
}

/** Patched crates lie in folders that no manifest of the project's packages names. */
function hasPatches(walk: Walk, project: CargoProject): boolean {
  const source = walk.locate(inImage(project.folder, 'Cargo.toml'));
  return source === undefined || /^\s*\[(?:patch|replace)\b/m.test(walk.project.read(source) ?? '');
}

/** The artifacts as they are after binaries were copied to another place. */
export const movedArtifacts = (artifacts: RustAnalysis['artifacts'], moved: ReadonlyMap<string, string>): Map<string, readonly string[]> => new Map([...artifacts].map(([path, targets]) => [moved.get(path) ?? path, targets]));

/** Where cargo puts what another program has it compile, when the start is there too. */
function byScript(walk: Walk, analysis: RustAnalysis): { targetDir: string; moment: { step: Step } }[] {
  if (analysis.sources.strings.some((item) => /(?:^|\/)target\//.test(item.text))) return [];
  const step = walk.steps.findLast((item) => item.run) ?? walk.steps.at(-1)!;
  const folders = [...analysis.projects.map((project) => project.folder), ...(walk.end.cwd === undefined ? [] : [walk.end.cwd])].map((folder) => inImage(folder, 'target'));
  return folders.filter((folder) => [...analysis.artifacts.keys()].some((path) => isBelow(path, folder))).map((targetDir) => ({ targetDir, moment: { step } }));
}

/** A RUN that leaves nothing of the target folders but the binaries. */
export interface Clearing {
  readonly command: string;
  /** The step after which it goes. */
  readonly after: Step;
  readonly moved: ReadonlyMap<string, string>;
}

/**
 * What takes target folders away that the runtime stage would copy along with the folder they lie in.
 *
 * @param taken folders that the runtime stage copies
 * @returns undefined where that is not needed
 */
export function clearTarget(walk: Walk, analysis: RustAnalysis, taken: readonly string[]): Clearing | undefined {
  const builds = [...analysis.builds, ...(analysis.run ? [analysis.run.call] : [])].flatMap(({ targetDir, step, part }) => (targetDir === undefined ? [] : [{ targetDir, moment: { step, part } }]));
  const left = [...builds, ...(analysis.script ? byScript(walk, analysis) : [])].filter(({ targetDir, moment }) => taken.some((path) => isBelow(targetDir, path) && path !== targetDir) && !isRemovedAfter(walk, targetDir, moment));
  if (left.length === 0) return undefined;
  const folders = [...new Set(left.map((item) => item.targetDir))];
  const wanted = [...analysis.artifacts.keys()].filter((path) => folders.some((folder) => isBelow(path, folder)));
  const names = folders.map(basename);
  const after = walk.steps.findLast((step) => step.run && (analysis.calls.some((call) => call.step === step) || analysis.script || names.some((name) => step.instruction.text.includes(name)))) ?? walk.steps.at(-1)!;
  const place = isRoot(after.user) ? collected : '/tmp';
  const commands = [...(wanted.length === 0 ? [] : [`cp ${wanted.join(' ')} ${place}/`]), `rm -rf ${folders.join(' ')}`];
  return { command: commands.join(' \\\n    && '), after, moved: new Map(wanted.map((path) => [path, inImage(place, basename(path))])) };
}
