import { argumentsOf, type Instruction } from '../dockerfile/model.ts';
import { lookupIn } from '../dockerfile/scope.ts';
import { expandWord } from '../dockerfile/words.ts';
import { toolchainVariable } from '../images/toolchain.ts';
import type { ConfigField, Plan } from '../plan/plan.ts';
import { lastOf, type Walk } from '../walk/walk.ts';
import type { Proposal } from './verify.ts';

/** One field of the image configuration, or one environment variable, that is not what it was. */
export interface ConfigChange {
  readonly field: ConfigField;
  /** The variable, for `env`. */
  readonly name: string | undefined;
  /** Empty for nothing. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

type Fields = Record<Exclude<ConfigField, 'env'>, string>;

/**
 * Compares the configuration that the last stage gives its image with the original's, field by field, what the base images bring included.
 * Source of the fields: the OCI image configuration, `docker image inspect`.
 */
export function compareConfiguration({ original, stages, plan }: Proposal): { failures: string[]; changes: ConfigChange[] } {
  const final = stages.at(-1)!;
  const before = configuration(original);
  const after = configuration(final);
  const fields = (Object.keys(before) as (keyof Fields)[]).filter((field) => before[field] !== after[field]);
  const differences = [
    ...fields.map((field) => ({ field, name: undefined, before: before[field], after: after[field], reason: plan.announced[field] ?? broughtByBase(field, before[field], after[field], final) })),
    ...environment(original, final, plan),
  ];
  const failures = differences.filter(({ reason }) => reason === undefined).map(({ field, name, before: old, after: now }) => `${name === undefined ? field : `the variable ${name}`} would change from ${old || 'nothing'} to ${now || 'nothing'}`);
  return { failures, changes: differences.flatMap((item) => (item.reason === undefined ? [] : [{ ...item, reason: item.reason }])) };
}

/** Ports and volumes that only come on top, since the new base image declares them for itself. */
function broughtByBase(field: ConfigField, before: string, after: string, { base }: Walk): string | undefined {
  const declared = field === 'expose' ? base.facts?.config.exposed : field === 'volume' ? base.facts?.config.volumes : undefined;
  const [old, now] = [before.split(' ').filter(Boolean), after.split(' ').filter(Boolean)];
  const onTop = declared !== undefined && old.every((word) => now.includes(word)) && now.every((word) => old.includes(word) || declared.includes(word));
  return onTop ? `${base.written} declares it for itself` : undefined;
}

function environment(original: Walk, final: Walk, plan: Plan): (Omit<ConfigChange, 'reason'> & { reason: string | undefined })[] {
  const [before, after] = [original.end.scope.env, final.end.scope.env];
  const text = (value: string | null | undefined): string => (value === undefined ? '' : (value ?? '?'));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const found = names
    .filter((name) => before.has(name) !== after.has(name) || before.get(name) !== after.get(name))
    .map((name) => ({ field: 'env' as const, name, before: text(before.get(name)), after: text(after.get(name)), reason: plan.changedEnv?.[name] ?? (isOwn(original, name) || isOwn(final, name) ? undefined : toolchainVariable(name)) }));
  if (original.base.facts !== undefined || sameBase(original, final)) return found;
  return [...found, { field: 'env', name: `every variable of ${original.base.written}`, before: 'unknown', after: '', reason: plan.announced.env }];
}

const isOwn = (walked: Walk, name: string): boolean => walked.steps.some((step) => step.instruction.keyword === 'ENV' && step.instruction.pairs.some((pair) => pair.name === name));

/** Whether both are built on the same image, of which then nothing need be known. */
const sameBase = (a: Walk, b: Walk): boolean => rootImage(a) === rootImage(b);

const rootImage = (walked: Walk): string => (walked.base.stage ? rootImage(walked.base.stage) : walked.base.written);

/** An image's configuration as comparable text, the environment apart. What a base image that is not known brings is its own name. */
function configuration(walked: Walk): Fields {
  const base = walked.base.facts?.config;
  const inherited = (value: string | undefined): string => (base ? (value ?? '') : `what ${rootImage(walked)} says`);
  const written = (instruction: Instruction | undefined): string | undefined => instruction && (instruction.json ? JSON.stringify(instruction.json) : instruction.logical);
  const last = (keyword: string): Instruction | undefined => lastInChain(walked, keyword);
  const entrypoint = last('ENTRYPOINT');
  const cmd = last('CMD');
  const user = walked.end.user ?? inherited(base?.user);
  return {
    entrypoint: written(entrypoint) ?? inherited(base?.entrypoint && JSON.stringify(base.entrypoint)),
    cmd: written(cmd) ?? (entrypoint ? '' : inherited(base?.cmd && JSON.stringify(base.cmd))),
    workdir: walked.end.cwd ?? inherited('?'),
    user: user === '0' || user === '' ? 'root' : user,
    expose: words(walked, 'EXPOSE').map((port) => port.replace(/\/tcp$/i, '')).join(' '),
    volume: words(walked, 'VOLUME').join(' '),
    label: labels(walked),
    stopsignal: last('STOPSIGNAL')?.logical ?? inherited(base?.stopSignal),
    healthcheck: last('HEALTHCHECK')?.text.replace(/\s+/g, ' ') ?? inherited(''),
    shell: walked.end.shell ? JSON.stringify(walked.end.shell) : inherited(''),
  };
}

/** The last instruction with a keyword, in the stage or in the earlier ones that it is built on. */
const lastInChain = (walked: Walk, keyword: string): Instruction | undefined => lastOf(walked, keyword)?.instruction ?? (walked.base.stage && lastInChain(walked.base.stage, keyword));

const chain = (walked: Walk): Walk[] => [...(walked.base.stage ? chain(walked.base.stage) : []), walked];

/** The arguments of all instructions with a keyword, variables replaced, sorted, each once. What a base image brings is part of it where it is known. */
function words(walked: Walk, keyword: 'EXPOSE' | 'VOLUME'): string[] {
  const steps = chain(walked).flatMap((stage) => stage.steps.filter((step) => step.instruction.keyword === keyword));
  const own = steps.flatMap((step) => argumentsOf(step.instruction).map((word) => expandWord(word, lookupIn(step.scope), walked.file.escape) ?? word));
  const config = walked.base.facts?.config;
  return [...new Set([...((keyword === 'EXPOSE' ? config?.exposed : config?.volumes) ?? []), ...own])].sort();
}

function labels(walked: Walk): string {
  const steps = chain(walked).flatMap((stage) => stage.steps.filter((step) => step.instruction.keyword === 'LABEL'));
  return steps.flatMap((step) => step.instruction.pairs.map((pair) => `${pair.name}=${expandWord(pair.value ?? '', lookupIn(step.scope), walked.file.escape) ?? pair.value}`)).sort().join(' ');
}
