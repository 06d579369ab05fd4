import { refuse } from '../../findings.ts';
import { basename, dirname, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import { shellBuiltins, type Start, type StartCommand } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { installedPackages, installedPrograms } from '../native/packages.ts';
import type { CargoCall } from './commands.ts';
import type { RustSources } from './sources.ts';

/** Folders of PATH that every runtime image looks into. */
const usualFolder = /^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/;

/** What the runtime stage takes from the build by name. */
export interface Artifacts {
  /** Binaries and scripts by their path in the builder, with where they go. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  /** Programs that must come from the image. */
  readonly called: readonly StartCommand[];
  /** Names of programs that are there without a package. */
  readonly names: ReadonlySet<string>;
  /** One that was downloaded, or installed from a registry: what it is linked with is not known. */
  readonly foreign: string | undefined;
}

/**
 * The binaries that the start runs, those that were built beside them, and the programs that must come from the image.
 *
 * @param compiled the binary that a start such as `cargo run` compiles, with where it goes
 * @throws Refusal `ambiguous-artifact` when no build step is seen to make what starts
 */
export function artifactsOf(context: Context, calls: readonly CargoCall[], compiled: { readonly binary: string; readonly binaryTarget: string } | undefined, script: boolean, sources: RustSources, others: readonly Start[]): Artifacts {
  const { walk, start, health } = context;
  const finder = new Finder(walk, calls, script);
  const paths = new Map<string, string[]>(start.scripts.map((item) => [item.imagePath, [item.imagePath]]));
  const add = (path: string, target = path): void => {
    // A link is taken as what it points to.
    const origin = finder.linkedTo(path) ?? path;
    paths.set(origin, [...new Set([...(paths.get(origin) ?? []), target])]);
  };
  // A name without a slash is looked up in PATH, and the runtime image has the usual one.
  const addByName = (path: string): void => add(path, usualFolder.test(path) ? path : `/usr/local/bin/${basename(path)}`);
  const called: StartCommand[] = [];
  if (compiled) add(compiled.binary, compiled.binaryTarget);
  for (const command of compiled === undefined ? start.commands : []) {
    if (command.program.includes('/')) {
      if (command.program.includes('$')) continue;
      const path = inImage(walk.end.cwd ?? '/', command.program);
      if (/^\/(?:usr\/)?s?bin\//.test(path) && !finder.isMade(path)) called.push(command);
      else if (command === start.main || command.file === '' || finder.mayBeThere(path)) add(path);
      continue;
    }
    const candidate = finder.named(command.program);
    if (candidate !== undefined) addByName(candidate);
    else if (command.certain) called.push(command);
  }
  const main = start.main;
  const mainPath = main && inImage(walk.end.cwd ?? '/', main.program);
  const place = { file: main?.file || undefined, line: main?.line ?? walk.stage.from.line };
  // A loop of a script may end in `sleep`.
  const runsOwn = start.commands.some((command) => command !== main && (command.program.includes('/') ? finder.isMade(inImage(walk.end.cwd ?? '/', command.program)) : finder.named(command.program) !== undefined));
  if (!compiled && main && called.includes(main) && !runsOwn && !shellBuiltins.has(main.program) && !installedPackages(walk).some(({ name }) => name.replace(/[=<>~:].*$/, '') === main.program)) {
    throw refuse('ambiguous-artifact', { reason: calls.length === 0 && !script ? 'the Dockerfile builds nothing' : `the start runs ${main.program}, which no build step is seen to make`, help: 'Start the binary by its path: target/release/NAME after `cargo build --release`, or NAME after `cargo install --path .`.' }, place);
  }
  if (!compiled && main && mainPath !== undefined && paths.has(mainPath) && !finder.mayBeThere(mainPath)) {
    throw refuse('ambiguous-artifact', { reason: `the start runs ${main.program}, which no build step is seen to make`, help: 'Start the binary that the build makes.' }, place);
  }
  // What the program starts may be a program of its own.
  for (const evidence of sources.programs) {
    const path = evidence.text === '' || evidence.text.includes('/') ? undefined : finder.named(evidence.text);
    if (path !== undefined) addByName(path);
  }
  for (const command of health?.commands ?? []) {
    const path = inImage(walk.end.cwd ?? '/', command.program);
    if (command.program.includes('/') && (finder.isMade(path) || !/^\/(?:usr\/)?s?bin\//.test(path))) add(path);
    else if (!command.program.includes('/') && finder.named(command.program) !== undefined) addByName(finder.named(command.program)!);
    else called.push(command);
  }
  for (const item of others.flatMap((other) => other.scripts)) if (item.source !== undefined) add(item.imagePath);
  const present = new Set([...(walk.base.facts?.programs ?? []), ...installedPrograms(walk)]);
  for (const command of others.flatMap((other) => other.commands)) {
    const path = inImage(walk.end.cwd ?? '/', command.program);
    if (present.has(basename(command.program)) && (path === command.program || !command.program.includes('/'))) called.push(command);
    else if (!command.program.includes('/')) {
      if (finder.named(command.program) !== undefined) addByName(finder.named(command.program)!);
    } else if (finder.isMade(path)) add(path);
  }
  // Shared libraries that the start or a string of the sources names are loaded while the program runs.
  for (const path of calls.flatMap((call) => (call.foreign ? [] : call.conditional)).filter((each) => each.endsWith('.so'))) {
    if ([...start.commands.flatMap((command) => command.words), ...sources.strings.map((item) => item.text)].some((text) => text?.includes(basename(path)))) add(path);
  }
  const targets = new Set([...paths.values()].flat());
  const starts = new Set([...start.scripts.map((item) => item.text ?? ''), ...sources.strings.map((item) => item.text)]);
  // Where the start compiled by itself, nothing took what other builds made.
  for (const build of compiled ? [] : calls.filter((call) => !call.foreign)) {
    for (const path of build.artifacts ?? []) {
      // What was copied or installed to another place is taken from there.
      const installed = build.verb !== 'install' && calls.some((call) => call.verb === 'install' && !call.foreign && call.artifacts?.some((each) => basename(each) === basename(path)));
      const copied = (finder.isCopied(path) || installed) && ![...starts].some((text) => text.includes(`/${basename(path)}`) && text.includes('target/'));
      if (paths.has(path) || targets.has(path) || copied || isRemovedAfter(walk, path, build)) continue;
      // The folder of installed programs is on PATH, and leaves with the toolchain.
      if (build.verb === 'install' && isOnPath(walk, path)) addByName(path);
      else add(path);
    }
  }
  return { paths, called, names: new Set([...paths.values()].flat().filter((path) => usualFolder.test(path)).map(basename)), foreign: [...paths.keys()].find((path) => finder.isForeign(path)) };
}

/** Knows what the build leaves, and where. */
class Finder {
  private readonly made: readonly string[];
  private readonly moved: readonly string[];
  private readonly tools: readonly string[];
  private readonly downloads: readonly string[];
  private readonly known: boolean;
  private readonly copies: readonly { readonly verb: string; readonly writes: readonly string[]; readonly reads: readonly string[] }[];

  constructor(private readonly walk: Walk, private readonly calls: readonly CargoCall[], script: boolean) {
    const parts = walk.steps.flatMap((step) => step.run?.parts ?? []);
    this.copies = parts.flatMap(({ effect }) => (effect.kind === 'files' && /^(?:cp|mv|install|ln)$/.test(effect.verb) ? [effect] : []));
    this.made = calls.filter((call) => !call.foreign).flatMap((call) => [...(call.artifacts ?? []), ...call.conditional]);
    this.tools = calls.filter((call) => call.foreign).flatMap((call) => call.conditional);
    this.moved = this.copies.flatMap((effect) => effect.writes);
    this.downloads = parts.flatMap(({ effect }) => (effect.kind === 'fetch' ? (effect.writes ?? []) : []));
    // Whether everything that may make a binary is understood.
    this.known = !script && calls.every((call) => call.artifacts !== undefined) && walk.project.known;
  }

  /** A binary that the build makes, or one that is copied or downloaded. */
  isMade(path: string): boolean {
    return [...this.made, ...this.tools, ...this.moved, ...this.downloads].includes(path) || this.walk.locate(path) !== undefined;
  }

  isForeign(path: string): boolean {
    const origin = this.copies.find((effect) => effect.writes.includes(path))?.reads ?? [];
    return [path, ...origin].some((each) => this.tools.includes(each) || this.downloads.includes(each) || this.calls.some((call) => call.foreign && call.outDir === dirname(each) && !this.made.includes(each)));
  }

  isCopied(path: string): boolean {
    return this.copies.some((effect) => effect.verb !== 'ln' && effect.reads.includes(path));
  }

  /** What a link in a folder of PATH points to. */
  linkedTo(path: string): string | undefined {
    const link = this.copies.find((effect) => effect.verb === 'ln' && effect.writes.includes(path));
    return link?.reads.find((origin) => this.made.includes(origin));
  }

  /** Whether something of the build may have made a path. */
  mayBeThere(path: string): boolean {
    if (this.isMade(path) || this.calls.some((call) => call.outDir === dirname(path))) return true;
    const step = this.walk.steps.some(({ copy }) => copy?.destination !== undefined && (copy.from !== undefined || copy.transforms || !this.walk.project.known) && isBelow(path, copy.destination));
    const run = this.walk.steps.flatMap((each) => each.run?.parts ?? []).some(({ effect }) => (effect.kind === 'files' || effect.kind === 'fetch') && (effect.writes ?? [path]).some((written) => isBelow(path, written.replace(/\/[^/]*\*.*$/, ''))));
    return step || run || !this.known;
  }

  /** The path of a program that is called by its name. */
  named(name: string): string | undefined {
    const installs = this.calls.filter((call) => call.verb === 'install' && call.outDir !== undefined);
    const possible = [...this.made, ...this.tools, ...this.moved, ...this.downloads].filter((path) => basename(path) === name && isOnPath(this.walk, path));
    const copied = ['/usr/local/bin', '/usr/bin', '/bin'].map((folder) => `${folder}/${name}`).find((path) => this.walk.locate(path) !== undefined);
    if (possible.length > 0 || copied !== undefined) return possible[0] ?? copied;
    // Without the manifest it is not known what an installation makes; nor what a crate calls its programs.
    const open = installs.find((call) => (call.artifacts === undefined || call.foreign) && isOnPath(this.walk, `${call.outDir!}/${name}`));
    return open && !this.walk.base.facts?.programs.includes(name) && !installedPrograms(this.walk).includes(name) ? `${open.outDir!}/${name}` : undefined;
  }
}

/** Whether a program is found by its name alone; true also where PATH is not known. */
function isOnPath(walked: Walk, path: string): boolean {
  const folders = walked.end.scope.env.get('PATH');
  return folders === null || folders === undefined || folders.split(':').includes(dirname(path)) || usualFolder.test(path);
}
