import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import { refuse } from '../../findings.ts';
import type { GoAnalysis } from './analysis.ts';

/** A path that the runtime stage takes from the builder. */
export interface Carried {
  readonly path: string;
  /** Where it goes; mostly the same path. */
  readonly target: string;
  /** A short comment for the reader; undefined where the line speaks for itself. */
  readonly comment: string | undefined;
  /** True when a RUN gave it to another user, or it lies in that user's folder. */
  readonly owned: boolean;
}

/** Folders whose contents only serve the build. */
const buildFolders = ['/tmp', '/var/tmp', '/var/lib/apt', '/var/cache', '/root', '/go', '/usr/local/go', '/etc/apt', '/etc/apk', '/dev', '/proc', '/sys', '/var/log', '/usr/share/doc', '/usr/share/man', '/etc/passwd', '/etc/group', '/etc/ssl', '/etc/ssh', '/etc/localtime', '/etc/timezone'];

/**
 * The files that the runtime stage needs beside its base image: what RUNs made outside of the build's folders, assets, and the binaries.
 *
 * @throws Refusal when a RUN changes something that cannot be carried
 */
export function carriedPaths(walk: Walk, analysis: GoAnalysis): Carried[] {
  const { assets, artifacts } = analysis;
  const cwd = walk.end.cwd ?? '/';
  const owned = chowned(walk);
  const paths = new Map<string, string | undefined>();
  for (const path of madeByRuns(walk, analysis)) paths.set(path, undefined);
  if (!analysis.sources.known) {
    for (const folder of foldersOfTheProject(walk, cwd)) paths.set(folder, paths.size === 0 ? 'The sources are not at hand to tell which files the program reads' : undefined);
  }
  if (analysis.unknownWriter !== undefined && cwd !== '/') paths.set(cwd, `${analysis.unknownWriter} may have written files that the program reads`);
  for (const asset of assets.found) paths.set(asset.path, undefined);
  // Files that a COPY from another image brings are wherever it put them.
  for (const step of walk.steps) if (step.copy?.from !== undefined && step.copy.destination !== undefined && !isBelow(step.copy.destination, '/go')) paths.set(step.copy.destination, undefined);
  const all = [...[...paths].filter(([path]) => !artifacts.has(path)), ...[...artifacts.keys()].map((path) => [path, undefined] as const)];
  return all
    .filter(([path]) => (artifacts.get(path) ?? path) !== path || !all.some(([other]) => other !== path && isBelow(path, other) && other !== '/'))
    .map(([path, comment]) => ({ path, target: artifacts.get(path) ?? path, comment, owned: owned.some((folder) => isBelow(path, folder)) }));
}

/** Where the project's files are when it is not known which of them are read: the folder that it set, and what COPY brought elsewhere. */
function foldersOfTheProject(walk: Walk, cwd: string): string[] {
  const folders = new Set<string>();
  if (cwd !== '/' && walk.steps.some((step) => step.instruction.keyword === 'WORKDIR')) folders.add(cwd);
  for (const step of walk.steps) {
    for (const entry of step.copy?.entries ?? []) {
      if (entry.target === '/') throw refuse('unsupported-shape', { reason: 'the project is copied into /, where its files cannot be told from the system\'s', help: 'Set a WORKDIR, and run on the project\'s folder so that its sources can be read.' }, { line: step.instruction.line });
      folders.add(entry.target);
    }
  }
  return [...folders];
}

/** Folders and files that a RUN gives to a user. */
const chowned = (walk: Walk): string[] => walk.steps.flatMap((step) => step.run?.parts.flatMap((part) => (part.effect.kind === 'files' && part.effect.verb === 'chown' ? part.effect.writes : [])) ?? []);

/** What RUNs leave outside of the build's folders and of the sources. */
function madeByRuns(walk: Walk, analysis: GoAnalysis): string[] {
  const sourceRoot = analysis.module?.root ?? walk.end.cwd ?? '/';
  const made: string[] = [];
  for (const step of walk.steps) {
    for (const part of step.run?.parts ?? []) {
      const { effect } = part;
      if (effect.kind === 'unknown' && part.commands.some((command) => command.name === 'setcap')) {
        throw refuse('unknown-command', { command: part.text, help: 'File capabilities may be lost on the way between stages; set them in the runtime stage by hand.' }, { line: step.instruction.line });
      }
      const writes = effect.kind === 'files' && !/^(?:rm|rmdir|chmod|chown|chgrp|unlink)$/.test(effect.verb) ? effect.writes : effect.kind === 'fetch' ? (effect.writes ?? []) : [];
      for (const path of writes) {
        if (buildFolders.some((folder) => isBelow(path, folder)) || path === '/') continue;
        if (path === sourceRoot || /\.go$|\/go\.(?:mod|sum|work)$|\/s?bin$/.test(path) || (effect.kind === 'files' && effect.reads.includes(path))) continue;
        if (isBelow(sourceRoot, path) && path !== '/usr/local/bin') continue;
        made.push(path);
      }
    }
  }
  return [...new Set(made)];
}
