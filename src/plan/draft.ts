import { variablesIn } from '../dockerfile/scope.ts';
import { flagOf, headOf, type Instruction } from '../dockerfile/model.ts';
import type { RunPart } from '../walk/run.ts';
import type { Step, Walk } from '../walk/walk.ts';
import type { Block, Disposition, LedgerEntry, StagePlan } from './plan.ts';

interface Note {
  readonly stage: 'builder' | 'runtime' | 'replaced' | 'dropped';
  readonly reason: string;
  readonly parts: readonly RunPart[] | undefined;
}

/** Options of a line that the original did not have. */
export interface Added {
  /** A short comment that goes above it. */
  readonly comment?: string;
  /** A blank line goes above it. */
  readonly apart?: boolean;
}

/** Collects the lines of one stage. Every line of the original goes through here, so that the ledger knows of it. */
export class StageDraft {
  readonly blocks: Block[] = [];
  constructor(
    private readonly draft: Draft,
    readonly name: string | undefined,
    readonly from: string,
    private readonly side: 'builder' | 'runtime',
  ) {}

  /** Takes an instruction over as it is. */
  keep(step: Step, reason: string): void {
    this.push(step.instruction, step.instruction.text, reason, undefined);
  }

  /** Takes an instruction over in another wording; the ledger gets the reason. */
  rewrite(step: Step, text: string, reason: string): void {
    this.push(step.instruction, text, reason, undefined, this.side === 'runtime' ? 'replaced' : 'builder');
  }

  /** Takes some parts of a RUN over, their text as it is. With all parts this is `keep`. */
  keepParts(step: Step, parts: readonly RunPart[], reason: string, flags = ''): void {
    const all = step.run!.parts;
    if (parts.length === all.length && flags === '') return this.keep(step, reason);
    this.push(step.instruction, joinParts(step.instruction, all, parts, flags), reason, parts);
  }

  /** Takes some parts of a RUN over, in a wording of the caller's: only part of what they install, say. */
  rewriteParts(step: Step, parts: readonly RunPart[], text: string, reason: string): void {
    this.push(step.instruction, text, reason, parts);
  }

  /** Adds a line that the original did not have. */
  add(text: string, { comment, apart = false }: Added = {}): void {
    this.blocks.push({ text, comments: comment === undefined ? [] : comment.split('\n').map((line) => `# ${line}`), apart: apart || comment !== undefined, origin: undefined });
  }

  plan(): StagePlan {
    return { name: this.name, from: this.from, blocks: withoutUnusedArgs(this.blocks) };
  }

  private push(instruction: Instruction, text: string, reason: string, parts: readonly RunPart[] | undefined, stage: Note['stage'] = this.side): void {
    const first = !this.draft.isPlaced(instruction);
    const comments = first ? commentsOf(instruction) : [];
    this.blocks.push({ text, comments, apart: /^[\t ]*\r?$/m.test(instruction.leading.replace(/\n$/, '')) && instruction.leading !== '', origin: instruction });
    this.draft.note(instruction, { stage, reason, parts });
  }
}

/** A plan in the making: the stages, and what became of every instruction. */
export class Draft {
  readonly builder: StageDraft;
  private readonly notes = new Map<Instruction, Note[]>();

  constructor(
    private readonly walked: Walk,
    builderFrom = walked.stage.from.text.replace(/^\w+\s+/, '').replace(/\s+AS\s+\S+\s*$/i, ''),
    builderName = walked.stage.name ?? 'builder',
  ) {
    this.builder = new StageDraft(this, builderName, builderFrom, 'builder');
  }

  /** Starts the runtime stage; a plan has one. A platform that FROM asks for holds for it too, unless it is the build machine's own. */
  runtime(from: string): StageDraft {
    const platform = flagOf(this.walked.stage.from, 'platform');
    const crossBuild = platform === undefined || /BUILDPLATFORM/.test(platform) || from.startsWith('--platform');
    return new StageDraft(this, undefined, crossBuild ? from : `--platform=${platform} ${from}`, 'runtime');
  }

  /** A further builder stage. */
  stage(name: string, from: string): StageDraft {
    return new StageDraft(this, name, from, 'builder');
  }

  /** The instruction, or some parts of a RUN, are done by other lines of the proposal. */
  replace(step: Step, reason: string, parts?: readonly RunPart[]): void {
    this.note(step.instruction, { stage: 'replaced', reason, parts });
  }

  /** The instruction, or some parts of a RUN, are not needed any more. */
  drop(step: Step, reason: string, parts?: readonly RunPart[]): void {
    this.note(step.instruction, { stage: 'dropped', reason, parts });
  }

  isPlaced(instruction: Instruction): boolean {
    return this.notes.get(instruction)?.some((note) => note.stage === 'builder' || note.stage === 'runtime') ?? false;
  }

  note(instruction: Instruction, note: Note): void {
    this.notes.set(instruction, [...(this.notes.get(instruction) ?? []), note]);
  }

  /** Steps that nothing was said of yet. */
  open(): Step[] {
    return this.walked.steps.filter((step) => !this.notes.has(step.instruction));
  }

  /** One entry for each instruction of the file, global ARGs and FROM included. An instruction without one is a defect of the plan. */
  ledger(): LedgerEntry[] {
    const { file, stage } = this.walked;
    return file.instructions.map((instruction): LedgerEntry => {
      if (instruction === stage.from) return { instruction, disposition: 'builder', reason: 'the base image of the build', parts: [] };
      if (file.globalArgs.includes(instruction)) return { instruction, disposition: 'both', reason: 'given before FROM, so that base images can use it', parts: [] };
      const notes = this.notes.get(instruction);
      if (!notes) throw new Error(`no disposition for line ${instruction.line}: ${instruction.text.slice(0, 80)}`);
      return toEntry(instruction, notes, this.walked.steps.find((step) => step.instruction === instruction)!);
    });
  }
}

function toEntry(instruction: Instruction, notes: readonly Note[], step: Step): LedgerEntry {
  const disposition = dispositionOf(notes);
  const reason = [...new Set(notes.map((note) => note.reason))].join('; ');
  const split = notes.some((note) => note.parts !== undefined);
  const parts = !split
    ? []
    : (step.run?.parts ?? []).map((part) => {
        const mine = notes.filter((note) => note.parts === undefined || note.parts.includes(part));
        return { text: part.text, disposition: mine.length === 0 ? ('dropped' as const) : dispositionOf(mine), reason: [...new Set(mine.map((note) => note.reason))].join('; ') || 'only served the other parts' };
      });
  return { instruction, disposition, reason, parts };
}

function dispositionOf(notes: readonly Note[]): Disposition {
  const stages = new Set(notes.map((note) => note.stage));
  if (stages.has('builder') && stages.has('runtime')) return 'both';
  if (stages.has('replaced')) return stages.has('builder') ? 'builder' : stages.has('runtime') ? 'runtime' : 'replaced';
  return stages.has('runtime') ? 'runtime' : stages.has('builder') ? 'builder' : 'dropped';
}

/** The comment lines directly above an instruction; parser directives are not among them. */
export function commentsOf(instruction: Instruction): string[] {
  return instruction.leading
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('#') && !/^#\s*(?:syntax|escape|check)\s*=/i.test(line));
}

/**
 * The text of a RUN with some of its parts. `cd`, `export` and `set` before a chosen part are kept with it, since it runs under them.
 */
function joinParts(instruction: Instruction, all: readonly RunPart[], chosen: readonly RunPart[], flags: string): string {
  const body = instruction.text.slice(instruction.bodyStart);
  const last = Math.max(...chosen.map((part) => all.indexOf(part)));
  const kept = all.filter((part, index) => chosen.includes(part) || (part.effect.kind === 'shell' && index < last));
  const pieces = kept.map((part) => body.slice(part.start, part.end));
  const head = headOf(instruction);
  const lead = flags === '' ? `${head} ` : `${head} ${flags} \\\n    `;
  const joint = (part: RunPart): string => (part.joinedBy === ';' ? '; \\\n    ' : ' && \\\n    ');
  return lead + pieces.map((piece, index) => (index === 0 ? piece : joint(kept[index]!) + piece)).join('');
}

/** An ARG is of use in a stage only where something after it refers to it, or a RUN may read it from its environment. */
function withoutUnusedArgs(blocks: readonly Block[]): Block[] {
  return blocks.filter((block, index) => {
    if (block.origin?.keyword !== 'ARG') return true;
    const after = blocks.slice(index + 1);
    return block.origin.pairs.some(({ name }) => after.some((other) => /^RUN\b/i.test(other.text) || variablesIn(other.text).includes(name)));
  });
}
