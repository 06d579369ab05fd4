import { describe, expect, it } from 'vitest';
import { imagePathOf, isBelow } from '../../../src/walk/place.ts';
import { exposedPorts, lastOf } from '../../../src/walk/walk.ts';
import { stepOf, walkOf } from '../../support/walks.ts';

describe('WORKDIR', () => {
  it.each([
    ['WORKDIR /a', '/a'],
    ['WORKDIR /a\nWORKDIR b', '/a/b'],
    ['WORKDIR /a/b\nWORKDIR ..', '/a'],
    ['WORKDIR a', '/go/a'],
    ['ENV D=/x\nWORKDIR $D/y', '/x/y'],
    ['ARG D=/x\nWORKDIR ${D}', '/x'],
    ['WORKDIR /a/', '/a'],
    ['WORKDIR "/a b"', '/a b'],
    ['ARG D\nWORKDIR $D', undefined],
    ['', '/go'],
  ])('%j', (lines, expected) => {
    expect(walkOf(`FROM golang:1.22\n${lines}\n`).end.cwd).toBe(expected);
  });

  it('is not known on an image that is not known', () => {
    expect(walkOf('FROM registry.example.com/x\nWORKDIR a\n').end.cwd).toBeUndefined();
    expect(walkOf('FROM registry.example.com/x\nWORKDIR /a\n').end.cwd).toBe('/a');
  });
});

describe('base image', () => {
  it('is found through global ARGs', () => {
    expect(walkOf('ARG V=1.22\nFROM golang:${V}-alpine\n').base).toMatchObject({ written: 'golang:${V}-alpine', image: 'golang:1.22-alpine', facts: { language: 'go' } });
    expect(walkOf('ARG V\nFROM golang:${V:-1.22}\n').base.image).toBe('golang:1.22');
    expect(walkOf('ARG V\nFROM golang${V+:1.22}:${V-1.21}\n').base.image).toBe('golang:1.21');
    expect(walkOf('ARG V\nFROM golang:${V}\n').base.image).toBeUndefined();
    expect(walkOf('FROM golang:1.22-${TARGETARCH:-amd64}\n').base.image).toBeUndefined();
  });

  it('is not known through an ARG without default', () => {
    expect(walkOf('ARG BASE\nFROM $BASE\n').base.facts).toBeUndefined();
  });

  it('hands its variables down', () => {
    expect(walkOf('FROM golang:1.22\nENV X=$GOPATH/x\n').end.scope.env.get('X')).toBe('/go/x');
  });
});

describe('what is in force', () => {
  it('is the scope before the instruction', () => {
    expect(stepOf(walkOf('FROM a\nENV A=1\nRUN x\nENV A=2\n'), 'RUN').scope.env.get('A')).toBe('1');
  });

  it('is the user', () => {
    const walked = walkOf('FROM a\nRUN x\nUSER me\nCMD y\n');
    expect(stepOf(walked, 'RUN').user).toBeUndefined();
    expect(stepOf(walked, 'CMD').user).toBe('me');
  });

  it('is the last CMD', () => {
    expect(lastOf(walkOf('FROM a\nCMD x\nCMD y\n'), 'CMD')!.instruction.logical).toBe('y');
  });
});

describe('RUN', () => {
  const run = (text: string) => stepOf(walkOf(`FROM golang:1.22\nWORKDIR /app\nARG N=3\nARG U\n${text}\nCMD x\n`), 'RUN').run!;

  it('follows cd', () => {
    expect(run('RUN cd a && cd ../b && make').parts.map((part) => part.cwd)).toEqual(['/app', '/app/a', '/app/b']);
  });

  it('does not follow cd in a subshell', () => {
    expect(run('RUN (cd a && x) && make').parts.at(-1)!.cwd).toBe('/app');
  });

  it('loses its way at cd to a variable', () => {
    expect(run('RUN cd $U && make').parts[1]!.cwd).toBeUndefined();
  });

  it('loses its way at a conditional cd', () => {
    expect(run('RUN if true; then cd a; fi; make').parts[1]!.cwd).toBeUndefined();
  });

  it('starts again at WORKDIR in the next one', () => {
    expect(stepOf(walkOf('FROM golang:1.22\nWORKDIR /app\nENV A=1\nRUN make\n'), 'RUN').run!.parts[0]!.cwd).toBe('/app');
  });

  it('replaces variables that are known', () => {
    expect(run('RUN make -j$N dir/$N $U $HOSTNAME').parts[0]!.simple!.words.map((word) => word.value)).toEqual(['make', '-j3', 'dir/3', undefined, undefined]);
  });

  it('reads the exec form', () => {
    expect(run('RUN ["go", "build", "."]')).toMatchObject({ splittable: false, parts: [{ simple: { name: 'go' } }] });
  });

  it('reads a script in exec form', () => {
    expect(run('RUN ["sh", "-c", "cd x && make"]').parts[0]!.commands.map((command) => command.name)).toEqual(['cd', 'make']);
  });

  it('reads a heredoc as the script', () => {
    expect(run('RUN <<EOF\ncd a\nmake\nEOF')).toMatchObject({ splittable: false, parts: [{ simple: { name: 'cd' } }, { cwd: '/app/a' }] });
  });

  it('reads a heredoc as input of its command', () => {
    expect(run('RUN cat <<EOF > /x\nrm -rf /\nEOF').parts.flatMap((part) => part.commands.map((command) => command.name))).toEqual(['cat']);
  });

  it('does not split what is no valid shell', () => {
    expect(run('RUN if x').splittable).toBe(false);
  });

  it('knows nothing under another shell', () => {
    const walked = walkOf('FROM a\nSHELL ["python", "-c"]\nRUN true\n');
    expect(stepOf(walked, 'RUN').run).toMatchObject({ splittable: false, parts: [{ effect: { kind: 'unknown' } }] });
  });

  it('knows bash', () => {
    expect(stepOf(walkOf('FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN true\n'), 'RUN').run!.splittable).toBe(true);
  });
});

describe('locate', () => {
  const files = { 'run.sh': '', 'src/a.c': '', 'other/a.c': '' };
  const located = (lines: string, path: string): string | undefined => walkOf(`FROM golang:1.22\nWORKDIR /app\n${lines}\n`, files).locate(path);

  it.each([
    ['COPY . .', '/app/src/a.c', 'src/a.c'],
    ['COPY src .', '/app/a.c', 'src/a.c'],
    ['COPY run.sh /', '/run.sh', 'run.sh'],
    ['COPY run.sh /usr/local/bin/start', '/usr/local/bin/start', 'run.sh'],
    ['COPY src /', '/a.c', 'src/a.c'],
    ['COPY src .\nCOPY other .', '/app/a.c', 'other/a.c'],
    ['COPY . .', '/app/nothing', undefined],
    ['COPY . .', '/etc/passwd', undefined],
    ['COPY . .', '/application/run.sh', undefined],
  ])('%j at %s', (lines, path, expected) => {
    expect(located(lines, path)).toBe(expected);
  });

  it('finds the other way, too', () => {
    expect(imagePathOf(walkOf('FROM golang:1.22\nCOPY src /x\n', files), 'src/a.c')).toBe('/x/a.c');
  });
});

describe('isBelow', () => {
  it.each([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/', true],
  ])('%s in %s: %s', (path, folder, expected) => {
    expect(isBelow(path, folder)).toBe(expected);
  });
});

describe('exposedPorts', () => {
  it('reads numbers, protocols and variables', () => {
    expect(exposedPorts(walkOf('FROM a\nENV P=9000\nARG Q\nEXPOSE 80 443/tcp $P\nEXPOSE $Q\n'))).toEqual([80, 443, 9000]);
  });
});
