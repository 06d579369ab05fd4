import { flagOf, type Instruction } from '../dockerfile/model.ts';
import type { RunPart } from '../walk/run.ts';
import type { Step, Walk } from '../walk/walk.ts';
import { withState } from './run-state.ts';
import { runText, type RunChoice } from './run-text.ts';
import { withItsArgs } from './stage-args.ts';
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

/** How the parts of a RUN that a stage takes differ from the original's. */
export type PartChanges = Omit<RunChoice, 'parts'>;

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

  /**
   * Takes some parts of a RUN over, with the `cd`, variables and `set` that they need, in the user's layout. Nothing happens when none of them does
   * anything by itself. A RUN that cannot be taken apart is kept whole.
   */
  keepParts(step: Step, parts: readonly RunPart[], reason: string, changes: PartChanges = {}): void {
    const { instruction, run } = step;
    const kept = withState(run!, parts, changes.edits);
    if (kept.length === 0) return;
    const text = runText(instruction, run!, { ...changes, parts: parts.length === run!.parts.length ? run!.parts : kept }, this.draft.escape);
    if (text === instruction.text) return this.push(instruction, text, reason, undefined);
    const chosen = kept.filter((part) => parts.includes(part));
    this.push(instruction, text, reason, chosen);
    const state = kept.filter((part) => !parts.includes(part));
    if (state.length > 0) this.draft.note(instruction, { stage: this.side, reason: 'what follows runs under it', parts: state });
  }

  /** Adds a line that the original did not have. */
  add(text: string, { comment, apart = false }: Added = {}): void {
    this.blocks.push({ text: this.draft.escaped(text), comments: comment === undefined ? [] : comment.split('\n').map((line) => `# ${line}`), apart: apart || comment !== undefined, origin: undefined });
  }

  /** The stage with all its lines. An ARG that nothing in it refers to is left out, and the ledger says so. */
  plan(): StagePlan {
    const { draft } = this;
    const blocks = withItsArgs(this.blocks, draft.walked, (instruction) => draft.note(instruction, { stage: this.side, reason: 'ARGs hold for one stage only', parts: undefined }));
    const left = new Set(blocks.map((block) => block.origin));
    for (const block of this.blocks) if (block.origin && !left.has(block.origin)) draft.leave(block, this.side);
    return { name: this.name, from: this.from, blocks: blocks.map((block) => draft.withComments(block)) };
  }

  private push(instruction: Instruction, text: string, reason: string, parts: readonly RunPart[] | undefined, stage: Note['stage'] = this.side): void {
    const first = !this.draft.isPlaced(instruction);
    const comments = first ? commentsOf(instruction) : [];
    this.blocks.push({ text: instruction.heredocs.length > 0 ? text : this.draft.escaped(text), comments, apart: /^[\t ]*\r?\n/.test(instruction.leading) || (!first && /\n[\t ]*\r?\n/.test(instruction.leading)), origin: instruction });
    this.draft.note(instruction, { stage, reason, parts });
  }
}

/** A plan in the making: the stages, and what became of every instruction. */
export class Draft {
  readonly builder: StageDraft;
  private readonly notes = new Map<Instruction, Note[]>();
  /** Comments of lines that a stage left out. */
  private readonly waiting = new Map<Instruction, readonly string[]>();

  constructor(
    readonly walked: Walk,
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

  /** The escape character that lines of the proposal have to use. */
  get escape(): '\\' | '`' {
    return this.walked.file.escape;
  }

  /** A line with the continuations of this file. */
  escaped(text: string): string {
    return this.escape === '\\' ? text : text.replace(/\\(?=\n)/g, this.escape);
  }

  isPlaced(instruction: Instruction): boolean {
    return this.notes.get(instruction)?.some((note) => note.stage === 'builder' || note.stage === 'runtime') ?? false;
  }

  note(instruction: Instruction, note: Note): void {
    const notes = this.notes.get(instruction);
    if (notes) notes.push(note);
    else this.notes.set(instruction, [note]);
  }

  /** A stage does without a line after all. Its comments wait for another stage that has it. */
  leave({ origin, comments }: Block, side: Note['stage']): void {
    this.notes.set(origin!, [...this.notes.get(origin!)!.filter((note) => note.stage !== side), { stage: 'dropped', reason: 'nothing refers to it', parts: undefined }]);
    if (comments.length > 0) this.waiting.set(origin!, comments);
  }

  /** A line with the comments that another stage had for it. */
  withComments(block: Block): Block {
    const comments = block.origin && this.waiting.get(block.origin);
    if (comments === undefined || block.comments.length > 0) return block;
    this.waiting.delete(block.origin!);
    return { ...block, comments };
  }

  /** Steps that nothing was said of yet. */
  open(): Step[] {
    return this.walked.steps.filter((step) => !this.notes.has(step.instruction));
  }

  /** One entry for each instruction of the file, global ARGs and FROM included. An instruction without one is a defect of the plan. */
  ledger(): LedgerEntry[] {
    const { file, stage } = this.walked;
    const globals = new Set(file.globalArgs);
    const steps = new Map(this.walked.steps.map((step) => [step.instruction, step]));
    return file.instructions.map((instruction): LedgerEntry => {
      if (instruction === stage.from) return { instruction, disposition: 'builder', reason: 'the base image of the build', parts: [] };
      if (globals.has(instruction)) return { instruction, disposition: 'both', reason: 'given before FROM, so that base images can use it', parts: [] };
      const notes = this.notes.get(instruction);
      if (!notes) throw new Error(`no disposition for line ${instruction.line}: ${instruction.text.slice(0, 80)}`);
      return toEntry(instruction, notes, steps.get(instruction)!);
    });
  }
}

function toEntry(instruction: Instruction, notes: readonly Note[], step: Step): LedgerEntry {
  const parts = (step.run?.parts ?? []).map((part) => {
    const own = notes.filter((note) => note.parts?.includes(part));
    // What is said of the whole instruction holds for a part of which nothing else is said; where the instruction is placed, for all of them.
    const mine = notes.filter((note) => own.includes(note) || (note.parts === undefined && (own.length === 0 || isPlace(note))));
    return { text: part.text, disposition: mine.length === 0 ? ('dropped' as const) : dispositionOf(mine), reason: reasonOf(mine) || 'only served the other parts' };
  });
  const alike = parts.every((part) => part.disposition === parts[0]!.disposition && part.reason === parts[0]!.reason);
  return { instruction, disposition: dispositionOf(notes), reason: reasonOf(notes), parts: alike ? [] : parts };
}

const isPlace = (note: Note): boolean => note.stage === 'builder' || note.stage === 'runtime';

/** The reasons of all notes; of those that place something, where there are such. */
function reasonOf(notes: readonly Note[]): string {
  const telling = notes.some(isPlace) ? notes.filter((note) => note.stage !== 'dropped') : notes;
  return [...new Set(telling.map((note) => note.reason).filter((reason) => reason !== ''))].join('; ');
}

function dispositionOf(notes: readonly Note[]): Disposition {
  const stages = new Set(notes.map((note) => note.stage));
  if (stages.has('builder') && stages.has('runtime')) return 'both';
  if (stages.has('replaced')) return stages.has('builder') ? 'builder' : stages.has('runtime') ? 'runtime' : 'replaced';
  return stages.has('runtime') ? 'runtime' : stages.has('builder') ? 'builder' : 'dropped';
}

/** The comment lines above an instruction with the blank lines between and below them, as empty texts; parser directives are not among them. */
export function commentsOf(instruction: Instruction): string[] {
  const lines = instruction.leading
    .split(/\r?\n/)
    .slice(0, -1)
    .map((line) => line.trim())
    .filter((line) => line === '' || (line.startsWith('#') && !/^#\s*(?:syntax|escape|check)\s*=/i.test(line)));
  const first = lines.findIndex((line) => line !== '');
  return first < 0 ? [] : lines.slice(first).filter((line, index, all) => line !== '' || all[index - 1] !== '');
}
