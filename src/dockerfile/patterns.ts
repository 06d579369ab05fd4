/** What BuildKit rejects: a quote or a brace without its end, an unknown operator, `${x:?message}` of a variable that is not set. */
export class LexError extends Error {}

/** Steps that a pattern may take, and characters that a replacement may make: far beyond real ones. */
const mostWork = 10_000_000;
const longestResult = 131_072;

/** @throws LexError for `*`s that take as many steps as the length of the text to the power of their number */
function checkWork(pattern: string, value: string, anchored: boolean): void {
  const power = (pattern.match(/\*/g)?.length ?? 0) + (anchored ? 0 : 1);
  if (power > 1 && value.length ** power * pattern.length > mostWork) throw new LexError('a pattern that takes too long');
}

/**
 * `${x#pattern}`, `${x##pattern}`, `${x%pattern}`, `${x%%pattern}`.
 *
 * @param operand the pattern, behind another `#` or `%` when the longest match is meant
 * @throws LexError for an escape that BuildKit does not know
 */
export function trimEnds(value: string, side: 'start' | 'end', operand: string): string {
  const greedy = operand.startsWith(side === 'start' ? '#' : '%');
  const pattern = greedy ? operand.slice(1) : operand;
  checkWork(pattern, value, true);
  if (side === 'start') return value.slice(toRegExp(pattern, greedy, '^').exec(value)?.[0].length ?? 0);
  // As BuildKit does it: both backwards, so that the shortest match at the end is the shortest at the start.
  const turned = backwards(value);
  return backwards(turned.slice(toRegExp(backwardsPattern(pattern), greedy, '^').exec(turned)?.[0].length ?? 0));
}

/** `${x/pattern/replacement}` and `${x//pattern/replacement}`. */
export function replace(value: string, pattern: string, replacement: string, all: boolean): string {
  checkWork(pattern, value, false);
  const search = toRegExp(pattern, true, '');
  if (!all) return value.replace(search, () => replacement);
  let end = -1;
  let made = 0;
  return value.replace(new RegExp(search, 'gu'), (match: string, at: number) => {
    // Go leaves out an empty match right behind another one, and knows $ templates in replacements.
    if (match === '' && at === end) return '';
    end = at + match.length;
    made += replacement.length * (replacement.includes('$') ? 1 + match.length : 1);
    if (made > longestResult) throw new LexError('a value of more characters than an environment can hold');
    return replacement.replace(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (_, dollar: string | undefined, braced: string | undefined, bare: string | undefined) => (dollar ? '$' : /^0+$/.test(braced ?? bare ?? '') ? match : ''));
  });
}

/** `*` and `?` of the shell; brackets mean themselves here. */
function toRegExp(pattern: string, greedy: boolean, anchor: string): RegExp {
  const chars = Array.from(pattern);
  let out = anchor;
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at]!;
    if (char === '*') out += greedy ? '[^\\n]*' : '[^\\n]*?';
    else if (char === '?') out += '[^\\n]';
    else if (char === '\\') {
      const escaped = chars[at + 1];
      if (escaped === '}' || escaped === '/') continue;
      if (escaped !== '*' && escaped !== '?' && escaped !== '\\') throw new LexError(`invalid escape '\\${escaped ?? ''}'`);
      out += `\\${escaped}`;
      at += 1;
    } else out += char.replace(/[[\]{}.+()|^$/]/, '\\$&');
  }
  return new RegExp(out, 'u');
}

const backwards = (text: string): string => Array.from(text).reverse().join('');

/** Backwards, an escape still in front of what it escapes. */
function backwardsPattern(pattern: string): string {
  return (Array.from(pattern).join('').match(/\\[^]|[^]/gu) ?? []).reverse().join('');
}
