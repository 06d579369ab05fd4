import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, goProject } from '../support/cli.ts';
import { root } from '../support/examples.ts';
import { temporaryFolder } from '../support/temp.ts';

const isRoot = process.getuid?.() === 0;
const names = (folder: string): string[] => readdirSync(folder).sort();
const bundle = join(root, 'dist/cli.js');

/** Converts a project that is the small one with more in it: it must still be converted, and nothing may be written but the proposal. */
function converted(prepare: (folder: string) => void): string {
  const folder = temporaryFolder(goProject);
  prepare(folder);
  const before = readdirSync(folder, { encoding: 'buffer' }).length;
  const answer = cli([folder]);
  expect(answer.code, answer.err).toBe(0);
  expect(readdirSync(folder, { encoding: 'buffer' })).toHaveLength(before + 1);
  return readFileSync(join(folder, 'Dockerfile.multi'), 'utf8');
}

describe('a project with', () => {
  it('links that lead in a circle, or to a folder above', () => {
    converted((folder) => {
      symlinkSync('loop', join(folder, 'loop'));
      symlinkSync('.', join(folder, 'self'));
      mkdirSync(join(folder, 'a/b'), { recursive: true });
      symlinkSync('../..', join(folder, 'a/b/up'));
      symlinkSync('..', join(folder, 'a/again'));
    });
  });

  it('links that lead outside: what is there is not read', () => {
    const outside = temporaryFolder({ 'secret.txt': 'hush\n', 'go.mod': 'module outside\n\ngo 1.2\n' });
    const folder = temporaryFolder({ Dockerfile: goProject['Dockerfile']!, 'main.go': goProject['main.go']! });
    symlinkSync(join(outside, 'go.mod'), join(folder, 'go.mod'));
    symlinkSync(outside, join(folder, 'assets'));
    const answer = cli(['--json', folder]);
    expect(answer.out).not.toContain('secret.txt');
    expect(answer.out).not.toContain('module outside');
  });

  it('pipes, sockets and devices', async () => {
    const folder = temporaryFolder(goProject);
    execFileSync('mkfifo', [join(folder, 'main_test.go')]);
    execFileSync('mkfifo', [join(folder, '.dockerignore')]);
    symlinkSync('/dev/zero', join(folder, 'zero.go'));
    symlinkSync('/dev/stdin', join(folder, 'stdin.go'));
    const server = createServer().listen(join(folder, 'x.go'));
    await once(server, 'listening');
    const answer = cli([folder]);
    server.close();
    expect(answer.code, answer.err).toBe(0);
  });

  it('strange names', () => {
    converted((folder) => {
      for (const name of ['a b', 'new\nline', '$HOME', '`x`', '"', "'", '*', '[', '-rf', '\\', '#', '\u001b[31m', '__proto__', 'constructor', '\u2028']) writeFileSync(join(folder, `${name}.txt`), '');
      writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe, 0x2e, 0x67, 0x6f])]), '');
    });
  });

  it.skipIf(isRoot)('folders and files without permission', () => {
    const folder = temporaryFolder({ ...goProject, 'locked/x.go': 'package x\n', 'closed.txt': 'x' });
    chmodSync(join(folder, 'locked'), 0);
    chmodSync(join(folder, 'closed.txt'), 0);
    const answer = cli([folder]);
    chmodSync(join(folder, 'locked'), 0o755);
    expect([0, 3], answer.err).toContain(answer.code);
  });

  it('files that are too long to be read', () => {
    converted((folder) => {
      writeFileSync(join(folder, 'data.go'), `package main\n\nvar data = "${'x'.repeat(5_000_000)}"\n`);
      const sparse = openSync(join(folder, 'sparse.txt'), 'w');
      writeSync(sparse, 'x', 20_000_000_000);
      closeSync(sparse);
    });
  });

  it('a hundred thousand files', () => {
    const folder = temporaryFolder(goProject);
    for (const place of ['node_modules', '.git', 'data', 'more']) {
      for (let index = 0; index < 10; index += 1) {
        mkdirSync(join(folder, place, `${index}`), { recursive: true });
        for (let file = 0; file < 500; file += 1) writeFileSync(join(folder, place, `${index}`, `${file}.txt`), '');
      }
    }
    const seconds = (): number => {
      const before = performance.now();
      expect(cli(['--dry-run', folder]).code).toBe(0);
      return (performance.now() - before) / 1000;
    };
    const few = cli(['--dry-run', temporaryFolder(goProject)]);
    expect(few.code).toBe(0);
    expect(seconds()).toBeLessThan(15);
  }, 60_000);

  it('a .dockerignore that no builder takes', () => {
    for (const ignore of ['[z-a]\n', '[\n', '!\n', '\\\n', '**/'.repeat(200), '*a'.repeat(200), 'x\n'.repeat(5000), '\u0000']) {
      const folder = temporaryFolder({ ...goProject, '.dockerignore': ignore, [`${'a'.repeat(200)}.txt`]: '' });
      const answer = cli(['--dry-run', folder]);
      expect([0, 3], `${ignore.slice(0, 40)}: ${answer.err}`).toContain(answer.code);
    }
  }, 60_000);
});

describe('no error is internal', () => {
  it.each([
    ['bytes', Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919 + 13) % 256))],
    ['control characters', Buffer.from(Array.from({ length: 31 }, (_, index) => index + 1))],
    ['half a character', Buffer.concat([Buffer.from('FROM x\nRUN '), Buffer.from([0xe2, 0x82])])],
    ['UTF-16', Buffer.from('FROM golang:1.22\nCMD x\n', 'utf16le')],
    ['a line of 5 MB', Buffer.from(`FROM x\nRUN ${'a'.repeat(5_000_000)}\n`)],
  ])('on standard input: %s', (_, input) => {
    const answer = cli(['-'], { input });
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).not.toContain('internal error');
  });
});

describe('writing', () => {
  it('leaves nothing behind where the disk is full', () => {
    // A limit on the size of files is what can be had without a small disk.
    const folder = temporaryFolder({ ...goProject, Dockerfile: goProject['Dockerfile']!.replace('EXPOSE', `${`# ${'x'.repeat(100)}\n`.repeat(200)}EXPOSE`), 'Dockerfile.multi': 'FROM old\n' });
    let code: number | null = 0;
    let err = '';
    try {
      execFileSync('bash', ['-c', `ulimit -f 4; trap '' XFSZ; exec '${process.execPath}' '${bundle}' '${folder}' > /dev/null`], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      ({ status: code, stderr: err } = error as { status: number | null; stderr: string });
    }
    expect(code, err).toBe(2);
    expect(err).toContain('(write-failed)');
    expect(names(folder)).toEqual(['Dockerfile', 'Dockerfile.multi', 'go.mod', 'main.go']);
    expect(readFileSync(join(folder, 'Dockerfile.multi'), 'utf8')).toBe('FROM old\n');
  });

  it('gives the whole file or none, however many write at once', async () => {
    const folder = temporaryFolder(goProject);
    const runs = Array.from({ length: 6 }, () => spawn(process.execPath, [bundle, folder], { stdio: 'ignore' }));
    const codes = await Promise.all(runs.map(async (run) => (await once(run, 'exit'))[0] as number));
    expect(codes).toEqual(runs.map(() => 0));
    expect(names(folder)).toEqual(['Dockerfile', 'Dockerfile.multi', 'go.mod', 'main.go']);
    expect(cli(['--check', folder]).code).toBe(0);
  }, 60_000);

  it('gives the whole file or the old one when it is ended in the middle', async () => {
    const folder = temporaryFolder({ ...goProject, 'Dockerfile.multi': 'FROM old\n' });
    const whole = cli(['--stdout', folder]).out;
    for (const after of [0, 50, 100, 150, 200, 250, 300]) {
      const run = spawn(process.execPath, [bundle, folder], { stdio: 'ignore' });
      setTimeout(() => run.kill('SIGKILL'), after);
      await once(run, 'exit');
      expect(['FROM old\n', whole]).toContain(readFileSync(join(folder, 'Dockerfile.multi'), 'utf8'));
    }
  }, 60_000);

  it('makes a file that others may read as the umask says', () => {
    const folder = temporaryFolder(goProject);
    expect(cli([folder]).code).toBe(0);
    expect(statSync(join(folder, 'Dockerfile.multi')).mode & 0o777).toBe(0o666 & ~process.umask());
  });
});
