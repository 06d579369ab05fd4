import { lookupIn, variablesIn } from '../../dockerfile/scope.ts';
import { expandWord } from '../../dockerfile/words.ts';
import { refuse } from '../../findings.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { ConfigField } from '../../plan/plan.ts';
import { isReadAfter } from '../../walk/readers.ts';
import { lastOf, type Step, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { GoAnalysis } from './analysis.ts';
import { configures, servesBuild } from './builder.ts';
import { toolchainVariables } from './data.ts';

/** Variables that the runtime image has otherwise, or not at all. */
export function changedEnv(walk: Walk, needed: readonly string[]): Record<string, string> {
  const own = walk.steps.flatMap((step) => (step.instruction.keyword === 'ENV' ? step.instruction.pairs.map((pair) => pair.name) : []));
  return {
    ZONEINFO: 'where the time zones are',
    SSL_CERT_FILE: 'where the certificates of the runtime image are',
    PATH: 'the folders of the toolchain leave',
    ...Object.fromEntries(own.filter((name) => toolchainVariables.test(name)).map((name) => [name, 'it steers the build'])),
    ...Object.fromEntries(needed.map((name) => [name, 'the start refers to it'])),
  };
}

/** Variables of the toolchain, and of its image, that the start or the program names: GOPATH in `$GOPATH/bin/app`. */
export function placeToolchainEnv(walk: Walk, { start, health }: Context, analysis: GoAnalysis, runtime: StageDraft): string[] {
  const texts = [start.entrypoint, start.cmd, health?.cmd].flatMap((instruction) => (instruction ? [instruction.logical] : [])).concat(start.scripts.map((script) => script.text ?? ''));
  const names = new Set([...texts.flatMap(variablesIn), ...analysis.sources.strings.map((literal) => literal.text)]);
  const written = new Set(runtime.blocks.flatMap((block) => (block.origin?.keyword === 'ENV' ? block.origin.pairs.map((pair) => pair.name) : [])));
  const values = [...walk.end.scope.env].filter(([name, value]) => names.has(name) && name !== 'PATH' && value !== null && !written.has(name) && (toolchainVariables.test(name) || walk.base.facts?.config.env[name] !== undefined));
  if (values.length > 0) runtime.add(`ENV ${values.map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`);
  return values.map(([name]) => name);
}

/** What an instruction that configures the image becomes in the runtime stage. */
export function placeConfiguration(step: Step, walk: Walk, analysis: GoAnalysis, runtime: StageDraft, draft: Draft, announced: Partial<Record<ConfigField, string>>, addsUser: boolean): void {
  const { instruction } = step;
  const { keyword } = instruction;
  if (keyword === 'ENV') {
    if (instruction.pairs.every((pair) => toolchainVariables.test(pair.name))) return;
    if (instruction.pairs.every((pair) => pair.name === 'PATH')) return; // binaries are copied to where the start finds them
    const reason = servesBuild(step, walk, analysis) ? 'the build and the program read it' : 'the program reads it';
    const leftBehind = variablesIn(instruction.text).filter((name) => toolchainVariables.test(name) || walk.base.facts?.config.env[name] !== undefined);
    if (leftBehind.length === 0) return runtime.keep(step, reason);
    const values = instruction.pairs.map((pair) => [pair.name, expandWord(pair.value ?? '', lookupIn(step.scope))] as const);
    if (values.some(([, value]) => value === undefined)) throw refuse('unsupported-shape', { reason: `${instruction.pairs[0]!.name} depends on ${leftBehind[0]!}, whose value is not known`, help: 'Write the value out.' }, { line: instruction.line });
    runtime.rewrite(step, `ENV ${values.map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`, `${reason}; ${leftBehind[0]!} is not set in the runtime image, so the value is written out`);
  } else if (keyword === 'ARG') {
    if (isReadAfter(walk, step, /^(?:ENV|LABEL|EXPOSE|USER|VOLUME|STOPSIGNAL|HEALTHCHECK|CMD|ENTRYPOINT)$/)) runtime.keep(step, 'ARGs hold for one stage only');
  } else if (keyword === 'USER') {
    if (step === lastOf(walk, 'USER') && !addsUser) runtime.keep(step, 'the program runs as this user');
  } else if (keyword === 'SHELL') {
    const runs = [lastOf(walk, 'HEALTHCHECK'), ...(analysis.execForm ? [] : [lastOf(walk, 'CMD'), lastOf(walk, 'ENTRYPOINT')])].some((other) => other !== undefined && other.instruction.json === undefined && !/^(?:NONE|CMD\s*\[\s*")/i.test(other.instruction.logical));
    if (runs && step === lastOf(walk, 'SHELL')) runtime.keep(step, 'the start and the health check run in it');
    else announced.shell = 'it only served the build';
  } else if (keyword === 'MAINTAINER') {
    runtime.keep(step, 'says who looks after the image');
  } else if (configures.has(keyword) && keyword !== 'CMD' && keyword !== 'ENTRYPOINT') {
    if ((keyword === 'HEALTHCHECK' || keyword === 'STOPSIGNAL') && step !== lastOf(walk, keyword)) draft.drop(step, 'a later one replaces it');
    else runtime.keep(step, 'configures the image');
  }
}

/** ENTRYPOINT and CMD, in exec form where that is the same. */
export function placeStart(walk: Walk, analysis: GoAnalysis, runtime: StageDraft, announced: Partial<Record<ConfigField, string>>): void {
  const last = { entrypoint: lastOf(walk, 'ENTRYPOINT'), cmd: lastOf(walk, 'CMD') };
  const words = analysis.goRun ? [analysis.goRun.binary, ...analysis.goRun.args] : analysis.execForm;
  const written = last.entrypoint ?? last.cmd;
  if (words && written) {
    const keyword = written.instruction.keyword;
    const why = analysis.goRun ? 'starts the binary that `go run` compiled at every start' : 'one plain command: the exec form runs it without a shell, and signals reach it';
    runtime.rewrite(written, `${keyword} ${JSON.stringify(words).replaceAll('","', '", "')}`, why);
    announced[keyword === 'CMD' ? 'cmd' : 'entrypoint'] = why;
    // `ENTRYPOINT ["go","run"]` + CMD: the words of both are in the binary's start.
    if (last.entrypoint && last.cmd) announced.cmd = why;
    return;
  }
  for (const step of [last.entrypoint, last.cmd]) if (step) runtime.keep(step, 'starts the program');
}
