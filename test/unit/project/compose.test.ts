import { describe, expect, it } from 'vitest';
import { composeRuns } from '../../../src/project/compose.ts';
import { memoryProject } from '../../../src/project/memory.ts';

const runs = async (service: string, name = 'docker-compose.yml'): Promise<unknown[]> => (await composeRuns(memoryProject({ [name]: `version: "3"\nservices:\n  db:\n    image: postgres\n    healthcheck:\n      test: pg_isready\n  web:\n${service.replace(/^/gm, '    ')}\nvolumes:\n  data:\n` }))).map(({ kind, words, text, line }) => [line, kind, words ?? text]);

describe('composeRuns', () => {
  it('has what runs in the image of this context, and nothing of other services', async () => {
    expect(await runs('build: .\ncommand: ./wait.sh db ./main   # first the data base\nports:\n  - "80:80"')).toEqual([[9, 'command', './wait.sh db ./main']]);
    expect(await runs('build:\n  context: ./\n  dockerfile: Dockerfile\nentrypoint: ["sh", \'-c\', "a, b"]')).toEqual([[11, 'entrypoint', ['sh', '-c', 'a, b']]]);
    expect(await runs('build: ./other\ncommand: x')).toEqual([]);
    expect(await runs('build:\n  context: .\n  dockerfile: dev.Dockerfile\ncommand: x')).toEqual([]);
  });

  it('reads lists and texts over several lines', async () => {
    expect(await runs('build: .\ncommand:\n  - serve\n  - "--all"')).toEqual([[10, 'command', ['serve', '--all']]]);
    expect(await runs('build: .\ncommand:\n- serve\n- --all')).toEqual([[10, 'command', ['serve', '--all']]]);
    expect(await runs('build: .\ncommand: >\n  bash -c "migrate\n  && serve"')).toEqual([[9, 'command', 'bash -c "migrate && serve"']]);
  });

  it('reads health checks', async () => {
    expect(await runs('build: .\nhealthcheck:\n  test: ["CMD", "curl", "-f", "http://localhost"]\n  interval: 5s')).toEqual([[10, 'health', ['curl', '-f', 'http://localhost']]]);
    expect(await runs('build: .\nhealthcheck:\n  test: curl -f http://localhost || exit 1')).toEqual([[10, 'health', 'curl -f http://localhost || exit 1']]);
    expect(await runs('build: .\nhealthcheck:\n  test: ["CMD-SHELL", "wget -q x"]')).toEqual([[10, 'health', 'wget -q x']]);
    expect(await runs('build: .\nhealthcheck:\n  test: ["NONE"]')).toEqual([]);
  });

  it('has nothing to say of other files and forms', async () => {
    expect(await runs('build: .\ncommand: x', 'deploy.yml')).toEqual([]);
    expect(await runs('build: .\ncommand: *anchor')).toEqual([]);
    expect(await composeRuns(memoryProject({ 'compose.yaml': 'services: {web: {build: ., command: x}}\n\t- :::\n' }))).toEqual([]);
    expect(await composeRuns(memoryProject({}))).toEqual([]);
  });

  it('survives what is broken or hostile', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, at) => `${'bcdefghijklm'[at]}: &${'bcdefghijklm'[at]} [${Array(9).fill(`*${'abcdefghijkl'[at]}`).join(',')}]`).join('\n')}\nservices:\n  web:\n    build: .\n    command: *m\n`;
    const answers = ['services: [', 'services:\n  web: 1\n', 'services:\n  __proto__:\n    build: .\n', '- a\n', '\t', bomb].map((text) => composeRuns(memoryProject({ 'compose.yaml': text })));
    expect(await Promise.all(answers)).toEqual([[], [], [], [], [], []]);
  });
});
