import { DockerfileParser, type Instruction as AstInstruction, type PropertyInstruction } from 'dockerfile-ast';
import { findHeredocs, maskForParser, type PlacedHeredoc } from './heredocs.ts';
import { blankContinuations, type Escape } from './lines.ts';
import type { Dockerfile, Flag, Instruction, Stage, SyntaxProblem } from './model.ts';

/** Instruction keywords of Docker's Dockerfile reference. */
const keywords = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(' '),
);

/** Instructions that may be written as a JSON array (exec form). */
const jsonKeywords = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'RUN', 'SHELL', 'VOLUME']);

/** Characters of a Dockerfile beyond which it is not one. The longest of 113,793 real ones has under 400 kB. */
export const longestDockerfile = 5_000_000;

/**
 * Parses Dockerfile text. Never throws: what is wrong is listed in `problems`, with its 1-based line.
 * `print(parse(x))` gives x back for every x.
 */
export function parse(text: string): Dockerfile {
  const bom = text.startsWith('\uFEFF');
  const source = bom ? text.slice(1) : text;
  const escape = escapeOf(source);
  const heredocs = findHeredocs(source, escape);
  const ast = DockerfileParser.parse(maskForParser(source, heredocs, escape));
  const lineStarts = startsOfLines(source);
  const offset = (position: { line: number; character: number }): number => (lineStarts[position.line] ?? source.length) + position.character;
  const directives = new Map(ast.getDirectives().map((directive) => [directive.getName().toLowerCase(), directive.getValue()]));

  const instructions: Instruction[] = [];
  const problems: SyntaxProblem[] = [];
  let end = 0;
  for (const node of ast.getInstructions()) {
    const range = node.getRange();
    const start = offset(range.start);
    const head = endOfInstruction(source, start, offset(range.end), escape);
    const own = heredocs.filter((heredoc) => heredoc.at >= start && heredoc.at < head);
    const stop = own.at(-1)?.end ?? head;
    const instruction = toInstruction(node, source, { start, stop, leadingStart: end, escape, offset, index: instructions.length, heredocs: own });
    instructions.push(instruction);
    problems.push(...problemsOf(instruction), ...own.filter((heredoc) => !heredoc.closed).map(({ name }) => ({ line: instruction.line, message: `the heredoc ${name} has no end` })));
    end = stop + lineEndAt(source, stop).length;
  }

  const firstFrom = instructions.findIndex((instruction) => instruction.keyword === 'FROM');
  const before = firstFrom < 0 ? instructions : instructions.slice(0, firstFrom);
  for (const instruction of before) {
    if (instruction.keyword !== 'ARG' && keywords.has(instruction.keyword)) {
      problems.push({ line: instruction.line, message: `${instruction.keyword} comes before the first FROM; only ARG may` });
    }
  }
  return {
    text,
    bom,
    eol: /\r\n/.test(source.slice(0, source.indexOf('\n') + 1)) ? '\r\n' : '\n',
    escape,
    syntax: directives.get('syntax'),
    instructions,
    globalArgs: before.filter((instruction) => instruction.keyword === 'ARG'),
    stages: toStages(instructions),
    trailing: source.slice(end),
    problems: problems.sort((a, b) => a.line - b.line),
  };
}

/** The text that `parse` was given, put together from its parts. */
export function print(file: Dockerfile): string {
  const parts = file.instructions.map((instruction) => instruction.leading + instruction.text);
  const body: string[] = [];
  let position = file.bom ? 1 : 0;
  for (const part of parts) {
    body.push(part);
    position += part.length;
    const lineEnd = lineEndAt(file.text, position);
    body.push(lineEnd);
    position += lineEnd.length;
  }
  return (file.bom ? '\uFEFF' : '') + body.join('') + file.trailing;
}

interface Place {
  readonly start: number;
  readonly stop: number;
  readonly leadingStart: number;
  readonly escape: Escape;
  readonly index: number;
  readonly heredocs: readonly PlacedHeredoc[];
  readonly offset: (position: { line: number; character: number }) => number;
}

function toInstruction(node: AstInstruction, source: string, place: Place): Instruction {
  const text = source.slice(place.start, place.stop);
  const keyword = node.getKeyword().toUpperCase();
  const heredocStart = (place.heredocs[0]?.head ?? place.stop) - place.start;
  const { flags, bodyStart } = flagsOf(text, keyword, Math.min(place.offset(node.getInstructionRange().end) - place.start, text.length), place.escape);
  const shellText = blankContinuations(text.slice(bodyStart, heredocStart), place.escape);
  const logical = shellText.replace(/\\\n/g, '').trim();
  return {
    index: place.index,
    keyword,
    text,
    line: node.getRange().start.line + 1,
    endLine: node.getRange().start.line + text.split('\n').length,
    leading: source.slice(place.leadingStart, place.start),
    flags,
    bodyStart,
    logical,
    shellText,
    json: jsonKeywords.has(keyword) || keyword === 'HEALTHCHECK' ? jsonArray(keyword === 'HEALTHCHECK' ? logical.replace(/^CMD\s+/i, '') : logical) : undefined,
    heredocs: place.heredocs.map(({ name, quoted, body }) => ({ name, quoted, body })),
    pairs: pairsOf(node, keyword, logical, source, place),
  };
}

/** Flags directly after the keyword, and where the arguments start. Continuations between them are allowed. */
function flagsOf(text: string, keyword: string, keywordEnd: number, escape: string): { flags: Flag[]; bodyStart: number } {
  const gap = escape === '`' ? /(?:^[\t ]*#[^\n]*\n?|^[\t ]*\r?\n|[\t ]|`[\t ]*\r?\n)*/my : /(?:^[\t ]*#[^\n]*\n?|^[\t ]*\r?\n|[\t ]|\\[\t ]*\r?\n)*/my;
  const skip = (from: number): number => {
    gap.lastIndex = from;
    return from + (gap.exec(text)?.[0].length ?? 0);
  };
  const flags: Flag[] = [];
  let position = skip(keywordEnd);
  if (!/^(?:ADD|COPY|FROM|RUN|HEALTHCHECK)$/.test(keyword)) return { flags, bodyStart: position };
  for (;;) {
    const match = /^--([A-Za-z][\w-]*)(?:=("(?:[^"\\]|\\.)*"|[^\s]*))?(?=\s|$)/.exec(text.slice(position));
    if (!match) return { flags, bodyStart: position };
    flags.push({ name: match[1]!.toLowerCase(), value: match[2]?.replace(/^"(.*)"$/s, '$1') });
    position = skip(position + match[0].length);
  }
}

function jsonArray(logical: string): string[] | undefined {
  if (!logical.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(logical);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined; // Docker runs it through the shell
  }
}

function pairsOf(node: AstInstruction, keyword: string, logical: string, source: string, place: Place): { name: string; value: string | undefined }[] {
  if (keyword !== 'ARG' && keyword !== 'ENV' && keyword !== 'LABEL') return [];
  const join = (text: string): string => blankContinuations(text, place.escape).replace(/\\\n/g, '');
  return (node as PropertyInstruction).getProperties().map((property) => {
    const range = property.getValueRange();
    const assigned = keyword !== 'ARG' || logical.includes('=');
    return {
      name: property.getName().replace(/^"(.*)"$/, '$1'),
      value: range ? join(source.slice(place.offset(range.start), place.offset(range.end))) : assigned && property.getAssignmentOperator() ? '' : undefined,
    };
  });
}

function problemsOf(instruction: Instruction): SyntaxProblem[] {
  const { keyword, line } = instruction;
  const say = (message: string): SyntaxProblem[] => [{ line, message }];
  if (!keywords.has(keyword)) return say(`unknown instruction: ${keyword.slice(0, 40)}`);
  const words = countArguments(instruction);
  if (words === 0 && instruction.heredocs.length === 0 && !(instruction.json && /^(?:CMD|ENTRYPOINT)$/.test(keyword))) return say(`${keyword} needs an argument`);
  if (keyword === 'FROM') {
    const [, as, name, extra] = instruction.logical.split(/\s+/);
    if (as !== undefined && (as.toUpperCase() !== 'AS' || name === undefined || extra !== undefined)) return say('FROM takes one image, or `image AS name`');
  }
  if ((keyword === 'COPY' || keyword === 'ADD') && words < 2 && instruction.heredocs.length === 0) return say(`${keyword} needs at least a source and a destination`);
  if (keyword === 'ENV' && instruction.pairs.some((pair) => pair.value === undefined)) return say('ENV needs a name and a value');
  return [];
}

const countArguments = (instruction: Instruction): number => instruction.json?.length ?? instruction.logical.split(/\s+/).filter(Boolean).length;

function toStages(instructions: readonly Instruction[]): Stage[] {
  const stages: { from: Instruction; image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const [image = '', as, name] = instruction.logical.split(/\s+/);
      stages.push({ from: instruction, image, name: as?.toUpperCase() === 'AS' ? name : undefined, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

function startsOfLines(source: string): number[] {
  return [0, ...Array.from(source.matchAll(/\n/g), (match) => match.index + match[0].length)];
}

/** The escape character that the directives on top of the file set. Source: Dockerfile reference, "Parser directives". */
function escapeOf(source: string): Escape {
  const directive = /^(?:#[\t ]*\w+[\t ]*=[^\n]*\n)*?#[\t ]*escape[\t ]*=[\t ]*`/i;
  return directive.test(source) ? '`' : '\\';
}

/** Where an instruction ends: white space does not belong to it, nor a continuation at the end of the file with only comments after it. */
function endOfInstruction(source: string, start: number, end: number, escape: Escape): number {
  let stop = end;
  for (;;) {
    while (stop > start && /[\t \r\n]/.test(source[stop - 1]!)) stop -= 1;
    const line = source.lastIndexOf('\n', stop - 1) + 1;
    if (line > start && /^[\t ]*#/.test(source.slice(line, stop))) stop = line;
    else if (stop - 1 > start && source[stop - 1] === escape && source[stop - 2] !== escape) stop -= 1;
    else return stop;
  }
}

/** White space and the line end that follow an instruction. */
function lineEndAt(source: string, from: number): string {
  const lineEnd = /[\t ]*(?:\r?\n|\r?$)/y;
  lineEnd.lastIndex = from;
  return lineEnd.exec(source)?.[0] ?? '';
}
