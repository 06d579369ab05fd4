import { layered } from '../dockerfile/variables.ts';
import { dirname, inImage } from '../project/project.ts';
import type { ShellCommand, ShellWord } from '../shell/parse.ts';
import { hasOption, optionValue, readArguments, unwrapped, type Arguments } from './arguments.ts';
import data from './data/products.json' with { type: 'json' };

interface Rule {
  /** First operands, alternatives separated by `|`. */
  readonly verb?: string;
  /** Operands of which one must be there, wherever it stands (Maven's goals). */
  readonly goal?: string;
  readonly has?: string;
  readonly lacks?: string;
  /** Variables that must be set, or with `!` must not. */
  readonly env?: string;
  readonly makes: readonly string[];
}

interface Program {
  readonly values?: string;
  readonly oneDash?: boolean;
  /** The folder in which the program works when an option says so. */
  readonly in?: string;
  readonly rules?: readonly Rule[];
  /** Another program with the same options. */
  readonly same?: string;
}

type Variables = ReadonlyMap<string, string | null>;

const programs = data.programs as Readonly<Record<string, Program>>;

/** Programs that run another one of the project: the words after them are its command line. */
const runners = /^(?:npx|pnpx|bunx)$/;
const runnerVerbs: Readonly<Record<string, RegExp>> = { npm: /^(?:exec|x)$/, pnpm: /^(?:exec|x|dlx)$/, yarn: /^(?:exec|dlx|run)$/, bun: /^x$/, bundle: /^exec$/, poetry: /^run$/, uv: /^run$/, pipenv: /^run$/, pdm: /^run$/ };

/**
 * The files and folders that a build or install command is known to make.
 *
 * @param command one simple command, variables of the Dockerfile replaced where they are known
 * @param cwd the folder in which it runs, absolute; undefined when not known
 * @param env variables in force; null is set to something unknown
 * @returns absolute paths; [] when none is known, which does not mean that nothing is made
 */
export function productsOf(command: ShellCommand, cwd: string | undefined, env: Variables): readonly string[] {
  const variables = layered(new Map([...command.assignments.map(({ name, value }) => [name, value ?? null] as const), ...assignmentsBefore(command)]), env);
  const words = toolWords(unwrapped(command).words);
  const name = words[0]?.value?.replace(/^.*\//, '');
  if (name === undefined) return [];
  const found = programOf(name);
  if (!found) return [];
  const read = readArguments(words.slice(1), new Set((found.values ?? '').split(' ').filter(Boolean)), found.oneDash !== true);
  const folder = folderOf(found, read, cwd, variables);
  return [...new Set((found.rules ?? []).flatMap((rule) => applied(rule, read, folder, variables)))];
}

/** `env A=b program`: the variables in front of the program. */
function assignmentsBefore(command: ShellCommand): [string, string | null][] {
  const before = command.words.slice(0, command.words.length - unwrapped(command).words.length);
  return before.flatMap((word): [string, string | null][] => {
    const match = /^(\w+)=(.*)$/s.exec(word.value ?? word.text);
    return match ? [[match[1]!, word.value === undefined ? null : match[2]!]] : [];
  });
}

function programOf(name: string): Program | undefined {
  const plain = /^pip[\d.]+$/.test(name) ? 'pip' : /^virtualenv-[\d.]+$/.test(name) ? 'virtualenv' : name;
  const found = Object.hasOwn(programs, plain) ? programs[plain] : undefined;
  return found?.same === undefined ? found : { ...programs[found.same]!, ...found };
}

/** The command line of the tool that is meant: `python -m venv x` is `venv x`, `npx tsc` is `tsc`, `java -jar` stays. */
function toolWords(words: readonly ShellWord[]): readonly ShellWord[] {
  const name = words[0]?.value?.replace(/^.*\//, '') ?? '';
  if (/^(?:python|pypy)[\d.]*$/.test(name)) {
    const at = words.findIndex((word, index) => index > 0 && word.value === '-m');
    return at > 0 && words.slice(1, at).every((word) => word.text.startsWith('-')) ? toolWords(words.slice(at + 1)) : words;
  }
  const verb = Object.hasOwn(runnerVerbs, name) ? runnerVerbs[name]! : undefined;
  const second = words[1]?.value ?? '';
  if (runners.test(name) || (verb !== undefined && (verb.test(second) || (name === 'yarn' && programOf(second) !== undefined && second !== 'yarn')))) {
    const rest = words.slice(runners.test(name) || !verb!.test(second) ? 1 : 2);
    const first = rest.findIndex((word) => !word.text.startsWith('-'));
    return first < 0 ? words : toolWords(rest.slice(first));
  }
  return words;
}

function folderOf(found: Program, read: Arguments, cwd: string | undefined, env: Variables): string | undefined {
  if (found.in === undefined) return cwd;
  const parent = found.in.startsWith('dirname ');
  const [given] = filled(found.in.replace(/^dirname /, ''), read, [], env);
  if (given === undefined) return found.in.match(/--?[\w-]+/g)!.some((option) => hasOption(read, [option])) ? undefined : cwd;
  // `-f pom.xml` names a file, `-f folder` its folder.
  const path = parent && /\.\w+$/.test(given) ? dirname(given) || (given.startsWith('/') ? '/' : '.') : given;
  return absolute(path, cwd);
}

function applied(rule: Rule, read: Arguments, cwd: string | undefined, env: Variables): string[] {
  const after = afterVerb(rule, read);
  if (after === undefined) return [];
  if (rule.has !== undefined && !hasOption(read, rule.has.split(' '))) return [];
  if (rule.lacks !== undefined && hasOption(read, rule.lacks.split(' '))) return [];
  const conditions = (rule.env ?? '').split(' ').filter(Boolean);
  if (!conditions.every((name) => (name.startsWith('!') ? !env.has(name.slice(1)) : isSet(env.get(name))))) return [];
  return rule.makes.flatMap((pattern) => filled(pattern, read, after, env)).flatMap((path) => absolute(path, cwd) ?? []);
}

/** Source: the tools take 1, true, yes for a switch. */
const isSet = (value: string | null | undefined): boolean => typeof value === 'string' && !/^(?:|0|false|no|off)$/i.test(value);

/** The operands after the verb; undefined when the rule is about another one. */
function afterVerb(rule: Rule, read: Arguments): readonly (string | undefined)[] | undefined {
  const { operands } = read;
  if (rule.goal !== undefined) return operands.some((word) => word !== undefined && rule.goal!.split('|').includes(word.replace(/^:/, ''))) ? operands : undefined;
  if (rule.verb === undefined) return operands;
  for (const verb of rule.verb.split('|')) {
    const words = verb === '' ? [] : verb.split(' ');
    if (verb === '' ? operands.length === 0 : words.every((word, at) => operands[at] === word)) return operands.slice(words.length);
  }
  return undefined;
}

/** A path with its placeholders replaced; [] when one of them has no value. */
function filled(pattern: string, read: Arguments, operands: readonly (string | undefined)[], env: Variables): string[] {
  const placeholder = /\{([^}]*)\}/.exec(pattern);
  if (!placeholder) return [pattern];
  const before = pattern.slice(0, placeholder.index);
  const after = pattern.slice(placeholder.index + placeholder[0].length);
  if (placeholder[1] === '*') return operands.flatMap((word) => (word === undefined ? [] : filled(before + word + after, read, operands, env)));
  const value = firstOf(placeholder[1]!.split('|'), read, operands, env);
  return value === undefined || value === '' ? [] : filled(before + value + after, read, operands, env);
}

/** The first alternative that is given; undefined when none is, or when its value is not known. */
function firstOf(alternatives: readonly string[], read: Arguments, operands: readonly (string | undefined)[], env: Variables): string | undefined {
  for (const item of alternatives) {
    if (/^-\d+$/.test(item)) return operands.at(Number(item));
    if (/^\d+$/.test(item)) {
      if (operands.length >= Number(item)) return operands[Number(item) - 1];
    } else if (item.startsWith('-')) {
      if (hasOption(read, [item])) return optionValue(read, [item]) ?? undefined;
    } else if (item.startsWith('$')) {
      const [, name, rest] = /^\$(\w+)(.*)$/.exec(item)!;
      if (env.has(name!)) return env.get(name!) === null ? undefined : env.get(name!)!.split(name === 'GOPATH' ? ':' : '\0')[0]! + rest!;
    } else if (item.endsWith('=')) {
      const word = operands.find((operand) => operand?.startsWith(item));
      if (word !== undefined) return word.slice(item.length);
    } else return item;
  }
  return undefined;
}

function absolute(path: string, cwd: string | undefined): string | undefined {
  if (/[$`*?~]/.test(path)) return undefined;
  return path.startsWith('/') ? inImage('/', path) : cwd === undefined ? undefined : inImage(cwd, path);
}
