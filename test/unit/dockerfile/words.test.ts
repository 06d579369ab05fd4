import { describe, expect, it } from 'vitest';
import { expandWord } from '../../../src/dockerfile/words.ts';

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
    ['${path//[ab]/x}', '/a/b/c.txt'],
    ['${path//b/\\/}', '/a/\\//c.txt'],
    ['${path%/*}', '/a/b'],
    ['${path%%/*}', ''],
    ['${path##*/}', 'c.txt'],
    ['${path#*/}', 'a/b/c.txt'],
    ['${path%\\*}', '/a/b/c.txt'],
    ['${path//*/x}', 'x'],
    ['${version/\\./-}${1}', undefined],
    ['${unset:-"a}b"}', 'a}b'],
    ['${unset:-\\}}', '}'],
    ['${unset:-${unset:-"${foo}"}/x}', '/bar/x'],
    ['$1x', 'x'],
    ['$@$?', ''],
    ['a < b << c', 'a < b << c'],
    ['"a\\', undefined],
    ['a\\', 'a'],
    ["'$foo'", '$foo'],
    ['"$foo"', '/bar'],
    ['"a b"', 'a b'],
    ['"a\\"b"', 'a"b'],
    ['"\\$foo"', '$foo'],
    ['"a\\b"', 'a\\b'],
    ['a\\ b', 'a b'],
    ['it\'s\'', 'its'],
    ['cost: $', 'cost: $'],
    ['', ''],
  ])('%s is %j', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  it.each(['$unknown', 'a${unknown}b', '${unknown:-word}', '"$unknown"', '${unset:?must be set}', '${foo!x}', '${}', '"unclosed', "un'closed", '${foo', '${foo:-a', '${foo/a}', '${foo:#a}', '${foo#a\\.b}'])('%s cannot be known', (word) => {
    expect(expand(word)).toBeUndefined();
  });

  it('takes the backtick for the escape where the file says so', () => {
    expect(expand('`$foo\\x', '`')).toBe('$foo\\x');
  });

  it('gives up on operands nested thousandfold', () => {
    expect(expand('${unset:-'.repeat(10_000))).toBeUndefined();
  });

  it('knows what does not depend on the unknown', () => {
    expect(expand('${foo:-$unknown}')).toBe('/bar');
    expect(expand('${unset:+$unknown}')).toBe('');
  });

  it('does not read a replacement as a pattern', () => {
    expect(expandWord('${a/x/$&}', (name) => (name === 'a' ? 'axb' : undefined))).toBe('a$&b');
  });
});
