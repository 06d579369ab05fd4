import { describe, expect, it } from 'vitest';
import { withState } from '../../../src/plan/run-state.ts';
import { stepOf, walkOf } from '../../support/walks.ts';

/** The parts that come along when the last ones whose text starts with a word are chosen. */
function kept(run: string, ...words: readonly string[]): string[] {
  const { run: facts } = stepOf(walkOf(`FROM golang:1.22\nWORKDIR /w\nRUN ${run}\n`), 'RUN');
  return withState(facts!, facts!.parts.filter((part) => words.some((word) => part.text.startsWith(word)))).map((part) => part.text);
}

describe('a cd comes along', () => {
  it.each([
    ['with what runs there', 'cd x && make && other', ['make'], ['cd x', 'make']],
    ['with one that it leads to', 'cd a && one && cd b && make', ['make'], ['cd a', 'cd b', 'make']],
    ['but not with one that starts anew', 'cd a && one && cd /b && make', ['make'], ['cd /b', 'make']],
    ['but not with a user', 'cd /x && make && useradd app', ['useradd'], ['useradd app']],
    ['but not with packages', 'cd /x && make && apt-get install -y git', ['apt-get'], ['apt-get install -y git']],
    ['with a package in that folder', 'cd /x && wget y && apt-get install -y ./a.deb', ['apt-get'], ['cd /x', 'apt-get install -y ./a.deb']],
    ['but not with absolute paths', 'cd /x && make && rm -rf /tmp/y && ln -s /a /b', ['rm', 'ln'], ['rm -rf /tmp/y', 'ln -s /a /b']],
    ['with relative ones', 'cd /x && make && rm -rf y', ['rm'], ['cd /x', 'rm -rf y']],
    ['but not when it leads back to where the RUN starts', 'cd x && make && cd /w && two y', ['two'], ['two y']],
    ['for the first part, and back for the second', 'cd /x && one && cd /y && two && cd /x && three', ['one', 'three'], ['cd /x', 'one', 'three']],
    ['but not behind the last part', 'one && cd x && two', ['one'], ['one']],
    ['with a folder that is not known', 'cd $UNKNOWN && one && cd b && two', ['two'], ['cd $UNKNOWN', 'cd b', 'two']],
    ['but not alone', 'cd x && make', ['cd'], []],
  ])('%s', (_, run, words, expected) => {
    expect(kept(run, ...words)).toEqual(expected);
  });
});

describe('a variable comes along', () => {
  it.each([
    ['with what names it', 'X=1 && one && mkdir /$X', ['mkdir'], ['X=1', 'mkdir /$X']],
    ['with what may read it', 'export X=1 && one && make', ['make'], ['export X=1', 'make']],
    ['but not with what cannot', 'export X=1 && one && useradd app', ['useradd'], ['useradd app']],
    ['with packages that do', 'export DEBIAN_FRONTEND=noninteractive && one && apt-get install -y git', ['apt-get'], ['export DEBIAN_FRONTEND=noninteractive', 'apt-get install -y git']],
    ['with another that needs it', 'X=1 && one && Y=$X && mkdir /$Y', ['mkdir'], ['X=1', 'Y=$X', 'mkdir /$Y']],
    ['with the cd that needs it', 'X=1 && one && cd /$X && make', ['make'], ['X=1', 'cd /$X', 'make']],
    ['with the folder in which it is read', 'cd /a && X=$(cat v) && mkdir /$X', ['mkdir'], ['cd /a', 'X=$(cat v)', 'mkdir /$X']],
  ])('%s', (_, run, words, expected) => {
    expect(kept(run, ...words)).toEqual(expected);
  });
});

describe('set comes along', () => {
  it.each([
    ['with several parts', 'set -ex; one; two; three', ['one', 'three'], ['set -ex', 'one', 'three']],
    ['with a variable', 'set -u; one; useradd $X', ['useradd'], ['set -u', 'useradd $X']],
    ['with a pipe', 'set -o pipefail && one && a | b', ['a'], ['set -o pipefail', 'a | b']],
    ['but not with one plain command', 'set -ex; one; useradd app', ['useradd'], ['useradd app']],
  ])('%s', (_, run, words, expected) => {
    expect(kept(run, ...words)).toEqual(expected);
  });
});

describe('a condition comes along', () => {
  it.each([
    ['that may fail', '[ -f x ] && one; two', ['one'], ['[ -f x ]', 'one']],
    ['but not one that may not', '[ -f /x ] && one', ['one'], ['one']],
    ['in double brackets', '[[ -f x ]] && one && two', ['two'], ['[[ -f x ]]', 'two']],
    ['but not for what runs without it', '[ -f x ] && one; two', ['two'], ['two']],
  ])('%s', (_, run, words, expected) => {
    expect(kept(run, ...words)).toEqual(expected);
  });
});

describe('a virtual environment comes along', () => {
  it.each([
    ['. v/bin/activate && one && pip list', ['pip'], ['. v/bin/activate', 'pip list']],
    ['. v/bin/activate && one && useradd app', ['useradd'], ['useradd app']],
  ])('%s', (run, words, expected) => {
    expect(kept(run, ...words)).toEqual(expected);
  });
});
