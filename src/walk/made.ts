import { ownedBySystem } from './base-contents.ts';
import { basename } from '../project/project.ts';
import type { Presence } from './contents.ts';
import { isBelow } from './place.ts';
import type { RunPart } from './run.ts';

/** Paths that a part of a RUN is known to make or to find there. */
export function madePaths({ products, effect }: RunPart): readonly string[] {
  if (effect.kind === 'fetch') return [...products, ...(effect.writes ?? [])];
  if (effect.kind !== 'files' || /^(?:rm|rmdir|unlink|prune)$/.test(effect.verb)) return products;
  // `mv` writes where it takes away, too.
  return [...products, ...effect.writes.filter((write) => effect.verb !== 'mv' || !effect.reads.includes(write))];
}

/** Whether a part may make paths that it does not name. */
export function makesMore(part: RunPart): boolean {
  const { effect, products } = part;
  if (products.length > 0) return true;
  if (effect.kind === 'none' || effect.kind === 'shell') return false;
  return effect.kind !== 'files' || /^(?:cp|mv|ln|install)$/.test(effect.verb) || effect.writes.some((path) => /[*?[]/.test(path));
}

/** What a part of a RUN says of a path; undefined when it has nothing to do with it. */
export function madeBy(path: string, part: RunPart): Presence | undefined {
  const { products } = part;
  if (products.some((product) => isBelow(product, path))) return 'there';
  if (products.some((product) => isBelow(path, product))) return 'possible';
  const { effect } = part;
  switch (effect.kind) {
    case 'files': {
      if (/^(?:rm|rmdir|unlink|prune)$/.test(effect.verb)) return undefined;
      const written = madePaths(part);
      if (written.some((write) => isBelow(write, path))) return 'there';
      if (written.some((write) => mayName(write, path))) return 'possible';
      return /^(?:cp|mv|ln|install)$/.test(effect.verb) && written.some((write) => isBelow(path, write)) ? 'possible' : undefined;
    }
    case 'fetch':
      if (effect.writes === undefined) return 'possible';
      return effect.writes.some((write) => isBelow(write, path)) ? 'there' : effect.writes.some((write) => isBelow(path, write) || mayName(write, path)) ? 'possible' : undefined;
    case 'system':
      // A package file may bring anything; the others write their own lists.
      return effect.reads.length > 0 || effect.program === 'dpkg' || effect.program === 'rpm' || effect.writes.some((write) => isBelow(path, write)) ? 'possible' : undefined;
    case 'packages':
      return effect.action === 'install' && ownedBySystem.test(path) ? 'possible' : undefined;
    case 'account':
      return ownedBySystem.test(path) || isBelow('/home', path) ? 'possible' : undefined;
    case 'none':
    case 'shell':
      return undefined;
    default:
      if (part.commands.every(({ name }) => environmentOf(name) !== undefined)) return part.commands.some(({ name }) => isBelow(path, environmentOf(name)!)) ? 'possible' : undefined;
      if (part.commands.every(installsDependencies)) return ownedBySystem.test(path) || (part.commands.some(runsScripts) && (part.cwd === undefined || isBelow(path, part.cwd))) ? 'possible' : undefined;
      return part.commands.every((command) => writesOnlyItsProducts(command, products)) ? undefined : 'possible';
  }
}

/** Whether a place of which a part is not known (`/opt/a-*`) may be the path, or a folder above it. */
const mayName = (write: string, path: string): boolean => write.includes('*') && isBelow(path, write.slice(0, write.lastIndexOf('/', write.indexOf('*'))) || '/');

/** Package managers of languages: they write into folders of the system and of the user; those of Node.js run scripts of the project in its folder. */
const installers: Readonly<Record<string, RegExp>> = { pip: /^install$/, pip2: /^install$/, pip3: /^install$/, npm: /^(?:i|install|ci)$/, yarn: /^(?:install|add)$/, pnpm: /^(?:i|install|add)$/, gem: /^install$/ };

function installsDependencies({ name, words }: RunPart['commands'][number]): boolean {
  const program = installerOf(name);
  // `python -m venv` and `python -m pip`
  if (/^python[\d.]*$/.test(program)) return words[1]?.value === '-m' && (words[2]?.value === 'venv' || (words[2]?.value === 'pip' && words.some(({ value }) => value === 'install')));
  return Object.hasOwn(installers, program) && installers[program]!.test(words.slice(1).find((word) => !word.text.startsWith('-'))?.value ?? '');
}

/** The virtual environment whose pip a command calls by its path. */
export const environmentOf = (name: string | undefined): string | undefined => /^(\/(?!usr\/bin|usr\/local\/bin|bin).+)\/bin\/pip[\d.]*$/.exec(name ?? '')?.[1];

const installerOf = (name: string | undefined): string => basename(name ?? '');

/** Whether scripts of the project run in the folder of the installation. */
const runsScripts = ({ name }: RunPart['commands'][number]): boolean => /^(?:npm|yarn|pnpm)$/.test(installerOf(name));

/** Commands that write nothing into the image but what they are known to make, and caches of their own. Source: `go help build`, `go help mod`. */
const writesOnlyItsProducts = ({ name, words }: RunPart['commands'][number], products: readonly string[]): boolean =>
  name === 'go' && (/^(?:mod|vet|env|version|list)$/.test(words[1]?.value ?? '') || (words[1]?.value === 'build' && products.length > 0));
