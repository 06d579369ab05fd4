import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const mod = 'module example.com/shop\n\ngo 1.22\n';
const program = (body: string, ...imports: string[]): string => `package main\n\nimport (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\nfunc main() {\n\t${body}\n}\n`;

async function proposal(dockerfile: string, main: string, files: Record<string, string> = {}): Promise<{ text: string; runtime: string; kept: string | undefined }> {
  const outcome = await transform(dockerfile, memoryProject({ 'go.mod': mod, 'main.go': main, ...files }), {}, packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(outcome.findings.map((item) => `${item.code}: ${item.message}`).join('\n'));
  return { text: outcome.text, runtime: outcome.text.slice(outcome.text.lastIndexOf('\nFROM ') + 1), kept: outcome.findings.find((item) => item.code === 'user-kept')?.message };
}

const head = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n';
const simple = `${head}CMD ["./server"]\n`;

describe('go: another user than root', () => {
  it('runs a program that needs no right of its own', async () => {
    const { runtime } = await proposal(simple, program('http.ListenAndServe(":8080", nil)', 'net/http'));
    expect(runtime).toContain('USER 65532:65532');
  });

  it.each([
    ['it writes', 'os.WriteFile("a", nil, 0600)', ['os']],
    ['its temporary files are in a folder of its own', 'os.CreateTemp("./data", "x")', ['os']],
    ['a module writes', 'bbolt.Open(path, 0600, nil)', ['go.etcd.io/bbolt']],
    ['it has a home', 'os.UserHomeDir()', ['os']],
    ['HOME is its home', 'os.Getenv("HOME")', ['os']],
    ['its user has a name', 'user.Current()', ['os/user']],
    ['it starts programs', 'exec.Command("ls")', ['os/exec']],
    ['a module starts programs', 'chromedp.NewContext(ctx)', ['github.com/chromedp/chromedp']],
    ['it uses the container engine', 'client.NewClientWithOpts()', ['github.com/docker/docker/client']],
    ['it opens the socket of the container engine', 'net.Dial("unix", "/var/run/docker.sock")', ['net']],
    ['it opens a device', 'open("/dev/ttyUSB0")', []],
    ['it sends pings', 'icmp.ListenPacket("ip4:icmp", "0.0.0.0")', ['golang.org/x/net/icmp']],
    ['it opens raw sockets', 'net.ListenPacket("ip4:icmp", addr)', ['net']],
    ['it changes its user', 'syscall.Setuid(1000)', ['syscall']],
    ['it reads a private key', 'http.ListenAndServeTLS(":8443", "tls.crt", "tls.key", nil)', ['net/http']],
    ['its port is low', 'http.ListenAndServe(":80", nil)', ['net/http']],
    ['a flag\'s port is low', 'flag.Int("port", 443, "")', ['flag']],
    ['the default of a setting is a low port', 'getenv("PORT", "80")', []],
    ['the tag of a setting has a low port', 'type c struct { Port int `env:"PORT" envDefault:"80"` }', []],
  ])('does not where %s', async (_, body, imports) => {
    const { runtime, kept } = await proposal(simple, program(body, ...imports));
    expect(kept).toBeDefined();
    expect(runtime).not.toContain('USER');
  });

  it('does not where the settings name a low port, or go.mod a module that writes', async () => {
    const settings = await proposal(simple, program('load("config.yaml")'), { 'config.yaml': 'server:\n  port: 80\n' });
    expect(settings.kept).toContain('config.yaml');
    expect((await proposal(simple, program('load("config.yaml")'), { 'config.yaml': 'server:\n  port: 8080\n' })).kept).toBeUndefined();
    expect((await proposal(simple, program('store.Open()', 'example.org/store'), { 'go.mod': `${mod}require (\n\texample.org/store v1.0.0\n\tgithub.com/mattn/go-sqlite3 v1.14.0 // indirect\n)\n` })).kept).toContain('go-sqlite3');
  });

  it('does not where only root may enter or read', async () => {
    expect((await proposal('FROM golang:1.22-alpine\nWORKDIR /root/app\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]\n', program('run()'))).kept).toContain('/root/app');
    expect((await proposal(`${head}RUN mkdir keys && openssl genrsa -out keys/private.pem 2048\nCMD ["./server"]\n`, program('load("keys/private.pem")'))).kept).toContain('openssl genrsa');
    expect((await proposal(`${head}RUN chmod 600 config.yaml\nCMD ["./server"]\n`, program('load("config.yaml")'), { 'config.yaml': '' })).kept).toContain('chmod 600');
    expect((await proposal(`${head}RUN chmod 755 config.yaml\nCMD ["./server"]\n`, program('load("config.yaml")'), { 'config.yaml': '' })).kept).toBeUndefined();
  });

  it('may be added beside programs that need no home', async () => {
    const { runtime } = await proposal('FROM golang:1.22-alpine\nRUN apk add --no-cache tini\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nENTRYPOINT ["/sbin/tini", "--"]\nCMD ["./server"]\n', program('run()'));
    expect(runtime).toContain('USER 65532');
  });

  it('may read random numbers and answer on a high port', async () => {
    expect((await proposal(simple, program('open("/dev/urandom"); listen("0.0.0.0:8443", ":3000")'))).kept).toBeUndefined();
  });
});

describe('go: the user of the original', () => {
  const alpine = (lines: string): string => `FROM golang:1.22-alpine\n${lines}CMD ["./server"]\n`;
  const writes = program('os.WriteFile("log.txt", nil, 0600)', 'os');
  const own = /COPY --from=builder --chown=app(?::app)? \/tmp\/empty (\S+)\nWORKDIR/;

  it('owns the home that is its working folder', async () => {
    const { runtime } = await proposal(alpine('RUN addgroup -S app && adduser -S -G app app\nWORKDIR /home/app\nCOPY . .\nRUN go build -o server .\nUSER app\n'), writes);
    expect(own.exec(runtime)?.[1]).toBe('/home/app');
    const none = await proposal(alpine('RUN adduser -D -H app\nWORKDIR /home/app\nCOPY . .\nRUN go build -o server .\nUSER app\n'), writes);
    expect(none.runtime).not.toContain('/tmp/empty');
  });

  it('owns its working folder with the group that it was given', async () => {
    const { runtime } = await proposal(alpine('RUN addgroup shop && adduser -S -G shop app\nWORKDIR /srv/shop\nCOPY . .\nRUN go build -o server . && chown -R app:shop /srv/shop\nUSER app\n'), writes);
    expect(runtime).toContain('COPY --from=builder --chown=app:shop /tmp/empty /srv/shop\nWORKDIR');
    expect(runtime).toContain('COPY --from=builder --chown=app:shop /srv/shop/server ./server');
  });

  it('owns a folder that a COPY makes for it, and not one that was there', async () => {
    const made = 'RUN adduser -D app\nCOPY --chown=app . /srv/shop\nWORKDIR /srv/shop\nRUN go build -o server .\nUSER app\n';
    expect(own.exec((await proposal(alpine(made), writes)).runtime)?.[1]).toBe('/srv/shop');
    const there = made.replace('COPY', 'WORKDIR /srv/shop\nCOPY');
    expect((await proposal(alpine(there), writes)).runtime).not.toContain('/tmp/empty');
  });

  it('may write to folders that are open to all, or that it made', async () => {
    const { runtime } = await proposal(alpine('WORKDIR /app\nCOPY . .\nRUN go build -o server . && mkdir -p /data && chmod 777 /data && mkdir /cache && chown nobody /cache\nUSER nobody\n'), writes);
    expect(runtime).toContain('COPY --from=builder --chown=nobody /data /data');
    expect(runtime).toContain('COPY --from=builder --chown=nobody /cache /cache');
  });

  it('has what is copied for it', async () => {
    const { runtime } = await proposal(alpine('RUN addgroup app && adduser -D -G app app\nWORKDIR /app\nCOPY --chown=app:app . .\nRUN go build -o server .\nUSER app\n'), program('os.WriteFile("data/a.json", nil, 0600)', 'os'), { 'data/a.json': '{}' });
    expect(runtime).toContain('COPY --from=builder --chown=app:app /app/data/a.json ./data/a.json');
  });

  it('is made where a script gives up root for it', async () => {
    const { runtime } = await proposal('FROM golang:1.22-alpine\nRUN apk add --no-cache su-exec && adduser -D -u 1001 app\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nENTRYPOINT ["./start.sh"]\n', writes, { 'start.sh': '#!/bin/sh\nchown -R app /data\nexec su-exec app ./server\n' });
    expect(runtime).toContain('RUN adduser -D -u 1001 app');
    expect(runtime).toMatch(/apk add --no-cache .*su-exec/);
    expect(runtime).not.toContain('USER');
  });

  it('is left out where nothing names it', async () => {
    expect((await proposal(alpine('RUN adduser -D app\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n'), program('run()'))).runtime).not.toContain('adduser');
  });
});
