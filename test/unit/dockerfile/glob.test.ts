import { describe, expect, it } from 'vitest';
import { globMatcher, pathMatcher } from '../../../src/dockerfile/glob.ts';

describe('pathMatcher', () => {
  it.each([
    ['*.txt', 'a.txt', true],
    ['*.txt', 'a/b.txt', false],
    ['*.txt', 'atxt', false],
    ['*', '', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?', 'a', false],
    ['[ab].go', 'b.go', true],
    ['[!ab].go', 'b.go', false],
    ['[^ab].go', 'c.go', true],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[z-a]x', 'bx', false],
    ['[a-]x', '-x', true],
    ['[\\]]x', ']x', false],
    ['[[]x', '[x', true],
    ['[x', '[x', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a+b(c)', 'a+b(c)', true],
    ['package*.json', 'package-lock.json', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b', false],
    ['**/*.json', 'a.json', true],
    ['**/*.json', 'a/b/c.json', true],
    ['a/**', 'a/b/c', true],
    ['a/**/d', 'a/d', true],
    ['a/**/d', 'a/b/c/e', false],
    ['/tmp/x*/**', '/tmp/xy', true],
  ])('%s against %s: %s', (glob, path, expected) => {
    expect(pathMatcher(glob)(path)).toBe(expected);
  });

  it('takes thousands of stars', () => {
    expect(pathMatcher(`${'**/'.repeat(2000)}b`)('a/'.repeat(2000))).toBe(false);
  });
});

describe('globMatcher', () => {
  it('takes thousands of stars', () => {
    expect(globMatcher(`${'*a'.repeat(2000)}b`)('a'.repeat(3000))).toBe(false);
  });
});
