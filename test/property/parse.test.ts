import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../src/dockerfile/heredocs.ts';
import { parse, print } from '../../src/dockerfile/parse.ts';
import { expandWord } from '../../src/dockerfile/words.ts';
import { prettify } from '../../src/render.ts';
import { parseShell } from '../../src/shell/parse.ts';
import { anyDockerfile, wildText } from './generators.ts';

describe('parse', () => {
  it('loses nothing of any text', () => {
    fc.assert(fc.property(wildText, (text) => void expect(print(parse(text))).toBe(text)), { numRuns: 3000 });
  });

  it('loses nothing of a Dockerfile', () => {
    fc.assert(fc.property(anyDockerfile, (text) => void expect(print(parse(text))).toBe(text)), { numRuns: 500 });
  });

  it('gives instructions in the order of the text that do not overlap', () => {
    fc.assert(
      fc.property(fc.oneof(wildText, anyDockerfile), (text) => {
        const { instructions } = parse(text);
        instructions.forEach((instruction, index) => {
          expect(instruction.index).toBe(index);
          expect(instruction.line).toBeGreaterThan(instructions[index - 1]?.endLine ?? 0);
          expect(instruction.endLine).toBeGreaterThanOrEqual(instruction.line);
        });
      }),
      { numRuns: 1500 },
    );
  });

  it('has an instruction for every logical line', () => {
    fc.assert(
      fc.property(fc.oneof(wildText, anyDockerfile), (text) => {
        const file = parse(text);
        const heads = blocksOf(file.bom ? text.slice(1) : text, file.escape).map((block) => block.head.text).filter((head) => head !== '');
        expect(file.instructions).toHaveLength(heads.length);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives shell text that is as long as its source', () => {
    fc.assert(
      fc.property(fc.oneof(wildText, anyDockerfile), (text) => {
        for (const instruction of parse(text).instructions) {
          if (instruction.heredocs.length === 0) expect(instruction.shellText.length).toBe(instruction.text.length - instruction.bodyStart);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe('expandWord', () => {
  const values: Record<string, string> = { x: 'a/b.c', app: '', NAME: '${x}' };
  const oneOrNone = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);

  it('never throws, and gives the same with an unknown variable or nothing', () => {
    fc.assert(
      fc.property(wildText, (text) => {
        const known = expandWord(text, oneOrNone);
        const unsure = expandWord(text, (name) => (name === 'x' ? null : oneOrNone(name)));
        if (unsure !== undefined) expect(unsure).toBe(known);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('prettify', () => {
  it('changes nothing the second time', async () => {
    await fc.assert(
      fc.asyncProperty(anyDockerfile, async (text) => {
        const once = await prettify(text.replaceAll('\r\n', '\n'));
        expect(await prettify(once)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every instruction as it is', async () => {
    await fc.assert(
      fc.asyncProperty(anyDockerfile, async (text) => {
        const unix = text.replaceAll('\r\n', '\n');
        const texts = (source: string): string[] => parse(source).instructions.map((instruction) => instruction.text);
        expect(texts(await prettify(unix))).toEqual(texts(unix));
      }),
      { numRuns: 200 },
    );
  });
});

describe('parseShell', () => {
  it('never throws, and its parts lie in the text', () => {
    fc.assert(
      fc.property(wildText, (text) => {
        for (const part of parseShell(text).parts) expect(part.text).toBe(text.slice(part.start, part.end));
      }),
      { numRuns: 1500 },
    );
  });
});
