import { refuse } from '../../findings.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { inImage } from '../../project/project.ts';
import { parseShell, type ShellCommand } from '../../shell/parse.ts';
import { shellBuiltins } from '../../walk/start.ts';
import type { Step } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { PythonBase, RuntimeImage } from './base.ts';
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
  for (const { program, why, line, file } of wanted) {
    if (shellBuiltins.has(program) || has.has(program) || kept.has(program) || /^(?:python|pip)[\d.]*$/.test(program)) continue;
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
      if (!image.differs && !system.dropped.some((item) => /^(?:gcc|g\+\+|build-essential|gfortran|clang|build-base|.*-dev)/.test(item.name))) continue;
      additions.set(name, additions.get(name) ?? `${name}: ${item.why}${item.file === undefined ? '' : ` (${item.file}:${item.line})`}`);
    }
  }
  // What a compiler links with comes with the compiler: it has to stay where the compiler goes.
  for (const { held, name } of system.dropped) {
    const library = held ? compilerLibrary(bare(name), system.family) : undefined;
    if (library !== undefined && !system.kept.has(library)) additions.set(library, `${library}: what ${bare(name)} compiled is linked with it`);
  }
  return { additions, stays };
}

function compilerLibrary(compiler: string, family: SystemPackages['family']): string | undefined {
  if (compiler === 'gfortran') return family === 'alpine' ? 'libgfortran' : family === 'rhel' ? 'libgfortran' : 'libgfortran5';
  return family === 'alpine' && /^(?:gcc|g\+\+|build-base|clang)$/.test(compiler) ? 'libstdc++' : undefined;
}

/** Programs that RUNs of the runtime stage call, those of the project's scripts included. */
function programsOfRuns(context: Context, roles: readonly StepRoles[], leaner: boolean): Wanted[] {
  return roles.flatMap((step) =>
    chosenParts(step, ({ role }) => role === 'runtime' || role === 'both' || role === 'repository').flatMap(({ part }) =>
      part.commands.flatMap((command) => programsOfCommand(context, command, step.step, part.cwd, leaner, 0)),
    ),
  );
}

/** Package managers of other languages, whose packages may be compiled while they are installed. */
const mayCompile = /^(?:gem|bundle|bundler|npm|npx|yarn|pnpm|bun|cargo|rustup|go|luarocks|cpan|cpanm|R|Rscript|pecl|composer|cabal|stack|mvn|gradle|sbt|lein)$/;

const unseen = (script: string, line: number): Error => refuse('unknown-command', { command: script.slice(0, 100), help: 'What this script needs cannot be read here. Run on the folder that is the build context, or write its steps as RUN instructions.' }, { line });

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
  if (leaner && (piped || (script !== undefined && (isShell || /^\.{0,2}\//.test(script) && !/^\/(?:usr|bin|sbin|opt\/venv)\b/.test(script)) && !/\.py$|\/bin\/(?:python|pip)/.test(script)))) throw unseen(script ?? command.words.map((word) => word.text).join(' '), line);
  if (leaner && mayCompile.test(program)) throw refuse('unknown-command', { command: words.map((word) => word.text).join(' ').slice(0, 100), help: 'It may compile what it installs; build it in a stage of its own and copy the result.' }, { line });
  if (leaner && program.endsWith('.py') && words.some((word) => word.value === 'install')) throw unseen(name, line);
  return isShell ? [] : [{ program, why: `line ${line} calls it`, line, file: undefined }];
}
