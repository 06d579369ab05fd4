import { describe, expect, it } from 'vitest';
import { Draft, type PartChanges } from '../../../src/plan/draft.ts';
import type { Block } from '../../../src/plan/plan.ts';
import { stepOf, walkOf } from '../../support/walks.ts';

const texts = (blocks: readonly Block[]): string[] => blocks.map((block) => block.text);

describe('ledger', () => {
  it('has FROM and global ARGs without being told', () => {
    const draft = new Draft(walkOf('ARG V=1\nFROM node:$V\n'));
    expect(draft.ledger().map((entry) => entry.disposition)).toEqual(['both', 'builder']);
  });

  it('says both for what goes to both stages', () => {
    const walked = walkOf('FROM a\nENV A=1\n');
    const draft = new Draft(walked);
    draft.builder.keep(walked.steps[0]!, 'the build reads it');
    draft.runtime('b').keep(walked.steps[0]!, 'the program reads it');
    expect(draft.ledger()[1]).toMatchObject({ disposition: 'both', reason: 'the build reads it; the program reads it' });
  });

  it('is not given when an instruction was forgotten', () => {
    expect(() => new Draft(walkOf('FROM a\nEXPOSE 1\n')).ledger()).toThrow('no disposition for line 2: EXPOSE 1');
  });

  it('knows what is still open', () => {
    const walked = walkOf('FROM a\nEXPOSE 1\nCMD x\n');
    const draft = new Draft(walked);
    draft.drop(walked.steps[0]!, 'x');
    expect(draft.open().map((step) => step.instruction.keyword)).toEqual(['CMD']);
  });

  it('tells the parts of a RUN apart', () => {
    const walked = walkOf('FROM a\nRUN one && two && three\n');
    const draft = new Draft(walked);
    const step = walked.steps[0]!;
    draft.builder.keepParts(step, step.run!.parts.slice(0, 1), 'builds');
    draft.replace(step, 'done by COPY', step.run!.parts.slice(1, 2));
    draft.drop(step, 'not needed', step.run!.parts.slice(2));
    expect(draft.ledger()[1]!.parts.map((part) => [part.text, part.disposition])).toEqual([['one', 'builder'], ['two', 'replaced'], ['three', 'dropped']]);
  });
});

describe('keepParts', () => {
  const kept = (run: string, names: readonly string[], changes?: PartChanges): string | undefined => {
    const walked = walkOf(`FROM a\nRUN ${run}\n`);
    const draft = new Draft(walked);
    const step = stepOf(walked, 'RUN');
    draft.builder.keepParts(step, step.run!.parts.filter((part) => names.includes(part.simple?.name ?? '')), 'x', changes);
    return draft.builder.blocks[0]?.text;
  };

  it('with all parts is the line as it was', () => {
    expect(kept('one  &&  two', ['one', 'two'])).toBe('RUN one  &&  two');
  });

  it('says nothing of parts that all went the same way', () => {
    const walked = walkOf('FROM a\nRUN one && two\n');
    const draft = new Draft(walked);
    const step = walked.steps[0]!;
    draft.builder.keepParts(step, step.run!.parts, 'builds', { flags: ['--mount=a'] });
    expect(draft.ledger()[1]).toMatchObject({ disposition: 'builder', reason: 'builds', parts: [] });
  });

  it('says of a part what holds for it, not what was said of the others', () => {
    const walked = walkOf('FROM a\nRUN one && two && three\n');
    const draft = new Draft(walked);
    const step = walked.steps[0]!;
    draft.drop(step, 'other lines do it');
    draft.runtime('b').keepParts(step, step.run!.parts.slice(0, 1), 'the start calls it');
    draft.replace(step, '', step.run!.parts.slice(1, 2));
    expect(draft.ledger()[1]).toMatchObject({
      disposition: 'runtime',
      reason: 'the start calls it',
      parts: [
        { text: 'one', disposition: 'runtime', reason: 'the start calls it' },
        { text: 'two', disposition: 'replaced' },
        { text: 'three', disposition: 'dropped', reason: 'other lines do it' },
      ],
    });
  });

  it('brings what the parts run under, and the ledger says so', () => {
    const walked = walkOf('FROM a\nRUN cd x && one && two\n');
    const draft = new Draft(walked);
    const step = stepOf(walked, 'RUN');
    draft.builder.keepParts(step, step.run!.parts.slice(2), 'builds');
    expect(texts(draft.builder.blocks)).toEqual(['RUN cd x && two']);
    expect(draft.ledger()[1]!.parts).toEqual([
      { text: 'cd x', disposition: 'builder', reason: 'what follows runs under it' },
      { text: 'one', disposition: 'dropped', reason: 'only served the other parts' },
      { text: 'two', disposition: 'builder', reason: 'builds' },
    ]);
  });

  it('takes nothing when nothing does anything by itself', () => {
    expect(kept('cd x && one', ['cd'])).toBeUndefined();
  });

  it('puts flags in front', () => {
    expect(kept('one && two', ['one'], { flags: ['--mount=type=cache,target=/x'] })).toBe('RUN --mount=type=cache,target=/x \\\n    one');
  });
});

describe('another escape character', () => {
  it('holds for lines that are added', () => {
    const walked = walkOf('# escape=`\nFROM a\nRUN one && two\n');
    const draft = new Draft(walked);
    draft.builder.add('RUN x \\\n    && y');
    draft.builder.keepParts(walked.steps[0]!, walked.steps[0]!.run!.parts.slice(0, 1), 'x', { flags: ['--mount=a'] });
    expect(texts(draft.builder.blocks)).toEqual(['RUN x `\n    && y', 'RUN --mount=a `\n    one']);
  });
});

describe('comments', () => {
  it('go with the instruction below them, once', () => {
    const walked = walkOf('FROM a\n# why\nENV A=1\n');
    const draft = new Draft(walked);
    const runtime = draft.runtime('b');
    draft.builder.keep(walked.steps[0]!, 'x');
    runtime.keep(walked.steps[0]!, 'x');
    expect([draft.builder.blocks[0]!.comments, runtime.blocks[0]!.comments]).toEqual([['# why'], []]);
  });

  it('of our own get their #', () => {
    const draft = new Draft(walkOf('FROM a\n'));
    draft.builder.add('RUN x', { comment: 'one\ntwo' });
    expect(draft.builder.blocks[0]).toMatchObject({ comments: ['# one', '# two'], apart: true });
  });

  it('do not take parser directives with them', () => {
    const walked = walkOf('FROM a\n# syntax=x\n# note\nENV A=1\n');
    const draft = new Draft(walked);
    draft.builder.keep(walked.steps[0]!, 'x');
    expect(draft.builder.blocks[0]!.comments).toEqual(['# note']);
  });
});

describe('ARG', () => {
  const left = (text: string): string[] => {
    const walked = walkOf(text);
    const draft = new Draft(walked);
    const runtime = draft.runtime('b');
    for (const step of walked.steps) runtime.keep(step, 'x');
    return texts(runtime.plan().blocks);
  };

  it('is left out of a stage that does not use it', () => {
    expect(left('FROM a\nARG V=1\nEXPOSE 80\n')).toEqual(['EXPOSE 80']);
  });

  it('stays for a line that names it', () => {
    expect(left('FROM a\nARG V=1\nLABEL v=${V}\n')).toEqual(['ARG V=1', 'LABEL v=${V}']);
  });

  it('stays for a RUN, which may read it', () => {
    expect(left('FROM a\nARG V=1\nRUN make\n')).toEqual(['ARG V=1', 'RUN make']);
  });

  it('that is left out is in no stage, and its comment waits for one that has it', () => {
    const walked = walkOf('FROM a\n# the version\nARG V=1\nRUN make\nLABEL v=$V\n');
    const draft = new Draft(walked);
    const runtime = draft.runtime('b');
    const [arg, run, label] = walked.steps;
    draft.builder.keep(arg!, 'x');
    runtime.keep(arg!, 'y');
    draft.builder.add('COPY . .');
    draft.drop(run!, 'x');
    runtime.keep(label!, 'x');
    expect(texts(draft.builder.plan().blocks)).toEqual(['COPY . .']);
    expect(runtime.plan().blocks[0]).toMatchObject({ text: 'ARG V=1', comments: ['# the version'] });
    expect(draft.ledger()[1]).toMatchObject({ disposition: 'runtime', reason: 'y' });
  });

  it('that no stage has was dropped', () => {
    const walked = walkOf('FROM a\nARG V=1\n');
    const draft = new Draft(walked);
    draft.builder.keep(walked.steps[0]!, 'x');
    draft.builder.plan();
    expect(draft.ledger()[1]).toMatchObject({ disposition: 'dropped', reason: 'nothing refers to it' });
  });

  it('is of no use to what stands above it', () => {
    expect(left('FROM a\nLABEL v=$V\nARG V=1\n')).toEqual(['LABEL v=$V']);
  });
});

describe('builder', () => {
  it.each([
    ['FROM node:20\n', 'node:20', 'builder'],
    ['FROM node:20 AS app\n', 'node:20', 'app'],
    ['from --platform=linux/amd64 node:20 as app\n', '--platform=linux/amd64 node:20', 'app'],
  ])('of %j', (text, from, name) => {
    expect(new Draft(walkOf(text)).builder).toMatchObject({ from, name });
  });
});
