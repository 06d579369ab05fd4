import { refuse } from '../../findings.ts';
import { isBelow } from '../../walk/place.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Carry } from './carry.ts';
import type { PythonBase } from './base.ts';
import { usesOf, type Use } from './uses.ts';

/**
 * Where a part of a RUN belongs. `system`: package management, in both stages as far as each needs it. `state`: acts on the shell for
 * what follows it. `repository`: names a further source of packages. `native`: compiles and installs a library below /usr/local.
 */
export type Role = 'builder' | 'runtime' | 'both' | 'system' | 'repository' | 'state' | 'native' | 'inPlace' | 'dropped';

export interface PartRole {
  readonly part: RunPart;
  readonly uses: readonly Use[];
  readonly role: Role;
  readonly reason: string;
}

export interface StepRoles {
  readonly step: Step;
  readonly parts: readonly PartRole[];
  /** What the builder fetched for an installation and the RUN leaves in the image: the runtime stage copies it. */
  readonly fetched: readonly string[];
}

/** Scripts that install an installer: `curl … | python3 -`. */
const installerScript = /install\.python-poetry\.org|get-poetry\.py|astral\.sh\/uv|bootstrap\.pypa\.io|get-pip\.py|install-poetry\.py|ez_setup\.py/;

/** Marks of a command that adds a source of system packages, or its key. */
const packageSource = /apt-key|\/etc\/apt\b|keyrings?\b|sources\.list|deb\.nodesource|rpm\.nodesource|packages\.microsoft|packages\.cloud\.google|\/etc\/apk\/repositories|add-apt-repository|dpkg --add-architecture/;

/** Programs of a compilation by hand. */
const compilers = /^(?:.*\/)?(?:configure|autogen\.sh|autoreconf|make|cmake|ninja|meson|gcc|g\+\+|cc|c\+\+|clang|bazel|scons|bootstrap\.sh|b2)$/;

/** Places that only hold what can be made again. */
const cachePath = /^(?:\/root\/\.(?:cache|npm|cargo)|\/home\/[^/]+\/\.cache|~\/\.cache|\/tmp|\/var\/tmp|\/var\/cache|\/var\/lib\/apt|\/etc\/apt\/apt\.conf\.d|\/var\/log|\/usr\/share\/(?:doc|man|info|locale))(?:\/|$)/;

/** Gives every part of every RUN its role. */
export function rolesOf(walked: Walk, base: PythonBase): StepRoles[] {
  const runs = walked.steps.filter((step) => step.run !== undefined);
  const installs = runs.flatMap((step) => step.run!.parts.flatMap((part) => usesOf(part))).flatMap((use) => (use.kind === 'install' || use.kind === 'tool' ? [use.install] : []));
  const read = installs.flatMap((install) => [...install.files.filter((file): file is string => file !== undefined), ...install.local]);
  const lastInstall = runs.findLastIndex((step) => step.run!.parts.some((part) => usesOf(part).some((use) => use.kind === 'install' || use.kind === 'tool')));
  const isNative = (part: RunPart): boolean => part.commands.some((command) => compilers.test(command.name ?? '')) && usesOf(part).length === 0;
  for (const part of runs.flatMap((step) => step.run!.parts)) if (isNative(part) && part.cwd !== undefined && part.cwd !== '/') read.push(part.cwd);
  return runs.map((step, index) => {
    const native = step.run!.parts.some(isNative);
    const parts = step.run!.parts.map((part) => roleOf(part, index <= lastInstall ? read : [], base));
    // What is fetched, unpacked and deleted around a compilation belongs to it.
    if (native) return { step, parts: parts.map((item) => (item.role === 'runtime' && /^(?:fetch|files|unknown)$/.test(item.part.effect.kind) ? { ...item, role: 'builder' as const, reason: 'belongs to the compilation' } : item)), fetched: [] };
    return withFetched(step, parts);
  });
}

/** Folders that are not one project's own: they cannot be carried as a whole. */
const shared = /^\/(?:|usr|usr\/local|usr\/local\/bin|usr\/bin|usr\/src|bin|etc|opt|var|srv|home|root|lib|usr\/lib|usr\/local\/lib)$/;

/** A RUN that fetches what it installs: everything that it does to the fetched files happens in the builder, and they are carried over. */
function withFetched(step: Step, parts: readonly PartRole[]): StepRoles {
  const writes = ({ part }: PartRole): readonly string[] => (part.effect.kind === 'files' || part.effect.kind === 'fetch' ? (part.effect.writes ?? []) : []);
  const fetches = parts.filter((item) => item.role === 'builder' && item.part.effect.kind === 'fetch');
  if (fetches.length === 0) return { step, parts, fetched: [] };
  const removed = parts.filter((item) => item.part.effect.kind === 'files' && item.part.effect.verb === 'rm').flatMap(writes);
  const gone = (path: string): boolean => isBelow(path, '/tmp') || removed.some((other) => isBelow(path, other));
  const roots = [...new Set(fetches.flatMap(writes))].filter((path) => !gone(path));
  const fetched = roots.filter((path) => !roots.some((other) => other !== path && isBelow(path, other)));
  const moved = parts.map((item) => (item.role === 'runtime' && /^(?:fetch|files)$/.test(item.part.effect.kind) ? { ...item, role: 'builder' as const, reason: 'belongs to what is fetched' } : item));
  const outside = moved.filter((item) => item.role === 'builder' && item.uses.length === 0).flatMap(writes).find((path) => !gone(path) && !fetched.some((root) => isBelow(path, root)));
  const other = parts.find((item) => item.role === 'runtime' && !/^(?:fetch|files|account)$/.test(item.part.effect.kind));
  if (fetched.some((path) => shared.test(path)) || outside !== undefined || other !== undefined) {
    throw refuse('unknown-command', { command: (other ?? fetches[0]!).part.text.replace(/\s+/g, ' ').slice(0, 100), help: 'Fetch into a folder of its own, in a RUN that does nothing else, so that it can be copied.' }, { line: step.instruction.line });
  }
  return { step, parts: moved, fetched };
}

function roleOf(part: RunPart, read: readonly string[], base: PythonBase): PartRole {
  const uses = usesOf(part);
  const say = (role: Role, reason: string): PartRole => ({ part, uses, role, reason });
  const { effect } = part;
  if (installerScript.test(part.text)) return say('builder', 'brings an installer');
  const kinds = new Set(uses.map((use) => use.kind));
  if (kinds.has('conda')) return say('builder', 'makes the conda environment');
  if (kinds.has('install') || kinds.has('tool')) return say('builder', 'installs the Python packages');
  if (kinds.has('inPlace')) return say('inPlace', 'compiles extensions beside the sources');
  if (kinds.has('venv')) return say('builder', 'makes the virtual environment');
  if (kinds.has('activate')) return say('state', 'switches the environment on');
  if (kinds.has('installer')) return say('builder', 'sets up or cleans up after the installer');
  if (effect.kind === 'packages') return effect.action === 'repository' ? say('repository', 'names a source of packages') : say('system', 'system packages');
  if (packageSource.test(part.text)) return say('repository', 'names a source of packages');
  const written = [...part.commands.flatMap((command) => command.outputs).filter((path): path is string => path !== undefined), ...(effect.kind === 'files' || (effect.kind === 'fetch' && effect.writes) ? (effect.writes ?? []) : [])];
  const makes = effect.kind !== 'files' || !/^(?:chmod|chown|chgrp|mkdir)$/.test(effect.verb);
  const feeds = makes && written.some((path) => read.some((file) => isBelow(file, path) || (effect.kind === 'fetch' && isBelow(path, file))));
  if (kinds.has('python')) return feeds ? say('both', 'writes what an installation reads') : say('runtime', 'runs with the installed packages');
  if (effect.kind === 'shell') return say('state', 'acts on what follows');
  if (effect.kind === 'none') return say('dropped', 'changes nothing that lasts');
  if (effect.kind === 'files' && effect.verb === 'rm' && effect.writes.length > 0 && effect.writes.every((path) => cachePath.test(path))) return say('system', 'clears caches');
  if (/^\s*(?:rm|find)\b/.test(part.text) && /\/var\/lib\/apt|\.cache|__pycache__|\/tmp\b/.test(part.text) && effect.kind !== 'files') return say('system', 'clears caches');
  if (part.commands.some((command) => compilers.test(command.name ?? ''))) return say('native', 'compiles a library');
  if (feeds) return say(effect.kind === 'fetch' ? 'builder' : effect.kind === 'files' && effect.verb === 'rm' && !/\s-\w*f/.test(part.text) ? 'builder' : 'both', 'an installation reads it');
  if (effect.kind === 'files' && effect.writes.some((path) => isBelow(path, '/usr/local/lib') && base.kind === 'official' && /python\d/.test(path))) return say('builder', 'changes installed packages');
  return say('runtime', effect.kind === 'account' ? 'makes the user' : effect.kind === 'fetch' ? 'fetches what the program uses' : 'changes what the program sees');
}

/** Parts of a RUN that a stage takes; `state` parts come with what follows them. */
export function chosenParts(roles: StepRoles, wanted: (part: PartRole) => boolean): PartRole[] {
  return roles.parts.filter((part, index) => {
    if (part.role !== 'state') return wanted(part);
    // `cd x && …` is of use as long as something that follows runs in that folder.
    const cd = part.part.simple?.name === 'cd';
    const until = cd ? roles.parts.findIndex((other, at) => at > index && other.part.simple?.name === 'cd' && other.part.simple.words[1]?.text.startsWith('/') === true) : -1;
    return roles.parts.slice(index + 1, until < 0 ? undefined : until).some((other) => wanted(other) && other.role !== 'state' && (other.role !== 'system' || !cd));
  });
}

/**
 * Checks that the parts can be told apart where they go different ways.
 *
 * @throws Refusal `unsupported-shape` for a RUN in exec form or with a heredoc that does both
 */
export function checkSplittable(roles: StepRoles): void {
  if (roles.step.run!.splittable) return;
  const sides = new Set(roles.parts.map((part) => (part.role === 'builder' || part.role === 'native' || part.role === 'inPlace' ? 'builder' : part.role === 'runtime' || part.role === 'both' ? 'runtime' : 'any')));
  if (sides.has('builder') && sides.has('runtime')) {
    throw refuse('unsupported-shape', { reason: 'a RUN that cannot be taken apart both installs packages and changes the image', help: 'Write the installation as a RUN of its own.' }, { line: roles.step.instruction.line });
  }
}

/** Whether something of an installation outside of the carried folder is needed: a native library below /usr/local. */
export const hasNative = (roles: readonly StepRoles[]): boolean => roles.some((step) => step.parts.some((part) => part.role === 'native'));

/**
 * Libraries that are compiled by hand can be carried over when they land below /usr/local.
 *
 * @throws Refusal `unknown-command` when they land elsewhere, or that cannot be told
 */
export function checkNative(roles: readonly StepRoles[], carry: Carry | undefined): void {
  const native = roles.flatMap((step) => step.parts.filter((part) => part.role === 'native').map((part) => ({ part, step: step.step })));
  if (native.length === 0) return;
  const elsewhere = native.find(({ part }) => /--(?:prefix|libdir|bindir|sysconfdir)[= ](?!\/usr\/local)|CMAKE_INSTALL_PREFIX=(?!\/usr\/local)|DESTDIR=|-o\s/.test(part.part.text)) ?? (native.some(({ part }) => /\binstall\b/.test(part.part.text)) ? undefined : native[0]);
  if (elsewhere || carry?.kind !== 'prefix') {
    const { step, part } = elsewhere ?? native[0]!;
    throw refuse('unknown-command', { command: part.part.text.replace(/\s+/g, ' ').slice(0, 100), help: 'Let it install below /usr/local (the default prefix), from where it can be copied.' }, { line: step.instruction.line });
  }
}
