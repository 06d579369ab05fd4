import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { parse, print } from '../src/dockerfile/parse.ts';
import { findingCodes } from '../src/findings.ts';
import { diskProject } from '../src/project/disk.ts';
import type { Project } from '../src/project/project.ts';
import { packagedTemplates } from '../src/project/templates.ts';
import { run } from '../src/run.ts';
import { transform, type Outcome } from '../src/transform.ts';
import { loadExamples, optionsFrom, variantsOf, type Example, type Variant } from './support/examples.ts';

// UPDATE_GOLDEN=1 writes the proposals as the new expected files; look at the diff before they are committed.
const update = process.env['UPDATE_GOLDEN'] === '1';

const examples = loadExamples();
const templates = packagedTemplates();
const exitCodes: Record<string, number> = { converted: 0, nothing: 0, error: 2, refused: 3 };

const read = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
const contextOf = (example: Example): Project => diskProject(example.folder, read(join(example.folder, '.dockerignore')));

/** The context as it is before the tool has written anything. */
function withoutGoldens(project: Project): Project {
  const golden = (path: string): boolean => path.startsWith('Dockerfile.multi');
  return {
    known: true,
    kind: (path) => (golden(path) ? undefined : project.kind(path)),
    read: (path) => (golden(path) ? undefined : project.read(path)),
    list: (folder) => project.list(folder).filter((name) => folder !== '' || !golden(name)),
  };
}

const original = (example: Example): string => readFileSync(join(example.folder, 'Dockerfile'), 'utf8');
const convert = (example: Example, variant: Variant, text = original(example), project = contextOf(example)): Promise<Outcome> => transform(text, project, optionsFrom(variant.flags), templates);

function proposalOf(outcome: Outcome): string {
  if (outcome.kind !== 'converted') throw new Error(`${outcome.kind}: ${outcome.findings.map((item) => `${item.code}: ${item.message}`).join('; ')}`);
  return outcome.text;
}

/** A run of the command line in this process. */
async function commandLine(example: Example, variant: Variant): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await run(example.folder, { ...optionsFrom(variant.flags), json: true, color: false }, {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    stdin: () => Promise.resolve(Buffer.from('')),
    colors: pc.createColors(false),
  });
  return { code, ...said };
}

describe.each(examples.map((example) => [example.name, example] as const))('%s', (_, example) => {
  const [outcome, code] = example.outcome.split(':') as [string, string | undefined];

  it('is described in full', () => {
    expect(exitCodes).toHaveProperty(outcome);
    if (code !== undefined) expect(findingCodes).toContain(code);
    expect(example.shape).not.toBe('');
    expect(example.buildable && example.run === undefined).toBe(false);
    if (example.touch !== undefined) expect(existsSync(join(example.folder, example.touch))).toBe(true);
    if (outcome === 'converted') expect(example).toMatchObject({ touch: expect.any(String), smaller: expect.any(Number), run: expect.any(Object) });
  });

  it('has golden files for its variants only', () => {
    const expected = outcome === 'converted' ? variantsOf(example).map((variant) => basename(variant.golden)) : [];
    const found = readdirSync(example.folder).filter((name) => name.startsWith('Dockerfile.multi'));
    expect(found.filter((name) => !expected.includes(name))).toEqual([]);
  });

  if (outcome !== 'converted') {
    it(`gives ${example.outcome} and its exit code, and writes nothing`, async () => {
      const before = readdirSync(example.folder);
      const answer = await commandLine(example, variantsOf(example)[0]!);
      expect(answer.err).toContain(`(${code})`);
      expect(answer.code).toBe(exitCodes[outcome]);
      if (example.line !== undefined) expect(answer.err).toContain(`Dockerfile:${example.line}: `);
      expect(readdirSync(example.folder)).toEqual(before);
    });
    return;
  }

  describe.each(variantsOf(example).map((variant) => [variant.name ?? 'default', variant] as const))('%s', (__, variant) => {
    it('gives the expected file', async () => {
      const proposal = proposalOf(await convert(example, variant));
      if (update) writeFileSync(variant.golden, proposal);
      expect(proposal).toBe(read(variant.golden));
    });

    it('exits with 0', async () => {
      const answer = await commandLine(example, variant);
      expect(answer.code, answer.err).toBe(0);
      expect(JSON.parse(answer.out)).toMatchObject({ outcome: 'converted' });
    });

    it('gives the same before a file was written', async () => {
      const [with_, without] = await Promise.all([convert(example, variant), convert(example, variant, original(example), withoutGoldens(contextOf(example)))]);
      expect(proposalOf(without)).toBe(proposalOf(with_));
    });

    it('gives the same bytes twice', async () => {
      const project = contextOf(example);
      const [first, second] = [await convert(example, variant), await convert(example, variant, original(example), project)];
      expect(proposalOf(second)).toBe(proposalOf(first));
    });

    it('gives a file that reads back without problems', async () => {
      const proposal = proposalOf(await convert(example, variant));
      const file = parse(proposal);
      expect(file.problems).toEqual([]);
      expect(print(file)).toBe(proposal);
    });

    it('finds nothing to do in its own output', async () => {
      const again = await convert(example, variant, proposalOf(await convert(example, variant)));
      expect(again).toMatchObject({ kind: 'nothing', findings: [{ code: 'already-multi-stage' }] });
    });

    it('keeps Windows line ends', async () => {
      const unix = original(example).replaceAll('\r\n', '\n');
      const outcomes = [await convert(example, variant, unix), await convert(example, variant, unix.replaceAll('\n', '\r\n'))];
      const [lf, crlf] = outcomes.map(proposalOf);
      expect(crlf).toBe(lf!.replaceAll('\n', '\r\n'));
    });

    it('does without the byte order mark', async () => {
      const bare = original(example).replace(/^\uFEFF/, '');
      expect(proposalOf(await convert(example, variant, `\uFEFF${bare}`))).toBe(proposalOf(await convert(example, variant, bare)));
    });

    it('has each instruction in its ledger once, with a reason', async () => {
      const result = await convert(example, variant);
      if (result.kind !== 'converted') throw new Error(proposalOf(result));
      expect(result.plan.ledger.map((entry) => entry.instruction)).toEqual(result.original.instructions);
      expect(result.plan.ledger.filter((entry) => entry.reason.trim() === '')).toEqual([]);
    });
  });
});

it('has examples', () => {
  expect(examples.length).toBeGreaterThan(20);
});
