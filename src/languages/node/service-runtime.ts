import { variablesIn } from '../../dockerfile/scope.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { ConfigField } from '../../plan/plan.ts';
import { dirname } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { lastOf, type Step, type Walk } from '../../walk/walk.ts';
import { configures, isBuilderWork } from './builder.ts';
import type { Carry } from './carry.ts';
import type { NodeRuntime } from './runtime.ts';
import type { KeptGlobals } from './service.ts';
import type { ClassifiedPart, ClassifiedStep } from './steps.ts';
import type { SystemNeeds } from './system.ts';

export interface RuntimeParts {
  readonly walk: Walk;
  readonly steps: readonly ClassifiedStep[];
  readonly folders: readonly string[];
  readonly carry: Carry;
  readonly chosen: NodeRuntime;
  readonly system: SystemNeeds | undefined;
  readonly owner: LateOwner | undefined;
  readonly keptGlobals: KeptGlobals;
  readonly corepack: boolean;
  readonly announced: Partial<Record<ConfigField, string>>;
  readonly addedUser: string | undefined;
}

/** A `chown -R` of a whole project folder at the end: done while copying instead. */
export interface LateOwner {
  readonly part: ClassifiedPart;
  readonly owner: string;
  readonly folder: string;
}

/** The `chown -R user folder` after everything else was done in the folder. */
export function lateOwner(steps: readonly ClassifiedStep[], folders: readonly string[]): LateOwner | undefined {
  const parts = steps.flatMap((item) => item.parts.map((part) => ({ part, item })));
  const at = parts.findLastIndex(({ part }) => part.role === 'project');
  const found = parts[at];
  if (!found || found.part.part.effect.kind !== 'files' || found.part.part.effect.verb !== 'chown') return undefined;
  const words = found.part.part.simple?.words.map((word) => word.value) ?? [];
  const folder = found.part.part.effect.writes[0];
  if (!words.some((word) => /^-\w*R/.test(word ?? '')) || found.part.part.effect.writes.length !== 1 || folder === undefined || !folders.includes(folder) || !found.item.step.run!.splittable) return undefined;
  if (steps.some((item) => item.copies === 'project' && item.step.instruction.index > found.item.step.instruction.index)) return undefined;
  const owner = words.slice(1).find((word) => word !== undefined && !word.startsWith('-'));
  return owner === undefined || found.item.step.user !== undefined ? undefined : { part: found.part, owner: owner.includes(':') ? owner.replace(/:$/, `:${owner.slice(0, -1)}`) : `${owner}:0`, folder };
}

/** Fills the runtime stage: the original's instructions in their order, with the results of the builder where they were made. */
export function fillRuntime(draft: Draft, runtime: StageDraft, parts: RuntimeParts): void {
  const { walk, steps, chosen } = parts;
  const lastWork = Math.max(...steps.filter(isBuilderWork).map((item) => item.step.instruction.index));
  const firstProject = steps.find((item) => item.copies === 'project' || item.parts.some((part) => part.role === 'project' && part.commands.length > 0))?.step.instruction.index ?? -1;
  const usedArgs = argsUsedInRuntime(parts, firstProject);
  const users = walk.steps.filter((step) => step.instruction.keyword === 'USER');
  const runsAfterUser = steps.some((item) => users.length > 0 && item.step.instruction.index > users[0]!.instruction.index && runtimeParts(item, parts, firstProject).length > 0);
  let installed = false;
  let copied = false;
  let owned = false;
  const delayed: Step[] = [];
  const packages = (): void => {
    if (installed || chosen.runtime === 'same') return;
    installed = true;
    addPackages(runtime, parts.system, chosen);
  };
  // Only root installs packages, and gives folders away.
  const asRoot = (): void => {
    packages();
    if (owned) return;
    owned = true;
    for (const line of laterOwners(parts, firstProject)) runtime.add(line, { comment: 'COPY keeps the owners of files, not that of the folder itself' });
  };
  const copies = (): void => {
    if (copied) return;
    copied = true;
    asRoot();
    addCopies(runtime, parts);
    for (const step of delayed) runtime.keep(step, 'relative paths hold');
  };
  const lastRun = steps.findLast((item) => item.step.instruction.keyword === 'RUN')?.step.instruction.index ?? -1;
  let starts = false;
  const addUser = (): void => {
    if (parts.addedUser === undefined || runtime.blocks.some((block) => block.text.startsWith('USER '))) return;
    copies();
    runtime.add(`USER ${parts.addedUser}`);
  };
  for (const item of steps) {
    const { step } = item;
    const { instruction } = step;
    const { keyword, index } = instruction;
    if (index > lastWork) copies();
    if (keyword === 'ENV') runtime.keep(step, 'the build and the program read it');
    else if (keyword === 'ARG') {
      if (usedArgs.has(step)) runtime.keep(step, 'ARGs hold for one stage only');
    } else if (keyword === 'WORKDIR') {
      // A COPY that makes the folder gives it to the user; WORKDIR would give it to root.
      if (!copied && parts.owner && step.cwd !== undefined && isBelow(step.cwd, parts.owner.folder)) delayed.push(step);
      else runtime.keep(step, 'relative paths hold');
    } else if (keyword === 'SHELL') runtime.keep(step, 'holds for what follows');
    else if (keyword === 'USER') {
      if (step !== lastOf(walk, 'USER') && !runsAfterUser) continue;
      asRoot();
      runtime.keep(step, 'the program runs as this user');
    } else if (keyword === 'COPY' || keyword === 'ADD') {
      if (item.copies === 'system' || (item.copies === 'scratch' && chosen.runtime === 'same' && index < lastUnknown(steps))) runtime.keep(step, 'lies outside of the application\'s folder');
    } else if (keyword === 'RUN') {
      if (item.parts.some((part) => part.role === 'packages' || part.part.effect.kind === 'system') && chosen.runtime !== 'same') packages();
      keepRun(draft, runtime, item, parts, firstProject);
    } else if (configures.has(keyword)) {
      if (/^(?:CMD|ENTRYPOINT|HEALTHCHECK|STOPSIGNAL)$/.test(keyword) && step !== lastOf(walk, keyword)) draft.drop(step, 'a later one replaces it');
      else {
        if (keyword === 'CMD' || keyword === 'ENTRYPOINT') starts = true;
        // A RUN that stands below the start still runs as root.
        if (starts && index > lastRun) addUser();
        runtime.keep(step, keyword === 'CMD' || keyword === 'ENTRYPOINT' ? 'starts the program' : 'configures the image');
      }
    }
  }
  copies();
  if (starts) addUser();
}

/** Of a command of which nothing is known the runtime stage repeats what may have led to it: downloads, scratch files. */
const lastUnknown = (steps: readonly ClassifiedStep[]): number => steps.findLast((item) => item.parts.some((part) => part.role === 'unknown'))?.step.instruction.index ?? -1;

/** Parts of a RUN that the runtime stage repeats. */
function runtimeParts(item: ClassifiedStep, { steps, chosen, keptGlobals, corepack }: RuntimeParts, firstProject: number): ClassifiedPart[] {
  return item.parts.filter((part) => {
    if (part.role === 'account' || part.role === 'system') return true;
    if (part.role === 'global') return keptGlobals.specs.has(part);
    if (corepack && part.commands.some((command) => command.kind === 'upkeep' && command.manager === 'corepack')) return true;
    if (chosen.runtime === 'same') return part.role === 'packages' || part.role === 'unknown' || (part.role !== 'project' && item.step.instruction.index <= lastUnknown(steps));
    return isEarlyFolder(item, part, firstProject) && steps.some((other) => other.parts.some((each) => isEarlyFolder(other, each, firstProject) && verbOf(each) !== 'mkdir'));
  });
}

const verbOf = (part: ClassifiedPart): string | undefined => (part.role === 'project' && part.part.effect.kind === 'files' ? part.part.effect.verb : undefined);

/** Folders that are made and given away before anything is in them. */
const isEarlyFolder = (item: ClassifiedStep, part: ClassifiedPart, firstProject: number): boolean => item.step.instruction.index < firstProject && /^(?:mkdir|chown|chmod|chgrp)$/.test(verbOf(part) ?? '');

/** Project folders that a later RUN gives to a user, with the words of that command: COPY keeps the owners of what is in a folder, not the folder's own. */
function laterOwners(parts: RuntimeParts, firstProject: number): string[] {
  const owners = new Map<string, string>();
  for (const item of parts.steps) {
    for (const part of item.parts) {
      if (verbOf(part) !== 'chown' || part === parts.owner?.part || isEarlyFolder(item, part, firstProject) || part.part.effect.kind !== 'files') continue;
      const owner = part.part.simple?.words.slice(1).find((word) => !(word.value ?? '-').startsWith('-'))?.value;
      for (const folder of part.part.effect.writes.filter((path) => parts.folders.includes(path))) owners.set(folder, owner ?? 'root');
    }
  }
  return [...owners].map(([folder, owner]) => `RUN mkdir -p ${folder} && chown ${owner} ${folder}`);
}

function keepRun(draft: Draft, runtime: StageDraft, item: ClassifiedStep, parts: RuntimeParts, firstProject: number): void {
  const { step } = item;
  const chosen = runtimeParts(item, parts, firstProject);
  if (parts.owner && item.parts.includes(parts.owner.part)) draft.replace(step, `COPY --chown gives the files to ${parts.owner.owner}`, [parts.owner.part.part]);
  if (chosen.length === 0) return;
  const globals = chosen.find((part) => part.role === 'global');
  if (globals && chosen.length === 1) {
    const all = globals.commands.flatMap((command) => (command.kind === 'global' ? command.packages : []));
    const wanted = parts.keptGlobals.specs.get(globals)!;
    if (wanted.length < all.length) {
      runtime.rewrite(step, `RUN npm install -g ${wanted.join(' ')}`, 'the start calls it');
      return;
    }
  }
  const rest = item.parts.filter((part) => !chosen.includes(part) && part.role !== 'nothing' && (part.role !== 'scratch' || part.commands.some((command) => command.kind !== 'upkeep')));
  const reason = globals || chosen.some((part) => part.role === 'scratch') ? 'the start calls it' : chosen.some((part) => part.role === 'account') ? 'the program runs as this user' : 'changes files outside of the application\'s folder';
  if (rest.length === 0) runtime.keep(step, reason);
  else runtime.keepParts(step, chosen.map((part) => part.part), reason);
}

function addPackages(runtime: StageDraft, system: SystemNeeds | undefined, chosen: NodeRuntime): void {
  if (!system || system.packages.length === 0) return;
  const list = [...system.packages].sort().join(' ');
  const comment = [...system.added.values()].map((reason) => `${reason}`).join('\n');
  runtime.add(
    chosen.facts?.packageManager === 'apk' ? `RUN apk add --no-cache ${list}` : `RUN apt-get update \\\n    && apt-get install -y --no-install-recommends ${list} \\\n    && rm -rf /var/lib/apt/lists/*`,
    comment === '' ? { apart: true } : { comment, apart: true },
  );
}

function addCopies(runtime: StageDraft, { walk, carry, owner, steps, corepack }: RuntimeParts): void {
  const from = `COPY --from=${walk.stage.name ?? 'builder'}`;
  const cwd = runtimeCwd(runtime, walk);
  const chownOf = (path: string): string => (owner && isBelow(path, owner.folder) ? ` --chown=${owner.owner}` : '');
  const relative = (path: string): string => (cwd === undefined || cwd === '/' || !isBelow(path, cwd) || owner ? path : path === cwd ? './' : `./${path.slice(cwd.length + 1)}`);
  const files = carry.paths.filter((item) => !item.folder);
  let first = true;
  const line = (text: string): void => {
    runtime.add(text, { apart: first });
    first = false;
  };
  for (const folder of new Set(files.map((item) => dirname(item.path)))) {
    const names = files.filter((item) => dirname(item.path) === folder).map((item) => item.path);
    const target = relative(folder === '' ? '/' : folder);
    line(`${from}${chownOf(names[0]!)} ${words([...names, target.endsWith('/') ? target : `${target}/`])}`);
  }
  for (const item of carry.paths.filter((each) => each.folder)) line(`${from}${chownOf(item.path)} ${words([item.path, relative(item.path)])}`);
  for (const part of steps.flatMap((step) => step.parts)) {
    if (part.role === 'fetched') for (const path of part.writes) line(`${from} ${path} ${path}`);
  }
  if (corepack && !steps.some((step) => /\bcorepack (?:prepare|use|install)\b/.test(step.step.instruction.text))) line(`${from} /root/.cache/node/corepack /root/.cache/node/corepack`);
}

/** Arguments of COPY; the JSON form for names with spaces. */
const words = (paths: readonly string[]): string => (paths.some((path) => /\s/.test(path)) ? `[${paths.map((path) => JSON.stringify(path)).join(', ')}]` : paths.join(' '));

/** The WORKDIR in force in the runtime stage so far. */
function runtimeCwd(runtime: StageDraft, walk: Walk): string | undefined {
  const last = runtime.blocks.filter((block) => block.origin?.keyword === 'WORKDIR').at(-1)?.origin;
  return last ? walk.steps.find((step) => step.instruction === last)?.cwd : (walk.base.facts?.config.workdir ?? '/');
}

/** The ARGs to which a line of the runtime stage refers, also through the default of another ARG. */
function argsUsedInRuntime(parts: RuntimeParts, firstProject: number): ReadonlySet<Step> {
  const used = new Set<Step>();
  const wanted = new Set<string>();
  for (const item of [...parts.steps].reverse()) {
    const { instruction } = item.step;
    if (instruction.keyword === 'ARG') {
      if (!instruction.pairs.some(({ name }) => wanted.has(name))) continue;
      used.add(item.step);
    } else {
      const stays = instruction.keyword === 'RUN' ? runtimeParts(item, parts, firstProject).length > 0 : instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD' ? true : item.copies === 'system';
      if (!stays) continue;
    }
    for (const name of variablesIn(instruction.text)) wanted.add(name);
  }
  return used;
}
