import { ambiguousTools, packageOfProgram, programsOf, splitPackages, type PackageFamily } from '../../packages/resolve.ts';
import { nativeNeeds } from '../../packages/native.ts';
import type { ImageFacts } from '../../images/catalogue.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { shellBuiltins, type Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import type { NodeApp } from './app.ts';
import { firstMatch, importedPackages, type NodeSources } from './sources.ts';
import type { NodeStart } from './start.ts';
import type { ClassifiedStep } from './steps.ts';

/** What the runtime image must have besides node. */
export interface SystemNeeds {
  /** System packages to install, those of the Dockerfile and those that the full base image brought. */
  readonly packages: readonly string[];
  /** Why each package that the Dockerfile does not name is added. */
  readonly added: ReadonlyMap<string, string>;
  readonly requirements: readonly Requirement[];
  /** Why a smaller image cannot be proved to have everything; undefined when it can. */
  readonly unproven: string | undefined;
  /** That is because of where packages come from, or how their installation is guided. */
  readonly foreign: boolean;
  /** System packages that the build alone needs. */
  readonly buildOnly: number;
}

const runners = /(?<![.\w$])(?:exec|execSync|spawn|spawnSync|execFile|execFileSync|execa|execaSync|execaCommand|execaCommandSync|shell\.exec|(?:child_process|childProcess|cp|child|require\(\s*['"](?:node:)?child_process['"]\s*\))\.(?:exec|execSync|spawn|spawnSync|execFile|execFileSync))\s*\(\s*(?:(['"`])([^'"`\n]*?)(\1|\$\{)|([^)\s'"`][^,)]{0,60}))/g;

/** Programs of every Debian and Alpine image. Source: the packages that are marked essential, and busybox. */
const everywhere = new Set('sh cat cp mv rm ls mkdir chmod chown grep sed awk find test echo sleep kill env date tar gzip head tail cut tr sort uniq wc basename dirname touch ln df du id whoami uname hostname printf tee xargs node npm npx yarn yarnpkg corepack nodejs stat readlink true false which mktemp seq timeout nice nohup expr od'.split(' '));

/**
 * Gathers the programs and libraries of the system that run time needs.
 *
 * @param runtime what is known of the image that is to be the runtime
 * @param sameAsBase it is the original's own base image: what the original did without is not added
 * @param own names that are no system programs: global tools, programs of node_modules, copied files
 */
export function systemNeeds(walk: Walk, app: NodeApp, steps: readonly ClassifiedStep[], start: Start, health: Start | undefined, resolved: NodeStart, sources: NodeSources, runtime: ImageFacts, sameAsBase: boolean, own: (program: string) => boolean): SystemNeeds {
  const family = runtime.family;
  const requirements: Requirement[] = [];
  const packages = new Set<string>();
  const added = new Map<string, string>();
  let unproven: string | undefined;
  let kept: string | undefined;
  const called = new Map<string, { why: string; file: string | undefined; line: number | undefined }>();
  const call = (program: string | undefined, why: string, file: string | undefined, line: number | undefined): void => {
    if (program === undefined || program.includes('$')) return;
    const name = program.slice(program.lastIndexOf('/') + 1);
    if (name === '' || shellBuiltins.has(name) || everywhere.has(name) || own(name) || (program.includes('/') && walk.locate(program) !== undefined) || /^\.{1,2}\//.test(program)) return;
    if (!called.has(name)) called.set(name, { why, file, line });
  };
  for (const command of start.commands) call(command.program, 'the start calls it', command.file || undefined, command.line);
  for (const leaf of resolved.leaves) if (leaf.file !== undefined && leaf.viaRunner === undefined) call(leaf.program, 'the start calls it', leaf.file, leaf.line);
  for (const command of health?.commands ?? []) call(command.program, 'the health check calls it', command.file || undefined, command.line);
  for (const item of steps) for (const part of item.parts) if (part.role === 'system') for (const command of part.part.commands) call(command.name, 'a RUN that the runtime stage repeats calls it', undefined, item.step.instruction.line);
  for (const shell of [start.shell, health?.shell]) if (shell?.name === 'bash') called.set('bash', { why: shell.why, file: shell.file || undefined, line: shell.line });

  const imports = importedPackages(sources);
  const runsPrograms = ['child_process', 'execa', 'shelljs', 'cross-spawn', 'zx', 'node-cmd'].find((name) => imports.has(name)) ?? (firstMatch(sources, /['"](?:node:)?child_process['"]/) ? 'child_process' : undefined);
  let unknownProgram: string | undefined;
  if (runsPrograms !== undefined) {
    for (const [file, { code }] of sources.files) {
      if (!/child_process|execa|shelljs|cross-spawn|\bzx\b|node-cmd/.test(code)) continue;
      for (const match of code.matchAll(runners)) {
        const line = code.slice(0, match.index).split('\n').length;
        const text = match[2]?.trim();
        if (text !== undefined && text !== '') for (const part of text.split(/\s*(?:&&|\|\||[|;])\s*/)) call(part.split(/\s+/)[0], 'the sources start it', file, line);
        else if (!/process\.(?:execPath|argv)/.test(match[0])) unknownProgram ??= `${file}:${line} starts a program whose name is made at run time`;
      }
    }
  }

  const suites = runtime.suites.length > 0 ? runtime.suites : runtime.suite;
  const installed = steps.flatMap(({ step, parts }) => {
    // What the same RUN removes again is in no layer.
    const removed = new Set(parts.flatMap(({ part }) => (part.effect.kind === 'packages' && part.effect.action === 'remove' ? part.effect.packages : [])));
    return parts.flatMap(({ part }) =>
      part.effect.kind === 'packages' && part.effect.action === 'install' && !(part.effect.virtual !== undefined && removed.has(part.effect.virtual)) ? part.effect.packages.filter((name) => !removed.has(name)).map((name) => ({ name, line: step.instruction.line })) : [],
    );
  });
  if (family !== 'none') {
    for (const [name, place] of called) {
      if (sameAsBase && installed.length === 0 && !runtime.programs.includes(name)) continue;
      requirements.push({ need: `program:${name}`, why: place.why, file: place.file, line: place.line });
      if (runtime.programs.includes(name)) continue;
      const brought = packageOfProgram(name, family);
      if (brought === undefined) unproven ??= `the program ${name} is needed, and no package is known that has it`;
      else {
        packages.add(brought);
        added.set(brought, `${name}: ${place.why}${place.file === undefined ? '' : ` (${place.file}:${place.line})`}`);
      }
    }
    // Debian's git, curl and wget only recommend the certificates and ssh that the full image has.
    for (const [name, place] of called) {
      if (runtime.certificates || sameAsBase || !/^(?:git|curl|wget|svn|hg)$/.test(name) || place.why === 'the health check calls it') continue;
      packages.add('ca-certificates');
      added.set('ca-certificates', `ca-certificates: ${name} checks them`);
      if (name !== 'git' || family === 'alpine' || !(walk.base.facts?.programs.includes('ssh') ?? false)) continue;
      packages.add('openssh-client');
      added.set('openssh-client', 'openssh-client: git reaches hosts through it');
    }
    // A dev dependency that the sources import runs, too.
    const dependencies = [...Object.keys(app.manifest?.dependencies ?? {}), ...Object.keys(app.manifest?.optionalDependencies ?? {}), ...Object.keys(app.manifest?.devDependencies ?? {}).filter((name) => imports.has(name))];
    for (const name of dependencies) {
      const need = nativeNeeds('npm', name, family, suites);
      if (!need) continue;
      if (need.unprovable) {
        unproven ??= `${name}: ${need.reason}`;
        continue;
      }
      for (const item of need.inFullImage ? need.packages : []) {
        if (runtime.programs.includes(item) || runtime.libraries.includes(item) || packages.has(item)) continue;
        if (sameAsBase && !installed.some(({ name }) => name.replace(/[=<>~:@].*$/, '') === item)) continue;
        packages.add(item);
        added.set(item, `${name}: ${need.reason}`);
        requirements.push({ need: `package:${item}`, why: `${name}: ${need.reason}`, file: app.source === undefined ? undefined : 'package.json', line: undefined });
      }
    }
  }
  unproven ??= unknownProgram;

  const dropped: string[] = [];
  const effects = steps.flatMap(({ parts }) => parts.map(({ part }) => part.effect));
  if (effects.some((effect) => effect.kind === 'packages' && effect.unknown)) unproven ??= 'packages are named by a variable';
  const toolchain = installed.some(({ name }) => /^(?:make|g\+\+|gcc|build-essential|build-base|alpine-sdk|node-gyp)$/.test(name));
  if (family !== 'none') {
    splitPackages(installed.map((item) => item.name), family as PackageFamily, suites).forEach((decision, index) => {
      const { line } = installed[index]!;
      const bare = decision.name.replace(/[=<>~:@].*$/, '');
      if (decision.role === 'build') {
        dropped.push(bare);
        return;
      }
      const serves = [bare, ...programsOf(bare, family as PackageFamily)];
      const isCalled = serves.some((program) => called.has(program));
      const python = /^python[23]?(?:\.\d+)?(?:-dev|-minimal)?$|^python-is-python3$|^py3-setuptools$|^python3-(?:setuptools|distutils|pip)$/.test(bare);
      const onlyBuild = (python && toolchain) || (ambiguousTools.has(bare) && !/^(?:ca-certificates|tzdata|bash|locales)$/.test(bare) && sources.known);
      if (onlyBuild && !isCalled && unknownProgram === undefined) {
        dropped.push(bare);
        return;
      }
      // The image's own yarn comes first on PATH.
      if (bare === 'yarn' && runtime.programs.includes('yarn')) return;
      kept ??= bare;
      for (const name of decision.runtime) packages.add(name);
      requirements.push({ need: `package:${bare}`, why: decision.reason, file: undefined, line });
    });
  }
  const guided = kept === undefined ? undefined : effects.some((effect) => effect.kind === 'packages' && effect.action === 'repository') ? `${kept} may come from a further repository` : effects.some((effect) => effect.kind === 'system' && effect.program === 'debconf-set-selections') ? 'answers for the installation of packages are set' : undefined;
  unproven = guided ?? unproven;
  return { packages: [...packages], added, requirements, unproven, foreign: guided !== undefined, buildOnly: dropped.filter((name) => !packages.has(name)).length };
}
