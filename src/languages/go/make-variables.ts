/** Stands in a text for what only the build knows: a shell variable that nothing sets. */
export const unknownText = '$__unknown';

interface Variable {
  value: string;
  /** False for `=`: its references are replaced where it is used. */
  readonly simple: boolean;
}

/** How deep references lead to others. */
const deepest = 40;

/** Variables and functions of a Makefile. Source: the manual of GNU make, "How to Use Variables" and "Functions for Transforming Text". */
export class MakeVariables {
  /** What the target that is being made needs. */
  needs: readonly string[] = [];
  private readonly values = new Map<string, Variable>();
  private readonly overridden = new Set<string>();
  private readonly exportedNames = new Set<string>();
  private exportsAll = false;
  private target: string | undefined;
  private stem = '';

  /**
   * @param folder where make runs
   * @param environment a variable of the environment; null where it is set to something unknown
   * @param wildcard what a pattern matches; undefined where that is not known
   */
  constructor(
    private readonly folder: string,
    private readonly file: string,
    private readonly environment: (name: string) => string | null | undefined,
    private readonly wildcard: (pattern: string) => string | undefined,
  ) {}

  /** A variable of the command line, which those of the file do not change. */
  override(name: string, value: string): void {
    this.values.set(name, { value, simple: true });
    this.overridden.add(name);
    this.exportedNames.add(name);
  }

  /** `name = value` with any of make's operators. */
  assign(name: string, operator: string, value: string): void {
    if (this.overridden.has(name)) return;
    if (operator === '?=' && this.isDefined(name)) return;
    if (operator === '!=') this.values.set(name, { value: this.shell(this.expand(value)), simple: true });
    else if (operator === '+=') {
      const old = this.values.get(name);
      const before = old?.value ?? this.fromEnvironment(name);
      this.values.set(name, { value: [before, old?.simple ? this.expand(value) : value].filter((text) => text !== '').join(' '), simple: old?.simple ?? false });
    } else this.values.set(name, { value: /^::?:?=$/.test(operator) ? this.expand(value) : value, simple: /^::?:?=$/.test(operator) });
  }

  /** Takes away what was known of a variable. */
  forget(name: string): void {
    if (!this.overridden.has(name)) this.values.set(name, { value: unknownText, simple: true });
  }

  /** `export`, for one variable or for all. */
  export(name: string | undefined): void {
    if (name === undefined) this.exportsAll = true;
    else this.exportedNames.add(name);
  }

  isDefined(name: string): boolean {
    return this.values.has(name) || this.environment(name) !== undefined;
  }

  /** Exported variables as assignments in front of a recipe line. */
  exported(): string {
    // What comes from the environment stays exported when the Makefile changes it.
    const names = [...this.values.keys()].filter((name) => /^\w+$/.test(name) && (this.exportsAll || this.exportedNames.has(name) || this.environment(name) !== undefined));
    return names.map((name) => `export ${name}="${this.expand(`$(${name})`).replace(/["\\`]/g, '\\$&')}"; `).join('');
  }

  /** Runs something with the variables of one target. */
  within<T>(own: readonly (readonly [string, string, string])[], target: string, stem: string, action: () => T): T {
    const saved = new Map(own.map(([name]) => [name, this.values.get(name)]));
    const before = { target: this.target, stem: this.stem };
    for (const [name, operator, value] of own) this.assign(name, operator, value);
    this.target = target;
    this.stem = stem;
    const restore = (): void => {
      this.target = before.target;
      this.stem = before.stem;
      for (const [name, value] of saved) if (value) this.values.set(name, value);
        else this.values.delete(name);
    };
    try {
      return action();
    } finally {
      restore();
    }
  }

  /** A text with its references replaced; what is not known becomes `unknownText`, and `$$` a dollar. */
  expand(text: string, depth = 0): string {
    if (depth > deepest) return unknownText;
    let out = '';
    for (let at = 0; at < text.length; at += 1) {
      if (text[at] !== '$') {
        out += text[at];
        continue;
      }
      const next = text[(at += 1)];
      if (next === undefined) break;
      if (next === '$') out += '$';
      else if (next === '(' || next === '{') {
        const end = closing(text, at);
        out += this.reference(text.slice(at + 1, end), depth);
        at = end;
      } else if (text.startsWith('$__unknown', at - 1)) {
        out += unknownText;
        at += unknownText.length - 2;
      } else out += this.variable(next, depth);
    }
    return out;
  }

  private reference(body: string, depth: number): string {
    const call = /^([a-z-]+)[ \t]+(.*)$/s.exec(body);
    if (call && functions.has(call[1]!)) return this.call(call[1]!, call[2]!, depth);
    const substitution = /^([^\s:]+):([^=]*)=(.*)$/s.exec(body);
    if (substitution) return words(this.variable(this.expand(substitution[1]!, depth + 1), depth)).map((word) => patsubst(substitution[2]!.includes('%') ? substitution[2]! : `%${substitution[2]!}`, substitution[2]!.includes('%') ? substitution[3]! : `%${substitution[3]!}`, word)).join(' ');
    return this.variable(this.expand(body, depth + 1), depth);
  }

  private variable(name: string, depth: number): string {
    const automatic = /^([@<^*?+])([DF]?)$/.exec(name);
    if (automatic) {
      const value = automatic[1] === '@' ? this.target : automatic[1] === '*' ? this.stem : automatic[1] === '<' ? (this.needs[0] ?? '') : this.needs.join(' ');
      if (value === undefined) return unknownText;
      return automatic[2] === 'D' ? folderOf(value) : automatic[2] === 'F' ? value.slice(value.lastIndexOf('/') + 1) : value;
    }
    const known = this.values.get(name);
    if (known) return known.simple ? known.value : this.expand(known.value, depth + 1);
    if (name === 'CURDIR' || name === 'PWD') return this.folder;
    if (name === 'MAKE') return '$__make';
    if (name === 'MAKEFILE_LIST') return this.file;
    if (/^(?:MAKEFLAGS|MFLAGS|MAKEOVERRIDES|MAKELEVEL)$/.test(name)) return '';
    if (/^(?:HOME|USER|HOSTNAME|PATH|MAKE\w+)$/.test(name) && this.environment(name) === undefined) return unknownText;
    return this.fromEnvironment(name);
  }

  private fromEnvironment(name: string): string {
    const value = this.environment(name);
    return value === null ? unknownText : (value ?? '');
  }

  private call(name: string, body: string, depth: number): string {
    const list = argumentsIn(body);
    const at = (index: number): string => this.expand(list[index] ?? '', depth + 1);
    if (name === 'shell') return this.shell(this.expand(body, depth + 1));
    if (name === 'if') return known(at(0)) ? (at(0).trim() === '' ? at(2) : at(1)) : unknownText;
    if (name === 'or') return list.map((_, index) => at(index).trim()).find((value) => value !== '') ?? '';
    if (name === 'and') return list.every((_, index) => at(index).trim() !== '') ? at(list.length - 1) : '';
    if (name === 'info' || name === 'warning' || name === 'eval') return name === 'eval' ? unknownText : '';
    const value = at(list.length - 1);
    if (!known(list.map((_, index) => at(index)).join(''))) return unknownText;
    const each = (change: (word: string) => string): string => words(value).map(change).join(' ');
    switch (name) {
      case 'strip': return words(value).join(' ');
      case 'notdir': return each((word) => word.slice(word.lastIndexOf('/') + 1));
      case 'dir': return each((word) => word.slice(0, word.lastIndexOf('/') + 1) || './');
      case 'basename': return each((word) => word.replace(/\.[^./]*$/, ''));
      case 'suffix': return each((word) => /\.[^./]*$/.exec(word)?.[0] ?? '');
      case 'abspath': case 'realpath': return each((word) => absolute(this.folder, word));
      case 'addprefix': return each((word) => at(0) + word);
      case 'addsuffix': return each((word) => word + at(0));
      case 'firstword': return words(value)[0] ?? '';
      case 'lastword': return words(value).at(-1) ?? '';
      case 'word': return words(value)[Number(at(0)) - 1] ?? '';
      case 'subst': return value.replaceAll(at(0), at(1));
      case 'patsubst': return each((word) => patsubst(at(0), at(1), word));
      case 'filter': case 'filter-out': return words(value).filter((word) => words(at(0)).some((pattern) => patsubst(pattern, '', word) !== word || pattern === word) === (name === 'filter')).join(' ');
      case 'findstring': return value.includes(at(0)) ? at(0) : '';
      case 'wildcard': {
        const found = words(value).map((pattern) => this.wildcard(pattern));
        return found.includes(undefined) ? unknownText : found.filter((text) => text !== '').join(' ');
      }
      default: return unknownText;
    }
  }

  /** What a command prints, for the few whose answer is the same in every build. */
  private shell(command: string): string {
    const text = command.trim().replace(/\s*2>\s*\/dev\/null$/, '');
    if (text === 'pwd') return this.folder;
    if (/^uname(?: -s)?$/.test(text)) return 'Linux';
    if (/^uname -s \| tr (?:A-Z a-z|'?\[:upper:\]'? '?\[:lower:\]'?)$/.test(text)) return 'linux';
    const asked = /^go env (GOOS|GOPATH|GOBIN)$/.exec(text)?.[1];
    const value = asked === undefined ? undefined : this.environment(asked);
    return asked === 'GOOS' && value === undefined ? 'linux' : typeof value === 'string' ? value : unknownText;
  }
}

const functions = new Set('shell if or and info warning eval call foreach error strip notdir dir basename suffix abspath realpath addprefix addsuffix firstword lastword word words wordlist join sort subst patsubst filter filter-out findstring wildcard value origin flavor file'.split(' '));

const known = (text: string): boolean => !text.includes(unknownText);
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');
const absolute = (folder: string, path: string): string => {
  const out: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
};

/** A word by a pattern with `%`; the word itself when it does not match. */
export function patsubst(pattern: string, replacement: string, word: string): string {
  const at = pattern.indexOf('%');
  if (at < 0) return word === pattern ? replacement : word;
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 1)];
  if (word.length < before.length + after.length || !word.startsWith(before) || !word.endsWith(after)) return word;
  return replacement.replace('%', () => word.slice(before.length, word.length - after.length));
}

/** Where the bracket that stands at a place is closed. */
function closing(text: string, from: number): number {
  const [open, close] = text[from] === '(' ? ['(', ')'] : ['{', '}'];
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === open) depth += 1;
    else if (text[at] === close && (depth -= 1) === 0) return at;
  }
  return text.length;
}

/** Arguments of a function, separated by commas outside of brackets. */
export function argumentsIn(body: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < body.length; at += 1) {
    if (body[at] === '(' || body[at] === '{') depth += 1;
    else if (body[at] === ')' || body[at] === '}') depth -= 1;
    else if (body[at] === ',' && depth === 0) {
      parts.push(body.slice(begin, at));
      begin = at + 1;
    }
  }
  return [...parts, body.slice(begin)];
}
