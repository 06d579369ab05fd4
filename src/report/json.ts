import type { Finding } from '../findings.ts';
import type { Outcome } from '../transform.ts';

/** Version of the JSON that `--json` prints; it changes when a field changes its meaning or goes away. */
const schemaVersion = 2;

/** Where the package has the page of a code. */
const findingPagePath = (code: string): string => `docs/findings/${code}.md`;

/** The outcome as plain data. */
export function toJson(outcome: Outcome, dockerfile: string, more: readonly Finding[] = []): Record<string, unknown> {
  const findings = [...outcome.findings, ...more].map(({ code, level, message, help, file, line }) => ({ code, level, message, help, file: file ?? dockerfile, line: line ?? null, page: findingPagePath(code) }));
  const head = { schemaVersion, dockerfile, outcome: outcome.kind };
  if (outcome.kind !== 'converted') return { ...head, findings };
  const { plan, detection } = outcome;
  return {
    ...head,
    language: detection.language.name,
    detection: { reason: detection.reason, evidence: detection.evidence },
    runtime: { name: plan.runtime, image: plan.stages.at(-1)!.from, reason: plan.choice, requirements: plan.requirements.map(({ need, why, file, line }) => ({ need, why, file: file ?? dockerfile, line: line ?? null })) },
    ledger: plan.ledger.map((entry) => ({
      line: entry.instruction.line,
      endLine: entry.instruction.endLine,
      instruction: entry.instruction.keyword,
      text: entry.instruction.text,
      disposition: entry.disposition,
      reason: entry.reason,
      parts: entry.parts,
    })),
    changedConfiguration: outcome.changes.map(({ field, name, before, after, reason }) => ({ field, name: name ?? null, before, after, reason })),
    findings,
    proposal: outcome.text,
  };
}
