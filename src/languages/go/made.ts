import type { PackagesEffect } from '../../effects/effect.ts';
import { basename } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';
import { executedParts } from './executed.ts';
import { binaryName } from './modules.ts';

/** Folders of PATH that every runtime image looks into. */
export const usualFolder = /^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/;

/** What the builder is seen to make, move and download: where programs come from. */
export class MadeFiles {
  /** Binaries of the project. */
  readonly built: readonly string[];
  /** Programs of others that the go command installs. */
  readonly tools: readonly string[];
  /** Programs that are fetched. */
  readonly downloaded: readonly string[];
  private readonly parts: readonly { readonly step: Step; readonly part: RunPart }[];
  private readonly moves: readonly { readonly verb: string; readonly reads: readonly string[]; readonly writes: readonly string[] }[];
  private readonly fetches: readonly { readonly text: string; readonly writes: readonly string[] }[];

  /**
   * @param calls all calls of the go command
   * @param builds those that make binaries of the project
   */
  constructor(
    private readonly walk: Walk,
    private readonly calls: readonly GoCall[],
    private readonly builds: readonly GoCall[],
  ) {
    this.parts = executedParts(walk).map(({ step, runs }) => ({ step, part: runs }));
    this.built = builds.flatMap((build) => build.artifacts ?? []);
    this.tools = calls.filter((call) => call.foreign).flatMap((call) => call.artifacts ?? []);
    this.moves = this.parts.flatMap(({ part: { effect } }) => (effect.kind === 'files' && /^(?:cp|mv|install|ln)$/.test(effect.verb) ? [effect] : []));
    const added = walk.steps.flatMap(({ instruction, copy }) => (instruction.keyword === 'ADD' && copy?.transforms && copy.destination !== undefined ? [{ text: instruction.logical, writes: instruction.logical.trimEnd().endsWith('/') ? copy.sources.flatMap((source) => (source === undefined ? [] : [`${copy.destination!}/${basename(source)}`])) : [copy.destination] }] : []));
    this.fetches = [...this.parts.flatMap(({ part: { effect, text } }) => (effect.kind === 'fetch' ? [{ text, writes: effect.writes ?? [] }] : [])), ...added];
    this.downloaded = this.fetches.flatMap(({ writes }) => writes).filter((path) => /\/s?bin\/[^/]+$/.test(path));
  }

  /** A program by its name, as PATH finds it; what is removed again comes last. */
  named(name: string): string | undefined {
    const places = [...this.built, ...this.tools, ...this.moves.flatMap(({ writes }) => writes).filter((path) => /\/s?bin\//.test(path)), ...this.downloaded, ...this.unpacked(name)];
    return places.filter((path) => path.endsWith(`/${name}`) && isOnPath(this.walk, path)).sort((a, b) => Number(this.isGone(a)) - Number(this.isGone(b)))[0];
  }

  /** Whether a program at a path of the system is the project's, or was brought there past the package manager. */
  brings(path: string): boolean {
    return this.built.includes(path) || this.tools.includes(path) || this.moves.some(({ writes }) => writes.includes(path)) || this.walk.locate(path) !== undefined || this.isFetched(path);
  }

  /** Whether a program was downloaded, alone or in an archive that names it. */
  isFetched(path: string): boolean {
    return this.downloaded.includes(path) || this.unpacked(basename(path)).includes(path);
  }

  /** Whether a program is the work of others that nobody here compiles: downloaded to any place, moved on from there, or a binary that the context has. */
  isForeign(path: string): boolean {
    if (this.built.includes(path) || this.tools.includes(path) || /\bstatic\b|_static|musl/.test(basename(path))) return false;
    const source = this.walk.locate(path);
    if (source !== undefined) return this.walk.project.kind(source) === 'file' && this.walk.project.read(source) === undefined;
    const fetched = (place: string): boolean => this.fetches.some(({ text, writes }) => !/[-_]static\b|musl/.test(text) && writes.some((write) => write !== '/' && isBelow(place, write)));
    return this.isFetched(path) || fetched(path) || this.moves.some(({ reads, writes }) => writes.includes(path) && reads.some((read) => !this.built.includes(read) && fetched(read)));
  }

  /** Whether a path is a tool of others, or a copy of one. */
  isTool(path: string): boolean {
    const name = basename(path);
    const isMoved = this.moves.some(({ reads, writes }) => reads.some((source) => this.tools.includes(source)) && writes.some((write) => write === path || (isBelow(path, write) && reads.some((source) => basename(source) === name))));
    // Where GOPATH is not known, the name tells.
    return this.tools.includes(path) || isMoved || this.calls.some((call) => call.foreign && call.packages.some((word) => word !== undefined && binaryName(word.replace(/@.*$/, '')) === name));
  }

  /** Whether a binary is there a second time at one of other places: copied, or built from the same package. */
  isDouble(path: string, taken: readonly string[]): boolean {
    const name = basename(path);
    const copied = this.moves.some(({ verb, reads, writes }) => /^(?:cp|install)$/.test(verb) && reads.includes(path) && taken.some((other) => writes.includes(other) || (basename(other) === name && writes.some((write) => isBelow(other, write)))));
    const own = this.builds.filter((build) => build.artifacts?.includes(path));
    return copied || own.some((build) => this.builds.some((other) => other !== build && other.cwd === build.cwd && other.artifacts?.some((made) => made !== path && basename(made) === name && taken.includes(made))));
  }

  /** Whether nothing of the build can have made a path: everything that it does is known. A script may name what is there under some condition only. */
  isNowhere(path: string): boolean {
    const { walk, parts, calls, builds } = this;
    const known = walk.project.known && builds.every((build) => build.artifacts !== undefined) && parts.every(({ part }) => part.effect.kind !== 'unknown' || part.commands.every((command) => calls.some((call) => call.written === command && !/^(?:generate|run|tool\b)/.test(call.verb))));
    return known && !this.built.includes(path) && !this.tools.includes(path) && walk.locate(path) === undefined && !parts.some(({ part }) => mayWrite(part, path)) && !walk.steps.some(({ copy }) => copy?.destination !== undefined && (copy.from !== undefined || copy.transforms) && isBelow(path, copy.destination));
  }

  private unpacked(name: string): string[] {
    return this.fetches.flatMap(({ text, writes }) => (text.includes(name) ? writes.filter((path) => /\/s?bin$/.test(path)).map((folder) => `${folder}/${name}`) : []));
  }

  private isGone(path: string): boolean {
    return this.calls.some((call) => call.artifacts?.includes(path) && isRemovedAfter(this.walk, path, call));
  }
}

function mayWrite({ effect }: RunPart, path: string): boolean {
  if (effect.kind === 'files' || effect.kind === 'fetch') return (effect.writes ?? [path]).some((written) => isBelow(path, written));
  return effect.kind === 'system' || (effect.kind === 'packages' && isInstall(effect) && /^\/(?:usr|bin|sbin|opt|etc|lib|var)\b/.test(path));
}

const isInstall = (effect: PackagesEffect): boolean => effect.action === 'install';

/** Whether a program is found by its name alone; true also where PATH is not known. */
function isOnPath(walked: Walk, path: string): boolean {
  const folders = walked.end.scope.env.get('PATH');
  return folders === null || folders === undefined || folders.split(':').includes(path.slice(0, path.lastIndexOf('/'))) || usualFolder.test(path);
}
