import { headOf, type Instruction } from '../../dockerfile/model.ts';
import { ambiguousTools, type PackageDecision } from '../../packages/resolve.ts';
import type { RunPart } from '../../walk/run.ts';
import type { PartRole, StepRoles } from './roles.ts';
import { chosenParts } from './roles.ts';
import { bare, type SystemPackages } from './system.ts';

/** A RUN as one stage has it. */
export interface StageRun {
  readonly parts: readonly RunPart[];
  /** Undefined: the user's text as it is. */
  readonly text: string | undefined;
}

/** Parts of a RUN for the runtime stage; undefined when nothing of it belongs there. */
export function runtimeRun(roles: StepRoles, system: SystemPackages, laterInstalls: boolean): StageRun | undefined {
  const edited = new Map<RunPart, string | undefined>();
  for (const { part } of roles.parts) {
    const decisions = system.installs.get(part);
    if (decisions) edited.set(part, editInstall(roles.step.instruction, part, decisions));
  }
  const installs = [...edited.values()].some((text) => text !== undefined) || roles.parts.some(({ part }) => isUpgrade(part));
  const own = roles.parts.some(({ part }) => system.installs.has(part));
  const wanted = ({ part, role }: PartRole): boolean => {
    if (role === 'runtime' || role === 'both') return true;
    if (role === 'repository') return installs || laterInstalls;
    if (role !== 'system') return false;
    if (system.installs.has(part)) return edited.get(part) !== undefined;
    if (part.effect.kind === 'packages' && part.effect.action === 'remove') return false;
    // A refresh on its own line serves the installs below, which do it themselves here.
    if (part.effect.kind === 'packages' && part.effect.action === 'refresh') return installs || (!own && laterInstalls && part.effect.manager !== 'apt');
    return installs || (!own && laterInstalls && roles.parts.some((other) => other.part.effect.kind === 'packages'));
  };
  const chosen = chosenParts(roles, wanted);
  if (chosen.every((item) => item.role === 'state')) return undefined;
  const changed = chosen.some(({ part }) => edited.has(part) && edited.get(part) !== textOf(roles.step.instruction, part));
  const parts = chosen.map(({ part }) => part);
  const [before, after] = listsAround(parts, roles);
  if (chosen.length === roles.parts.length && !changed && before + after === '') return { parts: roles.step.run!.parts, text: undefined };
  return { parts, text: runText(roles.step.instruction, parts, (part) => edited.get(part), before) + after };
}

/** What an apt install lacks to stand alone and to leave no package lists behind: a refresh before it, the clean-up after it. */
function listsAround(parts: readonly RunPart[], roles: StepRoles): [before: string, after: string] {
  const install = parts.findIndex((part) => part.effect.kind === 'packages' && part.effect.manager === 'apt' && part.effect.action === 'install');
  if (install < 0 || !roles.step.run!.splittable || roles.step.run!.parts.length === 0) return ['', ''];
  const refreshed = parts.slice(0, install).some((part) => part.commands.some((command) => command.words.some((word) => word.value === 'update')));
  const cleaned = parts.some((part) => /\/var\/lib\/apt\b/.test(part.text)) || roles.step.instruction.flags.some((flag) => flag.value?.includes('/var/lib/apt'));
  const lines = roles.step.instruction.text.includes('\\\n');
  return [refreshed ? '' : 'apt-get update && ', cleaned ? '' : `${lines ? ' \\\n    ' : ' '}&& rm -rf /var/lib/apt/lists/*`];
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
  const chosen = chosenParts(roles, wanted);
  if (chosen.every((item) => item.role === 'state')) return undefined;
  if (chosen.length === roles.parts.length) return { parts: roles.step.run!.parts, text: undefined };
  return { parts: chosen.map(({ part }) => part), text: runText(roles.step.instruction, chosen.map(({ part }) => part), () => undefined) };
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

export const textOf = (instruction: Instruction, part: RunPart): string => withoutTail(instruction.text.slice(instruction.bodyStart).slice(part.start, part.end));

/** A continuation that hangs on the last word (`tini\\` at the end of a line) belongs to the joint, not to the part. */
const withoutTail = (text: string): string => text.replace(/(?:\\\r?\n|[\t \n])+$/, '');

/** A RUN of some parts, joined as they were. */
export function runText(instruction: Instruction, parts: readonly RunPart[], edited: (part: RunPart) => string | undefined, before = ''): string {
  const body = instruction.text.slice(instruction.bodyStart);
  const head = headOf(instruction);
  const pieces = parts.map((part, index) => {
    const text = withoutTail(edited(part) ?? body.slice(part.start, part.end));
    if (index === 0) return text;
    // The original's own joint, where the two parts are neighbours there.
    const before = parts[index - 1]!;
    const between = body.slice(before.end, part.start);
    if (/^\s*(?:\\\s*)?(?:&&|;)\s*(?:\\\s*)?$/.test(between)) return between + text;
    return (part.joinedBy === ';' ? '; \\\n    ' : ' && \\\n    ') + text;
  });
  return `${head} ${before}${pieces.join('')}`;
}

/** An install without the packages that stay behind; undefined when none is left. */
function editInstall(instruction: Instruction, part: RunPart, decisions: readonly PackageDecision[]): string | undefined {
  if (part.effect.kind !== 'packages') return undefined;
  const unknown = part.effect.unknown;
  if (!unknown && part.effect.packages.length === 0) return undefined;
  if (decisions.length === 0) return textOf(instruction, part); // the family is not known: nothing is told apart
  if (!unknown && decisions.every((decision) => decision.runtime.length === 0)) return undefined;
  const byName = new Map(decisions.map((decision) => [decision.name, decision]));
  const seen = new Set(decisions.flatMap((decision) => (decision.runtime.includes(decision.name) ? [decision.name] : [])));
  const body = instruction.text.slice(instruction.bodyStart);
  const words = part.commands.flatMap((command) => command.words).filter((word) => word.value !== undefined && byName.has(word.value));
  let out = '';
  let at = part.start;
  for (const word of words) {
    const decision = byName.get(word.value!)!;
    if (decision.runtime.includes(decision.name)) continue;
    const names = decision.runtime.filter((name) => !seen.has(name));
    names.forEach((name) => seen.add(name));
    const gap = startOfGap(instruction.shellText, word.start);
    out += names.length === 0 ? body.slice(at, gap) : body.slice(at, word.start) + names.join(' ');
    at = word.end;
  }
  return withoutTail(out + body.slice(at, part.end));
}

/** Where the white space, continuations and comments before a word begin. */
function startOfGap(shellText: string, from: number): number {
  let at = from;
  while (at > 0 && (/\s/.test(shellText[at - 1]!) || (shellText[at - 1] === '\\' && shellText.startsWith('\\\n', at - 1)))) at -= 1;
  return at;
}
