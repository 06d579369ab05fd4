import { describe, expect, it } from 'vitest';
import { lockfilesIn, lockStatus, type NodeLockfile } from '../../../src/manifests/node-lockfile.ts';
import { readPackageJson } from '../../../src/manifests/package-json.ts';
import { memoryProject } from '../../../src/project/memory.ts';

describe('readPackageJson', () => {
  it('reads scripts and dependencies, and leaves out what is no string', () => {
    const manifest = readPackageJson('{"name":"a","scripts":{"start":"node a.js","x":1},"dependencies":{"b":"^1"},"workspaces":{"packages":["p/*"]}}')!;
    expect({ ...manifest.scripts }).toEqual({ start: 'node a.js' });
    expect({ ...manifest.dependencies }).toEqual({ b: '^1' });
    expect(manifest.workspaces).toEqual(['p/*']);
  });

  it('keeps hostile keys plain data', () => {
    const manifest = readPackageJson('{"dependencies":{"__proto__":"1","constructor":"2"}}')!;
    expect('toString' in manifest.dependencies).toBe(false);
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['__proto__', 'constructor']);
  });

  it.each(['', '[]', '{', 'null', '"x"'])('gives nothing for %j', (text) => expect(readPackageJson(text)).toBeUndefined());
});

describe('lockfiles', () => {
  it('finds them by name, and Yarn 2 by its metadata', () => {
    const project = memoryProject({ 'a/yarn.lock': '__metadata:\n  version: 8\n', 'a/package-lock.json': '{}' });
    expect(lockfilesIn(project, 'a', undefined).map((lock) => [lock.manager, lock.berry])).toEqual([['yarn', true], ['npm', false]]);
  });

  it('takes packageManager where there is none', () => {
    expect(lockfilesIn(memoryProject({}), '', readPackageJson('{"packageManager":"pnpm@9.1.0"}'))[0]?.manager).toBe('pnpm');
  });

  const npm: NodeLockfile = { manager: 'npm', path: 'package-lock.json', berry: false };
  it('tells production from development in npm\'s lockfile, old and new', () => {
    const current = '{"packages":{"node_modules/express":{"dev":true},"node_modules/koa":{}}}';
    expect(['express', 'koa', 'x'].map((name) => lockStatus(npm, current, name, {}))).toEqual(['development', 'production', 'absent']);
    expect(lockStatus(npm, '{"lockfileVersion":1,"dependencies":{"express":{"dev":true}}}', 'express', {})).toBe('development');
  });

  it('follows yarn.lock from the production dependencies', () => {
    const yarn: NodeLockfile = { manager: 'yarn', path: 'yarn.lock', berry: false };
    const text = 'a@^1:\n  version "1"\n  dependencies:\n    b "^2"\n\nb@^2:\n  version "2"\n\n"c@^3":\n  version "3"\n';
    expect(['a', 'b', 'c', 'd'].map((name) => lockStatus(yarn, text, name, { a: '^1' }))).toEqual(['production', 'production', 'development', 'absent']);
  });
});
