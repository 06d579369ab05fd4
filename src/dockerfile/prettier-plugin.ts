import type { AstPath, Parser, Plugin, Printer } from 'prettier';
import { parse } from './parse.ts';
import type { Dockerfile } from './model.ts';

/**
 * Prettier plugin for Dockerfiles. It settles what lies between instructions (blank lines, trailing white space, the end of the file) and
 * takes the text of instructions and comments over as it is: user text is never reflowed.
 */
const parser: Parser<Dockerfile> = {
  astFormat: 'dockerfile',
  parse: (text) => parse(text),
  locStart: () => 0,
  locEnd: (file) => file.text.length,
};

const printer: Printer<Dockerfile> = {
  print: (path: AstPath<Dockerfile>) => format(path.node),
};

export const plugin: Plugin<Dockerfile> = {
  languages: [{ name: 'Dockerfile', parsers: ['dockerfile'], filenames: ['Dockerfile', 'Dockerfile.multi', 'Containerfile'], extensions: ['.dockerfile'] }],
  parsers: { dockerfile: parser },
  printers: { dockerfile: printer },
};

function format(file: Dockerfile): string {
  const out: string[] = [];
  for (const instruction of file.instructions) {
    out.push(...gap(instruction.leading, out.length === 0, instruction.keyword === 'FROM'), instruction.text);
  }
  out.push(...gap(file.trailing, out.length === 0, false));
  return `${out.join('\n').trimEnd()}\n`;
}

/** Comments and at most one blank line in a row; a stage starts with one, a file does not. */
function gap(leading: string, first: boolean, stage: boolean): string[] {
  // A continuation that leads nowhere says nothing.
  const lines = leading.split(/\r?\n/).slice(0, -1).map((line) => line.trim()).filter((line) => line !== '\\' && line !== '`');
  if (stage && !first && lines[0] !== '') lines.unshift('');
  const settled = lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
  return first && settled[0] === '' ? settled.slice(1) : settled;
}
