import type { ShellPart } from '../shell/parse.ts';
import { resolvePath } from './paths.ts';

/**
 * The folder in which each command of a part runs. In a group (`( … )`, `{ … }`) a `cd` holds for what follows; elsewhere, in a branch say,
 * it is not known whether it did.
 *
 * @returns one entry for each command; undefined where the folder is not known
 */
export function foldersOf(part: Pick<ShellPart, 'commands' | 'text'>, cwd: string | undefined, home?: string): (string | undefined)[] {
  const grouped = /^\s*[({]/.test(part.text);
  let folder = cwd;
  return part.commands.map((command) => {
    const here = folder;
    if (command.name === 'cd' && part.commands.length > 1) folder = grouped ? resolvePath(command.words[1]?.value, { cwd: here, home }) : undefined;
    return here;
  });
}
