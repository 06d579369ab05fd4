import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, describe, it, type TestContext } from 'vitest';
import { findDocker, runSteps, type Docker } from '../../src/engine/docker.ts';
import { diskProject } from '../../src/project/disk.ts';
import { packagedTemplates } from '../../src/project/templates.ts';
import { transform } from '../../src/transform.ts';
import { loadExamples, optionsFrom, variantsOf, type Example, type ExampleRequest, type Variant } from '../support/examples.ts';
import { behaviourOf, type Behaviour } from './behaviour.ts';
import { imagesOf, provideImages, withOwnFrontend } from './images.ts';
import { saved, table, writeTable, type Row } from './results.ts';

const required = process.env['CI'] === 'true' || process.env['REQUIRE_ENGINE'] === '1';
/** Names of examples, separated by commas: only these are run. */
const only = process.env['E2E_ONLY']?.split(',');

const docker = await findDocker();
const work = mkdtempSync(join(tmpdir(), 'dockerize-multi-e2e-'));
const rows: Row[] = [];

/**
 * RUN steps that install dependencies. An install of the project itself depends on its sources and is none; neither is one that takes
 * development dependencies away after the build.
 */
const installs = /\b(?:go mod download|(?:pip3?|uv pip)\b.*? install|npm (?:\S+ )*?(?:ci|install|i)\b|yarn(?: --\S+)* install|pnpm (?:\S+ )*?(?:install|i|fetch)\b|bun install|poetry install|pipenv (?:install|sync)|uv sync|pdm (?:install|sync)|dotnet restore|apt-get install|apk add)\b/;
const prunes = /\bprune\b|--production\b|--omit[= ]dev\b|--prod\b|--no-dev\b/;
const toolOf = (text: string): string | undefined => installs.exec(text)?.[0].split(' ')[0];
const installsProject = /\binstall\b[^&;|]*\s\.(?:\[\S+\])?(?:\s|$)/;

const comments: Record<string, readonly [string, string]> = { '.py': ['#', ''], '.html': ['<!--', '-->'], '.css': ['/*', '*/'] };

/** The example before and after a change in its sources, with what building and running the original gave. */
interface Original {
  readonly context: string;
  readonly behaviour: Behaviour;
  readonly size: number;
  readonly rebuild: number;
}

const originals = new Map<string, Promise<Original>>();
const originalOf = (engine: Docker, example: Example): Promise<Original> => {
  if (!originals.has(example.name)) originals.set(example.name, measureOriginal(engine, example));
  return originals.get(example.name)!;
};

/** Of this process only, so that two runs at a time do not take each other's images. */
const tagOf = (example: Example, variant: string): string => `dockerize-multi-e2e/${example.name}-${process.pid}:${variant}`;

async function measureOriginal(engine: Docker, example: Example): Promise<Original> {
  const context = join(work, example.name, 'context');
  cpSync(example.folder, context, { recursive: true });
  const dockerfile = writeDockerfile(example.name, 'original', readFileSync(join(context, 'Dockerfile'), 'utf8'));
  const tag = tagOf(example, 'original');
  await buildOrFail(engine, context, dockerfile, tag, 'the original');
  const size = (await engine.imageSize(tag))!;
  const behaviour = await behaviourOf(engine, tag, example.run!);
  const rebuild = await buildOrFail(engine, changedContext(example, context, 'original'), dockerfile, `${tag}-changed`, 'the original after a change');
  return { context, behaviour, size, rebuild: rebuild.seconds };
}

/** A copy of the context with a change in its sources that no build before has seen, so that none of its layers is cached. */
function changedContext(example: Example, context: string, variant: string): string {
  const changed = join(work, example.name, `changed-${variant}`);
  cpSync(context, changed, { recursive: true });
  const [open, close] = comments[extname(example.touch!)] ?? ['//', ''];
  appendFileSync(join(changed, example.touch!), `\n${open} ${process.pid} ${Date.now()} ${variant} ${close}\n`);
  return changed;
}

function writeDockerfile(folder: string, name: string, text: string): string {
  const path = join(work, folder, `${name}.Dockerfile`);
  mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(path, withOwnFrontend(text));
  return path;
}

class BuildFailure extends Error {}

async function buildOrFail(engine: Docker, context: string, dockerfile: string, tag: string, what: string): Promise<{ log: string; seconds: number }> {
  const build = await engine.build(context, dockerfile, tag, { network: 'host' });
  if (!build.ok) throw new BuildFailure(`${what} does not build:\n${build.log.slice(-6000)}`);
  return build;
}

async function proposalOf(example: Example, variant: Variant): Promise<string> {
  const ignore = join(example.folder, '.dockerignore');
  const project = diskProject(example.folder, existsSync(ignore) ? readFileSync(ignore, 'utf8') : undefined);
  const outcome = await transform(readFileSync(join(example.folder, 'Dockerfile'), 'utf8'), project, optionsFrom(variant.flags), packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(`${outcome.kind}: ${outcome.findings[0]!.message}`);
  return outcome.text;
}

const labelOf = (example: Example, variant: Variant): string => (variant.name === undefined ? example.name : `${example.name} (${variant.name})`);

/** Reasons for which two behaviours are not the same; empty when they are. */
function differences(before: Behaviour, after: Behaviour, requests: readonly ExampleRequest[]): string[] {
  if (before.kind === 'program' || after.kind === 'program') {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [`original: ${JSON.stringify(before)}\nproposal: ${JSON.stringify(after)}`];
  }
  const found = before.health === after.health ? [] : [`health was ${before.health} and is ${after.health}`];
  return requests.reduce((all, request, index) => {
    const [one, two] = [before.answers[index]!, after.answers[index]!];
    const settled = (body: string): string => (request.varies === undefined ? body : body.replace(new RegExp(request.varies, 'g'), '…'));
    const fields = request.compare === 'status' ? (['status'] as const) : (['status', 'type'] as const);
    const said = fields.filter((field) => one[field] !== two[field]).map((field) => `GET ${request.path}: ${field} was ${one[field]} and is ${two[field]}`);
    const bodies = request.compare === 'status' || settled(one.body) === settled(two.body) ? [] : [`GET ${request.path}: the body was\n${one.body.slice(0, 2000)}\nand is\n${two.body.slice(0, 2000)}`];
    return [...all, ...said, ...bodies];
  }, found);
}

/** What the example says of its answers, held against what an image really gave. */
function expectAnswers(expect: TestContext['expect'], example: Example, behaviour: Behaviour, whose: string): void {
  if (behaviour.kind === 'program') {
    expect.soft(behaviour.exit, `exit code of ${whose}: ${behaviour.stderr}`).toBe(example.run!.exit ?? 0);
    if (example.run!.output !== undefined) expect.soft(behaviour.stdout + behaviour.stderr, whose).toMatch(new RegExp(example.run!.output, 'm'));
    return;
  }
  (example.run!.http ?? []).forEach((request, index) => {
    const answer = behaviour.answers[index]!;
    expect.soft(answer.status, `GET ${request.path} of ${whose}`).toBe(request.status);
    if (request.contains !== undefined) expect.soft(answer.body, `GET ${request.path} of ${whose}`).toContain(request.contains);
  });
}

async function compare(engine: Docker, example: Example, variant: Variant, context: TestContext): Promise<void> {
  const { expect } = context;
  const row: Row = { name: labelOf(example, variant) };
  rows.push(row);
  const dockerfile = readFileSync(join(example.folder, 'Dockerfile'), 'utf8');
  await provideImages([...imagesOf(dockerfile), ...(example.aliases ?? [])]);
  if (!example.buildable) {
    const here = await Promise.all(imagesOf(dockerfile).map((image) => engine.hasImage(image)));
    if (here.includes(false)) {
      row.skipped = 'no base image';
      context.skip('no base image');
    }
  }
  const proposal = await proposalOf(example, variant);
  await provideImages(imagesOf(proposal));
  const original = await originalOf(engine, example).catch((error: unknown) => {
    if (example.buildable || !(error instanceof BuildFailure)) throw error;
    row.skipped = 'the original does not build here';
    return context.skip(row.skipped);
  });
  expectAnswers(expect, example, original.behaviour, 'the original');
  row.sizeBefore = original.size;
  row.rebuildBefore = original.rebuild;

  const file = writeDockerfile(example.name, variant.name ?? 'default', proposal);
  const tag = tagOf(example, variant.name ?? 'default');
  await buildOrFail(engine, original.context, file, tag, 'the proposal');
  row.sizeAfter = await engine.imageSize(tag);
  expect.soft(saved(row), 'the share by which the image became smaller').toBeGreaterThanOrEqual(example.smaller!);

  const behaviour = await behaviourOf(engine, tag, example.run!);
  expectAnswers(expect, example, behaviour, 'the proposal');
  const differ = differences(original.behaviour, behaviour, example.run!.http ?? []);
  row.answers = differ.length === 0 ? 'same' : 'different';
  expect.soft(differ.join('\n'), 'differences between the answers').toBe('');

  const rebuild = await buildOrFail(engine, changedContext(example, original.context, variant.name ?? 'default'), file, `${tag}-changed`, 'the proposal after a change');
  row.rebuildAfter = rebuild.seconds;
  const found = runSteps(rebuild.log).filter((step) => installs.test(step.text) && !installsProject.test(step.text));
  const dependencies = found.filter((step) => !prunes.test(step.text) || !found.some((other) => toolOf(other.text) === toolOf(step.text) && !prunes.test(other.text)));
  const again = dependencies.filter((step) => !step.cached);
  if (dependencies.length > 0) row.cached = `${dependencies.length - again.length} of ${dependencies.length}`;
  expect.soft(again.map((step) => step.text), 'installs that a changed source file started again').toEqual([]);
}

afterAll(async () => {
  await docker?.cleanUp();
  rmSync(work, { recursive: true, force: true });
  if (rows.length === 0) return;
  process.stdout.write(`\n${table(rows)}\n`);
  process.stdout.write(`The table is in ${writeTable(rows)}\n`);
});

if (!docker) {
  it.runIf(required)('has an engine', ({ expect }) => expect.fail('no Docker engine answers, and CI=true or REQUIRE_ENGINE=1 asks for one'));
  it.skipIf(required)('runs original and proposal', (context) => context.skip('not run: no Docker engine answers'));
} else {
  const examples = loadExamples().filter((example) => example.outcome === 'converted' && (only === undefined || only.includes(example.name)));
  describe.concurrent('original and proposal do the same', () => {
    // The defaults first: variants of one example wait for the same original.
    const cases = examples.flatMap((example) => variantsOf(example).map((variant) => ({ example, variant })));
    for (const { example, variant } of [...cases.filter((item) => item.variant.name === undefined), ...cases.filter((item) => item.variant.name !== undefined)]) {
      it(labelOf(example, variant), (context) => compare(docker, example, variant, context));
    }
  });
}
