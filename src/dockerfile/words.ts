/** Variable lookup: the value, `undefined` when the variable is not set, `null` when it is set but its value cannot be known. */
export type Lookup = (name: string) => string | undefined | null;

/**
 * Expands a Dockerfile word as BuildKit's shell lexer does: `$x`, `${x}`, `${x:-y}`, `${x-y}`, `${x:+y}`, `${x+y}`, `${x:?y}`,
 * `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`, `${x/p/r}`, `${x//p/r}`; single and double quotes removed, escapes resolved.
 * Gives undefined when the result depends on a value that cannot be known.
 * Source: Dockerfile reference, "Environment replacement".
 */
export function expandWord(word: string, lookup: Lookup, escape: '\\' | '`' = '\\'): string | undefined {
  return new Expander(word, lookup, escape, 0).all();
}

/** Variables within operands of variables beyond which a word is not looked into. */
const deepest = 50;

class Expander {
  private position = 0;
  constructor(
    private readonly text: string,
    private readonly lookup: Lookup,
    private readonly escape: string,
    private readonly depth: number,
  ) {}

  all(): string | undefined {
    let out = '';
    while (this.position < this.text.length) {
      const piece = this.piece();
      if (piece === undefined) return undefined;
      out += piece;
    }
    return out;
  }

  private piece(): string | undefined {
    const char = this.text[this.position]!;
    if (char === "'") {
      const close = this.text.indexOf("'", this.position + 1);
      const inner = this.text.slice(this.position + 1, close < 0 ? undefined : close);
      this.position = close < 0 ? this.text.length : close + 1;
      return inner;
    }
    if (char === '"') return this.quoted();
    if (char === '$') return this.variable();
    if (char === this.escape && this.position + 1 < this.text.length) {
      this.position += 2;
      return this.text[this.position - 1]!;
    }
    this.position += 1;
    return char;
  }

  private quoted(): string | undefined {
    this.position += 1;
    let out = '';
    while (this.position < this.text.length && this.text[this.position] !== '"') {
      const char = this.text[this.position]!;
      if (char === '$') {
        const value = this.variable();
        if (value === undefined) return undefined;
        out += value;
      } else if (char === this.escape && this.position + 1 < this.text.length) {
        const next = this.text[this.position + 1]!;
        out += '"$'.includes(next) || next === this.escape ? next : char + next;
        this.position += 2;
      } else {
        out += char;
        this.position += 1;
      }
    }
    this.position += 1;
    return out;
  }

  private variable(): string | undefined {
    const simple = /\$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/y;
    simple.lastIndex = this.position;
    const match = simple.exec(this.text);
    if (match) {
      this.position = simple.lastIndex;
      return this.known(match[1]!);
    }
    if (this.text[this.position + 1] !== '{') {
      this.position += 1;
      return '$';
    }
    const close = closingBrace(this.text, this.position + 2);
    const inner = this.text.slice(this.position + 2, close);
    this.position = close + 1;
    return this.braced(inner);
  }

  private known(name: string): string | undefined {
    const value = this.lookup(name);
    return value === null ? undefined : (value ?? '');
  }

  private braced(inner: string): string | undefined {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)(:?[-+?=]|##?|%%?|\/\/?)?(.*)$/s.exec(inner);
    if (!match) return undefined;
    const [, name, operator, rest] = match;
    const value = this.lookup(name!);
    if (operator === undefined) return rest === '' ? this.known(name!) : undefined;
    if (value === null) return undefined;
    const operand = (): string | undefined => (this.depth < deepest ? new Expander(rest!, this.lookup, this.escape, this.depth + 1).all() : undefined);
    const isSet = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
    if (/^:?[-=]$/.test(operator)) return isSet ? value : operand();
    if (/^:?\+$/.test(operator)) return isSet ? operand() : '';
    if (/^:?\?$/.test(operator)) return isSet ? value : undefined;
    const pattern = operand();
    return pattern === undefined ? undefined : edit(value ?? '', operator, pattern);
  }
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length;
}

/** `#`, `##`, `%`, `%%`, `/` and `//` of the shell, with the glob characters `*` and `?`. */
function edit(value: string, operator: string, pattern: string): string {
  if (operator.startsWith('/')) {
    const slash = pattern.indexOf('/');
    const search = globToRegExp(slash < 0 ? pattern : pattern.slice(0, slash), true);
    const replacement = slash < 0 ? '' : pattern.slice(slash + 1);
    return value.replace(new RegExp(search, operator === '//' ? 'g' : ''), () => replacement);
  }
  const whole = new RegExp(`^(?:${globToRegExp(pattern, true)})$`, 's');
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index);
  if (operator === '%' || operator === '##') cuts.reverse();
  for (const cut of cuts) {
    if (operator.startsWith('#') && whole.test(value.slice(0, cut))) return value.slice(cut);
    if (operator.startsWith('%') && whole.test(value.slice(cut))) return value.slice(0, cut);
  }
  return value;
}

/** A glob of `*`, `?` and `[…]` as the source of a regular expression; with `slashes`, `*` also matches `/`. */
export function globToRegExp(glob: string, slashes: boolean): string {
  return glob.replace(/\[[^\]]*\]|[\s\S]/g, (piece) => {
    if (piece === '*') return slashes ? '[^]*?' : '[^/]*';
    if (piece === '?') return slashes ? '[^]' : '[^/]';
    if (piece.length > 1) return piece.replace(/^\[[!^]/, '[^').replace(/\\/g, '\\\\');
    return piece.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  });
}
