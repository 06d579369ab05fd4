import { hasOption } from '../../effects/arguments.ts';
import { refuse } from '../../findings.ts';
import { nativeCrates, nativeNeeds } from '../../packages/native.ts';
import { splitPackages } from '../../packages/resolve.ts';
import type { Requirement } from '../../plan/requirements.ts';
import type { Walk } from '../../walk/walk.ts';
import { installedPackages } from '../native/packages.ts';
import type { CargoCall } from './commands.ts';
import { behind, linkedPrograms, selfContained, unprovableCrates } from './data.ts';
import type { CargoProject } from './project.ts';
import type { RustSources } from './sources.ts';

/** How the binaries are linked, which decides what the runtime image must have. */
export interface Linking {
  readonly kind: 'static' | 'dynamic';
  readonly why: string;
  readonly line: number | undefined;
  /** Packages with the shared libraries that crates are linked with, each with the crate that needs it. */
  readonly libraries: readonly Requirement[];
  /** -dev packages of the Dockerfile that only serve the build, or whose library is built in. */
  readonly buildOnly: ReadonlySet<string>;
}

/**
 * Decides between a static and a dynamic binary by the target, and lists the shared libraries of a dynamic one. The target is never changed.
 * Source: The Rust Reference, "Linkage": musl targets are static unless `-crt-static` is given, others dynamic.
 *
 * @param main the call that makes what starts
 * @param foreign installations of programs of others that the runtime stage takes
 * @throws Refusal when it cannot be told what the binary is linked with
 */
export function linkingOf(walked: Walk, main: CargoCall | undefined, projects: readonly CargoProject[], sources: RustSources, foreign: readonly CargoCall[]): Linking {
  const facts = walked.base.facts;
  const line = main?.step.instruction.line ?? walked.stage.from.line;
  const flags = main?.rustflags ?? '';
  if (/prefer-dynamic/.test(flags)) throw refuse('unsupported-shape', { reason: 'the binary is linked with the toolchain\'s own shared libraries (-C prefer-dynamic)', help: 'Leave the flag out: Rust links its own library statically.' }, { line });
  const target = main?.target;
  const musl = target === undefined ? facts?.libc === 'musl' : /musl/.test(target);
  const dynamicMusl = /-crt-static/.test(flags) || (musl && target === undefined && !usesRustup(walked));
  if (musl && !dynamicMusl) return { kind: 'static', why: target === undefined ? 'Rust links statically on musl' : `the target ${target} is linked statically`, line, libraries: [], buildOnly: new Set(installedPackages(walked).map(({ name }) => bareName(name)).filter((name) => generators.test(name) || name.endsWith('-dev'))) };
  if (musl && facts?.libc !== 'musl') throw refuse('unsupported-shape', { reason: 'the binary is linked with musl, which the builder does not have', help: 'Leave `-crt-static` out of the flags.' }, { line });
  const proven = projects.length > 0 && projects.every((project) => project.lock !== undefined);
  const crates = cratesOf(projects);
  for (const [crate, what] of Object.entries(unprovableCrates)) {
    if (crates.has(crate)) throw refuse('unsupported-shape', { reason: `the crate ${crate} ${what}`, help: 'Add a runtime stage by hand, with what it loads.' }, { file: projects[0]?.lockSource, line: 1 });
  }
  return { kind: 'dynamic', why: dynamicMusl ? 'the binary is linked with musl' : 'Rust links with the C library on this target', line, libraries: librariesOf(walked, crates, new Set(foreign.flatMap(librariesOfProgram)), projects, proven && foreign.length === 0, dynamicMusl), buildOnly: buildOnlyPackages(walked, crates, projects, proven, sources) };
}

/** Whether the toolchain is rustup's: Alpine's own packages of Rust link dynamically. */
const usesRustup = (walked: Walk): boolean => walked.base.facts?.language === 'rust' || !installedPackages(walked).some(({ name }) => /^(?:rust|cargo)(?:[=<>~@].*)?$/.test(name));

/** Names of all crates, those that a missing lock file would have as far as they are known. */
function cratesOf(projects: readonly CargoProject[]): Set<string> {
  const locked = projects.flatMap((project) => (project.lock ?? []).filter((crate) => !crate.own).map((crate) => crate.name));
  const named = projects.filter((project) => project.lock === undefined).flatMap((project) => dependenciesOf(project));
  const implied = named.flatMap((dependency) => behind.filter((item) => item.crate === dependency.name && (item.feature === undefined || dependency.features.some((feature) => item.feature!.test(feature)))).map((item) => item.means));
  return new Set([...locked, ...named.map((dependency) => dependency.name), ...implied]);
}

const dependenciesOf = (project: CargoProject): CargoProject['root']['dependencies'] => [project.root, ...project.packages.map((item) => item.manifest)].flatMap((manifest) => manifest.dependencies);

/** What a program that `cargo install` brings is linked with, as far as its name and its features tell. */
function librariesOfProgram({ read }: CargoCall): string[] {
  const features = read.options.filter((option) => option.name === '--features' || option.name === '-F').flatMap((option) => option.value?.split(/[\s,]+/) ?? []);
  const all = !hasOption(read, ['--no-default-features']);
  return read.operands.flatMap((name) => Object.entries(linkedPrograms[name?.replace(/@.*$/, '') ?? ''] ?? {}).filter(([feature]) => all || features.includes(feature)).map(([, crate]) => crate));
}

function librariesOf(walked: Walk, crates: ReadonlySet<string>, ofPrograms: ReadonlySet<string>, projects: readonly CargoProject[], proven: boolean, musl: boolean): Requirement[] {
  const facts = walked.base.facts;
  const family = facts?.family;
  if (facts === undefined || family === undefined || family === 'none') return [];
  const needs: Requirement[] = [];
  const add = (name: string, why: string): void => {
    if (!needs.some((item) => item.need === `package:${name}`)) needs.push({ need: `package:${name}`, why, file: projects[0]?.lockSource, line: projects[0]?.lockSource === undefined ? undefined : 1 });
  };
  if (musl) add('libgcc', 'Rust\'s library uses it to unwind');
  const present = presentLibraries(walked);
  for (const crate of new Set([...crates, ...ofPrograms])) {
    const row = nativeNeeds('crates', crate, family, facts.suites);
    if (row) {
      if (ofPrograms.has(crate) || !isBuiltIn(crate, row.unless, projects)) for (const name of row.packages) if (present.has(name)) add(name, `the crate ${crate} ${row.reason}`);
      continue;
    }
    const stem = /^(?:lib)?([\w-]{3,}?)[-_]sys(?:[-_]\w+)?$/.exec(crate)?.[1];
    if (stem === undefined || selfContained.test(crate.replace(/[-_]sys(?:[-_]\w+)?$/, '')) || selfContained.test(stem)) continue;
    // A crate whose library the builder does not have builds it from source.
    const like = new RegExp(`^(?:lib)?${stem.replaceAll('_', '-')}[\\d.-]*(?:t64)?$`);
    for (const name of present) if (like.test(name) && name !== 'libc6') add(name, `the crate ${crate} may be linked with it`);
  }
  // Most programs that speak TLS without a word about it are linked with OpenSSL.
  if (!proven) for (const name of nativeNeeds('crates', 'openssl-sys', family, facts.suites)?.packages ?? []) if (present.has(name)) add(name, 'there is no Cargo.lock to tell what is linked with it');
  return needs;
}

/** Library packages whose headers the builder has, so that a crate may have found them. */
function presentLibraries(walked: Walk): Set<string> {
  const { facts } = walked.base;
  if (facts === undefined || facts.family === 'none') return new Set();
  const installed = splitPackages(installedPackages(walked).map((item) => item.name), facts.family, facts.suites).filter((item) => item.role === 'translated').flatMap((item) => item.runtime);
  const full = facts.kind === 'full' && (facts.language === 'rust' || walked.base.reference?.name === 'buildpack-deps');
  return new Set([...(full ? facts.libraries : []), ...installed]);
}

/** Whether a library is compiled in: another crate brings its source, the only crates that ask for it do so, or a feature says so everywhere. */
function isBuiltIn(crate: string, unless: { readonly crate?: string; readonly feature?: string } | undefined, projects: readonly CargoProject[]): boolean {
  if (!unless) return false;
  return projects.every((project) => {
    const locked = project.lock ?? [];
    if (project.lock && !locked.some((item) => item.name === crate)) return true;
    const users = usersOf(crate, project);
    const dependencies = dependenciesOf(project).filter((dependency) => !dependency.dev && users.has(dependency.name));
    // A feature that only some builds switch on proves nothing.
    const optional = unless.feature !== undefined && [project.root, ...project.packages.map((item) => item.manifest)].some((manifest) => manifest.featureWords.some((word) => new RegExp(`/\\w*${unless.feature!}`).test(word)));
    if (optional) return false;
    if (unless.feature !== undefined && dependencies.some((dependency) => dependency.features.some((feature) => feature.startsWith(unless.feature!) || feature.endsWith(`-${unless.feature!}`)))) return true;
    const others = unless.crate?.split(' ') ?? [];
    if (others.some((name) => name.endsWith('-src') && locked.some((item) => item.name === name))) return true;
    const direct = locked.filter((item) => item.dependencies.includes(crate));
    return direct.length > 0 && direct.every((item) => others.includes(item.name)) && !dependencies.some((dependency) => dependency.features.some((feature) => /unbundled/.test(feature)));
  });
}

/** A crate and all that depend on it, directly or not. */
function usersOf(crate: string, project: CargoProject): Set<string> {
  const users = new Set([crate, ...(project.lock ? [] : behind.filter((item) => item.means === crate).map((item) => item.crate))]);
  for (const name of users) for (const item of project.lock ?? []) if (item.dependencies.includes(name)) users.add(item.name);
  return users;
}

const bareName = (name: string): string => name.replace(/[=<>~:@].*$/, '');

/** Headers that bindgen and protobuf's compiler read while they generate code, and libraries to link statically with. */
const generators = /^(?:.*-static|libclang(?:-[\w.]+)?-dev|libclang1?(?:-\d+)?|llvm(?:-\d+)?-dev|libprotobuf-dev|libprotoc-dev|protobuf-dev|clang\d*-dev|clang\d*-libs|clang-static|llvm\d*-static)$/;

function buildOnlyPackages(walked: Walk, crates: ReadonlySet<string>, projects: readonly CargoProject[], proven: boolean, sources: RustSources): Set<string> {
  const { facts } = walked.base;
  const found = new Set<string>();
  if (facts === undefined || facts.family === 'none' || !sources.known) return found;
  const { family, suites } = facts;
  for (const { name } of installedPackages(walked)) {
    const bare = bareName(name);
    if (generators.test(bare)) found.add(bare);
    else if (proven && sources.links.length === 0) {
      const runtime = splitPackages([bare], family, suites)[0]!;
      if (runtime.role !== 'translated') continue;
      const rows = nativeCrates.filter((crate) => nativeNeeds('crates', crate, family, suites)?.packages.some((item) => runtime.runtime.includes(item)));
      // A library that one crate speaks for, and that crate is not used or brings its own.
      if (rows.length > 0 && rows.every((crate) => !crates.has(crate) || isBuiltIn(crate, nativeNeeds('crates', crate, family, suites)?.unless, projects))) found.add(bare);
    }
  }
  return found;
}
