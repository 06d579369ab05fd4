import type { ShellPart } from '../shell/parse.ts';
import type { ScriptArguments } from './script-arguments.ts';
import type { StartCommand } from './start.ts';

/**
 * Programs that prepare, wait or report, and are no service: commands of coreutils, findutils, grep, sed, procps and shadow that entry points
 * use.
 */
const helpers = new Set(
  'adduser addgroup awk basename cat chgrp chmod chown cp cut date dd df dirname du expr find fold grep groupadd groupmod head hostname id install kill ln logger ls mkdir mkfifo mktemp mv nproc pkill printenv ps readlink realpath rm rmdir sed seq sha256sum sleep sort stat stdbuf sync tail tee touch tr truncate tty uname uniq useradd usermod wc whoami xargs yes'.split(' '),
);

/** Whether a program, as written, is one that only prepares or waits. */
function isHelper(program: string): boolean {
  return helpers.has(program.replace(/^(?:\/usr)?\/s?bin\//, ''));
}

/**
 * The command that stays. What only prepares or waits (`sleep` at the end of a loop, `chown` under a test) stands beside it, as long as anything else is started.
 *
 * @param commands every command of the start, in order
 */
export function mainOf(commands: readonly StartCommand[]): StartCommand | undefined {
  const services = commands.filter((command) => !isHelper(command.program));
  const likely = services.length > 0 ? services : commands;
  return likely.filter((command) => command.certain).at(-1) ?? likely.at(-1);
}

const looksAtFirst = /\bcase[ \t]+["']?\$\{?1\b|\[[ \t]+["']?\$\{?1\b[^\]\n]*=|\[[ \t]+["']?\w+["']?[ \t]+==?[ \t]+["']?\$\{?1\b/;
/** What may end the script, or set what a later test looks at. */
const decides = new Set(['exit', 'return', 'break', 'export', 'eval', 'read', 'declare', 'local', 'readonly', 'shift', '.', 'source']);

/**
 * Whether a script may run something else than its arguments: it sets them anew (`set -- server "$@"`), or looks at the first one as a verb. A test of the first
 * one under which there are only preparations, and the arguments themselves (`exec gosu app "$0" "$@"`), takes nothing away from them. A loop over options
 * does not mean the command.
 *
 * @param builtin whether the shell provides a program itself
 */
export function mayReplaceArguments(parts: readonly ShellPart[], args: ScriptArguments, builtin: (name: string) => boolean): boolean {
  if (parts.some((part) => part.commands.some((command) => command.name === 'set' && command.words.some((word) => word.value === '--')))) return true;
  let under = false;
  return parts.some((part) => {
    // `[ "$1" = serve ] && exec app`: what follows `&&` stands under the test as well.
    under = (under && part.joinedBy === '&&') || looksAtFirst.test(part.text.replace(/\bwhile\b[^]*?\bdone\b/g, ''));
    return under && part.commands.some(({ name, words, start, assignments }) => {
      if (name === undefined) return assignments.length > 0 || words.length > 0;
      if (words.some((word) => args(word.text, start) !== undefined)) return !/^(?:exec|gosu|su-exec|chown|echo|printf)$/.test(name);
      return decides.has(name) || name === 'exec' || !(builtin(name) || isHelper(name));
    });
  });
}
