import { space } from './lines.ts';
import { LexError, replace, trimEnds } from './patterns.ts';

/** Variable lookup: the value, `undefined` when the variable is not set, `null` when it is set but its value cannot be known. */
export type Lookup = (name: string) => string | undefined | null;

export interface LexOptions {
  readonly escape: string;
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean;
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean;
  /** Variables that are not set stay as they are written. */
  readonly keepUnset?: boolean;
  /** The words of the result are asked for, too. */
  readonly split?: boolean;
  /** Characters beyond which a result is given up: variables that name each other double it at every line. */
  readonly longest?: number;
}

export interface Lexed {
  /** Undefined when it depends on a value that cannot be known. */
  readonly value: string | undefined;
  /** Split at white space outside of quotes, after expansion; of use only when every variable is known. None without `split`. */
  readonly words: readonly string[];
}

/** Operands within operands beyond which a word is not looked into. */
const deepest = 50;

const isSpace = RegExp.prototype.test.bind(new RegExp(`^${space}$`));

/**
 * BuildKit's lexer for words of a Dockerfile, function by function, so that values come out as they do there, oddities included.
 * Source: BuildKit, frontend/dockerfile/shell/lex.go.
 *
 * @throws LexError
 */
export class Lexer {
  private readonly chars: readonly string[];
  private position = 0;
  private depth = 0;
  private rawEscapes: boolean;
  /** Shared by all levels, as in BuildKit. */
  private word = '';

  constructor(
    text: string,
    private readonly lookup: Lookup,
    private readonly options: LexOptions,
  ) {
    this.chars = Array.from(text);
    this.rawEscapes = options.rawEscapes ?? false;
  }

  run(): Lexed {
    return this.until(undefined, this.rawEscapes, false);
  }

  private get next(): string | undefined {
    return this.chars[this.position];
  }

  private take(): string | undefined {
    return this.chars[this.position++];
  }

  private bounded(text: string): string {
    if (text.length > (this.options.longest ?? Number.POSITIVE_INFINITY)) throw new LexError('a value of more characters than an environment can hold');
    return text;
  }

  /** @param forPattern whether the result is read again as a pattern: a literal escape character in quotes is doubled for that */
  private until(stop: string | undefined, rawEscapes: boolean, forPattern: boolean): Lexed {
    const before = this.rawEscapes;
    this.rawEscapes = rawEscapes;
    this.depth += 1;
    if (this.depth > deepest) throw new LexError('nested too deeply');
    const words: string[] = [];
    let value: string | undefined = '';
    let inWord = false;
    this.word = '';
    const add = (text: string, raw: boolean): void => {
      value = value === undefined ? undefined : this.bounded(value + text);
      if (!this.options.split) return;
      for (const char of text) {
        if (!raw && isSpace(char)) {
          if (!inWord || this.word === '') continue;
          words.push(this.word);
          this.word = '';
          inWord = false;
        } else {
          this.word += char;
          inWord = true;
        }
      }
    };
    const done = (): Lexed => {
      if (this.word !== '') words.push(this.word);
      this.word = '';
      this.rawEscapes = before;
      this.depth -= 1;
      return { value, words };
    };
    for (let char = this.next; char !== undefined; char = this.next) {
      if (char === stop) {
        this.position += 1;
        return done();
      }
      if (char === '$' || char === '"') {
        const part = char === '$' ? this.dollar() : this.doubleQuoted(forPattern);
        add(part ?? '', char !== '$');
        if (part === undefined) value = undefined;
      } else if (char === "'") add(this.singleQuoted(forPattern), true);
      else if (char === '<') add(this.lessThan(), true);
      else if (char === this.options.escape) {
        this.position += 1;
        if (this.rawEscapes) add(char, true);
        const escaped = this.take();
        if (escaped !== undefined) add(escaped, true);
      } else {
        this.position += 1;
        add(char, false);
      }
    }
    if (stop !== undefined) throw new LexError(`unexpected end of statement while looking for matching ${stop}`);
    return done();
  }

  private singleQuoted(forPattern: boolean): string {
    this.position += 1;
    const quote = this.options.rawQuotes ? "'" : '';
    let out = quote;
    for (let char = this.take(); char !== "'"; char = this.take()) {
      if (char === undefined) throw new LexError('unexpected end of statement while looking for matching single-quote');
      out += forPattern && char === this.options.escape ? char + char : char;
    }
    return out + quote;
  }

  private doubleQuoted(forPattern: boolean): string | undefined {
    this.position += 1;
    const { escape, rawQuotes } = this.options;
    const quote = rawQuotes ? '"' : '';
    let out: string | undefined = quote;
    const add = (text: string | undefined): void => {
      out = out === undefined || text === undefined ? undefined : this.bounded(out + text);
    };
    for (;;) {
      const char = this.next;
      if (char === undefined) throw new LexError('unexpected end of statement while looking for matching double-quote');
      if (char === '$') {
        add(this.dollar());
        continue;
      }
      this.position += 1;
      if (char === '"') {
        add(quote);
        return out;
      }
      if (char !== escape) add(char);
      else if (this.next === '"' || this.next === '$' || this.next === escape) add((this.rawEscapes ? char : '') + this.take()!);
      else if (this.next !== undefined) add(this.rawEscapes && (!rawQuotes || forPattern) ? char + char : char);
    }
  }

  /** `<<` and the white space after it are one piece, so that `<< EOF` is one word. */
  private lessThan(): string {
    this.position += 1;
    if (this.next !== '<') return '<';
    this.position += 1;
    let out = '<<';
    while (/^[\t\r ]$/.test(this.next ?? '')) out += this.take()!;
    return out;
  }

  private dollar(): string | undefined {
    this.position += 1;
    if (this.next !== '{') {
      const name = this.name();
      if (name === '') return '$';
      const value = this.lookup(name);
      return value === null ? undefined : (value ?? (this.options.keepUnset ? `$${name}` : ''));
    }
    this.position += 1;
    if (this.next === undefined) throw new LexError("syntax error: missing '}'");
    if (/[{}:]/.test(this.next)) throw new LexError('syntax error: bad substitution');
    const name = this.name();
    let operator = this.take() ?? '';
    if (operator === '}') {
      const value = this.lookup(name);
      return value === null ? undefined : (value ?? (this.options.keepUnset ? `\${${name}}` : ''));
    }
    if (operator === '/') return this.replaced(name);
    const orEmpty = operator === ':';
    if (orEmpty) operator = this.take() ?? '';
    if (!(orEmpty ? /^[-+?]$/ : /^[-+?#%]$/).test(operator)) throw new LexError(`unsupported modifier (${orEmpty ? ':' : ''}${operator}) in substitution`);
    return this.modified(name, operator, orEmpty);
  }

  private modified(name: string, operator: string, orEmpty: boolean): string | undefined {
    const forPattern = operator === '#' || operator === '%';
    const operand = this.until('}', forPattern, forPattern).value;
    const value = this.lookup(name);
    if (value === null) return undefined;
    if (value === undefined && this.options.keepUnset) return `\${${name}${orEmpty ? ':' : ''}${operator}${operand}}`;
    const missing = value === undefined || (orEmpty && value === '');
    if (operator === '-') return missing ? operand : value;
    if (operator === '+') return missing ? '' : operand;
    if (operator === '?') {
      if (missing) throw new LexError(`${name}: ${operand || 'is not set'}`);
      return value;
    }
    return operand === undefined ? undefined : trimEnds(value ?? '', operator === '#' ? 'start' : 'end', operand);
  }

  private replaced(name: string): string | undefined {
    const all = this.next === '/';
    if (all) this.position += 1;
    const pattern = this.until('/', true, true).value;
    const replacement = this.until('}', true, false).value;
    const value = this.lookup(name);
    if (value === null || pattern === undefined || replacement === undefined) return undefined;
    if (value === undefined && this.options.keepUnset) return `\${${name}/${pattern}/${replacement}}`;
    return replace(value ?? '', pattern, replacement, all);
  }

  /** Letters, digits and `_`; digits alone where it starts with one, or one special parameter. */
  private name(): string {
    const first = this.next;
    if (first !== undefined && /^[@*#?$!-]$/.test(first)) return this.take()!;
    const part = first !== undefined && /^\p{Nd}$/u.test(first) ? /^\p{Nd}$/u : /^[\p{L}\p{Nd}_]$/u;
    let name = '';
    while (this.next !== undefined && part.test(this.next)) name += this.take()!;
    return name;
  }
}
