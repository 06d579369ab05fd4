import { lookupIn } from '../../dockerfile/scope.ts';
import type { ShellCommand } from '../../shell/parse.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';

/** A command with what runs before it in the same shell. */
export interface Placed {
  readonly step: Step;
  readonly command: ShellCommand;
  /** The same with `env A=b` in front of it, where that is written. */
  readonly written?: ShellCommand;
  /** Parts of the same shell in front of it. */
  readonly before: readonly RunPart[];
}

/**
 * The value that a variable has for one command: its own assignment, what was exported before it in the same shell, ENV and ARG, and what `go env -w` wrote.
 *
 * @returns null when it is set to something that is not known, undefined when nothing sets it
 */
export function valueIn(walked: Walk, { step, command, written = command, before }: Placed, name: string): string | null | undefined {
  const own = command.assignments.findLast((assignment) => assignment.name === name);
  if (own) return own.value ?? null;
  const inline = written.words.findLast((word) => word.text.startsWith(`${name}=`));
  if (inline && /(?:^|\/)(?:env|sudo)$/.test(written.name ?? '')) return inline.value?.slice(name.length + 1) ?? null;
  const exported = before.flatMap((part) => part.commands).flatMap((other) => exportedBy(other, name)).at(-1);
  if (exported !== undefined) return exported;
  const inScope = lookupIn(step.scope)(name);
  if (inScope !== undefined) return inScope;
  const parts = [...walked.steps.filter((other) => other.instruction.index < step.instruction.index).flatMap((other) => other.run?.parts ?? []), ...before];
  return parts.flatMap((part) => part.commands).flatMap((other) => (other.words[1]?.value === 'env' && other.words[2]?.value === '-w' ? other.words.slice(3).flatMap((word) => assigned(word, name)) : [])).at(-1);
}

/** `export A=b`, `A=b` for a variable that is exported already, `declare -x A=b`. */
function exportedBy(command: ShellCommand, name: string): (string | null)[] {
  if (/^(?:export|declare|readonly|typeset)$/.test(command.name ?? '')) return command.words.slice(1).flatMap((word) => assigned(word, name));
  return command.words.length > 0 ? [] : command.assignments.flatMap((assignment) => (assignment.name === name ? [assignment.value ?? null] : []));
}

const assigned = (word: { readonly text: string; readonly value: string | undefined }, name: string): (string | null)[] => (word.text.startsWith(`${name}=`) ? [word.value?.slice(name.length + 1) ?? null] : []);

/** Where `go install` puts binaries: GOBIN, else GOPATH/bin; undefined when that is not known. Source: `go help install`. */
export function goBinOf(walked: Walk, placed: Placed): string | undefined {
  const gobin = valueIn(walked, placed, 'GOBIN');
  if (gobin) return gobin.startsWith('/') ? gobin : undefined;
  const gopath = gobin === null ? undefined : goPathOf(walked, placed);
  return gopath === undefined ? undefined : `${gopath}/bin`;
}

/** The first folder of GOPATH; undefined when it is not known. */
export function goPathOf(walked: Walk, placed: Placed): string | undefined {
  const gopath = valueIn(walked, placed, 'GOPATH');
  if (gopath === null) return undefined;
  const first = gopath?.split(':')[0];
  if (first) return first.startsWith('/') ? first : undefined;
  const home = homeOf(walked, placed);
  return home === undefined ? undefined : `${home === '/' ? '' : home}/go`;
}

/** The home folder of whoever runs a command: HOME, or what the image and its RUNs say of the user; undefined when not known. */
export function homeOf(walked: Walk, placed: Placed): string | undefined {
  const home = valueIn(walked, placed, 'HOME');
  if (home) return home;
  const facts = walked.base.facts;
  if (home === null || facts === undefined) return undefined;
  const user = (placed.step.user ?? facts.config.user ?? 'root').replace(/:.*$/, '');
  if (user === 'root' || user === '0') return '/root';
  const maker = walked.steps.filter((step) => step.instruction.index < placed.step.instruction.index).flatMap((step) => step.run?.parts ?? []).find(({ effect }) => effect.kind === 'account' && (effect.name === user || effect.uid === user) && /user/.test(effect.program));
  if (maker?.effect.kind !== 'account' || maker.effect.name === undefined) return undefined;
  return /(?:^|\s)(?:-d|-h|--home(?:-dir)?)[ =](\/[^\s'"$]+)/.exec(maker.text)?.[1] ?? (/(?:^|\s)-\w*H|--system|--no-create-home|(?:^|\s)-r\b/.test(maker.text) ? undefined : `/home/${maker.effect.name}`);
}
