import type { Finding } from '../findings.ts';
import type { Outcome } from '../transform.ts';

type Converted = Outcome & { kind: 'converted' };

/** Text from a project as it may be shown on a terminal: control characters other than line ends and tabs become visible marks. */
export function plainText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (char) => (char === '\r' ? '' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`));
}

/** Findings, one block each: `Dockerfile:3: refused (code): message`, then what to do; after them, how to read more about a code that is no mere note. */
export function problems(findings: readonly Finding[], dockerfile: string): string {
  const codes = [...new Set(findings.filter((item) => item.level !== 'note').map((item) => item.code))];
  const more = codes.length === 0 ? '' : `More: dockerize-multi --explain-code ${codes.length === 1 ? codes[0]! : '<code>'}\n`;
  return blocks(findings, dockerfile) + more;
}

/** The findings alone. */
export function blocks(findings: readonly Finding[], dockerfile: string): string {
  const labels = { error: 'error', refusal: 'refused', nothing: 'nothing to do', warning: 'warning', note: 'note' } as const;
  return findings
    .map((item) => {
      const place = `${item.file ?? dockerfile}${item.line === undefined ? '' : `:${item.line}`}`;
      return plainText(`${place}: ${labels[item.level]} (${item.code}): ${item.message}\n${item.help === '' ? '' : `  ${item.help}\n`}`);
    })
    .join('');
}

/** The short summary after a conversion. */
export function summary(outcome: Converted, action: string): string {
  return plainText(`dockerize-multi: ${action}\n  ${outcome.detection.reason}\n  runtime: ${outcome.plan.choice}\n`);
}

/** `--explain`: what was found, the runtime with its reasons, and each original instruction with what became of it. */
export function explain(outcome: Converted, dockerfile: string): string {
  const { plan, detection } = outcome;
  const lines = [`language  ${detection.reason}`, `runtime   ${plan.choice}`];
  for (const requirement of plan.requirements) {
    lines.push(`needs     ${requirement.need}: ${requirement.why}${requirement.line === undefined ? '' : ` (${requirement.file ?? dockerfile}:${requirement.line})`}`);
  }
  for (const { field, name, before, after, reason } of outcome.changes) {
    const shown = (value: string): string => (value === '' ? 'nothing' : value.length > 60 ? `${value.slice(0, 59)}…` : value);
    lines.push(`changes   ${name ?? field}: ${shown(before)} -> ${shown(after)}: ${reason}`);
  }
  lines.push('');
  for (const entry of plan.ledger) {
    const first = entry.instruction.text.split('\n')[0]!;
    const more = entry.instruction.text.includes('\n') ? ' …' : '';
    lines.push(`${dockerfile}:${entry.instruction.line}`.concat(`  ${first.length > 100 ? `${first.slice(0, 97)}…` : first}${more}`));
    lines.push(`  ${entry.disposition.padEnd(8)}  ${entry.reason}`);
    for (const part of entry.parts) lines.push(`    ${part.disposition.padEnd(8)}  ${part.text.replace(/\s+/g, ' ').slice(0, 80)}: ${part.reason}`);
  }
  return `${plainText(lines.join('\n'))}\n`;
}
