import suites from './data/suites.json' with { type: 'json' };

/** An image reference, taken apart. */
export interface ImageReference {
  /** As written; undefined for an image of Docker Hub that does not name it. */
  registry?: string;
  /** Repository without registry; for an official image its name alone (`node`, not `library/node`). */
  path: string;
  /** Last part of the path. */
  name: string;
  tag?: string;
  digest?: string;
  /** Leading number of the tag: `20.11.1` of `20.11.1-bookworm-slim`. */
  version?: string;
  /** `slim`, `alpine`, `chiseled`, `distroless`, `onbuild`, `windowsservercore`, `nanoserver`. */
  variant?: string;
  /** Code name that the tag names: `bookworm`, `jammy`, `al2023`, `ubi9`. */
  suite?: string;
  /** `3.19` of `alpine3.19`. */
  alpineVersion?: string;
  /** One of Docker's official images, from Docker Hub or a mirror of it. */
  official: boolean;
  /** The tag, split at its dashes. */
  parts: string[];
  /** Registry and path as written, for printing. */
  repository: string;
  raw: string;
}

/**
 * Registries that carry Docker's official images, with the path in front of the name.
 * Sources: Docker's, Amazon ECR Public's and Google Artifact Registry's documentation.
 */
const officialPlaces: readonly (readonly [string, string])[] = [
  ['docker.io', 'library/'],
  ['index.docker.io', 'library/'],
  ['registry-1.docker.io', 'library/'],
  ['registry.hub.docker.com', 'library/'],
  ['public.ecr.aws', 'docker/library/'],
  ['mirror.gcr.io', 'library/'],
];

/**
 * Where a pull-through cache on any registry keeps them: under Docker Hub's own namespace, as Harbor's proxy projects, ECR's cache rules and Artifactory do, or in
 * GitLab's dependency proxy. Sources: their documentation.
 */
const cachedPlace = /(?:^|\/)(?:library|dependency_proxy\/containers(?:\/library)?)\/([a-z0-9][a-z0-9-]*)$/;
const hubNames: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

const codeNames: ReadonlySet<string> = new Set([
  ...Object.values(suites.debian.names),
  ...Object.values(suites.ubuntu.names),
  'sid', 'stable', 'oldstable', 'testing', 'unstable', 'al2', 'al2023',
]);
const otherSystems = /^(ubi\d+|oraclelinux\d+|ol\d+|centos\d*|azurelinux\d[\d.]*|cbl|mariner\d[\d.]*|fedora\d*|rockylinux\d+|debian\d+|ubuntu[\d.]*)$/;
const variants: readonly (readonly [RegExp, string])[] = [
  [/^alpine[\d.]*$/, 'alpine'],
  [/^(windowsservercore|nanoserver)$/, '$&'],
  [/^chiseled$/, 'chiseled'],
  [/^distroless$/, 'distroless'],
  [/^onbuild$/, 'onbuild'],
  [/^slim$/, 'slim'],
];

/**
 * Takes an image reference apart.
 *
 * @param text what FROM says, without variables. Never fails: text that is no reference becomes an unknown image.
 */
export function parseImage(text: string): ImageReference {
  const raw = text.trim();
  const at = raw.indexOf('@');
  const digest = at < 0 ? undefined : raw.slice(at + 1);
  const named = at < 0 ? raw : raw.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const repository = hasTag ? named.slice(0, colon) : named;

  const first = repository.split('/')[0]!;
  const hasRegistry = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first : undefined;
  const written = hasRegistry ? repository.slice(first.length + 1) : repository;
  const { path, official } = normalise(registry, written);
  const parts = tag === undefined || tag === '' ? [] : tag.split('-');
  const version = /^v?(\d+(?:\.\d+)*)/.exec(tag ?? '')?.[1];
  const alpine = parts.map((part) => /^alpine(\d[\d.]*)$/.exec(part)?.[1]).find((found) => found !== undefined);
  const variant = variants.find(([pattern]) => parts.some((part) => pattern.test(part)));
  const variantPart = variant && parts.find((part) => variant[0].test(part));
  const suite = suiteOf(parts);
  return {
    ...(registry === undefined ? {} : { registry }),
    path,
    name: path.split('/').at(-1)!,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    ...(version === undefined ? {} : { version }),
    ...(variant === undefined ? {} : { variant: variant[1] === '$&' ? variantPart! : variant[1] }),
    ...(suite === undefined ? {} : { suite }),
    ...(alpine === undefined ? {} : { alpineVersion: alpine }),
    official,
    parts,
    repository,
    raw,
  };
}

/** Prints a reference; the repository is printed as it was written, tag and digest as they are now. */
export function formatImage(image: Pick<ImageReference, 'repository' | 'tag' | 'digest'>): string {
  return `${image.repository}${image.tag === undefined ? '' : `:${image.tag}`}${image.digest === undefined ? '' : `@${image.digest}`}`;
}

/** The same repository with another tag, and without a digest. */
export function withTag(image: ImageReference, tag: string): string {
  return formatImage({ repository: image.repository, tag });
}

/**
 * The name under which the catalogue knows an image: `node` for every way to write the official image,
 * `nginxinc/nginx-unprivileged`, `mcr.microsoft.com/dotnet/sdk`.
 */
export function catalogueName(image: ImageReference): string {
  return image.official || image.registry === undefined || hubNames.has(image.registry) ? image.path : `${image.registry}/${image.path}`;
}

function normalise(registry: string | undefined, written: string): { path: string; official: boolean } {
  if (registry === undefined) {
    const path = written.replace(/^library\//, '');
    return { path, official: !path.includes('/') && path !== 'scratch' };
  }
  const place = officialPlaces.find(([host, prefix]) => host === registry && written.startsWith(prefix));
  if (place) return { path: written.slice(place[1].length), official: !written.slice(place[1].length).includes('/') };
  const cached = cachedPlace.exec(written)?.[1];
  if (cached !== undefined) return { path: cached, official: true };
  // docker.io/node is the official image, too.
  return hubNames.has(registry) && !written.includes('/') ? { path: written, official: true } : { path: written, official: false };
}

function suiteOf(parts: readonly string[]): string | undefined {
  const named = parts.find((part) => codeNames.has(part));
  if (named !== undefined) return named;
  const other = parts.find((part) => otherSystems.test(part));
  const debian = /^debian(\d+)$/.exec(other ?? '')?.[1];
  const ubuntu = /^ubuntu([\d.]+)$/.exec(other ?? '')?.[1];
  const numbered = debian !== undefined ? (suites.debian.names as Record<string, string>)[debian] : ubuntu !== undefined ? (suites.ubuntu.names as Record<string, string>)[ubuntu] : undefined;
  return numbered ?? other;
}
