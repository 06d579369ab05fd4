import { argumentsOf, flagOf, type Dockerfile, type Instruction } from './dockerfile/model.ts';
import { parse } from './dockerfile/parse.ts';
import { expandWord } from './dockerfile/words.ts';
import { lookupIn } from './dockerfile/scope.ts';
import { unknownProject } from './project/project.ts';
import type { ConfigField, Plan } from './plan/plan.ts';
import { missingProgram } from './walk/program.ts';
import { lastOf, walk, type Walk } from './walk/walk.ts';

/**
 * Proves what a proposal must satisfy, on its text as a builder would read it.
 *
 * @returns the failed proofs in words; empty when all hold
 */
export function verify(original: Dockerfile, proposed: string, plan: Plan): string[] {
  const file = parse(proposed);
  const failures = file.problems.map((problem) => `line ${problem.line} of the proposal: ${problem.message}`);
  if (failures.length > 0) return failures;
  if (file.stages.length < 2) return ['the proposal has one stage only'];
  return [...references(file), ...nothingLost(original, file, plan), ...equalConfiguration(original, file, plan), ...programExists(file)];
}

/** Every `--from` and every FROM of a stage names something that exists at that place. */
function references(file: Dockerfile): string[] {
  const failures: string[] = [];
  file.stages.forEach((stage, index) => {
    const earlier = file.stages.slice(0, index);
    for (const instruction of stage.instructions) {
      const sources = [flagOf(instruction, 'from'), ...instruction.flags.filter((flag) => flag.name === 'mount').map((flag) => /(?:^|,)from=([^,]+)/.exec(flag.value ?? '')?.[1])];
      for (const from of sources) {
        if (from === undefined || /[./:$]/.test(from)) continue;
        const found = /^\d+$/.test(from) ? Number(from) < index : earlier.some((other) => other.name?.toLowerCase() === from.toLowerCase());
        if (!found) failures.push(`--from=${from} names no stage above it`);
      }
    }
  });
  return failures;
}

/** The program that starts is in the last stage. A base image that is not known may have it, as it may in the original. */
function programExists(file: Dockerfile): string[] {
  const walked = walk(file, unknownProject);
  const missing = walked.base.facts || walked.base.image === 'scratch' ? missingProgram(walked) : undefined;
  return missing === undefined ? [] : [`the runtime stage has no ${missing}, which it starts`];
}

/** Instructions that the ledger says are taken over are there, and every instruction has its entry. */
function nothingLost(original: Dockerfile, file: Dockerfile, plan: Plan): string[] {
  const failures: string[] = [];
  const final = file.stages.at(-1)!.instructions.map((instruction) => instruction.text);
  for (const instruction of original.instructions) {
    const entries = plan.ledger.filter((entry) => entry.instruction === instruction);
    if (entries.length !== 1) failures.push(`line ${instruction.line} has ${entries.length} entries in the ledger`);
    const configures = /^(?:CMD|ENTRYPOINT|EXPOSE|LABEL|STOPSIGNAL|HEALTHCHECK|VOLUME)$/.test(instruction.keyword);
    if (configures && (entries[0]?.disposition === 'runtime' || entries[0]?.disposition === 'both') && !final.includes(instruction.text)) {
      failures.push(`line ${instruction.line} (${instruction.keyword}) is missing from the runtime stage`);
    }
  }
  return failures;
}

/** The configuration of the image that the last stage gives equals the original's, field by field, unless the plan announced otherwise. */
function equalConfiguration(original: Dockerfile, file: Dockerfile, plan: Plan): string[] {
  const before = configuration(walk(original, unknownProject), plan.changedEnv);
  const after = configuration(walk(file, unknownProject), plan.changedEnv);
  const fields = Object.keys(before) as ConfigField[];
  return fields
    .filter((field) => plan.announced[field] === undefined && before[field] !== after[field])
    .map((field) => `${field} would change from ${before[field] || 'nothing'} to ${after[field] || 'nothing'}`);
}

/** An image's configuration as comparable text; what the base image brings is part of it where it is known. */
function configuration(walked: Walk, changedEnv: readonly string[] = []): Record<ConfigField, string> {
  const base = walked.base.facts?.config;
  const written = (instruction: Instruction | undefined): string | undefined => instruction && (instruction.json ? JSON.stringify(instruction.json) : instruction.logical);
  const entrypoint = lastOf(walked, 'ENTRYPOINT')?.instruction;
  const cmd = lastOf(walked, 'CMD')?.instruction;
  const words = (keyword: string): string =>
    [...new Set(walked.steps.filter((step) => step.instruction.keyword === keyword).flatMap((step) => argumentsOf(step.instruction).map((word) => expandWord(word, lookupIn(step.scope)) ?? word)))].sort().join(' ');
  const ownEnv = new Set(walked.steps.filter((step) => step.instruction.keyword === 'ENV').flatMap((step) => step.instruction.pairs.map((pair) => pair.name)));
  const user = lastOf(walked, 'USER')?.instruction.logical ?? base?.user ?? '';
  return {
    entrypoint: written(entrypoint) ?? (base?.entrypoint ? JSON.stringify(base.entrypoint) : ''),
    cmd: written(cmd) ?? (entrypoint || !base?.cmd ? '' : JSON.stringify(base.cmd)),
    env: [...ownEnv].filter((name) => !changedEnv.includes(name)).sort().map((name) => `${name}=${walked.end.scope.env.get(name) ?? '?'}`).join(' '),
    workdir: walked.end.cwd ?? '?',
    user: user === '0' || user === '' ? 'root' : user,
    expose: words('EXPOSE').split(' ').map((port) => port.replace(/\/tcp$/i, '')).join(' '),
    volume: words('VOLUME'),
    label: walked.steps.filter((step) => step.instruction.keyword === 'LABEL').flatMap((step) => step.instruction.pairs.map((pair) => `${pair.name}=${expandWord(pair.value ?? '', lookupIn(step.scope)) ?? pair.value}`)).sort().join(' '),
    stopsignal: lastOf(walked, 'STOPSIGNAL')?.instruction.logical ?? base?.stopSignal ?? '',
    healthcheck: lastOf(walked, 'HEALTHCHECK')?.instruction.text.replace(/\s+/g, ' ') ?? '',
    shell: written(lastOf(walked, 'SHELL')?.instruction) ?? '',
  };
}
