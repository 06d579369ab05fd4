import { describe, expect, it } from 'vitest';
import { expandWord, globToRegExp } from '../../../src/dockerfile/words.ts';

const values: Record<string, string | null> = { foo: '/bar', empty: '', version: '1.22.3', path: '/a/b/c.txt', unknown: null };
const expand = (word: string, escape: '\\' | '`' = '\\'): string | undefined => expandWord(word, (name) => values[name], escape);

describe('expandWord', () => {
  // The table of Docker's reference, "Environment replacement", and its operators.
  it.each([
    ['$foo', '/bar'],
    ['${foo}', '/bar'],
    ['a${foo}b', 'a/barb'],
    ['$foo/$version', '/bar/1.22.3'],
    ['$foo_x', ''],
    ['\\$foo', '$foo'],
    ['\\${foo}', '${foo}'],
    ['$unset', ''],
    ['${unset}', ''],
    ['${unset:-word}', 'word'],
    ['${unset-word}', 'word'],
    ['${empty:-word}', 'word'],
    ['${empty-word}', ''],
    ['${foo:-word}', '/bar'],
    ['${foo:+word}', 'word'],
    ['${empty:+word}', ''],
    ['${empty+word}', 'word'],
    ['${unset:+word}', ''],
    ['${unset:-${foo}}', '/bar'],
    ['${unset:-${other:-x}}', 'x'],
    ['${version%.*}', '1.22'],
    ['${version%%.*}', '1'],
    ['${version#*.}', '22.3'],
    ['${version##*.}', '3'],
    ['${path#/?/}', 'b/c.txt'],
    ['${version/./-}', '1-22.3'],
    ['${version//./-}', '1-22-3'],
    ['${path//[ab]/x}', '/x/x/c.txt'],
    ["'$foo'", '$foo'],
    ['"$foo"', '/bar'],
    ['"a b"', 'a b'],
    ['"a\\"b"', 'a"b'],
    ['"\\$foo"', '$foo'],
    ['"a\\b"', 'a\\b'],
    ['a\\ b', 'a b'],
    ['it\'s\'', 'its'],
    ['cost: $', 'cost: $'],
    ['"unclosed', 'unclosed'],
    ['', ''],
  ])('%s is %j', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  it.each(['$unknown', 'a${unknown}b', '${unknown:-word}', '"$unknown"', '${unset:?must be set}', '${foo!x}', '${}'])('%s cannot be known', (word) => {
    expect(expand(word)).toBeUndefined();
  });

  it('takes the backtick for the escape where the file says so', () => {
    expect(expand('`$foo\\x', '`')).toBe('$foo\\x');
  });

  it('gives up on operands nested thousandfold', () => {
    expect(expand('${unset:-'.repeat(10_000))).toBeUndefined();
  });

  it('does not read a replacement as a pattern', () => {
    expect(expandWord('${a/x/$&}', (name) => (name === 'a' ? 'axb' : undefined))).toBe('a$&b');
  });
});

describe('globToRegExp', () => {
  const matches = (glob: string, text: string): boolean => new RegExp(`^(?:${globToRegExp(glob, false)})$`).test(text);

  it.each([
    ['*.txt', 'a.txt', true],
    ['*.txt', 'a/b.txt', false],
    ['*.txt', 'atxt', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[ab].go', 'b.go', true],
    ['[!ab].go', 'b.go', false],
    ['[^ab].go', 'c.go', true],
    ['a+b(c)', 'a+b(c)', true],
    ['package*.json', 'package-lock.json', true],
  ])('%s against %s: %s', (glob, text, expected) => {
    expect(matches(glob, text)).toBe(expected);
  });
});
