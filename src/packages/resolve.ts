import { ambiguousTools, programsOf } from './programs.ts';
import { bareName, dataOf, isBuildOnly, librariesBehind, type PackageFamily } from './tables.ts';

export { ambiguousTools, isPlain, isSameEverywhere, packageOfProgram, programsOf } from './programs.ts';
export type { PackageFamily } from './tables.ts';

/** What becomes of one system package when a Dockerfile is split in two. */
export interface PackageDecision {
  /** As written; may carry `=version`, `:arch`, `/suite` or Alpine's `~=` and `@repository`. */
  name: string;
  /** `translated`: the package builds, its run-time half (`runtime`) runs. `unknown` stays as written. */
  role: 'build' | 'runtime' | 'translated' | 'unknown';
  /** Names to install at run time: [] for build, [name as written] for runtime and unknown. */
  runtime: string[];
  /** Short, for a reviewer. */
  reason: string;
}

/**
 * Splits the packages of an install line into what only the build needs and what the program needs.
 *
 * Nothing is dropped on a guess: a package that is in no table, or whose run-time half depends on a suite that
 * is not known, stays as written.
 *
 * @param names as written in the Dockerfile; group markers (`.build-deps`) and options are not names
 * @param family of the base image
 * @param suite Debian or Ubuntu code name, or Alpine's `3.19`; several when the base image's tag has moved from one
 *   to the other (then only names that hold in all of them are given); undefined when nothing is known
 * @returns one decision per name, in the same order
 */
export function splitPackages(names: readonly string[], family: PackageFamily, suite?: string | readonly string[]): PackageDecision[] {
  return names.map((name) => decide(name, family, suite));
}

function decide(written: string, family: PackageFamily, suite: string | readonly string[] | undefined): PackageDecision {
  const { bare, architecture } = bareName(written, family);
  const keep = (role: 'runtime' | 'unknown', reason: string): PackageDecision => ({ name: written, role, runtime: [written], reason });
  if (bare === undefined) return keep('unknown', 'not a plain package name');

  const found = librariesBehind(bare, family, suite);
  if (found.kind === 'libraries') {
    const runtime = found.libraries.map((library) => library + architecture);
    return { name: written, role: 'translated', runtime, reason: translationReason(found.libraries, found.byRule) };
  }
  const buildReason = found.kind === 'none' ? 'headers only' : isBuildOnly(bare, family);
  if (buildReason !== undefined) return { name: written, role: 'build', runtime: [], reason: buildReason };

  if (ambiguousTools.has(bare)) return keep('runtime', 'may be called at run time');
  if (programsOf(bare, family).length > 0 || Object.hasOwn(dataOf(family).programs, bare)) return keep('runtime', 'program that may be started at run time');
  if (isSharedLibrary(bare, family)) return keep('runtime', 'shared library');
  if (/^(fonts-|ttf-|font-|texlive|.*-fonts$)/.test(bare)) return keep('runtime', 'fonts and typesetting');
  if (/^(python3?-|py3-|php\d?|ruby-|perl-|lib.*-perl$)/.test(bare)) return keep('runtime', 'modules of an interpreter');
  if (found.kind === 'undecided') return keep('unknown', 'headers whose library is named differently in each suite, and the suite is not known');
  return keep('unknown', /-(dev|devel)$/.test(bare) ? 'headers of a library that is not in the tables' : 'not in the tables');
}

function translationReason(libraries: readonly string[], byRule: boolean): string {
  const listed = libraries.length > 3 ? `${libraries.slice(0, 3).join(', ')} and ${libraries.length - 3} more` : libraries.join(', ');
  const needed = libraries.length === 1 ? 'the library itself is needed at run time' : 'the libraries themselves are needed at run time';
  return `headers of ${listed}${byRule ? ' (by the naming rule)' : ''}; ${needed}`;
}

/** Debian policy 8.1: a library package is named after its soname, `libname2` or `libname-1.0-0`. */
function isSharedLibrary(bare: string, family: PackageFamily): boolean {
  if (dataOf(family).shared?.split(' ').includes(bare) === true) return true;
  if (family === 'debian' || family === 'ubuntu') return /^lib[a-z0-9+.-]*\d[a-z0-9.]*$/.test(bare) || bare === 'zlib1g';
  if (family === 'alpine') return /^(lib[a-z0-9+._-]*|.*-libs|icu-data-.*|gcompat|libc6-compat|musl-locales)$/.test(bare) && !bare.endsWith('-dev');
  return /-libs$|^lib[A-Za-z0-9+._-]*$|^glibc-(langpack-.*|common|minimal-langpack)$/.test(bare) && !bare.endsWith('-devel');
}
