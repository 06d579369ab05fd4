import { refuse } from '../../findings.ts';
import { dotnetRuntime } from '../../images/catalogue.ts';
import { expandWord } from '../../dockerfile/words.ts';
import { lookupIn } from '../../dockerfile/scope.ts';
import type { Walk } from '../../walk/walk.ts';

/** Kinds of runtime image, each a superset of the one before. */
export type RuntimeKind = 'runtime-deps' | 'runtime' | 'aspnet';

/** The SDK image that the original builds on. */
export interface SdkImage {
  /** Repository without `/sdk`: `mcr.microsoft.com/dotnet`. */
  readonly registry: string;
  readonly tag: string | undefined;
  /** Major version; undefined for `latest`, which is 10 or later. */
  readonly major: number | undefined;
  readonly minor: number | undefined;
  readonly alpine: boolean;
  /** 3.18 of `8.0-alpine3.18`. */
  readonly alpineVersion: number | undefined;
}

/**
 * Names of images that are no longer published, with their successor. Sources: dotnet/announcements, ".NET Core container images now
 * published to Microsoft Container Registry", and dotnet/dotnet-docker's README on the repositories' names since .NET 5.
 */
const successors: readonly (readonly [RegExp, string])[] = [
  [/^(?:docker\.io\/)?microsoft\/(?:dotnet|aspnetcore|aspnetcore-build|aspnet)(?:-nightly)?(?:[:@]|$)/, 'mcr.microsoft.com/dotnet/sdk:10.0 (and aspnet or runtime of the same version)'],
  [/^(?:docker\.io\/)?microsoft\//, 'an image of mcr.microsoft.com/dotnet'],
];

/**
 * What the base image is.
 *
 * @throws Refusal for images that are no .NET SDK, or that nobody publishes any more
 */
export function sdkImage(walked: Walk): SdkImage {
  const place = { line: walked.stage.from.line };
  const { image, written } = walked.base;
  if (image === undefined) throw refuse('unknown-base', { image: written, reason: 'it depends on an ARG without a default', help: 'Give the ARG a default.' }, place);
  const dead = successors.find(([pattern]) => pattern.test(image));
  if (dead) throw refuse('unknown-base', { image, reason: 'Microsoft no longer publishes it', help: `Move to ${dead[1]}, check that the project builds, then convert.` }, place);
  const runtime = /(?:^|\/)dotnet\/(?:core\/|nightly\/)*(?:core-nightly\/)?(aspnet|runtime|runtime-deps)(?=[:@]|$)/.exec(image);
  if (runtime) throw refuse('no-benefit', { reason: `${image} is a runtime image already, without the SDK`, help: 'Nothing to do: what it runs is built elsewhere.' }, place);
  const match = /^(.*?(?:^|\/)dotnet(?:\/core|\/nightly|\/core-nightly)?)\/sdk(?::([\w][\w.-]*))?(@sha256:[0-9a-f]+)?$/.exec(image);
  if (!match) throw refuse('unknown-base', { image, reason: 'it is not one of Microsoft\'s .NET SDK images, so its runtime counterpart is not known', help: 'Build on mcr.microsoft.com/dotnet/sdk, or write the runtime stage by hand.' }, place);
  const [, registry, tag, digest] = match;
  if (digest !== undefined) throw refuse('unknown-base', { image, reason: 'it is pinned by digest, and the runtime image of that digest\'s version is not known', help: 'Name the tag without the digest, convert, then pin both images again.' }, place);
  const version = /^(\d+)\.(\d+)/.exec(tag ?? '');
  return {
    registry: registry!,
    tag,
    major: version ? Number(version[1]) : /^(\d+)(?:-|$)/.test(tag ?? '') ? Number.parseInt(tag!, 10) : undefined,
    minor: version ? Number(version[2]) : undefined,
    alpine: /(?:^|-)alpine/.test(tag ?? ''),
    alpineVersion: Number(/alpine3\.(\d+)/.exec(tag ?? '')?.[1] ?? Number.NaN) || undefined,
  };
}

/** True for images from .NET 8 on: port 8080, and the user `app` whose number is in APP_UID. `latest` is one of them. */
export const isModern = (sdk: SdkImage): boolean => sdk.major === undefined || sdk.major >= 8;

/**
 * The runtime image of the SDK's version, for FROM. Variables of the original's FROM stay in it where they mean the same.
 *
 * @param variant `alpine`, `chiseled`, `chiseled-extra`; undefined for the SDK image's own distribution
 * @returns undefined when there is none
 */
export function runtimeImage(walked: Walk, kind: RuntimeKind, variant?: string): string | undefined {
  const found = dotnetRuntime(walked.base.image!, kind, variant)?.image;
  if (found === undefined) return undefined;
  const { written } = walked.base;
  const swapped = written.replace(/\/sdk(?=[:@]|$)/, `/${kind}`);
  const same = /\$/.test(written) && expandWord(swapped, lookupIn(walked.globals), walked.file.escape) === found;
  return same ? swapped : found;
}
