import { refuse } from '../../findings.ts';
import { effectOf } from '../../effects/effects.ts';
import { containerAction } from '../../project/action.ts';
import { basename, dirname, inImage, unknownProject } from '../../project/project.ts';
import type { Requirement } from '../../plan/requirements.ts';
import type { ShellCommand } from '../../shell/parse.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Start } from '../../walk/start.ts';
import { exposedPorts, lastOf, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import { userNeeds } from '../native/accounts.ts';
import { broughtFolder } from '../native/carry.ts';
import type { NativeProject } from '../native/facts.ts';
import { installedPackages, systemNeeds } from '../native/packages.ts';
import { execFormOf, otherStarts, refuseUnreadScript, shellNeeds } from '../native/start-form.ts';
import { artifactsOf } from './artifacts.ts';
import { assetsOf } from './assets.ts';
import { cargoCalls, folderOf, type CargoCall } from './commands.ts';
import { cratesThatReadFiles, cratesThatWrite, cratesWithCertificates, cratesWithHome, cratesWithPrivileges, cratesWithZones, devTools, harmlessVerbs, rustToolchain, tlsPrograms } from './data.ts';
import { linkingOf, type Linking } from './linking.ts';
import { CargoProjects, type CargoProject } from './project.ts';
import { cargoRunOf, type CargoRun } from './run.ts';
import { rustSources, type RustSources } from './sources.ts';

/** Everything that is known of a Rust project before anything is decided. */
export interface RustAnalysis extends NativeProject {
  readonly calls: readonly CargoCall[];
  /** Calls that make the project's own binaries. */
  readonly builds: readonly CargoCall[];
  /** The start as `cargo run`, which becomes a build. */
  readonly run: CargoRun | undefined;
  readonly projects: readonly CargoProject[];
  readonly linking: Linking;
  readonly sources: RustSources;
  /** Names of all crates that are locked or named. */
  readonly crates: ReadonlySet<string>;
}

/**
 * Gathers the facts.
 *
 * @throws Refusal for a start that is not a program of the project, or for development
 */
export async function analyze(context: Context): Promise<RustAnalysis> {
  const { walk, start, health } = context;
  refuseDevStart(start);
  refuseUnreadScript(start);
  if (walk.base.facts === undefined) {
    throw refuse('unknown-base', { image: walk.base.written, reason: 'its C library, entry point, environment and user cannot be told, and the runtime image depends on them', help: 'Build on an official rust image; a mirror of it has the same contents.' }, { line: walk.stage.from.line });
  }
  const projects = new CargoProjects(walk);
  const calls = await cargoCalls(projects);
  const run = await cargoRunOf(walk, start, calls, projects);
  const builds = calls.filter((call) => /^(?:build|b|rustc|install)$/.test(call.verb) && !call.foreign);
  const script = !run && builds.length === 0 && walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'unknown' && !part.commands.some((command) => rustToolchain.program.test(command.name ?? '')) && !rustToolchain.installer.test(part.text)));
  const found = [...new Set([...(run ? [run.call] : []), ...builds].map((call) => call.project).filter((project) => project !== undefined))];
  const own = found.length > 0 ? found : [await projects.projectAt(walk.end.cwd)].filter((project) => project !== undefined);
  const main = run?.call ?? mainBuild(walk, start, builds);
  const sources = sourcesOf(walk, own, main);
  const others = otherStarts(context.composed, devTools, 'cargo');
  const { paths: artifacts, called, names, foreign } = artifactsOf(context, calls, run, script, sources, others);
  const linking = linkingOf(walk, main, own, sources, foreign === undefined ? [] : calls.filter((call) => call.foreign && call.read.operands[0]?.startsWith('cargo-') !== true));
  refuseUnseenInstalls(walk, sources, linking, own[0]?.folder);
  if (sources.outDir[0]) throw refuse('unsupported-shape', { reason: 'the program reads what its build script made, in a folder that cargo names', help: 'Compile those files in with include_str! or include_bytes!.' }, sources.outDir[0]);
  const crates = new Set(own.flatMap((project) => [...(project.lock ?? []).filter((crate) => !crate.own).map((crate) => crate.name), ...[project.root, ...project.packages.map((item) => item.manifest)].flatMap((manifest) => manifest.dependencies.map((dependency) => dependency.name))]));
  const system = systemNeeds(walk, { sources, called, own: names, dynamic: linking.kind === 'dynamic', exec: rustToolchain.exec, buildOnly: linking.buildOnly });
  const reader = readerOf(crates, sources) ?? (foreign === undefined ? undefined : `${basename(foreign)} is no program of the project, and may read any file`);
  const packageFolders = sources.manifestDir.length > 0 ? own.flatMap((project) => project.packages.map((item) => item.folder)) : [];
  const assets = sources.known ? assetsOf(walk, sources, start, reader, packageFolders, sources.compiledIn) : { found: [], unproven: 'the sources are not at hand' };
  const frontEnds = walk.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => part.commands.flatMap((command) => frontEndOf(walk, part, command) ?? [])).map((path) => ({ path, source: path, why: '`trunk build` makes it' }));
  const unknownWriter = sources.known ? unknownWriterOf(walk, calls, script) : undefined;
  const execForm = run ? undefined : execFormOf(start);
  const libraries = linking.libraries.map((item) => item.need.slice('package:'.length));
  const requirements = [
    ...linkingNeeds(walk, linking, foreign),
    ...linking.libraries,
    ...system.requirements,
    ...programNeeds(walk, start, system.packages.map(({ name }) => name)),
    ...(foreign === undefined ? [] : [{ need: 'certificates', why: `${foreign} is not built from the project's sources and may speak TLS`, file: undefined, line: undefined }]),
    ...sourceNeeds(walk, sources, crates, own),
    ...userNeeds(walk, [start, ...context.composed]),
    ...shellNeeds(start, [...(health ? [health] : []), ...others], execForm !== undefined || start.commands.some((command) => basename(command.program) === 'cargo')),
  ];
  return {
    toolchain: rustToolchain,
    sourceRoot: own[0]?.folder ?? calls.find((call) => !call.foreign && call.cwd !== undefined)?.cwd,
    furtherPaths: [],
    lastUnseen: script ? (walk.steps.findLast((step) => step.run)?.instruction.index ?? -1) : -1,
    calls, builds, run, projects: own, linking, sources, artifacts, crates, unknownWriter,
    assets: { ...assets, found: [...assets.found, ...frontEnds] }, requirements, script,
    system: { ...system, packages: [...system.packages, ...libraries.filter((name) => !system.packages.some((item) => item.name === name)).map((name) => ({ name, installed: undefined, library: true, unlisted: false }))] },
    workFolders: [...new Set([...own.map((project) => project.folder), ...calls.filter((call) => !call.foreign).map((call) => call.cwd).filter((folder) => folder !== undefined), ...own.flatMap((project) => project.packages.map((item) => item.folder))])],
    newStart: run ? { words: [run.binaryTarget, ...run.args], why: 'starts the binary that `cargo run` compiled at every start' } : execForm && { words: execForm, why: 'one plain command: the exec form runs it without a shell, and signals reach it' },
    writes: writesOf(walk, start, sources, crates) ?? (foreign === undefined ? undefined : `what ${foreign} writes is not known`),
    dynamic: linking.kind === 'dynamic',
  };
}

/** The build that makes what starts; else the last one. */
function mainBuild(walk: Walk, start: Start, builds: readonly CargoCall[]): CargoCall | undefined {
  const program = start.main?.program;
  const path = program?.includes('/') ? inImage(walk.end.cwd ?? '/', program) : undefined;
  const name = program === undefined ? undefined : basename(program);
  return builds.findLast((build) => path !== undefined && build.outDir === dirname(path)) ?? builds.findLast((build) => [...(build.artifacts ?? []), ...build.conditional].some((each) => basename(each) === name)) ?? builds.at(-1);
}

function sourcesOf(walk: Walk, projects: readonly CargoProject[], main: CargoCall | undefined): RustSources {
  if (!walk.project.known) return rustSources(unknownProject, [], false);
  const folders = projects.flatMap((project) => project.packages.map((item) => dirname(item.source)));
  return rustSources(walk.project, [...new Set(folders)], main?.release === false);
}

function refuseDevStart(start: Start): void {
  const dev = start.commands.find((command) => devTools.has(basename(command.program)) || (basename(command.program) === 'cargo' && /^(?:watch|leptos|shuttle|lambda)$/.test(command.words[1] ?? '')));
  if (dev) throw refuse('interactive-or-dev-start', { command: dev.words.join(' '), help: 'Start the built binary instead, and keep this Dockerfile for development.' }, { file: dev.file || undefined, line: dev.line });
  const toolchain = start.commands.find((command) => /^(?:cargo|rustc|rustup|make)$/.test(basename(command.program)) && !command.words.some((word) => word === 'run' || word === 'r'));
  if (toolchain) throw refuse('unsupported-shape', { reason: `the start needs the toolchain: ${toolchain.words.join(' ')}`, help: 'Start a binary that the build makes.' }, { file: toolchain.file || undefined, line: toolchain.line });
}

/** Programs and libraries that a RUN installs past the package manager cannot be told apart from the system's files. */
function refuseUnseenInstalls(walk: Walk, sources: RustSources, linking: Linking, root: string | undefined): void {
  const startsAnything = !sources.known || sources.programs.some((evidence) => evidence.text === '');
  for (const step of walk.steps) {
    for (const part of step.run?.parts ?? []) {
      if (part.effect.kind !== 'unknown' && part.effect.kind !== 'system') continue;
      const ofProject = root !== undefined && part.cwd !== undefined && part.cwd.startsWith(root);
      const library = linking.kind === 'dynamic' && ((!ofProject && /^\s*(?:make|ninja|cmake|meson)\b.*\binstall\b/.test(part.text)) || /^\s*(?:ldconfig\b|dpkg\s+(?:-i|--install)\b)/.test(part.text));
      const program = startsAnything && /^\s*(?:dpkg\s+(?:-i|--install)|rpm\s+-\w*[iU]|pip3?\s+install|gem\s+install|(?:npm|pnpm)\s+(?:i|install|add)\b.*\s(?:-g|--global)|yarn\s+global)\b/.test(part.text);
      if (library || program) throw refuse('unknown-command', { command: part.text.trim(), help: `${library ? 'The binary may be linked against what it installs' : 'The program may start what it installs'}: install it as a package of the distribution, or add a runtime stage by hand.` }, { line: step.instruction.line });
    }
  }
}

/** The first command of a RUN that may write anything, neither cargo nor a tool of the toolchain, and where all of them run. */
function unknownWriterOf(walk: Walk, calls: readonly CargoCall[], script: boolean): RustAnalysis['unknownWriter'] {
  const found = walk.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => {
    if (part.effect.kind !== 'unknown' || rustToolchain.installer.test(part.text)) return [];
    const names = part.commands.map((command) => {
      const call = calls.find((other) => other.command === command);
      if (call) return harmlessVerbs.test(call.verb) ? '' : `cargo ${call.verb}`;
      const name = basename(command.name ?? command.words[0]?.text ?? '');
      if (frontEndOf(walk, part, command) !== undefined) return '';
      if (/^(?:rustup|rustc|rustup-init|strip|upx|ldconfig|update-ca-certificates|cargo-chef|sccache)$/.test(name)) return '';
      return effectOf({ ...part, simple: command, commands: [command] }, part.cwd).kind !== 'unknown' ? '' : name;
    });
    const name = names.find((item) => item !== '' && (script || item !== 'make'));
    return name === undefined ? [] : [{ name, folder: part.cwd }];
  });
  return found[0] && { name: found[0].name, folders: [...new Set(found.flatMap((item) => (item.folder === undefined ? [] : [broughtFolder(walk, item.folder) ?? item.folder])))] };
}

/** The folder that `trunk build` fills, where no setting of its own may say otherwise. Source: the Trunk book, "Configuration". */
function frontEndOf(walk: Walk, part: RunPart, command: ShellCommand): string | undefined {
  const words = command.words.map((word) => word.value);
  if (basename(words[0] ?? '') !== 'trunk' || words[1] !== 'build') return undefined;
  const folder = folderOf(part, command);
  const plain = words.slice(2).every((word) => word !== undefined && /^--(?:release|locked|offline|frozen|minify|public-url=.*)$/.test(word));
  const configured = folder === undefined || walk.locate(inImage(folder, 'Trunk.toml')) !== undefined;
  return plain && !configured ? inImage(folder, 'dist') : undefined;
}

function readerOf(crates: ReadonlySet<string>, sources: RustSources): string | undefined {
  const reader = cratesThatReadFiles.find((crate) => crates.has(crate));
  if (reader !== undefined) return `the crate ${reader} reads files by names of its own`;
  const run = sources.cargoVariables[0];
  return run && `${run.text} is read while the program runs (${run.file}:${run.line})`;
}

function linkingNeeds(walk: Walk, linking: Linking, foreign: string | undefined): Requirement[] {
  const libc = walk.base.facts!.libc === 'musl' ? 'musl' : 'glibc';
  if (linking.kind === 'static') return foreign === undefined || libc === 'musl' ? [] : [{ need: libc, why: `${foreign} may be linked with it`, file: undefined, line: undefined }];
  return [{ need: libc, why: linking.why, file: undefined, line: linking.line }, ...(libc === 'musl' ? [] : [{ need: 'libgcc', why: 'Rust\'s library uses it to unwind', file: undefined, line: linking.line }])];
}

/** Programs of packages that speak TLS, where the original has certificates: what the start itself fetches, and what stays because the program may start it. */
function programNeeds(walk: Walk, start: Start, packages: readonly string[]): Requirement[] {
  if (walk.base.facts?.certificates !== true) return [];
  const name = packages.map((each) => each.replace(/[=<>~:].*$/, '')).find((each) => tlsPrograms.test(each));
  const fetch = start.commands.find((command) => command.words.some((word) => word?.startsWith('https://')));
  return [
    ...(name === undefined ? [] : [{ need: 'certificates', why: `${name} checks certificates`, file: undefined, line: undefined }]),
    ...(fetch ? [{ need: 'certificates', why: `${fetch.program} fetches over HTTPS`, file: fetch.file || undefined, line: fetch.line }] : []),
  ];
}

function sourceNeeds(walk: Walk, sources: RustSources, crates: ReadonlySet<string>, projects: readonly CargoProject[]): Requirement[] {
  const needs: Requirement[] = [];
  const from = (need: string, why: string, evidence: { file: string; line: number } | undefined): void => {
    if (evidence) needs.push({ need, why, file: evidence.file, line: evidence.line });
  };
  const lockFile = projects.find((project) => project.lockSource !== undefined)?.lockSource;
  const lock = lockFile === undefined ? { file: undefined, line: undefined } : { file: lockFile, line: 1 };
  const proven = sources.known && projects.length > 0 && projects.every((project) => project.lock !== undefined);
  const tls = cratesWithCertificates.find((crate) => crates.has(crate));
  if (tls !== undefined) needs.push({ need: 'certificates', why: `the crate ${tls} checks certificates`, ...lock });
  else if (!proven && !(projects.length > 0 && crates.size === 0)) needs.push({ need: 'certificates', why: 'the program may speak TLS', file: undefined, line: undefined });
  const zones = cratesWithZones.find((crate) => crates.has(crate));
  if (zones !== undefined) needs.push({ need: 'timezones', why: `the crate ${zones} reads the time zone database`, ...lock });
  from('timezones', 'local time depends on the time zone database', sources.localTime[0]);
  const zone = walk.steps.find((step) => step.instruction.keyword === 'ENV' && step.instruction.pairs.some((pair) => pair.name === 'TZ'));
  if (zone) needs.push({ need: 'timezones', why: 'TZ is set', file: undefined, line: zone.instruction.line });
  for (const { name, line } of installedPackages(walk)) {
    if (name === 'tzdata') needs.push({ need: 'timezones', why: 'the Dockerfile installs tzdata', file: undefined, line });
    if (name === 'ca-certificates') needs.push({ need: 'certificates', why: 'the Dockerfile installs ca-certificates', file: undefined, line });
  }
  const home = homeOf(sources, crates);
  if (lastOf(walk, 'USER') === undefined && home) needs.push({ need: 'home', why: 'the program uses its home folder', file: home.file, line: home.line });
  from('tmp', 'temporary files go to /tmp', sources.temporary[0] ?? sources.strings.find((item) => /^\/tmp\b/.test(item.text)));
  const temporary = ['tempfile', 'temp-dir', 'tempdir', 'actix-multipart', 'rocket', 'multer-temp'].find((crate) => crates.has(crate));
  if (temporary !== undefined && sources.temporary.length === 0) needs.push({ need: 'tmp', why: `the crate ${temporary} writes temporary files`, ...lock });
  from('passwd', 'users are looked up by name', sources.users[0]);
  return needs;
}

const homeOf = (sources: RustSources, crates: ReadonlySet<string>): { file: string | undefined; line: number | undefined } | undefined => sources.home[0] ?? (sources.known && ['directories', 'app_dirs', 'app_dirs2', 'xdg', 'confy', 'etcetera'].some((crate) => crates.has(crate) && cratesWithHome.includes(crate)) ? { file: undefined, line: undefined } : undefined);

function writesOf(walk: Walk, start: Start, sources: RustSources, crates: ReadonlySet<string>): string | undefined {
  const at = (evidence: { file: string; line: number }): string => `${evidence.file}:${evidence.line}`;
  if (lastOf(walk, 'VOLUME')) return 'VOLUME says that it writes there';
  const action = containerAction(walk.project);
  if (action !== undefined) return `${action}: the workspace of an action belongs to root`;
  if (!sources.known) return 'the sources are not at hand';
  const write = sources.writes[0];
  if (write) return `${write.text} writes files (${at(write)})`;
  const crate = cratesThatWrite.find((name) => crates.has(name));
  if (crate !== undefined) return `the crate ${crate} writes files`;
  const privileged = cratesWithPrivileges.find((name) => crates.has(name));
  if (privileged !== undefined) return `the crate ${privileged} may need root`;
  const home = sources.home[0];
  if (home) return `the program uses its home folder (${at(home)})`;
  const exec = sources.programs[0];
  if (exec) return `std::process::Command starts other programs (${at(exec)})`;
  const ports = [...exposedPorts(walk), ...[...walk.end.scope.env].filter(([name]) => /(?:^|_)PORT$/.test(name)).map(([, value]) => Number(value)).filter((port) => port > 0)];
  const low = ports.find((port) => port < 1024);
  if (low !== undefined) return `port ${low} is below 1024`;
  const isLow = (value: string): boolean => /^(?:[\w.]*|\[::\]):(?:\d{1,3}|10[01]\d|102[0-3])$/.test(value);
  const listen = sources.strings.find((item) => isLow(item.text)) ?? sources.lowPorts[0];
  const told = [...start.commands.flatMap((command) => command.words), ...[...walk.end.scope.env].map(([, value]) => value ?? undefined)].find((value) => value !== undefined && isLow(value.replace(/^--?[\w-]+=/, '')));
  if (told !== undefined) return `it is told to listen on ${told}`;
  return listen && `it listens on ${listen.text} (${at(listen)})`;
}
