import { refuse } from '../../findings.ts';
import { basename, dirname, inImage } from '../../project/project.ts';
import type { Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import { cargoCallFromWords, type CargoCall } from './commands.ts';
import type { CargoProjects } from './project.ts';

/** A start through `cargo run`: the build that takes its place, and what it starts. */
export interface CargoRun {
  /** `cargo build` with the same options. */
  readonly call: CargoCall;
  /** Where the build leaves the binary. */
  readonly binary: string;
  /** Where it is in the runtime image. */
  readonly binaryTarget: string;
  readonly args: readonly string[];
  /** True when a RUN has built the same binary already. */
  readonly built: boolean;
}

/** Options of `cargo run` that take the next word. Source: `cargo help run`. */
const withValue = /^(?:--target|--target-dir|--profile|-p|--package|--bin|--example|--manifest-path|--features|-F|-j|--jobs|--message-format|--color|--config|-Z)$/;

/** Whether nothing after a build brings or changes sources: then `cargo run` would compile nothing again. */
const isLastWord = (walk: Walk, call: CargoCall, calls: readonly CargoCall[]): boolean =>
  walk.steps.every((step) => {
    if (step.instruction.index < call.step.instruction.index) return true;
    const later = (step.run?.parts ?? []).filter((part) => step !== call.step || part.start > call.part.start);
    return step.copy === undefined && later.every((part) => /^(?:packages|none|shell|account)$/.test(part.effect.kind) || calls.some((other) => other.part === part && !other.foreign));
  });

/**
 * What a start through `cargo run` compiles and runs.
 *
 * @returns undefined for any other start
 * @throws Refusal when it runs among other commands, or when it cannot be told what it starts
 */
export async function cargoRunOf(walk: Walk, start: Start, calls: readonly CargoCall[], projects: CargoProjects): Promise<CargoRun | undefined> {
  const isRun = (words: readonly (string | undefined)[]): boolean => words.slice(1).find((word) => word === undefined || !word.startsWith('+')) === 'run' || words.slice(1).find((word) => word === undefined || !word.startsWith('+')) === 'r';
  const command = start.commands.find((item) => basename(item.program) === 'cargo' && isRun(item.words));
  if (!command) return undefined;
  const place = { file: command.file || undefined, line: command.line };
  const { words } = command;
  if (start.commands.length > 1 || start.scripts.length > 0 || words.includes(undefined) || words.some((word) => /[*?$]/.test(word!))) {
    throw refuse('unsupported-shape', { reason: 'the start runs `cargo run` among other commands', help: 'Build the binary in a RUN and start that.' }, place);
  }
  const toolchain = words[1]!.startsWith('+') ? [words[1]!] : [];
  const rest = (words as string[]).slice(2 + toolchain.length);
  let end = 0;
  while (rest[end]?.startsWith('-') && rest[end] !== '--') end += withValue.test(rest[end]!) ? 2 : 1;
  const options = rest.slice(0, end);
  const args = rest.slice(rest[end] === '--' ? end + 1 : end);
  const step = { ...walk.steps.at(-1)!, cwd: walk.end.cwd, scope: walk.end.scope, user: walk.end.user };
  const built = await cargoCallFromWords(projects, step, ['cargo', ...toolchain, 'build', ...options], walk.end.cwd);
  if (walk.project.known && built.project === undefined) {
    throw refuse('unsupported-shape', { reason: 'the Dockerfile copies no Cargo.toml for the `cargo run` of the start', help: 'Copy the project; what a volume brings at run time cannot be built into the image.' }, place);
  }
  const names = [...(built.artifacts ?? []), ...built.conditional].map(basename).filter((each) => !each.endsWith('.so'));
  const preferred = built.project?.packages.map((item) => item.manifest.defaultRun).find((name) => name !== undefined && names.includes(name));
  const name = names.length === 1 ? names[0] : preferred;
  if (!walk.project.known && name === undefined) {
    throw refuse('ambiguous-artifact', { reason: 'the Cargo.toml is not at hand, and `cargo run` starts what it names', help: 'Run on the folder that is the build context.' }, place);
  }
  if (name === undefined || built.outDir === undefined) {
    throw refuse('ambiguous-artifact', { reason: names.length > 1 ? `\`cargo run\` may start ${names.join(', ')}` : '`cargo run` names no binary that can be told', help: 'Build in a RUN with `cargo build --release`, and start target/release/NAME.' }, place);
  }
  const binary = inImage(built.outDir, name);
  const made = calls.some((call) => !call.foreign && call.outDir === dirname(binary) && (call.artifacts ?? []).includes(binary) && isLastWord(walk, call, calls));
  return { call: built, binary, binaryTarget: `/usr/local/bin/${name}`, args, built: made };
}
