import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { root } from '../support/examples.ts';
import { pageNames, pageOptions, readPage, type FindingPage } from '../support/finding-pages.ts';
import { temporaryFolder } from '../support/temp.ts';
import { finding, findingCodes, type Finding, type FindingCode } from '../../src/findings.ts';
import { memoryProject } from '../../src/project/memory.ts';
import { findingPage } from '../../src/project/pages.ts';
import { unknownProject } from '../../src/project/project.ts';
import { packagedTemplates } from '../../src/project/templates.ts';
import { blocks, problems } from '../../src/report/text.ts';
import { run } from '../../src/run.ts';
import { transform } from '../../src/transform.ts';

const exitCodes = { error: 2, refusal: 3, nothing: 0, warning: 0, note: 0 } as const;
const levels = { error: 'error', refusal: 'refusal', nothing: 'nothing to do', warning: 'warning', note: 'note' } as const;

/** Codes that come from reading and writing files: shown through a run of the command line in a folder `app`. */
const ofTheCommandLine = new Set<string>(['no-dockerfile', 'not-readable', 'write-failed', 'dockerignore-name']);

/** The command line asks for one of the known names itself; only the library can be given another. */
const ofTheLibrary = new Set<string>(['unknown-language-option']);

/** No Dockerfile is known that shows it: each would be a bug. A template that loses the start stands for one. */
const ofBrokenTemplates = new Set<string>(['proof-failed']);

async function findingsOf(page: FindingPage, dockerfile: string): Promise<readonly Finding[]> {
  const project = page.command.includes('-') ? unknownProject : memoryProject({ ...page.files, Dockerfile: dockerfile });
  const options = ofTheLibrary.has(page.code) ? { language: 'cobol' } : pageOptions(page);
  const templates = ofBrokenTemplates.has(page.code) ? () => 'FROM <%= it.image %> AS builder\nFROM scratch\n' : packagedTemplates();
  return (await transform(dockerfile, project, options, templates)).findings;
}

/** What a run prints for the page's files in a folder, with the folder named `app`. */
async function printed(page: FindingPage): Promise<string> {
  const dockerfile = page.dockerfiles[0];
  const folder = temporaryFolder({ ...page.files, ...(dockerfile === undefined ? {} : { Dockerfile: dockerfile }) });
  const inFolder = (word: string): string => word.replace(/^app(?=\/|$)/, folder);
  const output = page.command.indexOf('--output');
  let errors = '';
  await run(inFolder(page.command.find((word) => word.startsWith('app') || word.startsWith('missing'))!), { ...pageOptions(page), ...(output < 0 ? {} : { output: inFolder(page.command[output + 1]!) }), color: false }, {
    out: () => {},
    err: (text) => (errors += text),
    stdin: async () => Buffer.from(''),
    colors: pc.createColors(false),
  });
  return errors.replaceAll(folder, 'app');
}

describe('docs/findings', () => {
  it('has a page for every code, and no other', () => {
    expect(pageNames()).toEqual([...findingCodes].sort());
  });

  it('has every code in its table, under its level', () => {
    const table = readFileSync(join(root, 'docs/findings/README.md'), 'utf8');
    for (const code of findingCodes) {
      const section = table.split(/^## /m).find((part) => part.includes(`[${code}](${code}.md)`));
      expect(section?.split('\n')[0]!.toLowerCase(), code).toContain(levels[finding(code).level].split(' ')[0]!);
    }
  });

  it('comes with the package', () => {
    expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).files).toContain('docs/findings');
    expect(findingPage('no-program')).toContain('# no-program');
    expect(findingPage('../README')).toBeUndefined();
  });
});

describe.each(findingCodes)('the page of %s', (code) => {
  it('has the code as its title, its level and its exit code', () => {
    const page = readPage(code);
    const { level } = finding(code);
    expect(page.title).toBe(code);
    expect(page.level).toBe(level);
    expect(page.exit).toBe(exitCodes[level]);
    for (const heading of ['## When', '## Example', '## What to do']) expect(page.text).toContain(`\n${heading}\n`);
  });

  it('shows what comes out', async () => {
    const page = readPage(code);
    const actual = ofTheCommandLine.has(code) ? onlyBlock(await printed(page), code) : await onlyFinding(page);
    if (process.env['UPDATE_GOLDEN']) writeFileSync(page.path, page.text.replace(/^```text\n.*?^```$/ms, () => `\`\`\`text\n${actual}\`\`\``));
    else expect(page.output).toBe(actual);
  });

  it('shows what does not come to it', async () => {
    const page = readPage(code);
    for (const dockerfile of page.dockerfiles.slice(1)) {
      const found = await findingsOf(page, dockerfile);
      expect(found.map((item) => item.code)).not.toContain(code);
      expect(found.filter((item) => item.level === 'error' || item.level === 'refusal' || item.level === 'nothing')).toEqual([]);
    }
  });
});

/** The finding of the page's example: alone among those of its weight. */
async function onlyFinding(page: FindingPage): Promise<string> {
  const found = await findingsOf(page, page.dockerfiles[0]!);
  const { level } = finding(page.code as FindingCode);
  const own = found.filter((item) => item.code === page.code);
  expect(found.map((item) => item.code)).toContain(page.code);
  if (level === 'warning') expect(found.filter((item) => item.level === 'warning')).toEqual(own);
  else if (level === 'note') expect(found.filter((item) => item.level !== 'note')).toEqual([]);
  else expect(found).toEqual(own);
  expect(own[0]!.line).toBeGreaterThan(0);
  return blocks(own, page.command.includes('-') ? '<stdin>' : 'Dockerfile');
}

/** The block of a code in what a run printed. */
function onlyBlock(text: string, code: string): string {
  const found = text.split(/^(?=\S)/m).filter((block) => block.includes(`(${code})`));
  expect(found).toHaveLength(1);
  expect(text).toContain(`--explain-code ${code}`);
  expect(problems([], 'Dockerfile')).toBe('');
  return found[0]!;
}
