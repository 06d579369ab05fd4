import type { Edit } from './rewrite.ts';

/**
 * The flags that leave out symbols and debug information, as far as somebody did not give them: '' where nothing is missing, or where they are turned off.
 * `-s` implies `-w`. Source: `go doc cmd/link`.
 */
export function missingIn(value: string): string {
  const words = value.replace(/["'\\]/g, ' ').replace(/^\s*[^\s$=-][^\s$=]*=/, '').split(/\s+/);
  if (words.some((word) => /^--?s(?:=(?:1|true))?$|^--?[sw]=(?:0|false)$/.test(word))) return '';
  return words.includes('-w') ? '-s' : '-s -w';
}

/** A pattern in front of the flags: `all=-s`, `./cmd/...=-X a=b`. Source: `go help build`. */
const pattern = /^[^\s"'$`=-][^\s"'$`=]*=/;

/** `-s -w` in front of the user's own linker flags, inside their quotes. */
export function mergedLdflags(word: { readonly start: number; readonly end: number }, body: string): Edit[] {
  const text = body.slice(word.start, word.end);
  const around = /^["'](?=--?ldflags=)/.exec(text)?.[0] ?? '';
  const flag = /^--?ldflags=/.exec(text.slice(around.length))?.[0] ?? '';
  let at = around.length + flag.length;
  const missing = missingIn(text.slice(at));
  if (missing === '') return [];
  let quote = around !== '' ? around : (/^["']/.exec(text.slice(at))?.[0] ?? '');
  if (around === '') at += quote.length;
  at += pattern.exec(text.slice(at))?.[0].length ?? 0;
  if (quote === '') {
    quote = /^["']/.exec(text.slice(at))?.[0] ?? '';
    at += quote.length;
  }
  const rest = text.slice(at);
  if (quote !== '') return [{ at: word.start + at, remove: 0, insert: rest.startsWith(quote) ? missing : `${missing} ` }];
  // Quotes and escapes further on keep what they mean when only the beginning is quoted.
  return /["'\\`]/.test(rest) ? [{ at: word.start + at, remove: 0, insert: `"${missing} "` }] : [{ at: word.start + at, remove: rest.length, insert: `"${missing} ${rest}"` }];
}
