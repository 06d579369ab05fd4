import { compareVersions } from '../images/facts.ts';
import alpine from './data/alpine.json' with { type: 'json' };
import bookworm from './data/debian-bookworm.json' with { type: 'json' };
import trixie from './data/debian-trixie.json' with { type: 'json' };
import debian from './data/debian.json' with { type: 'json' };
import rhel from './data/rhel.json' with { type: 'json' };
import ubuntu from './data/ubuntu.json' with { type: 'json' };

/** A distribution family, as far as package names are concerned. */
export type PackageFamily = 'debian' | 'ubuntu' | 'alpine' | 'rhel';

/** One library's names: the same in every suite of the table, or by suite (`*` is every other one). */
type ByName = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

interface FamilyData {
  /** Suites that the table of libraries speaks of; empty when names do not depend on the suite. */
  readonly suites: readonly string[];
  /** Reason -> names, separated by spaces. */
  readonly build: Readonly<Record<string, string>>;
  /** Shared libraries whose names do not tell it, separated by spaces. */
  readonly shared?: string;
  /** -dev package -> names, separated by spaces; empty when it has no run-time half. */
  readonly libraries: ByName;
  /** Package -> programs, separated by spaces. */
  readonly programs: Readonly<Record<string, string>>;
}

/** What `scripts/rebuild-packages.mjs` wrote: `libfoo` -> `~1` says that libfoo-dev builds against libfoo1. */
const indexes: Readonly<Record<string, Readonly<Record<string, string>>>> = { bookworm: bookworm.packages, trixie: trixie.packages };

const families: Readonly<Record<PackageFamily, FamilyData>> = {
  debian,
  ubuntu: { ...debian, suites: ubuntu.suites, libraries: ubuntu.libraries },
  alpine,
  rhel,
};

/** The tables of a family. */
export function dataOf(family: PackageFamily): FamilyData {
  return families[family];
}

/** How many -dev packages are known for a family, or for one of its suites: for reports and tests. */
export function coverage(family: PackageFamily, suite?: string): number {
  const own = Object.values(families[family].libraries).filter((names) => typeof names === 'string' || suite === undefined || suite in names || '*' in names).length;
  return family === 'debian' && suite !== undefined && suite in indexes ? Object.keys(indexes[suite]!).length : own;
}

/**
 * A package's bare name and its architecture suffix (`:arm64` or '').
 *
 * @returns bare undefined for something with a variable, a file (`./x.deb`) or an URL
 */
export function bareName(written: string, family: PackageFamily): { bare: string | undefined; architecture: string } {
  // `yum groupinstall "Development Tools"`, `dnf install @"Development Tools"`
  if (family === 'rhel' && /^@?development(?:[ -]tools)?$/i.test(written)) return { bare: '@development-tools', architecture: '' };
  const found = /^@?[A-Za-z0-9][A-Za-z0-9+._-]*/.exec(written);
  const rest = found ? written.slice(found[0].length) : '';
  if (!found || !/^([=<>~@:/].*)?$/.test(rest) || /\$|:\/\/|\.(deb|apk|rpm)$/.test(written)) return { bare: undefined, architecture: '' };
  const bare = family === 'rhel' ? found[0].replace(/\.(x86_64|i686|aarch64|noarch)$/, '') : found[0];
  const architecture = family === 'debian' || family === 'ubuntu' ? (/^:[a-z0-9]+/.exec(rest)?.[0] ?? '') : '';
  return { bare, architecture };
}

export type Behind =
  /** Nothing is needed at run time. */
  | { kind: 'none' }
  | { kind: 'libraries'; libraries: string[]; byRule: boolean }
  /** It has a run-time half, named differently in the suites that come into question. */
  | { kind: 'undecided' }
  | { kind: 'unknown' };

/**
 * The shared libraries behind a -dev package.
 *
 * Debian bookworm and trixie: hand-made corrections first, then their package index. Other suites: the hand-made
 * table. Without a suite, or with several possible ones: only what all of them agree on.
 */
export function librariesBehind(bare: string, family: PackageFamily, suite?: string | readonly string[]): Behind {
  if (!/-(dev|devel)(-compat)?$|-dev-all$|-dev-\d+$|^linux-headers/.test(bare) && !Object.hasOwn(families[family].libraries, bare)) return { kind: 'unknown' };
  const { suites } = families[family];
  const asked = suite === undefined ? [] : typeof suite === 'string' ? [suite] : suite;
  const known = asked.length > 0 && (suites.length === 0 || asked.every((each) => suites.includes(each)));
  const listed = suitesListed(bare, family);
  // Where names differ, `*` stands for what came after the suites that are listed, and not for what was before them.
  if (suites.length === 0 && asked.some((each) => listed.length > 0 && /^\d/.test(each) && compareVersions(each, listed[0]!) < 0)) return { kind: 'undecided' };
  const considered = known ? asked : suites.length === 0 ? [...listed, '*'] : suites;
  // A suite that the tables do not know may have other names, save for libraries that have kept theirs for ten years.
  const foreign = asked.length > 0 && !known;
  const answers = [...new Set(considered.map((each) => settle(namesIn(bare, family, each), considered.length > 1)))];
  const answer = answers[0];
  if (answers.length > 1) return { kind: 'undecided' };
  if (answer === undefined) return byNamingRule(bare, family);
  if (foreign && answer !== '' && !answer.split(' ').every((name) => lasting.has(name))) return { kind: 'undecided' };
  return answer === '' ? { kind: 'none' } : { kind: 'libraries', libraries: answer.split(' '), byRule: false };
}

/** The suites for which a family without a list of suites (Alpine) has names of their own, oldest first. */
function suitesListed(bare: string, family: PackageFamily): string[] {
  const { libraries } = families[family];
  const own = Object.hasOwn(libraries, bare) ? libraries[bare] : undefined;
  return typeof own === 'object' ? Object.keys(own).filter((suite) => /^\d/.test(suite)).sort(compareVersions) : [];
}

/**
 * On 64-bit machines libssl3t64 provides libssl3, so that the shorter name installs either of them.
 * Source: Debian's 64-bit time_t transition (`Provides: ${t64:Provides}`).
 */
function settle(names: string | undefined, severalSuites: boolean): string | undefined {
  return severalSuites ? names?.split(' ').map((name) => (newNameOnly.has(name) ? name : name.replace(/t64(?=$|-)/, ''))).join(' ') : names;
}

/** Names that Debian and Ubuntu have used since 2014. Source: the package pages of jessie and trusty. */
const lasting: ReadonlySet<string> = new Set(
  'libpq5 libxml2 libxslt1.1 zlib1g libsqlite3-0 libexpat1 libfreetype6 libbz2-1.0 liblzma5 libyaml-0-2 libuuid1 libgmp10 libgmpxx4ldbl libmagic1 libcairo2 libcairo-gobject2 libpango-1.0-0 libglib2.0-0 libgdk-pixbuf2.0-0 libfontconfig1 libx11-6 libxext6 libxrender1 libxt6 libsm6 libjpeg-turbo8 libkrb5-3 libgssapi-krb5-2 libblas3 liblapack3 libatlas3-base libogg0 libopus0 libvorbis0a libpcap0.8 libusb-1.0-0 libsasl2-2 libcurl3-gnutls libaio1 libpopt0 libacl1 libattr1 libsndfile1 libportaudio2 libgtk2.0-0 libgtk-3-0 libpam0g liblua5.1-0 libfuse2 libcap2 librsvg2-2'.split(' '),
);

/** Libraries without their old name: the ABI changed, or (ALSA) two packages provide it and apt will not choose. */
const newNameOnly: ReadonlySet<string> = new Set([...trixie.noOldName.split(' '), 'libasound2t64']);

function namesIn(bare: string, family: PackageFamily, suite: string): string | undefined {
  const { libraries } = families[family];
  const own = Object.hasOwn(libraries, bare) ? libraries[bare] : undefined;
  const index = family === 'debian' ? indexes[suite] : undefined;
  if (typeof own === 'object') {
    const named = own[suite] ?? own['*'];
    if (named !== undefined) return named;
  }
  if (index === undefined) return typeof own === 'string' ? own : undefined;
  const stem = bare.replace(/-dev$/, '');
  return Object.hasOwn(index, stem) && bare.endsWith('-dev') ? index[stem]!.replaceAll('~', stem) : undefined;
}

/** Red Hat's packaging guidelines: headers of `name` are in `name-devel`. */
function byNamingRule(bare: string, family: PackageFamily): Behind {
  if (family !== 'rhel' || !bare.endsWith('-devel') || isBuildOnly(bare, family) !== undefined) return { kind: 'unknown' };
  return { kind: 'libraries', libraries: [bare.slice(0, -'-devel'.length)], byRule: true };
}

const buildPatterns: readonly (readonly [RegExp, string])[] = [
  [/^(gcc|g\+\+|cpp|gfortran|gcc-multilib|g\+\+-multilib|clang|llvm|lld|gnat)-\d[\d.]*(-(dev|tools|runtime|base))?$/, 'compiler or linker'],
  [/^(gcc|g\+\+|binutils)-[a-z0-9-]*(linux-gnu|mingw)[a-z0-9-]*$|^gcc-toolset-|^devtoolset-/, 'compiler or linker'],
  [/^golang-\d[\d.]*(-go)?$/, 'compiler or linker'],
  [/^(golang|librust|libghc)-.*-dev$|^librust-|^lib.*-ocaml-dev$/, 'source code for a compiler'],
  [/^(lib)?python[\d.]*-dev$|^linux-headers|^kernel-(headers|devel)|^(libstdc\+\+|libgcc)-[\d.]*-?dev$|^postgresql-server-dev-|^php[\d.]*-dev$|^ruby[\d.]*-dev$/, 'headers only'],
  [/-(doc|dbg|dbgsym|debuginfo)$/, 'documentation or debugging symbols'],
];

/** Why a package is of no use once everything is built; undefined when it may be. */
export function isBuildOnly(bare: string, family: PackageFamily): string | undefined {
  for (const [reason, names] of Object.entries(families[family].build)) if (names.split(' ').includes(bare)) return reason;
  return buildPatterns.find(([pattern]) => pattern.test(bare))?.[1];
}
