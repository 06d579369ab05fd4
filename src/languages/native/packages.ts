import { ambiguousTools, programsOf, splitPackages } from '../../packages/resolve.ts';
import { inImage } from '../../project/project.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { shellBuiltins, type StartCommand } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import type { SourceFacts } from './facts.ts';

/** Programs that scripts wait for a port with, where they are there. No image of Debian or Ubuntu has them; BusyBox is listed as having its own. */
const probes = /^(?:nc|netcat|ncat|telnet|nmap|socat)$/;

/** Clients of data bases, and what makes a shell comfortable: modules speak to data bases themselves. */
const forPeople = /^(?:sqlite3?|postgresql(?:\d*|-\d+)?-client(?:-\d+)?|(?:default-)?mysql-client|mariadb-client|redis-tools|zsh|fish|tmux|screen|mc|less|man-db|bash-completion|neovim|emacs.*)$/;

/** What system packages the runtime image must have, and why the others leave. */
export interface SystemNeeds {
  readonly requirements: readonly Requirement[];
  /** Packages to install in a runtime of the builder's own distribution. */
  readonly packages: readonly string[];
  /** Programs that are called at run time, with the package that has them; for a runtime of another distribution. */
  readonly programs: readonly string[];
}

/** Programs that fetch over HTTPS. Debian's packages of them only recommend the certificates. */
const tlsClients: ReadonlySet<string> = new Set(['git', 'curl', 'wget', 'svn', 'hg', 'chromium', 'google-chrome']);

/**
 * Sorts the packages that the Dockerfile installs into those of the build and those of the program, by what starts programs: the sources,
 * the start, its scripts and the health check.
 *
 * @param own names of programs that the runtime stage gets from the build
 * @param exec how sources start programs, for a reader
 * @param buildOnly packages that the language's own rules know to serve only the build
 * @param called programs that the start, its scripts and the health check call, built-ins and the project's own left out
 */
export function systemNeeds(walked: Walk, sources: SourceFacts, called: readonly StartCommand[], own: ReadonlySet<string>, dynamic: boolean, exec: string, buildOnly: ReadonlySet<string> = new Set()): SystemNeeds {
  const family = walked.base.facts?.family;
  const requirements: Requirement[] = [];
  const packages = new Set<string>();
  const programs = new Set<string>();
  const startsShell = sources.programs.some((evidence) => /(?:^|\/)(?:ba|da|a|z)?sh$/.test(evidence.text));
  const unknownExec = sources.programs.find((evidence) => evidence.text === '' || !/^[\w./+-]+$/.test(evidence.text));
  const execs = sources.programs.filter((evidence) => evidence !== unknownExec && evidence.text !== '');
  for (const evidence of execs) {
    const name = evidence.text.split('/').at(-1)!;
    if (name === 'sh' || name === 'bash' || name === 'ash') requirements.push({ need: name === 'bash' ? 'bash' : 'shell', why: `${exec} starts ${name}`, file: evidence.file, line: evidence.line });
    else if (evidence.text.includes('/') && !/^\/(?:usr\/(?:local\/)?)?s?bin\//.test(evidence.text)) {
      // A path of the project's own: its string says that the file is needed, and its first line which shell.
      const source = walked.locate(inImage(walked.end.cwd ?? '/', evidence.text));
      const shell = /^#!\s*\S*\/(?:env\s+)?(\w+)/.exec((source === undefined ? undefined : walked.project.read(source)) ?? '')?.[1];
      if (shell !== undefined && /^(?:ba|da|a)?sh$/.test(shell)) requirements.push({ need: shell === 'bash' ? 'bash' : 'shell', why: `${exec} starts ${evidence.text}`, file: evidence.file, line: evidence.line });
    } else if (!own.has(evidence.text)) {
      requirements.push({ need: `program:${name}`, why: `${exec} starts it`, file: evidence.file, line: evidence.line });
      programs.add(name);
      if (tlsClients.has(name)) requirements.push({ need: 'certificates', why: `${name} checks certificates`, file: evidence.file, line: evidence.line });
    }
  }
  for (const command of called) {
    const name = command.program.split('/').at(-1)!;
    if (shellBuiltins.has(name) || !/^[\w.+-]+$/.test(name)) continue;
    // A script that looks for what the original image lacks, as wait-for-it does, gets along without it.
    if (command.file !== '' && probes.test(name) && !walked.base.facts?.programs.includes(name) && !installedPrograms(walked).includes(name)) continue;
    requirements.push({ need: `program:${name}`, why: 'the start, a script or the health check calls it', file: command.file === '' ? undefined : command.file, line: command.line });
    programs.add(name);
  }
  const installed = installedPackages(walked);
  const known = family === undefined || family === 'none' ? [] : splitPackages(installed.map((item) => item.name), family, walked.base.facts?.suites);
  const calledByRuns = new Set(walked.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => (part.effect.kind === 'packages' ? [] : part.commands.flatMap((command) => command.name?.split('/').at(-1) ?? []))));
  known.forEach((decision, index) => {
    const { line } = installed[index]!;
    const bare = decision.name.replace(/[=<>~:].*$/, '');
    if (decision.role === 'build' || buildOnly.has(bare) || bare === 'ca-certificates' || bare === 'tzdata') return;
    const serves = (family !== undefined && family !== 'none' ? programsOf(bare, family) : []).concat(bare);
    // git reaches hosts through ssh.
    const isCalled = serves.some((program) => programs.has(program) || (program === 'ssh' && programs.has('git')));
    if (decision.role === 'translated' && !dynamic) return;
    // With the sources at hand, a tool that nothing starts served the build, or people. What no build uses, modules of others may start.
    const isTool = ambiguousTools.has(bare) || forPeople.test(bare) || serves.some((program) => calledByRuns.has(program));
    if (isTool && sources.known && !unknownExec && !startsShell && !isCalled) return;
    for (const name of decision.runtime) packages.add(name);
    // An image without a package manager may have a library, and then by the library's own name.
    for (const need of decision.role === 'translated' ? decision.runtime : [bare]) requirements.push({ need: `package:${need}`, why: decision.reason, file: undefined, line });
  });
  if (unknownExec) requirements.push({ need: 'shell', why: `${exec} starts a program whose name is made at run time`, file: unknownExec.file, line: unknownExec.line });
  return { requirements, packages: [...packages], programs: [...programs] };
}

/** Packages that the Dockerfile installs and leaves installed, with their lines. */
export function installedPackages(walked: Walk): { readonly name: string; readonly line: number }[] {
  let left: { name: string; line: number; group: string | undefined }[] = [];
  const bare = (name: string): string => name.replace(/[=<>~:].*$/, '');
  for (const step of walked.steps) {
    for (const { effect } of step.run?.parts ?? []) {
      if (effect.kind !== 'packages') continue;
      if (effect.action === 'install') left.push(...effect.packages.map((name) => ({ name, line: step.instruction.line, group: effect.virtual })));
      if (effect.action === 'remove') left = left.filter((item) => !effect.packages.some((name) => name === item.group || bare(name) === bare(item.name)));
    }
  }
  return left;
}

/** Names of the programs that packages of the Dockerfile bring. */
export function installedPrograms(walked: Walk): string[] {
  const family = walked.base.facts?.family;
  return installedPackages(walked).flatMap(({ name }) => {
    const bare = name.replace(/[=<>~:].*$/, '');
    return family === undefined || family === 'none' ? [bare] : [...programsOf(bare, family), bare];
  });
}
