import { Lexer, type Lookup } from './lexer.ts';
import type { Escape } from './lines.ts';
import { LexError } from './patterns.ts';

export type { Lookup } from './lexer.ts';

/** Bytes of a variable that Linux takes at most: no process starts with a longer one. Source: execve(2), MAX_ARG_STRLEN. */
const longestValue = 131_072;

/**
 * Expands a Dockerfile word as BuildKit's lexer does: `$x`, `${x}`, `${x:-y}`, `${x-y}`, `${x:+y}`, `${x+y}`, `${x:?y}`, `${x?y}`,
 * `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`, `${x/p/r}`, `${x//p/r}`; single and double quotes removed, escapes resolved.
 * Gives undefined when the result depends on a value that cannot be known, for a word that BuildKit rejects, and for a value that is too long
 * for any process.
 * Source: Dockerfile reference, "Environment replacement", and BuildKit's frontend/dockerfile/shell.
 */
export function expandWord(word: string, lookup: Lookup, escape: Escape = '\\'): string | undefined {
  try {
    return new Lexer(word, lookup, { escape, longest: longestValue }).run().value;
  } catch (error) {
    if (error instanceof LexError) return undefined;
    throw error;
  }
}

/** What BuildKit says against a word, whatever values its variables have; undefined when it can be read. */
export function faultOf(word: string, escape: Escape = '\\'): string | undefined {
  try {
    new Lexer(word, () => null, { escape }).run();
    return undefined;
  } catch (error) {
    if (error instanceof LexError) return error.message;
    throw error;
  }
}
