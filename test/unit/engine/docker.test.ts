import { chmodSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findDocker, get, runSteps, type Docker } from '../../../src/engine/docker.ts';
import { temporaryFolder } from '../../support/temp.ts';

/** A program in Docker's place that writes down its arguments. */
async function fake(script = ''): Promise<{ docker: Docker; calls: () => string[] }> {
  const folder = temporaryFolder({ docker: `#!/bin/sh\necho "$*" >> "$(dirname "$0")/calls"\n${script}\n` });
  chmodSync(join(folder, 'docker'), 0o755);
  const docker = await findDocker(join(folder, 'docker'));
  return { docker: docker!, calls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').slice(1) };
}

describe('findDocker', () => {
  it('finds none where there is no such program', async () => {
    expect(await findDocker('/nothing/docker')).toBeUndefined();
  });

  it('finds none where the engine does not answer', async () => {
    expect((await fake('exit 1')).docker).toBeUndefined();
  });
});

describe('Docker', () => {
  it('builds', async () => {
    const { docker, calls } = await fake('echo "#1 DONE" >&2');
    expect(await docker.build('/context', '/x/Dockerfile', 'a:b', { noCache: true, network: 'host' })).toMatchObject({ ok: true, log: '#1 DONE\n' });
    expect(calls()).toEqual(['build --progress=plain --no-cache --network host -t a:b -f /x/Dockerfile /context']);
  });

  it('says when a build fails', async () => {
    const { docker } = await fake('[ "$1" = version ] || { echo broken >&2; exit 1; }');
    expect(await docker.build('/context', '/x/Dockerfile', 'a:b')).toMatchObject({ ok: false, log: 'broken\n' });
  });

  it('ends what takes too long', async () => {
    const { docker } = await fake('[ "$1" = version ] || exec sleep 20');
    const build = await docker.build('/context', '/x/Dockerfile', 'a:b', { seconds: 0.3 });
    expect(build.ok).toBe(false);
    expect(build.log).toContain('ended after 0.3 seconds');
  });

  it('publishes a port on this machine only, and passes variables and arguments', async () => {
    const { docker, calls } = await fake();
    await docker.start('a:b', { port: 80, env: { A: '1 2' }, args: ['x'] });
    expect(calls()[0]).toMatch(/^run -d --name dockerize-multi-\S+ -p 127\.0\.0\.1::80 -e A=1 2 a:b x$/);
  });

  it('gives exit code and output of a program that ends', async () => {
    const { docker } = await fake('[ "$1" != run ] || { echo out; echo err >&2; exit 3; }');
    expect(await docker.runToEnd('a:b')).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('removes what it made, and nothing else', async () => {
    const { docker, calls } = await fake();
    const container = await docker.start('a:b');
    await docker.build('/c', '/d', 'mine:1');
    await docker.remove('another');
    await docker.removeImage('another:1');
    await docker.stop('another');
    await docker.cleanUp();
    expect(calls().slice(2)).toEqual([`rm -f -v ${container}`, 'image rm -f mine:1']);
  });
});

describe('runSteps', () => {
  it('tells which RUN was taken from the cache', () => {
    const log = '#5 [builder 2/4] WORKDIR /app\n#5 CACHED\n\n#6 [builder 3/4] RUN npm ci\n#6 CACHED\n\n#7 [builder 4/4] RUN npm run build\n#7 0.123 RUN x\n#7 DONE 1.0s\n#8 [stage-1 2/2] RUN true\n#8 CACHED\n';
    expect(runSteps(log)).toEqual([
      { text: 'RUN npm ci', cached: true },
      { text: 'RUN npm run build', cached: false },
      { text: 'RUN true', cached: true },
    ]);
  });
});

describe('get', () => {
  it('gives status, type and body', async () => {
    const server = createServer((request, response) => response.writeHead(404, { 'content-type': 'text/plain' }).end(`no ${request.url}`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    expect(await get(`127.0.0.1:${(server.address() as AddressInfo).port}`, '/x?y=1')).toEqual({ status: 404, type: 'text/plain', body: 'no /x?y=1' });
  });

  it('does not wait for ever', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    await expect(get(`127.0.0.1:${(server.address() as AddressInfo).port}`, '/', 0.2)).rejects.toThrow('no answer in 0.2 seconds');
  });
});
