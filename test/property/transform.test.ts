import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagOf } from '../../src/dockerfile/model.ts';
import { parse } from '../../src/dockerfile/parse.ts';
import { memoryProject } from '../../src/project/memory.ts';
import { unknownProject } from '../../src/project/project.ts';
import { packagedTemplates } from '../../src/project/templates.ts';
import { transform, type Outcome } from '../../src/transform.ts';
import { anyDockerfile, dockerfileOf, projectFiles, shapes, wildText } from './generators.ts';

const templates = packagedTemplates();

/** Messages are complete. */
function expectReadable(outcome: Outcome): void {
  expect(outcome.findings.filter((item) => /(?<!\$)\{[a-z]+\}|\bundefined\b|\[object/.test(item.message + item.help)).map((item) => item.message + item.help)).toEqual([]);
}

/** For a Dockerfile that makes sense, a proof that fails is our own mistake, also though nothing is written. */
function expectProved(outcome: Outcome): void {
  expect(outcome.findings.filter((item) => item.code === 'proof-failed').map((item) => item.message)).toEqual([]);
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
      fc.asyncProperty(fc.constantFrom('golang:1.22', 'python:3.12', 'node:20', 'mcr.microsoft.com/dotnet/sdk:8.0'), wildText, async (base, text) => {
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

  it.each(['go', 'python', 'node', 'dotnet'])('takes every --runtime for %s', async (language) => {
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
