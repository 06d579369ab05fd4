import { refuse, type Place } from '../findings.ts';

/** Something that the program needs at run time. */
export interface Requirement {
  /** `shell`, `bash`, `glibc`, `musl`, `certificates`, `timezones`, `tmp`, `home`, `users:debian`, `program:git`, `package:libpq5`, `package-manager` … */
  readonly need: string;
  /** For a reader: "CMD is in shell form". */
  readonly why: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** A runtime that could be used, the smallest first in a list of them. */
export interface Candidate {
  /** Name of the runtime, as `--runtime` takes it. */
  readonly runtime: string;
  /** What FROM says. */
  readonly image: string;
  /** True when the image has it, or the plan can add it. */
  readonly offers: (need: string) => boolean;
}

export interface Choice {
  readonly candidate: Candidate;
  /** One sentence: why this one and none smaller. */
  readonly sentence: string;
}

/**
 * Picks the first candidate that meets all requirements.
 *
 * @param wanted the user's `--runtime`, or `auto`
 * @param place where a refusal points when no line of the project speaks for the need
 * @throws Refusal `runtime-lacks` when the wanted one, or all of them, lack something
 */
export function chooseRuntime(candidates: readonly Candidate[], requirements: readonly Requirement[], wanted: string, place: Place): Choice {
  const lacking = (candidate: Candidate): Requirement | undefined => requirements.find((requirement) => !candidate.offers(requirement.need));
  const fitting = candidates.filter((candidate) => lacking(candidate) === undefined);
  const possible = [...new Set(fitting.map((candidate) => candidate.runtime))].join(', ');
  const help = possible === '' ? 'No runtime image that is known here has all of it: stay with the original, or write the runtime stage by hand.' : `Leave --runtime at auto, or choose one of: ${possible}.`;
  const considered = wanted === 'auto' ? candidates : candidates.filter((candidate) => candidate.runtime === wanted);
  if (considered.length === 0) throw refuse('runtime-lacks', { runtime: wanted, reason: 'is none that this project can have', help }, place);
  const chosen = considered.find((candidate) => fitting.includes(candidate));
  if (!chosen) {
    const first = considered.at(-1)!;
    const need = lacking(first)!;
    throw refuse('runtime-lacks', { runtime: first.runtime, reason: `lacks what the program needs: ${describeNeed({ ...need, line: undefined })}`, help }, need.line === undefined ? place : { file: need.file, line: need.line });
  }
  const smaller = candidates.slice(0, candidates.indexOf(chosen)).map((candidate) => ({ candidate, need: lacking(candidate) }));
  const reasons = smaller.filter((item) => item.need !== undefined).map((item) => `${item.candidate.runtime} lacks ${describeNeed(item.need!)}`);
  const sentence =
    wanted !== 'auto' ? `${chosen.image}, as asked for with --runtime` : reasons.length === 0 ? `${chosen.image} is the smallest that has all the program needs` : `${chosen.image}: ${reasons.join('; ')}`;
  return { candidate: chosen, sentence };
}

/** A requirement in words, with its evidence. */
export function describeNeed(requirement: Requirement): string {
  const place = requirement.line === undefined ? '' : ` (${requirement.file ?? 'Dockerfile'}:${requirement.line})`;
  const [kind, value] = requirement.need.split(/:(.*)/s);
  const thing = value === undefined ? (kind === 'shell' ? 'a shell' : kind === 'tmp' ? 'a folder for temporary files' : kind) : kind === 'program' ? `the program ${value}` : kind === 'users' ? `users as ${value} makes them` : `the ${kind} ${value}`;
  return `${thing}: ${requirement.why}${place}`;
}
