import { flagOf } from '../../dockerfile/model.ts';
import type { Draft } from '../../plan/draft.ts';
import { isBelow } from '../../walk/place.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { NodeApp } from './app.ts';
import { manifestFiles, type Reordering } from './manifest-layer.ts';
import type { ClassifiedPart, ClassifiedStep } from './steps.ts';

/** Keywords that only configure the image; they have no place in a builder. */
export const configures: ReadonlySet<string> = new Set(['CMD', 'ENTRYPOINT', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'STOPSIGNAL', 'VOLUME', 'MAINTAINER']);

/** A line put after the step with this index. */
export interface AddedLine {
  readonly index: number;
  readonly text: string;
  readonly comment: string;
}

/** What the builder does differently from the original. */
export interface BuilderChanges {
  /** Global packages that are not installed, with the reason. */
  readonly withoutGlobals: ReadonlySet<string>;
  readonly whyWithout: string;
  /** Lines put after a step. */
  readonly after: readonly AddedLine[];
  /** RUNs in another wording, by the instruction's index. */
  readonly rewritten: ReadonlyMap<number, { readonly text: string; readonly reason: string }>;
  /** Parts that other lines of the proposal do. */
  readonly withoutParts: ReadonlySet<ClassifiedPart>;
  readonly reordering: Reordering | undefined;
}

const builderRoles = new Set(['project', 'global', 'packages', 'scratch', 'fetched', 'unknown']);

/** Whether a step does work that the builder has to do. */
export const isBuilderWork = (item: ClassifiedStep): boolean => item.copies === 'project' || item.copies === 'scratch' || item.parts.some((part) => builderRoles.has(part.role));

/** Fills the builder: the original's instructions up to the end of the build, in their order, with the manifests copied before the sources. */
export function fillBuilder(draft: Draft, walk: Walk, app: NodeApp, steps: readonly ClassifiedStep[], changes: BuilderChanges): void {
  const { builder } = draft;
  const needed = steps.filter((item) => isBuilderWork(item) && (item.copies !== undefined || !item.parts.every((part) => changes.withoutParts.has(part) || part.role === 'nothing')));
  const last = Math.max(-1, ...(needed.length > 0 ? needed : steps.filter(isBuilderWork)).map((item) => item.step.instruction.index));
  const accounts = needsAccounts(steps, last);
  for (const { item, only } of inOrder(steps, changes.reordering)) {
    const { step } = item;
    const { instruction } = step;
    const { keyword, index } = instruction;
    if (changes.reordering?.manifestsBefore === index && (only === undefined || only === changes.reordering.early)) {
      builder.add(`COPY ${manifestFiles(walk, app).join(' ')} ${app.folder === step.cwd ? './' : `${app.folder}/`}`, { comment: 'Manifests first: the dependencies stay cached while only sources change' });
    }
    if (index > last || configures.has(keyword)) continue;
    if (keyword === 'COPY' || keyword === 'ADD') {
      if (item.copies === 'system' && !buildReads(steps, item, last)) continue;
      builder.keep(step, item.copies === 'project' ? 'input of the build' : item.copies === 'system' ? 'the build may read it' : 'serves the installation');
    } else if (keyword === 'RUN') {
      keepRun(draft, item, changes, accounts, only);
    } else {
      builder.keep(step, 'holds for the build');
    }
    if (only === undefined || only !== changes.reordering?.early) for (const line of changes.after) if (line.index === index) builder.add(line.text, { comment: line.comment });
  }
}

/** A step, or some parts of its RUN. */
interface Placed {
  readonly item: ClassifiedStep;
  readonly only: readonly ClassifiedPart[] | undefined;
}

/** The steps with the COPY of the sources after the installation. */
function inOrder(steps: readonly ClassifiedStep[], reordering: Reordering | undefined): Placed[] {
  if (!reordering) return steps.map((item) => ({ item, only: undefined }));
  const moved = steps.find((item) => item.step.instruction.index === reordering.copy)!;
  const { early } = reordering;
  return steps.flatMap((item): Placed[] => {
    if (item === moved) return [];
    if (item.step.instruction.index !== reordering.copyAfter) return [{ item, only: undefined }];
    const copy: Placed = { item: moved, only: undefined };
    return early === undefined ? [{ item, only: undefined }, copy] : [{ item, only: early }, copy, { item, only: item.parts.filter((part) => !early.includes(part)) }];
  });
}

function keepRun(draft: Draft, item: ClassifiedStep, changes: BuilderChanges, accounts: boolean, only: readonly ClassifiedPart[] | undefined): void {
  const { step } = item;
  const parts = only ?? item.parts;
  const work = parts.filter((part) => builderRoles.has(part.role));
  if (work.length === 0) {
    if (parts.every((part) => part.role === 'nothing')) draft.drop(step, 'changes nothing in the image');
    else if (parts.some(({ part }) => part.effect.kind === 'system' && part.effect.program.startsWith('update-ca-'))) draft.builder.keep(step, 'the installation may trust these certificates');
    else if (accounts && parts.some((part) => part.role === 'account')) draft.builder.keep(step, 'later instructions of the build name the user');
    return;
  }
  const dropped = work.filter((part) => changes.withoutParts.has(part) || onlyGlobals(part, changes.withoutGlobals));
  if (dropped.length > 0 && dropped.length === work.length) {
    draft.drop(step, changes.withoutParts.has(dropped[0]!) ? 'other lines do it' : changes.whyWithout, only?.map((part) => part.part));
    return;
  }
  const rewritten = changes.rewritten.get(step.instruction.index);
  if (rewritten) {
    draft.builder.rewrite(step, rewritten.text, rewritten.reason);
    return;
  }
  const reason = reasonFor(work);
  if (dropped.length > 0 && step.run!.splittable) {
    draft.builder.keepParts(step, parts.filter((part) => !dropped.includes(part)).map((part) => part.part), reason);
    draft.drop(step, changes.whyWithout, dropped.map((part) => part.part));
  } else if (only) draft.builder.keepParts(step, only.map((part) => part.part), reason);
  else draft.builder.keep(step, reason);
}

const onlyGlobals = (part: ClassifiedPart, names: ReadonlySet<string>): boolean =>
  part.role === 'global' && part.commands.length > 0 && part.commands.every((command) => command.kind === 'global' && command.packages.length > 0 && command.packages.every((name) => names.has(name.replace(/(?<=.)@.*$/, ''))));

function reasonFor(work: readonly ClassifiedPart[]): string {
  const commands = work.flatMap((part) => part.commands);
  if (commands.some((command) => command.kind === 'script' || command.kind === 'exec')) return 'the build';
  if (commands.some((command) => command.kind === 'install')) return 'installs the dependencies';
  if (commands.some((command) => command.kind === 'global')) return 'tools of the build';
  if (work.some((part) => part.role === 'packages')) return 'system packages for the installation and the build';
  return 'prepares the build';
}

/** Whether a later step of the builder names a user that the Dockerfile makes. */
function needsAccounts(steps: readonly ClassifiedStep[], last: number): boolean {
  return steps.some(
    ({ step, parts, copies }) =>
      step.instruction.index <= last &&
      (step.instruction.keyword === 'USER' || (copies === 'project' && flagOf(step.instruction, 'chown') !== undefined) || parts.some((part) => part.part.commands.some((command) => /^(?:chown|su|gosu|su-exec|sudo|runuser)$/.test(command.name ?? '')))),
  );
}

/** Whether a file of the system may matter to the build: a later RUN names it, or it configures the network or the package manager. */
function buildReads(steps: readonly ClassifiedStep[], item: ClassifiedStep, last: number): boolean {
  const targets = item.step.copy!.entries.map((entry) => entry.target);
  if (targets.some((path) => isBelow(path, '/etc') || /ca-certificates/.test(path))) return true;
  return steps.some((other) => isLaterRun(other.step, item.step, last) && isBuilderWork(other) && targets.some((path) => other.step.instruction.text.includes(path)));
}

const isLaterRun = (step: Step, than: Step, last: number): boolean => step.instruction.keyword === 'RUN' && step.instruction.index > than.instruction.index && step.instruction.index <= last;
