import { refuse } from '../../findings.ts';
import { basename, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import { shellBuiltins, type Start, type StartCommand } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { GoAnalysis } from './analysis.ts';
import { goBin, type GoCall } from './commands.ts';
import { binariesOfMake } from './makefile.ts';
import { installedPrograms } from './packages.ts';
import type { GoSources } from './sources.ts';

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
  /** One that was downloaded: it may be linked with the C library. */
  readonly downloaded: string | undefined;
}

/**
 * The binaries that the start runs, those that were built beside them, and the programs that must come from the image.
 *
 * @throws Refusal `ambiguous-artifact` when no build step is seen to make what starts
 */
export function artifactsOf(context: Context, calls: readonly GoCall[], builds: readonly GoCall[], goRun: GoAnalysis['goRun'], script: boolean, sources: GoSources, others: readonly Start[]): Artifacts {
  const { walk, start, health } = context;
  const parts = walk.steps.flatMap((step) => (step.run?.parts ?? []).map((part) => ({ step, part })));
  const byMake = script ? parts.flatMap(({ part }) => part.commands.flatMap((command) => (command.name === 'make' ? (binariesOfMake(walk, part, command) ?? []) : []))) : [];
  const made = [...builds.flatMap((build) => build.artifacts ?? []), ...byMake];
  const tools = calls.filter((call) => call.foreign).flatMap((call) => call.artifacts ?? []);
  const moves = parts.flatMap(({ part: { effect } }) => (effect.kind === 'files' && /^(?:cp|mv|install|ln)$/.test(effect.verb) ? [effect] : []));
  const moved = moves.flatMap((effect) => effect.writes);
  const fetches = parts.flatMap(({ part: { effect, text } }) => (effect.kind === 'fetch' ? [{ text, writes: effect.writes ?? [] }] : []));
  const downloaded = fetches.flatMap(({ writes }) => writes).filter((path) => /\/s?bin\/[^/]+$/.test(path));
  // An archive that names the program, unpacked into a folder of PATH.
  const unpacked = (name: string): string[] => fetches.flatMap(({ text, writes }) => (text.includes(name) ? writes.filter((path) => /\/s?bin$/.test(path)).map((folder) => `${folder}/${name}`) : []));
  const paths = new Map<string, string[]>(start.scripts.map((item) => [item.imagePath, [item.imagePath]]));
  const add = (path: string, target = path): void => {
    paths.set(path, [...new Set([...(paths.get(path) ?? []), target])]);
  };
  // A name without a slash is looked up in PATH, and the runtime image has the usual one.
  const addByName = (path: string): void => add(path, usualFolder.test(path) ? path : `/usr/local/bin/${path.split('/').at(-1)!}`);
  const named = (name: string): string | undefined =>
    [...made, ...tools, ...moved.filter((path) => /\/s?bin\//.test(path)), ...downloaded, ...unpacked(name)].filter((path) => path.endsWith(`/${name}`) && isOnPath(walk, path)).sort((a, b) => Number(isGone(a)) - Number(isGone(b)))[0];
  const isGone = (path: string): boolean => [...builds, ...calls].some((call) => call.artifacts?.includes(path) && isRemovedAfter(walk, path, call));
  // A script may name what is only there under some condition; nothing of the build can have made it.
  const known = walk.project.known && builds.every((build) => build.artifacts !== undefined) && parts.every(({ part }) => part.effect.kind !== 'unknown' || part.commands.every((command) => calls.some((call) => call.command === command)));
  const isNowhere = (path: string): boolean => known && !made.includes(path) && !tools.includes(path) && walk.locate(path) === undefined && !parts.some(({ part: { effect } }) => (effect.kind === 'files' || effect.kind === 'fetch') && (effect.writes ?? [path]).some((written) => isBelow(path, written))) && !walk.steps.some(({ copy }) => copy?.destination !== undefined && (copy.from !== undefined || copy.transforms) && isBelow(path, copy.destination));
  const called: StartCommand[] = [];
  if (goRun) add(goRun.binary);
  for (const command of goRun ? [] : start.commands) {
    const place = { file: command.file || undefined, line: command.line };
    if (command.program.includes('/')) {
      const path = inImage(walk.end.cwd ?? '/', command.program);
      if (/^\/(?:usr\/)?s?bin\//.test(path) && !made.includes(path) && !moved.includes(path) && walk.locate(path) === undefined) called.push(command);
      else if (!command.program.includes('$') && !(command.file !== '' && command !== start.main && isNowhere(path))) add(path);
      continue;
    }
    const candidate = named(command.program);
    // A script may take the name of a program as an argument and start it from a folder of its own.
    const fromScript = command.file !== '' && made.some((path) => path.endsWith(`/${command.program}`));
    if ((!command.certain || fromScript) && candidate === undefined) continue;
    const copied = ['/usr/local/bin', '/usr/bin', '/bin', '/go/bin'].map((folder) => `${folder}/${command.program}`).find((path) => walk.locate(path) !== undefined);
    if (candidate !== undefined) addByName(candidate);
    else if (copied !== undefined) addByName(copied);
    else if (command === start.main && builds.some((build) => build.artifacts === undefined || build.artifacts.length === 0)) {
      const folder = builds.some((build) => build.verb !== 'build') ? goBin(walk, { ...walk.steps.at(-1)!, user: undefined }) : undefined;
      if (folder === undefined) throw refuse('ambiguous-artifact', { reason: `the build does not say that it makes ${command.program}`, help: 'Name the binary with `go build -o /path/to/binary`.' }, place);
      addByName(`${folder}/${command.program}`);
    } else called.push(command);
  }
  const installed = [...paths.keys()].some((path) => tools.includes(path) || moves.some((effect) => effect.writes.includes(path) && effect.reads.some((source) => tools.includes(source))));
  if (builds.length === 0 && !script && !goRun && !installed) throw refuse('ambiguous-artifact', { reason: 'the Dockerfile builds nothing', help: 'Convert the Dockerfile that runs the build. A program that is built outside needs no Go image: alpine or scratch will do.' }, { line: walk.stage.from.line });
  const main = start.main;
  if (!goRun && main && called.includes(main) && !shellBuiltins.has(main.program)) {
    throw refuse('ambiguous-artifact', { reason: `the start runs ${main.program}, which no build step is seen to make`, help: 'Name the binary with `go build -o`, and start it by that path.' }, { file: main.file || undefined, line: main.line });
  }
  // `go get` installs nothing since Go 1.18; what it made before counts only where the start asks for it.
  const targets = new Set([...paths.values()].flat());
  for (const build of builds.filter((call) => call.verb !== 'get')) {
    for (const path of build.artifacts ?? []) if (!paths.has(path) && !targets.has(path) && !isRemovedAfter(walk, path, build)) add(path);
  }
  for (const path of byMake) if (!paths.has(path) && !targets.has(path)) add(path);
  // What the program starts through os/exec may be a program of its own.
  for (const evidence of sources.programs) {
    const path = evidence.text === '' || evidence.text.includes('/') ? undefined : named(evidence.text);
    if (path !== undefined) addByName(path);
  }
  for (const command of health?.commands ?? []) {
    if (command.program.includes('/')) {
      const path = inImage(walk.end.cwd ?? '/', command.program);
      if (!/^\/(?:usr\/)?s?bin\//.test(path)) add(path);
      else called.push(command);
    } else if (named(command.program) !== undefined) addByName(named(command.program)!);
    else called.push(command);
  }
  for (const item of others.flatMap((other) => other.scripts)) if (item.source !== undefined) add(item.imagePath);
  const present = new Set([...(walk.base.facts?.programs ?? []), ...installedPrograms(walk)]);
  for (const command of others.flatMap((other) => other.commands)) {
    const path = inImage(walk.end.cwd ?? '/', command.program);
    if (present.has(basename(command.program)) && (path === command.program || !command.program.includes('/'))) called.push(command);
    else if (!command.program.includes('/')) {
      if (named(command.program) !== undefined) addByName(named(command.program)!);
    } else if (made.includes(path) || moved.includes(path) || walk.locate(path) !== undefined) add(path);
  }
  return { paths, called, names: new Set([...paths.values()].flat().filter((path) => usualFolder.test(path)).map((path) => path.split('/').at(-1)!)), downloaded: [...paths.keys()].find((path) => downloaded.includes(path) || unpacked(basename(path)).includes(path)) };
}

/** Whether a program is found by its name alone; true also where PATH is not known. */
function isOnPath(walked: Walk, path: string): boolean {
  const folders = walked.end.scope.env.get('PATH');
  return folders === null || folders === undefined || folders.split(':').includes(path.slice(0, path.lastIndexOf('/'))) || usualFolder.test(path);
}
