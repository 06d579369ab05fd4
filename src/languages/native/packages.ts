import { variablesIn } from '../../dockerfile/scope.ts';
import { ambiguousTools, isPlain, isSameEverywhere, programsOf, splitPackages } from '../../packages/resolve.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { inImage } from '../../project/project.ts';
import { composeStarts, shellBuiltins, type StartCommand } from '../../walk/start.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Evidence, SourceFacts } from './facts.ts';

/** Programs that scripts wait for a port with, where they are there. No image of Debian or Ubuntu has them; BusyBox is listed as having its own. */
const probes = /^(?:nc|netcat|ncat|telnet|nmap|socat)$/;

/** Clients of data bases, and what makes a shell comfortable: modules speak to data bases themselves. */
const forPeople = /^(?:sqlite3?|postgresql(?:\d*|-\d+)?-client(?:-\d+)?|(?:default-)?mysql-client|mariadb-client|redis-tools|zsh|fish|tmux|screen|mc|less|man-db|bash-completion|neovim|emacs.*)$/;

/** A package for the runtime stage. */
export interface RuntimePackage {
  readonly name: string;
  /** As the Dockerfile installs it; undefined for a library of the builder's image. */
  readonly installed: InstalledPackage | undefined;
  /** True for the library behind a package of headers. */
  readonly library: boolean;
  /** The package is in no table, or named for a certain repository: the distribution may not have it. */
  readonly unlisted: boolean;
}

/** A package that the Dockerfile installs and leaves installed. */
export interface InstalledPackage {
  readonly name: string;
  /** As it is written, where ARGs name it: whoever builds may choose another one. */
  readonly written: string | undefined;
  readonly line: number;
  readonly step: Step;
  readonly part: RunPart;
  /** Whether what the package recommends comes with it. */
  readonly recommends: boolean;
  /** Words of the install command that name a repository or release: `-t bookworm-backports`, `--repository …`. */
  readonly from: readonly string[];
}

/** What system packages the runtime image must have, and why the others leave. */
export interface SystemNeeds {
  readonly requirements: readonly Requirement[];
  /** Packages to install in a runtime of the builder's own distribution. */
  readonly packages: readonly RuntimePackage[];
  /** Programs that are called at run time, with the package that has them; for a runtime of another distribution. */
  readonly programs: readonly string[];
}

/** Programs that fetch over HTTPS. Debian's packages of them only recommend the certificates. */
const tlsClients: ReadonlySet<string> = new Set(['git', 'curl', 'wget', 'svn', 'hg', 'chromium', 'google-chrome']);

/** What the choice of system packages goes by. */
export interface SystemQuestion {
  readonly sources: SourceFacts;
  /** Programs that the start, its scripts and the health check call, built-ins and the project's own left out. */
  readonly called: readonly StartCommand[];
  /** Names of programs that the runtime stage gets from the build. */
  readonly own: ReadonlySet<string>;
  /** Whether the binaries are linked with shared libraries. */
  readonly dynamic: boolean;
  /** How sources start programs, for a reader. */
  readonly exec: string;
  /** Packages that the language's own rules know to serve only the build. */
  readonly buildOnly?: ReadonlySet<string>;
  /** Programs that libraries of the project start where they are there; `text` is the program. */
  readonly ofLibraries?: readonly (Evidence & { readonly why: string })[];
}

/**
 * Sorts the packages that the Dockerfile installs into those of the build and those of the program, by what starts programs: the sources,
 * the start, its scripts and the health check.
 */
export function systemNeeds(walked: Walk, { sources, called, own, dynamic, exec, buildOnly, ofLibraries = [] }: SystemQuestion): SystemNeeds {
  const family = walked.base.facts?.family;
  const requirements: Requirement[] = [];
  const packages = new Map<string, RuntimePackage>();
  const programs = new Set<string>();
  const startsShell = sources.programs.some((evidence) => /(?:^|\/)(?:ba|da|a|z)?sh$/.test(evidence.text));
  const unknownExec = sources.programs.find((evidence) => evidence.text === '' || !/^[\w./+-]+$/.test(evidence.text));
  const execs = sources.programs.filter((evidence) => evidence !== unknownExec && evidence.text !== '');
  // Scripts of the project that the sources start call programs themselves.
  const scripted: StartCommand[] = [];
  const start = (name: string, why: string, { file, line }: { file: string; line: number }): void => {
    requirements.push({ need: `program:${name}`, why, file, line });
    programs.add(name);
    if (tlsClients.has(name)) requirements.push({ need: 'certificates', why: `${name} checks certificates`, file, line });
  };
  for (const evidence of execs) {
    const { text, file, line } = evidence;
    const name = text.split('/').at(-1)!;
    const source = text.includes('/') && walked.end.cwd !== undefined ? walked.locate(inImage(walked.end.cwd, text)) : undefined;
    if (source !== undefined) {
      const [run] = composeStarts(walked, [{ file, line, kind: 'entrypoint', words: [text], text: '' }]);
      if (run?.shell) requirements.push({ need: run.shell.name === 'bash' ? 'bash' : 'shell', why: `${exec} starts ${source}`, file, line });
      scripted.push(...(run?.commands.filter((command) => !command.program.includes('/')) ?? []));
    } else if (name === 'sh' || name === 'bash' || name === 'ash') requirements.push({ need: name === 'bash' ? 'bash' : 'shell', why: `${exec} starts ${name}`, file, line });
    // A path of the project that is nowhere: it does not start in the original either, or a build step makes it.
    else if ((!text.includes('/') || /^\/(?:usr\/(?:local\/)?)?s?bin\//.test(text)) && !own.has(text)) {
      start(name, `${exec} starts it`, evidence);
      if (text.startsWith('/')) requirements.push({ need: `path:${text}`, why: `${exec} starts it`, file, line });
    }
  }
  const there = [...(walked.base.facts?.programs ?? []), ...installedPrograms(walked)];
  for (const item of ofLibraries) if (there.includes(item.text)) start(item.text, item.why, item);
  for (const command of [...called, ...scripted]) {
    const name = command.program.split('/').at(-1)!;
    if (shellBuiltins.has(name) || !/^[\w.+-]+$/.test(name)) continue;
    // A script that looks for what the original image lacks, as wait-for-it does, gets along without it.
    if (command.file !== '' && probes.test(name) && !walked.base.facts?.programs.includes(name) && !installedPrograms(walked).includes(name)) continue;
    requirements.push({ need: `${isPlain(name) ? 'utility' : 'program'}:${name}`, why: 'the start, a script or the health check calls it', file: command.file === '' ? undefined : command.file, line: command.line });
    programs.add(name);
    if (command.program.startsWith('/')) requirements.push({ need: `path:${command.program}`, why: 'the start, a script or the health check calls it', file: command.file === '' ? undefined : command.file, line: command.line });
  }
  // git reaches hosts through ssh, which the full images have.
  if (programs.has('git') && walked.base.facts?.programs.includes('ssh')) programs.add('ssh');
  const installed = installedPackages(walked);
  const known = family === undefined || family === 'none' ? [] : splitPackages(installed.map((item) => item.name), family, walked.base.facts?.suites);
  const calledByRuns = new Set(walked.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => (part.effect.kind === 'packages' ? [] : part.commands.flatMap((command) => command.name?.split('/').at(-1) ?? []))));
  known.forEach((decision, index) => {
    const { line } = installed[index]!;
    const bare = decision.name.replace(/[=<>~:].*$/, '');
    if (decision.role === 'build' || buildOnly?.has(bare) || bare === 'ca-certificates' || bare === 'tzdata') return;
    const serves = (family !== undefined && family !== 'none' ? programsOf(bare, family) : []).concat(bare);
    const isCalled = serves.some((program) => programs.has(program) || (program === 'ssh' && programs.has('git')));
    if (decision.role === 'translated' && !dynamic) return;
    // With the sources at hand, a tool that nothing starts served the build, or people. What no build uses, modules of others may start.
    const isTool = ambiguousTools.has(bare) || forPeople.test(bare) || serves.some((program) => calledByRuns.has(program));
    if (isTool && sources.known && !unknownExec && !startsShell && !isCalled) return;
    for (const name of decision.runtime) packages.set(name, { name, installed: installed[index]!, library: decision.role === 'translated' || bare.startsWith('lib'), unlisted: decision.role === 'unknown' || installed[index]!.from.length > 0 || decision.name.includes('@') });
    // Programs that are the same everywhere may come from another distribution's package; a pinned version may not.
    const same = decision.role === 'runtime' && decision.name === bare && serves.slice(0, -1).length > 0 && serves.slice(0, -1).every((program) => isSameEverywhere(program));
    // An image without a package manager may have a library, and then by the library's own name.
    for (const need of decision.role === 'translated' ? decision.runtime : [bare]) requirements.push({ need: `${same ? 'tool' : 'package'}:${need}`, why: decision.reason, file: undefined, line });
  });
  if (unknownExec) requirements.push({ need: 'shell', why: `${exec} starts a program whose name is made at run time`, file: unknownExec.file, line: unknownExec.line });
  return { requirements, packages: [...packages.values()], programs: [...programs] };
}

/** Packages that the Dockerfile installs and leaves installed. */
export function installedPackages(walked: Walk): InstalledPackage[] {
  let left: (InstalledPackage & { group: string | undefined })[] = [];
  const bare = (name: string): string => name.replace(/[=<>~:@].*$/, '');
  // `APT::Install-Recommends "false";` in a file of /etc/apt holds for all commands after it.
  const configured = walked.steps.find((step) => /APT::Install-Recommends["\s]*(?:0|false|no)/i.test(step.instruction.text));
  for (const step of walked.steps) {
    for (const part of step.run?.parts ?? []) {
      const { effect } = part;
      if (effect.kind !== 'packages') continue;
      if (effect.action === 'install') {
        const words = part.commands.flatMap((command) => command.words.map((word) => word.value ?? word.text));
        const recommends = effect.manager === 'apt' && (configured === undefined || configured.instruction.index > step.instruction.index) && !words.some((word) => /^--no-install-recommends$|Install-Recommends=(?:0|false|no)/i.test(word));
        const from = words.flatMap((word, at) => (/^(?:-X|--repository|-t|--target-release|--default-release)$/.test(word) && !(effect.manager === 'apk' && word === '-t') ? [word, words[at + 1] ?? ''] : /^--(?:repository|target-release|default-release)=|^-X./.test(word) ? [word] : []));
        const named = part.commands.flatMap((command) => command.words.filter((word) => word.text.includes('$')));
        const writtenAs = (name: string): string | undefined => named.find((word) => word.list === undefined && word.value === name && variablesIn(word.text).every((variable) => step.scope.args.has(variable) && !step.scope.env.has(variable)))?.text;
        // A name that ends in a minus tells apt to remove the package; here a variable is empty, unless whoever builds sets it.
        left.push(...effect.packages.filter((name) => !(effect.manager === 'apt' && name.endsWith('-')) || !part.simple || writtenAs(name) !== undefined).map((name) => ({ name, written: writtenAs(name), line: step.instruction.line, step, part, recommends, from, group: effect.virtual })));
      }
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
