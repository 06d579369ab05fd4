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
    expect(only('RUN a \\\n  # why \\\n\n  && b\n').logical).toBe('a   && b');
  });

  it('joins a word that is broken in two', () => {
    expect(only('ENV A=b:\\\n# why\nc\n').pairs).toEqual([{ name: 'A', value: 'b:c' }]);
    expect(only('RUN a\\\t \r\nb\r\n').logical).toBe('ab');
  });

  it('takes a continuation in front of an instruction for nothing', () => {
    expect(parse('FROM a\n\\\nRUN b\n').instructions[1]).toMatchObject({ keyword: 'RUN', line: 3, leading: '\\\n' });
  });

  it('goes on over lines that only go on', () => {
    expect(only('RUN a \\\n\\\n  b\nCMD c\n').logical).toBe('a   b');
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

  it.each(['# what=x\n# escape=`\n', '#\n# escape=`\n', '\n# escape=`\n', '# escape = x`\n'])('does not read one in %j', (top) => {
    expect(parse(`${top}FROM a\n`).escape).toBe('\\');
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
    expect(only('CMD a --help\n')).toMatchObject({ flags: [], logical: 'a --help' });
    expect(only('RUN -- --help\n')).toMatchObject({ flags: [], logical: '--help' });
  });

  it.each([
    ['COPY --chown="a b" x y\n', 'chown', 'a b'],
    ['COPY --chown=a\\ b x y\n', 'chown', 'a b'],
    ['RUN --mount=type=secret,"id=a b" make\n', 'mount', 'type=secret,id=a b'],
    ['HEALTHCHECK --timeout=3s\\\n  --retries=2 CMD a\n', 'timeout', '3s'],
  ])('takes quotes, escapes and continuations off in %j', (text, name, value) => {
    expect(flagOf(only(text), name)).toBe(value);
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

  it.each(["['a']", '["a",]', '["a" "b"]', '["a"] b', '[a]', '"a"', '[“a”]'])('takes %s for the shell form', (text) => {
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

  it.each(['<<"EOF"', "<<'EOF'", '<<E"O"F'])('knows that %s expands nothing', (start) => {
    expect(bodies(`RUN ${start}\n$a\nEOF\n`)).toEqual([['EOF', true, '$a']]);
  });

  // Oddities of BuildKit, which every builder of today's Docker has.
  it('takes an escaped delimiter for one that is not quoted', () => {
    expect(bodies('RUN <<E\\OF\n$a\nEOF\n')).toEqual([['EOF', false, '$a']]);
  });

  it.each([['RUN cat << EOF', 'EOF'], ['RUN echo $((1 << 2)) && b', '2))']])('reads over the space in %s', (line, name) => {
    expect(bodies(`${line}\na\n${name}\n`)).toEqual([[name, false, 'a']]);
  });

  it('reads none where a quote has no end', () => {
    expect(bodies('RUN echo it\'s <<EOF\n')).toEqual([]);
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

  it.each(['RUN echo "a <<EOF b"', "RUN sh -c 'cat <<E' && true", 'RUN echo $((1<<2)) && b', 'RUN cat <<<word', 'RUN ["cat", "<<EOF"]', 'RUN cat<<EOF', 'CMD cat <<EOF', 'ENV A=<<EOF'])('finds none in %s', (line) => {
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
    ["LABEL 'a'=b", [['a', 'b']]],
    ['ENV A="x y"z B=\'"\' C="a\\"b"', [['A', '"x y"z'], ['B', "'\"'"], ['C', '"a\\"b"']]],
    ['ENV A   b = c', [['A', 'b = c']]],
    ['ENV A =b', [['A', '=b']]],
    ['ARG "A=1"', [['"A', '1"']]],
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
    ['FROM a\nENV A\n', 2, 'ENV needs a name and a value'],
    ['RUN a\nFROM b\n', 1, 'RUN comes before the first FROM; only ARG may'],
    ['FROM a AS 1\n', 1, 'a stage cannot be named 1'],
    ['FROM a\nCMD [1]\n', 2, 'the JSON array of CMD may have strings only'],
    ['FROM a\nCMD --help\n', 2, 'unknown flag: --help'],
    ['FROM a\nCOPY --From=b c d\n', 2, 'unknown flag: --From'],
    ['FROM a\nCOPY --from b c\n', 2, '--from needs a value'],
    ['FROM a\nCOPY --from=b --from=c d e\n', 2, '--from is there twice'],
    ['FROM a\nCOPY --link=maybe b c\n', 2, '--link is true or false'],
    ['FROM a\nCOPY a <<EOF\nEOF\n', 2, 'the destination of COPY cannot be a heredoc'],
    ['FROM a\nRUN --network=x b\n', 2, '--network is default, none or host'],
    ['FROM a\nRUN --mount=from=$b,target=/c d\n', 2, 'from= of a mount takes no variables'],
    ['FROM a\nLABEL b=c d\n', 2, 'LABEL needs a name and a value'],
    ['FROM a\nENV =b\n', 2, 'a name of ENV is blank'],
    ['FROM a\nARG =b\n', 2, 'a name of ARG is blank'],
    ['FROM a\nSHELL sh -c\n', 2, 'SHELL needs a JSON array'],
    ['FROM a\nVOLUME ["/a", ""]\n', 2, 'a folder of VOLUME is blank'],
    ['FROM a\nHEALTHCHECK curl localhost\n', 2, 'HEALTHCHECK takes CMD or NONE, not curl'],
    ['FROM a\nHEALTHCHECK NONE x\n', 2, 'HEALTHCHECK NONE takes no arguments'],
    ['FROM a\nHEALTHCHECK CMD\n', 2, 'HEALTHCHECK CMD needs a command'],
    ['FROM a\nHEALTHCHECK --interval=5 CMD b\n', 2, '--interval of HEALTHCHECK cannot be 5'],
    ['FROM a\nHEALTHCHECK --retries=x CMD b\n', 2, '--retries of HEALTHCHECK cannot be x'],
    ['FROM a\nONBUILD ONBUILD RUN b\n', 2, 'ONBUILD ONBUILD is not allowed'],
    ['FROM a\nWORKDIR "b\n', 2, 'WORKDIR: unexpected end of statement while looking for matching double-quote'],
    ['FROM a\nENV "A=b"\n', 2, 'ENV: unexpected end of statement while looking for matching double-quote'],
    ['FROM a\nCOPY ${b c\n', 2, 'COPY: unsupported modifier () in substitution'],
    ['# escape=`\n# escape=`\nFROM a\n', 2, 'there are two # escape= directives'],
    ['# escape=x\nFROM a\n', 1, 'the escape character can be \\ or ` only'],
    ['FROM a\n\\\n', 3, 'a continuation at the end continues nothing'],
    [`FROM a\nRUN ${'b'.repeat(65_532)}\n`, 2, 'the line is longer than 65535 bytes'],
  ])('finds it in %j', (text, line, message) => {
    expect(problem(text)).toEqual({ line, message });
  });

  it.each(['FROM a\nCMD []\n', 'FROM a\nCOPY <<EOF /x\nEOF\n', 'ARG A\nFROM $A\n', 'FROM a\nCMD a\nCMD b\n', 'FROM a\nENV A=\n', 'FROM a\nMAINTAINER b\n', 'FROM a\nRUN\nCMD\nENTRYPOINT\n', 'FROM a\nHEALTHCHECK --interval=1m30s --timeout=0s --retries=3 CMD b\n', 'FROM a\nHEALTHCHECK --x NONE\n', 'FROM a\nRUN echo "b\n', 'FROM a\nLABEL b=it\\\'s\n', `FROM a\nRUN ${'b'.repeat(65_530)}\n`])('finds none in %j', (text) => {
    expect(problem(text)).toBeUndefined();
  });
});
