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
    ['COPY --chmod=600 --link a.txt /x/', ['a.txt -> /x/a.txt']],
    ['COPY a.txt/ /x', ['a.txt -> /x']],
    ['COPY a.txt /x/.', ['a.txt -> /x/a.txt']],
    ['COPY a.txt /x/..', ['a.txt -> /a.txt']],
    ['COPY src/lib/.. /x', ['src -> /x']],
    ['COPY src/. .', ['src -> /app']],
    // A pattern or several sources do not make the destination a folder.
    ['COPY a*.txt /x', ['a.txt -> /x']],
    ['COPY [ab].txt /x', ['a.txt -> /x', 'b.txt -> /x']],
    ['COPY a.txt b.txt /x', ['a.txt -> /x', 'b.txt -> /x']],
    ['COPY src a.txt /x', ['src -> /x', 'a.txt -> /x/a.txt']],
    ['COPY [a-b].txt /x/', ['a.txt -> /x/a.txt', 'b.txt -> /x/b.txt']],
    ['COPY [^a].txt /x/', ['b.txt -> /x/b.txt']],
    ['COPY [!a].txt /x/', ['a.txt -> /x/a.txt']],
    ['COPY ?.txt /x/', ['a.txt -> /x/a.txt', 'b.txt -> /x/b.txt']],
    ['COPY */*.c /x/', ['src/main.c -> /x/main.c']],
    ['COPY **/*.c /x/', ['src/main.c -> /x/main.c']],
    ['COPY s* /x/', ['src -> /x']],
    ['COPY "a.txt" \'b.txt\' /x/', ['a.txt -> /x/a.txt', 'b.txt -> /x/b.txt']],
    ['COPY --parents src/lib/x.c /x/', ['src/lib/x.c -> /x/src/lib/x.c']],
    ['COPY --parents src/./lib/x.c a.txt /x/', ['src/lib/x.c -> /x/lib/x.c', 'a.txt -> /x/a.txt']],
    ['COPY --parents src/lib /x/', ['src/lib -> /x/src/lib']],
    ['COPY --parents **/*.c /x/', ['src/main.c -> /x/src/main.c', 'src/lib/x.c -> /x/src/lib/x.c']],
    ['COPY --parents=false src/main.c /x/', ['src/main.c -> /x/main.c']],
    ['COPY --exclude=*.c src /x', ['src/lib/x.c -> /x/lib/x.c']],
    ['COPY --exclude=**/*.c src /x', []],
    ['COPY --exclude=lib src /x', ['src/main.c -> /x/main.c']],
    ['COPY --exclude=*.md src /x', ['src -> /x']],
    ['COPY --exclude=b.txt *.txt /x/', ['a.txt -> /x/a.txt']],
    ['ADD a.txt https://example.com/b /x/', ['a.txt -> /x/a.txt']],
    ['ADD github.com/a/b /x/', []],
    ['COPY <<EOF a.txt /x/\na\nEOF', ['a.txt -> /x/a.txt']],
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

  it('does not miss what a pattern does not match', () => {
    expect(copyOf('COPY *.md /x/').missing).toEqual([]);
  });

  it('misses the folder in which a pattern looks', () => {
    expect(copyOf('COPY docs/*.md /x/').missing).toEqual(['docs/*.md']);
  });

  it('takes a variable with a space for one source', () => {
    expect(copyOf('COPY $S /x/', 'ARG S="a.txt b.txt"\n').missing).toEqual(['a.txt b.txt']);
  });

  it('takes white space in JSON form', () => {
    expect(copyOf('COPY ["a b.txt", "/x y/"]', '', { 'a b.txt': '' }).entries).toEqual([{ source: 'a b.txt', kind: 'file', target: '/x y/a b.txt' }]);
  });

  it('takes brackets in a name', () => {
    expect(copyOf('COPY a[[]0].txt /x/', '', { 'a[0].txt': '' }).entries).toHaveLength(1);
    expect(copyOf('COPY a[0].txt /x/', '', { 'a[0].txt': '' }).entries).toEqual([]);
  });

  it('does not know what --exclude leaves without the project', () => {
    expect(walkOf('FROM a\nCOPY --exclude=*.md . /y\n').steps[0]!.copy!.transforms).toBe(true);
  });

  it('takes a source with a slash at the end for a folder without the project', () => {
    expect(['src/', 'src/.', '.', 'src'].map((source) => walkOf(`FROM a\nCOPY ${source} /y\n`).steps[0]!.copy!.entries[0]!.kind)).toEqual(['folder', 'folder', 'folder', 'unknown']);
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

  it.each(['ADD git://example.com/a.git /x', 'ADD me@example.com:a/b.git#v1 /x', 'ADD --keep-git-dir=true https://example.com/a.git /x', 'ADD --checksum=sha256:0 https://example.com/a /x'])('%s does too', (line) => {
    expect(copyOf(line).transforms).toBe(true);
  });

  it.each(['ADD --unpack=false site.tar.gz /x/', 'ADD a.txt /x/', 'ADD . /x/', 'COPY site.tar.gz /x/'])('%s does not', (line) => {
    expect(copyOf(line).transforms).toBe(false);
  });

  it('does not unpack text, whatever its name', () => {
    expect(copyOf('ADD notes.tar.gz /x/', '', { 'notes.tar.gz': 'text' })).toMatchObject({ transforms: false, entries: [{ target: '/x/notes.tar.gz' }] });
  });

  it('an archive is copied as it is', () => {
    expect(copyOf('COPY site.tar.gz /x/', '', { ...files, 'site.tar.gz': '' }).transforms).toBe(false);
  });
});
