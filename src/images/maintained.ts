import data from './data/suites.json' with { type: 'json' };
import { compareVersions } from './facts.ts';
import { catalogueName, withTag, type ImageReference } from './reference.ts';
import { isMaintained, languageVersion } from './suites.ts';

const languageOf: Readonly<Record<string, keyof typeof data.languages>> = { golang: 'go', python: 'python', node: 'node', rust: 'rust' };

/**
 * The image that still gets updates and is nearest to one that no longer does: the oldest maintained version of the language, or the same
 * version on a maintained system. It is advice: whether the program runs on it is not checked.
 *
 * @param image an image whose facts say `endOfLife`
 * @returns undefined where the data knows none
 */
export function maintainedImage(image: ImageReference): string | undefined {
  const name = catalogueName(image);
  if (name.startsWith('mcr.microsoft.com/dotnet/')) return `${name.replace('/dotnet/core/', '/dotnet/')}:${data.dotnet.oldestMaintained}`;
  const variant = [...(image.parts.includes('slim') ? ['slim'] : []), ...(image.variant === 'alpine' ? ['alpine'] : [])];
  const tagged = (version: string): string => withTag(image, [version, ...variant].join('-'));
  const language = languageOf[name];
  if (language !== undefined) {
    const own = languageVersion(language, image);
    if (own === undefined) return undefined;
    if (isMaintained(language, image)) return tagged(image.version ?? own);
    const { maintained, latest } = data.languages[language];
    return tagged([...maintained].sort(compareVersions).find((line) => compareVersions(line, own) > 0) ?? latest);
  }
  if (name === 'debian') return tagged(data.debian.oldstable);
  if (name === 'alpine') return withTag(image, data.alpine.latest);
  // The even years' April releases are the ones with long support.
  if (name === 'ubuntu') return withTag(image, Object.entries(data.ubuntu.names).find(([number, suite]) => /^\d[02468]\.04$/.test(number) && !data.ubuntu.endOfLife.includes(suite))?.[0] ?? data.ubuntu.latest);
  return undefined;
}
