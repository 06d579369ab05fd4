import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from '../../../src/dockerfile/parse.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { memoryProject } from '../../../src/project/memory.ts';
import { packagedTemplates } from '../../../src/project/templates.ts';
import { transform } from '../../../src/transform.ts';
import { verify, type Verdict } from '../../../src/verify/verify.ts';
import { walk, type Walk } from '../../../src/walk/walk.ts';

const project = memoryProject({
  'go.mod': 'module example.com/server\ngo 1.22\n',
  'main.go': 'package main\n\nimport "os"\n\nfunc main() { os.ReadFile("config.txt") }\n',
  'config.txt': '',
  '.netrc': 'machine example.com password x',
  '.npmrc': '//example.com/:_authToken=x',
});

const original = `FROM golang:1.22
ARG VERSION=1
WORKDIR /app
ENV MODE=fast
COPY . .
RUN go build -ldflags "-X main.v=$VERSION" -o server .
EXPOSE 8080/tcp 9090
LABEL a=b
VOLUME /data
STOPSIGNAL SIGINT
USER 1000
HEALTHCHECK --interval=5s CMD curl -f http://localhost
ENTRYPOINT ["./server"]
CMD ["--port", "8080"]
`;

let text: string;
let plan: Plan;
let walked: Walk;

beforeAll(async () => {
  const outcome = await transform(original, project, { runtime: 'slim' }, packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(outcome.findings[0]!.message);
  ({ text, plan } = outcome);
  // The plan refers to the instructions of the file that it was made for.
  walked = walk(outcome.original, project);
});

const judge = (proposed: string, changes: Partial<Plan> = {}): Verdict => verify(walked, proposed, { ...plan, ...changes });
const failures = (proposed: string, changes?: Partial<Plan>): string => judge(proposed, changes).failures.join('; ');

/** The proposal with the last line that starts so replaced; without it when the other is empty. */
function doctored(line: string, other: string): string {
  const lines = text.split('\n');
  const at = lines.findLastIndex((each) => each.startsWith(line));
  expect(at).toBeGreaterThan(0);
  return [...lines.slice(0, at), ...(other === '' ? [] : [other]), ...lines.slice(at + 1)].join('\n');
}

describe('verify', () => {
  it('finds nothing wrong with a sound proposal', () => {
    expect(failures(text)).toBe('');
  });

  it('shows what changes as announced', () => {
    expect(judge(text).changes.map(({ field, name }) => name ?? field)).toEqual(['GOPATH', 'GOTOOLCHAIN', 'PATH']);
  });
});

describe('the configuration', () => {
  it.each([
    ['ENTRYPOINT', 'ENTRYPOINT ["./other"]', 'entrypoint would change'],
    ['ENTRYPOINT', '', 'entrypoint would change'],
    ['ENTRYPOINT', 'ENTRYPOINT ./server', 'entrypoint would change'],
    ['CMD', 'CMD ["--port", "80"]', 'cmd would change'],
    ['CMD', '', 'cmd would change'],
    ['ENV', 'ENV MODE=slow', 'the variable MODE would change from fast to slow'],
    ['ENV', '', 'the variable MODE would change from fast to nothing'],
    ['ENV', 'ENV MODE=fast MORE=1', 'the variable MORE would change from nothing to 1'],
    ['WORKDIR', 'WORKDIR /', 'workdir would change'],
    ['WORKDIR', '', 'workdir would change'],
    ['USER', 'USER you', 'user would change'],
    ['USER', '', 'user would change'],
    ['EXPOSE', 'EXPOSE 8080', 'expose would change'],
    ['EXPOSE', 'EXPOSE 8080/udp 9090', 'expose would change'],
    ['EXPOSE', '', 'expose would change'],
    ['LABEL', 'LABEL a=c', 'label would change'],
    ['LABEL', '', 'label would change'],
    ['VOLUME', 'VOLUME /other', 'volume would change'],
    ['VOLUME', '', 'volume would change'],
    ['STOPSIGNAL', 'STOPSIGNAL SIGTERM', 'stopsignal would change'],
    ['STOPSIGNAL', '', 'stopsignal would change'],
    ['HEALTHCHECK', 'HEALTHCHECK NONE', 'healthcheck would change'],
    ['HEALTHCHECK', 'HEALTHCHECK --interval=9s CMD curl -f http://localhost', 'healthcheck would change'],
    ['HEALTHCHECK', '', 'healthcheck would change'],
    ['USER', 'USER 1000\nSHELL ["/bin/bash", "-c"]', 'shell would change'],
  ])('fails when %s becomes %j', (line, other, expected) => {
    expect(failures(doctored(line, other))).toContain(expected);
  });

  it.each([
    ['EXPOSE', 'EXPOSE 9090\nEXPOSE 8080'],
    ['HEALTHCHECK', 'HEALTHCHECK  --interval=5s  CMD curl -f http://localhost'],
    ['WORKDIR', 'WORKDIR /\nWORKDIR app'],
    ['LABEL', 'LABEL "a"="b"'],
    ['ENV', 'ENV MODE "fast"'],
  ])('takes %s in other words for the same: %j', (line, other) => {
    expect(failures(doctored(line, other))).not.toContain('would change');
  });

  it('may change as the plan announced, and shows it', () => {
    const verdict = judge(doctored('USER', 'USER 65532'), { announced: { user: 'it writes nothing' } });
    expect(verdict.failures.join()).not.toContain('user would change');
    expect(verdict.changes).toContainEqual({ field: 'user', name: undefined, before: '1000', after: '65532', reason: 'it writes nothing' });
  });

  it('may change in a variable that the plan named, and in no other', () => {
    expect(failures(doctored('ENV', 'ENV MODE=fast LIBRARY=/venv'), { changedEnv: { ...plan.changedEnv, LIBRARY: 'x' } })).not.toContain('would change');
    expect(failures(doctored('ENV', 'ENV MODE=slow LIBRARY=/venv'), { changedEnv: { ...plan.changedEnv, LIBRARY: 'x' } })).toContain('the variable MODE would change');
  });

  it.each([
    ['node:20', 'scratch', 'cmd would change from ["node"] to nothing'],
    ['python:3.12', 'debian:bookworm-slim', 'the variable LANG would change'],
    ['example.com/base', 'debian:bookworm-slim', 'entrypoint would change from what example.com/base says to nothing'],
    ['example.com/base', 'debian:bookworm-slim', 'every variable of example.com/base would change'],
  ])('counts what the base image %s brings', (before, after, expected) => {
    const base = walk(parse(`FROM ${before}\n`), project);
    expect(verify(base, `FROM ${before} AS b\nFROM ${after}\n`, { ...plan, stages: [], ledger: [] }).failures.join()).toContain(expected);
  });

  it('is that of the same base image, known or not', () => {
    const base = walk(parse('FROM example.com/base\n'), project);
    expect(verify(base, 'FROM example.com/base AS b\nFROM example.com/base\n', { ...plan, stages: [], ledger: [] }).failures.join()).not.toContain('would change');
  });
});

describe('the text', () => {
  it('must be free of syntax errors', () => {
    expect(failures(`${text}RUM x\n`)).toMatch(/line \d+ of the proposal: unknown instruction: RUM/);
  });

  it('must have several stages', () => {
    expect(failures('FROM a\n')).toBe('the proposal has one stage only');
  });

  it.each(['COPY --from=nothing /a /b', 'COPY --from=1 /a /b', 'COPY --chown=1 --from=later /a /b', 'RUN --mount=type=bind,from=nothing,target=/a x'])('must not say %s', (line) => {
    expect(failures(`${text}${line}\n`)).toContain('names no stage above it');
  });

  it.each(['COPY --from=BUILDER /app /b', 'COPY --from=0 /app /b', 'COPY --from=alpine:3.20 /a /b', 'RUN --mount=type=bind,from=builder,target=/a x'])('may say %s', (line) => {
    expect(failures(`${text}${line}\n`)).toBe('');
  });
});

describe('what is taken from a stage', () => {
  it.each(['COPY --from=builder /app/other /b', 'COPY --from=builder /nowhere /b', 'RUN --mount=type=bind,from=builder,source=/nowhere,target=/a x', 'COPY --from=builder /nowhere/* /b/'])('must be there: %s', (line) => {
    expect(failures(`${text}${line}\n`)).toContain('nothing in the stage builder makes');
  });

  it('must not have been removed again', () => {
    expect(failures(text.replace('\nFROM debian', 'RUN rm /app/server\n\nFROM debian'))).toContain('nothing in the stage builder makes /app/server');
  });

  it('comes from the build context only when it is there', () => {
    expect(failures(`${text}COPY missing.txt /b\n`)).toContain('copies missing.txt, which the build context does not have');
    expect(failures(`${text}COPY config.txt /b\n`)).toBe('');
  });
});

describe('the ledger', () => {
  it('has one entry for each instruction', () => {
    const { ledger } = plan;
    expect(failures(text, { ledger: ledger.slice(0, -1) })).toContain('line 14 has no entry in the ledger');
    expect(failures(text, { ledger: [...ledger, ledger[1]!] })).toContain('an instruction has two entries');
  });

  it('is true of the stages', () => {
    const [builder, runtime] = plan.stages;
    const without = { ...runtime!, blocks: runtime!.blocks.filter((block) => !block.text.startsWith('LABEL')) };
    expect(failures(text, { stages: [builder!, without] })).toContain('line 8 (LABEL) is missing from the runtime stage');
    expect(failures(text, { stages: [{ ...builder!, blocks: [] }, runtime!] })).toContain('line 6 (RUN) is missing from the builder');
  });

  it('is true of the text', () => {
    expect(failures(text.replace(/^RUN --mount.*\n.*\n/m, ''))).toContain('the proposal lacks the line RUN --mount=type=cache');
  });
});

describe('the surroundings of a line', () => {
  it('are the same variables', () => {
    expect(failures(text.replace('ARG VERSION=1\n', ''))).toContain('line 6 (RUN) would see VERSION as unset instead of 1');
    expect(failures(text.replace('ARG VERSION=1', 'ARG VERSION=2'))).toContain('line 6 (RUN) would see VERSION as 2 instead of 1');
  });

  it('are the same folder and user', () => {
    expect(failures(text.replace('WORKDIR /app', 'WORKDIR /src'))).toContain('line 6 (RUN) would run in /src instead of /app');
    expect(failures(text.replace('WORKDIR /app', 'USER nobody\nWORKDIR /app'))).toContain('line 6 (RUN) would run as nobody instead of root');
  });

  it('are the same shell', () => {
    expect(failures(text.replace('WORKDIR /app', 'SHELL ["/bin/bash", "-c"]\nWORKDIR /app'))).toContain('line 6 (RUN) would run in another shell');
  });
});

describe('the runtime stage', () => {
  it('has the program that starts', () => {
    expect(failures(text.replace('COPY --from=builder /app/server ./server', 'COPY --from=builder /app/server ./main'))).toContain('the runtime stage has no /app/server, which the start runs');
  });

  it('has what the health check calls', () => {
    expect(failures(text.replace(' curl ', ' wget '))).toContain('the runtime stage has no curl, which the health check runs');
  });

  it.each([
    ['is not built on a toolchain image', 'FROM debian:bookworm-slim', 'FROM golang:1.22', 'the last stage is built on the toolchain image golang:1.22'],
    ['installs no compiler', ' curl ', ' curl gcc ', 'the last stage installs the build tool gcc'],
    ['takes no secret', '\nUSER 1000', '\nARG NPM_TOKEN\nUSER 1000', 'the last stage takes the secret NPM_TOKEN as a build argument'],
    ['has no credentials', '\nUSER 1000', '\nCOPY --from=builder /app /app\nUSER 1000', 'the credentials of .netrc would be in the last stage'],
    ['has no token of a registry', '\nUSER 1000', '\nCOPY . /app\nUSER 1000', 'the credentials of .npmrc would be in the last stage'],
  ])('%s', (_, before, after, expected) => {
    expect(failures(text.replace(before, after))).toContain(expected);
  });
});
