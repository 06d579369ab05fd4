import { refuse } from '../../findings.ts';
import { basename, dirname, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import { shellBuiltins, type Start, type StartCommand } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { GoAnalysis } from './analysis.ts';
import type { GoCall } from './commands.ts';
import { goToolchain } from './data.ts';
import { MadeFiles, usualFolder } from './made.ts';
import { installedPrograms } from '../native/packages.ts';
import type { GoSources } from './sources.ts';
import { goBinOf } from './surroundings.ts';

/** What the runtime stage takes from the build by name. */
export interface Artifacts {
  /** Binaries and scripts by their path in the builder, with where they go. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  /** Programs that must come from the image. */
  readonly called: readonly StartCommand[];
  /** Names of programs that are there without a package. */
  readonly names: ReadonlySet<string>;
  /** One that was downloaded, or that the context has: it may be linked with the C library. */
  readonly downloaded: string | undefined;
  /** Folders of the toolchain that PATH must have: a binary that asks for its own place stays there. */
  readonly binFolders: ReadonlySet<string>;
}

/**
 * The binaries that the start runs, those that were built beside them, and the programs that must come from the image.
 *
 * @param calls all calls of the go command
 * @param builds those that make binaries of the project
 * @param script true when another program (make, a script) runs the build
 * @param others what compose files run in the image
 * @throws Refusal `ambiguous-artifact` when no build step is seen to make what starts
 */
export function artifactsOf(context: Context, calls: readonly GoCall[], builds: readonly GoCall[], goRun: GoAnalysis['goRun'], script: boolean, sources: GoSources, others: readonly Start[]): Artifacts {
  const { walk, start, health } = context;
  const finder = new Finder(walk, new MadeFiles(walk, calls, builds), builds, start, sources.executable.length > 0);
  if (goRun) finder.add(goRun.binary);
  else for (const command of start.commands) finder.takeStart(command);
  if (builds.length === 0 && !script && !goRun && !finder.hasTool()) throw refuse('ambiguous-artifact', { reason: 'the Dockerfile builds nothing', help: 'Convert the Dockerfile that runs the build. A program that is built outside needs no Go image: alpine or scratch will do.' }, { line: walk.stage.from.line });
  if (!goRun) finder.checkMain();
  finder.takeBuilt();
  // What the program starts through os/exec may be a program of its own.
  for (const evidence of sources.programs) if (evidence.text !== '' && !evidence.text.includes('/')) finder.takeNamed(evidence.text);
  for (const command of health?.commands ?? []) finder.takeHealth(command);
  for (const item of others.flatMap((other) => other.scripts)) if (item.source !== undefined) finder.add(item.imagePath);
  for (const command of others.flatMap((other) => other.commands)) finder.takeComposed(command);
  return finder.result();
}

class Finder {
  private readonly paths: Map<string, string[]>;
  private readonly called: StartCommand[] = [];
  private readonly binFolders = new Set<string>();
  private readonly present: ReadonlySet<string>;
  private readonly cwd: string;

  constructor(
    private readonly walk: Walk,
    private readonly made: MadeFiles,
    private readonly builds: readonly GoCall[],
    private readonly start: Start,
    /** Whether the program looks for files beside itself. */
    private readonly looksAround: boolean,
  ) {
    this.paths = new Map(start.scripts.map((item) => [item.imagePath, [item.imagePath]]));
    this.present = new Set([...(walk.base.facts?.programs ?? []), ...installedPrograms(walk)]);
    this.cwd = walk.end.cwd ?? '/';
  }

  add(path: string, target = path): void {
    this.paths.set(path, [...new Set([...(this.paths.get(path) ?? []), target])]);
  }

  /** A name without a slash is looked up in PATH: the usual one, with the folders that the Dockerfile's own ENV names. */
  private addByName(path: string): void {
    const folder = dirname(path);
    const isOfToolchain = goToolchain.folders.some((other) => isBelow(folder, other));
    const isNamed = this.walk.end.scope.env.get('PATH')?.split(':').includes(folder) ?? false;
    const stays = usualFolder.test(path) || (isNamed && (!isOfToolchain || this.looksAround));
    if (stays && isOfToolchain) this.binFolders.add(folder);
    this.add(path, stays ? path : `/usr/local/bin/${basename(path)}`);
  }

  takeNamed(name: string): boolean {
    const path = this.made.named(name);
    if (path !== undefined) this.addByName(path);
    return path !== undefined;
  }

  /** Whether what starts is a tool of others. */
  hasTool(): boolean {
    return [...this.paths.keys()].some((path) => this.made.isTool(path));
  }

  takeStart(command: StartCommand): void {
    const { program } = command;
    const isMain = command === this.start.main;
    const place = { file: command.file || undefined, line: command.line };
    if (program.includes('/')) {
      const path = inImage(this.cwd, program);
      if (/^\/(?:usr\/)?s?bin\//.test(path) && !this.made.brings(path)) this.called.push(command);
      else if (program.includes('$')) return;
      else if (!this.made.isNowhere(path)) this.add(path);
      else if (isMain && this.builds.length > 0) throw refuse('ambiguous-artifact', { reason: `nothing makes ${path}; the build makes ${this.made.built.join(', ') || 'no program'}`, help: 'Start what the build makes, or name the binary with `go build -o`.' }, place);
      else if (command.file === '') this.add(path);
      return;
    }
    // A script may take the name of a program as an argument and start it from a folder of its own.
    const fromScript = command.file !== '' && this.made.built.some((path) => path.endsWith(`/${program}`));
    if ((!command.certain || fromScript) && this.made.named(program) === undefined) return;
    if (this.takeNamed(program)) return;
    const copied = ['/usr/local/bin', '/usr/bin', '/bin', '/go/bin'].map((folder) => `${folder}/${program}`).find((path) => this.walk.locate(path) !== undefined);
    if (copied !== undefined) this.addByName(copied);
    else if (isMain && !this.present.has(program) && this.builds.some((build) => build.artifacts === undefined || build.artifacts.length === 0)) {
      const installs = this.builds.findLast((build) => build.verb !== 'build');
      const folder = installs && goBinOf(this.walk, installs);
      if (folder === undefined) throw refuse('ambiguous-artifact', { reason: `the build does not say that it makes ${program}`, help: 'Name the binary with `go build -o /path/to/binary`.' }, place);
      this.addByName(`${folder}/${program}`);
    } else this.called.push(command);
  }

  /** Refuses a start that would have to come from the image, and does not. */
  checkMain(): void {
    const { main } = this.start;
    if (!main || !this.called.includes(main) || shellBuiltins.has(main.program)) return;
    // A program of the image that runs beside what is built, such as `./job && curl …`.
    if (this.present.has(basename(main.program)) && this.start.commands.some((command) => command !== main && this.isMade(command))) return;
    if (basename(main.program) === 'make') throw refuse('ambiguous-artifact', { reason: 'make needs the Makefile and the toolchain at every start', help: 'Start what the recipe runs: the binary that the build makes, with its arguments.' }, { file: main.file || undefined, line: main.line });
    // Such as wait-for-it: a package brings it, and it starts what is built.
    if (this.builds.length > 0 && installedPrograms(this.walk).includes(basename(main.program))) return;
    const wrapper = main.program === 'go-wrapper' || this.walk.steps.some((step) => step.run?.parts.some((part) => part.commands.some((command) => command.name === 'go-wrapper')));
    const help = wrapper ? 'Images of Go 1.10 and later have no go-wrapper: write `RUN go install` and start the binary by its name.' : 'Name the binary with `go build -o`, and start it by that path.';
    throw refuse('ambiguous-artifact', { reason: `the start runs ${main.program}, which no build step is seen to make`, help }, { file: main.file || undefined, line: main.line });
  }

  private isMade({ program }: StartCommand): boolean {
    return program.includes('/') ? this.made.built.includes(inImage(this.cwd, program)) : this.made.named(program) !== undefined;
  }

  /** Binaries that are built beside what starts. `go get` installs nothing since Go 1.18; what it made before counts only where the start asks for it. */
  takeBuilt(): void {
    const targets = new Set([...this.paths.values()].flat());
    for (const build of this.builds.filter((call) => call.verb !== 'get')) {
      for (const path of build.artifacts ?? []) {
        if (!this.paths.has(path) && !targets.has(path) && !isRemovedAfter(this.walk, path, build) && !this.made.isDouble(path, [...this.paths.keys()])) this.add(path);
      }
    }
  }

  takeHealth(command: StartCommand): void {
    if (!command.program.includes('/')) {
      if (!this.takeNamed(command.program)) this.called.push(command);
      return;
    }
    const path = inImage(this.cwd, command.program);
    if (/^\/(?:usr\/)?s?bin\//.test(path) && !this.made.brings(path)) this.called.push(command);
    else this.add(path);
  }

  takeComposed(command: StartCommand): void {
    const path = inImage(this.cwd, command.program);
    if (this.present.has(basename(command.program)) && (path === command.program || !command.program.includes('/'))) this.called.push(command);
    else if (!command.program.includes('/')) this.takeNamed(command.program);
    else if (this.made.brings(path)) this.add(path);
  }

  result(): Artifacts {
    const { paths, called, made } = this;
    return { paths, called, names: new Set([...paths.values()].flat().filter((path) => usualFolder.test(path)).map((path) => basename(path))), downloaded: [...paths.keys()].find((path) => made.isForeign(path)), binFolders: this.binFolders };
  }
}
