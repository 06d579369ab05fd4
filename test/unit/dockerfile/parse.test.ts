import { describe, expect, it } from 'vitest';
import { argumentsOf, flagOf, type Instruction } from '../../../src/dockerfile/model.ts';
import { parse, print } from '../../../src/dockerfile/parse.ts';

const only = (text: string): Instruction => parse(`FROM a\n${text}`).instructions[1]!;
const keywords = (text: string): string[] => parse(text).instructions.map((instruction) => instruction.keyword);

const texts: Record<string, string> = {
  'an empty file': '',
  'blank lines only': '\n\n  \n',
  'comments only': '# a\n# b',
  'Windows line ends': 'FROM a\r\nRUN b \\\r\n  c\r\n\r\nCMD d\r\n',
  'mixed line ends': 'FROM a\r\nRUN b\nCMD c\r\n',
  'old Macintosh line ends': 'FROM a\rRUN b\r',
  'a byte order mark': '\uFEFFFROM a\nRUN b\n',
  'no final line end': 'FROM a\nCMD b',
  'many final line ends': 'FROM a\nCMD b\n\n\n',
  'tabs and leading spaces': '\tFROM\ta\n   RUN\t\tb  \n\t CMD c\t\n',
  'trailing spaces after a continuation': 'FROM a\nRUN b \\  \n  c\n',
  'a continuation at the end of the file': 'FROM a\nCMD b \\\n',
  'a continuation, then only comments': 'FROM a\nCMD b \\\n# c\n\n',
  'the backtick as escape': '# escape=`\nFROM a\nRUN dir C:\\ `\n  b\n',
  'several heredocs': 'FROM a\nRUN <<A cat <<B\n1\nA\n2\nB\nCMD c\n',
  'a heredoc without end': 'FROM a\nRUN <<EOF\nb\n',
  'a heredoc with Windows line ends': 'FROM a\r\nRUN <<EOF\r\nb\r\nEOF\r\nCMD c\r\n',
  'control characters': 'FROM a\nRUN \u0000\u0007\u001b[31m\n',
  'broken instructions': 'FROM\nRUM x\n&& y\n[]\n"\n',
};

describe('print', () => {
  it.each(Object.entries(texts))('gives back %s', (_, text) => {
    expect(print(parse(text))).toBe(text);
  });
});

describe('parse: instructions', () => {
  it('takes keywords in any case', () => {
    expect(keywords('from a\nrun b\nCmd c\n')).toEqual(['FROM', 'RUN', 'CMD']);
  });

  it('keeps the text of an instruction as it is', () => {
    expect(only('run  a   \\\n\n  # why\n\tb  \nCMD c\n').text).toBe('run  a   \\\n\n  # why\n\tb');
  });

  it('counts lines from 1', () => {
    expect(only('\n\nRUN a \\\n b\n')).toMatchObject({ line: 4, endLine: 5 });
  });

  it('gives what stands above an instruction to it', () => {
    expect(only('\n# one\n\n# two\nRUN a\n').leading).toBe('\n# one\n\n# two\n');
  });

  it('gives what stands below the last one to the file', () => {
    expect(parse('FROM a\n\n# end\n').trailing).toBe('\n# end\n');
  });

  it('joins continued lines and leaves out comments and blank lines within', () => {
    expect(only('RUN a \\\n  # why \\\n\n  && b\n').logical.replace(/\s+/g, ' ')).toBe('a && b');
  });

  it('does not end a line at a doubled escape character', () => {
    expect(keywords('FROM a\nRUN echo x\\\\\nCMD b\n')).toEqual(['FROM', 'RUN', 'CMD']);
  });

  it('reads on after an escaped # at the start of a continued line', () => {
    expect(keywords('FROM a\nRUN echo \\\n  \\# b\n\nCMD c\n')).toEqual(['FROM', 'RUN', 'CMD']);
  });

  it('leaves a continuation that leads nowhere out of the instruction', () => {
    expect(only('CMD b \\\n# c\n').text).toBe('CMD b');
  });

  it('takes the next instruction for a part of a continued one, as Docker does', () => {
    expect(keywords('FROM a\nRUN b \\\n\nCMD c\n')).toEqual(['FROM', 'RUN']);
  });

  it('does not end a line at a carriage return alone, as Docker does not', () => {
    expect(keywords('FROM a\nRUN b\rCMD c\n')).toEqual(['FROM', 'RUN']);
  });

  it('reads a keyword that is broken in two', () => {
    expect(only('RU\\\nN echo\n')).toMatchObject({ keyword: 'RUN', logical: 'echo' });
  });

  it('gives shell text at the same offsets as the source', () => {
    const run = only('RUN a \\\n  # why\n  b\n');
    const at = run.shellText.indexOf('b');
    expect(run.text.slice(run.bodyStart + at)).toBe('b');
  });

  it('writes the backtick as the shell\'s own continuation', () => {
    expect(parse('# escape=`\nFROM a\nRUN b `\n  c\n').instructions[1]!.shellText).toBe('b \\\n  c');
  });
});

describe('parse: directives', () => {
  it('reads # syntax', () => {
    expect(parse('# syntax=docker/dockerfile:1\nFROM a\n').syntax).toBe('docker/dockerfile:1');
  });

  it('reads # escape after another directive', () => {
    expect(parse('# syntax=x\n# Escape = `\nFROM a\n').escape).toBe('`');
  });

  it('takes a directive below a comment for a comment', () => {
    expect(parse('# what this is\n# escape=`\nFROM a\n').escape).toBe('\\');
  });
});

describe('parse: flags', () => {
  it('reads several, and where the arguments start', () => {
    const copy = only('COPY --from=b --chown=1:1 --link x y\n');
    expect(copy.flags).toEqual([{ name: 'from', value: 'b' }, { name: 'chown', value: '1:1' }, { name: 'link', value: undefined }]);
    expect(copy.text.slice(copy.bodyStart)).toBe('x y');
  });

  it('finds one by its name', () => {
    expect(flagOf(only('COPY --chown=a --from=b x y'), 'from')).toBe('b');
  });

  it('reads flags on continued lines, over comments', () => {
    const run = only('RUN --mount=type=cache,target=/a \\\n  # the second\n  --network=none \\\n  make\n');
    expect(run.flags.map((flag) => flag.name)).toEqual(['mount', 'network']);
    expect(run.logical).toBe('make');
  });

  it('leaves the options of a program to it', () => {
    expect(only('CMD --help\n')).toMatchObject({ flags: [], logical: '--help' });
  });

  it('reads the flags of HEALTHCHECK and the exec form behind CMD', () => {
    expect(only('HEALTHCHECK --interval=5s --retries=2 CMD ["a", "b"]\n')).toMatchObject({ json: ['a', 'b'], flags: [{ name: 'interval', value: '5s' }, { name: 'retries', value: '2' }] });
  });
});

describe('parse: exec form', () => {
  it.each([
    ['["a", "b"]', ['a', 'b']],
    ['[ "a" , \\\n "b" ]', ['a', 'b']],
    ['[]', []],
    ['["a\\u00e9\\"b"]', ['aé"b']],
  ])('reads %s', (text, words) => {
    expect(only(`CMD ${text}\n`).json).toEqual(words);
  });

  it.each(["['a']", '["a",]', '["a" "b"]', '[1]', '["a"] b', '[a]', '"a"', '[“a”]'])('takes %s for the shell form', (text) => {
    expect(only(`CMD ${text}\n`).json).toBeUndefined();
  });

  it('does not take the value of ENV for one', () => {
    expect(only('ENV A=["x"]\n').json).toBeUndefined();
  });

  it('keeps sources with spaces together', () => {
    expect(argumentsOf(only('COPY ["a b", "c/"]\n'))).toEqual(['a b', 'c/']);
  });
});

describe('parse: heredocs', () => {
  const bodies = (text: string): unknown[] => only(text).heredocs.map(({ name, quoted, body }) => [name, quoted, body]);

  it('reads a script', () => {
    expect(bodies('RUN <<EOF\necho a\n\n# b\nEOF\nCMD x\n')).toEqual([['EOF', false, 'echo a\n\n# b']]);
  });

  it('reads several in their order', () => {
    expect(bodies('COPY <<a <<b /x/\nA\na\nB\nb\n')).toEqual([['a', false, 'A'], ['b', false, 'B']]);
  });

  it.each(['<<"EOF"', "<<'EOF'", '<<E\\OF'])('knows that %s expands nothing', (start) => {
    expect(bodies(`RUN ${start}\n$a\nEOF\n`)).toEqual([['EOF', true, '$a']]);
  });

  it('takes a delimiter after tabs for <<- only', () => {
    expect(bodies('RUN <<-EOF\n\ta\n\tEOF\n')).toEqual([['EOF', false, '\ta']]);
    expect(bodies('RUN <<EOF\n\tEOF\nEOF\n')).toEqual([['EOF', false, '\tEOF']]);
  });

  it('starts bodies behind the continued head', () => {
    const run = only('RUN cat <<EOF > /x && \\\n  echo b\nbody\nEOF\nCMD c\n');
    expect(run.logical.replace(/\s+/g, ' ')).toBe('cat <<EOF > /x && echo b');
    expect(run.heredocs[0]!.body).toBe('body');
  });

  it('does not read instructions in a body', () => {
    expect(keywords('FROM a\nRUN <<EOF\nFROM b\nRUN c\nEOF\nCMD d\n')).toEqual(['FROM', 'RUN', 'CMD']);
  });

  it('does not continue a line of a body', () => {
    expect(bodies('RUN <<EOF\na \\\nEOF\n')).toEqual([['EOF', false, 'a \\']]);
  });

  it('reads one behind a file descriptor', () => {
    expect(bodies('RUN 3<<EOF cat\na\nEOF\n')).toEqual([['EOF', false, 'a']]);
  });

  it.each(['RUN echo "a <<EOF b"', "RUN sh -c 'cat <<E' && true", 'RUN echo $((1 << 2)) && b', 'RUN cat <<<word', 'RUN cat<<EOF', 'CMD cat <<EOF', 'ENV A=<<EOF'])('finds none in %s', (line) => {
    expect(only(`${line}\nCMD c\n`).heredocs).toEqual([]);
    expect(keywords(`FROM a\n${line}\nEXPOSE 1\n`)).toHaveLength(3);
  });

  it('says which one has no end', () => {
    expect(parse('FROM a\nRUN <<EOF\nb\n').problems).toEqual([{ line: 2, message: 'the heredoc EOF has no end' }]);
  });
});

describe('parse: names and values', () => {
  it.each([
    ['ENV A=1 B="two words" C=$A', [['A', '1'], ['B', '"two words"'], ['C', '$A']]],
    ['ENV A two words', [['A', 'two words']]],
    ['ENV A=1 \\\n  # why\n  B=2', [['A', '1'], ['B', '2']]],
    ['ENV A=b\\ c', [['A', 'b\\ c']]],
    ['ENV A=', [['A', '']]],
    ['ARG A', [['A', undefined]]],
    ['ARG A=', [['A', '']]],
    ['ARG A=1 B', [['A', '1'], ['B', undefined]]],
    ['LABEL "a.b"="c" d=e', [['a.b', '"c"'], ['d', 'e']]],
  ])('reads %s', (line, pairs) => {
    expect(only(`${line}\n`).pairs.map(({ name, value }) => [name, value])).toEqual(pairs);
  });
});

describe('parse: stages', () => {
  it('names them', () => {
    const { stages } = parse('FROM a AS one\nRUN x\nfrom b as Two\nFROM c\n');
    expect(stages.map((stage) => [stage.image, stage.name])).toEqual([['a', 'one'], ['b', 'Two'], ['c', undefined]]);
  });

  it('reads the image behind a flag', () => {
    expect(parse('FROM --platform=linux/amd64 a:1\n').stages[0]!.image).toBe('a:1');
  });

  it('keeps ARGs before the first FROM apart', () => {
    expect(parse('ARG A\nFROM a\nARG B\n').globalArgs.map((argument) => argument.text)).toEqual(['ARG A']);
  });
});

describe('parse: problems', () => {
  const problem = (text: string): unknown => parse(text).problems[0];

  it.each([
    ['FROM a\nRUM b\n', 2, 'unknown instruction: RUM'],
    ['FROM\n', 1, 'FROM needs an argument'],
    ['FROM a b\n', 1, 'FROM takes one image, or `image AS name`'],
    ['FROM a\n\nCOPY b\n', 3, 'COPY needs at least a source and a destination'],
    ['FROM a\nRUN\n', 2, 'RUN needs an argument'],
    ['FROM a\nENV A\n', 2, 'ENV needs a name and a value'],
    ['RUN a\nFROM b\n', 1, 'RUN comes before the first FROM; only ARG may'],
  ])('finds it in %j', (text, line, message) => {
    expect(problem(text)).toEqual({ line, message });
  });

  it.each(['FROM a\nCMD []\n', 'FROM a\nCOPY <<EOF /x\nEOF\n', 'ARG A\nFROM $A\n', 'FROM a\nCMD a\nCMD b\n', 'FROM a\nENV A=\n', 'FROM a\nMAINTAINER b\n'])('finds none in %j', (text) => {
    expect(problem(text)).toBeUndefined();
  });
});
