/** The Dockerfile as data. Every instruction keeps its exact source text, so untouched lines print verbatim. */

export interface Flag {
  readonly name: string;
  /** Undefined for a bare flag such as `--link`. */
  readonly value: string | undefined;
}

export interface Heredoc {
  readonly name: string;
  /** True when the delimiter is quoted: no variable is expanded in the body. */
  readonly quoted: boolean;
  readonly body: string;
}

export interface Instruction {
  /** Position in the file, from 0. */
  readonly index: number;
  /** Upper case: `RUN`, `COPY`. */
  readonly keyword: string;
  /** The exact source from the keyword to the end of the last line, heredoc bodies included, without the final line end. */
  readonly text: string;
  /** 1-based first and last line: a continuation with nothing behind it or in front of it does not count, though BuildKit counts its lines. */
  readonly line: number;
  readonly endLine: number;
  /** Comments and blank lines directly above, verbatim, each with its line end. */
  readonly leading: string;
  readonly flags: readonly Flag[];
  /** Offset in `text` where the arguments start (after the keyword and the flags). */
  readonly bodyStart: number;
  /** `text` from `bodyStart` without heredoc bodies, continuations joined and comments inside it removed. */
  readonly logical: string;
  /**
   * As long as `text.slice(bodyStart)` without heredoc bodies: comment and blank lines within are blanked out and
   * continuations written as a shell knows them, so offsets found in it are offsets in the source.
   */
  readonly shellText: string;
  /** The arguments when they are a valid JSON array of strings (exec form). */
  readonly json: readonly string[] | undefined;
  readonly heredocs: readonly Heredoc[];
  /** ARG, ENV and LABEL: names with their raw value (quotes and variables as written); a bare ARG has no value. Quotes around names of LABEL and ENV are off. */
  readonly pairs: readonly { readonly name: string; readonly value: string | undefined }[];
}

export interface Stage {
  readonly from: Instruction;
  /** As written, variables not yet replaced. */
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface SyntaxProblem {
  readonly line: number;
  readonly message: string;
}

export interface Dockerfile {
  readonly text: string;
  readonly bom: boolean;
  /** The line end that the file uses first. */
  readonly eol: '\n' | '\r\n';
  readonly escape: '\\' | '`';
  /** Value of `# syntax=`, when there is one. */
  readonly syntax: string | undefined;
  /** All instructions in order, global ARGs included. */
  readonly instructions: readonly Instruction[];
  /** ARG instructions before the first FROM. */
  readonly globalArgs: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** Text after the last instruction: comments and blank lines. */
  readonly trailing: string;
  readonly problems: readonly SyntaxProblem[];
}

/** The value of an instruction's flag, e.g. `flagOf(copy, 'from')`; undefined when it is not given. */
export function flagOf(instruction: Instruction, name: string): string | undefined {
  return instruction.flags.find((flag) => flag.name === name)?.value;
}

/** Arguments split as BuildKit splits them for COPY, ADD, WORKDIR, EXPOSE, VOLUME …: at white space, or the JSON array. */
export function argumentsOf(instruction: Instruction): readonly string[] {
  if (instruction.json) return instruction.json;
  return instruction.logical.split(/[\t\v\f\r\n ]+/).filter((word) => word !== '');
}
