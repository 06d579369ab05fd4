import { describeImage, runtimeCounterpart, type ImageFacts } from '../../images/catalogue.ts';
import { packageOfProgram, type PackageFamily } from '../../packages/resolve.ts';
import type { StageDraft } from '../../plan/draft.ts';
import type { Candidate, Requirement } from '../../plan/requirements.ts';
import type { Walk } from '../../walk/walk.ts';
import type { SystemNeeds } from './packages.ts';

/** Alpine where the builder names no version of it. */
const alpineImage = 'alpine:3';

/** Debian release of the distroless images that are used. Source: GoogleContainerTools/distroless, README. */
const distrolessRelease: Readonly<Record<string, string>> = { bookworm: 'debian12', trixie: 'debian13' };

/** A static binary needs no libc, so the release of Debian does not matter to it. */
const staticImage = 'gcr.io/distroless/static-debian12';

/** A runtime image with what is needed to fill it. */
export interface NativeRuntime extends Candidate {
  /** Undefined for scratch. */
  readonly facts: ImageFacts | undefined;
  readonly family: PackageFamily | 'none';
}

/** What the choice of a runtime image goes by. */
export interface RuntimeWish {
  readonly requirements: readonly Requirement[];
  readonly system: SystemNeeds;
  /** Which distroless image has what a dynamically linked program of the language needs; undefined for a static one. */
  readonly dynamic: 'base' | 'cc' | undefined;
  /** Whether the builder is known to have certificates and time zones to copy. */
  readonly copies: { readonly certificates: boolean; readonly timezones: boolean };
}

/** Runtimes for a compiled program, the smallest first. */
export function nativeRuntimes(walked: Walk, wish: RuntimeWish): NativeRuntime[] {
  const base = walked.base.facts;
  const suite = base?.suite ?? 'bookworm';
  // A binary linked against an older libc runs on a newer one.
  const release = distrolessRelease[suite] ?? 'debian12';
  const { dynamic, copies } = wish;
  const musl = base?.libc === 'musl';
  const alpine = (musl && walked.base.reference ? runtimeCounterpart(walked.base.reference, 'alpine')?.image : undefined) ?? alpineImage;
  const slim = base?.family === 'ubuntu' ? walked.base.image! : `debian:${suite}-slim`;
  const glibcMatches = base === undefined || base.family === 'debian' || base.family === 'ubuntu';
  const distroless = dynamic ? `gcr.io/distroless/${dynamic}-${release}` : staticImage;
  const inDistroless = describeImage(distroless)?.libraries ?? [];
  // Names of libraries mean the same file only in the release that the binary was linked in.
  const sameRelease = base?.family === 'debian' && base.suite !== undefined && distrolessRelease[base.suite] === release;
  return [
    offer('scratch', 'scratch', undefined, 'none', walked, wish, (need) => need === 'passwd' || (need === 'certificates' && copies.certificates) || (need === 'timezones' && copies.timezones)),
    offer('distroless', distroless, undefined, 'none', walked, wish, (need) =>
      /^(?:certificates|timezones|tmp|passwd|home)$/.test(need) ||
      (dynamic !== undefined && glibcMatches && base?.family !== 'ubuntu' && (need === 'glibc' || (dynamic === 'cc' && /^lib(?:gcc|stdc\+\+)$/.test(need)))) ||
      (need.startsWith('package:') && sameRelease && inDistroless.includes(need.slice('package:'.length)))),
    offer('alpine', alpine, describeImage(alpine), 'alpine', walked, wish, (need) => /^(?:shell|certificates|timezones|tmp|passwd|home|bash)$/.test(need) || ((need === 'libstdc++' || need === 'musl') && musl)),
    offer('slim', slim, describeImage(slim), base?.family === 'ubuntu' ? 'ubuntu' : 'debian', walked, wish, (need) => /^(?:shell|certificates|timezones|tmp|passwd|home|bash|libgcc|libstdc\+\+)$/.test(need) || (need === 'glibc' && glibcMatches)),
  ];
}

function offer(runtime: string, image: string, facts: ImageFacts | undefined, family: PackageFamily | 'none', walked: Walk, { system }: RuntimeWish, has: (need: string) => boolean): NativeRuntime {
  // Package names hold only in the distribution they were written for.
  const packagesFit = family === walked.base.facts?.family;
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
      if (need.startsWith('program:')) {
        const program = need.slice('program:'.length);
        return packagesFit && ((facts?.programs.includes(program) ?? false) || packageOfProgram(program, family) !== undefined || system.packages.includes(program));
      }
      return need.startsWith('package:') && packagesFit;
    },
  };
}

/** Packages to install in the chosen runtime: those of the Dockerfile, and those of the programs that the image lacks. */
export function packagesOf(walked: Walk, chosen: NativeRuntime, { requirements, system, copies }: RuntimeWish): string[] {
  const { family, facts } = chosen;
  if (family === 'none') return [];
  const names = family === walked.base.facts?.family ? [...system.packages] : [];
  for (const program of system.programs) {
    if (facts?.programs.includes(program)) continue;
    const name = packageOfProgram(program, family);
    if (name !== undefined && !names.some((other) => other === program || other === name)) names.push(name);
  }
  const needs = new Set(requirements.map((requirement) => requirement.need));
  if (needs.has('certificates') && !facts?.certificates && !copies.certificates) names.push('ca-certificates');
  if (needs.has('timezones') && !facts?.timezones) names.push('tzdata');
  if (needs.has('bash') && family === 'alpine') names.push('bash');
  if (needs.has('libstdc++') && family === 'alpine') names.push('libstdc++');
  return [...new Set(names)].filter((name) => !facts?.libraries.includes(name));
}

/** The RUN that installs packages; nothing without any. */
export function installPackages(runtime: StageDraft, names: readonly string[], { family }: NativeRuntime): void {
  if (names.length === 0) return;
  const list = names.join(' ');
  runtime.add(family === 'alpine' ? `RUN apk add --no-cache ${list}` : `RUN apt-get update \\\n    && apt-get install -y --no-install-recommends ${list} \\\n    && rm -rf /var/lib/apt/lists/*`, { apart: true });
}
