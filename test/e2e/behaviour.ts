import { setTimeout as sleep } from 'node:timers/promises';
import { get, type Docker, type HttpAnswer } from '../../src/engine/docker.ts';
import type { ExampleRun } from '../support/examples.ts';

/** What an image does from outside. */
export type Behaviour =
  | { readonly kind: 'http'; readonly answers: readonly (HttpAnswer & { readonly path: string })[]; readonly health: string; readonly log: string }
  | { readonly kind: 'program'; readonly exit: number | undefined; readonly stdout: string; readonly stderr: string };

/** How long a server may take to accept connections: `go run` compiles first. */
const startSeconds = 300;

/** Starts the image, performs the requests of the example in order, and stops it again. */
export async function behaviourOf(docker: Docker, tag: string, run: ExampleRun): Promise<Behaviour> {
  if (run.port === undefined) {
    const { code, stdout, stderr } = await docker.runToEnd(tag, run);
    return { kind: 'program', exit: code, stdout, stderr };
  }
  const checksHealth = ((await docker.inspect(tag, '{{if .Config.Healthcheck}}{{.Config.Healthcheck.Test}}{{end}}')) ?? '') !== '';
  const container = await docker.start(tag, run, checksHealth ? ['--health-interval=1s', '--health-start-period=0s'] : []);
  try {
    const answers: (HttpAnswer & { path: string })[] = [];
    for (const { path } of run.http ?? []) answers.push({ path, ...(await ask(docker, container, run.port, path)) });
    const health = checksHealth ? await healthOf(docker, container) : 'none';
    return { kind: 'http', answers, health, log: await docker.logs(container) };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n--- log of the container\n${await docker.logs(container)}`);
  } finally {
    await docker.stop(container, 1);
    await docker.remove(container);
  }
}

/** Asks until there is an answer; only refused connections are tried again, so that a server sees each request once. */
async function ask(docker: Docker, container: string, port: number, path: string): Promise<HttpAnswer> {
  const deadline = performance.now() + startSeconds * 1000;
  for (;;) {
    const address = await docker.address(container, port);
    if (address === undefined) throw new Error('the container has ended');
    try {
      return await get(address, path);
    } catch (error) {
      const running = await docker.inspect(container, '{{.State.Running}}');
      const code = (error as NodeJS.ErrnoException).code;
      if (running !== 'true') throw new Error('the container has ended');
      if (!(code === 'ECONNREFUSED' || code === 'ECONNRESET')) throw error;
      if (performance.now() > deadline) throw new Error(`no connection within ${startSeconds} seconds`);
      await sleep(200);
    }
  }
}

async function healthOf(docker: Docker, container: string): Promise<string> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const status = await docker.inspect(container, '{{.State.Health.Status}}');
    if (status !== 'starting' || performance.now() > deadline) return status ?? 'gone';
    await sleep(300);
  }
}
