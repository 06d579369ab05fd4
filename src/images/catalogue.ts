import { dotnet, dotnetImage, dotnetRuntimeOf, type DotnetKind } from './dotnet.ts';
import { isWindows, type ImageFacts } from './facts.ts';
import { corretto, gradle, maven, openjdk, temurin } from './java.ts';
import { buildpackDeps, bun, conda, golang, node, python, rust, uv } from './languages.ts';
import { catalogueName, parseImage, type ImageReference } from './reference.ts';
import { alpineImage, busyboxImage, debianImage, distroless, nginx, scratch, ubuntuImage } from './servers.ts';

export { runtimeCounterpart } from './counterpart.ts';
export { imageSize } from './sizes.ts';
export type { ImageFacts } from './facts.ts';

const known: Readonly<Record<string, (image: ImageReference) => ImageFacts | undefined>> = {
  golang, python, node, rust, maven, gradle, openjdk, scratch,
  debian: debianImage,
  ubuntu: ubuntuImage,
  alpine: alpineImage,
  busybox: busyboxImage,
  'buildpack-deps': buildpackDeps,
  'eclipse-temurin': temurin,
  amazoncorretto: corretto,
  nginx: (image) => nginx(image, false),
  'nginxinc/nginx-unprivileged': (image) => nginx(image, true),
  'oven/bun': bun,
  'ghcr.io/astral-sh/uv': uv,
  'astral/uv': uv,
  'continuumio/miniconda3': conda,
  'continuumio/anaconda3': conda,
};

/**
 * What is known of an image, from how it is officially built.
 *
 * @returns undefined for an unknown image, or one for Windows: nothing may then be assumed of it. An image that is
 *   pinned by digest is described by its tag; without a tag it is unknown.
 */
export function describeImage(reference: ImageReference | string): ImageFacts | undefined {
  const image = typeof reference === 'string' ? parseImage(reference) : reference;
  if (isWindows(image) || (image.digest !== undefined && image.tag === undefined)) return undefined;
  const name = catalogueName(image);
  const kind = dotnetImage(name);
  if (kind !== undefined) return dotnet(image, kind);
  if (name.startsWith('gcr.io/distroless/')) return distroless(image);
  return Object.hasOwn(known, name) && (image.official || name.includes('/') || name === 'scratch') ? known[name]!(image) : undefined;
}

/**
 * The .NET run-time image for what a .NET image builds.
 *
 * @param kind `aspnet` for web programs, `runtime` for others, `runtime-deps` for self-contained and AOT ones
 * @param variant see `dotnetRuntimeOf`
 */
export function dotnetRuntime(reference: ImageReference | string, kind: DotnetKind, variant?: string): { image: string; reason: string } | undefined {
  const image = typeof reference === 'string' ? parseImage(reference) : reference;
  return dotnetRuntimeOf(image, catalogueName(image), kind, variant);
}
