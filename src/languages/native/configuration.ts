import { lookupIn, variablesIn } from '../../dockerfile/scope.ts';
import { expandWord } from '../../dockerfile/words.ts';
import { refuse } from '../../findings.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { ConfigField } from '../../plan/plan.ts';
import { dirname } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isReadAfter } from '../../walk/readers.ts';
import { lastOf, type Step, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { NativeProject } from './facts.ts';

/** Keywords that only configure the image; they have no place in a builder. */
export const configures: ReadonlySet<string> = new Set(['CMD', 'ENTRYPOINT', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'STOPSIGNAL', 'VOLUME', 'MAINTAINER']);

/** What the configuration of the runtime stage goes by. */
type Configured = Pick<NativeProject, 'toolchain' | 'sources' | 'artifacts' | 'lastUnseen' | 'newStart'>;

/** Fields of the configuration that differ as announced, each with the reason. */
export type Announced = Partial<Record<ConfigField, string>>;

/** ENV belongs into the builder when the toolchain reads it, a later instruction refers to it, or a script may. */
export function servesBuild(step: Step, walk: Walk, project: Configured): boolean {
  const names = step.instruction.pairs.map((pair) => pair.name);
  if (names.some((name) => project.toolchain.variables.test(name) || name === 'PATH' || /proxy$/i.test(name))) return true;
  // What make and scripts read does not stand in the Dockerfile.
  if (project.lastUnseen > step.instruction.index) return true;
  return isReadAfter(walk, step, /^(?:RUN|COPY|ADD|WORKDIR|ENV|ARG)$/);
}

/** The working folder at the end of the original holds in the runtime stage too: relative paths depend on it. */
export function placeWorkdir(walk: Walk, runtime: StageDraft): string {
  const cwd = walk.end.cwd;
  if (cwd === undefined) throw refuse('unsupported-shape', { reason: 'WORKDIR depends on a value that is not known', help: 'Give the ARG a default.' }, { line: lastOf(walk, 'WORKDIR')?.instruction.line });
  const last = lastOf(walk, 'WORKDIR');
  const text = `WORKDIR ${cwd}`;
  if (last) {
    if (last.instruction.logical === cwd) runtime.keep(last, 'relative paths depend on it');
    else runtime.rewrite(last, text, 'relative paths depend on it');
  } else if (cwd !== '/') runtime.add(text);
  return cwd;
}

/** An instruction that configures the image, in the runtime stage; nothing for any other. */
export function placeConfiguration(step: Step, walk: Walk, project: Configured, runtime: StageDraft, draft: Draft, announced: Announced, addsUser: boolean): void {
  const { instruction } = step;
  const { keyword } = instruction;
  if (keyword === 'ENV') {
    placeVariables(step, walk, project, runtime);
  } else if (keyword === 'ARG') {
    if (isReadAfter(walk, step, /^(?:ENV|LABEL|EXPOSE|USER|VOLUME|STOPSIGNAL|HEALTHCHECK|CMD|ENTRYPOINT)$/)) runtime.keep(step, 'ARGs hold for one stage only');
  } else if (keyword === 'USER') {
    if (step === lastOf(walk, 'USER') && !addsUser) runtime.keep(step, 'the program runs as this user');
  } else if (keyword === 'SHELL') {
    const runs = [lastOf(walk, 'HEALTHCHECK'), ...(project.newStart ? [] : [lastOf(walk, 'CMD'), lastOf(walk, 'ENTRYPOINT')])].some((other) => other !== undefined && other.instruction.json === undefined && !/^(?:NONE|CMD\s*\[\s*")/i.test(other.instruction.logical));
    if (runs && step === lastOf(walk, 'SHELL')) runtime.keep(step, 'the start and the health check run in it');
    else announced.shell = 'it only served the build';
  } else if (keyword === 'MAINTAINER') {
    runtime.keep(step, 'says who looks after the image');
  } else if (configures.has(keyword) && keyword !== 'CMD' && keyword !== 'ENTRYPOINT') {
    if ((keyword === 'HEALTHCHECK' || keyword === 'STOPSIGNAL') && step !== lastOf(walk, keyword)) draft.drop(step, 'a later one replaces it');
    else runtime.keep(step, 'configures the image');
  }
}

/** Folders of PATH in an image that says nothing of them. Source: BuildKit, util/system/path.go. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Stands for PATH, which the runtime image has a value of its own for, while a word is expanded. */
const itsPath = '\u0000';

/** A pair of an ENV in the runtime stage: what follows the equals sign, and a variable that had to be replaced by its value. */
interface Value {
  readonly name: string;
  readonly text: string;
  readonly replaced: string | undefined;
}

/** What the program may read of an ENV: variables of the toolchain stay behind, and where a value refers to them, or to those of its image, it is written out. */
function placeVariables(step: Step, walk: Walk, project: Configured, runtime: StageDraft): void {
  const { instruction } = step;
  const wanted = instruction.pairs.filter((pair) => !project.toolchain.variables.test(pair.name));
  // Most binaries are copied to where the start finds them anyway.
  if (wanted.every((pair) => pair.name === 'PATH') && !wanted.some((pair) => findsBinary(pair.value ?? '', step, walk, project))) return;
  const values = wanted.flatMap((pair) => valueOf(pair.name, pair.value ?? '', step, walk, project, runtime) ?? []);
  const reason = servesBuild(step, walk, project) ? 'the build and the program read it' : 'the program reads it';
  if (values.length === instruction.pairs.length && values.every(({ text }, index) => text === instruction.pairs[index]!.value)) return runtime.keep(step, reason);
  const left = values.find(({ replaced }) => replaced !== undefined)?.replaced;
  const why = left === undefined ? 'what only the build reads is left out' : `${left} is not set in the runtime image, so the value is written out`;
  runtime.rewrite(step, `ENV ${values.map(({ name, text }) => `${name}=${text}`).join(instruction.text.includes('\n') ? ' \\\n    ' : ' ')}`, `${reason}; ${why}`);
}

/** Whether a PATH names the folder of a binary, beside those of the toolchain. */
function findsBinary(written: string, step: Step, walk: Walk, { toolchain, artifacts }: Configured): boolean {
  const lookup = lookupIn(step.scope);
  const folders = expandWord(written, (name) => (name === 'PATH' ? itsPath : lookup(name)), walk.file.escape)?.split(':') ?? [];
  const own = new Set([...artifacts.values()].flat().filter((path) => !usualPath.split(':').includes(dirname(path))).map(dirname));
  return folders.some((folder) => own.has(folder) && !toolchain.folders.some((other) => isBelow(folder, other)));
}

/** Puts folders of the toolchain in front of PATH, where binaries stay in them. */
export function placePath(runtime: StageDraft, folders: ReadonlySet<string>): void {
  const rest = /(?:^|\s)scratch$/.test(runtime.from) ? usualPath : '$PATH';
  if (folders.size > 0) runtime.add(`ENV PATH=${[...folders, rest].join(':')}`);
}

/** What stands for a value in the runtime stage; undefined for a PATH that only has folders of the toolchain. */
function valueOf(name: string, written: string, step: Step, walk: Walk, { toolchain }: Configured, runtime: StageDraft): Value | undefined {
  const names = variablesIn(written);
  const replaced = names.find((other) => other !== 'PATH' && (toolchain.variables.test(other) || walk.base.facts?.config.env[other] !== undefined));
  const needsPath = names.includes('PATH') && /(?:^|\s)scratch$/.test(runtime.from);
  if (replaced === undefined && !needsPath && name !== 'PATH') return { name, text: written, replaced };
  const lookup = lookupIn(step.scope);
  const full = expandWord(written, (other) => (other === 'PATH' ? itsPath : lookup(other)), walk.file.escape);
  if (full === undefined) {
    if (replaced === undefined && !needsPath) return { name, text: written, replaced };
    throw refuse('unsupported-shape', { reason: `${name} depends on ${replaced ?? 'PATH'}, whose value is not known`, help: 'Write the value out.' }, { line: step.instruction.line });
  }
  const folders = full.split(':');
  const kept = name === 'PATH' ? folders.filter((folder) => !toolchain.folders.some((other) => isBelow(folder, other))) : folders;
  if (name === 'PATH' && kept.every((folder) => folder === itsPath)) return undefined;
  if (replaced === undefined && !needsPath && kept.length === folders.length) return { name, text: written, replaced };
  return { name, text: JSON.stringify(kept.join(':').replaceAll(itsPath, () => (needsPath ? usualPath : itsPath))).replaceAll('$', '\\$').replaceAll('\\u0000', () => '$PATH'), replaced };
}

/** Variables of the toolchain, and of its image, that the start or the program names. Gives their names. */
export function placeToolchainEnv(walk: Walk, { start, health }: Context, project: Configured, runtime: StageDraft): string[] {
  const texts = [start.entrypoint, start.cmd, health?.cmd].flatMap((instruction) => (instruction ? [instruction.logical] : [])).concat(start.scripts.map((script) => script.text ?? ''));
  const names = new Set([...texts.flatMap(variablesIn), ...project.sources.strings.map((literal) => literal.text)]);
  const written = new Set(runtime.blocks.flatMap((block) => (block.origin?.keyword === 'ENV' ? block.origin.pairs.map((pair) => pair.name).filter((name) => !project.toolchain.variables.test(name)) : [])));
  const values = [...walk.end.scope.env].filter(([name, value]) => names.has(name) && name !== 'PATH' && value !== null && !written.has(name) && (project.toolchain.variables.test(name) || walk.base.facts?.config.env[name] !== undefined));
  if (values.length > 0) runtime.add(`ENV ${values.map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`);
  return values.map(([name]) => name);
}

/** CMD and ENTRYPOINT of the runtime stage. */
export function placeStart(walk: Walk, { newStart }: Configured, runtime: StageDraft, announced: Announced): void {
  const last = { entrypoint: lastOf(walk, 'ENTRYPOINT'), cmd: lastOf(walk, 'CMD') };
  const written = last.entrypoint ?? last.cmd;
  if (newStart && written) {
    const keyword = written.instruction.keyword;
    runtime.rewrite(written, `${keyword} ${JSON.stringify(newStart.words).replaceAll('","', '", "')}`, newStart.why);
    announced[keyword === 'CMD' ? 'cmd' : 'entrypoint'] = newStart.why;
    // `ENTRYPOINT ["go","run"]` + CMD: the words of both are in the binary's start.
    if (last.entrypoint && last.cmd) announced.cmd = newStart.why;
    return;
  }
  for (const step of [last.entrypoint, last.cmd]) if (step) runtime.keep(step, 'starts the program');
}

/** Variables that the runtime image has otherwise, or not at all, each with the reason. */
export function changedEnv(walk: Walk, { toolchain }: Configured, needed: readonly string[]): Record<string, string> {
  const own = walk.steps.flatMap((step) => (step.instruction.keyword === 'ENV' ? step.instruction.pairs.map((pair) => pair.name) : []));
  return {
    SSL_CERT_FILE: 'where the certificates of the runtime image are',
    PATH: 'the folders of the toolchain leave',
    ...Object.fromEntries(own.filter((name) => toolchain.variables.test(name)).map((name) => [name, 'it steers the build'])),
    ...Object.fromEntries(needed.map((name) => [name, 'the start refers to it'])),
  };
}
