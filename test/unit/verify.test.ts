import { describe, expect, it } from 'vitest';
import { parse } from '../../src/dockerfile/parse.ts';
import { Draft } from '../../src/plan/draft.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { verify } from '../../src/verify.ts';
import { walk } from '../../src/walk/walk.ts';
import { unknownProject } from '../../src/project/project.ts';

const original = parse(`FROM golang:1.22
WORKDIR /app
ENV MODE=fast
COPY . .
RUN go build -o server
EXPOSE 8080/tcp 9090
LABEL a=b
VOLUME /data
STOPSIGNAL SIGINT
USER me
HEALTHCHECK --interval=5s CMD curl -f http://localhost
ENTRYPOINT ["./server"]
CMD ["--port", "8080"]
`);

const runtime = ['WORKDIR /app', 'ENV MODE=fast', 'COPY --from=builder /app/server ./server', 'EXPOSE 8080/tcp 9090', 'LABEL a=b', 'VOLUME /data', 'STOPSIGNAL SIGINT', 'USER me', 'HEALTHCHECK --interval=5s CMD curl -f http://localhost', 'ENTRYPOINT ["./server"]', 'CMD ["--port", "8080"]'];
const builder = ['FROM golang:1.22 AS builder', 'WORKDIR /app', 'COPY . .', 'RUN go build -o server', ''];
const proposal = (lines: readonly string[] = runtime): string => [...builder, 'FROM debian:bookworm-slim', ...lines, ''].join('\n');

function plan(changes: Partial<Plan> = {}): Plan {
  const walked = walk(original, unknownProject);
  const draft = new Draft(walked);
  const stage = draft.runtime('debian:bookworm-slim');
  for (const step of walked.steps) stage.keep(step, 'x');
  return { language: 'go', runtime: 'slim', choice: '', requirements: [], stages: [], values: {}, ledger: draft.ledger(), findings: [], announced: {}, noBenefit: undefined, ...changes };
}

const failures = (text: string, changes?: Partial<Plan>): string => verify(original, text, plan(changes)).join('; ');

/** The runtime stage with one line in place of another; without it when that is empty. */
const doctored = (line: string, other: string): string => proposal(runtime.flatMap((each) => (each.startsWith(line) ? (other === '' ? [] : [other]) : [each])));

describe('verify', () => {
  it('finds nothing wrong with a sound proposal', () => {
    expect(failures(proposal())).toBe('');
  });

  it.each([
    ['ENTRYPOINT', 'ENTRYPOINT ["./other"]', 'entrypoint would change'],
    ['ENTRYPOINT', '', 'entrypoint would change'],
    ['ENTRYPOINT', 'ENTRYPOINT ./server', 'entrypoint would change'],
    ['CMD', 'CMD ["--port", "80"]', 'cmd would change'],
    ['CMD', '', 'cmd would change'],
    ['ENV', 'ENV MODE=slow', 'env would change'],
    ['ENV', '', 'env would change'],
    ['ENV', 'ENV MODE=fast MORE=1', 'env would change'],
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
    ['USER', 'USER me\nSHELL ["/bin/bash", "-c"]', 'shell would change'],
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

  it('accepts a change that the plan announced', () => {
    expect(failures(doctored('USER', 'USER 65532'), { announced: { user: 'it writes nothing' } })).not.toContain('would change');
  });

  it('accepts a changed variable that the plan named, and no other', () => {
    expect(failures(doctored('ENV', 'ENV MODE=fast PATH=/venv'), { changedEnv: ['PATH'] })).not.toContain('would change');
    expect(failures(doctored('ENV', 'ENV MODE=slow PATH=/venv'), { changedEnv: ['PATH'] })).toContain('env would change');
  });

  it('counts what the base image brings', () => {
    expect(verify(parse('FROM node:20\n'), 'FROM node:20 AS b\nFROM scratch\n', { ...plan(), ledger: [] }).join()).toContain('cmd would change');
  });

  it('fails for a syntax error', () => {
    expect(failures(proposal(['RUM x']))).toContain('line 7 of the proposal: unknown instruction: RUM');
  });

  it('fails for one stage', () => {
    expect(failures('FROM a\n')).toBe('the proposal has one stage only');
  });

  it.each(['COPY --from=nothing /a /b', 'COPY --from=1 /a /b', 'COPY --chown=1 --from=later /a /b', 'RUN --mount=type=bind,from=nothing,target=/a x'])('fails for %s', (line) => {
    expect(failures(proposal([...runtime, line]))).toContain('names no stage above it');
  });

  it.each(['COPY --from=builder /a /b', 'COPY --from=BUILDER /a /b', 'COPY --from=0 /a /b', 'COPY --from=alpine:3.20 /a /b', 'RUN --mount=type=bind,from=builder,target=/a x'])('finds the source of %s', (line) => {
    expect(failures(proposal([...runtime, line]))).toBe('');
  });

  it('fails when an instruction has no entry in the ledger', () => {
    const complete = plan().ledger;
    expect(failures(proposal(), { ledger: complete.slice(0, -1) })).toContain('line 13 has 0 entries in the ledger');
    expect(failures(proposal(), { ledger: [...complete, complete[1]!] })).toContain('line 2 has 2 entries in the ledger');
  });

  it('fails when an instruction that the ledger puts in the runtime stage is not in it', () => {
    const text = [...builder, 'LABEL a=b', 'FROM debian:bookworm-slim', ...runtime.filter((line) => !line.startsWith('LABEL')), ''].join('\n');
    expect(failures(text, { announced: { label: 'x' } })).toContain('line 7 (LABEL) is missing from the runtime stage');
  });
});
