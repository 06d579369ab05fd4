import { describe, expect, it } from 'vitest';
import { longestDockerfile, parse, print } from '../../../src/dockerfile/parse.ts';
import { answered, inShort, mostSeconds, smallProjects } from '../../support/bounded.ts';

const go = smallProjects.go;
const times = (count: number, piece: (index: number) => string, joint = ''): string => Array.from({ length: count }, (_, index) => piece(index)).join(joint);

/** The answer, which must come in time, must not be many times as long as its file, and must lose nothing when it is read. */
async function answer(text: string): Promise<string> {
  expect(print(parse(text))).toBe(text);
  const { outcome, seconds } = await answered(text, go.files);
  expect(seconds).toBeLessThan(mostSeconds);
  expect(JSON.stringify(outcome.findings).length).toBeLessThan(20_000);
  if (outcome.kind === 'converted') expect(outcome.text.length).toBeLessThan(20 * text.length + 2000);
  return inShort(outcome);
}

const within = (line: string): string => go.dockerfile(`${line}\n`);

describe('long files', () => {
  it.each([
    ['one line', 'a'.repeat(5_000_000)],
    ['one RUN', `FROM golang:1.22\nRUN ${'a '.repeat(2_500_000)}`],
    ['comments', `FROM golang:1.22\n${'# a comment of a long file of comments\n'.repeat(125_000)}`],
    ['line ends', '\n'.repeat(5_000_000)],
  ])('of 5 MB are an error: %s', async (_, text) => {
    const { outcome, seconds } = await answered(text);
    expect(inShort(outcome)).toBe('error not-readable');
    expect(seconds).toBeLessThan(0.1);
  });

  it('are read up to the limit', async () => {
    const line = `# ${'c'.repeat(47)}\n`;
    const comments = (count: number): string => go.dockerfile(line.repeat(count));
    const count = Math.floor((longestDockerfile - comments(0).length) / line.length);
    expect(await answer(comments(count))).toBe('converted');
    expect(await answer(comments(count + 1))).toBe('error not-readable');
  });

  it('with a line that BuildKit does not read are an error, with the line', async () => {
    expect((await answered(`FROM x\nRUN ${'é'.repeat(32_766)}\nCMD x\n`)).outcome).toMatchObject({ kind: 'error', findings: [{ code: 'syntax', line: 2 }] });
  });

  it.each([
    ['a run of spaces', `FROM x\nRUN a${' '.repeat(60_000)}b \\\n${`${' '.repeat(60_000)}b \\\n`.repeat(5)} c\nCMD x\n`],
    ['blank lines', `FROM x\n${'\n'.repeat(200_000)}CMD x\n`],
    ['carriage returns', `FROM x\n${'\r'.repeat(200_000)}CMD x\n`],
    ['continuations', `FROM x\nRUN a ${'\\\n'.repeat(50_000)}b\nCMD x\n`],
    ['continuations of nothing', '\\\n'.repeat(100_000)],
    ['comments in a RUN', within(`RUN a \\\n${'# c\n'.repeat(20_000)} b`)],
    ['escape characters', `FROM x\n${`RUN ${'\\'.repeat(60_000)}\n`.repeat(4)}CMD x\n`],
    ['open brackets', `FROM x\n${`CMD ${'['.repeat(60_000)}\n`.repeat(4)}`],
    ['heredocs without an end', `FROM x\nRUN ${times(5000, (index) => `<<E${index}`, ' ')}\n${'x\n'.repeat(200_000)}`],
    ['flags', `FROM x\nCOPY ${'--chown=a \\\n'.repeat(10_000)} a b\nCMD x\n`],
    ['a duration', within(`HEALTHCHECK --interval=${'1'.repeat(60_000)} CMD x`)],
    ['an image', `FROM ${'a/'.repeat(30_000)}\nCMD x\n`],
    ['FROM lines', 'FROM golang:1.22\nRUN x\n'.repeat(2000)],
    ['carriage returns alone', 'FROM x\rRUN y\r'.repeat(20_000)],
  ])('of one kind are answered: %s', async (_, text) => {
    await answer(text);
  });
});

// Ten thousand take the same time each; the suite has to stay fast. HOSTILE=10000 measures them.
const count = Number(process.env['HOSTILE'] ?? 2000);

describe('thousands of instructions', () => {
  it.each([
    ['RUN', () => 'RUN true\n'],
    ['RUN of unknown programs', (index: number) => `RUN ./x${index}.sh\n`],
    ['COPY', (index: number) => `COPY go.mod /data/${index}\n`],
    ['ENV', (index: number) => `ENV A${index}=$A${index - 1}x\n`],
    ['ARG', (index: number) => `ARG A${index}=$A${index - 1}x\n`],
    ['LABEL', (index: number) => `LABEL a${index}=b\n`],
    ['WORKDIR', (index: number) => `WORKDIR /w${index}\n`],
    ['comments', (index: number) => `# ${index}\n`],
  ])('are answered: %s', async (_, line) => {
    await answered(go.dockerfile(times(100, line)), go.files);
    const before = process.memoryUsage().heapUsed;
    const { seconds } = await answered(go.dockerfile(times(count, line)), go.files);
    expect(seconds).toBeLessThan(4 * mostSeconds);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500e6);
  });
});

describe('variables that name each other', () => {
  const doubling = (keyword: string, count: number): string => times(count, (index) => `${keyword} A${index + 1}=$A${index}$A${index}\n`);

  it.each([
    ['ENV', within(`ENV A0=xxxxxxxxxx\n${doubling('ENV', 300)}LABEL a=$A300\nEXPOSE $A300`)],
    ['ENV, where the value is used', within(`ENV A0=xxxxxxxxxx\n${doubling('ENV', 13)}WORKDIR /$A13\nCOPY $A13 /x\nRUN cp $A13 /y\nLABEL a=$A13\nUSER $A13`)],
    ['ENV of itself', within(`ENV A=x\n${'ENV A=$A$A\n'.repeat(500)}WORKDIR /$A`)],
    ['ENV a hundredfold', within(`ENV A=x\n${`ENV A=${'$A'.repeat(100)}\n`.repeat(50)}RUN cp $A /x`)],
    ['ARG before FROM', `ARG A0=x\n${doubling('ARG', 300)}FROM golang:$A300\nCMD ["/x"]\n`],
    ['ARG in a chain', `ARG A0=1.22\n${times(10_000, (index) => `ARG A${index + 1}=$A${index}\n`)}FROM golang:$A10000\nCMD ["/x"]\n`],
    ['ARG in a chain that a stage needs', within(`ARG A0=1\n${times(10_000, (index) => `ARG A${index + 1}=$A${index}\n`)}ENV B=$A10000`)],
    ['PATH', within(times(2000, (index) => `ENV PATH=/x${index}:$PATH\n`))],
    ['in a RUN', within(`RUN A=x && ${times(200, () => 'A=$A$A', ' && ')} && cp $A /x`)],
    ['replacements', within(`ENV A=${'a'.repeat(50_000)}\nENV B=\${A//a/$A}\nENV C=\${A//a/\\$0\\$0}`)],
  ])('stay bounded: %s', async (_, text) => {
    await answer(text);
  });

  it.each(['${A##*b}', '${A%%b*}', '${A#*a*a*a*b}', '${A##*a*a*a*a*a*a*b}', '${A//a*a*a*a*b/x}', '${A/*a*a*a*b/x}', `\${A##${'*a'.repeat(50)}b}`, `\${A//${'[a'.repeat(5000)}/x}`])('in patterns: %s', async (word) => {
    await answer(within(`ENV A=${'a'.repeat(50_000)}\nENV B=${word}`));
    await answer(within(`ENV A=${'a'.repeat(200)}\nENV B=${word}`));
  });
});

describe('shell text', () => {
  const lines = ' && \\\n    ';
  // Hundreds show a square as well as thousands do.
  it.each([
    ['thousands of lines', times(1000, (index) => `echo ${index}`, lines)],
    ['thousands of ;', times(1000, (index) => `echo ${index}`, ' ; ')],
    ['thousands of ||', times(1000, (index) => `echo ${index}`, ' || ')],
    ['thousands of |', times(1000, (index) => `cat ${index}`, ' | ')],
    ['thousands of cd', times(1000, (index) => `cd a${index}`, lines)],
    ['thousands of export', times(800, (index) => `export A${index}=$A${index - 1}x`, lines)],
    ['thousands of assignments', times(800, (index) => `A${index}=x`, lines)],
    ['thousands of system packages', `apt-get install -y ${times(1000, (index) => `p${index}`, ' \\\n ')}`],
    ['thousands of folders', `mkdir -p ${times(1000, (index) => `/p${index}`, ' ')}`],
    ['thousands of patterns', `mkdir /x && rm -rf ${times(1000, (index) => `/p${index}*`, ' ')}`],
    ['brackets', `${'('.repeat(20_000)}a${')'.repeat(20_000)}`],
    ['braces', `${'{ '.repeat(10_000)}a;${'};'.repeat(10_000)}`],
    ['substitutions', `echo ${'$('.repeat(1000)}a${')'.repeat(1000)}`],
    ['quoted substitutions', `echo ${'"$('.repeat(1000)}a${')"'.repeat(1000)}`],
    ['backquotes', '`'.repeat(50_000)],
    ['operands of variables', `echo ${'${x:-'.repeat(10_000)}${'}'.repeat(10_000)}`],
    ['arithmetic', `echo ${'$(('.repeat(5000)}1${'))'.repeat(5000)}`],
    ['tests', `[[ ${'( '.repeat(10_000)}a${' )'.repeat(10_000)} ]]`],
    ['negations', `${'! '.repeat(20_000)}a`],
    ['conditions', `${'if true; then '.repeat(3000)}a;${' fi;'.repeat(3000)}`],
    ['loops', `${'for i in a; do '.repeat(3000)}a;${' done;'.repeat(3000)}`],
    ['cases', `${'case x in a) '.repeat(3000)}a;${' esac;'.repeat(3000)}`],
    ['functions', `${'f() { '.repeat(3000)}a;${' };'.repeat(3000)}`],
    ['redirections', `echo ${'>a '.repeat(10_000)}`],
    ['quotes', `echo ${'\'"'.repeat(20_000)}`],
    ['globs', `echo ${'*?[a]'.repeat(10_000)}`],
    ['braces to expand', `echo ${'{a,'.repeat(10_000)}${'}'.repeat(10_000)}`],
    ['wrappers', `${'sudo '.repeat(10_000)}x`],
    ['shells in shells', `${'sh -c "'.repeat(3000)}x${'"'.repeat(3000)}`],
  ])('%s', async (_, script) => {
    await answer(within(`RUN ${script}`));
    await answer(go.dockerfile('').replace(/CMD.*/, () => `CMD ${script}`));
  });

  it('heredocs', async () => {
    await answer(within(`RUN cat ${times(1000, (index) => `<<E${index}`, ' ')}\n${times(1000, (index) => `x\nE${index}`, '\n')}`));
    await answer(within(times(1000, (index) => `RUN <<E${index}\nx\nE${index}`, '\n')));
    await answer(within(times(1000, (index) => `COPY <<E${index} /x${index}\n$x\nE${index}`, '\n')));
    await answer(within(`RUN <<EOF\n${'echo a\n'.repeat(3000)}EOF`));
  });
});

describe('characters and names', () => {
  it.each([
    ['NUL', 'FROM golang:1.22\nRUN \0\0 && a\0b\nENV A=\0\nCMD ["\0"]\n'],
    ['lone surrogates', within('RUN echo \ud800 \udfff\nENV A=\ud800\nLABEL \udc00=\ud800\nCOPY \ud800 \udc00')],
    ['Unicode line ends', within('RUN echo \u2028 a\u2029\u0085\nENV A=\u2028\nWORKDIR /a\u2028b')],
    ['a byte order mark in the middle', within('\ufeffRUN x\n\ufeff\nRUN \ufeffx\nENV \ufeffA=b')],
    ['two byte order marks', '\ufeff\ufeffFROM x\nCMD x\n'],
    ['mixed line ends', 'FROM golang:1.22\r\nRUN a \\\n  b\r\nRUN x\rRUN y\n\rCMD x\r\n\r'],
    ['other white space', within('RUN\u000bx\nRUN\u000cx\nENV\u00a0A=b\n\u00a0RUN x')],
    ['ranges the wrong way round', within('COPY [z-a]* a[z-a]b [\\\\d-x] /x/\nRUN rm -rf /data/[z-a]* /data/[b-a] && cd $(x) && rm [z-a]')],
    ['a stage that copies from itself', go.dockerfile('COPY --from=build /app/x ./server\n').replace('golang:1.22', 'golang:1.22 AS build')],
    ['many stars', within(`COPY ${'*a'.repeat(40)}b /x/\nRUN mkdir /${'a'.repeat(200)} && rm -rf /${'*a'.repeat(40)}b`)],
  ])('%s', async (_, text) => {
    await answer(text);
  });

  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  it.each(Object.entries(smallProjects))('names of every object in %s', async (language, { files, dockerfile }) => {
    for (const name of names) {
      const upper = `FROM ${name}:${name} AS ${name}\nCMD ["${name}"]\n`;
      const lines = [`ENV ${name}=a`, `ARG ${name}`, `LABEL ${name}=x`, `RUN echo $${name} \${${name}:-x} && ${name} x && apt-get install -y ${name} && apk add ${name} && apt-get ${name} x`, `RUN go ${name} && pip install ${name} && pip ${name} && npm run ${name} && npm ${name} && yarn ${name} && npx ${name} && dotnet ${name} && dotnet publish -p:${name}=x && poetry ${name} && uv ${name}`, `WORKDIR /$${name}`, `USER ${name}`, `COPY ${name} /x`];
      for (const text of [upper, ...lines.map((line) => dockerfile(`${line}\n`)), dockerfile('').replace(/^FROM (.*):.*/, `FROM $1:${name}`), dockerfile('').replace(/(?:CMD|ENTRYPOINT) .*/, `CMD ["${name}"]`), dockerfile('').replace(/(?:CMD|ENTRYPOINT) .*/, `CMD npm run ${name}`)]) {
        const { outcome, seconds } = await answered(text, { ...files, [name]: '' });
        expect(seconds, `${language}: ${text}`).toBeLessThan(mostSeconds);
        expect(JSON.stringify(outcome.findings)).not.toMatch(/function |native code|\[object/);
      }
    }
  });
});
