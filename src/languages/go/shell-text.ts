import { parseShell } from '../../shell/parse.ts';
import { shellBuiltins } from '../../walk/start.ts';
import type { Call, Lexed } from './lexer.ts';
import type { Constants } from './paths.ts';

const shells = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a|z)?sh$/;

/** Programs that only start another one. */
const wrappers = /^(?:exec|command|sudo|nohup|env|nice|time|timeout|setsid|xargs|stdbuf)$/;

/** What a shell that is started with `-c` runs in turn. */
export interface ShellText {
  /** The programs of the text, as far as it stands in the sources. */
  readonly programs: readonly string[];
  /** True when the text, or the name of a program in it, is made at run time. */
  readonly open: boolean;
}

/**
 * Reads `exec.Command("sh", "-c", "git pull && ssh host")`.
 *
 * @returns undefined for a call that gives no text to a shell
 */
export function shellTextOf({ code, strings }: Lexed, call: Call, constants: Constants): ShellText | undefined {
  if (!/^exec\.Command(?:Context)?$/.test(call.name)) return undefined;
  const args = call.name.endsWith('Context') ? call.args.slice(1) : call.args;
  const valueOf = ([from, to]: readonly [number, number]): string | undefined => {
    const expression = code.slice(from, to).trim();
    if (!/^(?:"[^"]*"|`[^`]*`)$/.test(expression)) return constants.get(expression);
    return strings.find((literal) => literal.start >= from && literal.start < to)?.value;
  };
  const [shell, flag, text] = args;
  if (!shell || !flag || !shells.test(valueOf(shell) ?? '') || !/^-\w*c$/.test(valueOf(flag) ?? '')) return undefined;
  const value = text && valueOf(text);
  if (value !== undefined) return programsOfText(value);
  // `"git pull " + branch`: what it begins with is known, what it goes on with may be anything.
  const first = text && strings.find((literal) => literal.start === text[0] + (/^\s*/.exec(code.slice(...text))?.[0].length ?? 0));
  return { programs: first ? programsOfText(first.value).programs : [], open: true };
}

/** The programs that a shell text starts. */
function programsOfText(text: string): ShellText {
  const { parts, functions, errors } = parseShell(text);
  const programs = new Set<string>();
  let open = errors.length > 0;
  for (const { words, name } of parts.flatMap((part) => part.commands)) {
    if (words.length === 0) continue;
    const values = words.map((word) => word.value);
    // Past other programs that only start one, with their options.
    const started = wrappers.test(name ?? '') ? values.find((value) => value === undefined || !(wrappers.test(value) || /^[-\d]|=/.test(value))) ?? name : name;
    for (const program of name === started || name === undefined ? [started] : [name, started]) {
      if (program === undefined || program === 'eval') open = true;
      else if (!shellBuiltins.has(program) && !functions.includes(program) && program !== '') programs.add(program);
    }
  }
  return { programs: [...programs], open };
}
