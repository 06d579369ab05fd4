import { argumentsOf } from '../../dockerfile/model.ts';
import { dirname, inImage } from '../../project/project.ts';
import { parseShell, type ShellCommand } from '../../shell/parse.ts';
import { isBelow } from '../../walk/place.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { nodeCommandOf, type NodeCommand } from './commands.ts';

/** Where a part of a RUN works, which decides the stages it belongs to. */
export type PartRole =
  /** Installs, builds and changes files in the project's folders. */
  | 'project'
  /** System packages. */
  | 'packages'
  /** Programs installed by npm for the whole image. */
  | 'global'
  /** Users and groups. */
  | 'account'
  /** Files at known places outside of the project's folders. */
  | 'system'
  /** Files fetched, or brought from what the build made, to known places outside of the project's folders. */
  | 'fetched'
  /** Scratch work: caches, /tmp, credentials in the home folder. */
  | 'scratch'
  /** Shell state, or nothing that lasts. */
  | 'nothing'
  | 'unknown';

export interface ClassifiedPart {
  readonly part: RunPart;
  readonly role: PartRole;
  readonly commands: readonly NodeCommand[];
  /** Files that it changes outside of the project's folders. */
  readonly writes: readonly string[];
}

export interface ClassifiedStep {
  readonly step: Step;
  readonly parts: readonly ClassifiedPart[];
  /** For COPY and ADD: `project` or `system` (outside of the project's folders), or `scratch`. */
  readonly copies: 'project' | 'system' | 'scratch' | undefined;
}

/** Folders of the system: files there are not the project's. Source: Filesystem Hierarchy Standard. */
const systemFolders = /^\/(?:etc|bin|sbin|lib|lib64|dev|proc|sys|run|boot|usr\/(?:bin|sbin|lib|share|include|libexec|local\/(?:bin|sbin|lib|etc|share|include|n))|var\/(?:lib|cache|log|run|spool|mail|lock))(?:\/|$)/;

/** Folders that hold folders of others: never a project's own. */
const sharedFolders = new Set(['/usr', '/usr/local', '/var', '/home', '/root', '/opt', '/srv', '/etc', '/mnt', '/media']);

/** Places whose contents only serve the build: temporary files, caches and credentials of package managers. */
const scratchPlaces = /^\/(?:tmp|var\/tmp)(?:\/|$)|^\/(?:root|home\/[^/]+)\/\.(?:npm|npmrc|yarnrc|yarnrc\.yml|cache|ssh|gitconfig|netrc|git-credentials|node-gyp|config\/yarn|pnpmfile\.cjs)(?:\/|$)|^\/var\/(?:lib\/apt|cache)(?:\/|$)/;

/** The folders of the image that hold the project: where COPY and the package managers put it. Topmost ones only; `/` when it lies there. */
export function projectFolders(walk: Walk): string[] {
  const folders = new Set<string>();
  const note = (path: string | undefined): void => {
    if (path !== undefined && !systemFolders.test(path) && !scratchPlaces.test(path) && !(sharedFolders.has(path) && path !== walk.end.cwd)) folders.add(path);
  };
  for (const step of walk.steps) {
    const { copy, run } = step;
    for (const entry of copy?.entries ?? []) {
      // A single file at / is an entry-point script or the like, not the project.
      if (entry.kind === 'folder' || (entry.kind === 'unknown' && !/\.\w+$/.test(entry.source))) note(entry.target);
      else if ((dirname(entry.target) !== '' || step.cwd === '/') && !sharedFolders.has(dirname(entry.target))) note(dirname(entry.target) || '/');
    }
    if (copy && copy.entries.length === 0 && copy.destination !== undefined && copy.from === undefined && (copy.transforms || !walk.project.known)) note(/\/$|^\.{0,2}$|\/\.$/.test(argumentsOf(step.instruction).at(-1) ?? '') ? copy.destination : dirname(copy.destination) || '/');
    for (const part of run?.parts ?? []) {
      if (part.effect.kind === 'fetch' && part.commands.some((command) => command.name === 'git')) part.effect.writes?.forEach(note);
      for (const command of part.commands) {
        const node = nodeCommandOf(command);
        if (node && (node.kind === 'install' || node.kind === 'script')) note(node.prefix !== undefined && part.cwd !== undefined ? inImage(part.cwd, node.prefix) : part.cwd);
      }
    }
  }
  const cwd = walk.end.cwd;
  if (cwd !== undefined && cwd !== '/') note(cwd);
  const all = [...folders].sort();
  const inner = all.length > 1 ? all.filter((path) => path !== '/' || rootHolds(walk)) : all;
  return inner.filter((path) => !inner.some((other) => other !== path && isBelow(path, other)));
}

/** Whether a whole folder, or a manifest, is copied to `/`. */
const rootHolds = (walk: Walk): boolean => walk.steps.some((step) => step.copy?.entries.some((entry) => (entry.target === '/' && entry.kind === 'folder') || /^\/package(?:-lock)?\.json$/.test(entry.target)));

/** Says of every COPY and of every part of a RUN where it works. */
export function classifySteps(walk: Walk, folders: readonly string[]): ClassifiedStep[] {
  const steps = classify(walk, folders);
  // `chmod +x` of a program that was fetched belongs to fetching it.
  const fetched = steps.flatMap((item) => item.parts.flatMap((part) => (part.role === 'fetched' ? part.writes : [])));
  return steps.map((item) => ({
    ...item,
    parts: item.parts.map((part): ClassifiedPart => {
      if (part.role === 'system' && part.part.effect.kind === 'files' && part.writes.every((path) => fetched.some((folder) => isBelow(path, folder)))) return { ...part, role: 'fetched', writes: [] };
      if (part.role !== 'fetched') return part;
      const left = part.writes.filter((path) => !isRemovedAfter(walk, path, { step: item.step, part: part.part }));
      return { ...part, role: left.length === 0 ? 'scratch' : 'fetched', writes: left };
    }),
  }));
}

/** Where a download may go so that it can be carried over: a file, or a folder of its own. */
function isOwnPlace(path: string, part: RunPart): boolean {
  if (path === '/' || path.includes('*') || sharedFolders.has(path) || /^\/(?:usr\/(?:local\/)?)?(?:s?bin|lib|share|etc|include)$/.test(path)) return false;
  return part.simple !== undefined && (!systemFolders.test(path) || part.simple.words.some((word) => /^-\w*[oO]$|^--output(?:-document)?$/.test(word.value ?? '')));
}

/** Where a copy of what the build made may go so that the runtime stage can take it: a program, a file of settings, or a folder of its own. */
const isCarryable = (path: string): boolean =>
  !path.includes('*') && !sharedFolders.has(path) && (systemFolders.test(path) ? /^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$|^\/etc\/[^/]+\/.+|^\/usr\/(?:local\/)?share\/[^/]+\/.+/.test(path) : path !== '/');

/** The folders of the project into which something was put. */
export function filledFolders(steps: readonly ClassifiedStep[], folders: readonly string[]): string[] {
  return folders.filter((folder) =>
    steps.some((item) => {
      const copied = [...(item.step.copy?.entries.map((entry) => entry.target) ?? []), ...(item.step.copy?.destination === undefined ? [] : [item.step.copy.destination])];
      return copied.some((path) => isBelow(path, folder)) || item.parts.some((part) => part.role === 'project' && ((part.part.cwd !== undefined && isBelow(part.part.cwd, folder) && part.part.effect.kind === 'unknown') || ('writes' in part.part.effect && (part.part.effect.writes ?? []).some((path) => isBelow(path, folder)))));
    }),
  );
}

function classify(walk: Walk, folders: readonly string[]): ClassifiedStep[] {
  const inProject = (path: string): boolean => !scratchPlaces.test(path) && !systemFolders.test(path) && folders.some((folder) => isBelow(path, folder));
  return walk.steps.map((step): ClassifiedStep => {
    const parts = (step.run?.parts ?? []).map((part) => classifyPart(part, walk, inProject));
    return { step, parts, copies: step.copy ? copiesTo(step, inProject) : undefined };
  });
}

function copiesTo(step: Step, inProject: (path: string) => boolean): ClassifiedStep['copies'] {
  const copy = step.copy!;
  const targets = copy.entries.length > 0 ? copy.entries.map((entry) => entry.target) : copy.destination === undefined ? [] : [copy.destination];
  if (targets.length > 0 && targets.every((path) => scratchPlaces.test(path))) return 'scratch';
  return targets.some(inProject) ? 'project' : 'system';
}

function classifyPart(part: RunPart, walk: Walk, inProject: (path: string) => boolean): ClassifiedPart {
  const commands = part.commands.flatMap((command) => nodeCommandOf(command) ?? []);
  const answer = (role: PartRole, writes: readonly string[] = []): ClassifiedPart => ({ part, role, commands, writes });
  const { effect } = part;
  // `apk add ./x.apk`: the file must be there.
  if (effect.kind === 'packages') return answer(effect.packages.some((name) => /^\.{0,2}\/|\.(?:deb|apk|rpm)$/.test(name) && !/^\w+:\/\//.test(name)) ? 'unknown' : 'packages');
  if (effect.kind === 'account') return answer('account');
  if (effect.kind === 'none' || effect.kind === 'shell') return answer('nothing');
  if (effect.kind === 'files' || (effect.kind === 'fetch' && effect.writes !== undefined)) {
    const writes = effect.writes!.filter((path) => !scratchPlaces.test(path));
    if (effect.writes!.length === 0 && effect.kind === 'fetch') return answer('nothing');
    if (writes.length === 0) return answer('scratch');
    const outside = writes.filter((path) => !inProject(path));
    if (outside.length === 0) return answer('project');
    if (effect.kind === 'fetch') return answer(outside.every((path) => isOwnPlace(path, part)) ? 'fetched' : 'unknown', outside);
    if (/^(?:rm|rmdir|unlink|prune)$/.test(effect.verb)) return answer('scratch');
    // What the builder made cannot be moved in the runtime stage again.
    if (/^(?:cp|mv|install|rsync)$/.test(effect.verb) && (effect.reads.length === 0 || !effect.reads.every((path) => systemFolders.test(path)))) {
      const made = outside.filter((path) => effect.verb !== 'mv' || !effect.reads.includes(path));
      return answer(part.simple !== undefined && effect.reads.length > 0 && made.every(isCarryable) && !effect.reads.some((path) => systemFolders.test(path)) ? 'fetched' : 'unknown', made);
    }
    return answer('system', outside);
  }
  if (effect.kind === 'system') {
    if (/^(?:debconf-set-selections|apt-mark)$/.test(effect.program)) return answer('packages');
    // A package file must be there, and setcap's program may be one that the build makes.
    return effect.reads.length > 0 || /^(?:dpkg|rpm|setcap|crontab)$/.test(effect.program) ? answer('unknown') : answer('system', effect.writes);
  }
  const rest = part.commands.filter((command) => nodeCommandOf(command) === undefined && !isHarmless(command, part, inProject) && !isProjectProgram(command, walk, part.cwd, inProject));
  if (rest.length > 0) return answer('unknown');
  if (commands.some((command) => command.kind === 'global' && command.packages.includes('.'))) return answer('unknown');
  if (commands.some((command) => command.kind === 'global')) return answer(part.commands.length === commands.length ? 'global' : 'unknown');
  if (commands.every((command) => command.kind === 'upkeep') && commands.length > 0 && part.commands.length === commands.length) return answer('scratch');
  return answer(part.cwd === undefined || inProject(part.cwd) || commands.some((command) => 'prefix' in command && command.prefix !== undefined) ? 'project' : scratchPlaces.test(`${part.cwd}/`) ? 'scratch' : 'project');
}

const quiet = new Set('cd echo true false test [ printf set export if then sleep ls cat pwd wait exit mkdir rm cp mv touch chmod chown sed grep find ln make envsubst date'.split(' '));

function isHarmless(command: ShellCommand, part: RunPart, inProject: (path: string) => boolean): boolean {
  if (command.name === undefined) return command.words.length === 0;
  if (!quiet.has(command.name)) return false;
  if (command.name === 'make' && command.words.some((word) => /(?:^|-)install\b/.test(word.text))) return false;
  // Paths that it names must lie in the project, or be relative to a folder that does.
  return command.words.slice(1).every((word) => (word.value === undefined ? !/^["']?\/(?:etc|usr|bin|lib)/.test(word.text) : !word.value.startsWith('/') || inProject(word.value) || scratchPlaces.test(word.value) || word.value === '/dev/null')) && (part.cwd === undefined || inProject(part.cwd) || scratchPlaces.test(`${part.cwd}/`));
}

/** A script of the project that does nothing but what is known to stay in the project. */
function isProjectProgram(command: ShellCommand, walk: Walk, cwd: string | undefined, inProject: (path: string) => boolean, depth = 0): boolean {
  const words = command.words.map((word) => word.value);
  const path = /^(?:ba|da|a)?sh$/.test(words[0] ?? '') ? words.slice(1).find((word) => word !== undefined && !word.startsWith('-')) : words[0];
  if (path === undefined || !(path.includes('/') || path.endsWith('.sh')) || cwd === undefined) return false;
  const source = walk.locate(inImage(cwd, path));
  const text = source === undefined ? undefined : walk.project.read(source);
  if (text === undefined || depth > 3) return false;
  if (/^#!.*\bnode\b/.test(text) || /\.[cm]?js$/.test(path)) return true;
  if (!/^#!.*sh\b/.test(text) && !path.endsWith('.sh')) return false;
  const script = parseShell(text);
  const part = { cwd } as RunPart;
  return script.errors.length === 0 && script.parts.every((item) => item.commands.every((inner) => nodeCommandOf(inner) !== undefined || isHarmless(inner, part, inProject) || isProjectProgram(inner, walk, cwd, inProject, depth + 1)));
}
