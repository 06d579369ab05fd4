import type { ShellCommand, ShellWord } from '../shell/parse.ts';

/** The words of a command, taken apart into options and operands. */
export interface Arguments {
  /** What is neither an option nor an option's value; undefined where a word is not literal. */
  readonly operands: readonly (string | undefined)[];
  /** The same as words of the command. */
  readonly operandWords: readonly ShellWord[];
  /** Options in their order, `-xzf` taken apart; `value` is null for one without a value, undefined for a value that is not literal. */
  readonly options: readonly { readonly name: string; readonly value: string | null | undefined; readonly word: ShellWord | undefined }[];
}

/**
 * Takes the words after a program's name apart.
 *
 * @param withValue options that have a value, in the next word or in their own (`-o x`, `-ox`, `--out x`, `--out=x`)
 * @param clusters false for programs whose long options have one dash (go, mvn, terraform): then `-mod=vendor` is one option
 */
export function readArguments(words: readonly ShellWord[], withValue: ReadonlySet<string>, clusters = true): Arguments {
  const operandWords: ShellWord[] = [];
  const options: { name: string; value: string | null | undefined; word: ShellWord | undefined }[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const text = word.value ?? word.text.replace(/^(["'])(.*)\1$/s, '$2');
    if (text === '--') {
      operandWords.push(...words.slice(at + 1));
      break;
    }
    if (!/^-./.test(text)) {
      operandWords.push(word);
      continue;
    }
    const inline = /^(--?[^=]+)=(.*)$/s.exec(text);
    const whole = inline && (text.startsWith('--') || !clusters) ? inline[1]! : text;
    const ownValue = whole === text ? undefined : word.value === undefined && /[$`]/.test(inline![2]!) ? { value: undefined } : { value: inline![2]! };
    if (ownValue) options.push({ name: whole, value: ownValue.value, word: undefined });
    else if (withValue.has(text)) {
      options.push({ name: text, value: words[at + 1]?.value, word: words[at + 1] });
      at += 1;
    } else if (clusters && /^-[^-]/.test(text) && text.length > 2) at += readCluster(text, word, words[at + 1], withValue, options);
    else options.push({ name: text, value: null, word: undefined });
  }
  return { operands: operandWords.map((word) => word.value), operandWords, options };
}

/** `-xzf name`, `-ofile`: one letter after the other, the first with a value takes the rest. Gives how many further words were used. */
function readCluster(text: string, word: ShellWord, next: ShellWord | undefined, withValue: ReadonlySet<string>, options: { name: string; value: string | null | undefined; word: ShellWord | undefined }[]): number {
  for (let at = 1; at < text.length; at += 1) {
    const name = `-${text[at]!}`;
    if (!withValue.has(name)) {
      options.push({ name, value: null, word: undefined });
      continue;
    }
    const rest = text.slice(at + 1);
    if (rest !== '') options.push({ name, value: word.value === undefined ? undefined : rest, word: undefined });
    else options.push({ name, value: next?.value, word: next });
    return rest === '' ? 1 : 0;
  }
  return 0;
}

/** Whether one of some options is given. */
export const hasOption = (read: Arguments, names: readonly string[]): boolean => read.options.some((option) => names.includes(option.name));

/** The value of the last of some options that is given; null when none is, undefined when its value is not literal. */
export function optionValue(read: Arguments, names: readonly string[]): string | null | undefined {
  const found = read.options.filter((option) => names.includes(option.name)).at(-1);
  return found === undefined ? null : found.value === null ? undefined : found.value;
}

/** Programs that run the command in their own arguments, with their options that have a value. Source: their manual pages. */
const wrappers: Readonly<Record<string, string>> = {
  sudo: '-u -g -U -C -h -p --user --group', doas: '-u', gosu: '', exec: '-a', command: '', nice: '-n --adjustment', ionice: '-c -n', time: '-f -o', env: '-u --unset -C --chdir', nohup: '', eatmydata: '', stdbuf: '-i -o -e',
  timeout: '-s -k --signal --kill-after', 'cross-env': '', 'dumb-init': '', unbuffer: '', chronic: '', builtin: '', travis_retry: '', retry: '', fakeroot: '', setarch: '', linux32: '', 'xvfb-run': '-s -n -e -f -w --server-args',
};
/** Wrappers whose first operand is not the command yet: a duration, a user, an architecture. */
const ownOperands: Readonly<Record<string, number>> = { timeout: 1, gosu: 1, setarch: 1 };

/** A command without `sudo`, `env A=b` and the like in front of it; the command itself when there are none. */
export function unwrapped(command: ShellCommand): ShellCommand {
  let words = command.words;
  for (;;) {
    const program = words[0]?.value?.replace(/^.*\//, '');
    const options = program !== undefined && Object.hasOwn(wrappers, program) ? wrappers[program]! : undefined;
    if (options === undefined) break;
    let at = 1;
    while (at < words.length) {
      const text = words[at]!.value ?? words[at]!.text;
      if (/^-./.test(text)) at += options.split(' ').includes(text) ? 2 : 1;
      else if (/^\w+=/.test(text)) at += 1;
      else break;
    }
    at += ownOperands[program!] ?? 0;
    if (at >= words.length) break;
    words = words.slice(at);
  }
  return words === command.words ? command : { ...command, words, name: words[0]!.value };
}
