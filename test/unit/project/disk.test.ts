import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskProject, readRegularFile } from '../../../src/project/disk.ts';
import { temporaryFolder } from '../../support/temp.ts';

/** Permissions do not hold for root. */
const isRoot = process.getuid?.() === 0;

describe('diskProject', () => {
  it('reads files and lists folders, sorted', () => {
    const project = diskProject(temporaryFolder({ 'b.txt': 'B', 'a/c.txt': 'C' }), undefined);
    expect(project.list('')).toEqual(['a', 'b.txt']);
    expect(project.read('a/c.txt')).toBe('C');
    expect([project.kind(''), project.kind('a'), project.kind('b.txt'), project.kind('x')]).toEqual(['folder', 'folder', 'file', undefined]);
  });

  it('takes paths in other spellings', () => {
    const project = diskProject(temporaryFolder({ 'a/c.txt': 'C' }), undefined);
    expect([project.read('./a/c.txt'), project.read('/a/c.txt'), project.read('a//c.txt'), project.read('x/../a/c.txt')]).toEqual(['C', 'C', 'C', 'C']);
  });

  it('stays in its folder', () => {
    const outside = temporaryFolder({ secret: 'x', 'inside/a': 'A' });
    const project = diskProject(join(outside, 'inside'), undefined);
    expect([project.read('../secret'), project.kind('../secret'), project.kind('../../../etc/passwd')]).toEqual([undefined, undefined, undefined]);
  });

  it('does not follow symbolic links out of its folder', () => {
    const outside = temporaryFolder({ secret: 'x', 'folder/y': 'y' });
    const folder = temporaryFolder();
    symlinkSync(join(outside, 'secret'), join(folder, 'link'));
    symlinkSync(join(outside, 'folder'), join(folder, 'links'));
    const project = diskProject(folder, undefined);
    expect([project.read('link'), project.kind('link'), project.read('links/y'), project.kind('links')]).toEqual([undefined, undefined, undefined, undefined]);
    expect(project.list('links')).toEqual([]);
  });

  it('is not led astray by a neighbour whose name starts alike', () => {
    const folder = temporaryFolder({ 'app/a': 'A', 'app-secrets/b': 'B' });
    symlinkSync(join(folder, 'app-secrets'), join(folder, 'app/x'));
    expect(diskProject(join(folder, 'app'), undefined).read('x/b')).toBeUndefined();
  });

  it('follows symbolic links within its folder', () => {
    const folder = temporaryFolder({ a: 'A' });
    symlinkSync('a', join(folder, 'b'));
    expect(diskProject(folder, undefined).read('b')).toBe('A');
  });

  it('survives links that lead in a circle, and to nothing', () => {
    const folder = temporaryFolder();
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    symlinkSync('nothing', join(folder, 'c'));
    mkdirSync(join(folder, 'd'));
    symlinkSync('..', join(folder, 'd/up'));
    const project = diskProject(folder, undefined);
    expect([project.kind('a'), project.read('b'), project.kind('c')]).toEqual([undefined, undefined, undefined]);
    expect(project.kind('d/up/d/up/d')).toBe('folder');
  });

  it('works where the folder itself is a symbolic link', () => {
    const folder = temporaryFolder({ 'real/a': 'A' });
    symlinkSync('real', join(folder, 'link'));
    expect(diskProject(join(folder, 'link'), undefined).read('a')).toBe('A');
  });

  it('does not wait at a pipe', () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const project = diskProject(folder, undefined);
    expect([project.read('pipe'), project.kind('pipe'), readRegularFile(join(folder, 'pipe'))]).toEqual([undefined, undefined, undefined]);
  });

  it.skipIf(isRoot)('says nothing of what it may not read', () => {
    const folder = temporaryFolder({ 'closed/a': 'A', b: 'B' });
    chmodSync(join(folder, 'closed'), 0);
    chmodSync(join(folder, 'b'), 0);
    const project = diskProject(folder, undefined);
    expect([project.list('closed'), project.read('closed/a'), project.read('b')]).toEqual([[], undefined, undefined]);
    chmodSync(join(folder, 'closed'), 0o755);
  });

  it('does not read what is very large', () => {
    expect(diskProject(temporaryFolder({ big: 'x'.repeat(4_000_001), small: 'x' }), undefined).read('big')).toBeUndefined();
  });

  it('does not read what is binary', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), Buffer.from([0x7f, 0x45, 0, 1]));
    expect(diskProject(folder, undefined)).toMatchObject({ known: true });
    expect([diskProject(folder, undefined).read('a'), diskProject(folder, undefined).kind('a')]).toEqual([undefined, 'file']);
  });

  it('leaves out what .dockerignore names', () => {
    const project = diskProject(temporaryFolder({ 'node_modules/x/index.js': '', 'a.md': '', 'README.md': '', 'src/a.js': '' }), 'node_modules\n*.md\n!README.md\n');
    expect(project.list('')).toEqual(['README.md', 'src']);
    expect([project.kind('node_modules'), project.read('node_modules/x/index.js'), project.kind('a.md'), project.kind('README.md')]).toEqual([undefined, undefined, undefined, 'file']);
  });

  it('has the folders of what an exception brings back', () => {
    const project = diskProject(temporaryFolder({ 'src/deep/a.txt': 'A', 'src/deep/b.md': '', 'other/c.md': '', 'empty/d': '' }), '*\n!**/*.txt\n');
    expect([project.list(''), project.list('src'), project.list('src/deep')]).toEqual([['src'], ['deep'], ['a.txt']]);
    expect([project.kind('src'), project.kind('src/deep'), project.read('src/deep/a.txt'), project.kind('src/deep/b.md'), project.kind('other')]).toEqual(['folder', 'folder', 'A', undefined, undefined]);
  });

  it.skipIf(process.platform === 'win32')('tells permissions', () => {
    const folder = temporaryFolder({ 'a/b': '', c: '' });
    chmodSync(join(folder, 'a/b'), 0o600);
    chmodSync(join(folder, 'a'), 0o711);
    const project = diskProject(folder, 'c\n');
    expect([project.mode!('a/b'), project.mode!('a'), project.mode!('c'), project.mode!('nothing')]).toEqual([0o600, 0o711, undefined, undefined]);
  });

  it('does not read through a link to what .dockerignore names', () => {
    const folder = temporaryFolder({ a: 'A' });
    symlinkSync('a', join(folder, 'b'));
    // Docker sends the link itself: it leads to nothing in the image.
    expect(diskProject(folder, 'a\n').kind('a')).toBeUndefined();
  });
});
