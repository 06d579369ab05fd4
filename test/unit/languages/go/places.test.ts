import { describe, expect, it } from 'vitest';
import { main, module, runtimeOf, taken, text } from './convert.ts';

const files = { 'go.mod': module('example.com/shop'), 'main.go': main };
const source = (body: string, ...imports: string[]): string => `package main\n\nimport (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\nfunc main() {\n\t${body}\n}\n`;
const executable = source('exe, _ := os.Executable(); fmt.Println(exe)', 'fmt', 'os');
const head = 'FROM golang:1.22-bookworm\nWORKDIR /srv\nCOPY . .\n';

describe('go: where a binary that is started by its name lies', () => {
  it('stays in a folder that the Dockerfile puts on PATH', async () => {
    const runtime = runtimeOf(await text(`${head}RUN go build -o shop .\nENV PATH=$PATH:/srv\nCMD ["shop"]\n`, files));
    expect(runtime).toContain('COPY --from=builder /srv/shop ./shop\n');
    expect(runtime).toContain('ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/srv"\n');
  });

  it('goes from GOPATH into the usual folder', async () => {
    const runtime = runtimeOf(await text(`${head}RUN go install .\nCMD ["shop"]\n`, files));
    expect(runtime).toContain('COPY --from=builder /go/bin/shop /usr/local/bin/shop\n');
    expect(runtime).not.toContain('ENV PATH');
  });

  it('stays in GOPATH where the program asks for its own place', async () => {
    const runtime = runtimeOf(await text(`${head}RUN go install .\nCMD ["shop"]\n`, { ...files, 'main.go': executable }));
    expect(runtime).toContain('COPY --from=builder /go/bin/shop /go/bin/shop\n');
    expect(runtime).toContain('ENV PATH=/go/bin:/usr/local/sbin:');
  });

  it('leaves a PATH out that only names folders of the toolchain', async () => {
    expect(runtimeOf(await text(`${head}ENV PATH=$PATH:/usr/local/go/bin\nRUN go install .\nCMD ["shop"]\n`, files))).not.toContain('ENV PATH');
  });
});

describe('go: content types by extension', () => {
  const serve = source('http.Handle("/", http.FileServer(http.Dir("static")))', 'net/http');
  const build = (tag: string): string => `FROM golang:${tag}\nWORKDIR /srv\nCOPY . .\nRUN CGO_ENABLED=0 go build -o shop .\nCMD ["./shop"]\n`;
  it.each([
    ['a type that only Debian knows', '1.22-bookworm', serve, 'static/app.webmanifest', true],
    ['a type that Debian has otherwise', '1.22-bookworm', serve, 'static/feed.xml', true],
    ['types that Go knows', '1.22-bookworm', serve, 'static/app.js', false],
    ['scripts on a release with another type for them', '1.14-buster', serve, 'static/app.js', true],
    ['a program that asks for a type itself', '1.22-bookworm', source('fmt.Println(mime.TypeByExtension(".md"))', 'fmt', 'mime'), 'README.md', true],
    ['a program that only reads headers', '1.22-bookworm', source('mime.ParseMediaType("a/b")', 'mime'), 'README.md', false],
    ['a program that serves no files', '1.22-bookworm', main, 'static/app.webmanifest', false],
    ['an Alpine builder, which has no table', '1.22-alpine', serve, 'static/app.webmanifest', false],
  ])('%s', async (_, tag, program, file, expected) => {
    const proposal = await text(build(tag), { ...files, 'main.go': program, [file]: 'x' });
    expect(proposal.includes('# Content types by file extension\nCOPY --from=builder /etc/mime.types /etc/\n')).toBe(expected);
  });

  it('files that are compiled in', async () => {
    const embedding = `package main\n\nimport (\n\t"embed"\n\t"net/http"\n)\n\n//go:embed web\nvar web embed.FS\n\nfunc main() { http.Handle("/", http.FileServer(http.FS(web))) }\n`;
    expect(taken(await text(build('1.22-bookworm'), { ...files, 'main.go': embedding, 'web/font.woff2': 'x' }))).toContain('/etc/mime.types');
  });
});

describe('go: settings of git and ssh', () => {
  const git = source('exec.Command("git", "fetch").Run()', 'os/exec');
  const build = 'COPY . .\nRUN CGO_ENABLED=0 go build -o shop .\nCMD ["./shop"]\n';
  const start = 'FROM golang:1.22-bookworm\nWORKDIR /srv\n';
  it('are carried where the program starts git', async () => {
    const dockerfile = `${start}RUN git config --global --add safe.directory '*' && git config --system core.autocrlf false\nRUN mkdir -p ~/.ssh && ssh-keyscan github.com >> ~/.ssh/known_hosts\n${build}`;
    expect(taken(await text(dockerfile, { ...files, 'main.go': git }))).toEqual(expect.arrayContaining(['/root/.gitconfig', '/etc/gitconfig', '/root/.ssh/known_hosts']));
    expect(taken(await text(dockerfile, files))).toEqual(['/srv/shop']);
  });

  it('stay behind with a token that only the build needs', async () => {
    const dockerfile = `${start}ARG TOKEN\nRUN git config --global url."https://$TOKEN@github.com/".insteadOf https://github.com/\n${build}`;
    expect(taken(await text(dockerfile, { ...files, 'main.go': git }))).not.toContain('/root/.gitconfig');
    const mixed = dockerfile.replace('\nCOPY', "\nRUN git config --global --add safe.directory '*'\nCOPY");
    await expect(text(mixed, { ...files, 'main.go': git })).rejects.toThrow('/root/.gitconfig has a password or token in it');
  });

  it('are refused with a private key', async () => {
    await expect(text(`${start}ARG KEY\nRUN mkdir -p /root/.ssh && echo "$KEY" > /root/.ssh/id_rsa\n${build}`, { ...files, 'main.go': git })).rejects.toThrow(/key|secret/i);
  });
});

describe('go: a user that ARGs name', () => {
  it('owns the folders by those ARGs', async () => {
    const dockerfile = 'FROM golang:1.22-alpine\nARG UID=1000\nRUN adduser -D -u $UID app\nWORKDIR /src\nCOPY . .\nRUN go build -o /usr/local/bin/shop .\nUSER $UID\nWORKDIR /home/app\nCMD ["shop"]\n';
    const runtime = runtimeOf(await text(dockerfile, { ...files, 'main.go': source('os.WriteFile("out.txt", nil, 0o644)', 'os') }));
    expect(runtime).toMatch(/ARG UID=1000\n[^]*COPY --from=builder --chown=\$UID \/tmp\/empty \/home\/app\n/);
    expect(runtime.match(/^ARG UID/gm)).toHaveLength(1);
  });
});
