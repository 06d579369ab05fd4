import { refuse } from '../../findings.ts';
import type { PartChanges } from '../../plan/draft.ts';
import { packageEdits } from '../../plan/run-words.ts';
import { ambiguousTools, type PackageDecision } from '../../packages/resolve.ts';
import type { RunPart } from '../../walk/run.ts';
import type { PartRole, StepRoles } from './roles.ts';
import { bare, type SystemPackages } from './system.ts';

/** What one stage takes of a RUN. */
export interface StageRun {
  readonly parts: readonly RunPart[];
  readonly changes: PartChanges;
}

/** Parts of a RUN for the runtime stage; undefined when nothing of it belongs there. */
export function runtimeRun(roles: StepRoles, system: SystemPackages, laterInstalls: boolean): StageRun | undefined {
  const left = new Set(roles.parts.flatMap(({ part }) => (system.installs.has(part) && !installsAny(part, system.installs.get(part)!) ? [part] : [])));
  const installs = roles.parts.some(({ part }) => (system.installs.has(part) && !left.has(part)) || isUpgrade(part));
  const own = hasInstall(roles, system);
  const wanted = ({ part, role }: PartRole): boolean => {
    if (role === 'runtime' || role === 'both') return true;
    if (role === 'repository') return installs || laterInstalls;
    if (role !== 'system') return false;
    if (system.installs.has(part)) return !left.has(part);
    // What a variable installs, it removes again.
    if (part.effect.kind === 'packages' && part.effect.action === 'remove') return part.effect.unknown && roles.parts.some((other) => other.part.effect.kind === 'packages' && other.part.effect.action === 'install' && other.part.effect.unknown);
    // A refresh on its own line serves the installs below, which do it themselves here.
    if (part.effect.kind === 'packages' && part.effect.action === 'refresh') return installs || (!own && laterInstalls && part.effect.manager !== 'apt');
    return installs || (!own && laterInstalls && roles.parts.some((other) => other.part.effect.kind === 'packages'));
  };
  const parts = chosenFrom(roles, wanted);
  if (parts === undefined) return undefined;
  const edits = new Map(parts.flatMap((part) => {
    const found = packageEdits(part, editsOf(system.installs.get(part) ?? []));
    return found.length === 0 ? [] : [[part, found] as const];
  }));
  if (!roles.step.run!.splittable && (edits.size > 0 || left.size > 0)) {
    throw refuse('unsupported-shape', { reason: 'a RUN that cannot be taken apart installs packages that only the build needs', help: 'Write it in shell form, its commands joined by &&.' }, { line: roles.step.instruction.line });
  }
  return { parts, changes: { edits, ...listsAround(parts, roles) } };
}

/** The wanted parts, or all where only those that act on the shell are left out; undefined when none is wanted. */
function chosenFrom(roles: StepRoles, wanted: (part: PartRole) => boolean): readonly RunPart[] | undefined {
  const chosen = roles.parts.filter((item) => item.role !== 'state' && wanted(item));
  if (chosen.length === 0) return undefined;
  return roles.parts.every((item) => item.role === 'state' || chosen.includes(item)) ? roles.step.run!.parts : chosen.map(({ part }) => part);
}

/** What an apt install lacks to stand alone and to leave no package lists behind: a refresh before it, the clean-up after it. */
function listsAround(parts: readonly RunPart[], roles: StepRoles): Pick<PartChanges, 'before' | 'after'> {
  const install = parts.findIndex((part) => part.effect.kind === 'packages' && part.effect.manager === 'apt' && (part.effect.action === 'install' || isUpgrade(part)));
  if (install < 0) return {};
  const refreshed = parts.slice(0, install).some((part) => part.commands.some((command) => command.words.some((word) => word.value === 'update')));
  const cleaned = parts.some((part) => /\/var\/lib\/apt\b/.test(part.text)) || roles.step.instruction.flags.some((flag) => flag.value?.includes('/var/lib/apt'));
  return { ...(refreshed ? {} : { before: 'apt-get update' }), ...(cleaned ? {} : { after: 'rm -rf /var/lib/apt/lists/*' }) };
}

/** Whether a RUN installs system packages that the runtime stage keeps. */
export const editsKept = (roles: StepRoles, system: SystemPackages): boolean => roles.parts.some(({ part }) => (system.installs.get(part) ?? []).some((decision) => decision.runtime.length > 0) || (system.installs.has(part) && part.effect.kind === 'packages' && part.effect.unknown));

/** Parts of a RUN for the builder; undefined when nothing of it belongs there. */
export function builderRun(roles: StepRoles, system: SystemPackages, needsAccounts: boolean, laterInstalls: boolean): StageRun | undefined {
  const refreshes = laterInstalls && roles.parts.some(({ part }) => part.effect.kind === 'packages' && part.effect.action === 'refresh') && !hasInstall(roles, system);
  const serves = refreshes || roles.parts.some(({ part }) => servesBuild(part, system)) || roles.parts.some(({ part, role }) => role === 'repository' && part.effect.kind !== 'fetch' && !roles.parts.some((other) => system.installs.has(other.part)));
  const builds = roles.parts.some(({ role }) => role === 'builder' || role === 'native' || role === 'inPlace' || role === 'both');
  const fetched = roles.parts.some(({ part }) => part.effect.kind === 'packages' && part.effect.packages.some((name) => name.includes('/') || name.endsWith('.deb')));
  const wanted = ({ part, role, uses }: PartRole): boolean => {
    if (role === 'builder' || role === 'native' || role === 'inPlace' || role === 'both') return true;
    if (role === 'system' || role === 'repository') return serves || (builds && role === 'system' && !hasInstall(roles, system));
    if (needsAccounts && part.effect.kind === 'account') return true;
    return serves && fetched && role === 'runtime' && uses.length === 0;
  };
  const parts = chosenFrom(roles, wanted);
  return parts && { parts, changes: {} };
}

const hasInstall = (roles: StepRoles, system: SystemPackages): boolean => roles.parts.some(({ part }) => system.installs.has(part));

/** Whether a RUN installs system packages that a build may use. */
export const installsForBuild = (roles: StepRoles, system: SystemPackages): boolean => roles.parts.some(({ part }) => servesBuild(part, system));

/** Whether an install brings something that a build may use. */
function servesBuild(part: RunPart, system: SystemPackages): boolean {
  const decisions = system.installs.get(part);
  if (!decisions) return false;
  if (part.effect.kind === 'packages' && part.effect.unknown) return true;
  if (part.effect.kind === 'packages' && part.effect.packages.length === 0) return false;
  return decisions.length === 0 || decisions.some((decision) => decision.role !== 'runtime' || ambiguousTools.has(bare(decision.name)) || /^(?:python|lib.*-dev$)/.test(decision.name));
}

const isUpgrade = (part: RunPart): boolean => part.effect.kind === 'packages' && part.effect.action === 'refresh' && part.commands.some((command) => command.words.some((word) => /^(?:upgrade|dist-upgrade|full-upgrade)$/.test(word.text)));

/** What the runtime stage installs in place of a package; undefined for what is none of them. */
function editsOf(decisions: readonly PackageDecision[]): (name: string) => readonly string[] | undefined {
  const byName = new Map(decisions.map((decision) => [decision.name, decision.runtime]));
  return (name) => byName.get(name);
}

/** Whether the runtime stage installs something of what a part does. */
function installsAny(part: RunPart, decisions: readonly PackageDecision[]): boolean {
  if (part.effect.kind !== 'packages') return false;
  if (part.effect.unknown) return true;
  if (part.effect.packages.length === 0) return false;
  return decisions.length === 0 || decisions.some((decision) => decision.runtime.length > 0); // none: the family is not known, nothing is told apart
}
