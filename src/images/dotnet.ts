import data from './data/suites.json' with { type: 'json' };
import { compareVersions, isWindows, on, words, type ImageFacts, type System } from './facts.ts';
import type { ImageReference } from './reference.ts';
import { withTag } from './reference.ts';
import { isUbuntu } from './suites.ts';
import { alpine, certainly, debian, empty, perhaps, redHat, ubuntu, type Suites } from './systems.ts';

export type DotnetKind = 'aspnet' | 'runtime' | 'runtime-deps';

const defaults = data.dotnet.suites as Readonly<Record<string, string>>;
const chiseledSuites = data.dotnet.chiseled as Readonly<Record<string, string>>;
const repositories = /^mcr\.microsoft\.com\/dotnet\/(?:nightly\/|core\/)?(sdk|aspnet|runtime|runtime-deps)$/;

/** `sdk`, `aspnet`, `runtime` or `runtime-deps` of a catalogue name; undefined for any other image. */
export function dotnetImage(name: string): DotnetKind | 'sdk' | undefined {
  return repositories.exec(name)?.[1] as DotnetKind | 'sdk' | undefined;
}

const line = (image: ImageReference): string => (image.version === undefined ? data.dotnet.latest : image.version.split('.').concat('0').slice(0, 2).join('.'));

function dotnetSystem(image: ImageReference): { system: System; bare: boolean } {
  if (image.variant === 'alpine') return { system: alpine(image.alpineVersion, image.alpineVersion !== undefined), bare: false };
  const bare = image.variant === 'chiseled' || image.variant === 'distroless';
  if (bare) return { system: empty('glibc'), bare };
  if (image.suite !== undefined && /^(azurelinux|cbl|mariner)/.test(image.suite)) return { system: redHat(image.suite, 'none'), bare };
  const suite = image.suite ?? defaults[line(image)];
  const suites: Suites = suite === undefined ? { suite: undefined, certain: false, all: [] } : image.suite === undefined ? perhaps([suite]) : certainly(suite);
  return { system: suite !== undefined && isUbuntu(suite) ? ubuntu(suites) : debian(suites, 'slim'), bare };
}

/**
 * Source: dotnet/dotnet-docker. Images up to 7 run as root and serve port 80, from 8 on they have the user `app` and
 * serve port 8080; chiseled and distroless ones run as `app`, and serve 8080, always. The SDK up to 7 clears the address.
 */
export function dotnet(image: ImageReference, kind: DotnetKind | 'sdk'): ImageFacts | undefined {
  if (isWindows(image)) return undefined;
  const version = line(image);
  const { system, bare } = dotnetSystem(image);
  const modern = compareVersions(version, '8.0') >= 0;
  const hasApp = modern || bare;
  const web = modern ? { ASPNETCORE_HTTP_PORTS: '8080' } : { ASPNETCORE_URLS: kind === 'sdk' ? '' : bare ? 'http://+:8080' : 'http://+:80' };
  const icu = !(system.family === 'alpine' || bare) || image.parts.includes('extra') || kind === 'sdk';
  const invariant = icu ? (kind === 'sdk' && system.family === 'alpine' ? 'false' : undefined) : 'true';
  const isDebian = system.packageManager === 'apt';
  return on(system, {
    kind: kind === 'sdk' ? 'sdk' : bare ? 'distroless' : 'runtime',
    language: 'dotnet',
    certificates: true,
    timezones: bare ? image.parts.includes('extra') : isDebian ? modern || system.timezones : kind === 'sdk' || image.parts.includes('extra'),
    users: [{ name: 'root', uid: 0 }, ...(hasApp ? [{ name: 'app', uid: 1654 }] : [])],
    programs: [...(kind === 'runtime-deps' ? [] : ['dotnet']), ...(kind === 'sdk' ? words('git curl wget pwsh') : [])],
    libraries: bare ? [] : isDebian ? ['libgcc-s1', 'libstdc++6', ...dotnetLibraries(system.suite)] : system.family === 'alpine' ? ['libgcc', 'libstdc++', 'zlib', ...(icu ? ['icu-libs', 'icu-data-full'] : [])] : [],
    config: {
      env: {
        DOTNET_RUNNING_IN_CONTAINER: 'true',
        ...web,
        ...(hasApp ? { APP_UID: '1654' } : {}),
        ...(invariant === undefined ? {} : { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: invariant }),
      },
      ...(bare ? { user: '1654' } : {}),
    },
    endOfLife: compareVersions(version, data.dotnet.oldestMaintained) < 0,
  });
}

function dotnetLibraries(suite: string | undefined): string[] {
  const bySuite: Readonly<Record<string, string>> = {
    buster: 'libicu63 libssl1.1', bullseye: 'libicu67 libssl1.1', bookworm: 'libicu72 libssl3', focal: 'libicu66 libssl1.1', jammy: 'libicu70 libssl3', noble: 'libicu74 libssl3t64 libssl3',
  };
  return words(bySuite[suite ?? ''] ?? '');
}

/**
 * The run-time image for what an SDK (or another .NET) image builds: same version, same system.
 *
 * @param variant undefined keeps the system; `alpine`, `chiseled` and `chiseled-extra` (Ubuntu without a shell), `extra`
 *   (Alpine with ICU and time zones); a suite (`bookworm-slim`, `noble`) is taken as it is
 * @returns undefined for Windows, a digest, an image that is not .NET's, or a variant that the version lacks
 */
export function dotnetRuntimeOf(image: ImageReference, name: string, kind: DotnetKind, variant?: string): { image: string; reason: string } | undefined {
  const own = dotnetImage(name);
  if (own === undefined || image.digest !== undefined || isWindows(image)) return undefined;
  const repository = image.repository.replace(/[^/]+$/, kind);
  const version = line(image);
  const make = (tag: string | undefined): string => withTag({ ...image, repository }, tag ?? 'latest');
  const prefix = image.version === undefined ? (image.parts[0] === 'latest' || image.tag === undefined ? undefined : image.parts[0]) : version;
  const preview = image.parts.find((part) => /^preview$|^rc$/.test(part));
  const architecture = image.parts.find((part) => /^(amd64|arm64v8|arm32v7)$/.test(part));
  const number = variant !== undefined && prefix === undefined ? version : prefix;
  const system = variant === undefined ? sameSystem(image, version) : systemOf(image, version, variant);
  if (system === false) return undefined;
  const tag = number === undefined ? undefined : [number, preview, system, architecture].filter((part) => part !== undefined && part !== '').join('-');
  const reason = `the ${kind} image of the same version${variant === undefined ? ' and system' : `, variant ${variant}`}`;
  return { image: make(tag), reason };
}

/** The part of a tag that names the system, as the run-time images write it: Debian's are all slim. */
function sameSystem(image: ImageReference, version: string): string {
  if (image.variant === 'alpine') return image.parts.find((part) => part.startsWith('alpine'))! + (image.parts.includes('extra') ? '-extra' : '');
  if (image.variant === 'chiseled' || image.variant === 'distroless') return image.parts.filter((part) => part === image.suite || ['chiseled', 'distroless', 'extra', 'mariner2.0'].includes(part)).join('-');
  if (image.suite === undefined) return '';
  if (isUbuntu(image.suite)) return image.suite;
  if (/^(azurelinux|cbl|mariner)/.test(image.suite)) return image.parts.filter((part) => /^(azurelinux|cbl|mariner)/.test(part)).join('-');
  return `${image.suite}${compareVersions(version, '2.0') >= 0 ? '-slim' : ''}`;
}

function systemOf(image: ImageReference, version: string, variant: string): string | false {
  const [wanted, ...rest] = variant.split('-');
  const extra = rest.includes('extra') ? '-extra' : '';
  if (wanted === 'alpine' || wanted === 'extra') return `alpine${image.alpineVersion ?? ''}${wanted === 'extra' ? '-extra' : extra}`;
  if (wanted !== 'chiseled') return variant;
  const suite = image.suite !== undefined && ['jammy', 'noble', 'resolute'].includes(image.suite) ? image.suite : chiseledSuites[version];
  return suite === undefined ? false : `${suite}-chiseled${extra}`;
}
