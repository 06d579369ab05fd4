import { copyLine } from '../../dockerfile/copy-line.ts';
import type { StageDraft } from '../../plan/draft.ts';
import { basename, dirname, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { refuse } from '../../findings.ts';
import type { NativeProject, Toolchain } from './facts.ts';
import type { Accounts } from './accounts.ts';
import { symbolicLinks } from './links.ts';
import { toolSettings } from './tool-settings.ts';

/** A path that the runtime stage takes from the builder. */
export interface Carried {
  readonly path: string;
  /** Where it goes; mostly the same path. */
  readonly target: string;
  /** A short comment for the reader; undefined where the line speaks for itself. */
  readonly comment: string | undefined;
}

/** Folders whose contents only serve the build, whatever the language. */
const buildFolders = ['/tmp', '/var/tmp', '/var/lib/apt', '/var/cache', '/root', '/etc/apt', '/etc/apk', '/dev', '/proc', '/sys', '/var/log', '/usr/share/doc', '/usr/share/man', '/etc/passwd', '/etc/group', '/etc/ssl', '/etc/ssh', '/etc/timezone'];

/**
 * The files that the runtime stage needs beside its base image: what RUNs made outside of the build's folders, assets, and the binaries.
 *
 * @throws Refusal when a RUN changes something that cannot be carried
 */
export function carriedPaths(walk: Walk, project: NativeProject): Carried[] {
  const { assets, artifacts } = project;
  const cwd = walk.end.cwd ?? '/';
  const paths = new Map<string, string | undefined>();
  for (const path of madeByRuns(walk, project)) paths.set(path, undefined);
  for (const path of toolSettings(walk, project)) if (!paths.has(path)) paths.set(path, undefined);
  if (!project.sources.known) {
    for (const folder of foldersOfTheProject(walk, cwd, project)) paths.set(folder, paths.size === 0 ? 'The sources are not at hand to tell which files the program reads' : undefined);
  }
  if (project.unknownWriter !== undefined) {
    const { name, folders } = project.unknownWriter;
    for (const folder of [cwd, ...folders.map((place) => broughtFolder(walk, place))]) {
      if (folder !== undefined && folder !== '/' && !paths.has(folder)) paths.set(folder, paths.has(cwd) ? undefined : `${name} may have written files that the program reads`);
    }
  }
  for (const asset of assets.found) paths.set(asset.path, undefined);
  for (const path of project.furtherPaths) if (!paths.has(path)) paths.set(path, undefined);
  for (const link of symbolicLinks(walk)) paths.delete(link);
  for (const path of [...broughtReady(walk, project), ...broughtElsewhere(walk, project)]) if (!paths.has(path)) paths.set(path, undefined);
  const all = [...[...paths].filter(([path]) => !artifacts.has(path) && !isGone(walk, path, cwd)).map(([path, comment]) => ({ path, target: path, comment })), ...[...artifacts].flatMap(([path, targets]) => targets.map((target) => ({ path, target, comment: undefined })))];
  const last = new Map(all.map(({ target }, index) => [target, index]));
  const taken = new Set(all.map(({ path }) => path));
  const inTaken = (path: string): boolean => {
    for (let folder = dirname(path); folder !== '' && folder !== '/'; folder = dirname(folder)) if (taken.has(folder)) return true;
    return false;
  };
  return all
    .filter(({ target }, index) => last.get(target) === index)
    .filter(({ path, target }) => target !== path || !inTaken(path));
}

/** Symbolic links that the runtime stage needs beside what it takes otherwise: a link in a folder that is copied comes with it. */
export const carriedLinks = (walk: Walk, project: NativeProject, carried: readonly Carried[]): string[] => {
  const made = madeByRuns(walk, project);
  const targets = new Set([...project.artifacts.values()].flat());
  return symbolicLinks(walk).filter((link) => made.includes(link) && !project.artifacts.has(link) && !targets.has(link) && !carried.some((item) => isBelow(link, item.path)));
};

/** What users put into folders of the build for a program all the same: root's own files but for those of tools, and places for logs. */
const ofPrograms = /^\/root\/(?!\.(?:ssh|netrc|gitconfig|git-credentials|npmrc|yarnrc|docker|cache|bashrc|profile|gnupg|cargo|rustup|local|config\/(?:go|git|gh))(?:\/|$)|go(?:\/|$))|^\/var\/log\/./;

const inBuildFolder = (path: string, { folders }: Toolchain): boolean => [...buildFolders, ...folders].some((folder) => isBelow(path, folder));

const isOfBuild = (path: string, toolchain: Toolchain): boolean => inBuildFolder(path, toolchain) && !ofPrograms.test(path);

/** The folder that a COPY filled and in which another one lies; undefined where none did. */
export const broughtFolder = (walk: Walk, place: string): string | undefined =>
  walk.steps.flatMap((step) => step.copy?.entries ?? []).find((entry) => entry.target !== '/' && entry.kind !== 'file' && isBelow(place, entry.target))?.target;

/** Whether a RUN removes again what a COPY brought, or the working folder. */
function isGone(walk: Walk, path: string, cwd: string): boolean {
  const brought = walk.steps.filter((step) => (step.instruction.keyword === 'WORKDIR' && step.cwd === cwd && path === cwd) || step.copy?.entries.some((entry) => isBelow(path, entry.target) || isBelow(entry.target, path))).at(-1);
  return brought !== undefined && isRemovedAfter(walk, path, { step: brought });
}

/** What a COPY from another image brings, and an ADD that downloads or unpacks: it is in no place of the context. */
function broughtReady(walk: Walk, { toolchain }: NativeProject): string[] {
  return walk.steps.flatMap((step) => {
    const { copy, instruction } = step;
    if (copy?.destination === undefined || (copy.from === undefined && !(copy.transforms && instruction.keyword === 'ADD'))) return [];
    const names = copy.sources.map((source) => (source === undefined ? '' : basename(source)));
    if (names.some((name) => toolchain.installer.test(name))) return [];
    if (copy.destination === '/' || isSystemFolder(copy.destination)) {
      const files = names.map((name) => inImage(copy.destination!, name));
      const known = copy.sources.every((source) => source !== undefined && (copy.from !== undefined ? /\/s?bin\/[^/]+$/.test(source) : /^https?:/.test(source)));
      if (known) return files;
      throw refuse('unsupported-shape', { reason: `what ${instruction.keyword} brings into ${copy.destination} cannot be told from the system's files`, help: 'Bring it into a folder of its own.' }, { line: instruction.line });
    }
    return inBuildFolder(copy.destination, toolchain) ? [] : [copy.destination];
  });
}

/**
 * What a COPY of the context puts outside of the folders in which the build works: somebody gave it a place of its own, which a library or a
 * setting may name where no string of the sources does.
 */
function broughtElsewhere(walk: Walk, project: NativeProject): string[] {
  const { toolchain } = project;
  if (!project.sources.known) return [];
  const scripts = project.script ? walk.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => (part.effect.kind === 'unknown' && part.cwd !== undefined ? [part.cwd] : [])) : [];
  const roots = [...project.workFolders, ...scripts];
  const entries = walk.steps.flatMap(({ copy, instruction }) => (copy?.from !== undefined ? [] : [...(copy?.entries ?? []), ...(copy?.destination !== undefined && instruction.heredocs.length > 0 ? [{ source: '', kind: 'file' as const, target: copy.destination }] : [])]));
  return entries.flatMap(({ source, kind, target }) => {
    const own = roots.some((root) => isBelow(target, root) || isBelow(root, target)) || isOfBuild(target, toolchain);
    const empty = kind === 'folder' && walk.project.known && !toolchain.holdsData(walk.project, source);
    return own || empty || target === '/' || (kind === 'folder' && isSystemFolder(target)) || toolchain.source.test(source) ? [] : [target];
  });
}

/** Folders that every image has. */
const isSystemFolder = (path: string): boolean => /^\/(?:usr|usr\/local|etc|opt|var|home|lib|usr\/lib|(?:usr\/(?:local\/)?)?s?bin)$/.test(path);

/** Where the project's files are when it is not known which of them are read: the folder that it set, and what COPY brought elsewhere. */
function foldersOfTheProject(walk: Walk, cwd: string, project: NativeProject): string[] {
  const folders = new Set<string>();
  if (![...buildFolders, ...project.toolchain.folders].includes(cwd) && cwd !== '/' && walk.steps.some((step) => step.instruction.keyword === 'WORKDIR') && walk.steps.some((step) => fills(step, cwd, project))) folders.add(cwd);
  for (const step of walk.steps) {
    for (const entry of step.copy?.entries ?? []) {
      if (entry.target === '/') throw refuse('unsupported-shape', { reason: 'the project is copied into /, where its files cannot be told from the system\'s', help: 'Set a WORKDIR, and run on the project\'s folder so that its sources can be read.' }, { line: step.instruction.line });
      // A name that may be a file or a folder: what arrives is either below the destination, or its contents.
      const unclear = entry.kind === 'unknown' && entry.target !== step.copy!.destination && !/\.\w+$/.test(entry.source);
      if (unclear && isSystemFolder(step.copy!.destination!)) throw refuse('unsupported-shape', { reason: `it cannot be told whether ${entry.source} is a file or a folder`, help: 'Run on the folder that is the build context.' }, { line: step.instruction.line });
      folders.add(unclear ? step.copy!.destination! : entry.target);
    }
  }
  return [...folders];
}

/** Whether a COPY, or a command of which nothing is known, puts something into a folder. */
function fills(step: Step, folder: string, { toolchain }: NativeProject): boolean {
  if (step.copy) return step.copy.transforms ? isBelow(step.copy.destination ?? '/', folder) : step.copy.entries.some((entry) => isBelow(entry.target, folder) || isBelow(folder, entry.target));
  return step.run?.parts.some((part) => part.cwd !== undefined && isBelow(part.cwd, folder) && part.effect.kind === 'unknown' && part.commands.some((command) => !toolchain.program.test(command.name ?? ''))) ?? false;
}

/** What RUNs leave outside of the build's folders and of the sources. */
function madeByRuns(walk: Walk, project: NativeProject): string[] {
  const { toolchain } = project;
  const cwd = walk.end.cwd ?? '/';
  const sourceRoot = project.sourceRoot ?? cwd;
  const made: string[] = [];
  const unpacked = walk.steps.flatMap((step) => step.run?.parts ?? []).flatMap(({ effect }) => (effect.kind === 'fetch' ? (effect.reads ?? []) : []));
  for (const step of walk.steps) {
    for (const part of step.run?.parts ?? []) {
      const { effect } = part;
      if (part.commands.some((command) => /(?:^|\/)setcap$/.test(command.name ?? ''))) {
        throw refuse('unknown-command', { command: part.text, help: 'File capabilities may be lost on the way between stages; set them in the runtime stage by hand.' }, { line: step.instruction.line });
      }
      const printed = part.commands.flatMap((command) => command.outputs).flatMap((path) => (path === undefined || path.startsWith('/dev/') || (part.cwd === undefined && !path.startsWith('/')) ? [] : [inImage(part.cwd ?? '/', path)]));
      // The compiler itself, unpacked into its usual place.
      if (effect.kind === 'fetch' && toolchain.installer.test(part.text)) continue;
      const writes = effect.kind === 'unknown' || effect.kind === 'system' ? [...printed, ...zoneFile(part.text)] : effect.kind === 'files' && !/^(?:rm|rmdir|chmod|chown|chgrp|unlink|prune)$/.test(effect.verb) ? effect.writes.map(wholeFolder) : effect.kind === 'fetch' ? (effect.writes ?? []).map(wholeFolder) : [];
      for (const path of writes) {
        // A project under GOPATH lies in a folder of the build, but what is made in it is the project's.
        const inProject = isBelow(path, cwd) && ![...buildFolders, ...toolchain.folders].includes(cwd) && cwd !== '/';
        if ((!inProject && (effect.kind === 'files' ? isOfBuild(path, toolchain) : inBuildFolder(path, toolchain))) || path === '/') continue;
        // Archives that are unpacked, and package files, have done their work; so have keys.
        if (effect.kind === 'fetch' && (unpacked.includes(path) || /\.(?:deb|apk|rpm)$/.test(path))) continue;
        const filled = path === cwd && effect.kind === 'files' && /^(?:cp|mv|install)$/.test(effect.verb) && effect.writes.some((write) => write.includes('*'));
        if ((path === sourceRoot && !filled) || /\/\.gnupg$|\/s?bin$/.test(path) || toolchain.source.test(path) || (effect.kind === 'files' && effect.reads.includes(path))) continue;
        if (isBelow(sourceRoot, path) && path !== '/usr/local/bin' && !filled) continue;
        if (path === '/etc/localtime' && walk.end.scope.env.has('TZ')) continue;
        if (isRemovedAfter(walk, path, { step, part })) continue;
        made.push(path);
      }
    }
  }
  return [...new Set(made)];
}

/** Of files whose names are not fully known (`/opt/a-*`), the folder that they lie in. */
const wholeFolder = (path: string): string => (path.includes('*') ? path.slice(0, path.lastIndexOf('/', path.indexOf('*'))) || '/' : path);

/** `dpkg-reconfigure tzdata` sets the local time from /etc/timezone. */
const zoneFile = (text: string): string[] => (/^\s*dpkg-reconfigure\b.*\btzdata\b/.test(text) ? ['/etc/localtime'] : []);

/** COPY lines for assets and binaries, the binaries last since they change most often. */
export function copyCarried(runtime: StageDraft, builderName: string, carried: readonly Carried[], { chown }: Accounts, workdir: string): void {
  carried.forEach((item, index) => {
    const owner = chown(item.path);
    const inWorkdir = workdir !== '/' && isBelow(item.target, workdir) && item.target !== workdir;
    const target = inWorkdir ? `./${item.target.slice(workdir.length + 1)}` : item.target;
    const options = index === 0 ? { apart: true } : {};
    runtime.add(copyLine(`--from=${builderName}${owner === undefined ? '' : ` --chown=${owner}`}`, [item.path], target), item.comment === undefined ? options : { ...options, comment: item.comment });
  });
}
