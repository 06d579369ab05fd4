import data from './data/suites.json' with { type: 'json' };
import { compareVersions } from './facts.ts';
import type { ImageReference } from './reference.ts';
import { certainly, perhaps, type Suites } from './systems.ts';

interface Life {
  readonly debian: readonly string[];
  readonly alpine?: string;
  /** The first release of the line that was built in a suite. */
  readonly since?: Readonly<Record<string, string>>;
  /** A release that was built in it for certain, where the first one is not known. */
  readonly atLatest?: Readonly<Record<string, string>>;
  /** The line ended while its default moved on: both are possible. */
  readonly unsure?: boolean;
}
interface LanguageHistory {
  readonly latest: string;
  readonly maintained: readonly string[];
  readonly versions: Readonly<Record<string, Life>>;
}
const histories = data.languages as unknown as Readonly<Record<string, LanguageHistory>>;
const nodeNames = data.nodeNames as Readonly<Record<string, string>>;

/** The newest version of the data for a tag that names none: `lts`, `latest`, `3`, `1`, or no tag. */
export function languageVersion(language: string, image: ImageReference): string | undefined {
  const history = histories[language];
  if (!history) return image.version;
  if (image.version === undefined) {
    const name = image.parts[0];
    const known = language === 'node' && name !== undefined && Object.hasOwn(nodeNames, name) ? nodeNames[name] : undefined;
    return known ?? history.latest;
  }
  const known = lineOf(history, image.version);
  if (known !== undefined) return known;
  const newest = Object.keys(history.versions).filter((line) => line.startsWith(`${image.version}.`)).sort(compareVersions).at(-1);
  return newest ?? image.version;
}

/** The release line (`3.12` for Python and Go, `20` for Node) that a version belongs to. */
function lineOf(history: LanguageHistory, version: string): string | undefined {
  const numbers = version.split('.');
  return [numbers.slice(0, 2).join('.'), numbers[0]!].find((line) => Object.hasOwn(history.versions, line));
}

/** Whether the line still gets releases. A version that is newer than the data counts as maintained. */
export function isMaintained(language: string, image: ImageReference): boolean {
  const history = histories[language];
  const version = languageVersion(language, image);
  if (image.variant === 'onbuild') return false;
  if (!history || version === undefined) return true;
  const line = lineOf(history, version) ?? version;
  return history.maintained.includes(line) || compareVersions(line, history.latest) > 0;
}

/**
 * The Debian suites that a language image's tag may stand for. A tag that names the suite is certain. A full version
 * (`3.11.4`) stays where it was last built. A floating tag of a line that has ended stays, too; of a living one, it is
 * now at the last suite, and was at the one before in older copies. A line newer than the data is taken for the newest
 * one. The -onbuild tags ended before the data begins.
 */
export function languageSuites(language: string, image: ImageReference): Suites {
  if (image.suite !== undefined) return certainly(resolveName(image.suite));
  const history = histories[language];
  const version = languageVersion(language, image);
  if (!history || version === undefined || image.variant === 'onbuild') return { suite: undefined, certain: false, all: [] };
  const line = lineOf(history, version) ?? (compareVersions(version, history.latest) > 0 ? history.latest : undefined);
  if (line === undefined) return { suite: undefined, certain: false, all: [] };
  const life = history.versions[line]!;
  if (isExact(image, line)) return perhaps(suitesOfRelease(life, image.version!));
  if (life.unsure !== true && !isMaintained(language, image)) return perhaps(life.debian.slice(-1));
  // A tag that names no line (`latest`, `3`) was at the lines before in older copies.
  const lines = Object.keys(history.versions).sort(compareVersions);
  const before = namesLine(history, image) ? [] : lines.slice(0, lines.indexOf(line)).slice(-3);
  const earlier = before.flatMap((each) => history.versions[each]!.debian).filter((suite) => !life.debian.includes(suite));
  return perhaps([...earlier.slice(-1), ...life.debian].slice(-2));
}

const namesLine = (history: LanguageHistory, image: ImageReference): boolean => image.version !== undefined && (lineOf(history, image.version) !== undefined || compareVersions(image.version, history.latest) > 0);

const isExact = (image: ImageReference, line: string): boolean => image.version !== undefined && image.version.split('.').length > line.split('.').length;

function suitesOfRelease({ debian, since = {}, atLatest = {} }: Life, version: string): string[] {
  const begun = debian.filter((suite) => since[suite] === undefined || compareVersions(since[suite], version) <= 0);
  const last = begun.findLastIndex((suite) => {
    const first = since[suite] ?? atLatest[suite];
    return first !== undefined && compareVersions(first, version) <= 0;
  });
  return begun.slice(Math.max(last, 0));
}

/** Alpine's version for an -alpine tag: named, or the last one of a line that has ended. */
export function languageAlpine(language: string, image: ImageReference): { version: string | undefined; certain: boolean } {
  if (image.alpineVersion !== undefined) return { version: image.alpineVersion, certain: true };
  const history = histories[language];
  const version = languageVersion(language, image);
  const line = history && version !== undefined ? lineOf(history, version) : undefined;
  const known = line !== undefined && !isExact(image, line);
  return { version: known ? history!.versions[line]!.alpine : undefined, certain: false };
}

/** `stable`, `oldstable` and `testing` as code names; a code name stays. */
export function resolveName(suite: string): string {
  return suite === 'stable' ? data.debian.stable : suite === 'oldstable' ? data.debian.oldstable : suite === 'testing' ? data.debian.testing : suite === 'unstable' ? 'sid' : suite;
}

/** Debian's or Ubuntu's code name of a release number (`12.5`, `22.04`). */
export function suiteOfRelease(distribution: 'debian' | 'ubuntu', version: string): string | undefined {
  const names = data[distribution].names as Readonly<Record<string, string>>;
  return names[distribution === 'debian' ? version.split('.')[0]! : version.split('.').slice(0, 2).join('.')];
}

/** Whether a Debian release has ended: its packages have moved from the servers to an archive, so that `apt-get update` fails. */
export const hasEnded = (suite: string): boolean => data.debian.endOfLife.includes(suite);

export const isUbuntu = (suite: string): boolean => Object.values(data.ubuntu.names).includes(suite);
