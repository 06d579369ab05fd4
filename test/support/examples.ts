import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { defaultOptions, type Options } from '../../src/languages/language.ts';

/** One request of an example: what the original and the proposal must both answer. */
export interface ExampleRequest {
  readonly path: string;
  readonly status: number;
  readonly contains?: string;
  /** Regular expression of what differs from one run to the next (a random word, a time): replaced before bodies are compared. */
  readonly varies?: string;
  /** `status`: the answer is a page of the server's own, such as its error page, and may look different. */
  readonly compare?: 'status';
}

export interface ExampleRun {
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly http?: readonly ExampleRequest[];
  readonly exit?: number;
  /** Regular expression that the output must match. */
  readonly output?: string;
}

/** examples/<name>/example.json. */
export interface ExampleFile {
  readonly shape: string;
  /** Further flags by a name, which is also the ending of the golden file. */
  readonly variants?: Readonly<Record<string, readonly string[]>>;
  /** `converted`, `nothing:<code>`, `refused:<code>` or `error:<code>`. */
  readonly outcome: string;
  /** Line that the finding names. */
  readonly line?: number;
  readonly buildable: boolean;
  readonly run?: ExampleRun;
  /** A source file; a change in it must not install dependencies again. */
  readonly touch?: string;
  /** How much smaller the image must become, from 0 to 1. */
  readonly smaller?: number;
  /** Images under private names. */
  readonly aliases?: readonly string[];
}

export interface Example extends ExampleFile {
  readonly name: string;
  readonly folder: string;
}

/** One way to convert an example: with the defaults, or with a variant's flags. */
export interface Variant {
  readonly name: string | undefined;
  readonly flags: readonly string[];
  /** Path of the golden file. */
  readonly golden: string;
}

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** All examples, by name. */
export function loadExamples(): Example[] {
  const folder = join(root, 'examples');
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'example.json')))
    .sort()
    .map((name) => {
      openToOthers(join(folder, name));
      return { ...(JSON.parse(readFileSync(join(folder, name, 'example.json'), 'utf8')) as ExampleFile), name, folder: join(folder, name) };
    });
}

/** What a strict umask took from the files of a checkout: with it, no other user than root could read them in an image. */
function openToOthers(path: string): void {
  const { mode } = statSync(path);
  const open = mode | 0o044 | ((mode & 0o100) === 0 ? 0 : 0o011);
  if (open !== mode) chmodSync(path, open);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) openToOthers(join(path, name));
}

/** The variants of an example, the one without flags first. */
export function variantsOf(example: Example): Variant[] {
  const golden = join(example.folder, 'Dockerfile.multi');
  const named = Object.entries(example.variants ?? {}).map(([name, flags]) => ({ name, flags, golden: `${golden}.${name}` }));
  return [{ name: undefined, flags: [], golden }, ...named];
}

/** Options of `transform` from flags as the command line takes them. */
export function optionsFrom(flags: readonly string[]): Options {
  const found: Record<string, unknown> = {};
  for (let at = 0; at < flags.length; at += 1) {
    const flag = flags[at]!;
    if (flag === '--no-cache-mounts') found['cacheMounts'] = false;
    else if (flag === '--force') found['force'] = true;
    else if (flag.startsWith('--')) found[new Option(flag).attributeName()] = flags[(at += 1)];
  }
  return { ...defaultOptions, ...found };
}
