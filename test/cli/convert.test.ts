import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, goProject } from '../support/cli.ts';
import { temporaryFolder } from '../support/temp.ts';

const isRoot = process.getuid?.() === 0;
const read = (folder: string, name = 'Dockerfile.multi'): string => readFileSync(join(folder, name), 'utf8');
const names = (folder: string): string[] => readdirSync(folder).sort();

describe('a conversion', () => {
  it('writes the file, prints the diff on standard output and the summary on standard error', () => {
    const folder = temporaryFolder(goProject);
    const answer = cli([folder]);
    expect(answer.code).toBe(0);
    expect(answer.out).toMatch(/^diff --git a\/Dockerfile b\/Dockerfile\.multi\n/);
    expect(answer.err).toMatch(/^dockerize-multi: wrote .*Dockerfile\.multi\n {2}Go: /);
    expect(read(folder)).toContain('AS builder');
    expect(read(folder, 'Dockerfile')).toBe(goProject['Dockerfile']);
    expect(names(folder)).toEqual(['Dockerfile', 'Dockerfile.multi', 'go.mod', 'main.go']);
  });

  it('prints a diff that git takes', () => {
    const folder = temporaryFolder(goProject);
    const other = temporaryFolder(goProject);
    writeFileSync(join(other, 'x.patch'), cli([folder]).out);
    execFileSync('git', ['apply', 'x.patch'], { cwd: other });
    expect(read(other)).toBe(read(folder));
  });

  it('works in the current folder', () => {
    const folder = temporaryFolder(goProject);
    expect(cli([], { cwd: folder })).toMatchObject({ code: 0, err: expect.stringContaining('wrote Dockerfile.multi') });
  });

  it('takes a Dockerfile for an argument; its folder is the context', () => {
    const folder = temporaryFolder({ ...goProject, 'App.Dockerfile': goProject['Dockerfile']! });
    expect(cli([join(folder, 'App.Dockerfile')]).code).toBe(0);
    expect(read(folder, 'App.Dockerfile.multi')).toContain('AS builder');
  });

  it('changes nothing the second time', () => {
    const folder = temporaryFolder(goProject);
    cli([folder]);
    const before = statSync(join(folder, 'Dockerfile.multi')).mtimeMs;
    expect(cli([folder])).toMatchObject({ code: 0, err: expect.stringContaining('up to date') });
    expect(statSync(join(folder, 'Dockerfile.multi')).mtimeMs).toBe(before);
  });

  it('updates a stale file and keeps its mode', () => {
    const folder = temporaryFolder({ ...goProject, 'Dockerfile.multi': 'FROM old\n' });
    chmodSync(join(folder, 'Dockerfile.multi'), 0o600);
    expect(cli([folder])).toMatchObject({ code: 0, err: expect.stringContaining('updated') });
    expect(read(folder)).toContain('AS builder');
    expect(statSync(join(folder, 'Dockerfile.multi')).mode & 0o777).toBe(0o600);
  });

  it('leaves a file alone that differs in its line ends only', () => {
    const folder = temporaryFolder(goProject);
    cli([folder]);
    const crlf = read(folder).replaceAll('\n', '\r\n');
    writeFileSync(join(folder, 'Dockerfile.multi'), crlf);
    expect(cli([folder]).err).toContain('up to date');
    expect(read(folder)).toBe(crlf);
  });

  it('keeps Windows line ends', () => {
    const folder = temporaryFolder({ ...goProject, Dockerfile: goProject['Dockerfile']!.replaceAll('\n', '\r\n') });
    expect(cli([folder]).code).toBe(0);
    expect(read(folder)).toMatch(/AS builder\r\n/);
    expect(read(folder).replaceAll('\r\n', '')).not.toContain('\n');
  });
});

describe('--file and --output', () => {
  it('read and write elsewhere, the context stays', () => {
    const folder = temporaryFolder({ ...goProject, 'docker/api.Dockerfile': goProject['Dockerfile']!, Dockerfile: 'FROM scratch\n' });
    expect(cli(['-f', join(folder, 'docker/api.Dockerfile'), '-o', join(folder, 'out.Dockerfile'), folder])).toMatchObject({ code: 0, out: expect.stringMatching(/^diff --git a\/docker\/api\.Dockerfile b\/out\.Dockerfile\n/) });
    expect(read(folder, 'out.Dockerfile')).toContain('AS builder');
  });

  it('write beside the file that was read by default', () => {
    const folder = temporaryFolder({ ...goProject, 'docker/Dockerfile': goProject['Dockerfile']! });
    expect(cli(['--file', join(folder, 'docker/Dockerfile'), folder]).code).toBe(0);
    expect(read(folder, 'docker/Dockerfile.multi')).toContain('AS builder');
  });

  it('may replace the Dockerfile itself when asked to', () => {
    const folder = temporaryFolder(goProject);
    expect(cli(['-o', join(folder, 'Dockerfile'), folder])).toMatchObject({ code: 0, out: expect.stringMatching(/^--- a\/Dockerfile\n\+\+\+ b\/Dockerfile\n/) });
    expect(read(folder, 'Dockerfile')).toContain('AS builder');
  });

  it('say that an ignore file of the Dockerfile\'s own does not hold for the new one', () => {
    const folder = temporaryFolder({ ...goProject, 'Dockerfile.dockerignore': '*.md\n' });
    expect(cli([folder]).err).toContain('(dockerignore-name)');
  });

  it('find the ignore file of a Dockerfile beside it', () => {
    const folder = temporaryFolder({ ...goProject, 'docker/Dockerfile': goProject['Dockerfile']!, 'docker/Dockerfile.dockerignore': '*.md\n', 'Dockerfile.dockerignore': '*\n' });
    const answer = cli(['-f', join(folder, 'docker/Dockerfile'), folder]);
    expect(answer.err).toMatch(/docker\/Dockerfile\.dockerignore:1: warning \(dockerignore-name\)/);
    expect(answer.err).toMatch(/Go: .*go\.mod/);
  });
});

describe('modes that write nothing', () => {
  const modes = [['--dry-run'], ['--check'], ['--stdout'], ['--explain'], ['--json']];

  it.each(modes)('%s', (mode) => {
    const folder = temporaryFolder(goProject);
    cli([mode, folder]);
    expect(names(folder)).toEqual(['Dockerfile', 'go.mod', 'main.go']);
  });

  it('--stdout prints the file and nothing else', () => {
    const folder = temporaryFolder(goProject);
    const answer = cli(['--stdout', folder]);
    cli([folder]);
    expect(answer).toMatchObject({ code: 0, err: '', out: read(folder) });
  });

  it('--dry-run prints the diff, and what would be done on standard error', () => {
    const folder = temporaryFolder(goProject);
    expect(cli(['--dry-run', folder])).toMatchObject({ code: 0, out: expect.stringMatching(/^diff --git /), err: expect.stringContaining('would write') });
  });

  it('--explain prints each line with what becomes of it', () => {
    const folder = temporaryFolder(goProject);
    const answer = cli(['--explain', folder]);
    expect(answer.code).toBe(0);
    for (let line = 1; line <= 6; line += 1) expect(answer.out).toContain(`Dockerfile:${line}  `);
  });

  it('--json prints JSON', () => {
    const folder = temporaryFolder(goProject);
    const answer = cli(['--json', folder]);
    expect(answer).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(answer.out)).toMatchObject({ schemaVersion: 2, outcome: 'converted', language: 'go' });
  });

  it('--json prints JSON for a refusal, too', () => {
    const folder = temporaryFolder({ Dockerfile: 'FROM php:8\nCMD ["php"]\n' });
    const answer = cli(['--json', folder]);
    expect(answer.code).toBe(3);
    expect(JSON.parse(answer.out)).toMatchObject({ outcome: 'refused', findings: [{ code: 'unsupported-language' }] });
  });
});

describe('--check', () => {
  it('exits with 1 and the diff when the file is missing', () => {
    expect(cli(['--check', temporaryFolder(goProject)])).toMatchObject({ code: 1, out: expect.stringMatching(/^diff --git /), err: expect.stringContaining('is missing') });
  });

  it('exits with 1 and what has to change when it is stale', () => {
    const folder = temporaryFolder(goProject);
    cli([folder]);
    writeFileSync(join(folder, 'Dockerfile.multi'), read(folder).replace('EXPOSE 8080\n', ''));
    const answer = cli(['--check', folder]);
    expect(answer).toMatchObject({ code: 1, err: expect.stringContaining('is stale') });
    expect(answer.out).toMatch(/^--- a\/Dockerfile\.multi\n\+\+\+ b\/Dockerfile\.multi\n[^]*\n\+EXPOSE 8080\n/);
    execFileSync('patch', ['-p1', '-s'], { cwd: folder, input: answer.out });
    expect(cli(['--check', folder]).code).toBe(0);
  });

  it('exits with 0 and prints nothing on standard output when it is up to date', () => {
    const folder = temporaryFolder(goProject);
    cli([folder]);
    expect(cli(['--check', folder])).toMatchObject({ code: 0, out: '', err: expect.stringContaining('up to date') });
  });

  it('exits with 3 for a project that is refused', () => {
    expect(cli(['--check', temporaryFolder({ Dockerfile: 'FROM php:8\nCMD ["php"]\n' })]).code).toBe(3);
  });
});

describe('standard input', () => {
  it('gives the proposal on standard output', () => {
    const answer = cli(['-'], { input: 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN CGO_ENABLED=0 go build -o server .\nCMD ["./server"]\n' });
    expect(answer.code, answer.err).toBe(0);
    expect(answer.out).toMatch(/^[^]*FROM golang:1\.22 AS builder\n/);
  });

  it('writes a file where --output asks for it', () => {
    const folder = temporaryFolder();
    const answer = cli(['-o', join(folder, 'new'), '-'], { input: goProject['Dockerfile']! });
    expect(answer.code, answer.err).toBe(0);
    expect(read(folder, 'new')).toContain('AS builder');
  });

  it('is named in messages', () => {
    expect(cli(['-'], { input: 'FROM a\nRUM b\n' })).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^<stdin>:2: error \(syntax\)/) });
  });

  it('may be empty', () => {
    expect(cli(['-'])).toMatchObject({ code: 2, err: expect.stringContaining('(empty-dockerfile)') });
  });
});

describe('what cannot be written', () => {
  const failure = (output: (folder: string) => string, prepare: (folder: string) => void = () => {}): { answer: ReturnType<typeof cli>; before: string[]; after: string[] } => {
    const folder = temporaryFolder(goProject);
    prepare(folder);
    const before = names(folder);
    const answer = cli(['-o', output(folder), folder]);
    return { answer, before, after: names(folder) };
  };

  it('is a file in a folder that is not there', () => {
    const { answer, before, after } = failure((folder) => join(folder, 'nothing/Dockerfile'));
    expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('(write-failed)') });
    expect(after).toEqual(before);
  });

  it('is a folder', () => {
    const { answer, before, after } = failure((folder) => join(folder, 'out'), (folder) => mkdirSync(join(folder, 'out')));
    expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('not a regular file') });
    expect(after).toEqual(before);
  });

  it('is a symbolic link: what it leads to stays as it is', () => {
    const folder = temporaryFolder({ ...goProject, precious: 'x' });
    symlinkSync('precious', join(folder, 'Dockerfile.multi'));
    expect(cli([folder])).toMatchObject({ code: 2, err: expect.stringContaining('not a regular file') });
    expect(read(folder, 'precious')).toBe('x');
    expect(readlinkSync(join(folder, 'Dockerfile.multi'))).toBe('precious');
  });

  it('is a link that leads to nothing', () => {
    const folder = temporaryFolder(goProject);
    symlinkSync('nothing', join(folder, 'Dockerfile.multi'));
    expect(cli([folder]).code).toBe(2);
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it('is a pipe, and the run does not wait at it', () => {
    const { answer } = failure((folder) => join(folder, 'pipe'), (folder) => execFileSync('mkfifo', [join(folder, 'pipe')]));
    expect(answer.code).toBe(2);
  });

  it.skipIf(isRoot)('is a file in a read-only folder', () => {
    const folder = temporaryFolder(goProject);
    chmodSync(folder, 0o555);
    const answer = cli([folder]);
    chmodSync(folder, 0o755);
    expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('(write-failed)') });
    expect(names(folder)).toEqual(['Dockerfile', 'go.mod', 'main.go']);
  });
});
