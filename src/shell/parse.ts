import { forEachChild, parse as parseBash, type SyntaxNode } from 'unbash';
import type { Command, Redirected, Redirection, Statement, Word } from 'unbash';

/** A word of a command. `value` is undefined when it depends on a variable or a substitution. */
export interface ShellWord {
  readonly text: string;
  readonly value: string | undefined;
  /** The words that an unquoted variable with a list stands for (`$buildDeps`), where they are known. */
  readonly list?: readonly string[] | undefined;
  readonly start: number;
  readonly end: number;
}

/** One simple command, wherever it stands (in a pipe, a loop, a substitution). */
export interface ShellCommand {
  /** Program name as written; undefined for bare assignments or a name that is not literal. */
  readonly name: string | undefined;
  /** The name and the arguments. */
  readonly words: readonly ShellWord[];
  readonly assignments: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Files written through `>`, `>>`, `&>`. */
  readonly outputs: readonly (string | undefined)[];
  /** The same as words. */
  readonly redirects: readonly ShellWord[];
  readonly start: number;
  readonly end: number;
}

/** What stands between two top-level separators: a command, a pipeline, a loop … */
export interface ShellPart {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** How it is joined to the part before: `&&` or `;` (also a line end), undefined for the first. */
  readonly joinedBy: '&&' | ';' | undefined;
  /** The command itself when the part is one simple command without pipes or redirections of others. */
  readonly simple: ShellCommand | undefined;
  /** All simple commands within, in source order. */
  readonly commands: readonly ShellCommand[];
}

export interface ShellScript {
  readonly shebang: string | undefined;
  readonly parts: readonly ShellPart[];
  /** Variables that the script reads. */
  readonly variables: readonly string[];
  /** Functions that it defines: calling one starts no program. */
  readonly functions: readonly string[];
  readonly errors: readonly string[];
}

/** Parses shell text into its top-level parts. Never throws; `errors` is not empty when the text is not valid shell. */
export function parseShell(text: string): ShellScript {
  try {
    if (nesting(text) > deepest) throw new RangeError(`brackets are nested more than ${deepest} deep`);
    return read(text);
  } catch (error) {
    return { shebang: undefined, parts: [unreadable(text)], variables: [], functions: [], errors: [error instanceof Error ? error.message : String(error)] };
  }
}

/** The parser is recursive, and how deep it gets before the stack ends depends on what ran before it. No script of a Dockerfile comes near this. */
const deepest = 500;

/** How deep brackets are nested, quotes and comments not looked at. */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  for (const [bracket] of text.matchAll(/[(){}]/g)) {
    depth = bracket === '(' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    most = Math.max(most, depth);
  }
  return most;
}

/** A part of which nothing is known. */
function unreadable(text: string): ShellPart {
  const place = { start: 0, end: text.length };
  const command: ShellCommand = { name: undefined, words: [{ text, value: undefined, ...place }], assignments: [], outputs: [], redirects: [], ...place };
  return { text, ...place, joinedBy: undefined, simple: undefined, commands: [command] };
}

function read(text: string): ShellScript {
  const script = parseBash(text);
  const parts: ShellPart[] = [];
  for (const statement of script.commands) parts.push(...partsOf(statement, text, parts.length > 0));
  return {
    shebang: script.shebang,
    parts,
    variables: variablesOf(script),
    functions: functionsOf(script),
    errors: (script.errors ?? []).map((error) => error.message),
  };
}

function partsOf(statement: Statement, text: string, follows: boolean): ShellPart[] {
  const node = statement.command;
  const first = follows ? (';' as const) : undefined;
  if (node.type !== 'AndOr' || statement.background) return [toPart([node], statement.pos, statement.end, first, text, statement.background === true)];
  // `a || b && c` is `(a || b) && c`: everything up to the last `||` stays in one part.
  const lastOr = node.operators.lastIndexOf('||');
  const groups = lastOr < 0 ? [[node.commands[0]!]] : [node.commands.slice(0, lastOr + 2)];
  for (const command of node.commands.slice(lastOr < 0 ? 1 : lastOr + 2)) groups.push([command]);
  return groups.map((group, index) => toPart(group, group[0]!.pos, group.at(-1)!.end, index === 0 ? first : '&&', text, false));
}

function toPart(nodes: readonly SyntaxNode[], start: number, end: number, joinedBy: '&&' | ';' | undefined, text: string, background: boolean): ShellPart {
  const commands: ShellCommand[] = [];
  for (const node of nodes) collect(node, commands);
  commands.sort((a, b) => a.start - b.start);
  const only = nodes.length === 1 && nodes[0]!.type === 'Command' && !background ? commands.find((command) => command.start === nodes[0]!.pos) : undefined;
  return { text: text.slice(start, end), start, end, joinedBy, simple: only, commands };
}

function collect(node: SyntaxNode, into: ShellCommand[]): void {
  if (node.type === 'Command') into.push(toCommand(node));
  // `{ …; } > file`: the group writes it, whatever its commands do.
  if (node.type === 'Redirected') into.push(redirectsOfGroup(node));
  forEachChild(node, (child) => collect(child, into));
}

function redirectsOfGroup({ redirects, end }: Redirected): ShellCommand {
  const targets = targetsOf(redirects);
  return { name: undefined, words: [], assignments: [], outputs: targets.map((word) => word.value), redirects: targets, start: end, end };
}

/** The files that redirections write. */
const targetsOf = (redirects: readonly Redirection[]): ShellWord[] => redirects.flatMap((redirect) => (redirect.type === 'Redirect' && redirect.operator.includes('>') && redirect.target && !isDuplicate(redirect.operator, redirect.target.text) ? [toWord(redirect.target)] : []));

function toCommand(command: Command): ShellCommand {
  const words = [...(command.name ? [command.name] : []), ...command.args.filter((arg): arg is Word => arg.type === 'Word')].map(toWord);
  const redirects = targetsOf(command.redirects);
  // `make X=1`: an argument that looks like an assignment is a word to the program.
  const assignmentArguments = command.args.filter((arg) => arg.type === 'Assignment').map((arg) => ({ text: arg.text, value: /[$`]/.test(arg.text) ? undefined : unquote(arg.text), start: arg.pos, end: arg.end }));
  return {
    name: words[0] && command.name ? words[0].value : undefined,
    words: [...words, ...assignmentArguments].sort((a, b) => a.start - b.start),
    assignments: command.prefix.flatMap((item) => (item.type === 'Assignment' ? [{ name: item.name, value: item.value.type === 'Word' ? toWord(item.value).value : undefined }] : [])),
    outputs: redirects.map((word) => word.value),
    redirects,
    start: command.pos,
    end: command.end,
  };
}

/** `2>&1` and `>&-` name a descriptor; `>&file` and `&>file` a file. */
const isDuplicate = (operator: string, target: string): boolean => operator.endsWith('&') && /^(?:\d+-?|-)$/.test(target);

const unquote = (text: string): string => text.replace(/(["'])(.*?)\1/g, '$2');

function toWord(word: Word): ShellWord {
  const dynamic = (word.parts ?? []).some(isDynamic);
  return { text: word.text, value: dynamic ? undefined : word.value, start: word.pos, end: word.end };
}

function isDynamic(part: { readonly type: string; readonly parts?: readonly { readonly type: string }[] | undefined }): boolean {
  if (/Expansion|Substitution/.test(part.type)) return true;
  return (part.parts ?? []).some(isDynamic);
}

function variablesOf(script: SyntaxNode): string[] {
  const names = new Set<string>();
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'SimpleExpansion') names.add(node.text.replace(/^\$/, ''));
    if (node.type === 'ParameterExpansion') names.add(node.parameter);
    forEachChild(node, visit);
  };
  visit(script);
  return [...names];
}

function functionsOf(script: SyntaxNode): string[] {
  const names: string[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Function') names.push(node.name.value);
    forEachChild(node, visit);
  };
  visit(script);
  return names;
}
