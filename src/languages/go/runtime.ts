import type { ImageFacts } from '../../images/catalogue.ts';
import { runtimeCounterpart } from '../../images/catalogue.ts';
import { isPlain, isSameEverywhere, packageOfProgram, programsOf, type PackageFamily } from '../../packages/resolve.ts';
import type { Candidate } from '../../plan/requirements.ts';
import { describeImage } from '../../images/catalogue.ts';
import { hasEnded } from '../../images/suites.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoAnalysis } from './analysis.ts';
import type { RuntimePackage } from './packages.ts';

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

/** A runtime for Go binaries with what is needed to fill it. */
export interface GoRuntime extends Candidate {
  readonly facts: ImageFacts | undefined;
  readonly family: PackageFamily | 'none';
}

/** Runtimes for this project, the smallest first. */
export function goRuntimes(walked: Walk, analysis: GoAnalysis): GoRuntime[] {
  const base = walked.base.facts;
  const suite = base?.suite ?? 'bookworm';
  const release = distrolessRelease[suite] ?? 'debian12';
  // The project's binary, or one that was downloaded.
  const dynamic = analysis.requirements.some(({ need }) => need === 'glibc' || need === 'musl');
  const copies = copyable(walked);
  const alpine = (base?.libc === 'musl' && walked.base.reference ? runtimeCounterpart(walked.base.reference, 'alpine')?.image : undefined) ?? alpineImage;
  const slim = base?.family === 'ubuntu' ? walked.base.image! : `debian:${hasEnded(suite) && !analysis.system.packages.some((item) => item.library) ? maintainedSuite : suite}-slim`;
  const cxx = analysis.requirements.some((requirement) => requirement.need === 'libstdc++');
  // A binary linked against an older libc runs on a newer one, and not the other way round.
  const glibc = base === undefined || base.family === 'debian' || base.family === 'ubuntu' || (base.family === 'rhel' && base.suite !== undefined && olderGlibc.test(base.suite));
  const onDistroless = dynamic && glibc && base?.family !== 'ubuntu' && !/^(?:forky|duke|sid)$/.test(suite);
  const musl = base?.libc === 'musl';
  return [
    offer('scratch', 'scratch', undefined, 'none', analysis, (need) => need === 'passwd' || ((need === 'certificates' || need === 'timezones') && copies)),
    offer(
      'distroless',
      dynamic ? `gcr.io/distroless/${cxx ? 'cc' : 'base'}-${release}` : staticImage,
      undefined,
      'none',
      analysis,
      (need) => /^(?:certificates|timezones|tmp|passwd|home)$/.test(need) || (onDistroless && (need === 'glibc' || (cxx && need === 'libstdc++'))),
    ),
    offer('alpine', alpine, describeImage(alpine), 'alpine', analysis, (need) => everyImage.test(need) || (musl && (need === 'libstdc++' || need === 'musl')) || (!dynamic && !musl && standsIn(need, alpine))),
    offer('slim', slim, describeImage(slim), base?.family === 'ubuntu' ? 'ubuntu' : 'debian', analysis, (need) => everyImage.test(need) || need === 'libstdc++' || (need === 'glibc' && glibc)),
  ];
}

/** What every image with a shell and a package manager has, or can be given. */
const everyImage = /^(?:shell|certificates|timezones|tmp|passwd|home|bash)$/;

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

/** Whether the builder is known to have certificates and time zones to copy. */
export const copyable = (walked: Walk): boolean =>
  walked.base.facts?.language === 'go' || walked.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'packages' && part.effect.packages.includes('ca-certificates')));

function offer(runtime: string, image: string, facts: ImageFacts | undefined, family: PackageFamily | 'none', analysis: GoAnalysis, has: (need: string) => boolean): GoRuntime {
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
      if (/^(?:program|utility):/.test(need)) return packagesFit(family, analysis) && provides(facts, family, need.slice(need.indexOf(':') + 1), analysis);
      return /^(?:package|tool|path):/.test(need) && packagesFit(family, analysis);
    },
  };
}

const provides = (facts: ImageFacts | undefined, family: PackageFamily, program: string, analysis: GoAnalysis): boolean =>
  (facts?.programs.includes(program) ?? false) || packageOfProgram(program, family) !== undefined || analysis.system.packages.some((item) => item.name === program);

/** Package names hold only in the distribution they were written for. */
const packagesFit = (family: PackageFamily, analysis: GoAnalysis): boolean => analysis.builderFamily === family;

/** A package to install in the runtime stage. */
export interface Wanted {
  readonly name: string;
  /** How the Dockerfile installs it; undefined where the base image has it. */
  readonly own: RuntimePackage | undefined;
}

/** Packages to install in the chosen runtime: those of the Dockerfile, and those of the programs that the image lacks. */
export function packagesOf(walked: Walk, chosen: GoRuntime, analysis: GoAnalysis): Wanted[] {
  const { family } = chosen;
  if (family === 'none') return [];
  const fit = packagesFit(family, analysis);
  const wanted = new Map<string, RuntimePackage | undefined>();
  if (fit) for (const item of analysis.system.packages) wanted.set(item.name, item);
  const builder = analysis.builderFamily as PackageFamily;
  const tools = fit ? [] : analysis.system.packages.flatMap((item) => programsOf(item.name, builder));
  for (const program of [...analysis.system.programs, ...tools]) {
    // BusyBox has a wget and an unzip of its own.
    if (chosen.facts?.programs.includes(program) && (fit || !isSameEverywhere(program))) continue;
    const name = packageOfProgram(program, family);
    const there = [...wanted.keys()].some((other) => [program, name].includes(other.replace(/[=<>~:@].*$/, '')));
    if (name !== undefined && !there) wanted.set(name, undefined);
  }
  const needs = new Set(analysis.requirements.map((requirement) => requirement.need));
  const add = (need: string, name: string, when: boolean): void => {
    if (needs.has(need) && when && !wanted.has(name)) wanted.set(name, undefined);
  };
  add('certificates', 'ca-certificates', chosen.facts?.certificates !== true && !copyable(walked));
  add('timezones', 'tzdata', chosen.facts?.timezones !== true);
  add('bash', 'bash', family === 'alpine');
  add('libstdc++', 'libstdc++', family === 'alpine');
  return [...wanted].filter(([name]) => !chosen.facts?.libraries.includes(name)).map(([name, own]) => ({ name, own }));
}
