import { copyLine } from '../../dockerfile/copy-line.ts';
import { variablesIn } from '../../dockerfile/scope.ts';
import { finding, refuse, type Finding } from '../../findings.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { closedToOthers } from '../../walk/modes.ts';
import { isBelow, startLine } from '../../walk/place.ts';
import type { Start } from '../../walk/start.ts';
import { isRoot, lastOf, type Walk } from '../../walk/walk.ts';
import type { Context, Options } from '../language.ts';
import type { Carried } from './carry.ts';
import type { NativeProject } from './facts.ts';
import { accountsOf, ownedPaths, ownerOf, type Owned } from './ownership.ts';
import type { NativeRuntime } from './runtimes.ts';

/** The user and group that distroless images call nonroot. */
const nonroot = '65532:65532';

/** Users and groups that every Debian and Alpine image has. */
const everywhere = /^(?:root|daemon|bin|sys|sync|games|man|lp|mail|news|uucp|www-data|nobody|nogroup|users|adm|tty|disk)$/;

/** Ports below 1024 in a file of settings. */
const lowPort = /(?:^|[_\s"'.])(?:port|PORT|Port)["']?\s*[=:]\s*["']?:?(\d{2,3})\b(?![.\d])/m;

/** Programs that do without a home folder. */
const needNoHome = /^(?:tini|dumb-init|su-exec|gosu|curl|wget|bash|jq|procps|netcat\S*|ncat|iputils\S*|bind-tools|dnsutils|postgresql\S*|mysql\S*|mariadb\S*|redis\S*|sqlite3?)(?:[=<>~].*)?$/;

/** A command of a RUN that makes a private key, or that closes files to others, among what the runtime stage takes. */
function keptFromOthers(walk: Walk, carried: readonly Carried[]): string | undefined {
  const isTaken = (path: string | undefined): boolean => path !== undefined && carried.some((item) => isBelow(path, item.path) || isBelow(item.path, path));
  for (const { run } of walk.steps) {
    for (const part of run?.parts ?? []) {
      const { effect, text, cwd } = part;
      const makesKey = /^\s*(?:openssl\s+(?:genrsa|genpkey|ecparam|req)|ssh-keygen|mkcert|step)\b/.test(text) && (effect.kind === 'files' ? effect.writes.some(isTaken) : isTaken(cwd));
      const closes = effect.kind === 'files' && effect.verb === 'chmod' && /^\s*chmod\s+(?:-\S+\s+)*(?:[0-7]?[0-7][0-7]0|[go]+-\S*r\S*|go=|o=|u=rw?x?,go=?)\s/.test(text) && effect.writes.some(isTaken);
      if (makesKey || closes || (/^\s*umask\s+0?[0-7][0-7]7/.test(text) && isTaken(cwd))) return text.trim().split(/\s+/).slice(0, 2).join(' ');
    }
  }
  return undefined;
}

/** The non-root user to add, or undefined when the original's stays. */
export function decideUser(walk: Walk, project: NativeProject, options: Options, carried: readonly Carried[], findings: Finding[]): string | undefined {
  if (lastOf(walk, 'USER') || options.user === 'keep') return undefined;
  const closed = closedToOthers(walk, (path) => carried.some((item) => isBelow(path, item.path)));
  const settings = project.assets.found.map(({ source }) => source).find((source) => /\.(?:ya?ml|json|toml|ini|conf|env|properties)$|(?:^|\/)\.env/.test(source) && lowPort.test(walk.project.read(source) ?? ''));
  const program = project.requirements.find(({ need, why }) => need.startsWith('package:') && why.includes('program') && !needNoHome.test(need.slice('package:'.length)))?.need.slice('package:'.length);
  const rootOnly = [walk.end.cwd ?? '/', ...carried.map((item) => item.target)].find((path) => isBelow(path, '/root'));
  const secret = keptFromOthers(walk, carried);
  const reasons: [string | undefined, (what: string) => string][] = [
    [project.writes, (what) => what],
    [closed, (path) => `only its owner may read ${path}`],
    [rootOnly, (path) => `${path} lies in the home of root, which only root may enter`],
    [secret, (command) => `only its owner may read what \`${command}\` leaves`],
    [settings, (path) => `${path} names a port below 1024`],
    [program, (name) => `${name} may need a home folder`],
  ];
  const reason = reasons.flatMap(([what, say]) => (what === undefined ? [] : [say(what)]))[0];
  if (reason !== undefined) {
    findings.push(finding('user-kept', { reason }, { line: startLine(walk) }));
    return undefined;
  }
  findings.push(finding('user-added', { user: nonroot, writable: '/tmp' }, { line: startLine(walk) }));
  return nonroot;
}

/** Accounts of the runtime stage. */
export interface Accounts {
  /** True when passwd and group are copied from the builder. */
  readonly copied: boolean;
  /** The user that the program runs as, as `--chown` takes it; undefined for root. */
  readonly owner: string | undefined;
  /** What `--chown` must say for a path; undefined where it belongs to root, or to nobody that the runtime knows. */
  readonly chown: (path: string) => string | undefined;
}

/** Whether users that a RUN makes are needed at run time: USER names one, or the start does, as in `gosu app server`. */
function needsAccounts(walk: Walk, starts: readonly Start[]): boolean {
  if (lastOf(walk, 'USER')) return true;
  const names = accountsOf(walk).map((account) => account.name);
  const words = new Set(starts.flatMap((start) => [...start.scripts.flatMap((script) => (script.text ?? '').split(/[^\w.-]+/)), ...[start.entrypoint, start.cmd].flatMap((instruction) => instruction?.logical.split(/[^\w.-]+/) ?? [])]));
  return names.some((name) => words.has(name));
}

/** Tools that make users differ from one distribution to the next: useradd and adduser, and their options. */
export function userNeeds(walk: Walk, starts: readonly Start[]): Requirement[] {
  const family = walk.base.facts?.family;
  const maker = needsAccounts(walk, starts) ? walk.steps.find((step) => step.run?.parts.some((part) => part.effect.kind === 'account')) : undefined;
  return maker !== undefined && family !== undefined && family !== 'none' ? [{ need: `users:${family}`, why: 'the start needs a user that a RUN makes', file: undefined, line: maker.instruction.line }] : [];
}

/** Users that the Dockerfile makes: made again where the runtime has the tools, else carried in passwd and group. */
export function placeAccounts(context: Context, runtime: StageDraft, chosen: NativeRuntime): Accounts {
  const { walk } = context;
  const written = lastOf(walk, 'USER')?.instruction.logical;
  const { user } = walk.end;
  const owned = ownedPaths(walk);
  const makers = walk.steps.filter((step) => step.run?.parts.some((part) => part.effect.kind === 'account'));
  const needed = needsAccounts(walk, [context.start, ...context.composed]);
  const runsAs = written !== undefined && user !== undefined && /^[\w.-]+(?::[\w.-]+)?$/.test(user) && !isRoot(user) ? user : undefined;
  const sameFamily = chosen.family !== 'none' && chosen.family === walk.base.facts?.family;
  const made = new Set(makers.flatMap((step) => step.run!.parts.flatMap((part) => (part.effect.kind === 'account' && part.effect.name !== undefined ? [part.effect.name] : []))));
  const accounts = (copied: boolean, owner: string | undefined, named: boolean): Accounts => {
    const isKnown = (name: string): boolean => /^\d+$/.test(name) || (named && made.has(name)) || ((copied || sameFamily) && everywhere.test(name));
    return { copied, owner, chown: (path) => chownFor(ownerOf(owned, path), owner, runsAs, isKnown) };
  };
  if (!needed || (written !== undefined && user === undefined)) return accounts(false, undefined, false);
  const owner = runsAs === undefined ? undefined : byArguments(walk, runtime, written!) ?? runsAs;
  if (makers.length === 0) return accounts(runsAs !== undefined && !/^\d/.test(runsAs), owner, false);
  if (!sameFamily) {
    if (chosen.family !== 'none') throw refuse('unsupported-shape', { reason: `users made in ${walk.base.written} cannot be made the same way in ${chosen.image}`, help: 'Choose --runtime scratch or distroless, or write USER as a number.' }, { line: makers[0]!.instruction.line });
    return accounts(true, owner, true);
  }
  for (const step of makers) {
    const ofAccounts = step.run!.parts.filter((part) => part.effect.kind === 'account');
    // A home that is made by hand; other folders are copied with their owner.
    const parts = step.run!.parts.filter((part) => ofAccounts.includes(part) || (part.effect.kind === 'files' && part.effect.verb === 'mkdir' && part.effect.writes.some((path) => ofAccounts.some((other) => other.text.includes(path)))));
    if (step.run!.splittable) runtime.keepParts(step, parts, 'the runtime stage needs the user');
    else runtime.keep(step, 'the runtime stage needs the user');
  }
  // The ARG that names the user is declared by then: whoever builds may choose another name.
  return accounts(false, runsAs === undefined ? undefined : written, true);
}

/** A user that is written with ARGs, which whoever builds may set: as it is written, with the ARGs declared in front; undefined where ENVs, or ARGs of the file's head, are among its variables. */
function byArguments(walk: Walk, runtime: StageDraft, written: string): string | undefined {
  const names = variablesIn(written);
  const isEnv = names.some((name) => walk.end.scope.env.has(name));
  const steps = walk.steps.filter(({ instruction }) => instruction.keyword === 'ARG' && instruction.pairs.some(({ name }) => names.includes(name)));
  if (names.length === 0 || isEnv || !names.every((name) => steps.some(({ instruction }) => instruction.pairs.some((pair) => pair.name === name)))) return undefined;
  for (const step of steps) runtime.keep(step, 'ARGs hold for one stage only');
  return written;
}

function chownFor(found: Owned | undefined, owner: string | undefined, runsAs: string | undefined, isKnown: (name: string) => boolean): string | undefined {
  if (found === undefined) return undefined;
  const given = found.owner?.replace(/[:.]$/, '').replace(/^([\w-]+)\.(?=[\w-]+$)/, '$1:');
  if (given === undefined || given === runsAs) return owner;
  // With the group that it was given; without one, COPY takes the user's number for it.
  if (given.split(':')[0] === runsAs?.split(':')[0]) return given.includes(':') && given.split(':').every(isKnown) && owner !== undefined && !owner.includes('$') ? given : owner;
  return /^[\w-]+(?::[\w-]+)?$/.test(given) && given.split(':').every(isKnown) ? given : owner;
}

/** Folders that belong to the user in the original and in which the program writes: WORKDIR and COPY would make them root's. */
export function placeOwnFolders(walk: Walk, project: NativeProject, draft: Draft, runtime: StageDraft, { owner, chown }: Accounts): void {
  if (owner === undefined || project.writes === undefined) return;
  const cwd = walk.end.cwd ?? '/';
  const name = walk.end.user?.split(':')[0];
  const home = accountsOf(walk).find((account) => account.name === name)?.home;
  const given = chown(cwd);
  const isOwn = cwd !== '/' && given !== undefined && (given === owner || given.split(':')[0] === owner.split(':')[0]);
  const folders = [...(isOwn ? [{ path: cwd, as: given }] : []), ...(home !== undefined && home !== cwd && project.sources.home.length > 0 ? [{ path: home, as: chown(home) ?? owner }] : [])];
  if (folders.length === 0) return;
  draft.builder.add('RUN mkdir -p /tmp/empty');
  folders.forEach(({ path, as }, index) => runtime.add(copyLine(`--from=${draft.builder.name!} --chown=${as}`, ['/tmp/empty'], path), index === 0 ? { comment: 'The program writes here as its own user' } : {}));
}
