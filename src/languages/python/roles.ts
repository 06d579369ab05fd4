import { refuse } from '../../findings.ts';
import { dirname } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { RunPart } from '../../walk/run.ts';
import { startOf } from '../../walk/start.ts';
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
  for (const part of runs.flatMap((step) => step.run!.parts).reverse()) read.push(...sourcesOf(part, read));
  for (const part of runs.flatMap((step) => step.run!.parts)) if (isNative(part) && part.cwd !== undefined && part.cwd !== '/') read.push(part.cwd);
  const used = [walked.end.cwd, ...startOf(walked).commands.flatMap((command) => command.words)].filter((path): path is string => path !== undefined && path.startsWith('/'));
  return withFolders(runs.map((step, index) => {
    const native = step.run!.parts.some(isNative);
    const parts = step.run!.parts.map((part) => roleOf(part, index <= lastInstall ? read : [], base));
    // What is fetched, unpacked and deleted around a compilation belongs to it.
    if (native) return { step, parts: parts.map((item) => (item.role === 'runtime' && /^(?:fetch|files|unknown)$/.test(item.part.effect.kind) ? { ...item, role: 'builder' as const, reason: 'belongs to the compilation' } : item)), fetched: [] };
    return withFetched(step, parts, used);
  }));
}

/** A folder that a RUN makes is in the builder too when something there is done or put in it. */
function withFolders(all: readonly StepRoles[]): StepRoles[] {
  const needed = all.flatMap(({ step, parts }) => parts.flatMap((item) => (/^(?:builder|native|inPlace|both)$/.test(item.role) ? [...(item.part.cwd === undefined || item.part.cwd === step.cwd ? [] : [item.part.cwd]), ...writesOf(item).map((path) => dirname(path) || '/')] : [])));
  const holds = ({ role, part: { effect } }: PartRole): boolean => role === 'runtime' && effect.kind === 'files' && effect.verb === 'mkdir' && effect.writes.some((path) => needed.some((folder) => isBelow(folder, path)));
  return all.map((item) => ({ ...item, parts: item.parts.map((part) => (holds(part) ? { ...part, role: 'both', reason: 'makes a folder that both stages use' } : part)) }));
}

/** What a part makes a file that is read from: the other end of `mv`, the archive that is unpacked. */
function sourcesOf({ effect }: RunPart, read: readonly string[]): readonly string[] {
  if ((effect.kind !== 'files' && effect.kind !== 'fetch') || effect.reads === undefined || effect.reads.length === 0) return [];
  return (effect.writes ?? []).some((path) => read.some((file) => isBelow(file, path) || isBelow(path, file))) ? effect.reads : [];
}

/** Folders that are not one project's own: they cannot be carried as a whole. */
const shared = /^\/(?:|usr|usr\/local|usr\/local\/bin|usr\/bin|usr\/src|bin|etc|opt|var|srv|home|root|lib|usr\/lib|usr\/local\/lib)$/;

/** A RUN that fetches what it installs: what it does to the fetched files happens in the builder, and they are carried over. */
function withFetched(step: Step, parts: readonly PartRole[], used: readonly string[]): StepRoles {
  const fetches = parts.filter((item) => item.role === 'builder' && item.part.effect.kind === 'fetch');
  if (fetches.length === 0) return { step, parts, fetched: [] };
  const removed = parts.filter((item) => item.part.effect.kind === 'files' && item.part.effect.verb === 'rm').flatMap(writesOf);
  const gone = (path: string): boolean => (isBelow(path, '/tmp') && !used.some((other) => isBelow(other, path) && other !== '/tmp')) || removed.some((other) => isBelow(path, other));
  const roots = [...new Set(fetches.filter((item) => !installerScript.test(item.part.text)).flatMap(writesOf))].filter((path) => !gone(path));
  const folders = roots.filter((path) => !roots.some((other) => other !== path && isBelow(path, other)));
  const own = (path: string): boolean => gone(path) || folders.some((root) => isBelow(path, root));
  const called = parts.filter((item) => item.role === 'builder').map((item) => item.part.text).join('\n');
  const downloads = parts.filter((item) => item.part.effect.kind === 'fetch').flatMap(writesOf);
  const moved = parts.map((item): PartRole => {
    const { effect } = item.part;
    if (item.role === 'runtime' && effect.kind === 'files' && effect.verb === 'mkdir') {
      // COPY makes the folders above what it brings; any other may be one in which copies go.
      const above = effect.writes.filter((path) => own(path) || folders.some((folder) => isBelow(folder, path)));
      const again = above.length === 0 || item.part.commands.some((command) => command.words.some((word) => /^-\w*p|^--parents$/.test(word.text)));
      return again ? { ...item, role: 'both', reason: 'holds what is fetched' } : { ...item, role: 'builder', reason: 'belongs to what is fetched' };
    }
    if (effect.kind === 'files' && effect.verb === 'rm' && !effect.writes.some((path) => isBelow(path, '/tmp') || downloads.some((other) => isBelow(path, other) || isBelow(other, path)))) return item;
    return belongsToFetched(item, own, called) ? { ...item, role: 'builder', reason: 'belongs to what is fetched' } : item;
  });
  const beside = moved.filter((item) => item.role === 'builder' && item.uses.length === 0 && !installerScript.test(item.part.text));
  const outside = beside.flatMap((item) => writesOf(item).filter((path) => !own(path) && !folders.some((folder) => isBelow(folder, path))).map((path) => ({ path, part: item.part })));
  const copied = outside.filter(({ part }) => part.effect.kind === 'files' && /^(?:cp|mv|install)$/.test(part.effect.verb));
  const other = parts.find((item) => item.role === 'runtime' && !/^(?:fetch|files|account)$/.test(item.part.effect.kind) && (item.part.effect.kind !== 'system' || item.part.effect.reads.length > 0));
  const fetched = [...folders, ...copied.map(({ path }) => path)];
  // The home of a user whom this RUN makes: the builder has neither, and a folder that is there already would not be given to the user.
  const inHome = parts.some((item) => item.part.effect.kind === 'account') && (fetched.some((path) => isBelow(path, '/home')) || moved.some((item) => item.role === 'builder' && item.part.cwd !== undefined && isBelow(item.part.cwd, '/home')));
  if (inHome || fetched.some((path) => shared.test(path) || path.includes('*')) || copied.length < outside.length || other !== undefined) {
    throw refuse('unknown-command', { command: (other ?? outside.find((item) => !copied.includes(item)) ?? fetches[0]!).part.text.replace(/\s+/g, ' ').slice(0, 100), help: 'Fetch into a folder of its own, in a RUN that does nothing else, so that it can be copied.' }, { line: step.instruction.line });
  }
  return { step, parts: moved, fetched };
}

const writesOf = ({ part }: PartRole): readonly string[] => (part.effect.kind === 'files' || part.effect.kind === 'fetch' ? (part.effect.writes ?? []) : []);

/** Whether a part of the runtime stage works on what is fetched, so that it goes where that is. Owners and links are set where the users are. */
function belongsToFetched(item: PartRole, own: (path: string) => boolean, called: string): boolean {
  const { effect, cwd } = item.part;
  if (item.role !== 'runtime' || (effect.kind !== 'fetch' && effect.kind !== 'files')) return false;
  if (effect.kind === 'files' && /^(?:chown|chgrp|ln)$/.test(effect.verb)) return false;
  const touched = [...writesOf(item), ...(effect.kind === 'files' ? effect.reads : [])];
  if (touched.some(own) || (cwd !== undefined && own(cwd))) return true;
  // An archive that another part unpacks by its name.
  return effect.kind === 'fetch' && (effect.writes === undefined || effect.writes.some((path) => shared.test(path) || called.includes(path.slice(path.lastIndexOf('/') + 1))));
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
  if (effect.kind === 'system' && /^(?:debconf-set-selections|apt-mark)$/.test(effect.program)) return say('repository', 'guides the installation of packages');
  if (effect.kind === 'packages') return effect.action === 'repository' ? say('repository', 'names a source of packages') : say('system', 'system packages');
  if (packageSource.test(part.text)) return say('repository', 'names a source of packages');
  const written = [...part.commands.flatMap((command) => command.outputs).filter((path): path is string => path !== undefined), ...(effect.kind === 'files' || (effect.kind === 'fetch' && effect.writes) ? (effect.writes ?? []) : [])];
  const makes = effect.kind !== 'files' || !/^(?:chmod|chown|chgrp|mkdir)$/.test(effect.verb);
  const feeds = makes && written.some((path) => read.some((file) => isBelow(file, path) || (effect.kind === 'fetch' && isBelow(path, file))));
  if (kinds.has('python')) return feeds ? say('both', 'writes what an installation reads') : say('runtime', 'runs with the installed packages');
  if (effect.kind === 'shell') return say('state', 'acts on what follows');
  if (effect.kind === 'none') return say('dropped', 'changes nothing that lasts');
  if (effect.kind === 'files' && effect.verb === 'rm' && effect.writes.length > 0 && effect.writes.every((path) => cachePath.test(path))) return say('system', 'clears caches');
  if (/^\s*(?:rm|find)\b/.test(part.text) && /\/var\/lib\/apt|\.cache|__pycache__|\/tmp\b/.test(part.text) && (effect.kind !== 'files' || effect.verb === 'prune')) return say('system', 'clears caches');
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
  const elsewhere = native.find(({ part }) => /--(?:prefix|libdir|bindir|sysconfdir)[= ](?!\/usr\/local)|CMAKE_INSTALL_PREFIX=(?!\/usr\/local)|\bPREFIX=(?!\/usr\/local)|DESTDIR=|-o\s/i.test(part.part.text)) ?? (native.some(({ part }) => /\binstall\b/.test(part.part.text)) ? undefined : native[0]);
  if (elsewhere || carry?.kind !== 'prefix') {
    const { step, part } = elsewhere ?? native[0]!;
    throw refuse('unknown-command', { command: part.part.text.replace(/\s+/g, ' ').slice(0, 100), help: 'Let it install below /usr/local (the default prefix), from where it can be copied.' }, { line: step.instruction.line });
  }
}
