import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { colorDiff, unifiedDiff } from '../../src/diff.ts';
import { temporaryFolder } from '../support/temp.ts';

const before = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server\nEXPOSE 80\nCMD ["./server"]\n';
const after = '# syntax=docker/dockerfile:1\n\nFROM golang:1.22 AS builder\nWORKDIR /app\nCOPY . .\nRUN go build -o server\n\nFROM scratch\nCOPY --from=builder /app/server /server\nEXPOSE 80\nCMD ["/server"]\n';

const tools = [
  ['git apply', (folder: string, patch: string) => execFileSync('git', ['apply', patch], { cwd: folder, stdio: 'pipe' })],
  ['patch -p1', (folder: string, patch: string) => execFileSync('patch', ['-p1', '-s', '-i', patch], { cwd: folder, stdio: 'pipe' })],
] as const;

describe.each(tools)('%s', (name, apply) => {
  const applied = (from: { name: string; text: string }, to: { name: string; text: string }): { source: string; target: string } => {
    const folder = temporaryFolder({ [from.name]: from.text });
    writeFileSync(join(folder, 'x.patch'), unifiedDiff(from, to));
    apply(folder, 'x.patch');
    return { source: readFileSync(join(folder, from.name), 'utf8'), target: readFileSync(join(folder, to.name), 'utf8') };
  };

  it.each([
    ['a proposal', before, after],
    ['a proposal without final line end', before, after.trimEnd()],
    ['an original without final line end', before.trimEnd(), after],
    ['Windows line ends', before.replaceAll('\n', '\r\n'), after.replaceAll('\n', '\r\n')],
    ['a byte order mark that goes', `\uFEFF${before}`, after],
    ['long files', `FROM a\n${'RUN b\n'.repeat(200)}`, `FROM a AS builder\n${'RUN b\n'.repeat(100)}RUN c\n${'RUN b\n'.repeat(100)}FROM d\n`],
    ['other alphabets', 'FROM a\n# größe 🐳\nCMD b\n', 'FROM a AS x\n# größe 🐳\nFROM y\nCMD b\n'],
  ])('makes the new file from %s and leaves the original alone', (_, one, two) => {
    expect(applied({ name: 'Dockerfile', text: one }, { name: 'Dockerfile.multi', text: two })).toEqual({ source: one, target: two });
  });

  it('makes the new file in a folder below', () => {
    expect(applied({ name: 'docker/Dockerfile', text: before }, { name: 'docker/Dockerfile.multi', text: after })).toEqual({ source: before, target: after });
  });

  it('brings a stale file up to date', () => {
    const stale = after.replace('EXPOSE 80\n', '');
    expect(applied({ name: 'Dockerfile.multi', text: stale }, { name: 'Dockerfile.multi', text: after }).target).toBe(after);
  });

  // GNU patch cannot read such names in a copy that git wrote, either.
  it.runIf(name === 'git apply')('takes a name with a space', () => {
    expect(applied({ name: 'my Dockerfile', text: before }, { name: 'my Dockerfile.multi', text: after })).toEqual({ source: before, target: after });
  });
});

describe('unifiedDiff', () => {
  it('is empty for equal files', () => {
    expect(unifiedDiff({ name: 'a', text: before }, { name: 'a', text: before })).toBe('');
  });

  it('has a header that git knows', () => {
    expect(unifiedDiff({ name: 'Dockerfile', text: before }, { name: 'Dockerfile.multi', text: after }).split('\n').slice(0, 5)).toEqual([
      'diff --git a/Dockerfile b/Dockerfile.multi',
      'copy from Dockerfile',
      'copy to Dockerfile.multi',
      '--- a/Dockerfile',
      '+++ b/Dockerfile.multi',
    ]);
  });
});

describe('colorDiff', () => {
  const diff = unifiedDiff({ name: 'Dockerfile', text: before }, { name: 'Dockerfile.multi', text: after });

  it('colours lines by what they are', () => {
    const colors = { bold: (text: string) => `B${text}`, cyan: (text: string) => `C${text}`, green: (text: string) => `G${text}`, red: (text: string) => `R${text}` };
    const lines = colorDiff(diff, colors).split('\n');
    expect(lines[0]).toMatch(/^Bdiff/);
    expect(lines[4]).toMatch(/^B\+\+\+/);
    expect(lines.find((line) => line.includes('@@'))).toMatch(/^C@@/);
    expect(lines).toContain('G+FROM scratch');
    expect(lines).toContain('R-FROM golang:1.22');
    expect(lines).toContain(' EXPOSE 80');
  });

  it('is the same text without the colours', () => {
    expect(colorDiff(diff, pc.createColors(true)).replace(/\u001b\[\d+m/g, '')).toBe(diff);
  });

  it('does not take removed lines that start with dashes for a header', () => {
    const colors = { bold: (text: string) => `B${text}`, cyan: (text: string) => text, green: (text: string) => `G${text}`, red: (text: string) => `R${text}` };
    const lines = colorDiff(unifiedDiff({ name: 'a', text: 'x\n-- y\n++ z\n' }, { name: 'a', text: 'x\n' }), colors).split('\n');
    expect(lines).toContain('R--- y');
  });
});
