import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform, type Outcome } from '../../../../src/transform.ts';
import type { Options } from '../../../../src/languages/language.ts';

const main = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n';
const web = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n';
const mod = 'module example.com/shop\n\ngo 1.22\n';
const modWithSum = `${mod}\nrequire github.com/google/uuid v1.6.0\n`;

async function convert(dockerfile: string, files: Record<string, string> | undefined, options: Partial<Options> = {}): Promise<Outcome> {
  return transform(dockerfile, files === undefined ? unknownProject : memoryProject(files), options, packagedTemplates());
}

async function text(dockerfile: string, files?: Record<string, string>, options?: Partial<Options>): Promise<string> {
  const outcome = await convert(dockerfile, files, options);
  if (outcome.kind !== 'converted') throw new Error(outcome.findings.map((item) => `${item.code}: ${item.message}`).join('\n'));
  return outcome.text;
}

async function code(dockerfile: string, files?: Record<string, string>, options?: Partial<Options>): Promise<string> {
  const outcome = await convert(dockerfile, files, options);
  return outcome.kind === 'converted' ? 'converted' : outcome.findings[0]!.code;
}

/** The lines of the last stage. */
const runtimeOf = (proposal: string): string => proposal.slice(proposal.lastIndexOf('\nFROM ') + 1);

const simple = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]\n';

describe('go: builds', () => {
  it('merges size flags into the command and turns cgo off where nothing needs it', async () => {
    expect(await text(simple, { 'go.mod': mod, 'main.go': main })).toContain('CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o server .');
  });

  it.each([
    ['-ldflags "-X main.v=1"', '-ldflags "-s -w -X main.v=1"'],
    ["-ldflags='-X main.v=1'", "-ldflags='-s -w -X main.v=1'"],
    ['-ldflags="-s -w"', '-ldflags="-s -w"'],
    ['-ldflags=-w', '-ldflags="-s -w"'],
    ['-ldflags "$FLAGS"', '-ldflags "-s -w $FLAGS"'],
  ])('keeps the linker flags of the user: %s', async (written, expected) => {
    expect(await text(simple.replace('-o', `${written} -o`), { 'go.mod': mod, 'main.go': main })).toContain(`go build -trimpath ${expected} -o server`);
  });

  it('leaves -trimpath out for compilers before 1.13 and for programs that ask for their own file paths', async () => {
    expect(await text(simple.replace('1.22', '1.12'), { 'go.mod': mod, 'main.go': main })).not.toContain('-trimpath');
    const caller = main.replace('"fmt"', '(\n"fmt"\n"runtime"\n)').replace('fmt.', 'runtime.Caller(0); fmt.');
    expect(await text(simple, { 'go.mod': mod, 'main.go': caller })).not.toContain('-trimpath');
  });

  it('names the binary as the go command does when -o is missing', async () => {
    const without = simple.replace(' -o server .', '');
    expect(runtimeOf(await text(without.replace('./server', './shop'), { 'go.mod': mod, 'main.go': main }))).toContain('COPY --from=builder /app/shop ./shop');
    expect(runtimeOf(await text(without.replace('go build', 'go build main.go').replace('./server', './main'), { 'go.mod': mod, 'main.go': main }))).toContain('/app/main');
    expect(runtimeOf(await text(without.replace('./server', './tool'), { 'go.mod': mod.replace('shop', 'tool/v2'), 'main.go': main }))).toContain('/app/tool');
  });

  it('downloads the modules before the sources are copied', async () => {
    const proposal = await text(simple, { 'go.mod': modWithSum, 'go.sum': '', 'main.go': main });
    expect(proposal.indexOf('COPY go.mod go.sum ./')).toBeLessThan(proposal.indexOf('go mod download'));
    expect(proposal.indexOf('go mod download')).toBeLessThan(proposal.indexOf('COPY . .'));
  });

  it('adds no download for vendored modules, local replacements and modules without requirements', async () => {
    expect(await text(simple, { 'go.mod': modWithSum, 'vendor/modules.txt': '', 'main.go': main })).not.toContain('go mod download');
    expect(await text(simple, { 'go.mod': `${modWithSum}replace example.com/x => ./x\n`, 'main.go': main })).not.toContain('go mod download');
    expect(await text(simple, { 'go.mod': mod, 'main.go': main })).not.toContain('go mod download');
  });

  it('keeps a download that is there already, once', async () => {
    const layered = simple.replace('COPY . .', 'COPY go.mod go.sum ./\nRUN go mod download\nCOPY . .');
    expect((await text(layered, { 'go.mod': modWithSum, 'go.sum': '', 'main.go': main })).match(/go mod download/g)).toHaveLength(1);
    const late = simple.replace('RUN go build', 'RUN go mod download\nRUN go build');
    expect((await text(late, { 'go.mod': modWithSum, 'go.sum': '', 'main.go': main })).match(/go mod download/g)).toHaveLength(1);
  });

  it('turns go run into a build and starts the binary', async () => {
    const proposal = await text('FROM golang:1.22\nWORKDIR /app\nCOPY . .\nCMD ["go", "run", ".", "serve"]\n', { 'go.mod': mod, 'main.go': main });
    expect(proposal).toContain('go build -trimpath -ldflags="-s -w" -o /usr/local/bin/shop .');
    expect(proposal).toContain('CMD ["/usr/local/bin/shop", "serve"]');
  });

  it('puts an installed binary where its name is found', async () => {
    const proposal = await text('FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go install ./cmd/api\nCMD ["api"]\n', { 'go.mod': mod, 'cmd/api/main.go': main });
    expect(runtimeOf(proposal)).toContain('COPY --from=builder /go/bin/api /usr/local/bin/api');
  });

  it('writes no cache mounts when asked not to', async () => {
    expect(await text(simple, { 'go.mod': modWithSum, 'main.go': main }, { cacheMounts: false })).not.toContain('--mount');
  });

  it('rewrites exec-form builds', async () => {
    const proposal = await text(simple.replace('RUN go build -o server .', 'RUN ["go", "build", "-o", "server", "."]'), { 'go.mod': mod, 'main.go': main });
    expect(proposal).toContain('CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o server .');
  });
});

describe('go: runtime', () => {
  it('chooses scratch for a static program, as another user', async () => {
    const proposal = runtimeOf(await text(simple, { 'go.mod': mod, 'main.go': main }));
    expect(proposal).toMatch(/^FROM scratch\n/);
    expect(proposal).toContain('USER 65532:65532');
    expect(proposal).toContain('WORKDIR /app');
  });

  it('brings certificates for programs that speak HTTP', async () => {
    expect(runtimeOf(await text(simple, { 'go.mod': mod, 'main.go': web }))).toContain('/etc/ssl/certs/ca-certificates.crt');
    expect(runtimeOf(await text(simple, { 'go.mod': mod, 'main.go': main }))).not.toContain('ca-certificates');
  });

  it('brings time zones where they are loaded', async () => {
    const zoned = main.replace('"fmt"', '(\n"fmt"\n"time"\n)').replace('fmt.', 'time.LoadLocation("Europe/Paris"); fmt.');
    expect(runtimeOf(await text(simple.replace('1.22', '1.22-alpine'), { 'go.mod': mod, 'main.go': zoned }))).toContain('ENV ZONEINFO=/usr/share/zoneinfo.zip');
    const withPackage = simple.replace('1.22', '1.22-alpine').replace('WORKDIR', 'RUN apk add --no-cache tzdata\nWORKDIR');
    expect(runtimeOf(await text(withPackage, { 'go.mod': mod, 'main.go': zoned }))).toContain('COPY --from=builder /usr/share/zoneinfo /usr/share/zoneinfo');
  });

  it('keeps dynamic linking and a libc for cgo', async () => {
    const sqlite = { 'go.mod': `${mod}require github.com/mattn/go-sqlite3 v1.14.22\n`, 'main.go': 'package main\n\nimport _ "github.com/mattn/go-sqlite3"\n\nfunc main() {}\n' };
    const debian = await text(simple, sqlite);
    expect(debian).not.toContain('CGO_ENABLED=0');
    expect(runtimeOf(debian)).toMatch(/^FROM gcr\.io\/distroless\/base-debian12/);
    expect(runtimeOf(await text(simple.replace('1.22\n', '1.22-alpine3.19\nRUN apk add --no-cache build-base\n'), sqlite))).toMatch(/^FROM alpine:3\.19/);
    expect(await code(simple, sqlite, { runtime: 'scratch' })).toBe('runtime-lacks');
  });

  it('replaces a shell-form start of one command by its exec form', async () => {
    expect(await text(simple.replace('CMD ["./server"]', 'CMD ./server --port 80'), { 'go.mod': mod, 'main.go': main })).toContain('CMD ["./server", "--port", "80"]');
  });

  it('keeps a shell for starts that need one', async () => {
    const proposal = await text(simple.replace('CMD ["./server"]', 'CMD ./server --port $PORT'), { 'go.mod': mod, 'main.go': main });
    expect(runtimeOf(proposal)).toMatch(/^FROM alpine:/);
    expect(proposal).toContain('CMD ./server --port $PORT');
  });

  it('copies what strings of the sources name, and folders of several', async () => {
    const reads = web.replace('http.Listen', 'os.ReadFile("config.yaml"); template.ParseFiles("views/a.html", "views/b.html"); http.Dir("static"); http.Listen');
    const files = { 'go.mod': mod, 'main.go': reads, 'config.yaml': '', 'views/a.html': '', 'views/b.html': '', 'static/x.css': '', 'notes/todo.txt': '' };
    const proposal = runtimeOf(await text(simple, files));
    for (const line of ['/app/config.yaml ./config.yaml', '/app/views ./views', '/app/static ./static']) expect(proposal).toContain(`COPY --from=builder ${line}`);
    expect(proposal).not.toContain('notes');
  });

  it('copies everything but the sources when a path is made at run time', async () => {
    const reads = main.replace('fmt.Println("hello")', 'os.ReadFile(os.Args[1])');
    const proposal = runtimeOf(await text(simple, { 'go.mod': mod, 'main.go': reads, 'data/x.txt': '', 'README.md': '', 'internal/a.go': 'package internal\n' }));
    expect(proposal).toContain('/app/data ./data');
    expect(proposal).not.toMatch(/README|internal|go\.mod/);
  });

  it('keeps the user of programs that write', async () => {
    const writes = main.replace('fmt.Println("hello")', 'os.WriteFile("out.txt", nil, 0o644)');
    expect(await text(simple, { 'go.mod': mod, 'main.go': writes })).not.toContain('USER');
    expect(await text(simple.replace('CMD', 'EXPOSE 80\nCMD'), { 'go.mod': mod, 'main.go': main })).not.toContain('USER');
  });

  it('gives temporary files a place', async () => {
    const temporary = main.replace('fmt.Println("hello")', 'os.CreateTemp("", "x")');
    expect(runtimeOf(await text(simple, { 'go.mod': mod, 'main.go': temporary }))).toMatch(/^FROM gcr\.io\/distroless\/static-debian12/);
  });

  it('installs programs that the sources start', async () => {
    const starts = main.replace('fmt.Println("hello")', 'exec.Command("git", "status").Run()').replace('"fmt"', '"os/exec"');
    const proposal = runtimeOf(await text(simple, { 'go.mod': mod, 'main.go': starts }));
    expect(proposal).toMatch(/^FROM alpine:3\n\nRUN apk add --no-cache git openssh-client\n/);
  });

  it('drops tools that only the build used', async () => {
    const tools = simple.replace('golang:1.22', 'golang:1.22-alpine').replace('WORKDIR', 'RUN apk add --no-cache git gcc musl-dev\nWORKDIR');
    expect(runtimeOf(await text(tools, { 'go.mod': mod, 'main.go': main }))).toMatch(/^FROM scratch/);
  });

  it('carries files that RUN made elsewhere', async () => {
    const made = simple.replace('CMD', 'RUN mkdir -p /data/cache\nCMD');
    expect(runtimeOf(await text(made, { 'go.mod': mod, 'main.go': main }))).toContain('COPY --from=builder /data/cache /data/cache');
  });

  it('copies paths with spaces', async () => {
    const reads = main.replace('fmt.Println("hello")', 'os.ReadFile("my file.txt")');
    expect(runtimeOf(await text(simple, { 'go.mod': mod, 'main.go': reads, 'my file.txt': '' }))).toContain('COPY --from=builder ["/app/my file.txt", "./my file.txt"]');
  });

  it('drops programs that nothing starts', async () => {
    const tools = simple.replace('WORKDIR', 'RUN apt-get update && apt-get install -y sqlite3\nWORKDIR');
    expect(runtimeOf(await text(tools, { 'go.mod': mod, 'main.go': main }))).toMatch(/^FROM scratch/);
  });

  it('keeps programs that no build uses: modules of others may start them', async () => {
    const tools = simple.replace('WORKDIR', 'RUN apt-get update && apt-get install -y ffmpeg protobuf-compiler\nWORKDIR').replace('RUN go build', 'RUN protoc --go_out=. api.proto\nRUN go build');
    const proposal = runtimeOf(await text(tools, { 'go.mod': mod, 'main.go': main }));
    expect(proposal).toContain('ffmpeg');
    expect(proposal).not.toContain('protobuf-compiler');
  });

  it('carries files that RUN made in the project', async () => {
    const made = simple.replace('CMD', 'RUN cp config.example.yml config.yml && mkdir -p uploads\nCMD');
    const proposal = runtimeOf(await text(made, { 'go.mod': mod, 'main.go': main, 'config.example.yml': '' }));
    expect(proposal).toContain('COPY --from=builder /app/config.yml ./config.yml');
    expect(proposal).toContain('COPY --from=builder /app/uploads ./uploads');
  });

  it('copies the whole folder when a command may have written what the program reads', async () => {
    const built = simple.replace('RUN go', 'RUN cd web && npm install && npm run build\nRUN go');
    expect(runtimeOf(await text(built, { 'go.mod': mod, 'main.go': main.replace('fmt.', 'os.ReadFile(os.Args[1]); fmt.'), 'web/package.json': '{}' }))).toContain('COPY --from=builder /app /app');
    expect(runtimeOf(await text(built, { 'go.mod': mod, 'main.go': main, 'web/package.json': '{}' }))).not.toContain('/app /app');
    const generated = simple.replace('RUN go', 'RUN swag init\nRUN go');
    expect(runtimeOf(await text(generated, { 'go.mod': mod, 'main.go': main }))).not.toContain('/app /app');
  });

  it('keeps a user that the Dockerfile makes, with its name', async () => {
    const user = simple.replace('golang:1.22', 'golang:1.22-alpine').replace('CMD', 'RUN adduser -D app && chown -R app /app\nUSER app\nCMD');
    const proposal = runtimeOf(await text(user, { 'go.mod': mod, 'main.go': main }));
    expect(proposal).toContain('COPY --from=builder /etc/passwd /etc/group /etc/');
    expect(proposal).toContain('--chown=app /app/server');
    expect(proposal).toContain('USER app');
  });

  it('keeps the PATH of the runtime image, and leaves the toolchain\'s variables behind, where one ENV sets several', async () => {
    const env = async (line: string, image: string): Promise<string | undefined> => /^ENV (?:.*\\\n)*.*$/m.exec(runtimeOf(await text(simple.replace('WORKDIR', `${line}\nWORKDIR`), { 'go.mod': mod, 'main.go': main }, { runtime: image })))?.[0];
    expect(await env('ENV HOME=/home/x PATH=/app:$PATH', 'alpine')).toBe('ENV HOME=/home/x PATH=/app:$PATH');
    expect(await env('ENV HOME=/home/x PATH=/app:$PATH', 'scratch')).toBe('ENV HOME=/home/x PATH="/app:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"');
    expect(await env('ENV GOPATH=/work \\\n    MODE="a b" \\\n    PATH=$PATH:/app:/go/bin', 'alpine')).toBe('ENV MODE="a b" \\\n    PATH="$PATH:/app"');
    expect(await env('ENV MODE=live PATH=$GOPATH/bin:$PATH', 'alpine')).toBe('ENV MODE=live');
    expect(await env('ENV MODE=live TOOLS=$GOPATH/tools', 'scratch')).toBe('ENV MODE=live TOOLS="/go/tools"');
    expect(await env('ENV GOPATH=/work PATH=/tools:$PATH', 'scratch')).toBeUndefined();
    expect(await env('ENV GOPATH=/work PATH=/app:$PATH', 'alpine')).toBe('ENV PATH=/app:$PATH');
  });

  it('keeps toolchain variables in the builder and the others in the runtime stage', async () => {
    const env = simple.replace('WORKDIR', 'ENV GOPROXY=direct\nENV GIN_MODE=release\nWORKDIR');
    const proposal = await text(env, { 'go.mod': mod, 'main.go': main });
    expect(runtimeOf(proposal)).toContain('ENV GIN_MODE=release');
    expect(runtimeOf(proposal)).not.toContain('GOPROXY');
    expect(proposal.slice(0, proposal.lastIndexOf('FROM'))).not.toContain('GIN_MODE');
  });
});

describe('go: without a project', () => {
  it('copies the whole working folder and keeps a libc', async () => {
    const proposal = runtimeOf(await text(simple));
    expect(proposal).toMatch(/^FROM gcr\.io\/distroless\/cc-debian12/);
    expect(proposal).toContain('COPY --from=builder /app /app');
    expect(proposal).not.toContain('USER');
  });
});

describe('go: refusals', () => {
  it('refuses go run of sources that only a volume brings', async () => {
    expect(await code('FROM golang:1.22\nWORKDIR /app\nCOPY go.mod ./\nCMD ["go", "run", "./cmd/web"]\n', { 'go.mod': mod, 'cmd/web/main.go': main })).toBe('unsupported-shape');
  });

  it.each([
    ['no-program', 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o x\n'],
    ['interactive-or-dev-start', 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go install github.com/cosmtrek/air@latest\nCMD ["air"]\n'],
    ['unsupported-shape', 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nCMD ["go", "test", "./..."]\n'],
    ['ambiguous-artifact', 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["something"]\n'],
    ['unknown-command', 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server . && setcap cap_net_bind_service=+ep server\nCMD ["./server"]\n'],
  ])('%s', async (expected, dockerfile) => {
    expect(await code(dockerfile, { 'go.mod': mod, 'main.go': main })).toBe(expected);
  });
});
