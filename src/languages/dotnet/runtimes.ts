import { refuse } from '../../findings.ts';
import type { Candidate, Requirement } from '../../plan/requirements.ts';
import type { Walk } from '../../walk/walk.ts';
import { runtimeImage, type RuntimeKind, type SdkImage } from './image.ts';

/** A runtime image with what must be added to it. */
export interface DotnetRuntime extends Candidate {
  readonly kind: RuntimeKind;
  readonly system: 'sdk' | 'alpine' | 'chiseled';
}

const frameworks: Readonly<Record<RuntimeKind, readonly string[]>> = {
  'runtime-deps': [],
  runtime: ['framework:Microsoft.NETCore.App'],
  aspnet: ['framework:Microsoft.NETCore.App', 'framework:Microsoft.AspNetCore.App'],
};
const kinds = Object.keys(frameworks) as RuntimeKind[];

/**
 * The runtime images for this program. Those on the SDK image's own distribution come first, the smallest of them first: `auto` takes one of these, because there
 * everything outside of .NET stays as it was.
 *
 * @throws Refusal when the SDK image's version has no runtime image that is known
 */
export function dotnetRuntimes(walk: Walk, requirements: readonly Requirement[], sdk: SdkImage): DotnetRuntime[] {
  const smallest = kinds.find((kind) => requirements.every((requirement) => !requirement.need.startsWith('framework:') || frameworks[kind].includes(requirement.need)))!;
  const has = (need: string): boolean => requirements.some((requirement) => requirement.need === need);
  const own = kinds.map((kind): DotnetRuntime | undefined => {
    const image = runtimeImage(walk, kind);
    return image === undefined ? undefined : { runtime: kind, kind, system: 'sdk', image, offers: (need) => !need.startsWith('framework:') || frameworks[kind].includes(need) };
  });
  if (own.includes(undefined)) throw refuse('unknown-base', { image: walk.base.image!, reason: 'its runtime counterpart is not known', help: 'Build on a released version of mcr.microsoft.com/dotnet/sdk.' }, { line: walk.stage.from.line });
  const found = own as DotnetRuntime[];
  const alpine = runtimeImage(walk, smallest, 'alpine');
  if (alpine !== undefined) {
    found.push({ runtime: 'alpine', kind: smallest, system: 'alpine', image: alpine, offers: (need) => need.startsWith('framework:') || /^(?:shell|icu|timezones|root|musl)$/.test(need) || /^program:(?:curl|git|wget)$/.test(need) || (sdk.alpine && /^(?:package|program|commands):/.test(need)) });
  }
  // Ubuntu 24.04 has a C library at least as new as that of every Debian the SDK was built on; 22.04 has not.
  const suite = (sdk.major === undefined || sdk.major >= 8) && !/jammy|noble|resolute|focal/.test(sdk.tag ?? '') && (sdk.major ?? 10) <= 10 ? 'noble-' : '';
  const chiseled = runtimeImage(walk, smallest, `${suite}chiseled${has('icu') || has('timezones') ? '-extra' : ''}`);
  if (chiseled !== undefined) {
    found.push({ runtime: 'chiseled', kind: smallest, system: 'chiseled', image: chiseled, offers: (need) => need.startsWith('framework:') || /^(?:icu|timezones)$/.test(need) || (need === 'glibc' && !sdk.alpine) });
  }
  return found;
}
