import { describe, expect, it } from 'vitest';
import { parse } from '../../src/dockerfile/parse.ts';
import { Draft } from '../../src/plan/draft.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { unknownProject } from '../../src/project/project.ts';
import { render } from '../../src/render.ts';
import { walk } from '../../src/walk/walk.ts';

const template = '<%~ it.head %>\n<%~ it.builder %>\n\nFROM <%~ it.image %>\n<%~ it.runtime %>\n';

/** Puts RUN and COPY into the builder and the rest into the runtime stage. */
async function rendered(text: string, changes: Partial<Plan> = {}, source = template): Promise<string> {
  const file = parse(text);
  const walked = walk(file, unknownProject);
  const draft = new Draft(walked);
  const runtime = draft.runtime('alpine:3.20');
  for (const step of walked.steps) (/^(?:RUN|COPY)$/.test(step.instruction.keyword) ? draft.builder : runtime).keep(step, 'x');
  const plan: Plan = { language: 'go', runtime: 'alpine', choice: '', requirements: [], stages: [draft.builder.plan(), runtime.plan()], values: {}, ledger: draft.ledger(), findings: [], announced: {}, noBenefit: undefined, ...changes };
  return render(plan, file, (name) => (name === 'go/alpine' ? source : undefined));
}

describe('render', () => {
  it('writes the stages', async () => {
    expect(await rendered('FROM golang:1.22\nRUN make\nCMD ["x"]\n')).toBe('FROM golang:1.22 AS builder\nRUN make\n\nFROM alpine:3.20\nCMD ["x"]\n');
  });

  it('escapes nothing', async () => {
    expect(await rendered('FROM a\nRUN b && c > "d" \'e\' <f\nCMD x\n')).toContain('RUN b && c > "d" \'e\' <f\n');
  });

  it('keeps template marks in user text', async () => {
    expect(await rendered("FROM a\nRUN docker inspect -f '<%= x %>{{ y }}'\nCMD x\n")).toContain("'<%= x %>{{ y }}'");
  });

  it('keeps replacement patterns in user text', async () => {
    expect(await rendered("FROM a\nRUN sed 's/$&/$1/' x\nCMD x\n")).toContain("sed 's/$&/$1/' x");
  });

  it('keeps comments with their instructions', async () => {
    expect(await rendered('FROM a\n# builds it\nRUN b\n# starts it\nCMD x\n')).toBe('FROM a AS builder\n# builds it\nRUN b\n\nFROM alpine:3.20\n# starts it\nCMD x\n');
  });

  it('keeps the comment on top of the file', async () => {
    expect(await rendered('# The shop.\nFROM a\nCMD x\n')).toBe('# The shop.\nFROM a AS builder\n\nFROM alpine:3.20\nCMD x\n');
  });

  it('keeps the blank lines between comments, and below them', async () => {
    expect(await rendered('# Licence\n\nFROM a\n# one\n\n# two\n\nRUN b\nCMD x\n')).toBe('# Licence\n\nFROM a AS builder\n# one\n\n# two\n\nRUN b\n\nFROM alpine:3.20\nCMD x\n');
  });

  it('keeps comments at the end of the file', async () => {
    expect(await rendered('FROM a\nCMD x\n\n# needs a data base\n# at 5432')).toMatch(/CMD x\n\n# needs a data base\n# at 5432\n$/);
  });

  it('keeps global ARGs and their comments', async () => {
    expect(await rendered('# The version.\nARG V=1\n\nARG W\n# The base.\nFROM a:$V\nCMD x\n')).toBe('# The version.\nARG V=1\n\nARG W\n\n# The base.\nFROM a:$V AS builder\n\nFROM alpine:3.20\nCMD x\n');
  });

  it('keeps parser directives first', async () => {
    expect(await rendered('# syntax=docker/dockerfile:1.4\n# check=skip=all\n\n# The shop.\nFROM a\nCMD x\n')).toMatch(/^# syntax=docker\/dockerfile:1\.4\n# check=skip=all\n\n# The shop\.\nFROM a AS builder\n/);
  });

  it.each(['RUN --mount=type=cache,target=/x b', 'COPY --link a b', 'RUN <<EOF\nb\nEOF'])('asks for no other frontend for %j', async (line) => {
    expect(await rendered(`FROM a\n${line}\nCMD x\n`)).not.toContain('# syntax');
  });

  it('gives the values of the plan to the template', async () => {
    expect(await rendered('FROM a\nCMD x\n', { values: { zones: true } }, `${template}<% if (it.zones) { %>\nENV ZONEINFO=/z\n<% } %>`)).toContain('ENV ZONEINFO=/z\n');
  });

  it('fails without a template: that is a mistake of ours', async () => {
    await expect(rendered('FROM a\nCMD x\n', { runtime: 'other' })).rejects.toThrow('no template go/other');
  });
});
