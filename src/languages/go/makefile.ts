import { basename, inImage } from '../../project/project.ts';
import type { ShellCommand } from '../../shell/parse.ts';
import type { Walk } from '../../walk/walk.ts';
import { MakeVariables, unknownText } from './make-variables.ts';
import { readRules, type Rules } from './make-rules.ts';

/** One line of a recipe, as the shell gets it, and where it runs. */
export interface RecipeLine {
  readonly text: string;
  readonly folder: string;
}

/** Targets and files that may stand in a Makefile beyond reason. */
const mostLines = 2000;

/**
 * The commands that a `make` of a RUN runs, in their order. Values that only the build knows (`$(shell git describe)`) stand in them as variables that
 * nothing sets.
 *
 * @param lookup a variable of the environment; null where it is set to something unknown
 * @returns undefined where there is no Makefile at hand, or where it depends on something unknown which recipes run
 */
export function recipeOf(walked: Walk, cwd: string, command: ShellCommand, lookup: (name: string) => string | null | undefined): RecipeLine[] | undefined {
  const asked = argumentsOf(command);
  if (asked === undefined) return undefined;
  const folder = asked.folders.reduce((at, path) => inImage(at, path), cwd);
  const file = (asked.file === undefined ? ['GNUmakefile', 'makefile', 'Makefile'] : [asked.file]).map((name) => inImage(folder, name)).find((path) => walked.locate(path) !== undefined);
  const source = file === undefined ? undefined : walked.locate(file);
  const text = source === undefined ? undefined : walked.project.read(source);
  if (text === undefined) return undefined;
  const variables = new MakeVariables(folder, basename(file!), lookup, (pattern) => matching(walked, folder, pattern));
  for (const [name, value] of asked.variables) variables.override(name, value);
  const read = (path: string): string | undefined => {
    const found = walked.locate(inImage(folder, path));
    return found === undefined ? undefined : walked.project.read(found);
  };
  const rules = readRules(text, variables, read);
  if (rules === undefined) return undefined;
  const targets = asked.targets.length > 0 ? asked.targets : rules.goal === undefined ? [] : [rules.goal];
  const maker = new Recipes(rules, variables, (path) => walked.locate(inImage(folder, path)) !== undefined, asked.assignments);
  return targets.length > 0 && targets.every((target) => maker.make(target)) ? maker.lines.map((line) => ({ text: line, folder })) : undefined;
}

interface MakeArguments {
  readonly folders: readonly string[];
  readonly file: string | undefined;
  readonly targets: readonly string[];
  readonly variables: readonly (readonly [string, string])[];
  /** The variables as a further make is given them. */
  readonly assignments: string;
}

/** Words of a make command; undefined for an option that is not known. Source: the manual of GNU make, "Summary of Options". */
function argumentsOf(command: ShellCommand): MakeArguments | undefined {
  const words = command.words.slice(1);
  const folders: string[] = [];
  const targets: string[] = [];
  const variables: [string, string][] = [];
  let file: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const { text, value } = words[at]!;
    const assigned = /^(\w+):?:?=(.*)$/s.exec(value ?? text);
    if (assigned && !text.startsWith('-')) variables.push([assigned[1]!, value === undefined ? unknownText : assigned[2]!]);
    else if (value === undefined) return undefined;
    else if (/^(?:-[CfI]|--directory|--file|--makefile)$/.test(value)) {
      const operand = words[(at += 1)]?.value;
      if (operand === undefined) return undefined;
      if (/C|directory/.test(value)) folders.push(operand);
      else if (/f|file/.test(value)) file = operand;
    } else if (/^(?:-C.|--directory=)/.test(value)) folders.push(value.replace(/^(?:-C|--directory=)/, ''));
    else if (/^(?:-f.|--(?:make)?file=)/.test(value)) file = value.replace(/^(?:-f|--(?:make)?file=)/, '');
    else if (/^(?:-j|-l|--jobs|--load-average)$/.test(value)) at += /^[\d.]+$/.test(words[at + 1]?.value ?? '') ? 1 : 0;
    else if (/^-(?:[jl][\d.]+|[BkswS]+)$|^--(?:jobs=.*|always-make|keep-going|silent|quiet|print-directory|no-print-directory|output-sync.*|warn-undefined-variables)$/.test(value)) continue;
    else if (value.startsWith('-')) return undefined;
    else targets.push(value);
  }
  return { folders, file, targets, variables, assignments: variables.map(([name, value]) => ` ${name}="${value}"`).join('') };
}

/** What `$(wildcard …)` finds. */
function matching(walked: Walk, folder: string, pattern: string): string | undefined {
  const at = pattern.lastIndexOf('/') + 1;
  if (!walked.project.known || /[*?[]/.test(pattern.slice(0, at)) || /[?[]/.test(pattern)) return undefined;
  if (!pattern.includes('*')) return walked.locate(inImage(folder, pattern)) === undefined ? '' : pattern;
  const source = walked.locate(inImage(folder, pattern.slice(0, at) || '.'));
  if (source === undefined) return '';
  const [before, after] = pattern.slice(at).split('*') as [string, string];
  return walked.project.list(source).filter((name) => name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after) && !name.startsWith('.')).map((name) => pattern.slice(0, at) + name).join(' ');
}

/** Runs through targets and what they need, and collects the recipe lines. */
class Recipes {
  readonly lines: string[] = [];
  private readonly done = new Set<string>();
  constructor(
    private readonly rules: Rules,
    private readonly variables: MakeVariables,
    private readonly exists: (path: string) => boolean,
    private readonly assignments: string,
  ) {}

  /** Adds the recipe of a target; false where it cannot be told what make does for it. */
  make(target: string, depth = 0): boolean {
    if (this.done.has(target)) return true;
    this.done.add(target);
    if (target.includes(unknownText) || depth > 100) return false;
    const rule = this.rules.find(target);
    if (rule === undefined) return this.exists(target);
    if (!rule.certain) return false;
    return this.variables.within(rule.variables, target, rule.stem, () => {
      const needs = this.variables.expand(rule.needs).split(/\s+/).filter((need) => need !== '' && need !== '|');
      return needs.every((need) => this.make(need, depth + 1)) && this.addRecipe(rule.recipe, needs);
    });
  }

  private addRecipe(recipe: readonly string[], needs: readonly string[]): boolean {
    this.variables.needs = needs;
    const exports = this.variables.exported();
    for (const written of recipe) {
      for (const line of this.variables.expand(written).split('\n')) {
        const text = line.trim().replace(/^[@+-]+\s*/, '');
        if (text === '') continue;
        // A further make gets the variables of the command line.
        this.lines.push(exports + text.replace(/^((?:cd\s+\S+\s*(?:&&|;)\s*)?)\$__make\b/, `$1make${this.assignments.replaceAll('$', '$$$$')}`));
      }
    }
    return this.lines.length < mostLines;
  }
}
