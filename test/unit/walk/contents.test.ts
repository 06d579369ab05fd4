import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/dockerfile/parse.ts';
import { memoryProject } from '../../../src/project/memory.ts';
import { unknownProject } from '../../../src/project/project.ts';
import { presenceOf, takenFrom } from '../../../src/walk/contents.ts';
import { walkStages } from '../../../src/walk/walk.ts';

const files = { 'server.js': '', 'public/index.html': '', 'a.txt': '' };

/** What is known of a path after the last stage of a Dockerfile. */
function presence(dockerfile: string, path: string, known = true): string {
  const stages = walkStages(parse(dockerfile), known ? memoryProject(files) : unknownProject);
  return presenceOf(path, stages.at(-1)!, stages);
}

describe('presenceOf', () => {
  it.each([
    ['a file of the context', 'COPY . /app', '/app/server.js', 'there'],
    ['a file that the context lacks', 'COPY . /app', '/app/other.js', 'absent'],
    ['a file below a copied folder', 'COPY public /srv/www', '/srv/www/index.html', 'there'],
    ['a file under its new name', 'COPY a.txt /b.txt', '/b.txt', 'there'],
    ['a file in a folder', 'COPY a.txt /data/', '/data/a.txt', 'there'],
    ['the folder that a COPY makes', 'COPY a.txt /data/x/', '/data', 'there'],
    ['the WORKDIR', 'WORKDIR /app/x', '/app', 'there'],
    ['below the WORKDIR', 'WORKDIR /app', '/app/x', 'absent'],
    ['a folder that mkdir makes', 'RUN mkdir -p /data/x', '/data/x', 'there'],
    ['a file that a redirection makes', 'RUN echo a > /made', '/made', 'there'],
    ['a removed file', 'COPY . /app\nRUN rm /app/server.js', '/app/server.js', 'absent'],
    ['a file of a removed folder', 'COPY . /app\nRUN rm -rf /app/*', '/app/server.js', 'absent'],
    ['a file that is copied again', 'COPY . /app\nRUN rm -rf /app\nCOPY . /app', '/app/server.js', 'there'],
    ['a moved file', 'COPY . /app\nRUN mv /app/server.js /main.js', '/main.js', 'there'],
    ['a file after it was moved away', 'COPY . /app\nRUN mv /app/server.js /main.js', '/app/server.js', 'absent'],
    ['made again in the RUN that removed it', 'RUN rm -rf /x && mkdir /x', '/x', 'there'],
    ['removed in the RUN that made it', 'RUN mkdir /x && rm -rf /x', '/x', 'absent'],
    ['what an unknown command may make', 'RUN ./build', '/anything', 'possible'],
    ['removed after an unknown command', 'RUN ./build && rm -rf /x', '/x', 'absent'],
    ['a file deleted by name before a build', 'RUN touch /app/.npmrc && cd /app && rm -f .npmrc\nRUN ./build', '/app/.npmrc', 'absent'],
    ['a folder deleted before a build', 'WORKDIR /app\nRUN rm -rf dist && ./build', '/app/dist', 'possible'],
    ['what a build tool makes', 'WORKDIR /src\nRUN go build -o /bin/server .', '/bin/server', 'there'],
    ['what may be mounted', 'VOLUME /data', '/data/x', 'possible'],
    ['that pip makes no folders of its own', 'WORKDIR /app\nRUN pip install flask', '/srv2/main.py', 'absent'],
    ['that pip may write below the folders of the system', 'RUN pip install flask', '/usr/local/lib/x', 'possible'],
    ['that npm may run scripts of the project', 'WORKDIR /app\nRUN npm install', '/app/dist/main.js', 'possible'],
    ['a clone', 'RUN git clone https://example.com/x.git /src', '/src', 'there'],
    ['a file of a clone', 'RUN git clone https://example.com/x.git /src', '/src/main.go', 'possible'],
    ['the certificates of an image that has them', '', '/etc/ssl/certs/ca-certificates.crt', 'there'],
    ['a folder of the system', '', '/usr/local/bin', 'there'],
    ['a file of the system', '', '/usr/bin/file', 'possible'],
    ['a folder that no system has', '', '/app', 'absent'],
  ])('knows %s', (_, lines, path, expected) => {
    expect(presence(`FROM golang:1.22\n${lines}\n`, path)).toBe(expected);
  });

  it('says possible for files of a context that is not known', () => {
    expect(presence('FROM golang:1.22\nCOPY . /app\n', '/app/server.js', false)).toBe('possible');
  });

  it('says possible for all of a base image that is not known', () => {
    expect(presence('FROM example.com/base\n', '/app')).toBe('possible');
  });

  it.each([
    ['FROM debian:bookworm-slim', '/etc/ssl/certs/ca-certificates.crt', 'absent'],
    ['FROM scratch', '/etc/passwd', 'absent'],
    ['FROM scratch', '/', 'there'],
    ['FROM gcr.io/distroless/static-debian12', '/etc/ssl/certs/ca-certificates.crt', 'there'],
    ['FROM gcr.io/distroless/static-debian12', '/app', 'absent'],
  ])('%s: %s is %s', (from, path, expected) => {
    expect(presence(`${from}\n`, path)).toBe(expected);
  });

  const builder = 'FROM golang:1.22 AS builder\nWORKDIR /src\nCOPY . .\nRUN go build -o /src/server .\n';
  it.each([
    ['a file under its own name', 'COPY --from=builder /src/server /app/', '/app/server', 'there'],
    ['a file under another name', 'COPY --from=builder /src/server /app/main', '/app/main', 'there'],
    ['a file of a folder', 'COPY --from=builder /src /app', '/app/server.js', 'there'],
    ['a file that the folder lacks', 'COPY --from=builder /src/public /app', '/app/server.js', 'absent'],
    ['a file that the other stage lacks', 'COPY --from=builder /src/other /app/', '/app/other', 'absent'],
    ['by number', 'COPY --from=0 /src/server /app/', '/app/server', 'there'],
    ['from an image', 'COPY --from=busybox /bin/sh /bin/', '/bin/sh', 'possible'],
  ])('looks into another stage: %s', (_, line, path, expected) => {
    expect(presence(`${builder}FROM scratch\n${line}\n`, path)).toBe(expected);
  });

  it('looks into the stage that a stage is built on', () => {
    expect(presence(`${builder}FROM builder\nRUN true\n`, '/src/server')).toBe('there');
  });
});

describe('takenFrom', () => {
  it.each([
    ['COPY --from=builder /a b /c/', ['/a', '/b']],
    ['RUN --mount=type=bind,from=builder,source=/src,target=/x make', ['/src']],
    ['RUN --mount=type=cache,target=/x make', []],
    ['COPY --from=alpine:3.20 /a /b', []],
    ['COPY a.txt /b', []],
  ])('%s', (line, expected) => {
    const stages = walkStages(parse(`FROM golang:1.22 AS builder\nFROM alpine:3.20\n${line}\n`), memoryProject(files));
    expect(takenFrom(stages[1]!.steps[0]!, stages).map(({ path }) => path)).toEqual(expected);
  });
});
