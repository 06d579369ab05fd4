import { dotnet, dotnetImage, dotnetRuntimeOf, type DotnetKind } from './dotnet.ts';
import { isWindows, type ImageFacts } from './facts.ts';
import { corretto, gradle, maven, openjdk, temurin } from './java.ts';
import { buildpackDeps, bun, conda, golang, node, python, rust, uv } from './languages.ts';
import { catalogueName, parseImage, type ImageReference } from './reference.ts';
import { alpineImage, busyboxImage, debianImage, distroless, nginx, redHatImage, scratch, ubuntuImage } from './servers.ts';

export { runtimeCounterpart } from './counterpart.ts';
export { imageSize } from './sizes.ts';
export type { ImageFacts } from './facts.ts';

const known: Readonly<Record<string, (image: ImageReference) => ImageFacts | undefined>> = {
  golang, python, node, rust, maven, gradle, openjdk, scratch,
  debian: debianImage,
  ubuntu: ubuntuImage,
  alpine: alpineImage,
  busybox: busyboxImage,
  // The same Dockerfiles with a nightly toolchain.
  'rustlang/rust': rust,
  'buildpack-deps': buildpackDeps,
  'eclipse-temurin': temurin,
  amazoncorretto: corretto,
  nginx: (image) => nginx(image, false),
  'nginxinc/nginx-unprivileged': (image) => nginx(image, true),
  'oven/bun': bun,
  'ghcr.io/astral-sh/uv': uv,
  'astral/uv': uv,
  'gliderlabs/alpine': alpineImage,
  'mcr.microsoft.com/oss/go/microsoft/golang': (image) => (image.parts.some((part) => /azurelinux|mariner|fips/.test(part)) ? undefined : golang(image)),
  centos: redHatImage,
  fedora: redHatImage,
  rockylinux: redHatImage,
  almalinux: redHatImage,
  amazonlinux: redHatImage,
  oraclelinux: redHatImage,
  'rockylinux/rockylinux': redHatImage,
  'quay.io/centos/centos': redHatImage,
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
  if (isAssumed(image)) return golang(image);
  return Object.hasOwn(known, name) && (image.official || name.includes('/') || name === 'scratch') ? known[name]!(image) : undefined;
}

/** Owners of Go images that are not Docker's, under the same name. Source: their documentation. */
const otherOwners = /(?:^|\/)(?:bitnami|circleci|cimg|chainguard|okteto|devcontainers|google)(?:-\w+)?\//;

/**
 * Whether an image is taken for Docker's golang image because of its name and tag alone: a copy on a registry of one's own. Only a tag that the official
 * image has counts.
 */
export function isAssumed(reference: ImageReference | string): boolean {
  const image = typeof reference === 'string' ? parseImage(reference) : reference;
  return !image.official && image.registry !== undefined && image.name === 'golang' && !otherOwners.test(`/${image.path}`) && !Object.hasOwn(known, catalogueName(image)) && /^1\.\d+(?:\.\d+)?(?:-(?:alpine[\d.]*|stretch|buster|bullseye|bookworm|trixie))?$/.test(image.tag ?? '');
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
