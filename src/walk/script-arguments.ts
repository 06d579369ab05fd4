import type { ShellScript } from '../shell/parse.ts';

type Words = readonly (string | undefined)[];

/** The arguments that a word of a script's command stands for: `"$@"`, `$*`, or a variable that holds them. Undefined for any other word. */
export type ScriptArguments = (word: string, offset: number) => Words | undefined;

/**
 * Follows the arguments through a script: `shift` takes the first ones away, `--` ends a script's own options where it looks for it, and
 * `cmd="$@"` or `cmd=("$@")` keeps them in a variable.
 */
export function scriptArguments(script: ShellScript, text: string, args: Words): ScriptArguments {
  const end = args.indexOf('--');
  // A script that takes options in a loop ends them at `--`; what follows it is the command.
  const ownOptions = end >= 0 && /(?:^|[\s"'|(])--["']?(?:\s*\)|\s*\]|\s*$)/m.test(text);
  const shifts = script.parts.flatMap((part) => (part.simple?.name === 'shift' ? [{ offset: part.start, by: Number(part.simple.words[1]?.value ?? 1) || 1 }] : []));
  const at = (offset: number): Words => args.slice(ownOptions ? end + 1 : shifts.reduce((sum, shift) => (shift.offset < offset ? sum + shift.by : sum), 0));
  const kept = new Map(Array.from(text.matchAll(/(?:^|[\s;&)])(\w+)=\(?["']?\$(?:[@*]|\{[@*]\})["']?\)?(?=[ \t]*(?:$|[;#&]))/gm), (match) => [match[1]!, match.index]));
  return (word, offset) => {
    const bare = word.replace(/^"(.*)"$/s, '$1');
    if (/^\$(?:[@*]|\{[@*]\})$/.test(bare)) return at(offset);
    const name = /^\$(?:(\w+)|\{(\w+)(?:\[[@*]\])?\})$/.exec(bare);
    const keptAt = kept.get(name?.[1] ?? name?.[2] ?? '');
    return keptAt === undefined ? undefined : at(keptAt);
  };
}
