import type { Block } from '../plan/plan.ts';
import type { Proposal } from './verify.ts';

/** Every instruction of the original has one disposition, stands where it says, and no line of the plan was lost when it was written out. */
export function nothingLost({ original, stages, plan }: Proposal): string[] {
  const failures: string[] = [];
  const builders = plan.stages.slice(0, -1).flatMap((stage) => stage.blocks);
  const runtime = plan.stages.at(-1)?.blocks ?? [];
  const inBuilders = new Set(builders.map((block) => block.origin));
  const inRuntime = new Set(runtime.map((block) => block.origin));
  const entries = new Map(plan.ledger.map((entry) => [entry.instruction, entry]));
  if (entries.size !== plan.ledger.length) failures.push('an instruction has two entries in the ledger');
  for (const instruction of original.file.instructions) {
    const entry = entries.get(instruction);
    if (!entry) failures.push(`line ${instruction.line} has no entry in the ledger`);
    // FROM and the ARGs before it are written by the renderer.
    if (!entry || instruction.keyword === 'FROM' || original.file.globalArgs.includes(instruction)) continue;
    const { disposition } = entry;
    if ((disposition === 'builder' || disposition === 'both') && !inBuilders.has(instruction)) failures.push(`line ${instruction.line} (${instruction.keyword}) is missing from the builder`);
    if ((disposition === 'runtime' || disposition === 'both') && !inRuntime.has(instruction)) failures.push(`line ${instruction.line} (${instruction.keyword}) is missing from the runtime stage`);
  }
  return [...failures, ...unwritten(builders, stages.slice(0, -1).flatMap(textsOf)), ...unwritten(runtime, textsOf(stages.at(-1)!))];
}

const textsOf = (walked: { readonly stage: { readonly instructions: readonly { readonly text: string }[] } }): string[] => walked.stage.instructions.map((instruction) => instruction.text);

/** Lines of the plan that the text does not have. */
function unwritten(blocks: readonly Block[], written: readonly string[]): string[] {
  const texts = new Set(written);
  return blocks.filter((block) => !texts.has(block.text.trim())).map((block) => `the proposal lacks the line ${block.text.split('\n')[0]!.slice(0, 80)}`);
}
