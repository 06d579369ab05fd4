import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/dockerfile/parse.ts';
import { memoryProject } from '../../../src/project/memory.ts';
import { missingProgram, missingPrograms, programPresence } from '../../../src/walk/program.ts';
import { walkStages } from '../../../src/walk/walk.ts';

const project = memoryProject({ 'server.js': '', 'app.py': '', 'run.sh': '#!/bin/sh\ncurl -f http://localhost\nexec node server.js\n' });
const stagesOf = (dockerfile: string): ReturnType<typeof walkStages> => walkStages(parse(dockerfile), project);

describe('missingProgram', () => {
  it.each([
    ['CMD ["/app/server"]', '/app/server'],
    ['WORKDIR /app\nCMD ["./server"]', '/app/server'],
    ['COPY . /app\nCMD ["node", "/app/server.js"]', undefined],
    ['COPY . /app\nCMD ["node", "/app/main.js"]', '/app/main.js'],
    ['WORKDIR /app\nCOPY . .\nCMD node main.js', '/app/main.js'],
    ['WORKDIR /app\nCOPY . .\nCMD ["node", "main"]', undefined],
    ['WORKDIR /app\nCOPY . .\nRUN npm run build\nCMD ["node", "dist/main.js"]', undefined],
    ['WORKDIR /app\nCOPY . .\nCMD ["node", "$MAIN.js"]', undefined],
    ['COPY . /app\nCMD cd /app && node server.js', undefined],
    ['COPY . /app\nCMD cd / && node server.js', '/server.js'],
    ['CMD ["/usr/bin/env"]', undefined],
    ['CMD ["server"]', undefined],
    ['RUN cd $SOURCES && make && mv server /server\nCMD ["/server"]', undefined],
    ['RUN make && rm -rf /tmp/* ~/.cache\nCMD ["/opt/server"]', undefined],
    ['RUN make && rm -rf /opt/ ~/.cache\nCMD ["/opt/server"]', '/opt/server'],
  ])('%j lacks %s', (lines, expected) => {
    const stages = stagesOf(`FROM node:20\n${lines}\n`);
    expect(missingProgram(stages.at(-1)!, stages)).toBe(expected);
  });
});

describe('missingPrograms', () => {
  it('looks into scripts and the health check', () => {
    const stages = stagesOf('FROM node:20-slim\nWORKDIR /app\nCOPY . .\nHEALTHCHECK CMD wget -q http://localhost\nCMD ["sh", "run.sh"]\n');
    expect(missingPrograms(stages[0]!)).toEqual([{ program: 'curl', caller: 'the start' }, { program: 'wget', caller: 'the health check' }]);
  });
});

describe('programPresence', () => {
  it.each([
    ['FROM debian:bookworm-slim', 'curl', 'absent'],
    ['FROM debian:bookworm-slim', 'cd', 'there'],
    ['FROM debian:bookworm-slim', 'bash', 'there'],
    ['FROM debian:bookworm-slim', 'no-such-program', 'possible'],
    ['FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*', 'curl', 'there'],
    ['FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y wget && rm -rf /var/lib/apt/lists/*', 'curl', 'absent'],
    ['FROM debian:bookworm-slim\nRUN apt-get install -y no-such-package', 'curl', 'possible'],
    ['FROM debian:bookworm-slim\nRUN ./install', 'curl', 'possible'],
    ['FROM debian:bookworm-slim\nCOPY server.js /usr/local/bin/curl', 'curl', 'there'],
    ['FROM debian:bookworm-slim\nENV PATH=$UNKNOWN', 'curl', 'absent'],
    ['FROM debian:bookworm-slim\nARG FOLDER\nENV PATH=$FOLDER', 'curl', 'possible'],
    ['FROM scratch', 'server', 'absent'],
    ['FROM scratch\nCOPY server.js /usr/local/bin/server', 'server', 'there'],
    ['FROM example.com/base', 'curl', 'possible'],
    ['FROM debian:bookworm-slim AS a\nRUN apt-get install -y curl\nFROM a', 'curl', 'there'],
  ])('%j: %s is %s', (dockerfile, name, expected) => {
    const stages = stagesOf(`${dockerfile}\n`);
    expect(programPresence(name, stages.at(-1)!, stages)).toBe(expected);
  });
});
