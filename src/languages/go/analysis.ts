import { refuse } from '../../findings.ts';
import { effectOf } from '../../effects/effects.ts';
import { readGoMod } from '../../manifests/go-mod.ts';
import { parseShell } from '../../shell/parse.ts';
import { containerAction } from '../../project/action.ts';
import { basename, dirname, filesBelow, inImage, unknownProject } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { shellBuiltins, type Start } from '../../walk/start.ts';
import { exposedPorts, lastOf, type Walk } from '../../walk/walk.ts';
import type { Requirement } from '../../plan/requirements.ts';
import type { Context } from '../language.ts';
import { artifactsOf } from './artifacts.ts';
import { assetsOf, type Assets } from './assets.ts';
import { broughtFolder } from './carry.ts';
import { goCallFromWords, goCalls, moduleAt, type GoCall } from './commands.ts';
import { goGenerators, inModules, modulesThatWrite } from './data.ts';
import { linkingOf, type Linking } from './linking.ts';
import { binariesOfMake } from './makefile.ts';
import { installedPackages, systemNeeds, type SystemNeeds } from './packages.ts';
import { goSources, type GoSources } from './sources.ts';

/** Everything that is known of a Go project before anything is decided. */
export interface GoAnalysis {
  readonly calls: readonly GoCall[];
  /** Calls that make the project's own binaries. */
  readonly builds: readonly GoCall[];
  /** True when make or a script runs the build. */
  readonly script: boolean;
  /** The start as `go run`, which becomes a build. */
  readonly goRun: { readonly call: GoCall; readonly binary: string; readonly args: readonly string[] } | undefined;
  /** Absolute paths of the binaries and scripts that the runtime stage needs, in the builder and in the runtime image. */
  readonly artifacts: ReadonlyMap<string, readonly string[]>;
  readonly module: { readonly root: string; readonly source: string; readonly requires: number; readonly replacesLocally: boolean } | undefined;
  readonly sources: GoSources;
  readonly linking: Linking;
  readonly assets: Assets;
  readonly system: SystemNeeds;
  /** A command of the build that may leave files for the program in the project's folder. */
  readonly unknownWriter: { readonly name: string; readonly folders: readonly string[] } | undefined;
  /** A shell-form start that is one plain command, as its words: the exec form does the same without a shell. */
  readonly execForm: readonly string[] | undefined;
  readonly requirements: readonly Requirement[];
  readonly builderFamily: string | undefined;
  /** What the program writes, as a reason to keep the user; undefined when nothing was found. */
  readonly writes: string | undefined;
}

/** Tools that rebuild and restart while someone edits. */
const devTools = new Set(['air', 'fresh', 'realize', 'CompileDaemon', 'reflex', 'modd', 'gin', 'nodemon', 'watcher', 'gow', 'dlv', 'bee', 'wgo', 'arelo']);

/**
 * Gathers the facts.
 *
 * @throws Refusal for a start that is not a program of the project, or for development
 */
export function analyze(context: Context): GoAnalysis {
  const { walk, start, health } = context;
  refuseDevStart(start);
  refuseUnreadScript(start);
  const calls = goCalls(walk);
  const goRun = goRunOf(walk, start);
  const builds = calls.filter((call) => (call.verb === 'build' || call.verb === 'install' || (call.verb === 'get' && !call.command.words.some((word) => word.value === '-d'))) && !call.foreign);
  const script = !goRun && builds.length === 0 && walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'unknown' && !calls.some((call) => call.part === part)));
  const folder = projectFolder(walk, builds, goRun, script);
  const module = moduleFacts(walk, folder);
  const source = !walk.project.known ? undefined : module ? dirname(module.source) : folder === undefined ? undefined : (walk.locate(folder) ?? contextFolder(walk, folder));
  const sources = goSources(source === undefined ? unknownProject : walk.project, source ?? '');
  const linking = linkingOf(walk, goRun ? [...builds, goRun.call] : builds, sources, module?.modules ?? [], module?.source, script);
  refuseUnseenInstalls(walk, sources, linking, module?.root ?? folder);
  const others = otherStarts(context.composed);
  const { paths: artifacts, called, names, downloaded } = artifactsOf(context, calls, builds, goRun, script, sources, others);
  const execForm = execFormOf(start);
  const system = systemNeeds(walk, sources, called, names, linking.kind === 'dynamic');
  const assets: Assets = sources.known ? assetsOf(walk, sources, start) : { found: [], unproven: 'the sources are not at hand' };
  const unknownWriter = sources.known ? unknownWriterOf(walk, calls, script, sources) : undefined;
  if (walk.base.facts === undefined) {
    throw refuse('unknown-base', { image: walk.base.written, reason: 'its entry point, environment and user cannot be told, and the runtime image would be without them', help: 'Build on an official golang image; a mirror of it has the same contents.' }, { line: walk.stage.from.line });
  }
  const requirements = [...linkingNeeds(walk, linking, downloaded), ...(downloaded === undefined ? [] : [{ need: 'certificates', why: `${downloaded}, which is downloaded, may speak TLS`, file: undefined, line: undefined }]), ...system.requirements, ...sourceNeeds(walk, sources, linking), ...userNeeds(walk), ...shellNeeds(start, [...(health ? [health] : []), ...others], execForm)];
  return { calls, builds, script, goRun, artifacts, module, sources, linking, assets, system, unknownWriter, execForm, requirements, builderFamily: walk.base.facts?.family, writes: writesOf(walk, sources) ?? (downloaded === undefined ? undefined : `what ${downloaded} writes, which is downloaded, is not known`) };
}

/** The folder of the image in which the project's sources lie: where it is built, or under GOPATH/src. */
function projectFolder(walk: Walk, builds: readonly GoCall[], goRun: GoAnalysis['goRun'], script: boolean): string | undefined {
  const gopath = walk.end.scope.env.get('GOPATH')?.split(':')[0];
  const named = gopath === undefined ? [] : builds.flatMap((call) => call.packages).flatMap((path) => (path === undefined || path.startsWith('.') ? [] : [broughtFolder(walk, `${gopath}/src/${path}`)]));
  const scripts = script ? walk.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => (part.effect.kind === 'unknown' ? [part.cwd] : [])) : [];
  const folders = [...builds.map((call) => call.cwd), goRun?.call.cwd, ...named, ...scripts, walk.end.cwd].filter((cwd) => cwd !== undefined);
  return folders.find((cwd) => moduleAt(walk, cwd)) ?? folders.find((cwd) => walk.locate(cwd) !== undefined) ?? folders[0];
}

/** The folder of the context whose Go files were copied one by one into a folder of the image. */
const contextFolder = (walk: Walk, folder: string): string | undefined =>
  walk.steps.flatMap((step) => step.copy?.entries ?? []).filter((entry) => entry.kind === 'file' && entry.source.endsWith('.go') && dirname(entry.target) === folder).map((entry) => dirname(entry.source))[0];

/** What compose files run in the image, where it is neither the toolchain nor a tool for development: those need the original image. */
const otherStarts = (composed: readonly Start[]): Start[] =>
  composed.filter(({ main, commands }) => main !== undefined && !/^(?:tail|sleep)$/.test(basename(main.program)) && !commands.some(({ program }) => devTools.has(basename(program)) || /^(?:go|make|npm|node)$/.test(basename(program))));

function refuseDevStart(start: Start): void {
  const dev = start.commands.find((command) => devTools.has(command.program.split('/').at(-1)!));
  if (dev) {
    throw refuse('interactive-or-dev-start', { command: dev.words.join(' '), help: 'Start the built binary instead, and keep this Dockerfile for development.' }, { file: dev.file || undefined, line: dev.line });
  }
  const toolchain = start.commands.find((command) => /^(?:go|make|go-wrapper)$/.test(command.program.split('/').at(-1)!) && command.words[1] !== 'run');
  if (toolchain) {
    throw refuse('unsupported-shape', { reason: `the start needs the toolchain: ${toolchain.words.join(' ')}`, help: 'Start a binary that the build makes.' }, { file: toolchain.file || undefined, line: toolchain.line });
  }
}

/** The first command of a RUN that may write anything, neither the go command nor a tool that only makes Go code, and where all of them run. */
function unknownWriterOf(walk: Walk, calls: readonly GoCall[], script: boolean, sources: GoSources): GoAnalysis['unknownWriter'] {
  // A path that no file of the context has may be what a generator makes: swag writes docs/swagger.json beside its Go code.
  const absent = sources.strings.some(({ text }) => /^(?:\.\/)?[\w.-]+(?:\/[\w.-]+)+\.(?:json|ya?ml|html|tmpl|txt|css|js|sql)$/.test(text) && walk.locate(inImage(walk.end.cwd ?? '/', text)) === undefined);
  const makesGoOnly = (name: string): boolean => goGenerators.has(name) && !(absent && /^(?:swag|buf|protoc|oapi-codegen|gqlgen|go-swagger|swagger|esc|statik)$/.test(name));
  const generates = sources.generators.find((name) => !makesGoOnly(name));
  const found = walk.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => {
    if (part.effect.kind !== 'unknown') return [];
    const names = part.commands.map((command) => {
      const call = calls.find((other) => other.command === command);
      if (!call && command.name === 'make' && binariesOfMake(walk, part, command)) return '';
      if (!call) return effectOf({ ...part, simple: command, commands: [command] }, part.cwd).kind !== 'unknown' ? '' : command.name?.split('/').at(-1) ?? command.words[0]?.text ?? '';
      if (call.verb === 'generate') return generates === undefined ? '' : `go generate (${generates})`;
      // `go run github.com/…/cmd/swag@v1` makes Go code as `swag` does.
      const program = call.verb === 'run' ? call.packages[0]?.replace(/@.*$/, '').split('/').at(-1) : call.verb.startsWith('tool ') ? call.verb.slice('tool '.length) : undefined;
      return program === undefined || makesGoOnly(program) ? '' : `go ${call.verb}`;
    });
    // A build through make or a script makes the binary; what else it makes is as unknown as that of any command.
    const name = names.find((item) => item !== '' && !makesGoOnly(item) && (script || item !== 'make'));
    return name === undefined ? [] : [{ name, folder: part.cwd }];
  });
  return found[0] && { name: found[0].name, folders: [...new Set(found.flatMap((item) => item.folder ?? []))] };
}

/** Programs and libraries that a RUN installs past the package manager cannot be told apart from the system's files. */
function refuseUnseenInstalls(walk: Walk, sources: GoSources, linking: Linking, root: string | undefined): void {
  const startsAnything = !sources.known || sources.programs.some((evidence) => evidence.text === '');
  for (const step of walk.steps) {
    for (const part of step.run?.parts ?? []) {
      if (part.effect.kind !== 'unknown' && part.effect.kind !== 'system') continue;
      const ofProject = root !== undefined && part.cwd !== undefined && isBelow(part.cwd, root);
      const library = linking.kind === 'dynamic' && ((!ofProject && /^\s*(?:make|ninja|cmake|meson)\b.*\binstall\b/.test(part.text)) || /^\s*(?:ldconfig\b|dpkg\s+(?:-i|--install)\b)/.test(part.text));
      const program = startsAnything && /^\s*(?:dpkg\s+(?:-i|--install)|rpm\s+-\w*[iU]|pip3?\s+install|gem\s+install|(?:npm|pnpm)\s+(?:i|install|add)\b.*\s(?:-g|--global)|yarn\s+global|cargo\s+install)\b/.test(part.text);
      if (library || program) throw refuse('unknown-command', { command: part.text.trim(), help: `${library ? 'The binary may be linked against what it installs' : 'The program may start what it installs'}: install it as a package of the distribution, or add a runtime stage by hand.` }, { line: step.instruction.line });
    }
  }
}

/** A script that cannot be read may call anything. */
function refuseUnreadScript(start: Start): void {
  const unread = start.scripts.find((script) => script.text === undefined);
  if (!unread) return;
  const line = (start.entrypoint ?? start.cmd)?.line;
  throw refuse('unsupported-shape', { reason: `the start goes through ${unread.imagePath}, whose text is not at hand`, help: 'Run on the folder that is the build context, with the script in it.' }, { line });
}

function goRunOf(walk: Walk, start: Start): GoAnalysis['goRun'] {
  const command = start.commands.find((item) => item.program.split('/').at(-1) === 'go' && item.words[1] === 'run');
  if (!command) return undefined;
  const place = { file: command.file || undefined, line: command.line };
  const words = command.words;
  if (start.commands.length > 1 || start.scripts.length > 0 || words.includes(undefined) || words.some((word) => /[*?$]/.test(word!))) {
    throw refuse('unsupported-shape', { reason: 'the start runs `go run` among other commands', help: 'Build the binary in a RUN and start that.' }, place);
  }
  const rest = (words as string[]).slice(2);
  let end = 0;
  while (rest[end]?.startsWith('-')) end += /^-(?:tags|ldflags|mod|exec|p)$/.test(rest[end]!) ? 2 : 1;
  if (rest[end]?.endsWith('.go')) while (rest[end]?.endsWith('.go')) end += 1;
  else end += 1;
  const step = walk.steps.at(-1)!;
  const call = goCallFromWords(walk, { ...step, cwd: walk.end.cwd, scope: walk.end.scope }, ['go', 'build', ...rest.slice(0, end)], walk.end.cwd);
  const inContext = (path: string): boolean => walk.locate(inImage(walk.end.cwd ?? '/', path)) !== undefined;
  if (walk.project.known && !call.packages.concat(call.packages.length === 0 ? ['.'] : []).some((path) => path !== undefined && (/^[\w-]+\./.test(path) || inContext(path) || (path === '.' && inContext('main.go'))))) {
    throw refuse('unsupported-shape', { reason: 'the Dockerfile copies none of the sources that `go run` compiles', help: 'Copy the sources; what a volume brings at run time cannot be built into the image.' }, place);
  }
  const name = call.artifacts?.[0]?.split('/').at(-1);
  if (name === undefined) throw refuse('ambiguous-artifact', { reason: '`go run` names no package that can be told', help: 'Build the binary in a RUN with `go build -o`.' }, place);
  return { call, binary: `/usr/local/bin/${name}`, args: rest.slice(end) };
}

function moduleFacts(walk: Walk, folder: string | undefined): (NonNullable<GoAnalysis['module']> & { modules: { path: string; line: number }[] }) | undefined {
  const module = moduleAt(walk, folder);
  if (!module) return undefined;
  const facts = readGoMod(walk.project.read(module.source) ?? '');
  return { root: module.root, source: module.source, requires: facts.requires.length, replacesLocally: facts.replacesLocally, modules: [...facts.requires] };
}

/** A shell-form CMD that is one command of plain words does the same in exec form, where signals reach it. */
function execFormOf(start: Start): readonly string[] | undefined {
  const written = start.entrypoint ?? start.cmd;
  if (!written || written.json || (start.entrypoint && start.cmd) || start.scripts.length > 0) return undefined;
  const script = parseShell(written.logical);
  const only = script.parts.length === 1 && script.errors.length === 0 ? script.parts[0]!.simple : undefined;
  if (!only || only.assignments.length > 0 || only.outputs.length > 0 || /[<>|&;*?`$~{]/.test(written.logical)) return undefined;
  const words = only.words.map((word) => word.value);
  if (words.includes(undefined)) return undefined;
  const plain = words as string[];
  const first = plain[0] === 'exec' ? plain.slice(1) : plain;
  return first.length === 0 || shellBuiltins.has(first[0]!) ? undefined : first;
}

function linkingNeeds(walk: Walk, linking: Linking, downloaded: string | undefined): Requirement[] {
  const libc = walk.base.facts?.libc;
  if (linking.kind === 'static' && downloaded !== undefined && libc !== undefined) return [{ need: libc === 'musl' ? 'musl' : 'glibc', why: `${downloaded}, which is downloaded, may be linked with it`, file: undefined, line: undefined }];
  if (linking.kind === 'static') return [];
  if (libc === undefined) {
    throw refuse('unknown-base', { image: walk.base.written, reason: `which C library its programs need cannot be told, and ${linking.why}`, help: 'Set CGO_ENABLED=0 in the build when the program needs no C library, or use an official base image.' }, { line: walk.stage.from.line });
  }
  return [{ need: libc === 'musl' ? 'musl' : 'glibc', why: linking.why, file: linking.file, line: linking.line }];
}

function sourceNeeds(walk: Walk, sources: GoSources, linking: Linking): Requirement[] {
  const needs: Requirement[] = [];
  const from = (need: string, why: string, evidence: { file: string; line: number } | undefined): void => {
    if (evidence) needs.push({ need, why, file: evidence.file, line: evidence.line });
  };
  const { imports } = sources;
  const third = (path: string): boolean => /\w\.\w+\//.test(path) && !inModules(path, ownModules(walk));
  const network = ['net/http', 'crypto/tls', 'net/smtp', 'net/rpc'].map((path) => imports.get(path)).find((evidence) => evidence !== undefined) ?? [...imports].find(([path]) => third(path))?.[1];
  if (sources.known) from('certificates', 'HTTPS and TLS clients check certificates', network);
  else needs.push({ need: 'certificates', why: 'the program may speak TLS', file: undefined, line: undefined });
  if (!imports.has('time/tzdata')) from('timezones', 'time.LoadLocation reads the time zone database', sources.locations[0]);
  const zone = walk.steps.find((step) => step.instruction.keyword === 'ENV' && step.instruction.pairs.some((pair) => pair.name === 'TZ'));
  if (zone) needs.push({ need: 'timezones', why: 'TZ is set', file: undefined, line: zone.instruction.line });
  for (const { name, line } of installedPackages(walk)) {
    if (name === 'tzdata') needs.push({ need: 'timezones', why: 'the Dockerfile installs tzdata', file: undefined, line });
    if (name === 'ca-certificates') needs.push({ need: 'certificates', why: 'the Dockerfile installs ca-certificates', file: undefined, line });
  }
  if (lastOf(walk, 'USER') === undefined) from('home', 'the program uses its home folder', sources.home[0]);
  from('tmp', 'temporary files go to /tmp', sources.temporary[0] ?? sources.strings.find((item) => /^\/tmp\b/.test(item.text)));
  from('passwd', 'users are looked up by name', sources.users[0]);
  if (linking.kind === 'dynamic' && [...imports.keys()].some((path) => /duckdb|onnx|tensorflow|wasmtime|v8go|rocksdb/.test(path))) needs.push({ need: 'libstdc++', why: 'a cgo module is written in C++', file: undefined, line: undefined });
  return needs;
}

/** Paths of the modules that lie in the context. */
const ownModules = (walk: Walk): string[] => filesBelow(walk.project, '', (path) => /(?:^|\/)go\.mod$/.test(path) && !/(?:^|\/)vendor\//.test(path)).flatMap((path) => readGoMod(walk.project.read(path) ?? '').module ?? []);

/** Tools that make users differ from one distribution to the next: useradd and adduser, and their options. */
function userNeeds(walk: Walk): Requirement[] {
  const family = walk.base.facts?.family;
  const maker = lastOf(walk, 'USER') && walk.steps.find((step) => step.run?.parts.some((part) => part.effect.kind === 'account'));
  return maker && family !== undefined && family !== 'none' ? [{ need: `users:${family}`, why: 'the program runs as a user that a RUN makes', file: undefined, line: maker.instruction.line }] : [];
}

function shellNeeds(start: Start, others: readonly Start[], execForm: readonly string[] | undefined): Requirement[] {
  const needs: Requirement[] = [];
  const add = (shell: Start['shell']): void => {
    if (shell) needs.push({ need: shell.name === 'bash' ? 'bash' : 'shell', why: shell.why, file: shell.file || undefined, line: shell.line });
  };
  if (!execForm) add(start.shell);
  for (const other of others) add(other.shell);
  return needs;
}

function writesOf(walk: Walk, sources: GoSources): string | undefined {
  const at = (evidence: { file: string; line: number }): string => `${evidence.file}:${evidence.line}`;
  const volume = lastOf(walk, 'VOLUME');
  if (volume) return 'VOLUME says that it writes there';
  const action = containerAction(walk.project);
  if (action !== undefined) return `${action}: the workspace of an action belongs to root`;
  if (!sources.known) return 'the sources are not at hand';
  const write = sources.writes[0];
  if (write) return `${write.text} writes files (${at(write)})`;
  const module = [...sources.imports].find(([path]) => inModules(path, modulesThatWrite));
  if (module) return `${module[0]} writes files (${at(module[1])})`;
  const home = sources.home[0];
  if (home) return `the program uses its home folder (${at(home)})`;
  const exec = sources.programs[0];
  if (exec) return `os/exec starts other programs (${at(exec)})`;
  const ports = [...exposedPorts(walk), ...[...walk.end.scope.env].filter(([name]) => /(?:^|_)PORT$/.test(name)).map(([, value]) => Number(value)).filter((port) => port > 0)];
  const low = ports.find((port) => port < 1024);
  if (low !== undefined) return `port ${low} is below 1024`;
  const listen = sources.strings.find((item) => /^(?:[\w.]*|\[::\]):(?:\d{1,3}|10[01]\d|102[0-3])$/.test(item.text));
  if (listen) return `it listens on ${listen.text} (${at(listen)})`;
  return undefined;
}

