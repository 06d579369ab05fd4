import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../src/project/memory.ts';
import { packagedTemplates } from '../../src/project/templates.ts';
import { transform } from '../../src/transform.ts';
import { goProject } from '../support/cli.ts';

const project = memoryProject(goProject);
const text = goProject['Dockerfile']!;
const convert = async (dockerfile: string): Promise<string> => {
  const outcome = await transform(dockerfile, project, {}, packagedTemplates());
  return outcome.kind === 'converted' ? outcome.text : outcome.findings[0]!.code;
};

describe('line ends', () => {
  it('of Windows are kept', async () => {
    expect(await convert(text.replaceAll('\n', '\r\n'))).toBe((await convert(text)).replaceAll('\n', '\r\n'));
  });

  it('that are mixed become what most are', async () => {
    expect(await convert(text.replace('\n', '\r\n'))).toBe(await convert(text));
  });
});

describe('outcomes', () => {
  it('without benefit can be forced', async () => {
    const slim = 'FROM node:20-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\nCOPY . .\nCMD ["node", "index.js"]\n';
    const files = memoryProject({ 'package.json': '{"dependencies":{"express":"4.0.0"}}', 'package-lock.json': '{"lockfileVersion":3,"packages":{}}', 'index.js': '' });
    expect(await transform(slim, files, {}, packagedTemplates())).toMatchObject({ kind: 'nothing', findings: [{ code: 'no-benefit' }] });
    expect(await transform(slim, files, { force: true }, packagedTemplates())).toMatchObject({ kind: 'converted' });
  });

  it('for a file of several megabytes is an error', async () => {
    expect(await convert(`FROM a\n${'# x\n'.repeat(1_300_000)}`)).toBe('not-readable');
  });

  it('do not change the answer for the next file', async () => {
    const before = await convert(text);
    await convert('FROM {{ x }}\n');
    expect(await convert(text)).toBe(before);
  });
});
