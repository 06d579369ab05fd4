import { describe, expect, it } from 'vitest';
import { healthOf, startOf, type Start } from '../../../src/walk/start.ts';
import { walkOf } from '../../support/walks.ts';

const start = (lines: string, files: Record<string, string> = {}): Start => startOf(walkOf(`FROM node:20\nWORKDIR /app\nCOPY . .\n${lines}\n`, { 'index.js': '', ...files }));
const programs = (lines: string, files?: Record<string, string>): string[] => start(lines, files).commands.map((command) => command.program);

describe('exec form', () => {
  it('has the words of the process', () => {
    expect(start('CMD ["node", "index.js"]')).toMatchObject({ argv: ['node', 'index.js'], main: { program: 'node', words: ['node', 'index.js'] }, shell: undefined });
  });

  it('puts ENTRYPOINT and CMD together', () => {
    expect(start('ENTRYPOINT ["node"]\nCMD ["index.js"]').argv).toEqual(['node', 'index.js']);
  });

  it('takes the last CMD', () => {
    expect(start('CMD ["a"]\nCMD ["b"]').argv).toEqual(['b']);
  });

  it('takes an empty ENTRYPOINT for none', () => {
    expect(start('ENTRYPOINT []\nCMD ["a"]').argv).toEqual(['a']);
  });

  it('reads what a shell runs', () => {
    expect(start('CMD ["sh", "-c", "migrate && exec node index.js"]')).toMatchObject({ shell: { name: 'sh' }, main: { program: 'node' } });
    expect(programs('CMD ["/bin/bash", "-lc", "a; b"]')).toEqual(['a', 'b']);
  });
});

describe('shell form', () => {
  it('needs a shell, and says where', () => {
    expect(start('CMD node index.js')).toMatchObject({ argv: undefined, main: { program: 'node' }, shell: { name: 'sh', line: 4, why: 'CMD is in shell form' } });
  });

  it('reads each command', () => {
    expect(programs('CMD migrate && node index.js $PORT')).toEqual(['migrate', 'node']);
  });

  it('takes broken brackets for it', () => {
    expect(start("CMD ['node', 'index.js']").shell).toMatchObject({ name: 'sh' });
  });

  it('of ENTRYPOINT leaves CMD out', () => {
    expect(programs('ENTRYPOINT node a.js\nCMD ["other"]')).toEqual(['node']);
  });
});

describe('wrappers', () => {
  it.each([
    ['CMD ["tini", "--", "node", "x"]', ['tini', 'node']],
    ['CMD ["/usr/bin/dumb-init", "node", "x"]', ['/usr/bin/dumb-init', 'node']],
    ['CMD ["env", "A=1", "node", "x"]', ['env', 'node']],
    ['CMD exec node x', ['node']],
    ['CMD ["gosu", "app", "node", "x"]', ['gosu', 'node']],
    ['CMD ["nice", "-n", "10", "node", "x"]', ['nice', 'node']],
    ['CMD ["timeout", "-k", "5", "60", "node", "x"]', ['timeout', 'node']],
    ['CMD ["sudo", "-E", "-u", "www-data", "node", "x"]', ['sudo', 'node']],
    ['CMD ["chpst", "-u", "app", "node", "x"]', ['chpst', 'node']],
    ['CMD ["setpriv", "--reuid", "1000", "--clear-groups", "node", "x"]', ['setpriv', 'node']],
    ['CMD ["env", "-u", "A", "B=1", "node", "x"]', ['env', 'node']],
    ['CMD ["su-exec", "app:app", "tini", "--", "node"]', ['su-exec', 'tini', 'node']],
  ])('%s', (line, expected) => {
    expect(programs(line)).toEqual(expected);
  });
});

describe('entry-point scripts', () => {
  const script = '#!/bin/sh\nset -e\nif [ -n "$A" ]; then curl example.com; fi\nexec "$@"\n';

  it('are read, with the arguments where they run them', () => {
    const found = start('ENTRYPOINT ["./run.sh"]\nCMD ["node", "index.js"]', { 'run.sh': script });
    expect(found).toMatchObject({ scripts: [{ imagePath: '/app/run.sh', source: 'run.sh', shell: 'sh' }], main: { program: 'node', words: ['node', 'index.js'] }, shell: { name: 'sh', file: 'run.sh' } });
    expect(found.commands.map((command) => command.program)).toEqual(['curl', 'node']);
  });

  it('say at which line a program is called', () => {
    expect(start('ENTRYPOINT ["./run.sh"]', { 'run.sh': script }).commands[0]).toMatchObject({ program: 'curl', file: 'run.sh', line: 3 });
  });

  it('need bash when they name it', () => {
    expect(start('CMD ["./run.sh"]', { 'run.sh': '#!/usr/bin/env bash\nnode x\n' }).shell).toMatchObject({ name: 'bash' });
  });

  it('are found on PATH', () => {
    const walked = walkOf('FROM node:20\nCOPY run.sh /usr/local/bin/\nCMD ["run.sh"]\n', { 'run.sh': script });
    expect(startOf(walked).scripts).toMatchObject([{ imagePath: '/usr/local/bin/run.sh', source: 'run.sh' }]);
  });

  it('are read through the shell that is named', () => {
    expect(start('CMD ["bash", "run.sh", "x"]', { 'run.sh': 'node "$1"\n' })).toMatchObject({ scripts: [{ source: 'run.sh', shell: 'bash' }], main: { program: 'node' } });
  });

  it('that call each other end', () => {
    expect(start('CMD ["./a.sh"]', { 'a.sh': '#!/bin/sh\n./b.sh\n', 'b.sh': '#!/bin/sh\n./a.sh\nnode x\n' }).main).toMatchObject({ program: 'node' });
  });

  it('that are not in the project have no text', () => {
    expect(start('ENTRYPOINT ["/docker/run.sh"]\nCMD ["node", "x"]')).toMatchObject({ scripts: [{ source: undefined, text: undefined }], main: { program: 'node' } });
  });

  it('with Windows line ends are read', () => {
    expect(start('CMD ["./run.sh"]', { 'run.sh': '#!/bin/sh\r\nnode x\r\n' })).toMatchObject({ scripts: [{ shell: 'sh' }] });
  });

  it('may be in another language', () => {
    expect(start('CMD ["./run"]', { run: '#!/usr/bin/env node\n' }).commands.map((command) => command.program)).toEqual(['./run', 'node']);
  });
});

describe('arguments of scripts', () => {
  const wait = '#!/bin/bash\nsay() { echo "$@" 1>&2; }\nwhile [ $# -gt 0 ]; do\n  case "$1" in\n    *:*) shift ;;\n    --) shift; RUN=("$@"); break ;;\n  esac\ndone\nsay waiting\ncurl -s x\nexec "${RUN[@]}"\n';

  it('follow `--` where the script looks for it, and functions are no programs', () => {
    expect(programs('ENTRYPOINT ["./wait.sh", "db:5432", "--", "sh", "-c", "migrate up && ./server"]', { 'wait.sh': wait })).toEqual(['curl', 'migrate', './server']);
  });

  it('are left over by shift, and kept in variables', () => {
    expect(start('CMD ["./wait.sh", "db", "node", "x"]', { 'wait.sh': '#!/bin/sh\nhost="$1"\nshift\ncmd="$@"\nshift\nexec $cmd\n' }).main).toMatchObject({ words: ['node', 'x'] });
    expect(start('CMD ["./wait.sh", "db", "5432", "node", "x"]', { 'wait.sh': '#!/bin/sh\nshift 2\nexec "$@"\n' }).main).toMatchObject({ words: ['node', 'x'] });
  });
});

describe('the program that stays', () => {
  const main = (script: string): Start['main'] => start('ENTRYPOINT ["./run.sh"]\nCMD ["serve", "x"]', { 'run.sh': `#!/bin/sh\n${script}\n` }).main;

  it('is the arguments, where a test of the first one only prepares', () => {
    expect(main('if [ "$1" = "serve" ]; then\n  chown -R app /data\n  exec gosu app "$0" "$@"\nfi\nexec "$@"')).toMatchObject({ words: ['serve', 'x'], certain: true });
    expect(main('node wait.js\nif [ "$1" = serve ]; then mkdir -p /data; fi\nexec "$@"')).toMatchObject({ words: ['serve', 'x'], certain: true });
  });

  it.each([
    'case "$1" in serve) exec /bin/app serve ;; esac\nexec "$@"',
    'if [ "$1" = serve ]; then exec /bin/app; fi\nexec "$@"',
    '[ "$1" = serve ] && exec /bin/app\nexec "$@"',
    'if [ "$1" = serve ]; then mode=server; fi\nif [ -n "$mode" ]; then exec /bin/app; fi\nexec "$@"',
    'if [ "$1" = serve ]; then shift; set -- /bin/app "$@"; fi\nchown app /data\nexec "$@"',
  ])('is not a verb: %j', (script) => {
    expect(main(script)).toMatchObject({ program: '/bin/app' });
  });

  it.each(['while true; do node x; sleep 3600; done', 'until node x; do sleep 5; done', 'node x & wait', "trap 'exit 0' TERM; node x", 'chown app . && node x && tail -f log'])('%s', (line) => {
    expect(start(`CMD ${line}`).main).toMatchObject({ program: 'node' });
  });

  it('may be one that waits, where there is no other', () => {
    expect(start('CMD sleep infinity').main).toMatchObject({ program: 'sleep' });
  });
});

describe('no start', () => {
  it('is inherited', () => {
    expect(start('EXPOSE 1')).toMatchObject({ inherited: true, commands: [], main: undefined });
  });
});

describe('healthOf', () => {
  const health = (line: string): Start | undefined => healthOf(walkOf(`FROM node:20\n${line}\nCMD x\n`));

  it('reads the shell form', () => {
    expect(health('HEALTHCHECK --interval=5s CMD curl -f http://localhost || exit 1')).toMatchObject({ shell: { name: 'sh', why: 'HEALTHCHECK is in shell form' }, commands: [{ program: 'curl' }] });
  });

  it('reads the exec form', () => {
    expect(health('HEALTHCHECK CMD ["wget", "x"]')).toMatchObject({ shell: undefined, argv: ['wget', 'x'] });
  });

  it.each(['HEALTHCHECK NONE', 'HEALTHCHECK none', ''])('has none for %j', (line) => {
    expect(health(line)).toBeUndefined();
  });
});
