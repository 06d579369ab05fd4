import { lookupIn, variablesIn } from '../../dockerfile/scope.ts';
import { expandWord } from '../../dockerfile/words.ts';
import { refuse } from '../../findings.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { ConfigField } from '../../plan/plan.ts';
import { isReadAfter } from '../../walk/readers.ts';
import { shellBuiltins, type Start } from '../../walk/start.ts';
import { lastOf, type Step, type Walk } from '../../walk/walk.ts';
import { parseShell } from '../../shell/parse.ts';
import type { Context } from '../language.ts';
import type { NativeProject } from './facts.ts';

/** Keywords that only configure the image; they have no place in a builder. */
export const configures: ReadonlySet<string> = new Set(['CMD', 'ENTRYPOINT', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'STOPSIGNAL', 'VOLUME', 'MAINTAINER']);

/** Fields of the configuration that differ as announced, each with the reason. */
export type Announced = Partial<Record<ConfigField, string>>;

/** A shell-form CMD that is one command of plain words does the same in exec form, where signals reach it. Its words; undefined for any other. */
export function execFormOf(start: Start): readonly string[] | undefined {
  const written = start.entrypoint ?? start.cmd;
  if (!written || written.json || (start.entrypoint && start.cmd) || start.scripts.length > 0) return undefined;
  const script = parseShell(written.logical);
  const only = script.parts.length === 1 && script.errors.length === 0 ? script.parts[0]!.simple : undefined;
  if (!only || only.assignments.length > 0 || only.outputs.length > 0 || /[<>|&;*?`$~{]/.test(written.logical)) return undefined;
  const words = only.words.map((word) => word.value);
  if (words.includes(undefined)) return undefined;
  const plain = words as string[];
  const first = plain[0] === 'exec' ? plain.slice(1) : plain;
  return first.length === 0 || shellBuiltins.has(first[0]!) ? undefined : first;
}

/** ENV belongs into the builder when the toolchain reads it, a later instruction refers to it, or a script may. */
export function servesBuild(step: Step, walk: Walk, project: NativeProject): boolean {
  const names = step.instruction.pairs.map((pair) => pair.name);
  if (names.some((name) => project.toolchain.variables.test(name) || name === 'PATH' || /proxy$/i.test(name))) return true;
  if (project.script && (walk.steps.findLast((other) => other.run)?.instruction.index ?? -1) > step.instruction.index) return true;
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
export function placeConfiguration(step: Step, walk: Walk, project: NativeProject, runtime: StageDraft, draft: Draft, announced: Announced, addsUser: boolean): void {
  const { instruction } = step;
  const { keyword } = instruction;
  const { variables } = project.toolchain;
  if (keyword === 'ENV') {
    if (instruction.pairs.every((pair) => variables.test(pair.name))) return;
    if (instruction.pairs.every((pair) => pair.name === 'PATH')) return; // binaries are copied to where the start finds them
    const reason = servesBuild(step, walk, project) ? 'the build and the program read it' : 'the program reads it';
    const leftBehind = variablesIn(instruction.text).filter((name) => name !== 'PATH' && (variables.test(name) || walk.base.facts?.config.env[name] !== undefined));
    if (leftBehind.length === 0) return runtime.keep(step, reason);
    const values = instruction.pairs.map((pair) => [pair.name, expandWord(pair.value ?? '', lookupIn(step.scope))] as const);
    if (values.some(([, value]) => value === undefined)) throw refuse('unsupported-shape', { reason: `${instruction.pairs[0]!.name} depends on ${leftBehind[0]!}, whose value is not known`, help: 'Write the value out.' }, { line: instruction.line });
    runtime.rewrite(step, `ENV ${values.map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`, `${reason}; ${leftBehind[0]!} is not set in the runtime image, so the value is written out`);
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

/** Variables of the toolchain, and of its image, that the start or the program names. Gives their names. */
export function placeToolchainEnv(walk: Walk, { start, health }: Context, project: NativeProject, runtime: StageDraft): string[] {
  const texts = [start.entrypoint, start.cmd, health?.cmd].flatMap((instruction) => (instruction ? [instruction.logical] : [])).concat(start.scripts.map((script) => script.text ?? ''));
  const names = new Set([...texts.flatMap(variablesIn), ...project.sources.strings.map((literal) => literal.text)]);
  const written = new Set(runtime.blocks.flatMap((block) => (block.origin?.keyword === 'ENV' ? block.origin.pairs.map((pair) => pair.name) : [])));
  const values = [...walk.end.scope.env].filter(([name, value]) => names.has(name) && name !== 'PATH' && value !== null && !written.has(name) && (project.toolchain.variables.test(name) || walk.base.facts?.config.env[name] !== undefined));
  if (values.length > 0) runtime.add(`ENV ${values.map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`);
  return values.map(([name]) => name);
}

/** CMD and ENTRYPOINT of the runtime stage. */
export function placeStart(walk: Walk, { newStart }: NativeProject, runtime: StageDraft, announced: Announced): void {
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
export function changedEnv(walk: Walk, { toolchain }: NativeProject, needed: readonly string[]): Record<string, string> {
  const own = walk.steps.flatMap((step) => (step.instruction.keyword === 'ENV' ? step.instruction.pairs.map((pair) => pair.name) : []));
  return {
    SSL_CERT_FILE: 'where the certificates of the runtime image are',
    PATH: 'the folders of the toolchain leave',
    ...Object.fromEntries(own.filter((name) => toolchain.variables.test(name)).map((name) => [name, 'it steers the build'])),
    ...Object.fromEntries(needed.map((name) => [name, 'the start refers to it'])),
  };
}
