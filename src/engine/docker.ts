import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { request } from 'node:http';

/** What a command of the engine gave. `code` is undefined when it was ended by its time limit. */
export interface Answer {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface BuildOptions {
  readonly noCache?: boolean;
  /** Network of RUN steps; the engine's default when not given. */
  readonly network?: string;
  readonly seconds?: number;
}

export interface Build {
  readonly ok: boolean;
  /** What the builder printed, with `--progress=plain`. */
  readonly log: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** Port inside the container; it is published on a free port of 127.0.0.1. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Words after the image's name: they take the place of CMD. */
  readonly args?: readonly string[];
}

export interface HttpAnswer {
  readonly status: number;
  /** Content type in lower case: it means the same in both. */
  readonly type: string;
  readonly body: string;
}

/** Characters of one command's output that are kept, the last ones. */
const longestOutput = 4_000_000;

/** The Docker client to use: /usr/bin/docker where it is, since it has buildx, else the one on PATH. */
const client = (): string => (existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker');

/** The engine, when one answers; undefined otherwise. */
export async function findDocker(program = client()): Promise<Docker | undefined> {
  const answer = await execute(program, ['version', '--format', '{{.Server.Version}}'], 20);
  return answer.code === 0 ? new Docker(program) : undefined;
}

/**
 * Docker's command line, as far as images have to be built, run and compared. It remembers the containers and the tags that it made and
 * touches no others; `cleanUp` removes them. Every command has a time limit.
 */
export class Docker {
  private readonly containers = new Set<string>();
  private readonly tags = new Set<string>();
  constructor(private readonly program: string) {}

  /** Builds an image. A failed build is an answer, not an error. */
  async build(context: string, dockerfile: string, tag: string, { noCache = false, network, seconds = 900 }: BuildOptions = {}): Promise<Build> {
    this.tags.add(tag);
    const flags = [...(noCache ? ['--no-cache'] : []), ...(network === undefined ? [] : ['--network', network])];
    const answer = await this.command(['build', '--progress=plain', ...flags, '-t', tag, '-f', dockerfile, context], seconds);
    const log = answer.stdout + answer.stderr + (answer.code === undefined ? `\nended after ${seconds} seconds\n` : '');
    return { ok: answer.code === 0, log, seconds: answer.seconds };
  }

  /** Whether an image is here, or can be pulled. */
  async hasImage(image: string): Promise<boolean> {
    if ((await this.imageSize(image)) !== undefined) return true;
    return (await this.command(['pull', '--quiet', image], 600)).code === 0;
  }

  /** Bytes of all layers together; undefined when there is no such image. */
  async imageSize(tag: string): Promise<number | undefined> {
    const answer = await this.command(['image', 'inspect', '--format', '{{.Size}}', tag], 30);
    return answer.code === 0 ? Number(answer.stdout.trim()) : undefined;
  }

  /** Runs a program to its end and gives its exit code and output. */
  async runToEnd(tag: string, options: RunOptions = {}, seconds = 60): Promise<Answer> {
    const name = this.newName();
    const answer = await this.command(['run', '--name', name, ...runFlags(options), tag, ...(options.args ?? [])], seconds);
    await this.remove(name);
    return answer;
  }

  /**
   * Starts a container in the background.
   *
   * @throws Error with the engine's words when it does not start
   */
  async start(tag: string, options: RunOptions = {}, flags: readonly string[] = []): Promise<string> {
    const name = this.newName();
    const answer = await this.command(['run', '-d', '--name', name, ...runFlags(options), ...flags, tag, ...(options.args ?? [])], 60);
    if (answer.code !== 0) throw new Error(`${tag} does not start: ${answer.stderr.trim()}`);
    return name;
  }

  /** `host:port` where a published port is reached; undefined when the container has ended. */
  async address(container: string, port: number): Promise<string | undefined> {
    const answer = await this.command(['port', container, `${port}/tcp`], 30);
    return answer.code === 0 ? answer.stdout.split('\n')[0]!.trim() : undefined;
  }

  /** One value of what the engine knows about a container or an image, by a Go template; undefined when there is none of that name. */
  async inspect(name: string, format: string): Promise<string | undefined> {
    const answer = await this.command(['inspect', '--format', format, name], 30);
    return answer.code === 0 ? answer.stdout.trim() : undefined;
  }

  /** What the container printed on both streams. */
  async logs(container: string): Promise<string> {
    const answer = await this.command(['logs', container], 30);
    return answer.stdout + answer.stderr;
  }

  /** Ends a container of our own, asking it first. */
  async stop(container: string, seconds = 3): Promise<void> {
    if (this.containers.has(container)) await this.command(['stop', '-t', String(seconds), container], seconds + 30);
  }

  /** Removes a container of our own, running or not, with its anonymous volumes. */
  async remove(container: string): Promise<void> {
    if (this.containers.delete(container)) await this.command(['rm', '-f', '-v', container], 60);
  }

  /** Removes a tag that `build` made; layers that other images use stay. */
  async removeImage(tag: string): Promise<void> {
    if (this.tags.delete(tag)) await this.command(['image', 'rm', '-f', tag], 120);
  }

  /** Removes everything that this object made and has not removed yet. */
  async cleanUp(): Promise<void> {
    for (const container of this.containers) await this.remove(container);
    for (const tag of this.tags) await this.removeImage(tag);
  }

  private newName(): string {
    const name = `dockerize-multi-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
    this.containers.add(name);
    return name;
  }

  private command(args: readonly string[], seconds: number): Promise<Answer> {
    return execute(this.program, args, seconds);
  }
}

function runFlags({ port, env = {} }: RunOptions): string[] {
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  return [...(port === undefined ? [] : ['-p', `127.0.0.1::${port}`]), ...variables];
}

/** Runs a program without a shell and with a time limit. Never throws: a program that is missing has no exit code. */
function execute(program: string, args: readonly string[], seconds: number): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, DOCKER_BUILDKIT: '1' } });
    const output = { stdout: '', stderr: '' };
    const keep = (stream: 'stdout' | 'stderr') => (text: string) => {
      output[stream] = (output[stream] + text).slice(-longestOutput);
    };
    child.stdout.setEncoding('utf8').on('data', keep('stdout'));
    child.stderr.setEncoding('utf8').on('data', keep('stderr'));
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    const end = (code: number | undefined): void => {
      clearTimeout(timer);
      resolve({ code, ...output, seconds: (performance.now() - started) / 1000 });
    };
    child.on('error', (error) => {
      output.stderr += error.message;
      end(undefined);
    });
    child.on('close', (code) => end(code ?? undefined));
  });
}

/** One GET request. Throws when there is no connection, or no answer in time. */
export function get(address: string, path: string, seconds = 20): Promise<HttpAnswer> {
  const [host, port] = address.split(/:(?=\d+$)/);
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, agent: false, headers: { accept: '*/*' }, timeout: seconds * 1000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, type: (response.headers['content-type'] ?? '').toLowerCase(), body: Buffer.concat(chunks).toString('utf8') }));
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${seconds} seconds`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** The RUN steps in a plain build log, in order, and whether the builder took each from its cache. */
export function runSteps(log: string): { readonly text: string; readonly cached: boolean }[] {
  const cached = new Set(Array.from(log.matchAll(/^#(\d+) CACHED$/gm), (match) => match[1]!));
  const steps = new Map<string, string>();
  for (const match of log.matchAll(/^#(\d+) \[[^\]]*\] (RUN .*)$/gm)) steps.set(match[1]!, match[2]!);
  return [...steps].map(([number, text]) => ({ text, cached: cached.has(number) }));
}
