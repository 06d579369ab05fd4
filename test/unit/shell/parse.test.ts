import { describe, expect, it } from 'vitest';
import { parseShell } from '../../../src/shell/parse.ts';

const parts = (text: string): string[] => parseShell(text).parts.map((part) => part.text);
const words = (text: string): (string | undefined)[] => parseShell(text).parts[0]!.simple!.words.map((word) => word.value);

describe('parts', () => {
  it.each([
    ['a && b; c', ['a', 'b', 'c']],
    ['a | b && c', ['a | b', 'c']],
    ['a || b && c', ['a || b', 'c']],
    ['a && b || c', ['a && b || c']],
    ['a && (b && c)', ['a', '(b && c)']],
    ['if x; then y; fi && z', ['if x; then y; fi', 'z']],
    ['a\nb', ['a', 'b']],
    ['a \\\n  && b', ['a', 'b']],
    ['a & b', ['a &', 'b']],
    ['for i in 1 2; do a; b; done; c', ['for i in 1 2; do a; b; done', 'c']],
  ])('of %j', (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it('says how each is joined to the one before', () => {
    expect(parseShell('a && b; c').parts.map((part) => part.joinedBy)).toEqual([undefined, '&&', ';']);
  });

  it('gives offsets in the text', () => {
    const text = 'cd /x &&  make  -j2';
    const { start, end } = parseShell(text).parts[1]!;
    expect(text.slice(start, end)).toBe('make  -j2');
  });

  it('calls only a lone command simple', () => {
    expect(parseShell('a; a | b; (a); ! a').parts.map((part) => part.simple !== undefined)).toEqual([true, false, false, false]);
  });

  it('finds the commands within loops, pipes and substitutions', () => {
    expect(parseShell('for f in $(ls); do cat "$f" | wc -l; done').parts[0]!.commands.map((command) => command.name)).toEqual(['ls', 'cat', 'wc']);
  });
});

describe('words', () => {
  it.each([
    ['echo "a b" c\\ d \'e\'', ['echo', 'a b', 'c d', 'e']],
    ['echo $a "x$b" $(c) `d` ${e}', ['echo', undefined, undefined, undefined, undefined, undefined]],
    ["echo '$a'", ['echo', '$a']],
    ['make A=1 B="two words"', ['make', 'A=1', 'B=two words']],
    ['echo "\\$a"', ['echo', '$a']],
  ])('of %s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('keeps assignments in front apart', () => {
    expect(parseShell('A=1 B=$c go build').parts[0]!.simple).toMatchObject({ name: 'go', assignments: [{ name: 'A', value: '1' }, { name: 'B', value: undefined }] });
  });

  it('has no name for a program from a variable', () => {
    expect(parseShell('$X y').parts[0]!.simple!.name).toBeUndefined();
  });
});

describe('outputs', () => {
  it.each([
    ['a > b', ['b']],
    ['a >> b', ['b']],
    ['a &> b', ['b']],
    ['a >| b', ['b']],
    ['a > $b', [undefined]],
    ['a < b', []],
    ['a 2>&1', []],
    ['a >&-', []],
    ['a >&b', ['b']],
    ['a 2> b', ['b']],
  ])('of %s', (text, expected) => {
    expect(parseShell(text).parts[0]!.simple!.outputs).toEqual(expected);
  });
});

describe('parseShell', () => {
  it('lists the variables that are read', () => {
    expect(parseShell('echo $A "${B:-x}"; C=1').variables).toEqual(['A', 'B']);
  });

  it('reads the shebang', () => {
    expect(parseShell('#!/bin/bash -e\na\n').shebang).toBe('#!/bin/bash -e');
  });

  it('leaves comments out', () => {
    expect(parts('# a\nb # c\n')).toEqual(['b']);
  });

  it.each(['if x', 'a && ', '(', 'a "b', 'a )', 'case x in'])('has errors for %j', (text) => {
    expect(parseShell(text).errors.length).toBeGreaterThan(0);
  });

  it('knows nothing of brackets nested thousandfold', () => {
    const script = parseShell('$('.repeat(20_000));
    expect(script.errors).not.toEqual([]);
    expect(script.parts.every((part) => part.simple === undefined)).toBe(true);
  });

  it('has nothing to say of an empty text', () => {
    expect(parseShell('')).toEqual({ shebang: undefined, parts: [], variables: [], functions: [], errors: [] });
  });
});
