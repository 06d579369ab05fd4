import { describe, expect, it } from 'vitest';
import { finding } from '../../../src/findings.ts';
import { memoryProject } from '../../../src/project/memory.ts';
import { packagedTemplates } from '../../../src/project/templates.ts';
import { toJson } from '../../../src/report/json.ts';
import { explain, plainText, problems, summary } from '../../../src/report/text.ts';
import { transform, type Outcome } from '../../../src/transform.ts';

async function converted(): Promise<Outcome & { kind: 'converted' }> {
  const text = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nEXPOSE 80\nCMD ["./server"]\n';
  const files = { 'go.mod': 'module example.com/x\n\ngo 1.22\n', 'main.go': 'package main\n\nfunc main() {}\n' };
  const outcome = await transform(text, memoryProject(files), {}, packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(outcome.findings[0]!.message);
  return outcome;
}

describe('plainText', () => {
  it.each([
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\tb\nc', 'a\tb\nc'],
    ['a\r\nb', 'a\nb'],
    ['\u202ereversed', '\\x202ereversed'],
    ['\u009b31m', '\\x9b31m'],
    ['größe 🐳', 'größe 🐳'],
  ])('%j is shown as %j', (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });
});

describe('problems', () => {
  it('have file, line, level, code, message and help', () => {
    expect(problems([finding('syntax', { problem: 'unknown instruction: RUM' }, { line: 3 })], 'app/Dockerfile')).toBe('app/Dockerfile:3: error (syntax): unknown instruction: RUM\n  Correct the line; `docker build --check .` shows the same place.\nMore: dockerize-multi --explain-code syntax\n');
  });

  it('name the file of the project where they lie in one', () => {
    expect(problems([finding('syntax', { problem: 'x' }, { file: 'main.go', line: 1 })], 'Dockerfile')).toMatch(/^main\.go:1: /);
  });

  it('name no page after notes alone, and none of several codes', () => {
    const note = finding('user-kept', { reason: 'x' }, { line: 1 });
    const warning = finding('end-of-life-base', { image: 'a', maintained: 'b' }, { line: 1 });
    expect(problems([note], 'Dockerfile')).not.toContain('More:');
    expect(problems([note, warning], 'Dockerfile')).toMatch(/\nMore: dockerize-multi --explain-code end-of-life-base\n$/);
    expect(problems([finding('sources-unseen', { image: 'a' }, { line: 1 }), warning], 'Dockerfile')).toMatch(/\nMore: dockerize-multi --explain-code <code>\n$/);
  });

  it('show no control characters of a project', () => {
    expect(problems([finding('syntax', { problem: '\u001b]0;x\u0007' })], 'Dockerfile')).not.toContain('\u001b');
  });
});

describe('summary', () => {
  it('says what was done, what was found and why this runtime', async () => {
    const outcome = await converted();
    expect(summary(outcome, 'wrote x')).toBe(`dockerize-multi: wrote x\n  ${outcome.detection.reason}\n  runtime: ${outcome.plan.choice}\n`);
  });
});

describe('explain', () => {
  it('has each instruction with what became of it', async () => {
    const outcome = await converted();
    const text = explain(outcome, 'Dockerfile');
    for (const { instruction, disposition, reason } of outcome.plan.ledger) expect(text).toContain(`Dockerfile:${instruction.line}  ${instruction.text}\n  ${disposition.padEnd(8)}  ${reason}\n`);
  });
});

describe('toJson', () => {
  it('of a conversion has the proposal and the ledger', async () => {
    const outcome = await converted();
    const json = JSON.parse(JSON.stringify(toJson(outcome, 'Dockerfile')));
    expect(json).toMatchObject({ schemaVersion: 2, dockerfile: 'Dockerfile', outcome: 'converted', language: 'go', proposal: outcome.text });
    expect(json.ledger).toHaveLength(6);
  });

  it('of a refusal has the finding', () => {
    expect(toJson({ kind: 'refused', findings: [finding('windows', {}, { line: 1 })] }, 'Dockerfile')).toMatchObject({ outcome: 'refused', findings: [{ code: 'windows', level: 'refusal', file: 'Dockerfile', line: 1, page: 'docs/findings/windows.md' }] });
  });
});
