import { packageOfProgram, programsOf } from '../packages/resolve.ts';
import { basename, inImage } from '../project/project.ts';
import type { ShellCommand } from '../shell/parse.ts';
import { broughtTo, presenceOf, type Presence } from './contents.ts';
import { environmentOf } from './made.ts';
import { healthOf, shellBuiltins, startOf, type StartCommand } from './start.ts';
import type { Walk } from './walk.ts';

/** Interpreters with the file that they are given as their first argument. */
const interpreted: readonly { readonly program: RegExp; readonly file: RegExp }[] = [
  { program: /^(?:python|pypy)[\d.]*$/, file: /\.pyc?$/ },
  { program: /^node(?:js)?$/, file: /\.[cm]?js$/ },
  { program: /^bun$|^deno$|^tsx$|^ts-node$/, file: /\.[cm]?[jt]sx?$/ },
  { program: /^dotnet$/, file: /\.dll$/ },
  { program: /^java$/, file: /\.[jw]ar$/ },
  { program: /^(?:ruby|perl|php)$/, file: /\.(?:rb|pl|php)$/ },
];

/** The folders of PATH where neither the image nor the Dockerfile sets it. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The file that the container starts, or that the interpreter it starts is given, when nothing in the stage brings it. Undefined when it is
 * there, or when that cannot be told (a bare name, a variable).
 *
 * @param stages the walks of all stages of the file
 */
export function missingProgram(walked: Walk, stages: readonly Walk[] = [walked]): string | undefined {
  const main = startOf(walked).main;
  return main && filesOf(main).find((path) => presenceOf(path, walked, stages) === 'absent');
}

/** A program that a stage lacks although its start or its health check runs it. */
export interface MissingProgram {
  /** A bare name, or an absolute path. */
  readonly program: string;
  /** `the start` or `the health check`. */
  readonly caller: string;
}

/** All programs and files that the start, its scripts and the health check call and that the stage cannot have. */
export function missingPrograms(walked: Walk, stages: readonly Walk[] = [walked]): MissingProgram[] {
  const of = (commands: readonly StartCommand[], caller: string): MissingProgram[] =>
    commands.flatMap((command) => {
      const files = filesOf(command).filter((path) => presenceOf(path, walked, stages) === 'absent');
      const bare = !/[/$*?`]/.test(command.program) && programPresence(command.program, walked, stages) === 'absent' ? [command.program] : [];
      return [...files, ...bare].map((program) => ({ program, caller }));
    });
  return [...of(startOf(walked).commands, 'the start'), ...of(healthOf(walked)?.commands ?? [], 'the health check')];
}

/** Absolute paths that a command needs: the program, when it is a path, and what its interpreter runs. */
function filesOf(command: StartCommand): string[] {
  const { cwd } = command;
  const absolute = (path: string | undefined): string[] => (path === undefined || path === '' || /[$*?`]/.test(path) || (cwd === undefined && !path.startsWith('/')) ? [] : [inImage(cwd ?? '/', path)]);
  const name = basename(command.program);
  const interpreter = interpreted.find(({ program }) => program.test(name));
  const argument = name === 'java' && command.words[1] === '-jar' ? command.words[2] : command.words[1];
  return [...(command.program.includes('/') ? absolute(command.program) : []), ...(interpreter && argument !== undefined && interpreter.file.test(argument) ? absolute(argument) : [])];
}

/**
 * What is known of a program that is called by its bare name. `absent` is said only of one that a known package or base image would have to
 * bring, and none does: lists of programs are not complete.
 */
export function programPresence(name: string, walked: Walk, stages: readonly Walk[] = [walked]): Presence {
  const { facts } = walked.base;
  if (shellBuiltins.has(name) || facts?.programs.includes(name)) return 'there';
  const path = walked.end.scope.env.has('PATH') ? walked.end.scope.env.get('PATH') : usualPath;
  if (facts === undefined || path === null || path === undefined) return 'possible';
  const family = facts.family === 'none' ? undefined : facts.family;
  const found = chain(walked).flatMap((stage) => stage.steps.flatMap((step) => step.run?.parts ?? [])).map(({ effect, commands }): Presence => {
    if (commands.every((command) => worksElsewhere(command, path.split(':')))) return 'absent';
    if (effect.kind === 'none' || effect.kind === 'shell' || effect.kind === 'files' || effect.kind === 'account') return 'absent';
    if (effect.kind !== 'packages') return 'possible';
    if (effect.action !== 'install' || family === undefined) return 'absent';
    if (effect.packages.some((written) => written.replace(/[=:~@/].*$/, '') === name || programsOf(written, family).includes(name))) return 'there';
    return effect.unknown || effect.packages.some((written) => programsOf(written, family).length === 0) ? 'possible' : 'absent';
  });
  if (found.includes('there')) return 'there';
  const copied = path.split(':').filter((folder) => folder.startsWith('/')).map((folder) => chain(walked).map((stage) => broughtTo(inImage(folder, name), stage, stages, false)).find((answer) => answer !== undefined));
  if (copied.includes('there')) return 'there';
  if (found.includes('possible') || copied.includes('possible')) return 'possible';
  if (facts.kind === 'scratch' || facts.kind === 'distroless') return 'absent';
  return family !== undefined && packageOfProgram(name, family) !== undefined ? 'absent' : 'possible';
}

/** Whether a command makes a virtual environment, or installs into one, whose programs are not on PATH. */
function worksElsewhere({ name, words }: ShellCommand, path: readonly string[]): boolean {
  const environment = environmentOf(name);
  if (environment !== undefined) return !path.includes(`${environment}/bin`);
  const made = /^python[\d.]*$/.test(name ?? '') && words[1]?.value === '-m' && words[2]?.value === 'venv' ? words.at(-1)?.value : undefined;
  return made !== undefined && made.startsWith('/') && !path.includes(`${made}/bin`);
}

/** A stage and the earlier ones that it is built on. */
const chain = (walked: Walk): Walk[] => [walked, ...(walked.base.stage ? chain(walked.base.stage) : [])];
