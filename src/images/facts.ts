import type { PackageFamily } from '../packages/resolve.ts';
import type { ImageReference } from './reference.ts';

export type ImageKind = 'full' | 'slim' | 'alpine' | 'distroless' | 'scratch' | 'sdk' | 'runtime' | 'server';

/** The configuration that an image hands down to the images built from it. */
export interface ImageConfig {
  entrypoint?: string[];
  cmd?: string[];
  /** What is the same in every release; version numbers are left out unless the tag names them. */
  env: Record<string, string>;
  user?: string;
  workdir?: string;
  exposed?: string[];
  volumes?: string[];
  stopSignal?: string;
  onbuild?: string[];
}

/** What is known of a published image. */
export interface ImageFacts {
  kind: ImageKind;
  /** `go`, `python`, `node`, `dotnet`, `java`, `rust`, `bun`. */
  language?: string;
  /** Version of the language, where it is not the tag's own number (`maven:3.9-eclipse-temurin-17`: `17`). */
  languageVersion?: string;
  libc: 'glibc' | 'musl' | 'none';
  family: PackageFamily | 'none';
  /** Code name, or Alpine's `3.19`. For a floating tag the one it stands for as of the data's date. */
  suite?: string;
  /** True only when the tag names the suite. */
  suiteCertain: boolean;
  /** All suites that the tag may stand for: `splitPackages` takes them. [] when nothing is known. */
  suites: string[];
  shell: 'bash' | 'sh' | 'none';
  bash: boolean;
  packageManager: 'apt' | 'apk' | 'dnf' | 'none';
  /** Well-known programs on PATH. Not complete: what is listed is there. */
  programs: string[];
  /** Names of the installed library packages that programs are commonly linked with. */
  libraries: string[];
  certificates: boolean;
  timezones: boolean;
  /** Users beyond the system's own, and root. */
  users: { name: string; uid: number }[];
  config: ImageConfig;
  /** No longer updated, as of the data's date. */
  endOfLife: boolean;
}

/** A system that images are built on, before a language is put on top. */
export type System = Pick<ImageFacts, 'libc' | 'family' | 'suiteCertain' | 'suites' | 'shell' | 'bash' | 'packageManager' | 'programs' | 'libraries' | 'certificates' | 'timezones' | 'endOfLife'> & { suite?: string; cmd: string[] };

export interface Described extends Partial<Omit<ImageFacts, 'config'>> {
  kind: ImageKind;
  config?: Partial<ImageConfig>;
}

export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** An image on top of a system: programs, libraries and environment add up, everything else replaces. */
export function on(system: System, own: Described): ImageFacts {
  const { cmd, ...base } = system;
  return {
    users: [{ name: 'root', uid: 0 }],
    ...base,
    ...own,
    programs: unique([...system.programs, ...(own.programs ?? [])]),
    libraries: unique([...system.libraries, ...(own.libraries ?? [])]),
    config: { cmd, ...own.config, env: { PATH: systemPath, ...own.config?.env } },
  };
}

export function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

export function words(text: string): string[] {
  return text.split(' ').filter(Boolean);
}

/** Compares dotted version numbers, missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

export const isWindows = (image: ImageReference): boolean => image.parts.some((part) => /^(windowsservercore|nanoserver|ltsc\d+|windows)$/.test(part));
