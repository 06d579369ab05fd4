import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { cli, goProject } from '../support/cli.ts';
import { root } from '../support/examples.ts';
import { temporaryFolder } from '../support/temp.ts';

describe('usage', () => {
  it('--help goes to standard output and names the exit codes', () => {
    const answer = cli(['--help']);
    expect(answer).toMatchObject({ code: 0, err: '' });
    for (const text of ['--check', '--stdout', '--dry-run', '--explain', '--json', '-f, --file', '-o, --output', '--runtime', '--no-color', 'Exit codes:']) expect(answer.out).toContain(text);
  });

  it('--version', () => {
    expect(cli(['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' });
  });

  it('--explain-code prints the page of a code, or the table', () => {
    expect(cli(['--explain-code', 'no-program'])).toEqual({ code: 0, out: readFileSync(join(root, 'docs/findings/no-program.md'), 'utf8'), err: '' });
    expect(cli(['--explain-code'])).toEqual({ code: 0, out: readFileSync(join(root, 'docs/findings/README.md'), 'utf8'), err: '' });
    expect(cli(['--explain-code', 'nothing'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('there is no code "nothing"') });
    expect(cli(['--explain-code', 'README'])).toMatchObject({ code: 2, out: '' });
  });

  it('a refusal says how to read more', () => {
    expect(cli(['-'], { input: 'FROM golang:1.27\nRUN go build -o /server .\n' }).err).toMatch(/\nMore: dockerize-multi --explain-code no-program\n$/);
  });

  it.each([
    [['--nothing']],
    [['--runtime', 'windows']],
    [['--runtime']],
    [['--language', 'cobol']],
    [['--python-deps', 'x']],
    [['a', 'b']],
    [['--check', '--stdout']],
    [['--json', '--explain']],
  ])('%j is wrong', (args) => {
    const answer = cli(args);
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).toMatch(/^dockerize-multi: /);
  });
});

describe('bad input', () => {
  const code = (folder: string, ...args: string[]): string => {
    const before = readdirSync(folder);
    const answer = cli([...args, folder]);
    expect(readdirSync(folder)).toEqual(before);
    return `${answer.code} ${/\((\S+)\)/.exec(answer.err)?.[1]}`;
  };

  it('is a folder that is not there', () => {
    expect(cli([join(temporaryFolder(), 'nothing')])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('there is no such file or folder') });
  });

  it('is a folder without Dockerfile', () => {
    expect(code(temporaryFolder({ 'a.txt': '' }))).toBe('2 no-dockerfile');
  });

  it('is a --file that is not there', () => {
    const folder = temporaryFolder(goProject);
    expect(code(folder, '-f', join(folder, 'nothing'))).toBe('2 no-dockerfile');
  });

  it('is an empty Dockerfile', () => {
    expect(code(temporaryFolder({ Dockerfile: '' }))).toBe('2 empty-dockerfile');
  });

  it('is a syntax error, with its place', () => {
    const folder = temporaryFolder({ Dockerfile: 'FROM a\n\nRUM b\n' });
    expect(cli([folder]).err).toMatch(/Dockerfile:3: error \(syntax\): unknown instruction: RUM\n/);
  });

  it('is a Dockerfile that is a folder', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'Dockerfile'));
    expect(code(folder)).toBe('2 not-readable');
  });

  it('is a Dockerfile that is a pipe', () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'Dockerfile')]);
    expect(code(folder)).toBe('2 not-readable');
  });

  it('is a binary Dockerfile', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'Dockerfile'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0]));
    expect(code(folder)).toBe('2 not-readable');
  });

  it('is a Dockerfile in another encoding, which would not survive', () => {
    const folder = temporaryFolder(goProject);
    const latin1 = Buffer.from(`# gr\u00f6\u00dfe\n${goProject['Dockerfile']}`, 'latin1');
    writeFileSync(join(folder, 'Dockerfile'), latin1);
    expect(code(folder)).toBe('2 not-readable');
    expect(cli(['-'], { input: latin1 })).toMatchObject({ code: 2, err: expect.stringContaining('no UTF-8 text') });
  });

  it('is a path of links that lead in a circle', () => {
    const folder = temporaryFolder();
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(cli([join(folder, 'a')])).toMatchObject({ code: 2, err: expect.stringContaining('(not-readable)') });
    expect(cli(['-f', join(folder, 'a'), folder])).toMatchObject({ code: 2, err: expect.stringContaining('(not-readable)') });
  });

  it('is a path through a file', () => {
    const folder = temporaryFolder(goProject);
    expect(cli([join(folder, 'go.mod/x')])).toMatchObject({ code: 2, err: expect.stringContaining('(not-readable)') });
  });

  it('is a Dockerfile of several megabytes', () => {
    expect(code(temporaryFolder({ Dockerfile: `FROM a\n${'# x\n'.repeat(1_300_000)}` }))).toBe('2 not-readable');
  });

  it('is no Dockerfile that a link leads to', () => {
    const folder = temporaryFolder(goProject);
    symlinkSync('Dockerfile', join(folder, 'Linked'));
    expect(cli(['--dry-run', '-f', join(folder, 'Linked'), folder]).code).toBe(0);
  });
});

describe('other answers', () => {
  it('nothing to do is 0', () => {
    const folder = temporaryFolder({ Dockerfile: 'FROM a AS b\nRUN c\nFROM d\n' });
    expect(cli([folder])).toMatchObject({ code: 0, out: '', err: expect.stringContaining('nothing to do (already-multi-stage)') });
    expect(readdirSync(folder)).toEqual(['Dockerfile']);
  });

  it('a refusal is 3', () => {
    const folder = temporaryFolder({ Dockerfile: 'FROM php:8-apache\nCOPY . /var/www/html\nCMD ["apache2-foreground"]\n', 'index.php': '' });
    expect(cli([folder])).toMatchObject({ code: 3, out: '', err: expect.stringContaining('refused (unsupported-language)') });
    expect(existsSync(join(folder, 'Dockerfile.multi'))).toBe(false);
  });

  it('a refusal leaves an older proposal alone', () => {
    const folder = temporaryFolder({ Dockerfile: 'FROM php:8\nCMD ["php"]\n', 'Dockerfile.multi': 'mine\n' });
    expect(cli([folder]).code).toBe(3);
    expect(cli(['--stdout', folder]).out).toBe('');
  });
});

describe('colours', () => {
  const colored = (args: string[], env: Record<string, string> = {}): boolean => cli(['--dry-run', ...args, temporaryFolder(goProject)], { env }).out.includes('\u001b[');

  it('are not used where standard output is no terminal', () => {
    expect(colored([])).toBe(false);
  });

  it('are used with --color', () => {
    expect(colored(['--color'])).toBe(true);
  });

  it('are used with --color, whatever NO_COLOR says', () => {
    expect(colored(['--color'], { NO_COLOR: '1' })).toBe(true);
  });

  it('are not used with --no-color', () => {
    expect(colored(['--no-color'])).toBe(false);
  });

  const onTerminal = (env: Record<string, string>, ...args: string[]): string => {
    const folder = temporaryFolder(goProject);
    const command = [process.execPath, join(root, 'dist/cli.js'), '--dry-run', ...args, folder].map((word) => `'${word}'`).join(' ');
    const { NO_COLOR: _, ...inherited } = process.env;
    return spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', env: { ...inherited, TERM: 'xterm', ...env }, input: '' }).stdout;
  };

  it.skipIf(spawnSync('script', ['--version']).status !== 0)('follow the terminal, NO_COLOR and TERM', () => {
    expect(onTerminal({})).toContain('\u001b[32m');
    expect(onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b[');
    expect(onTerminal({ TERM: 'dumb' })).not.toContain('\u001b[');
    expect(onTerminal({}, '--no-color')).not.toContain('\u001b[');
  });

  it('do not let a project\'s control characters onto a terminal', () => {
    const folder = temporaryFolder({ ...goProject, Dockerfile: goProject['Dockerfile']!.replace('EXPOSE', '# \u001b]0;title\u0007\nEXPOSE') });
    expect(cli(['--dry-run', '--color', folder]).out).not.toMatch(/\u001b\]/);
    expect(cli(['--stdout', folder]).out).toContain('\u001b]0;title');
  });
});

describe('streams', () => {
  it('may be closed early', () => {
    const folder = temporaryFolder(goProject);
    const answer = spawnSync('sh', ['-c', `'${process.execPath}' '${join(root, 'dist/cli.js')}' --json '${folder}' | head -c 1`], { encoding: 'utf8' });
    expect(answer).toMatchObject({ status: 0, stdout: '{', stderr: '' });
  });
});
