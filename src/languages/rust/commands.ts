import { hasOption, optionValue, readArguments, unwrapped, type Arguments } from '../../effects/arguments.ts';
import { basename, inImage } from '../../project/project.ts';
import type { ShellCommand } from '../../shell/parse.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { CargoConfig } from '../../manifests/cargo.ts';
import type { CargoProject, CargoProjects, Package } from './project.ts';

/** A call of cargo. */
export interface CargoCall {
  readonly step: Step;
  readonly part: RunPart;
  readonly command: ShellCommand;
  /** `build`, `install`, `run` …, without a toolchain such as `+nightly`. */
  readonly verb: string;
  readonly read: Arguments;
  /** Absolute folder in which it runs. */
  readonly cwd: string | undefined;
  readonly project: CargoProject | undefined;
  /** Target triple that is asked for; undefined for the host's own. */
  readonly target: string | undefined;
  /** Folder with everything that is compiled; undefined when that cannot be told. */
  readonly targetDir: string | undefined;
  /** Folder that the binaries end up in; undefined for calls that leave none, or when that cannot be told. */
  readonly outDir: string | undefined;
  /** Binaries that it leaves, absolute; undefined when that cannot be told. */
  readonly artifacts: readonly string[] | undefined;
  /** Those that it leaves only when some feature is on. */
  readonly conditional: readonly string[];
  /** True for `cargo install tool`: a program of others, not the project's. */
  readonly foreign: boolean;
  /** RUSTFLAGS and those of the configuration. */
  readonly rustflags: string;
  readonly offline: boolean;
  readonly release: boolean;
}

/** Options with a value. Source: `cargo help build`, `cargo help install`, `cargo help run`. */
const withValue = new Set('--target --target-dir --profile -p --package --bin --example --test --bench --exclude --manifest-path --features -F -j --jobs --root --version --vers --path --git --branch --tag --rev --registry --index --out-dir --artifact-dir --message-format --color --config -C -Z --recipe-path'.split(' '));

/** All calls of cargo in RUN instructions, in order. */
export async function cargoCalls(projects: CargoProjects): Promise<CargoCall[]> {
  const calls: CargoCall[] = [];
  for (const step of projects.walked.steps) {
    for (const part of step.run?.parts ?? []) {
      for (const command of part.commands) {
        const plain = unwrapped(command);
        if (plain.name !== undefined && basename(plain.name) === 'cargo') calls.push(await cargoCall(projects, step, part, command, folderOf(part, command)));
      }
    }
  }
  return calls;
}

/** Reads the words of `cargo …` given as plain strings, for a start such as `cargo run`. */
export function cargoCallFromWords(projects: CargoProjects, step: Step, words: readonly string[], cwd: string | undefined): Promise<CargoCall> {
  const command: ShellCommand = { name: words[0], words: words.map((value) => ({ text: value, value, start: 0, end: 0 })), assignments: [], outputs: [], redirects: [], start: 0, end: 0 };
  const part: RunPart = { text: words.join(' '), start: 0, end: 0, joinedBy: undefined, simple: command, commands: [command], cwd, effect: { kind: 'unknown', program: 'cargo' }, products: [] };
  return cargoCall(projects, step, part, command, cwd);
}

/** Where a command runs: the folder of its part, after each `cd` that stands before it in a subshell, a group or a branch. */
export function folderOf(part: RunPart, command: ShellCommand): string | undefined {
  let folder = part.cwd;
  for (const other of part.commands) {
    if (other === command) break;
    if (other.name !== 'cd') continue;
    const target = other.words[1]?.value;
    folder = target === undefined || (folder === undefined && !target.startsWith('/')) ? undefined : inImage(folder ?? '/', target);
  }
  return folder;
}

/** Where cargo keeps what it downloads and installs. */
export const cargoHome = (walk: Walk, step: Step): string | undefined => {
  const set = step.scope.env.get('CARGO_HOME');
  if (set !== undefined) return set ?? undefined;
  return walk.base.facts === undefined || step.user !== undefined ? undefined : '/root/.cargo';
};

async function cargoCall(projects: CargoProjects, step: Step, part: RunPart, command: ShellCommand, folder: string | undefined): Promise<CargoCall> {
  const words = unwrapped(command).words.slice(1).filter((word, at) => !(at === 0 && word.text.startsWith('+')));
  const all = readArguments(words, withValue);
  const verb = all.operands[0] ?? '';
  const read: Arguments = { ...all, operands: all.operands.slice(1), operandWords: all.operandWords.slice(1) };
  const variable = (name: string): string | undefined => variableOf(step, part, command, name);
  const changed = optionValue(read, ['-C']);
  const cwd = typeof changed === 'string' && folder !== undefined ? inImage(folder, changed) : folder;
  const manifest = verb === 'install' ? installedPath(read, cwd) : manifestFolder(read, cwd);
  const project = manifest === undefined ? undefined : await projects.projectAt(manifest);
  const configs = await projects.configsAt(cwd, cargoHome(projects.walked, step));
  const first = <T>(pick: (config: CargoConfig) => T | undefined): T | undefined => configs.map(pick).find((value) => value !== undefined);
  const given = (names: readonly string[]): string | undefined | null => optionValue(read, names);
  const target = given(['--target']) ?? variable('CARGO_BUILD_TARGET') ?? first((config) => config.target);
  const unclearTarget = given(['--target']) === undefined;
  const written = given(['--target-dir']) ?? variable('CARGO_TARGET_DIR') ?? variable('CARGO_BUILD_TARGET_DIR');
  const unclearDir = given(['--target-dir']) === undefined;
  const configured = first((config) => config.targetDir);
  const root = project?.folder ?? manifest ?? cwd;
  const targetDir = unclearDir ? undefined : written !== undefined && written !== null ? (cwd === undefined && !written.startsWith('/') ? undefined : inImage(cwd ?? '/', written)) : configured !== undefined ? inImage(root ?? '/', configured) : root === undefined ? undefined : inImage(root, 'target');
  const profile = profileFolder(read, verb);
  const foreign = verb === 'install' && manifest === undefined;
  const base = { step, part, command, verb, read, cwd, project, target: target ?? undefined, targetDir, foreign, rustflags: [variable('RUSTFLAGS') ?? variable('CARGO_BUILD_RUSTFLAGS') ?? '', ...configs.flatMap((config) => config.rustflags)].join(' '), offline: hasOption(read, ['--offline', '--frozen']) || variable('CARGO_NET_OFFLINE') === 'true' || configs.some((config) => config.offline || config.vendored), release: profile !== 'debug' };
  if (/^(?:build|b|rustc)$/.test(verb)) {
    const inExamples = hasOption(read, ['--example']);
    const outDir = targetDir === undefined || profile === undefined || unclearTarget ? undefined : inImage(targetDir, [...(target ? [target.replace(/\.json$/, '').replace(/^.*\//, '')] : []), profile, ...(inExamples ? ['examples'] : [])].join('/'));
    const names = await binariesOf(read, project, cwd, projects);
    // `--artifact-dir` is where they are wanted; they are in the target folder as well.
    const copyDir = given(['--artifact-dir', '--out-dir']);
    if (typeof copyDir === 'string' && outDir !== undefined && (cwd !== undefined || copyDir.startsWith('/'))) {
      const places = (found: readonly string[]): string[] => found.map((name) => inImage(inImage(cwd ?? '/', copyDir), name));
      return { ...base, outDir, artifacts: names && places(names.sure), conditional: [...places(names?.conditional ?? []), ...[...(names?.sure ?? []), ...(names?.conditional ?? [])].map((name) => inImage(outDir, name))] };
    }
    return { ...base, outDir, artifacts: outDir === undefined ? undefined : names?.sure.map((name) => inImage(outDir, name)), conditional: outDir === undefined ? [] : (names?.conditional ?? []).map((name) => inImage(outDir, name)) };
  }
  if (verb === 'install') {
    const option = given(['--root']);
    const rootFolder = option === undefined ? undefined : (option ?? variable('CARGO_INSTALL_ROOT') ?? first((config) => config.installRoot) ?? cargoHome(projects.walked, step));
    const outDir = rootFolder === undefined || (cwd === undefined && !rootFolder.startsWith('/')) ? undefined : inImage(inImage(cwd ?? '/', rootFolder), 'bin');
    const own = project?.packages.find((item) => item.folder === manifest);
    const names = foreign ? installedNames(read) : own && chosenBinaries(read, [own]);
    return { ...base, outDir, artifacts: outDir === undefined ? undefined : names?.sure.map((name) => inImage(outDir, name)), conditional: outDir === undefined ? [] : (names?.conditional ?? []).map((name) => inImage(outDir, name)) };
  }
  return { ...base, outDir: undefined, artifacts: [], conditional: [] };
}

/** A variable that is set in front of the command, exported before it in the same RUN, or in force; undefined when not set or not known. */
function variableOf(step: Step, part: RunPart, command: ShellCommand, name: string): string | undefined {
  const own = command.assignments.find((item) => item.name === name) ?? command.words.map((word) => /^(\w+)=(.*)$/s.exec(word.value ?? '')).flatMap((match) => (match?.[1] === name ? [{ name, value: match[2] }] : []))[0];
  if (own) return own.value;
  const exported = (step.run?.parts ?? []).filter((other) => other.start < part.start && other.simple?.name === 'export').flatMap((other) => other.simple!.words.flatMap((word) => (word.value?.startsWith(`${name}=`) ? [word.value.slice(name.length + 1)] : []))).at(-1);
  return exported ?? step.scope.env.get(name) ?? step.scope.args.get(name) ?? undefined;
}

function manifestFolder(read: Arguments, cwd: string | undefined): string | undefined {
  const path = optionValue(read, ['--manifest-path']);
  if (path === null) return cwd;
  return path === undefined || (cwd === undefined && !path.startsWith('/')) ? undefined : inImage(inImage(cwd ?? '/', path), '..');
}

/** The folder that `cargo install` takes the package from; undefined for one from elsewhere. Without a name, cargo once took the current folder. */
function installedPath(read: Arguments, cwd: string | undefined): string | undefined {
  const path = optionValue(read, ['--path']);
  if (path !== null) return path === undefined || (cwd === undefined && !path.startsWith('/')) ? undefined : inImage(cwd ?? '/', path);
  return read.operands.length === 0 && !hasOption(read, ['--git']) ? cwd : undefined;
}

/** Folder of a profile below the target folder; undefined when it is not known. Source: The Cargo Book, "Build Cache". */
function profileFolder(read: Arguments, verb: string): string | undefined {
  const profile = optionValue(read, ['--profile']);
  if (profile === undefined) return undefined;
  if (profile !== null) return /^(?:dev|test)$/.test(profile) ? 'debug' : profile === 'bench' ? 'release' : profile;
  if (verb === 'install') return hasOption(read, ['--debug']) ? 'debug' : 'release';
  return hasOption(read, ['--release', '-r']) ? 'release' : 'debug';
}

interface Names {
  readonly sure: readonly string[];
  readonly conditional: readonly string[];
}

async function binariesOf(read: Arguments, project: CargoProject | undefined, cwd: string | undefined, projects: CargoProjects): Promise<Names | undefined> {
  const named = read.options.filter((option) => option.name === '--bin' || option.name === '--example').map((option) => option.value);
  if (named.length > 0) return named.some((name) => typeof name !== 'string' || /[*?]/.test(name)) ? undefined : { sure: named as string[], conditional: [] };
  if (!project) return undefined;
  const wanted = read.options.filter((option) => option.name === '-p' || option.name === '--package').map((option) => option.value);
  if (wanted.some((name) => typeof name !== 'string')) return undefined;
  const excluded = new Set(read.options.filter((option) => option.name === '--exclude').map((option) => option.value));
  const folder = await projects.packageFolder(manifestFolder(read, cwd));
  const packages = hasOption(read, ['--workspace', '--all'])
    ? project.packages.filter((item) => !excluded.has(item.manifest.name))
    : wanted.length > 0
      ? project.packages.filter((item) => wanted.includes(item.manifest.name))
      : folder === project.folder
        ? project.defaults
        : project.packages.filter((item) => item.folder === folder);
  const found = chosenBinaries(read, packages);
  // Shared libraries lie beside the binaries; only what names one needs it.
  return { sure: found.sure, conditional: [...found.conditional, ...(hasOption(read, ['--bins']) ? [] : packages.flatMap((item) => item.manifest.sharedLibrary ?? []))] };
}

function chosenBinaries(read: Arguments, packages: readonly Package[]): Names {
  const named = read.options.filter((option) => option.name === '--bin').flatMap((option) => (typeof option.value === 'string' ? [option.value] : []));
  if (named.length > 0) return { sure: named, conditional: [] };
  if (hasOption(read, ['--lib', '--example', '--examples', '--tests', '--benches']) && !hasOption(read, ['--bins'])) return { sure: [], conditional: [] };
  const all = packages.flatMap((item) => item.binaries);
  return { sure: all.filter((bin) => !bin.conditional).map((bin) => bin.name), conditional: all.filter((bin) => bin.conditional).map((bin) => bin.name) };
}

/** Crates whose program has another name. Source: their manifests. */
const programNames: Readonly<Record<string, string>> = { ripgrep: 'rg', 'fd-find': 'fd', diesel_cli: 'diesel', 'sqlx-cli': 'sqlx', 'sea-orm-cli': 'sea-orm-cli', 'git-delta': 'delta', du_dust: 'dust', 'wasm-bindgen-cli': 'wasm-bindgen' };

function installedNames(read: Arguments): Names | undefined {
  const bins = read.options.filter((option) => option.name === '--bin').map((option) => option.value);
  const names = bins.length > 0 ? bins : read.operands.map((name) => name && (programNames[name.replace(/@.*$/, '')] ?? name.replace(/@.*$/, '')));
  return names.length === 0 || names.some((name) => typeof name !== 'string') ? undefined : { sure: [], conditional: names as string[] };
}
