import { describe, expect, it } from 'vitest';
import { readNodeCommand } from '../../../../src/languages/node/commands.ts';
import { scanSource } from '../../../../src/languages/node/scan.ts';
import { packageOfImport } from '../../../../src/languages/node/sources.ts';

const read = (text: string): unknown => {
  const command = readNodeCommand(text.split(' '));
  return command && { ...command, words: undefined };
};

describe('readNodeCommand', () => {
  it.each([
    ['npm ci --omit=dev', { kind: 'install', manager: 'npm', production: true, named: false }],
    ['npm --prefix api install', { kind: 'install', prefix: 'api' }],
    ['npm i -g pm2@5 typescript', { kind: 'global', packages: ['pm2@5', 'typescript'] }],
    ['yarn', { kind: 'install', manager: 'yarn' }],
    ['yarn global add serve', { kind: 'global', packages: ['serve'] }],
    ['yarn build', { kind: 'script', script: 'build' }],
    ['pnpm -r build', { kind: 'script', script: 'build' }],
    ['npm run build -- --prod', { kind: 'script', script: 'build', args: ['--prod'] }],
    ['npx -y serve@14 -s dist', { kind: 'exec', tool: 'serve', via: 'npm' }],
    ['npx @angular/cli build', { kind: 'exec', tool: 'ng' }],
    ['bun run server.ts', { kind: 'exec', tool: 'bun' }],
    ['node_modules/.bin/next start', { kind: 'exec', tool: 'next' }],
    ['corepack enable', { kind: 'upkeep', manager: 'corepack' }],
  ])('%s', (text, expected) => expect(read(text)).toMatchObject(expected));

  it('leaves other programs alone', () => expect(read('curl -O x')).toBeUndefined());
});

describe('scanSource', () => {
  it('ignores comments and regular expressions, and sees strings in templates', () => {
    const { literals, imports } = scanSource("// require('a')\nconst x = /'/; const b = require('b'); /* 'c' */ const t = `d/${require('e')}/'f'`;");
    expect(imports.map((item) => item.name)).toEqual(['b', 'e']);
    expect(literals.map((item) => item.text)).toEqual(['b', 'd/', 'e', "/'f'"]);
  });

  it('tells types from values, and notices imports made at run time', () => {
    expect(scanSource("import type { A } from 'a'; import b, { type C } from 'b'; export * from './c'; import 'd';").imports.map((item) => item.name)).toEqual(['b', './c', 'd']);
    expect(scanSource("require('./' + name)").dynamicImport).toBe(1);
    expect(scanSource("require('./name')").dynamicImport).toBeUndefined();
  });

  it.each([['express/lib/x', 'express'], ['@a/b/c', '@a/b'], ['node:fs', undefined], ['fs', undefined], ['./a', undefined], ['@/x', undefined], ['~/x', undefined]])('%s is of %s', (name, expected) => expect(packageOfImport(name)).toBe(expected));
});
