import { describe, expect, it } from 'vitest';
import { readDockerignore, readExceptions } from '../../../src/project/dockerignore.ts';
import { memoryProject } from '../../../src/project/memory.ts';
import { basename, dirname, filesBelow, inImage, join, normalize, unknownProject } from '../../../src/project/project.ts';
import { packagedTemplates } from '../../../src/project/templates.ts';

describe('paths', () => {
  it.each([
    ['a/./b//c/', 'a/b/c'],
    ['../a', 'a'],
    ['a/../../b', 'b'],
    ['/', ''],
    ['.', ''],
  ])('normalize %s', (path, expected) => {
    expect(normalize(path)).toBe(expected);
  });

  it.each([
    ['a', 'b', 'a/b'],
    ['', 'b', 'b'],
    ['a', '/b', 'b'],
    ['a', '../b', 'b'],
  ])('join %s and %s', (folder, path, expected) => {
    expect(join(folder, path)).toBe(expected);
  });

  it.each([
    ['/app', 'x', '/app/x'],
    ['/app', '/x', '/x'],
    ['/app', '.', '/app'],
    ['/app', '../..', '/'],
    ['/', '', '/'],
  ])('in the image: %s and %s', (folder, path, expected) => {
    expect(inImage(folder, path)).toBe(expected);
  });

  it('take the last part off', () => {
    expect([dirname('a/b/c'), dirname('a'), basename('a/b'), basename('a')]).toEqual(['a/b', '', 'b', 'a']);
  });
});

describe('.dockerignore', () => {
  // Source: Docker's documentation, ".dockerignore files".
  it.each([
    ['node_modules', 'node_modules/a/b.js', true],
    ['node_modules', 'src/node_modules/a.js', false],
    ['**/node_modules', 'src/node_modules/a.js', true],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/a.md', false],
    ['**/*.md', 'docs/deep/a.md', true],
    ['*/temp*', 'a/temporary.txt', true],
    ['temp?', 'tempa', true],
    ['/build', 'build/x', true],
    ['build/', 'build/x', true],
    ['# a\n\nb', 'b', true],
    ['# a', '# a', false],
    ['*\n!src', 'src/a.go', false],
    ['*\n!src', 'other', true],
    ['*\n!src\nsrc/*.txt', 'src/a.txt', true],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['a\r\nb\r\n', 'a', true],
    ['\uFEFFa', 'a', true],
    ['  a  ', 'a', true],
    ['', 'a', false],
    ['.', 'a', false],
  ])('%j leaves out %s: %s', (text, path, expected) => {
    expect(readDockerignore(text)(path)).toBe(expected);
  });

  // Tried with BuildKit.
  it.each([
    ['build  ', 'build', true],
    ['*\n! src', 'src/a', false],
    ['temp[!0]', 'temp1', false],
    ['temp[^0]', 'temp1', true],
    ['\\#hash', '#hash', true],
    ['src/../build', 'build/x', true],
    ['./src', 'src/a', true],
    ['src/**\n!src/deep/x.md', 'src/deep/x.md', false],
    ['**/', 'a/b', true],
  ])('%j leaves out %s: %s', (text, path, expected) => {
    expect(readDockerignore(text)(path)).toBe(expected);
  });

  it.each([
    ['!src/a.txt', 'src', true],
    ['!src/a.txt', 'other', false],
    ['!src/deep/*', 'src/deep', true],
    ['!src/deep/*', 'src/other', false],
    [' ! **/*.txt', 'any/where', true],
    ['!s*/x', 'src', true],
    ['!src', 'src/deep', true],
    ['src/a.txt', 'src', false],
    ['', 'src', false],
  ])('%j may bring back something below %s: %s', (text, folder, expected) => {
    expect(readExceptions(text)(folder)).toBe(expected);
  });

  it('never leaves out the context itself', () => {
    expect(readDockerignore('*')('')).toBe(false);
  });
});

describe('memoryProject', () => {
  it('keeps to its .dockerignore', () => {
    const project = memoryProject({ '.dockerignore': 'b\n', a: 'A', b: 'B' });
    expect([project.read('a'), project.read('b'), project.list('')]).toEqual(['A', undefined, ['.dockerignore', 'a']]);
  });

  it('has the folders of its files', () => {
    const project = memoryProject({ 'a/b/c': '' });
    expect([project.kind('a'), project.kind('a/b'), project.list('a'), project.kind('c')]).toEqual(['folder', 'folder', ['b'], undefined]);
  });
});

describe('unknownProject', () => {
  it('says nothing', () => {
    expect([unknownProject.known, unknownProject.kind(''), unknownProject.read('a'), unknownProject.list('')]).toEqual([false, undefined, undefined, []]);
  });
});

describe('filesBelow', () => {
  it('leaves out what others wrote', () => {
    const project = memoryProject({ 'a.js': '', 'src/b.js': '', 'node_modules/c/c.js': '', 'src/vendor/d.js': '', 'src/e.md': '' });
    expect(filesBelow(project, '', (path) => path.endsWith('.js'))).toEqual(['a.js', 'src/b.js']);
  });

  it('ends in a folder that contains itself', () => {
    const endless = { known: true, kind: () => 'folder' as const, read: () => undefined, list: () => ['a', 'b'] };
    expect(filesBelow(endless, '', () => true)).toEqual([]);
  });
});

describe('packagedTemplates', () => {
  const templates = packagedTemplates();

  it('have a text', () => {
    expect(templates('go/scratch')).toContain('FROM <%~ it.image %>');
  });

  it.each(['go/nothing', '../package', 'go/../../package', 'go', '/etc/passwd', ''])('have none for %j', (name) => {
    expect(templates(name)).toBeUndefined();
  });
});
