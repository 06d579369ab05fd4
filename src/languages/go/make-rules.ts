import { argumentsIn, patsubst, unknownText, type MakeVariables } from './make-variables.ts';

/** How one target is made. */
export interface Rule {
  /** What it needs, with the references still in it. */
  readonly needs: string;
  /** Lines with their references still in them. */
  readonly recipe: readonly string[];
  /** Variables that hold for this target only: name, operator, value. */
  readonly variables: readonly (readonly [string, string, string])[];
  /** What `%` stands for in a pattern rule. */
  readonly stem: string;
  /** False where a condition that is not known decides over it. */
  readonly certain: boolean;
}

/** The rules of a Makefile. */
export interface Rules {
  /** The target that `make` without words makes. */
  readonly goal: string | undefined;
  /** The rule for a target, of several that name it the needs of all; undefined when there is none. */
  find(target: string): Rule | undefined;
}

interface Written extends Omit<Rule, 'stem' | 'recipe'> {
  readonly target: string;
  readonly recipe: string[];
}

/** Files that include others beyond reason. */
const mostFiles = 50;

/**
 * Reads a Makefile: its variables into `variables`, its rules into the result. Source: the manual of GNU make.
 *
 * @param read the text of a file that is included; undefined when it is not at hand
 * @returns undefined when an included file is not at hand
 */
export function readRules(text: string, variables: MakeVariables, read: (path: string) => string | undefined): Rules | undefined {
  const reader = new Reader(variables, read);
  return reader.file(text) ? reader.rules() : undefined;
}

class Reader {
  private readonly written: Written[] = [];
  /** Conditions around a line: true, false, or undefined where that is not known; `done` when a branch was taken. */
  private readonly conditions: { value: boolean | undefined; done: boolean | undefined }[] = [];
  private open: Written[] = [];
  private goal: string | undefined;
  private files = 0;

  constructor(
    private readonly variables: MakeVariables,
    private readonly read: (path: string) => string | undefined,
  ) {}

  file(text: string): boolean {
    if ((this.files += 1) > mostFiles) return false;
    const lines = text.replace(/\r\n/g, '\n').replace(/\\\n[ \t]*/g, ' ').split('\n');
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at]!;
      if (line.startsWith('\t') && this.open.length > 0) {
        if (this.taken !== false) for (const rule of this.open) rule.recipe.push(line.slice(1));
        continue;
      }
      const bare = line.replace(/(^|[^\\])#.*$/, '$1').trim();
      if (bare === '' || this.condition(bare) || this.taken === false) continue;
      const define = /^(?:override\s+|export\s+)*define\s+(\S+)/.exec(bare);
      if (define) {
        const end = lines.findIndex((other, index) => index > at && /^\s*endef\b/.test(other));
        this.set(define[1]!, '=', lines.slice(at + 1, end < 0 ? undefined : end).join('\n'));
        at = end < 0 ? lines.length : end;
        continue;
      }
      if (!this.line(bare, line)) return false;
    }
    return true;
  }

  private get taken(): boolean | undefined {
    return this.conditions.some(({ value }) => value === false) ? false : this.conditions.some(({ value }) => value === undefined) ? undefined : true;
  }

  private condition(line: string): boolean {
    const opening = /^(ifeq|ifneq|ifdef|ifndef)\b\s*(.*)$/.exec(line);
    if (opening) {
      const value = this.test(opening[1]!, opening[2]!);
      this.conditions.push({ value, done: value });
      return true;
    }
    const other = /^else\b\s*(?:(ifeq|ifneq|ifdef|ifndef)\b\s*(.*))?$/.exec(line);
    if (other && this.conditions.length > 0) {
      const { done } = this.conditions.pop()!;
      const test = other[1] === undefined ? true : this.test(other[1], other[2]!);
      const value = done === true ? false : done === undefined ? (test === false ? false : undefined) : test;
      this.conditions.push({ value, done: done === true || value === true ? true : done === undefined || value === undefined ? undefined : false });
      return true;
    }
    if (/^endif\b/.test(line)) {
      this.conditions.pop();
      return true;
    }
    return false;
  }

  private test(kind: string, text: string): boolean | undefined {
    if (kind === 'ifdef' || kind === 'ifndef') {
      const name = this.variables.expand(text).trim();
      const value = this.variables.expand(`$(${name})`);
      return value.includes(unknownText) ? undefined : (this.variables.isDefined(name) && value !== '') === (kind === 'ifdef');
    }
    const sides = text.startsWith('(') && text.endsWith(')') ? argumentsIn(text.slice(1, -1)) : /^(["'])(.*?)\1\s+["'](.*?)["']$/s.exec(text)?.slice(2);
    if (sides?.length !== 2) return undefined;
    const [left, right] = sides.map((side) => this.variables.expand(side).trim()) as [string, string];
    if (left.includes(unknownText) || right.includes(unknownText)) return undefined;
    return (left === right) === (kind === 'ifeq');
  }

  private set(name: string, operator: string, value: string): void {
    if (this.taken === undefined) this.variables.forget(name);
    else this.variables.assign(name, operator, value);
  }

  /** One line that is no recipe and no condition. False where what it needs is not at hand. */
  private line(bare: string, line: string): boolean {
    const include = /^(-?include|sinclude)\s+(.*)$/.exec(bare);
    if (include) {
      for (const path of this.variables.expand(include[2]!).split(/\s+/).filter((word) => word !== '')) {
        const text = path.includes(unknownText) ? undefined : this.read(path);
        if (text === undefined && include[1] === 'include') return false;
        if (text !== undefined && !this.file(text)) return false;
      }
      return true;
    }
    const exported = /^(?:override\s+)?(un)?export\b\s*(.*)$/.exec(bare);
    if (exported && !/^\s*[:=]/.test(exported[2]!)) {
      const assignment = assignmentIn(exported[2]!);
      if (assignment) this.set(...assignment);
      for (const name of assignment ? [assignment[0]] : exported[2] === '' ? [undefined] : exported[2]!.split(/\s+/)) if (exported[1] === undefined) this.variables.export(name);
      return true;
    }
    const assignment = assignmentIn(line.replace(/(^|[^\\])#.*$/, '$1').replace(/^\s*override\s+/, '').trimStart());
    if (assignment) {
      this.open = [];
      this.set(...assignment);
      return true;
    }
    return this.rule(bare);
  }

  private rule(line: string): boolean {
    const parts = /^((?:\$[({][^)}]*[)}]|[^:])+?)\s*&?::?(?!=)\s*(.*)$/.exec(line);
    if (!parts) {
      // A call such as $(eval …) may make rules.
      return !/^\$[({](?:eval|call|foreach)\b/.test(line);
    }
    const targets = this.variables.expand(parts[1]!).split(/\s+/).filter((word) => word !== '');
    const own = assignmentIn(parts[2]!);
    const certain = this.taken === true;
    const [head, inline] = split(parts[2]!, ';');
    const pattern = own ? undefined : /^([^:]*%[^:]*):(.*)$/.exec(head);
    this.open = targets.map((target) => ({ target, needs: own ? '' : pattern ? pattern[2]! : head, recipe: inline === undefined || inline.trim() === '' ? [] : [inline.trim()], variables: own ? [own] : [], certain }));
    this.written.push(...this.open);
    this.goal ??= own ? undefined : targets.find((target) => !/^\.(?![./])/.test(target) && !target.includes('%'));
    return true;
  }

  rules(): Rules {
    const { written, goal } = this;
    const chosen = this.variables.expand('$(.DEFAULT_GOAL)').trim();
    return {
      goal: chosen === '' ? goal : chosen,
      find(target) {
        const exact = written.filter((rule) => rule.target === target);
        const pattern = exact.some((rule) => rule.recipe.length > 0) ? undefined : written.find((rule) => rule.target.includes('%') && rule.recipe.length > 0 && patsubst(rule.target, '', target) !== target);
        const found = pattern ? [...exact, pattern] : exact;
        if (found.length === 0) return undefined;
        const stem = pattern ? patsubst(pattern.target, '%', target) : '';
        return {
          needs: found.map((rule) => (stem === '' ? rule.needs : rule.needs.replaceAll('%', () => stem))).join(' '),
          recipe: found.flatMap((rule) => rule.recipe),
          variables: found.flatMap((rule) => rule.variables),
          stem,
          certain: found.every((rule) => rule.certain),
        };
      },
    };
  }
}

/** `NAME := value` in any of its forms; undefined for any other line. */
function assignmentIn(line: string): [string, string, string] | undefined {
  const match = /^([\w.%/-]+)\s*(\?=|\+=|!=|:{0,3}=)[ \t]*(.*)$/s.exec(line);
  return match ? [match[1]!, match[2]!, match[3]!.trimEnd()] : undefined;
}

/** A text before and after a character that stands in no reference. */
function split(text: string, character: string): [string, string | undefined] {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(' || text[at] === '{') depth += 1;
    else if (text[at] === ')' || text[at] === '}') depth -= 1;
    else if (text[at] === character && depth === 0) return [text.slice(0, at), text.slice(at + 1)];
  }
  return [text, undefined];
}
