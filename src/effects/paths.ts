import { inImage } from '../project/project.ts';
import type { ShellWord } from '../shell/parse.ts';

/** What is in force where a command runs. */
export interface Surroundings {
  /** The folder in which it runs, absolute; undefined when not known. */
  readonly cwd: string | undefined;
  /** What `~` stands for; undefined when not known. */
  readonly home: string | undefined;
}

/** An absolute path for one that may be relative, or begin with `~`; undefined when it cannot be told. */
export function resolvePath(path: string | undefined, { cwd, home }: Surroundings): string | undefined {
  if (path === undefined || path === '') return undefined;
  if (/^~(?:\/|$)/.test(path)) return home === undefined ? undefined : inImage(home, `.${path.slice(1)}`);
  if (path.startsWith('~')) return undefined;
  if (path.startsWith('/')) return inImage('/', path);
  return cwd === undefined ? undefined : inImage(cwd, path);
}

/**
 * The absolute path that a word names. What a variable fills in becomes `*`: `/opt/a-$V.tgz` is `/opt/a-*.tgz`. Undefined when the word
 * begins with something unknown, which may be a path of its own.
 */
export function placeOf(word: ShellWord | undefined, around: Surroundings): string | undefined {
  if (word === undefined) return undefined;
  return resolvePath(word.value ?? patternOf(word.text), around);
}

/** The text of a word with `*` for what is not known in it; undefined when it begins with that. */
function patternOf(text: string): string | undefined {
  const literal = starred(text);
  return literal === undefined || literal.startsWith('*') ? undefined : literal;
}

/** The same, wherever the unknown part is; undefined for quoting that is not understood. */
export function starred(text: string): string | undefined {
  const replaced = text.replace(/\$\([^()`]*(?:\([^()`]*\)[^()`]*)*\)|`[^`]*`|\$\{[^{}]*\}|\$\w+/g, '*').replace(/["']/g, '').replace(/\*{2,}/g, '*');
  return /[$`\\(){}<>|&;\s]/.test(replaced) ? undefined : replaced;
}
