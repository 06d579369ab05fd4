import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/findings.ts';
import { chooseRuntime, describeNeed, type Candidate, type Requirement } from '../../../src/plan/requirements.ts';

const candidate = (runtime: string, ...has: string[]): Candidate => ({ runtime, image: `${runtime}:1`, offers: (need) => has.includes(need) });
const need = (name: string, line?: number): Requirement => ({ need: name, why: 'it is called', file: undefined, line });
const all = [candidate('scratch'), candidate('alpine', 'shell'), candidate('slim', 'shell', 'glibc')];

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  throw new Error('not refused');
}

describe('chooseRuntime', () => {
  it('takes the first without requirements', () => {
    expect(chooseRuntime(all, [], 'auto', { line: 1 })).toMatchObject({ candidate: { runtime: 'scratch' }, sentence: 'scratch:1 is the smallest that has all the program needs' });
  });

  it('takes the first that has everything, and says what the smaller ones lack', () => {
    const choice = chooseRuntime(all, [need('shell', 3), need('glibc')], 'auto', { line: 1 });
    expect(choice.candidate.runtime).toBe('slim');
    expect(choice.sentence).toBe('slim:1: scratch lacks a shell: it is called (Dockerfile:3); alpine lacks glibc: it is called');
  });

  it('takes the wanted one', () => {
    expect(chooseRuntime(all, [], 'slim', { line: 1 })).toMatchObject({ candidate: { runtime: 'slim' }, sentence: 'slim:1, as asked for with --runtime' });
  });

  it('refuses a wanted one that lacks something, and names those that do not', () => {
    expect(refusal(() => chooseRuntime(all, [need('shell')], 'scratch', { line: 1 }))).toContain('scratch lacks what the program needs: a shell');
  });

  it('refuses one that is not offered', () => {
    expect(refusal(() => chooseRuntime(all, [], 'nginx', { line: 1 }))).toContain('is none that this project can have');
  });

  it('refuses when none has everything', () => {
    expect(refusal(() => chooseRuntime(all, [need('bash')], 'auto', { line: 1 }))).toContain('slim lacks');
  });
});

describe('describeNeed', () => {
  it.each([
    ['shell', 'a shell: it is called'],
    ['program:git', 'the program git: it is called'],
    ['package:libpq5', 'the package libpq5: it is called'],
    ['glibc', 'glibc: it is called'],
  ])('%s', (name, expected) => {
    expect(describeNeed(need(name))).toBe(expected);
  });
});
