import { describe, expect, it } from 'vitest';
import { packageEdits } from '../../../src/plan/run-words.ts';
import { runText } from '../../../src/plan/run-text.ts';
import { withState } from '../../../src/plan/run-state.ts';
import { stepOf, walkOf } from '../../support/walks.ts';

const step = stepOf(walkOf(`FROM python:3.12
RUN buildDeps=' \\
        gcc \\
        libpq-dev \\
    ' \\
    && apt-get update \\
    && apt-get install -y \\
        $buildDeps \\
        curl \\
    && pip install psycopg2 \\
    && apt-get purge -y $buildDeps
`), 'RUN');
const parts = step.run!.parts;
const install = parts.find(({ effect }) => effect.kind === 'packages' && effect.action === 'install')!;

/** The RUN without pip and purge, with other packages in place of those that a table names. */
function runtime(table: Readonly<Record<string, readonly string[]>>): string {
  const edits = new Map([[install, packageEdits(install, (name) => table[name])]]);
  const chosen = withState(step.run!, parts.filter((part) => part.effect.kind === 'packages' && part.effect.action !== 'remove'), edits);
  return runText(step.instruction, step.run!, { parts: chosen, edits }, '\\');
}

describe('packages that a shell variable names', () => {
  it('are known', () => {
    expect(install.effect).toMatchObject({ packages: ['gcc', 'libpq-dev', 'curl'], unknown: false });
    expect(parts.at(-1)!.effect).toMatchObject({ action: 'remove', packages: ['gcc', 'libpq-dev'], unknown: false });
  });

  it('leave with the variable', () => {
    expect(runtime({ gcc: [], 'libpq-dev': [], curl: ['curl'] })).toBe('RUN apt-get update \\\n    && apt-get install -y \\\n        curl');
  });

  it('are written out where some of them stay', () => {
    expect(runtime({ gcc: [], 'libpq-dev': ['libpq5'], curl: ['curl'] })).toBe('RUN apt-get update \\\n    && apt-get install -y \\\n        libpq5 \\\n        curl');
  });

  it('stay in the variable where all of them do', () => {
    expect(runtime({ gcc: ['gcc'], 'libpq-dev': ['libpq-dev'], curl: ['curl'] })).toContain('$buildDeps');
  });

  it('are not known when the variable has another in it, or is quoted', () => {
    const run = stepOf(walkOf('FROM python:3.12\nRUN a="gcc $b" && apt-get install -y $a && c="d e" && apt-get install -y "$c"\n'), 'RUN').run!;
    expect(run.parts.filter(({ effect }) => effect.kind === 'packages').map(({ effect }) => effect)).toMatchObject([{ packages: [], unknown: true }, { packages: [], unknown: true }]);
  });
});
