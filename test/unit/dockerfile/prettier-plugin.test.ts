import { describe, expect, it } from 'vitest';
import { prettify } from '../../../src/render.ts';

describe('prettify', () => {
  it.each([
    ['several blank lines become one', 'FROM a\n\n\n\nRUN b\n', 'FROM a\n\nRUN b\n'],
    ['a stage starts after a blank line', 'FROM a\nRUN b\nFROM c\n', 'FROM a\nRUN b\n\nFROM c\n'],
    ['also with a comment of its own', 'FROM a\nRUN b\n# why\nFROM c\n', 'FROM a\nRUN b\n\n# why\nFROM c\n'],
    ['the file starts without one', '\n\nFROM a\n', 'FROM a\n'],
    ['and ends with one line end', 'FROM a\nRUN b\n\n\n', 'FROM a\nRUN b\n'],
    ['white space at ends goes', 'FROM a   \nRUN b \t\n', 'FROM a\nRUN b\n'],
    ['comments lose their indentation', 'FROM a\n  # b\nRUN c\n', 'FROM a\n# b\nRUN c\n'],
    ['comments at the end stay', 'FROM a\n\n# b\n', 'FROM a\n\n# b\n'],
    ['continuations that lead nowhere go', '\\\nFROM a\nCMD b \\\n# c\n', 'FROM a\nCMD b\n# c\n'],
    ['parser directives stay on top', '# syntax=docker/dockerfile:1\n\nFROM a\n', '# syntax=docker/dockerfile:1\n\nFROM a\n'],
    ['ARGs before FROM stay above it', 'ARG V=1\nFROM a:$V\n', 'ARG V=1\n\nFROM a:$V\n'],
  ])('%s', async (_, text, expected) => {
    expect(await prettify(text)).toBe(expected);
  });

  const verbatim = 'FROM a\nrun   b   \\\n\n      # why\n\t&& c\nCOPY <<EOF /x\n  spaces   \n\n\nEOF\nENV A="  b  "\nCMD [ "a" ,"b" ]\n';

  it('leaves instructions as they are', async () => {
    expect(await prettify(verbatim)).toBe(verbatim);
  });

  it('changes nothing the second time', async () => {
    const once = await prettify('\n# a\n\n\nFROM a\nRUN b\nFROM c\n#d\n\n\n# e');
    expect(await prettify(once)).toBe(once);
  });
});
