import data from './data/suites.json' with { type: 'json' };
import { compareVersions } from './facts.ts';
import type { ImageReference } from './reference.ts';

const { otherSuite } = data.nodeSlim as { readonly otherSuite: readonly string[] };

/**
 * The tag of node's slim image with the same version and the same suite.
 *
 * @returns undefined where no such tag was published, or where it stood for another suite
 */
export function nodeSlimTag(image: ImageReference): string | undefined {
  const parts = image.parts.filter((part) => part !== 'latest' && part !== 'onbuild');
  const name = parts.find((part) => part !== image.suite);
  if (parts.some((part) => part !== name && part !== image.suite)) return undefined;
  const version = image.version ?? (name === undefined || !Object.hasOwn(data.nodeNames, name) ? undefined : (data.nodeNames as Readonly<Record<string, string>>)[name]);
  if (name !== undefined && version === undefined) return undefined;
  if (image.suite === undefined) return image.version !== undefined && otherSuite.includes(image.version) ? undefined : [...parts, 'slim'].join('-');
  return image.suite === 'wheezy' || !namesSuite(data.nodeSlim.withSuite, version, 1, '12') ? undefined : [...parts, 'slim'].join('-');
}

/** Whether python has a slim image whose tag names the suite that this one names. */
export const pythonSlimNamesSuite = (image: ImageReference): boolean => image.suite === undefined || (image.suite !== 'wheezy' && namesSuite(data.pythonSlim.withSuite, image.version, 2, '3.7'));

/**
 * Whether the slim image of this version has tags that name the suite. A tag such as `10` or `10.14` stands for its last release.
 *
 * @param since the first such release of each line
 * @param depth how many numbers a line has
 * @param always the line from which on all have them
 */
function namesSuite(since: Readonly<Record<string, string>>, version: string | undefined, depth: number, always: string): boolean {
  if (version === undefined) return true;
  const numbers = version.split('.');
  const line = numbers.slice(0, depth).join('.');
  if (numbers.length < depth || compareVersions(line, always) >= 0) return true;
  const first = since[line];
  return first !== undefined && compareVersions(version, first.split('.').slice(0, numbers.length).join('.')) >= 0;
}
