import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagOf } from '../../src/dockerfile/model.ts';
import { parse } from '../../src/dockerfile/parse.ts';
import { commentsOf } from '../../src/plan/draft.ts';
import { diskProject } from '../../src/project/disk.ts';
import { memoryProject } from '../../src/project/memory.ts';
import { unknownProject } from '../../src/project/project.ts';
import { packagedTemplates } from '../../src/project/templates.ts';
import { transform, type Outcome } from '../../src/transform.ts';
import { loadExamples } from '../support/examples.ts';
import { anyDockerfile, dockerfileOf, projectFiles, shapes, wildText } from './generators.ts';

const templates = packagedTemplates();

/** Messages are complete. */
function expectReadable(outcome: Outcome): void {
  expect(outcome.findings.filter((item) => /(?<!\$)\{[a-z]+\}|\bundefined\b|\[object/.test(item.message + item.help)).map((item) => item.message + item.help)).toEqual([]);
}

/** A program or a folder that nothing may have brought to the original either: files are generated apart from what starts them. */
const missing = /^(?:the runtime stage has no \S+, which the \w+(?: \w+)? runs|nothing in the stage \S+ makes \S+, which line \d+ of the proposal takes from it)$/;

/** For a Dockerfile that makes sense, a proof that fails is our own mistake, also though nothing is written. */
function expectProved(outcome: Outcome): void {
  const failed = outcome.findings.filter((item) => item.code === 'proof-failed').flatMap((item) => item.message.replace(/^the proposal could not be proved: /, '').split('; '));
  expect(failed.filter((item) => !missing.test(item))).toEqual([]);
}

function expectSound(outcome: Outcome): void {
  expectReadable(outcome);
  if (outcome.kind !== 'converted') return;
  expect(outcome.plan.ledger.map((entry) => entry.instruction)).toEqual(outcome.original.instructions);
  const file = parse(outcome.text);
  expect(file.problems).toEqual([]);
  file.stages.forEach((stage, index) => {
    const known = file.stages.slice(0, index).flatMap((earlier) => earlier.name ?? []);
    const named = stage.instructions.flatMap((instruction) => flagOf(instruction, 'from') ?? []).filter((from) => !/[./:]/.test(from));
    expect(known).toEqual(expect.arrayContaining(named));
  });
}

/** The file with a comment above each instruction after FROM, and above each part of a RUN on lines of its own; all different. */
function withNotes(text: string): string {
  const file = parse(text.replace(/\r\n/g, '\n'));
  const from = file.stages[0]!.from.index;
  const lines = file.instructions.map((instruction) => {
    if (instruction.index <= from) return instruction.leading + instruction.text;
    const parts = instruction.keyword === 'RUN' && instruction.heredocs.length === 0 && !/[\n#|"']/.test(instruction.text) ? instruction.text.split(' && ') : [];
    const body = parts.length > 1 ? parts.map((part, at) => (at === 0 ? part : `    # part ${instruction.index}.${at}\n    && ${part}`)).join(' \\\n') : instruction.text;
    return `${instruction.leading}# note ${instruction.index}\n${body}`;
  });
  return `${lines.join('\n')}\n# the end\n`;
}

/** Comments of an instruction, or of a part of a RUN, that the ledger has in a stage are in the proposal. */
function expectComments(outcome: Outcome): void {
  if (outcome.kind !== 'converted') return;
  const has = new Set(outcome.text.split(/\r?\n/).map((line) => line.trim()));
  const stays = (disposition: string): boolean => /^(?:builder|runtime|both)$/.test(disposition);
  const expected = outcome.plan.ledger.flatMap((entry) => {
    const { instruction, parts } = entry;
    if (!stays(entry.disposition)) return [];
    const inside = instruction.keyword !== 'RUN' ? [] : parts.length === 0 ? (instruction.text.match(/# part \S+/g) ?? []) : parts.flatMap((part, at) => (stays(part.disposition) && at > 0 ? (instruction.text.match(new RegExp(`# part ${instruction.index}\\.${at}\\b`, 'g')) ?? []) : []));
    return [...(instruction.leading.match(/^# note \d+$/gm) ?? []), ...inside];
  });
  expect([...expected, '# the end'].filter((comment) => !has.has(comment))).toEqual([]);
}

describe('transform', () => {
  it('answers on any text', async () => {
    await fc.assert(
      fc.asyncProperty(wildText, async (text) => {
        const outcome = await transform(text, unknownProject, {}, templates);
        if (outcome.kind !== 'converted') expect(outcome.findings.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('answers on any text after a FROM', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('golang:1.22', 'python:3.12', 'node:20', 'mcr.microsoft.com/dotnet/sdk:8.0', 'rust:1.80'), wildText, async (base, text) => {
        await transform(`FROM ${base}\nCOPY . .\nRUN ${text}\nCMD ${text}\n`, unknownProject, {}, templates);
      }),
      { numRuns: 1000 },
    );
  });

  describe.each(Object.keys(shapes))('%s', (language) => {
    it('gives sound answers with a project', async () => {
      await fc.assert(
        fc.asyncProperty(dockerfileOf(language), projectFiles, async (text, files) => expectSound(await transform(text, memoryProject({ ...files, Dockerfile: text }), {}, templates))),
        { numRuns: 300 },
      );
    });

    it('proves its plans for Dockerfiles that make sense', async () => {
      await fc.assert(
        fc.asyncProperty(dockerfileOf(language, true), projectFiles, async (text, files) => {
          expectProved(await transform(text, memoryProject({ ...files, Dockerfile: text }), {}, templates));
          expectProved(await transform(text, unknownProject, {}, templates));
        }),
        { numRuns: 200 },
      );
    });

    it('gives sound answers without a project', async () => {
      await fc.assert(fc.asyncProperty(dockerfileOf(language), async (text) => expectSound(await transform(text, unknownProject, {}, templates))), { numRuns: 200 });
    });
  });

  describe.each(Object.keys(shapes).filter((language) => language !== 'other'))('comments of %s files', (language) => {
    it('stay wherever their instruction or part stays', async () => {
      await fc.assert(
        fc.asyncProperty(dockerfileOf(language, true), projectFiles, async (text, files) => {
          const commented = withNotes(text);
          expectComments(await transform(commented, memoryProject({ ...files, Dockerfile: commented }), {}, templates));
          expectComments(await transform(commented, unknownProject, { force: true }, templates));
        }),
        { numRuns: 150 },
      );
    });
  });

  it.each(loadExamples().filter(({ folder }) => existsSync(join(folder, 'Dockerfile'))).map((example) => [example.name, example] as const))('comments of the example %s stay with their instructions', async (_, { folder }) => {
    const ignore = join(folder, '.dockerignore');
    const outcome = await transform(readFileSync(join(folder, 'Dockerfile'), 'utf8'), diskProject(folder, existsSync(ignore) ? readFileSync(ignore, 'utf8') : undefined), { force: true }, templates);
    if (outcome.kind !== 'converted') return;
    const has = new Set(outcome.text.split(/\r?\n/).map((line) => line.trim()));
    const kept = outcome.plan.ledger.filter((entry) => /^(?:builder|runtime|both)$/.test(entry.disposition)).flatMap((entry) => commentsOf(entry.instruction));
    expect(kept.filter((comment) => !has.has(comment))).toEqual([]);
  });

  it('gives the same answer twice', async () => {
    await fc.assert(
      fc.asyncProperty(anyDockerfile, projectFiles, async (text, files) => {
        const [one, two] = [await transform(text, memoryProject(files), {}, templates), await transform(text, memoryProject(files), {}, templates)];
        expect(JSON.stringify(two)).toBe(JSON.stringify(one));
      }),
      { numRuns: 200 },
    );
  });

  it('finds nothing to do in its own output', async () => {
    await fc.assert(
      fc.asyncProperty(anyDockerfile, projectFiles, async (text, files) => {
        const outcome = await transform(text, memoryProject(files), {}, templates);
        if (outcome.kind !== 'converted') return;
        expect(await transform(outcome.text, memoryProject(files), {}, templates)).toMatchObject({ kind: 'nothing', findings: [{ code: 'already-multi-stage' }] });
      }),
      { numRuns: 300 },
    );
  });

  it.each(['go', 'python', 'node', 'dotnet', 'rust'])('takes every --runtime for %s', async (language) => {
    await fc.assert(
      fc.asyncProperty(dockerfileOf(language), projectFiles, fc.constantFrom('scratch', 'distroless', 'alpine', 'slim', 'same', 'nginx', 'chiseled', 'aspnet'), async (text, files, runtime) =>
        expectSound(await transform(text, memoryProject(files), { runtime, force: true }, templates)),
      ),
      { numRuns: 200 },
    );
  });

  it('answers long files in seconds', async () => {
    const long = [
      `FROM golang:1.22\n${'RUN true\n'.repeat(5000)}CMD ["x"]\n`,
      `FROM python:3.12\nRUN ${'true && '.repeat(5000)}true\nCMD ["python", "x.py"]\n`,
      `FROM node:20\nRUN ${'a \\\n'.repeat(5000)} b\nCMD ["node", "x.js"]\n`,
      `FROM node:20\nENV ${Array.from({ length: 3000 }, (_, index) => `A${index}=$A${index - 1}x`).join(' ')}\nCMD node x.js\n`,
      `FROM golang:1.22\nCMD ${'('.repeat(20_000)}\n`,
      `FROM golang:1.22\nENV A=${'${A:-'.repeat(5000)}\nCMD x\n`,
      `FROM golang:1.22\nRUN ${'$('.repeat(5000)}\nCMD x\n`,
      '\\\n'.repeat(100_000),
      `FROM x\n${' '.repeat(200_000)}\n`,
      `FROM x\n${'#\n'.repeat(100_000)}`,
      `FROM x\nRUN ${'<<E '.repeat(2000)}\n`,
      `FROM x\nRUN a${' \t'.repeat(100_000)}b\nCMD x`,
      `FROM x\nLABEL ${'a="'.repeat(20_000)}`,
      `FROM golang:1.22\nCOPY ${'x '.repeat(20_000)} /y/\nCMD x\n`,
    ];
    for (const text of long) {
      const started = performance.now();
      await transform(text, unknownProject, {}, templates);
      expect((performance.now() - started) / 1000, text.slice(0, 60)).toBeLessThan(8);
    }
  }, 120_000);
});
