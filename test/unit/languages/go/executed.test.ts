import { describe, expect, it } from 'vitest';
import { runtimeOf, text } from './convert.ts';

const mod = 'module example.com/shop\n\ngo 1.22\n';
const program = (body: string): string => `package main\n\nimport "os/exec"\n\nfunc main() {\n\t${body}\n}\n`;
const dockerfile = (...before: string[]): string => ['FROM golang:1.22', 'WORKDIR /app', 'COPY . .', ...before, 'RUN go build -o server .', 'CMD ["./server"]', ''].join('\n');
const runtime = async (body: string, run: string[] = [], files: Record<string, string> = {}): Promise<string> => runtimeOf(await text(dockerfile(...run), { 'go.mod': mod, 'main.go': program(body), ...files }));

describe('go: programs in the text that a shell is given', () => {
  it.each([
    ['each of the text', 'exec.Command("/bin/sh", "-c", "cd /tmp && git pull | tee log; ssh host ls").Run()', ['git', 'openssh-client']],
    ['behind a context', 'exec.CommandContext(ctx, "bash", "-ec", `\n  curl -s http://x\n`).Run()', ['curl']],
    ['behind another program', 'exec.Command("sh", "-c", "exec timeout 5 curl x").Run()', ['curl']],
    ['of a constant', 'const sync = "git fetch"\n\texec.Command("sh", "-c", sync).Run()', ['git']],
    ['at the beginning of what is made at run time', 'exec.Command("sh", "-c", "git checkout "+branch).Run()', ['git']],
  ])('%s', async (_, body, packages) => {
    const made = await runtime(body);
    for (const name of packages) expect(made).toMatch(new RegExp(`(?:install|add).* ${name}\\b`));
  });

  it('stays with the distribution where the text is made at run time', async () => {
    expect(await runtime('exec.Command("sh", "-c", os.Args[1]).Run()')).toMatch(/^FROM debian:bookworm-slim/);
    expect(await runtime('exec.Command("sh", "-c", "echo done").Run()')).toMatch(/^FROM alpine/);
  });

  it('keeps packages that a text may call', async () => {
    expect(await runtime('exec.Command("sh", "-c", os.Args[1]).Run()', ['RUN apt-get update && apt-get install -y jq'])).toMatch(/install.* jq\b/);
  });
});

describe('go: packages of other languages', () => {
  it.each([
    ['RUN pip3 install --break-system-packages -r requirements.txt', 'python3'],
    ['RUN python3 -m pip install requests', '/usr/bin/python3.11'],
    ['RUN pip3 install yt-dlp==2025.1.1', 'yt-dlp'],
    ['RUN cd render && npm install', 'node'],
    ['RUN cd render && yarn --frozen-lockfile', 'npx'],
  ])('refuses %s where the program starts %s', async (run, name) => {
    await expect(runtime(`exec.Command("${name}", "render/index.js").Run()`, [run], { 'render/package.json': '{}' })).rejects.toThrow(/unknown-command: .*(?:pip|npm|yarn)/);
  });

  it('has nothing against what nothing starts', async () => {
    await expect(runtime('exec.Command("git", "status").Run()', ['RUN pip3 install requests'])).resolves.toMatch(/git/);
  });
});

describe('go: make as the start', () => {
  it('says what make needs', async () => {
    const makefile = 'run:\n\t./$(shell ls bin) --config a\n';
    await expect(text(dockerfile().replace('["./server"]', '["make", "run"]'), { 'go.mod': mod, 'main.go': program(''), Makefile: makefile })).rejects.toThrow('make needs the Makefile and the toolchain at every start');
  });
});
