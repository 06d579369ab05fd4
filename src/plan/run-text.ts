import type { Instruction } from '../dockerfile/model.ts';
import { blankContinuations, type Escape } from '../dockerfile/lines.ts';
import type { RunFacts, RunPart } from '../walk/run.ts';
import { commentLines, editWords, endOf, withComments, withoutComments, type WordEdit } from './run-words.ts';

/** What a stage takes of a RUN. */
export interface RunChoice {
  /** The parts, in their order, those that act on the shell included: see `withState`. */
  readonly parts: readonly RunPart[];
  /** Words that leave or become others, for each part that has some. */
  readonly edits?: ReadonlyMap<RunPart, readonly WordEdit[]>;
  /** Flags in front of the body that the RUN did not have. */
  readonly flags?: readonly string[];
  /** A command that goes before the first part that does something by itself. */
  readonly before?: string;
  /** A command that goes after the last part. */
  readonly after?: string;
}

/**
 * The text of a RUN with some of its parts, in the user's own layout: what stands between two parts that were neighbours stays, comments and
 * blank lines included; a comment above a part or a package stays as long as that does. A RUN that cannot be taken apart (exec form, heredoc,
 * no valid shell) is given as it is.
 *
 * @param escape the file's escape character, for lines that are added
 * @throws RangeError when no part is chosen
 */
export function runText(instruction: Instruction, run: RunFacts, choice: RunChoice, escape: Escape): string {
  const { parts, edits, flags = [], before, after } = choice;
  if (parts.length === 0) throw new RangeError(`no part of the RUN in line ${instruction.line} was chosen`);
  const whole = !run.splittable || (parts.length === run.parts.length && before === undefined && after === undefined && (edits?.size ?? 0) === 0);
  if (whole) return withFlags(instruction, flags, escape);
  const text = new RunText(instruction, run.parts, escape);
  return text.of(parts, edits ?? new Map(), flags, before, after);
}

/** A RUN with further flags, one a line; with another body when one is given. Comments between the keyword and the body stay. */
export function withFlags(instruction: Instruction, flags: readonly string[], escape = escapeIn(instruction), body = instruction.text.slice(instruction.bodyStart)): string {
  const { head, lead } = headAndLead(instruction, escape);
  return head + leadWith(lead, flags, instruction, escape) + body;
}

/** The keyword with its flags, and what stands between them and the body: white space, continuations, comments. */
function headAndLead(instruction: Instruction, escape: Escape): { head: string; lead: string } {
  const before = instruction.text.slice(0, instruction.bodyStart);
  const head = before.slice(0, blankContinuations(`${before}.`, escape).slice(0, -1).replace(/(?:\\\n|\s)+$/, '').length);
  return { head, lead: before.slice(head.length) };
}

/** The escape character that the text of an instruction shows. */
const escapeIn = (instruction: Instruction): Escape => (/`[\t ]*\r?\n/.test(instruction.text) && !/\\[\t ]*\r?\n/.test(instruction.text) ? '`' : '\\');

const lineEndOf = (instruction: Instruction): string => (instruction.text.includes('\r\n') ? '\r\n' : '\n');

function leadWith(lead: string, flags: readonly string[], instruction: Instruction, escape: Escape): string {
  if (flags.length === 0) return lead === '' ? ' ' : lead;
  const next = ` ${escape}${lineEndOf(instruction)}    `;
  return ` ${flags.join(next)}${lead.includes('\n') ? lead : next}`;
}

const isBackground = (part: RunPart): boolean => /(?<!&)&\s*$/.test(part.text);

class RunText {
  private readonly body: string;
  private readonly eol: string;

  constructor(
    private readonly instruction: Instruction,
    private readonly all: readonly RunPart[],
    private readonly escape: Escape,
  ) {
    this.body = instruction.text.slice(instruction.bodyStart);
    this.eol = lineEndOf(instruction);
  }

  of(parts: readonly RunPart[], edits: ReadonlyMap<RunPart, readonly WordEdit[]>, flags: readonly string[], before: string | undefined, after: string | undefined): string {
    const { head, lead } = headAndLead(this.instruction, this.escape);
    const indices = parts.map((part) => this.all.indexOf(part));
    // What acts on the shell stays in front.
    const anchor = parts.findIndex((part) => part.effect.kind !== 'shell');
    let out = '';
    indices.forEach((index, position) => {
      const part = this.all[index]!;
      const comments = this.commentsAbove(index, indices[position - 1] ?? -1, lead);
      if (position === 0) {
        const own = index === 0 ? lead : withComments(withoutComments(lead), comments, this.escape, this.eol);
        out = head + leadWith(own, flags, this.instruction, this.escape);
      } else {
        out += this.gap(indices[position - 1]!, index, comments);
      }
      // `x && a || b` would run b where x fails; `x && a &` would run x in the background.
      if (before !== undefined && position === anchor) out += before + (part.simple === undefined && (part.text.includes('||') || isBackground(part)) ? '; ' : this.joint(before, parts));
      const own = edits.get(part);
      out += own ? editWords(this.instruction, part, own, this.escape) : this.body.slice(part.start, this.end(index));
    });
    if (after !== undefined) out += (isBackground(parts.at(-1)!) ? ' ' : this.joint(out, parts)) + after;
    return out + (indices.at(-1) === this.all.length - 1 ? this.tail() : '');
  }

  private end(index: number): number {
    return endOf(this.instruction, this.all[index]!);
  }

  /** A shell comment at the end of the last line. */
  private tail(): string {
    const tail = this.body.slice(this.end(this.all.length - 1), this.instruction.shellText.length);
    return tail.includes('#') ? tail.trimEnd() : '';
  }

  /** What stands between a part and the one before it. */
  private between(index: number): string {
    return this.body.slice(this.end(index - 1), this.all[index]!.start);
  }

  /** The shell's view of that: comments are blanked out in it. */
  private operator(index: number): { text: '&&' | ';' | ''; at: number } {
    const from = this.end(index - 1);
    const match = /&&|;/.exec(this.instruction.shellText.slice(from, this.all[index]!.start));
    return match ? { text: match[0] as '&&' | ';', at: match.index } : { text: '', at: 0 };
  }

  /** Comments above a part; those above parts that only acted on the shell for it, and left, are among them. */
  private commentsAbove(index: number, previous: number, lead: string): string[] {
    let first = index;
    while (first - 1 > previous && this.all[first - 1]!.effect.kind === 'shell') first -= 1;
    const found: string[] = [];
    for (let at = first; at <= index; at += 1) {
      // What is said of a variable leaves with it.
      if (at < index && this.all[at]!.simple?.words.length === 0) continue;
      found.push(...commentLines(at === 0 ? lead : this.between(at)));
    }
    return found;
  }

  /** What joins two kept parts: the user's own text where they were neighbours, and otherwise the one before the second. */
  private gap(previous: number, index: number, comments: readonly string[]): string {
    const between = this.between(index);
    if (previous === index - 1) return between;
    const operators = Array.from({ length: index - previous }, (_, offset) => this.operator(previous + 1 + offset).text);
    const wanted = isBackground(this.all[previous]!) ? '' : operators.every((operator) => operator === '&&') ? '&&' : ';';
    const own = this.operator(index);
    const bare = withoutComments(between);
    const gap = own.text === wanted ? between : own.text === '' ? this.afterText(wanted, bare) : this.replaced(bare, own.text, wanted);
    const missing = own.text === wanted ? comments.slice(0, comments.length - commentLines(between).length) : comments;
    return withComments(gap, missing, this.escape, this.eol);
  }

  /** A gap without comments, with another operator. `;` stands at the end of a line, where a reader expects it. */
  private replaced(gap: string, own: string, wanted: string): string {
    const at = gap.indexOf(own);
    const rest = gap.slice(0, at) + gap.slice(at + own.length).replace(/^[\t ]+/, '');
    return this.afterText(wanted, rest);
  }

  private afterText(operator: string, gap: string): string {
    const space = /^\s/.test(gap) ? '' : ' ';
    return operator === '&&' ? ` &&${space}${gap}` : `${operator}${space}${gap}`;
  }

  /** A joint for a command that is added: as the user joins lines, or on a new line when `text` has several. */
  private joint(text: string, parts: readonly RunPart[]): string {
    const stopsAtFailure = parts.some((part) => /^set\s+-\w*e/.test(part.text));
    for (let index = 1; index < this.all.length; index += 1) {
      const gap = this.between(index);
      const operator = this.operator(index).text;
      if ((operator === '&&' || (operator === ';' && stopsAtFailure)) && gap.includes('\n')) return withoutComments(gap).replace(/\n\s*\n/g, '\n');
    }
    return text.includes('\n') ? ` ${this.escape}${this.eol}    && ` : ' && ';
  }
}
