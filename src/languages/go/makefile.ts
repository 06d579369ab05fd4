import { inImage } from '../../project/project.ts';
import { parseShell, type ShellCommand } from '../../shell/parse.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Walk } from '../../walk/walk.ts';

/** The go command in a recipe, by name or by its usual variables. */
const goCommand = /^(?:go|\$[({]GO(?:CMD)?[)}])$/;

/**
 * The binaries that a `make` of a RUN leaves, when all that its recipes do is to compile: then it writes nothing else that a program could read.
 *
 * @returns absolute paths; undefined where a recipe does more, or where that cannot be told
 */
export function binariesOfMake(walked: Walk, part: RunPart, command: ShellCommand): string[] | undefined {
  const words = command.words.slice(1).map((word) => word.value);
  const folder = part.cwd;
  if (folder === undefined || words.some((word) => word === undefined || word.startsWith('-'))) return undefined;
  const source = ['GNUmakefile', 'makefile', 'Makefile'].map((name) => walked.locate(inImage(folder, name))).find((path) => path !== undefined);
  const rules = source === undefined ? undefined : rulesOf(walked.project.read(source) ?? '');
  if (!rules || rules.size === 0) return undefined;
  const named = (words as string[]).filter((word) => !word.includes('='));
  const recipes = recipesOf(rules, named.length > 0 ? named : [[...rules.keys()].find((name) => !name.startsWith('.'))!]);
  const outputs = recipes?.map((line) => outputsOf(line, folder));
  return outputs === undefined || outputs.includes(undefined) ? undefined : (outputs as string[][]).flat();
}

interface Rule {
  readonly needs: readonly string[];
  readonly recipe: readonly string[];
}

/** The rules of a Makefile with plain names; undefined for one that includes others, or has conditions or patterns. */
function rulesOf(text: string): Map<string, Rule> | undefined {
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
  if (lines.some((line) => /^\s*(?:-?include|ifeq|ifneq|ifdef|ifndef|define)\b|^[^\t#:=]*%[^=]*:/.test(line))) return undefined;
  const rules = new Map<string, Rule>();
  for (const [index, line] of lines.entries()) {
    const rule = /^([\w./ -]+?)\s*::?(?!=)\s*([^=#]*)(?:#.*)?$/.exec(line);
    if (!rule) continue;
    const end = lines.findIndex((other, at) => at > index && !/^(?:\t|\s*(?:#.*)?$)/.test(other));
    const recipe = lines.slice(index + 1, end < 0 ? undefined : end).filter((other) => other.startsWith('\t')).map((other) => other.trim().replace(/^[@+-]+\s*/, ''));
    for (const name of rule[1]!.split(/\s+/)) rules.set(name, { needs: rule[2]!.split(/\s+/).filter((need) => need !== ''), recipe });
  }
  return rules;
}

function recipesOf(rules: ReadonlyMap<string, Rule>, targets: readonly string[], seen: ReadonlySet<string> = new Set()): string[] | undefined {
  const lines: string[] = [];
  for (const target of targets) {
    const rule = rules.get(target);
    if (!rule || seen.has(target)) return undefined;
    const needed = recipesOf(rules, rule.needs, new Set([...seen, target]));
    if (!needed) return undefined;
    lines.push(...needed, ...rule.recipe);
  }
  return lines;
}

/** What one line of a recipe leaves; undefined when it is not known to only compile. */
function outputsOf(line: string, folder: string): string[] | undefined {
  const script = parseShell(line);
  if (script.errors.length > 0) return undefined;
  const found = script.parts.flatMap((part) => part.commands).map((command): string[] | undefined => {
    const words = command.words.map((word) => word.text);
    if (command.outputs.length > 0 || words.length === 0) return undefined;
    if (/^(?:echo|printf|true|mkdir|rm)$/.test(words[0]!)) return [];
    if (!goCommand.test(words[0]!)) return undefined;
    if (/^(?:mod|vet|fmt|test|version|env|clean)$/.test(words[1] ?? '')) return [];
    if (words[1] !== 'build') return undefined;
    const at = words.indexOf('-o');
    const output = at < 0 ? words.find((word) => word.startsWith('-o='))?.slice(3) : words[at + 1];
    return output === undefined || !/^[\w./-]+[\w-]$/.test(output) ? undefined : [inImage(folder, output)];
  });
  return found.includes(undefined) ? undefined : (found as string[][]).flat();
}
