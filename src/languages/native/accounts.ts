import { copyLine } from '../../dockerfile/copy-line.ts';
import { finding, refuse, type Finding } from '../../findings.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { closedToOthers } from '../../walk/modes.ts';
import { isBelow, startLine } from '../../walk/place.ts';
import { isRoot, lastOf, type Walk } from '../../walk/walk.ts';
import type { Options } from '../language.ts';
import { chowned, type Carried } from './carry.ts';
import type { NativeProject } from './facts.ts';
import type { NativeRuntime } from './runtimes.ts';

/** The user and group that distroless images call nonroot. */
const nonroot = '65532:65532';

/** Tools that make users differ from one distribution to the next: useradd and adduser, and their options. */
export function userNeeds(walk: Walk): Requirement[] {
  const family = walk.base.facts?.family;
  const maker = lastOf(walk, 'USER') && walk.steps.find((step) => step.run?.parts.some((part) => part.effect.kind === 'account'));
  return maker && family !== undefined && family !== 'none' ? [{ need: `users:${family}`, why: 'the program runs as a user that a RUN makes', file: undefined, line: maker.instruction.line }] : [];
}

/** The non-root user to add, or undefined when the original's stays. */
export function decideUser(walk: Walk, project: NativeProject, carried: readonly Carried[], options: Options, findings: Finding[]): string | undefined {
  if (lastOf(walk, 'USER') || options.user === 'keep') return undefined;
  const closed = closedToOthers(walk, (path) => carried.some((item) => isBelow(path, item.path)));
  // The folder of root is closed to others in most images.
  const inRoot = [...carried.map((item) => item.target), walk.end.cwd ?? '/'].find((path) => isBelow(path, '/root'));
  const reason = project.writes ?? (inRoot && `only root may enter /root, where ${inRoot} is`) ?? (closed && `only its owner may read ${closed}`);
  if (reason !== undefined) {
    findings.push(finding('user-kept', { reason }, { line: startLine(walk) }));
    return undefined;
  }
  findings.push(finding('user-added', { user: nonroot, writable: '/tmp' }, { line: startLine(walk) }));
  return nonroot;
}

/** Users that the Dockerfile makes: made again where the runtime has the tools, else carried in passwd and group. */
export function placeAccounts(walk: Walk, runtime: StageDraft, chosen: NativeRuntime): { copied: boolean; owner: string | undefined } {
  const written = lastOf(walk, 'USER')?.instruction.logical;
  const user = walk.end.user;
  if (written === undefined || user === undefined) return { copied: false, owner: undefined };
  const owner = /^[\w.-]+(?::[\w.-]+)?$/.test(user) && !isRoot(user) ? user : undefined;
  const makers = walk.steps.filter((step) => step.run?.parts.some((part) => part.effect.kind === 'account'));
  if (makers.length === 0) return { copied: !/^\d/.test(user), owner };
  const sameFamily = chosen.family !== 'none' && chosen.family === walk.base.facts?.family;
  if (!sameFamily) {
    if (chosen.family !== 'none') throw refuse('unsupported-shape', { reason: `users made in ${walk.base.written} cannot be made the same way in ${chosen.image}`, help: 'Choose --runtime scratch or distroless, or write USER as a number.' }, { line: makers[0]!.instruction.line });
    return { copied: true, owner };
  }
  for (const step of makers) {
    const made = step.run!.parts.filter((part) => part.effect.kind === 'account');
    // A home that is made by hand; other folders are copied with their owner.
    const parts = step.run!.parts.filter((part) => made.includes(part) || (part.effect.kind === 'files' && part.effect.verb === 'mkdir' && part.effect.writes.some((path) => made.some((other) => other.text.includes(path)))));
    if (step.run!.splittable) runtime.keepParts(step, parts, 'the runtime stage needs the user');
    else runtime.keep(step, 'the runtime stage needs the user');
  }
  // The ARG that names the user is declared by then: whoever builds may choose another name.
  return { copied: false, owner: owner === undefined ? undefined : written };
}

/** Folders that belong to the user in the original and in which the program writes: WORKDIR and COPY would make them root's. */
export function placeOwnFolders(walk: Walk, project: NativeProject, draft: Draft, runtime: StageDraft, owner: string | undefined): void {
  if (owner === undefined || project.writes === undefined) return;
  const cwd = walk.end.cwd ?? '/';
  const account = walk.steps.flatMap((step) => step.run?.parts ?? []).find((part) => part.effect.kind === 'account' && part.effect.name === owner.split(':')[0] && /user/.test(part.effect.program));
  const home = account && (/(?:^|\s)(?:-d|-h|--home(?:-dir)?)[ =](\/\S+)/.exec(account.text)?.[1] ?? `/home/${owner.split(':')[0]!}`);
  const makesHome = account && (account.text.trim().startsWith('useradd') ? /\s(?:-\w*m|--create-home)/.test(account.text) : !/\s(?:-\w*H|--no-create-home)\b/.test(account.text));
  const folders = [
    ...(cwd !== '/' && (chowned(walk).some((folder) => isBelow(cwd, folder)) || walk.steps.some((step) => step.instruction.keyword === 'WORKDIR' && step.cwd === cwd && step.user === walk.end.user)) ? [cwd] : []),
    ...(makesHome && home !== undefined && cwd === home ? [cwd] : []),
    ...(account && home !== undefined && project.sources.home.length > 0 ? [home] : []),
  ];
  if (folders.length === 0) return;
  draft.builder.add('RUN mkdir -p /tmp/empty');
  [...new Set(folders)].forEach((folder, index) => runtime.add(copyLine(`--from=${draft.builder.name!} --chown=${owner}`, ['/tmp/empty'], folder), index === 0 ? { comment: 'The program writes here as its own user' } : {}));
}
