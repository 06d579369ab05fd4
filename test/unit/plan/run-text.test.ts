import { describe, expect, it } from 'vitest';
import { withState } from '../../../src/plan/run-state.ts';
import { runText, withFlags, type RunChoice } from '../../../src/plan/run-text.ts';
import { packageEdits } from '../../../src/plan/run-words.ts';
import type { RunPart } from '../../../src/walk/run.ts';
import { stepOf, walkOf } from '../../support/walks.ts';

/** The RUN with the parts whose text holds one of the words, and packages in place of others. */
function taken(run: string, words: readonly string[], choice: Omit<RunChoice, 'parts'> = {}, packages: Readonly<Record<string, readonly string[]>> = {}, head = ''): string {
  const walked = walkOf(`${head}FROM a\n${run}\nCMD x\n`);
  const step = stepOf(walked, 'RUN');
  const chosen = step.run!.parts.filter((part) => words.some((word) => part.text.includes(word)));
  const edits = new Map(chosen.map((part): [RunPart, ReturnType<typeof packageEdits>] => [part, packageEdits(part, (name) => packages[name])]));
  return runText(step.instruction, step.run!, { parts: withState(step.run!, chosen), ...(Object.keys(packages).length > 0 ? { edits } : {}), ...choice }, walked.file.escape);
}

describe('runText keeps the layout', () => {
  it.each([
    ['one line', 'RUN one && two && three', ['one', 'three'], 'RUN one && three'],
    ['operators in front', 'RUN one \\\n && two \\\n && three', ['one', 'three'], 'RUN one \\\n && three'],
    ['operators at the end', 'RUN one && \\\n    two && \\\n    three', ['two', 'three'], 'RUN two && \\\n    three'],
    ['the body on a line of its own', 'RUN \\\n  one \\\n  && two', ['two'], 'RUN \\\n  two'],
    ['semicolons', 'RUN set -ex; \\\n    one; \\\n    two; \\\n    three', ['one', 'three'], 'RUN set -ex; \\\n    one; \\\n    three'],
    ['a semicolon at the end', 'RUN one; \\\n    two;', ['two'], 'RUN two'],
    ['the weaker of two joints', 'RUN one; two && three', ['one', 'three'], 'RUN one; three'],
    ['the weaker of two joints, on lines', 'RUN one; \\\n    two \\\n    && three', ['one', 'three'], 'RUN one; \\\n    three'],
    ['flags', 'RUN --mount=type=cache,target=/x \\\n    one && two', ['two'], 'RUN --mount=type=cache,target=/x \\\n    two'],
    ['a command in the background', 'RUN one & two && three', ['one', 'three'], 'RUN one & three'],
    ['a shell comment at the end', 'RUN one && two # why', ['two'], 'RUN two # why'],
    ['a word that ends at the end of its line', 'RUN apt-get install tini\\\n    && two \\\n    && three', ['tini', 'three'], 'RUN apt-get install tini \\\n    && three'],
    ['nothing of what left', 'RUN one && two\\\n', ['one'], 'RUN one'],
    ['alternatives together', 'RUN one || two && three && four', ['one', 'four'], 'RUN one || two && four'],
  ])('%s', (_, run, words, expected) => {
    expect(taken(run, words)).toBe(expected);
  });

  it('of Windows line ends', () => {
    expect(taken('RUN one \\\r\n    # b\r\n    && two \\\r\n    && three', ['two'])).toBe('RUN \\\r\n    # b\r\n    two');
  });

  it('of another escape character', () => {
    expect(taken('RUN one `\n    && two `\n    && three', ['one', 'three'], { flags: ['--mount=a'], after: 'four' }, {}, '# escape=`\n')).toBe('RUN --mount=a `\n    one `\n    && three `\n    && four');
  });

  it('and gives what cannot be taken apart as it is', () => {
    expect(taken('RUN <<EOF\none\ntwo\nEOF', ['one'])).toBe('RUN <<EOF\none\ntwo\nEOF');
    expect(taken('RUN ["one", "two"]', ['one'])).toBe('RUN ["one", "two"]');
  });

  it('and knows that a shell comment takes the lines after it along', () => {
    expect(taken('RUN one && two # three && \\\n    four', ['two', 'four'])).toBe('RUN two # three && \\\n    four');
  });

  it('and is nothing without parts', () => {
    const walked = walkOf('FROM a\nRUN one\n');
    expect(() => runText(stepOf(walked, 'RUN').instruction, stepOf(walked, 'RUN').run!, { parts: [] }, '\\')).toThrow('no part of the RUN in line 2');
  });
});

describe('comments in a RUN', () => {
  const run = 'RUN \\\n    # first\n    one \\\n    # second\n    # and more\n    && two \\\n\n    # third\n    && three';

  it.each([
    [['one'], 'RUN \\\n    # first\n    one'],
    [['two'], 'RUN \\\n    # second\n    # and more\n    two'],
    [['one', 'three'], 'RUN \\\n    # first\n    one \\\n\n    # third\n    && three'],
    [['two', 'three'], 'RUN \\\n    # second\n    # and more\n    two \\\n\n    # third\n    && three'],
  ])('go with their part: %j', (words, expected) => {
    expect(taken(run, words)).toBe(expected);
  });

  it('stand above a part that becomes the first', () => {
    expect(taken('RUN one && \\\n  # b\n  two', ['two'])).toBe('RUN \\\n  # b\n  two');
  });

  it('of a cd that is not needed go with what it was for', () => {
    expect(taken('RUN one \\\n    # users\n    && cd /x \\\n    && useradd a', ['useradd'])).toBe('RUN \\\n    # users\n    useradd a');
  });
});

describe('packages', () => {
  const gone = { gcc: [], make: [] };

  it('leave with their lines', () => {
    expect(taken('RUN apt-get install -y \\\n        curl \\\n        gcc \\\n        git \\\n    && x', ['install', 'x'], {}, gone)).toBe('RUN apt-get install -y \\\n        curl \\\n        git \\\n    && x');
  });

  it('leave a line that has others', () => {
    expect(taken('RUN apt-get install -y \\\n    gcc curl make \\\n    git', ['install'], {}, gone)).toBe('RUN apt-get install -y \\\n    curl \\\n    git');
  });

  it('are replaced one a line where they stand so', () => {
    expect(taken('RUN apt-get install -y \\\n    libx-dev \\\n    git', ['install'], {}, { 'libx-dev': ['libx1', 'libx2'] })).toBe('RUN apt-get install -y \\\n    libx1 \\\n    libx2 \\\n    git');
  });

  it('are not named twice', () => {
    expect(taken('RUN apt-get install -y libx-dev libx1', ['install'], {}, { 'libx-dev': ['libx1'], libx1: ['libx1'] })).toBe('RUN apt-get install -y libx1');
  });

  it('take the comments above them along', () => {
    expect(taken('RUN apt-get install -y \\\n    # to compile\n    gcc \\\n    make \\\n    # to fetch\n    curl', ['install'], {}, gone)).toBe('RUN apt-get install -y \\\n    # to fetch\n    curl');
  });

  it('leave a comment that heads others too', () => {
    expect(taken('RUN apt-get install -y \\\n    # tools\n    gcc \\\n    curl', ['install'], {}, gone)).toBe('RUN apt-get install -y \\\n    # tools\n    curl');
  });

  it('take a comment along that speaks of them', () => {
    expect(taken('RUN apt-get install -y \\\n    # gcc compiles the extension\n    gcc \\\n    curl', ['install'], {}, gone)).toBe('RUN apt-get install -y \\\n    curl');
  });

  it('with a backslash right behind them, before a comment', () => {
    expect(taken('RUN apt-get install -y \\\n    curl\\\n    # to compile\n    gcc\\\n    # to clone\n    git\\\n && x', ['install', 'x'], {}, gone)).toBe('RUN apt-get install -y \\\n    curl\\\n    # to clone\n    git\\\n && x');
  });

  it('leave what stands behind the list', () => {
    expect(taken('RUN apt-get install -y curl gcc > /dev/null', ['install'], {}, gone)).toBe('RUN apt-get install -y curl > /dev/null');
  });
});

describe('further commands', () => {
  it.each([
    ['RUN apt-get install -y git', 'RUN apt-get update && apt-get install -y git && rm -rf /x'],
    ['RUN apt-get install -y \\\n    git', 'RUN apt-get update && apt-get install -y \\\n    git \\\n    && rm -rf /x'],
    ['RUN one \\\n && apt-get install -y git', 'RUN apt-get update \\\n && apt-get install -y git \\\n && rm -rf /x'],
    ['RUN set -eux; \\\n    one; \\\n    apt-get install -y git; \\\n    install', 'RUN set -eux; \\\n    apt-get update; \\\n    apt-get install -y git; \\\n    install; \\\n    rm -rf /x'],
    ['RUN one; apt-get install a || b', 'RUN apt-get update; apt-get install a || b && rm -rf /x'],
  ])('%j', (run, expected) => {
    expect(taken(run, ['install'], { before: 'apt-get update', after: 'rm -rf /x' })).toBe(expected);
  });
});

describe('withFlags', () => {
  const flagged = (run: string): string => withFlags(stepOf(walkOf(`FROM a\n${run}\n`), 'RUN').instruction, ['--mount=a']);

  it.each([
    ['RUN one', 'RUN --mount=a \\\n    one'],
    ['RUN \\\n  one', 'RUN --mount=a \\\n  one'],
    ['RUN \\\n  # why\n  one', 'RUN --mount=a \\\n  # why\n  one'],
    ['RUN --network=none one', 'RUN --network=none --mount=a \\\n    one'],
  ])('%j', (run, expected) => {
    expect(flagged(run)).toBe(expected);
  });
});
