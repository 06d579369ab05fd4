import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/dockerfile/parse.ts';
import { withState } from '../../src/plan/run-state.ts';
import { runText } from '../../src/plan/run-text.ts';
import { packageEdits } from '../../src/plan/run-words.ts';
import { parseShell, type ShellPart } from '../../src/shell/parse.ts';
import { unknownProject } from '../../src/project/project.ts';
import { walk } from '../../src/walk/walk.ts';
import './generators.ts';

/** One part as a user writes it. `{n}` in a comment makes it one of a kind. */
interface Written {
  readonly comments: readonly string[];
  readonly blank: boolean;
  /** Words on lines: those of a package list may have comments of their own. */
  readonly lines: readonly (readonly string[])[];
}

const plainPart = fc.constantFrom(['make', 'install'], ['cd', '/src'], ['cd', 'sub'], ['set', '-eux'], ['export', 'A=1'], ['B="x y"'], ['useradd', '-m', 'app'], ['rm', '-rf', '/tmp/*'], ['(', 'cd', 'x', ';', 'y', ')'], ['a', '||', 'b'], ['curl', "'https://x/$y'", '|', 'tar', 'xz'], ['if', '[ -f x ];', 'then', 'y;', 'fi'], ['echo', '"# no comment"'], ['sleep', '1', '&']);
const packageNames = ['gcc', 'curl', 'git', 'libpq-dev', 'make'] as const;
const packageList = fc.record({ names: fc.uniqueArray(fc.constantFrom(...packageNames), { minLength: 1 }), perLine: fc.boolean() }).map(({ names, perLine }) => [['apt-get', 'install', '-y'], ...(perLine ? names.map((name) => [name]) : [[...names]])]);
const written: fc.Arbitrary<Written> = fc.record({
  comments: fc.array(fc.constantFrom('why', 'a && b', 'ends with \\', 'quote "'), { maxLength: 2 }),
  blank: fc.boolean(),
  lines: fc.oneof(plainPart.map((words) => [words]), packageList),
});

const layout = fc.record({ leading: fc.boolean(), operator: fc.constantFrom('&&', ';'), oneLine: fc.boolean(), escape: fc.constantFrom('\\', '`'), eol: fc.constantFrom('\n', '\r\n'), tight: fc.boolean(), ownLine: fc.boolean(), flags: fc.constantFrom('', ' --mount=type=cache,target=/x', ' --network=none') });

/** A RUN of such parts, with the comments above each of them, all different. */
function print(parts: readonly Written[], style: typeof layout extends fc.Arbitrary<infer T> ? T : never): { text: string; comments: string[][] } {
  const next = `${style.tight ? '' : ' '}${style.escape}${style.eol}`;
  const comments: string[][] = [];
  let text = `RUN${style.flags}`;
  parts.forEach((part, index) => {
    const own = style.oneLine ? [] : part.comments.map((comment, at) => `# ${index}.${at} ${comment}`);
    comments.push(own);
    const background = index > 0 && parts[index - 1]!.lines[0]!.at(-1) === '&';
    const operator = background ? '' : index === 0 ? '' : style.operator;
    const lines = own.map((comment) => `    ${comment}${style.eol}`).join('') + (part.blank && own.length > 0 ? style.eol : '');
    if (index === 0) text += own.length > 0 || style.ownLine ? ` ${style.escape}${style.eol}${lines}    ` : ' ';
    else if (style.oneLine) text += ` ${operator} `;
    else if (style.leading && operator !== ';') text += `${next}${lines}    ${operator} `;
    else text += `${operator === '' ? '' : ` ${operator}`}${next}${lines}    `;
    text += part.lines.map((words) => words.join(' ')).join(style.oneLine ? ' ' : `${next}        `);
  });
  return { text, comments };
}

const wordsOf = (part: ShellPart): string[] => part.commands.flatMap((command) => command.words.map((word) => word.text.replace(/\\\n/g, '')));
const commentLines = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => /^# \d/.test(line));

describe('a RUN with some of its parts', () => {
  it('reads as exactly those parts, with their comments', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(written, fc.boolean()), { minLength: 1, maxLength: 6 }), layout, fc.subarray([...packageNames]), (list, style, removed) => {
        const { text, comments } = print(list.map(([part]) => part), style);
        const file = parse(`${style.escape === '`' ? '# escape=`\n' : ''}FROM a\n${text}\nCMD x\n`);
        const step = walk(file, unknownProject).steps[0]!;
        const run = step.run!;
        fc.pre(file.problems.length === 0 && run.splittable && run.parts.length === list.length);
        const chosen = run.parts.filter((_, index) => list[index]![1]);
        const parts = withState(run, chosen);
        fc.pre(parts.length > 0);
        const instead = (name: string): readonly string[] | undefined => (removed.includes(name as never) ? (name === 'libpq-dev' ? ['libpq5'] : []) : (packageNames as readonly string[]).includes(name) ? [name] : undefined);
        const installs = (part: ShellPart): boolean => part.text.startsWith('apt-get');
        const edits = new Map(parts.filter(installs).map((part) => [part, packageEdits(part, instead)] as const));
        const out = runText(step.instruction, run, { parts, edits }, file.escape);

        const again = parse(`${style.escape === '`' ? '# escape=`\n' : ''}FROM a\n${out}\nCMD x\n`);
        expect(again.problems).toEqual([]);
        expect(again.stages[0]!.instructions.map((instruction) => instruction.keyword)).toEqual(['RUN', 'CMD']);
        const [instruction] = again.stages[0]!.instructions;
        expect(instruction!.flags).toEqual(step.instruction.flags);
        const script = parseShell(instruction!.shellText);
        expect(script.errors).toEqual([]);
        expect(script.parts.map(wordsOf)).toEqual(parts.map((part) => wordsOf(part).flatMap((word) => (installs(part) ? (instead(word) ?? [word]) : [word]))));
        expect(out).not.toMatch(/(?:&&|;|\\|`)\s*$/);
        const expected = parts.flatMap((part) => comments[run.parts.indexOf(part)]!);
        expect(commentLines(out)).toEqual(expect.arrayContaining(expected));
        const left = chosen.length === parts.length ? run.parts.filter((part) => !parts.includes(part) && part.effect.kind !== 'shell').flatMap((part) => comments[run.parts.indexOf(part)]!) : [];
        expect(left.filter((comment) => commentLines(out).includes(comment))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
