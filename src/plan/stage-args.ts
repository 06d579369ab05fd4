import { variablesIn } from '../dockerfile/scope.ts';
import type { Escape } from '../dockerfile/lines.ts';
import type { Instruction } from '../dockerfile/model.ts';
import { parse } from '../dockerfile/parse.ts';
import { unknownProject } from '../project/project.ts';
import { walk, type Step, type Walk } from '../walk/walk.ts';
import type { Block } from './plan.ts';

/**
 * Puts in front of each line of a stage the ARGs that it refers to and that the stage does not declare yet: ARG and ENV hold for one stage only.
 * An ARG that is of use to nothing in the stage is left out. Source: Dockerfile reference, "Scope" of ARG.
 *
 * @param added is told of each ARG that was put in, for the ledger
 */
export function withItsArgs(blocks: readonly Block[], walked: Walk, added: (instruction: Instruction) => void): Block[] {
  const steps = new Map(walked.steps.map((step) => [step.instruction, step]));
  const declarations = declarationsIn(walked);
  const declared = new Set<string>();
  const placed = new Set<Instruction>();
  const out: Block[] = [];
  const need = (names: readonly string[], before: Step | undefined): void => {
    const wanted = new Set<Step>();
    const open = names.map((name) => ({ name, before }));
    for (const { name, before: reader } of open) {
      if (declared.has(name) || reader?.scope.env.has(name) !== false) continue;
      const declaration = declarations.get(name)?.findLast((step) => step.instruction.index < reader.instruction.index);
      if (!declaration) continue;
      declared.add(name);
      wanted.add(declaration);
      open.push(...variablesIn(declaration.instruction.logical).map((inner) => ({ name: inner, before: declaration })));
    }
    // A default refers to what is declared above it.
    for (const { instruction } of [...wanted].sort((a, b) => a.instruction.index - b.instruction.index)) {
      if (placed.has(instruction)) continue;
      placed.add(instruction);
      out.push({ text: instruction.text, comments: [], apart: false, origin: instruction });
      added(instruction);
    }
  };
  for (const block of blocks) {
    // One that an earlier line needed stands there already.
    if (block.origin?.keyword === 'ARG' && placed.has(block.origin)) continue;
    if (block.origin?.keyword === 'ARG' || block.origin?.keyword === 'ENV') for (const { name } of block.origin.pairs) declared.add(name);
    const step = block.origin && steps.get(block.origin);
    need(step?.run ? [...new Set([...variablesIn(block.text), ...step.run.variables.filter((name) => block.text.includes(name))])] : variablesIn(block.text), step);
    if (block.origin) placed.add(block.origin);
    out.push(block);
  }
  return withoutUnused(out, walked.file.escape);
}

/** The ARGs that declare each name, in the order of the file. */
function declarationsIn(walked: Walk): ReadonlyMap<string, readonly Step[]> {
  const found = new Map<string, Step[]>();
  for (const step of walked.steps.filter(({ instruction }) => instruction.keyword === 'ARG')) {
    for (const { name } of step.instruction.pairs) {
      const known = found.get(name);
      if (known) known.push(step);
      else found.set(name, [step]);
    }
  }
  return found;
}

/** Variables that package managers read from their environment. Source: debconf(7), apt(8), and the proxy variables that curl and wget know. */
const packageVariables = /^(?:DEBIAN_FRONTEND|DEBCONF_\w+|APT_\w+|UCF_\w+|ACCEPT_EULA|LC_\w+|LANG(?:UAGE)?|TZ|\w*_proxy)$/i;

/** An ARG is of use in a stage only where something after it refers to it, or a program that a RUN calls may read it from its environment. */
function withoutUnused(blocks: readonly Block[], escape: Escape): Block[] {
  if (!blocks.some((block) => block.origin?.keyword === 'ARG')) return [...blocks];
  const wanted = new Set<string>();
  const readers = new Set<Reader>();
  const kept: Block[] = [];
  // From the end: what is known then is what comes after a line.
  for (const block of [...blocks].reverse()) {
    if (block.origin?.keyword === 'ARG' && !block.origin.pairs.some(({ name }) => wanted.has(name) || [...readers].some((reader) => mayRead(reader, name)))) continue;
    kept.push(block);
    for (const name of variablesIn(block.text)) wanted.add(name);
    if (/^RUN\b/i.test(block.text) && !readers.has('any')) for (const reader of readersIn(block.text, escape)) readers.add(reader);
  }
  return kept.reverse();
}

/** Who reads variables: any, or those of package managers or downloads alone. What is known well enough is known to read none. */
type Reader = 'any' | 'packages' | 'fetch';

function readersIn(text: string, escape: Escape): Reader[] {
  const file = parse(`${escape === '`' ? '# escape=`\n' : ''}FROM scratch\n${text}\n`);
  const parts = file.stages.length === 1 ? walk(file, unknownProject).steps.flatMap((step) => step.run?.parts ?? []) : [];
  if (parts.length === 0) return ['any'];
  return parts.flatMap(({ effect }): Reader[] => (effect.kind === 'packages' || effect.kind === 'system' ? ['packages'] : effect.kind === 'fetch' ? ['fetch'] : effect.kind === 'unknown' ? ['any'] : []));
}

const mayRead = (reader: Reader, name: string): boolean => reader === 'any' || (reader === 'packages' ? packageVariables : /_proxy$/i).test(name);
