import { describeImage, runtimeCounterpart, type ImageFacts } from '../../images/catalogue.ts';
import { hasEnded } from '../../images/suites.ts';
import { isPlain, isSameEverywhere, packageOfProgram, programsOf, type PackageFamily } from '../../packages/resolve.ts';
import type { Candidate, Requirement } from '../../plan/requirements.ts';
import type { Walk } from '../../walk/walk.ts';
import type { RuntimePackage, SystemNeeds } from './packages.ts';

/** Alpine where the builder names no version of it. */
const alpineImage = 'alpine:3';

/** Debian release of the distroless images that are used. Source: GoogleContainerTools/distroless, README. */
const distrolessRelease: Readonly<Record<string, string>> = { bookworm: 'debian12', trixie: 'debian13' };

/** A static binary needs no libc, so the release of Debian does not matter to it. */
const staticImage = 'gcr.io/distroless/static-debian12';

/**
 * The suite for programs where the builder's own has ended: its packages have gone from the servers. A binary linked against an older libc runs on a
 * newer one; libraries have other names there.
 */
const maintainedSuite = 'bookworm';

/** Programs that Alpine's packages put elsewhere than those of other distributions. Source: Alpine's package contents. */
const elsewhereOnAlpine: ReadonlySet<string> = new Set(['/usr/bin/tini', '/usr/bin/bash', '/usr/bin/sh']);

/** A runtime image with what is needed to fill it. */
export interface NativeRuntime extends Candidate {
  /** Undefined for scratch and distroless. */
  readonly facts: ImageFacts | undefined;
  readonly family: PackageFamily | 'none';
}

/** What the choice of a runtime image goes by. */
export interface RuntimeWish {
  readonly requirements: readonly Requirement[];
  readonly system: SystemNeeds;
  /** Which distroless image has what a dynamically linked program of the language needs; undefined for a static one. */
  readonly dynamic: 'base' | 'cc' | undefined;
  /** Whether libraries of the distroless image count: those of its release are the ones that the binary was linked with. */
  readonly distrolessLibraries: boolean;
  /** Whether the builder is known to have certificates and time zones to copy. */
  readonly copies: { readonly certificates: boolean; readonly timezones: boolean };
}

/** Runtimes for a compiled program, the smallest first. */
export function nativeRuntimes(walked: Walk, wish: RuntimeWish): NativeRuntime[] {
  const base = walked.base.facts;
  const suite = base?.suite ?? 'bookworm';
  const release = distrolessRelease[suite] ?? 'debian12';
  const { dynamic, copies } = wish;
  const alpine = (base?.libc === 'musl' && walked.base.reference ? runtimeCounterpart(walked.base.reference, 'alpine')?.image : undefined) ?? alpineImage;
  const slim = base?.family === 'ubuntu' ? walked.base.image! : `debian:${hasEnded(suite) && !wish.system.packages.some((item) => item.library) ? maintainedSuite : suite}-slim`;
  // A binary linked against an older libc runs on a newer one, and not the other way round.
  const glibc = base === undefined || base.family === 'debian' || base.family === 'ubuntu' || (base.family === 'rhel' && base.suite !== undefined && olderGlibc.test(base.suite));
  const onDistroless = dynamic !== undefined && glibc && base?.family !== 'ubuntu' && !/^(?:forky|duke|sid)$/.test(suite);
  const distroless = dynamic ? `gcr.io/distroless/${dynamic}-${release}` : staticImage;
  // Names of libraries mean the same file only in the release that the binary was linked in.
  const libraries = wish.distrolessLibraries && base?.family === 'debian' && base.suite !== undefined && distrolessRelease[base.suite] === release ? (describeImage(distroless)?.libraries ?? []) : [];
  const inDistroless = (need: string): boolean => need === 'glibc' || (dynamic === 'cc' && /^lib(?:gcc|stdc\+\+)$/.test(need));
  const musl = base?.libc === 'musl';
  return [
    offer('scratch', 'scratch', undefined, 'none', walked, wish, (need) => need === 'passwd' || (need === 'certificates' && copies.certificates) || (need === 'timezones' && copies.timezones)),
    offer('distroless', distroless, undefined, 'none', walked, wish, (need) => /^(?:certificates|timezones|tmp|passwd|home)$/.test(need) || (onDistroless && inDistroless(need)) || (need.startsWith('package:') && libraries.includes(need.slice('package:'.length)))),
    offer('alpine', alpine, describeImage(alpine), 'alpine', walked, wish, (need) => everyImage.test(need) || (musl && (need === 'libstdc++' || need === 'musl')) || (!dynamic && !musl && standsIn(need, alpine))),
    offer('slim', slim, describeImage(slim), base?.family === 'ubuntu' ? 'ubuntu' : 'debian', walked, wish, (need) => everyImage.test(need) || /^lib(?:gcc|stdc\+\+)$/.test(need) || (need === 'glibc' && glibc)),
  ];
}

/** What every image with a shell and a package manager has, or can be given. */
const everyImage = /^(?:shell|certificates|timezones|tmp|passwd|home|bash|system-folders)$/;

/** Releases of Red Hat's relatives whose C library is not newer than Debian 12's. Source: their release notes. */
const olderGlibc = /^(?:[6-9]|amzn(?:1|2|2023))$/;

/** Whether Alpine has the same program as the builder's distribution, at the same place. */
function standsIn(need: string, alpine: string): boolean {
  const [kind, name = ''] = need.split(/:(.*)/s);
  const program = name.slice(name.lastIndexOf('/') + 1);
  if (kind === 'tool') return true;
  if (kind === 'program') return isSameEverywhere(name) && packageOfProgram(name, 'alpine') !== undefined;
  // What scripts and starts call can be read; the arguments that os/exec gives cannot.
  if (kind === 'utility') return describeImage(alpine)?.programs.includes(name) ?? false;
  return kind === 'path' && !elsewhereOnAlpine.has(name) && ((isSameEverywhere(program) && name === `/usr/bin/${program}`) || (name.startsWith('/bin/') && (isPlain(program) || program === 'bash')));
}

function offer(runtime: string, image: string, facts: ImageFacts | undefined, family: PackageFamily | 'none', walked: Walk, { system }: RuntimeWish, has: (need: string) => boolean): NativeRuntime {
  // Package names hold only in the distribution they were written for.
  const fit = walked.base.facts?.family === family;
  return {
    runtime,
    image,
    facts,
    family,
    offers: (need) => {
      if (has(need)) return true;
      // Where there are no tools to make users with, their names are copied.
      if (need.startsWith('users:')) return family === 'none' || need === `users:${family}`;
      if (family === 'none') return false;
      // Tools of another distribution are other tools: BusyBox for GNU, other versions, other paths.
      if (/^(?:program|utility):/.test(need)) return fit && provides(facts, family, need.slice(need.indexOf(':') + 1), system);
      return /^(?:package|tool|path):/.test(need) && fit;
    },
  };
}

const provides = (facts: ImageFacts | undefined, family: PackageFamily, program: string, system: SystemNeeds): boolean =>
  (facts?.programs.includes(program) ?? false) || packageOfProgram(program, family) !== undefined || system.packages.some((item) => item.name === program);

/** A package to install in the runtime stage. */
export interface Wanted {
  readonly name: string;
  /** How the Dockerfile installs it; undefined where nothing of the Dockerfile names it. */
  readonly own: RuntimePackage | undefined;
}

/** Packages to install in the chosen runtime: those of the Dockerfile, and those of the programs that the image lacks. */
export function packagesOf(walked: Walk, chosen: NativeRuntime, { requirements, system, copies }: RuntimeWish): Wanted[] {
  const { family } = chosen;
  const builder = walked.base.facts?.family;
  if (family === 'none') return [];
  const fit = family === builder;
  const wanted = new Map<string, RuntimePackage | undefined>();
  if (fit) for (const item of system.packages) wanted.set(item.name, item);
  const tools = fit || builder === undefined || builder === 'none' ? [] : system.packages.flatMap((item) => programsOf(item.name, builder));
  for (const program of [...system.programs, ...tools]) {
    // BusyBox has a wget and an unzip of its own.
    if (chosen.facts?.programs.includes(program) && (fit || !isSameEverywhere(program))) continue;
    const name = packageOfProgram(program, family);
    const there = [...wanted.keys()].some((other) => [program, name].includes(other.replace(/[=<>~:@].*$/, '')));
    if (name !== undefined && !there) wanted.set(name, undefined);
  }
  const needs = new Set(requirements.map((requirement) => requirement.need));
  const add = (need: string, name: string, when: boolean): void => {
    if (needs.has(need) && when && !wanted.has(name)) wanted.set(name, undefined);
  };
  add('certificates', 'ca-certificates', chosen.facts?.certificates !== true && !copies.certificates);
  add('timezones', 'tzdata', chosen.facts?.timezones !== true);
  add('bash', 'bash', family === 'alpine');
  add('libstdc++', 'libstdc++', family === 'alpine');
  return [...wanted].filter(([name]) => !chosen.facts?.libraries.includes(name)).map(([name, own]) => ({ name, own }));
}
