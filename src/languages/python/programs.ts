import { hasOption, readArguments } from '../../effects/arguments.ts';
import { refuse } from '../../findings.ts';
import { installsWithoutCompiler } from '../../packages/native.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { inImage } from '../../project/project.ts';
import { parseShell, type ShellCommand, type ShellWord } from '../../shell/parse.ts';
import { programsOf } from '../../packages/resolve.ts';
import { dataOf } from '../../packages/tables.ts';
import type { RunPart } from '../../walk/run.ts';
import { shellBuiltins } from '../../walk/start.ts';
import type { Step } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { suitesOf, type PythonBase, type RuntimeImage } from './base.ts';
import { chosenParts, type StepRoles } from './roles.ts';
import { bare, packageWith, programsKept, type SystemPackages } from './system.ts';
import { unwrap, useOf } from './uses.ts';

/** Packages to install in the runtime stage, each with what needs it. */
export type Additions = ReadonlyMap<string, string>;

interface Wanted {
  readonly program: string;
  readonly why: string;
  readonly line: number | undefined;
  readonly file: string | undefined;
  /** The part of a RUN that calls it. */
  readonly part?: RunPart;
}

/**
 * Finds a package for every program and library that the runtime stage needs and its image lacks.
 *
 * @returns packages to add, and packages of the Dockerfile that must stay although they look like the build's
 * @throws Refusal `unknown-command` for a program that the base image has and no package is known for
 */
export function resolvePrograms(context: Context, base: PythonBase, image: RuntimeImage, roles: readonly StepRoles[], needs: readonly Requirement[], system: SystemPackages): { additions: Additions; stays: ReadonlySet<string> } {
  const additions = new Map<string, string>();
  const stays = new Set<string>();
  const kept = programsKept(system);
  const has = new Set(image.facts?.programs ?? []);
  const hadBase = new Set(base.facts?.programs ?? []);
  const wanted: Wanted[] = [
    ...needs.flatMap((item) => (item.need.startsWith('program:') ? [{ program: item.need.slice('program:'.length), why: item.why, line: item.line, file: item.file }] : [])),
    ...programsOfRuns(context, roles, image.differs || system.dropped.length > 0),
  ];
  for (const { program, why, line, file, part } of wanted) {
    // A package that is installed further down comes too late.
    const inTime = kept.has(program) && (part === undefined || !hadBase.has(program) || keptBefore(part, program, context, system));
    if (shellBuiltins.has(program) || has.has(program) || inTime || /^(?:python|pip)[\d.]*$/.test(program)) continue;
    const own = packageWith(program, system);
    const dropped = own !== undefined && system.dropped.some(({ name }) => name.replace(/[=:/].*$/, '') === own);
    if (dropped && !hadBase.has(program)) stays.add(own);
    else if (image.differs && hadBase.has(program)) {
      if (own === undefined) throw refuse('unknown-command', { command: program, help: `No package is known that brings ${program} to ${image.image}; install it with apt-get, then run again.` }, { line, file });
      if (dropped) stays.add(own);
      else additions.set(own, additions.get(own) ?? `${program}: ${why}${file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`}`);
    }
  }
  const leaves = system.dropped.some(({ held }) => held);
  if (image.differs || leaves) {
    const libraries = new Set(image.facts?.libraries ?? []);
    for (const item of needs) {
      const name = /^(?:library|package):(.*)$/.exec(item.need)?.[1];
      if (name === undefined || system.kept.has(name) || libraries.has(name) || kept.has(name) || stays.has(name)) continue;
      // On the same image, a library that no package of the Dockerfile can have brought was not there before either.
      if (!image.differs && !system.dropped.some((item) => /-dev(?:el)?$/.test(bare(item.name)))) continue;
      additions.set(name, additions.get(name) ?? `${name}: ${item.why}${item.file === undefined ? '' : ` (${item.file}:${item.line})`}`);
    }
  }
  // What a compiler links with comes with the compiler: it has to stay where the compiler goes.
  for (const { held, name } of system.dropped) {
    const library = held ? compilerLibrary(bare(name), system.family, [suitesOf(base) ?? []].flat()) : undefined;
    if (library !== undefined && !system.kept.has(library)) additions.set(library, `${library}: what ${bare(name)} compiled is linked with it`);
  }
  return { additions, stays };
}

/** Whether the runtime stage installs a package with a program before a part runs. */
function keptBefore(part: RunPart, program: string, { walk }: Context, system: SystemPackages): boolean {
  const all = walk.steps.flatMap((step) => step.run?.parts ?? []);
  const { family } = system;
  return all.slice(0, all.indexOf(part)).some((other) => (system.installs.get(other) ?? []).some((decision) => decision.runtime.some((name) => bare(name) === program || (family !== undefined && programsOf(name, family).includes(program)))));
}

/** Suites with a compiler before GCC 8. Source: the package pages of Debian and Ubuntu. */
const olderFortran: Readonly<Record<string, string>> = { wheezy: 'libgfortran3', jessie: 'libgfortran3', stretch: 'libgfortran3', trusty: 'libgfortran3', xenial: 'libgfortran3', bionic: 'libgfortran4' };

/** The library of a compiler; the compiler itself where the suite, and so its name, is not known. */
function compilerLibrary(compiler: string, family: SystemPackages['family'], suites: readonly string[]): string | undefined {
  const names = new Set(suites.map((suite) => (dataOf(family === 'ubuntu' ? 'ubuntu' : 'debian').suites.includes(suite) ? 'libgfortran5' : (olderFortran[suite] ?? compiler))));
  if (compiler === 'gfortran') return family === 'alpine' || family === 'rhel' ? 'libgfortran' : names.size === 1 ? [...names][0]! : compiler;
  return family === 'alpine' && /^(?:gcc|g\+\+|build-base|clang)$/.test(compiler) ? 'libstdc++' : undefined;
}

/** Programs that RUNs of the runtime stage call, those of the project's scripts included. */
function programsOfRuns(context: Context, roles: readonly StepRoles[], leaner: boolean): Wanted[] {
  return roles.flatMap((step) =>
    chosenParts(step, ({ role }) => role === 'runtime' || role === 'both' || role === 'repository').flatMap(({ part }) =>
      // The shell at the end of a pipe that sets a repository up reads a script that is known.
      part.commands.filter((command) => !(part.effect.kind === 'packages' && part.effect.action === 'repository' && /(?:^|\/)(?:ba)?sh$/.test(unwrap(command.words)[0]?.value ?? ''))).flatMap((command) => programsOfCommand(context, command, step.step, part.cwd, leaner, 0).map((wanted) => ({ ...wanted, part }))),
    ),
  );
}

/** Package managers of other languages, whose packages may be compiled while they are installed. */
const mayCompile = /^(?:gem|bundle|bundler|npm|npx|yarn|pnpm|bun|cargo|rustup|go|luarocks|cpan|cpanm|R|Rscript|pecl|composer|cabal|stack|mvn|gradle|sbt|lein)$/;

/** Whether a command installs nothing but programs that need no compiler: `npm install -g yarn`. */
function installsPrograms(words: readonly ShellWord[], program: string): boolean {
  if (program !== 'npm' && program !== 'gem' && program !== 'yarn') return false;
  const options = new Set(program === 'gem' ? ['-v', '--version', '-i', '-n', '--source'] : ['--prefix', '--registry', '--loglevel']);
  const read = readArguments(words.slice(1), options);
  const verb = read.operands.slice(0, program === 'yarn' ? 2 : 1).join(' ');
  const names = read.operands.slice(program === 'yarn' ? 2 : 1).map((name) => name?.replace(/(?<=.)@.*$/, ''));
  const global = program === 'npm' ? hasOption(read, ['-g', '--global']) && /^(?:install|i|add)$/.test(verb) : verb === (program === 'yarn' ? 'global add' : 'install');
  return global && names.length > 0 && names.every((name) => name !== undefined && installsWithoutCompiler(program === 'gem' ? 'gem' : 'npm', name));
}

const unseen = (script: string, line: number): Error => refuse('unknown-command', { command: script.slice(0, 100), help: 'What this script needs cannot be read here. Run on the folder that is the build context, or write its steps as RUN instructions.' }, { line });

/** `curl … | sh`. */
function fromNetwork(step: Step, command: ShellCommand): Error {
  const part = step.run?.parts.find((each) => each.commands.includes(command));
  const text = part?.text ?? command.words.map((word) => word.text).join(' ');
  return refuse('unknown-command', { command: text.replace(/\s+/g, ' ').slice(0, 100), help: 'What a script from the network does cannot be read here. Write its steps as RUN instructions.' }, { line: step.instruction.line });
}

function programsOfCommand(context: Context, command: ShellCommand, step: Step, cwd: string | undefined, leaner: boolean, depth: number): Wanted[] {
  const words = unwrap(command.words);
  const name = words[0]?.value;
  const { line } = step.instruction;
  if (name === undefined) return [];
  const program = name.slice(name.lastIndexOf('/') + 1);
  const isShell = /^(?:ba|da)?sh$/.test(program);
  const inline = isShell ? words.findIndex((word) => /^-\w*c$/.test(word.text)) : -1;
  if (inline > 0) return parseShell(words[inline + 1]?.value ?? '').parts.flatMap((part) => part.commands.flatMap((each) => programsOfCommand(context, each, step, cwd, leaner, depth + 1)));
  const script = isShell ? words.slice(1).find((word) => !word.text.startsWith('-'))?.value : name.includes('/') ? name : undefined;
  const path = script === undefined || (cwd === undefined && !script.startsWith('/')) ? undefined : inImage(cwd ?? '/', script);
  const source = path === undefined ? undefined : context.walk.locate(path);
  if (source !== undefined && depth < 5) {
    const text = context.walk.project.read(source);
    if (text === undefined) {
      if (!leaner) return [];
      throw unseen(script!, line);
    }
    if (/^#!.*python/.test(text)) return [];
    return parseShell(text).parts.flatMap((part) =>
      part.commands.flatMap((each) => {
        const use = useOf(each, undefined);
        if (use?.kind === 'install' || use?.kind === 'conda' || /^(?:apt|apt-get|apk|make|gcc|cmake)$/.test(each.name ?? '')) {
          throw refuse('unknown-command', { command: `${script}, which calls ${each.name}`, help: 'Write what the script installs as RUN instructions of the Dockerfile.' }, { line });
        }
        return programsOfCommand(context, each, step, undefined, leaner, depth + 1);
      }),
    );
  }
  const piped = isShell && script === undefined && depth === 0;
  if (leaner && (piped || (script !== undefined && (isShell || /^\.{0,2}\//.test(script) && !/^\/(?:usr|bin|sbin|opt\/venv)\b/.test(script)) && !/\.py$|\/bin\/(?:python|pip)/.test(script)))) throw script === undefined ? fromNetwork(step, command) : unseen(script, line);
  if (leaner && mayCompile.test(program) && !installsPrograms(words, program)) throw refuse('unknown-command', { command: words.map((word) => word.text).join(' ').slice(0, 100), help: 'It may compile what it installs; build it in a stage of its own and copy the result.' }, { line });
  if (leaner && program.endsWith('.py') && words.some((word) => word.value === 'install')) throw unseen(name, line);
  // `update-alternatives --install link name path` needs the path.
  const install = program === 'update-alternatives' ? words.findIndex((word) => word.value === '--install') : -1;
  const target = install < 0 ? undefined : words[install + 3]?.value?.replace(/^.*\//, '');
  const wanted = (name: string): Wanted => ({ program: name, why: `line ${line} calls it`, line, file: undefined });
  return isShell ? [] : [wanted(program), ...(target === undefined ? [] : [wanted(target)])];
}
