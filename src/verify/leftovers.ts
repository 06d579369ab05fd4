import { variablesIn } from '../dockerfile/scope.ts';
import { programsOf, splitPackages } from '../packages/resolve.ts';
import { basename, inImage } from '../project/project.ts';
import { holdsCredentials, isSecretName } from '../secrets.ts';
import { presenceOf } from '../walk/contents.ts';
import { healthOf, startOf } from '../walk/start.ts';
import type { Walk } from '../walk/walk.ts';
import type { Proposal } from './verify.ts';

/** Nothing that was secret, and no build tool, is in the last stage: it is not built on a toolchain image, installs no compiler, and copies no credentials. */
export function leftovers(proposal: Proposal): string[] {
  const { stages, plan } = proposal;
  if (plan.runtime === 'same') return [];
  const final = stages.at(-1)!;
  return [...toolchainBase(final), ...buildPackages(final), ...secrets(proposal)];
}

function toolchainBase({ base }: Walk): string[] {
  const compiled = base.facts?.kind === 'sdk' || (base.facts?.kind === 'full' && /^(?:go|rust)$/.test(base.facts.language ?? ''));
  return compiled ? [`the last stage is built on the toolchain image ${base.written}`] : [];
}

function buildPackages(final: Walk): string[] {
  const family = final.base.facts?.family;
  if (family === undefined || family === 'none') return [];
  const called = new Set([...startOf(final).commands, ...(healthOf(final)?.commands ?? [])].map(({ program }) => basename(program)));
  for (const step of final.steps) for (const part of step.run?.parts ?? []) for (const { name } of part.commands) if (name !== undefined) called.add(basename(name));
  const isCalled = (name: string): boolean => called.has(name) || programsOf(name, family).some((program) => called.has(program));
  return final.steps.flatMap((step) =>
    (step.run?.parts ?? []).flatMap(({ effect }) =>
      effect.kind !== 'packages' || effect.action !== 'install' || effect.virtual !== undefined
        ? []
        : splitPackages(effect.packages, family, final.base.facts!.suites).filter((item) => item.role === 'build' && !isCalled(item.name)).map((item) => `the last stage installs the build tool ${item.name}`),
    ),
  );
}

function secrets({ original, stages }: Proposal): string[] {
  const final = stages.at(-1)!;
  const shown = new Set(final.steps.flatMap(({ instruction }) => (/^(?:ENV|LABEL)$/.test(instruction.keyword) ? variablesIn(instruction.logical) : [])));
  const given = final.steps.flatMap(({ instruction }) => {
    // One that an ENV or a LABEL shows is part of the original's configuration: a warning says so.
    if (instruction.keyword !== 'ARG') return [];
    return instruction.pairs.filter(({ name }) => isSecretName(name) && !shown.has(name)).map(({ name }) => `the last stage takes the secret ${name} as a build argument`);
  });
  const named = original.steps.flatMap(({ copy }) => (copy?.from === undefined ? (copy?.entries ?? []) : []));
  const files = [...named, ...named.filter(({ kind }) => kind === 'folder').flatMap(({ source, target }) => original.project.list(source).map((name) => ({ source: source === '' ? name : `${source}/${name}`, target: inImage(target, name), kind: 'file' as const })))];
  const copied = files.filter(({ source, target }) => holdsCredentials(basename(source), original.project.read(source)) && presenceOf(target, final, stages) === 'there');
  return [...given, ...new Set(copied.map(({ source }) => `the credentials of ${source} would be in the last stage`))];
}
