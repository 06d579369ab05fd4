import { isWindows } from './facts.ts';
import { jreTag } from './java.ts';
import { uvBase } from './languages.ts';
import { catalogueName, parseImage, withTag, type ImageReference } from './reference.ts';
import { nodeSlimTag, pythonSlimNamesSuite } from './slim-tags.ts';
import { isMaintained, languageAlpine, languageSuites } from './suites.ts';

export interface Counterpart {
  image: string;
  reason: string;
}

/**
 * The image to run in what was built in another one: same version, same suite, same libc.
 *
 * @param wanted `slim` the smaller image of a glibc builder; `alpine` that of a musl builder; `same` the image itself
 * @returns undefined where there is none that is certain to fit: an unknown or derived image, one that is pinned by
 *   digest, or a wish that would change the libc
 */
export function runtimeCounterpart(reference: ImageReference | string, wanted: 'slim' | 'alpine' | 'same'): Counterpart | undefined {
  const image = typeof reference === 'string' ? parseImage(reference) : reference;
  if (wanted === 'same') return { image: image.raw, reason: 'the image that it was built in' };
  if (image.digest !== undefined || isWindows(image)) return undefined;
  const musl = image.variant === 'alpine' || image.name === 'alpine';
  if (musl !== (wanted === 'alpine')) return undefined;
  switch (image.name === 'golang' ? 'golang' : catalogueName(image)) {
    case 'python':
      return musl || image.parts.includes('slim') || pythonSlimNamesSuite(image) ? interpreter(image, (parts) => afterVersion(parts, 'slim')) : undefined;
    case 'node':
      return nodeSlim(image);
    case 'debian':
      return debianSlim(image);
    case 'ubuntu':
    case 'alpine':
      return { image: image.raw, reason: 'it is small already' };
    case 'golang':
      return compiled('go', image);
    case 'rust':
      return compiled('rust', image);
    case 'ghcr.io/astral-sh/uv':
    case 'astral/uv':
      return uvPython(image);
    case 'oven/bun':
      return musl || image.parts.includes('slim') || image.variant === 'distroless'
        ? { image: image.raw, reason: 'it is small already' }
        : { image: withTag(image, slimOf(image.parts.filter((part) => part !== 'debian'), (parts) => [...parts, 'slim'])), reason: 'slim variant of the same version' };
    case 'eclipse-temurin':
    case 'maven':
    case 'gradle':
      return javaRuntime(image);
    default:
      return undefined;
  }
}

/** `python:3.12-bookworm` -> `3.12-slim-bookworm`: slim stands before the suite. */
function afterVersion(parts: readonly string[], word: string): string[] {
  const [first, ...rest] = parts;
  if (first === undefined) return [word];
  return /^\d/.test(first) || first === 'latest' ? [first, word, ...rest] : [word, first, ...rest];
}

function slimOf(parts: readonly string[], add: (parts: readonly string[]) => string[]): string {
  return add(parts.filter((part) => part !== 'latest' && part !== 'onbuild')).join('-');
}

function interpreter(image: ImageReference, add: (parts: readonly string[]) => string[]): Counterpart {
  if (image.variant === 'alpine') return { image: image.raw, reason: 'it is small already' };
  if (image.parts.includes('slim')) return { image: image.raw, reason: 'it is slim already' };
  return { image: withTag(image, slimOf(image.parts, add)), reason: `slim variant of the same version${image.suite === undefined ? '' : ' and suite'}` };
}

function nodeSlim(image: ImageReference): Counterpart | undefined {
  if (image.variant === 'alpine' || image.parts.includes('slim')) return interpreter(image, (parts) => [...parts]);
  const tag = nodeSlimTag(image);
  return tag === undefined ? undefined : { image: withTag(image, tag), reason: `slim variant of the same version${image.suite === undefined ? '' : ' and suite'}` };
}

function debianSlim(image: ImageReference): Counterpart {
  if (image.parts.includes('slim')) return { image: image.raw, reason: 'it is slim already' };
  const tag = image.tag === undefined || image.tag === 'latest' ? 'stable-slim' : `${image.tag}-slim`;
  return { image: withTag(image, tag), reason: 'slim variant of the same release' };
}

/** Registry and folder in front of an official image's name, to stay with the mirror that the Dockerfile uses. */
const mirror = (image: ImageReference): string => (image.official ? image.repository.slice(0, -image.name.length) : '');

/** A compiled program needs the builder's libc, and nothing of its language. */
function compiled(language: string, image: ImageReference): Counterpart | undefined {
  if (image.variant === 'alpine') {
    const { version, certain } = languageAlpine(language, image);
    const fixed = certain || !isMaintained(language, image);
    return { image: `${mirror(image)}alpine:${fixed && version !== undefined ? version : '3'}`, reason: `the system that ${image.raw} is built on` };
  }
  const { suite, certain } = languageSuites(language, image);
  if (suite === undefined) return undefined;
  return { image: `${mirror(image)}debian:${suite}-slim`, reason: `the system that ${image.raw} is built on${certain ? '' : ', as far as the tag tells'}` };
}

function uvPython(image: ImageReference): Counterpart | undefined {
  const base = uvBase(image);
  if (base?.version === undefined) return undefined;
  const system = base.reference.parts.slice(1).filter((part) => part !== 'slim');
  const tag = base.reference.variant === 'alpine' ? [base.version, ...system] : [base.version, 'slim', ...system];
  return { image: `python:${tag.join('-')}`, reason: 'the Python image that this one adds uv to, slim' };
}

function javaRuntime(image: ImageReference): Counterpart | undefined {
  if (image.name === 'eclipse-temurin' && image.parts.includes('jre')) return { image: image.raw, reason: 'it is a run-time image already' };
  const tag = jreTag(image);
  return tag === undefined ? undefined : { image: `${mirror(image)}eclipse-temurin:${tag}`, reason: 'the JRE of the same Java version and system' };
}
