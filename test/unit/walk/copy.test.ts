import { describe, expect, it } from 'vitest';
import type { CopyFacts } from '../../../src/walk/copy.ts';
import { stepOf, walkOf } from '../../support/walks.ts';

const files = { 'a.txt': '', 'b.txt': '', 'src/main.c': '', 'src/lib/x.c': '', '.dockerignore': 'secret*\nbuild\n', 'secret.txt': '', 'build/out': '' };

function copyOf(line: string, before = '', project: Record<string, string> | undefined = files): CopyFacts {
  const walked = walkOf(`FROM golang:1.22\nWORKDIR /app\n${before}${line}\n`, project);
  return stepOf(walked, line.startsWith('ADD') ? 'ADD' : 'COPY').copy!;
}

const landing = (line: string, before = ''): string[] => copyOf(line, before).entries.map((entry) => `${entry.source} -> ${entry.target}`);

describe('where COPY lands', () => {
  it.each([
    ['COPY . .', [' -> /app']],
    ['COPY . /srv/', [' -> /srv']],
    ['COPY a.txt .', ['a.txt -> /app/a.txt']],
    ['COPY a.txt ./', ['a.txt -> /app/a.txt']],
    ['COPY a.txt ..', ['a.txt -> /a.txt']],
    ['COPY a.txt /x', ['a.txt -> /x']],
    ['COPY a.txt /x/', ['a.txt -> /x/a.txt']],
    ['COPY a.txt b.txt /x/', ['a.txt -> /x/a.txt', 'b.txt -> /x/b.txt']],
    ['COPY src /x', ['src -> /x']],
    ['COPY src/ src/', ['src -> /app/src']],
    ['COPY src /x/', ['src -> /x']],
    ['COPY *.txt ./', ['a.txt -> /app/a.txt', 'b.txt -> /app/b.txt']],
    ['COPY src/*.c /x/', ['src/main.c -> /x/main.c']],
    ['COPY ["a.txt", "/x/"]', ['a.txt -> /x/a.txt']],
    ['COPY ./src/../a.txt /x', ['a.txt -> /x']],
    ['COPY /a.txt /x', ['a.txt -> /x']],
    ['COPY ../a.txt /x', ['a.txt -> /x']],
    ['COPY --chown=1:1 a.txt /x', ['a.txt -> /x']],
  ])('%s', (line, expected) => {
    expect(landing(line)).toEqual(expected);
  });

  it('takes an earlier WORKDIR for a folder', () => {
    expect(landing('COPY a.txt /data', 'WORKDIR /data\nWORKDIR /app\n')).toEqual(['a.txt -> /data/a.txt']);
  });

  it('takes a folder that mkdir made for one', () => {
    expect(landing('COPY a.txt /made/here', 'RUN mkdir -p /made/here\n')).toEqual(['a.txt -> /made/here/a.txt']);
  });

  it('takes the parents of a folder that mkdir made for folders', () => {
    expect(landing('COPY a.txt /made', 'RUN mkdir -p /made/here\n')).toEqual(['a.txt -> /made/a.txt']);
  });

  it('replaces variables', () => {
    expect(landing('COPY $NAME.txt $DIR/', 'ARG NAME=a\nENV DIR=/x\n')).toEqual(['a.txt -> /x/a.txt']);
  });

  it('does not know a destination with an unknown variable', () => {
    expect(copyOf('COPY a.txt $DIR/', 'ARG DIR\n')).toMatchObject({ destination: undefined, entries: [] });
  });

  it('does not know a source with an unknown variable', () => {
    expect(copyOf('COPY $NAME /x/', 'ARG NAME\n')).toMatchObject({ sources: [undefined], transforms: true });
  });
});

describe('what COPY brings', () => {
  it('misses a file that is not there', () => {
    expect(copyOf('COPY nothing.txt /x').missing).toEqual(['nothing.txt']);
  });

  it('misses a pattern without matches', () => {
    expect(copyOf('COPY *.md /x/').missing).toEqual(['*.md']);
  });

  it('misses a file that .dockerignore leaves out', () => {
    expect(copyOf('COPY secret.txt /x').missing).toEqual(['secret.txt']);
  });

  it('misses nothing when the project is not known', () => {
    expect(walkOf('FROM a\nCOPY x /y\n').steps[0]!.copy!.missing).toEqual([]);
  });

  it('takes nothing from the context with --from', () => {
    expect(copyOf('COPY --from=other /a /b')).toMatchObject({ from: 'other', entries: [], missing: [] });
  });

  it('takes nothing from the context for a heredoc', () => {
    expect(copyOf('COPY <<EOF /x\na\nEOF')).toMatchObject({ sources: [], entries: [], missing: [] });
  });

  it.each(['ADD https://example.com/a.tgz /x/', 'ADD site.tar.gz /x/', 'ADD git@example.com:a/b.git /x'])('%s changes what it adds', (line) => {
    expect(copyOf(line).transforms).toBe(true);
  });

  it('an archive is copied as it is', () => {
    expect(copyOf('COPY site.tar.gz /x/', '', { ...files, 'site.tar.gz': '' }).transforms).toBe(false);
  });
});
