import { nativeNeeds } from '../../packages/native.ts';
import { lockedNames, pipfileNames, readPyproject, type Pyproject } from '../../manifests/pyproject.ts';
import { readRequirements, type RequirementFiles } from '../../manifests/requirements.ts';
import { refuse } from '../../findings.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { dirname } from '../../project/project.ts';
import type { Context } from '../language.ts';
import { checkPython, chooseImage, describeBase, suitesOf, type PythonBase, type RuntimeImage } from './base.ts';
import { decideCarry, type Carry, type PartUse } from './carry.ts';
import { developmentTools } from './data.ts';
import { packagesImported, programsCalled } from './evidence.ts';
import { resolvePrograms, type Additions } from './programs.ts';
import { checkNative, checkSplittable, hasNative, rolesOf, type StepRoles } from './roles.ts';
import { mayDownloadPython } from './managed-python.ts';
import { managedStart, type ManagedStart } from './start.ts';
import { scanSources, type PythonSources } from './scan.ts';
import { familyOf, splitSystem, type SystemPackages } from './system.ts';
import { usesOf } from './uses.ts';

/** Everything that is known of a Python project before a line is written. */
export interface Analysis {
  readonly context: Context;
  readonly base: PythonBase;
  readonly image: RuntimeImage;
  readonly uses: readonly PartUse[];
  readonly roles: readonly StepRoles[];
  /** Undefined when nothing is installed. */
  readonly carry: Carry | undefined;
  readonly system: SystemPackages;
  /** Packages that the runtime stage needs and the Dockerfile does not name. */
  readonly additions: Additions;
  readonly sources: PythonSources;
  /** Requirements files of the installations, nested ones included, by context path. */
  readonly requirements: RequirementFiles;
  readonly pyproject: Pyproject | undefined;
  /** Names of all packages that are known to be installed. */
  readonly names: ReadonlySet<string>;
  readonly needs: readonly Requirement[];
  /** uv may download a Python, which the environment needs then. */
  readonly ownPython: boolean;
  readonly start: ManagedStart;
  /** Installers such as poetry go into the environment too, since the start calls them. */
  readonly toolsInVenv: boolean;
  /** Python packages of the distribution must be seen from the environment. */
  readonly systemSitePackages: boolean;
  /** The environment is not on PATH yet, and the start relies on a manager to find it. */
  readonly pathForVenv: boolean;
}

/**
 * Analyses a project.
 *
 * @throws Refusal for shapes that cannot be converted safely
 */
export async function analyze(context: Context): Promise<Analysis> {
  const { walk, start, health, options } = context;
  const installing = start.commands.find((command) => /^(?:pip[\d.]*|poetry|pipenv|pdm|conda)$/.test(command.program.replace(/^.*\//, '')) && command.words.some((word) => word === 'install' || word === 'sync'));
  const byModule = start.commands.find((command) => command.words.includes('-m') && command.words.includes('pip') && command.words.includes('install'));
  if (installing || byModule) {
    throw refuse('unsupported-shape', { reason: 'packages are installed when the container starts, and may be compiled then', help: 'Install them with RUN in the Dockerfile.' }, { file: (installing ?? byModule)!.file || undefined, line: (installing ?? byModule)!.line });
  }
  const base = describeBase(walk);
  const roles = rolesOf(walk, base);
  roles.forEach(checkSplittable);
  const uses = walk.steps.flatMap((step) => (step.run?.parts ?? []).flatMap((part): PartUse[] => usesOf(part).map((use) => ({ step, part, use }))));
  checkPython(walk, base, uses.some(({ use }) => use.kind === 'tool' || use.kind === 'venv' || (use.kind === 'install' && use.install.tool !== 'uv')));
  const carry = decideCarry(walk, base, uses, [start, ...(health ? [health] : []), ...context.composed], options, hasNative(roles));
  checkNative(roles, carry);
  const sources = scanSources(walk.project);
  const installs = uses.flatMap(({ use }) => (use.kind === 'install' || use.kind === 'tool' ? [use.install] : []));
  const paths = installs.flatMap((install) => install.files).flatMap((file) => (file === undefined ? [] : (walk.locate(file) ?? [])));
  const requirements = readRequirements(walk.project, [...new Set(paths)].filter((path) => !/\.(?:toml|lock)$|Pipfile|\.python-version$/.test(path)));
  const { pyproject, locked } = await manifestsOf(context, [...paths, ...installs.flatMap((install) => install.local.map((folder) => walk.locate(`${folder}/pyproject.toml`) ?? ''))]);
  const ownPython = mayDownloadPython(context, base, uses.flatMap(({ use, step }) => (use.kind === 'install' ? [{ install: use.install, step }] : [])), pyproject);
  const specs = [...requirements.names.map((item) => item.spec), ...installs.flatMap((install) => install.specs), ...locked, ...(pyproject?.dependencies ?? [])];
  const names = new Set(specs.map((spec) => spec.replace(/\[.*$/, '')));
  const needs = requirementsOf(context, base, sources, specs);
  const image = chooseImage(walk, base, needs, options.runtime);
  const { system, additions } = systemOf(context, base, image, roles, needs, sources, requirements.fromGit.length > 0 || installs.some((install) => install.fromGit) || pyproject?.fromGit === true);
  const managed = managedStart(context, pyproject, installs.some((install) => install.local.length > 0));
  return {
    context, base, image, uses, roles, carry, system, additions, sources, requirements, pyproject, names, needs,
    ownPython,
    start: managed,
    toolsInVenv: managed.needsManager || uses.some(({ part }) => part.commands.some(({ words }) => words.some((word, at) => word.value === '-m' && /^(?:poetry|pipenv|uv|pdm)$/.test(words[at + 1]?.value ?? '')))),
    systemSitePackages: base.kind === 'other' || [...system.kept].some((name) => /^(?:python3-(?!minimal$|distutils$|dev$)|py3-)/.test(name)),
    pathForVenv: managed.rewritten.size > 0 && carry?.kind === 'own-venv' && !walk.end.scope.env.get('PATH')?.split(':').includes(`${carry.path}/bin`),
  };
}

/** Images whose programs are linked with nothing but the C library. */
const standalone = /(?:^|\/)(?:uv|tini|dumb-init|busybox|aws-lambda-adapter|docker|gosu|su-exec|caddy|kubectl|ruff)(?:$|[:@])/;

async function manifestsOf(context: Context, paths: readonly string[]): Promise<{ pyproject: Pyproject | undefined; locked: readonly string[] }> {
  const { project } = context.walk;
  const locked: string[] = [];
  let pyproject: Pyproject | undefined;
  for (const path of new Set(paths)) {
    const text = /(?:pyproject\.toml|\.lock|Pipfile)$/.test(path) ? project.read(path) : undefined;
    if (text === undefined) continue;
    if (path.endsWith('pyproject.toml')) {
      pyproject ??= await readPyproject(text);
      for (const lock of ['poetry.lock', 'uv.lock', 'pdm.lock']) {
        const at = [dirname(path), lock].filter(Boolean).join('/');
        locked.push(...(await lockedNames(at, project.read(at) ?? '')));
      }
    } else if (path.endsWith('Pipfile')) locked.push(...(await pipfileNames(text)));
    else locked.push(...(await lockedNames(path, text)));
  }
  return { pyproject, locked };
}

/** What the program needs of the runtime image. */
function requirementsOf(context: Context, base: PythonBase, sources: PythonSources, specs: readonly string[]): Requirement[] {
  const { walk, start, health } = context;
  const needs: Requirement[] = [];
  const { shell } = start;
  if (shell) needs.push({ need: shell.name === 'bash' ? 'bash' : 'shell', why: shell.why, file: shell.file || undefined, line: shell.line });
  const others = context.composed.flatMap((other) => other.commands);
  for (const command of [...start.commands, ...(health?.commands ?? []), ...others]) {
    if (/^[\w.+-]+$/.test(command.program)) needs.push({ need: `program:${command.program}`, why: start.commands.includes(command) ? 'the start calls it' : others.includes(command) ? 'a compose file runs it' : 'HEALTHCHECK calls it', file: command.file || undefined, line: command.line });
  }
  needs.push(...programsCalled(sources, new Set(base.facts?.programs ?? [])), ...packagesImported(sources));
  for (const step of walk.steps) {
    const from = step.copy?.from;
    if (from !== undefined && !standalone.test(from)) needs.push({ need: 'same-image', why: `what comes from ${from} may be linked with libraries of the base image`, file: undefined, line: step.instruction.line });
  }
  const family = familyOf(walk, base);
  const brings = (pattern: RegExp): boolean => walk.steps.some((step) => step.run !== undefined && pattern.test(step.instruction.text));
  // A browser's libraries are complete where the package manager, or playwright, chose them; a list by hand may lean on the base image.
  const browserByHand = brings(/\blib(?:nss3|gbm1|atk|asound2|xcomposite1|xkbcommon)/) && !brings(/--with-deps|install-deps|\bchromium(?:-browser)?\b|google-chrome|firefox/);
  for (const spec of new Set(specs)) {
    const need = family === undefined ? undefined : nativeNeeds('pypi', spec, family, suitesOf(base));
    if (!need) continue;
    const name = spec.replace(/\[.*$/, '');
    // A frozen list names GitPython for a library that can do without; only an import of it is a need.
    if (name === 'gitpython' && sources.complete && !needs.some((item) => item.need === 'program:git')) continue;
    if (developmentTools.has(name)) continue;
    const there = need.packages.filter((item) => need.inFullImage || base.facts?.libraries.includes(item));
    for (const item of there) needs.push({ need: `library:${item}`, why: `${name}: ${need.reason}`, file: undefined, line: undefined });
    if (need.unprovable && need.packages.length === 0 && browserByHand) needs.push({ need: 'same-image', why: `${name}: ${need.reason}`, file: undefined, line: undefined });
  }
  return needs;
}

function systemOf(context: Context, base: PythonBase, image: RuntimeImage, roles: readonly StepRoles[], needs: readonly Requirement[], sources: PythonSources, fromGit: boolean): { system: SystemPackages; additions: Additions } {
  const { walk } = context;
  const goes = new Map<string, string>();
  const callsGit = needs.some((item) => item.need === 'program:git') || roles.some((step) => step.parts.some((part) => part.role === 'runtime' && /\bgit\b/.test(part.part.text)));
  if (fromGit && sources.complete && !callsGit) goes.set('git', 'only pip calls it, for packages from a repository');
  const wanted = needs.flatMap((item) => (/^(?:package|library):/.test(item.need) ? [item.need.replace(/^\w+:/, '')] : []));
  const first = splitSystem(walk, base, new Set(wanted), goes);
  const found = resolvePrograms(context, base, image, roles, needs, first);
  const system = found.stays.size === 0 ? first : splitSystem(walk, base, new Set([...wanted, ...found.stays]), goes);
  return { system, additions: found.additions };
}
