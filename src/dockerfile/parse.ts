import { DockerfileParser, type Instruction as AstInstruction } from 'dockerfile-ast';
import { jsonArray, pairsIn, splitHead } from './arguments.ts';
import { directivesOf } from './directives.ts';
import { blocksOf, type Block } from './heredocs.ts';
import { blankContinuations, type Escape } from './lines.ts';
import { maskForParser } from './mask.ts';
import { argumentsOf, type Dockerfile, type Instruction, type Stage, type SyntaxProblem } from './model.ts';
import { keywords, problemIn } from './problems.ts';

/** Instructions that may be written as a JSON array (exec form). */
const jsonKeywords = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'HEALTHCHECK', 'RUN', 'SHELL', 'VOLUME']);

/** Instructions whose arguments are names with values. */
const pairKeywords = new Set(['ARG', 'ENV', 'LABEL']);

/** Characters of a Dockerfile beyond which it is not one. The longest of 113,793 real ones has under 400 kB. */
export const longestDockerfile = 1_000_000;

/**
 * Parses Dockerfile text. Never throws: what is wrong is listed in `problems`, with its 1-based line.
 * `print(parse(x))` gives x back for every x.
 */
export function parse(text: string): Dockerfile {
  const bom = text.startsWith('\uFEFF');
  const source = bom ? text.slice(1) : text;
  const { escape, syntax, problems: misdirected } = directivesOf(source);
  const blocks = blocksOf(source, escape);
  const ast = DockerfileParser.parse(maskForParser(source, blocks));
  const lineStarts = startsOfLines(source);
  const blockAt = new Map(blocks.map((block) => [block.head.start, block]));

  const instructions: Instruction[] = [];
  const problems: SyntaxProblem[] = [...misdirected, ...overlong(source, lineStarts)];
  let end = 0;
  for (const node of ast.getInstructions()) {
    const { start } = node.getRange();
    const block = blockAt.get(lineStarts[start.line]! + start.character);
    if (!block) continue; // the two parsers read the masked text alike; were it otherwise, the text would go to the next one's leading
    const { instruction, stop } = toInstruction(node, source, block, { escape, leadingStart: end, index: instructions.length });
    instructions.push(instruction);
    const problem = problemIn(instruction, escape);
    if (problem !== undefined) problems.push({ line: instruction.line, message: problem });
    problems.push(...block.heredocs.filter((heredoc) => !heredoc.closed).map(({ name }) => ({ line: instruction.line, message: `the heredoc ${name} has no end` })));
    end = stop + lineEndAt(source, stop).length;
  }
  if (blocks.at(-1)?.head.text === '') problems.push({ line: lineStarts.length, message: 'a continuation at the end continues nothing' });

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
    syntax,
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
  readonly escape: Escape;
  readonly leadingStart: number;
  readonly index: number;
}

function toInstruction(node: AstInstruction, source: string, { head, heredocs }: Block, place: Place): { instruction: Instruction; stop: number } {
  const stop = heredocs.at(-1)?.end ?? head.end;
  const text = source.slice(head.start, stop);
  const { keyword, flags, argumentsAt } = splitHead(head.text, place.escape);
  const logical = head.text.slice(argumentsAt);
  const bodyStart = (logical === '' ? head.end : head.offsetOf(argumentsAt)) - head.start;
  const line = node.getRange().start.line + 1;
  const instruction: Instruction = {
    index: place.index,
    keyword,
    text,
    line,
    endLine: line + text.split('\n').length - 1,
    leading: source.slice(place.leadingStart, head.start),
    flags,
    bodyStart,
    logical,
    shellText: blankContinuations(source.slice(head.start + bodyStart, head.end), place.escape),
    json: jsonKeywords.has(keyword) ? jsonArray(keyword === 'HEALTHCHECK' ? logical.replace(/^\S+\s*/, '') : logical) : undefined,
    heredocs: heredocs.map(({ name, quoted, body }) => ({ name, quoted, body })),
    pairs: pairKeywords.has(keyword) ? pairsIn(keyword, logical, place.escape) : [],
  };
  return { instruction, stop };
}

function toStages(instructions: readonly Instruction[]): Stage[] {
  const stages: { from: Instruction; image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const [image = '', as, name] = argumentsOf(instruction);
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

/** BuildKit reads no longer lines. Source: Go, bufio.MaxScanTokenSize. */
const longestLine = 65_535;

function overlong(source: string, lineStarts: readonly number[]): SyntaxProblem[] {
  return lineStarts.flatMap((start, index) => {
    const end = lineStarts[index + 1] ?? source.length;
    const tooLong = (end - start) * 3 > longestLine && new TextEncoder().encode(source.slice(start, end)).length > longestLine;
    return tooLong ? [{ line: index + 1, message: `the line is longer than ${longestLine} bytes` }] : [];
  });
}

/** White space and the line end that follow an instruction. */
function lineEndAt(source: string, from: number): string {
  const lineEnd = /[\t ]*(?:\r?\n|\r?$)/y;
  lineEnd.lastIndex = from;
  return lineEnd.exec(source)?.[0] ?? '';
}
