import type { ImageFacts } from '../../images/catalogue.ts';
import { runtimeCounterpart } from '../../images/catalogue.ts';
import { packageOfProgram, type PackageFamily } from '../../packages/resolve.ts';
import type { Candidate } from '../../plan/requirements.ts';
import { describeImage } from '../../images/catalogue.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoAnalysis } from './analysis.ts';

/** Alpine where the builder names no version of it. */
const alpineImage = 'alpine:3';

/** Debian release of the distroless images that are used. Source: GoogleContainerTools/distroless, README. */
const distrolessRelease: Readonly<Record<string, string>> = { bookworm: 'debian12', trixie: 'debian13' };

/** A static binary needs no libc, so the release of Debian does not matter to it. */
const staticImage = 'gcr.io/distroless/static-debian12';

/** A runtime for Go binaries with what is needed to fill it. */
export interface GoRuntime extends Candidate {
  readonly facts: ImageFacts | undefined;
  readonly family: PackageFamily | 'none';
}

/** Runtimes for this project, the smallest first. */
export function goRuntimes(walked: Walk, analysis: GoAnalysis): GoRuntime[] {
  const base = walked.base.facts;
  const suite = base?.suite ?? 'bookworm';
  // A binary linked against an older libc runs on a newer one.
  const release = distrolessRelease[suite] ?? 'debian12';
  const dynamic = analysis.linking.kind === 'dynamic';
  const copies = copyable(walked);
  const alpine = (base?.libc === 'musl' && walked.base.reference ? runtimeCounterpart(walked.base.reference, 'alpine')?.image : undefined) ?? alpineImage;
  const slim = base?.family === 'ubuntu' ? walked.base.image! : `debian:${suite}-slim`;
  const cxx = analysis.requirements.some((requirement) => requirement.need === 'libstdc++');
  const glibcMatches = base === undefined || base.family === 'debian' || base.family === 'ubuntu';
  return [
    offer('scratch', 'scratch', undefined, 'none', analysis, (need) => need === 'passwd' || ((need === 'certificates' || need === 'timezones') && copies)),
    offer(
      'distroless',
      dynamic ? `gcr.io/distroless/${cxx ? 'cc' : 'base'}-${release}` : staticImage,
      undefined,
      'none',
      analysis,
      (need) => /^(?:certificates|timezones|tmp|passwd|home)$/.test(need) || (dynamic && glibcMatches && base?.family !== 'ubuntu' && (need === 'glibc' || (cxx && need === 'libstdc++'))),
    ),
    offer('alpine', alpine, describeImage(alpine), 'alpine', analysis, (need) => /^(?:shell|certificates|timezones|tmp|passwd|home|bash)$/.test(need) || (need === 'libstdc++' && base?.libc === 'musl') || (need === 'musl' && base?.libc === 'musl')),
    offer('slim', slim, describeImage(slim), base?.family === 'ubuntu' ? 'ubuntu' : 'debian', analysis, (need) => /^(?:shell|certificates|timezones|tmp|passwd|home|bash|libstdc\+\+)$/.test(need) || (need === 'glibc' && glibcMatches)),
  ];
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
      if (need.startsWith('program:')) return packagesFit(family, analysis) && provides(facts, family, need.slice('program:'.length), analysis);
      return need.startsWith('package:') && packagesFit(family, analysis);
    },
  };
}

const provides = (facts: ImageFacts | undefined, family: PackageFamily, program: string, analysis: GoAnalysis): boolean =>
  (facts?.programs.includes(program) ?? false) || packageOfProgram(program, family) !== undefined || analysis.system.packages.includes(program);

/** Package names hold only in the distribution they were written for. */
const packagesFit = (family: PackageFamily, analysis: GoAnalysis): boolean => analysis.builderFamily === family;

/** Packages to install in the chosen runtime: those of the Dockerfile, and those of the programs that the image lacks. */
export function packagesOf(walked: Walk, chosen: GoRuntime, analysis: GoAnalysis): string[] {
  if (chosen.family === 'none') return [];
  const names = packagesFit(chosen.family, analysis) ? [...analysis.system.packages] : [];
  for (const program of analysis.system.programs) {
    if (chosen.facts?.programs.includes(program)) continue;
    const name = packageOfProgram(program, chosen.family);
    if (name !== undefined && !names.some((other) => other === program || other === name)) names.push(name);
  }
  const needs = new Set(analysis.requirements.map((requirement) => requirement.need));
  if (needs.has('certificates') && !chosen.facts?.certificates && !copyable(walked)) names.push('ca-certificates');
  if (needs.has('timezones') && !chosen.facts?.timezones) names.push('tzdata');
  if (needs.has('bash') && chosen.family === 'alpine') names.push('bash');
  if (needs.has('libstdc++') && chosen.family === 'alpine') names.push('libstdc++');
  return [...new Set(names)].filter((name) => !chosen.facts?.libraries.includes(name));
}
