import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const mod = 'module example.com/shop\n\ngo 1.22\n';
const program = (body: string, ...imports: string[]): string => `package main\n\nimport (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\nfunc main() {\n\t${body}\n}\n`;
const main = program('fmt.Println("hello")', 'fmt');
const files = { 'go.mod': mod, 'main.go': main };

async function text(dockerfile: string, project?: Record<string, string>): Promise<string> {
  const files = memoryProject(project ?? {});
  // The text of an archive cannot be read, as on a disk.
  const onDisk = { ...files, read: (path: string) => (path.endsWith('.tar.gz') ? undefined : files.read(path)) };
  const outcome = await transform(dockerfile, project === undefined ? unknownProject : onDisk, {}, packagedTemplates());
  if (outcome.kind !== 'converted') return outcome.findings.map((item) => `${item.code}: ${item.message}`).join('\n');
  return outcome.text;
}

const runtimeOf = (proposal: string): string => proposal.slice(proposal.lastIndexOf('\nFROM ') + 1);

const from = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\n';
const build = `${from}RUN go build -o server .\n`;
const start = 'CMD ["./server"]\n';

describe('go: what RUNs leave behind', () => {
  it('keeps files that programs run by the go command may have written', async () => {
    expect(runtimeOf(await text(`${from}RUN go run ./tools/gen > static/gen.txt\nRUN go build -o server .\n${start}`, { ...files, 'tools/gen/main.go': main }))).toContain('COPY --from=builder /app /app');
    expect(runtimeOf(await text(`${from}RUN go generate ./...\nRUN go build -o server .\n${start}`, { ...files, 'gen.go': 'package main\n\n//go:generate npm run build\n' }))).toContain('COPY --from=builder /app /app');
    expect(runtimeOf(await text(`${from}RUN go generate ./...\nRUN go build -o server .\n${start}`, { ...files, 'gen.go': 'package main\n\n//go:generate go run golang.org/x/tools/cmd/stringer@latest -type=Pill\n' }))).not.toContain('/app /app');
  });

  it('keeps what a generator writes beside its Go code, where the program reads it', async () => {
    const reads = (path: string): Record<string, string> => ({ 'go.mod': mod, 'main.go': program(`os.ReadFile("${path}")`, 'os'), 'docs/guide.json': '' });
    expect(runtimeOf(await text(`${from}RUN swag init && go build -o server .\n${start}`, reads('docs/swagger.json')))).toContain('COPY --from=builder /app /app');
    expect(runtimeOf(await text(`${from}RUN swag init && go build -o server .\n${start}`, reads('docs/guide.json')))).not.toContain('/app /app');
  });

  it('takes nothing that a later command removes or moves away', async () => {
    const removed = runtimeOf(await text('FROM golang:1.22\nCOPY . /go/src/app\nRUN cd /go/src/app && export OUT=/opt && go build -o $OUT/server . && go build -o $OUT/helper ./helper && mv $OUT/helper /usr/local/bin/ && rm -rf /go/src\nCMD ["/opt/server"]\n', { ...files, 'helper/main.go': main }));
    expect(removed).toContain('COPY --from=builder /opt/server /opt/server');
    expect(removed).not.toMatch(/\/opt\/helper|\/go\/src/);
    expect(runtimeOf(await text('FROM golang:1.22-alpine\nCOPY . /go/src/app\nRUN cd /go/src/app && go build -o /bin/server && rm -rf /go\nCMD ["/bin/server"]\n'))).not.toContain('/go/src');
  });

  it('expects no binary of go get, which installs none since Go 1.18', async () => {
    expect(runtimeOf(await text(`${from}RUN go get -v ./... && go build -o server .\n${start}`, files))).not.toContain('/go/bin');
    expect(runtimeOf(await text('FROM golang:1.10\nWORKDIR /go/src/app\nCOPY . .\nRUN go get -v ./...\nCMD ["app"]\n', { 'main.go': main }))).toContain('COPY --from=builder /go/bin/app /usr/local/bin/app');
  });

  it('fills a path of the runtime stage once', async () => {
    const copied = `${from}RUN go install . && cp /go/bin/shop /usr/local/bin/shop\nCMD ["shop"]\n`;
    expect(runtimeOf(await text(copied, files)).match(/\/usr\/local\/bin\/shop$/gm)).toHaveLength(1);
  });

  it('installs no package that the Dockerfile removes again', async () => {
    const virtual = 'FROM golang:1.22-alpine\nWORKDIR /app\nCOPY . .\nRUN apk add -t build-deps git gcc && go build -o server . && apk del build-deps\nCMD ["./server"]\n';
    expect(runtimeOf(await text(virtual))).not.toContain('apk add');
    expect(runtimeOf(await text(virtual.replace(' && apk del build-deps', '')))).toContain('apk add --no-cache git');
  });

  it('brings what ADD unpacks or downloads', async () => {
    expect(runtimeOf(await text(`${build}ADD fixtures.tar.gz /opt/fixtures/\n${start}`, { ...files, 'fixtures.tar.gz': '' }))).toContain('COPY --from=builder /opt/fixtures /opt/fixtures');
    expect(await text(`${build}ADD rootfs.tar.gz /\n${start}`, { ...files, 'rootfs.tar.gz': '' })).toContain('unsupported-shape');
  });

  it('keeps the local time that a RUN sets, unless TZ says it', async () => {
    const zone = 'RUN ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime\n';
    expect(runtimeOf(await text(`${build}${zone}${start}`, files))).toContain('COPY --from=builder /etc/localtime /etc/localtime');
    expect(runtimeOf(await text(`${build}ENV TZ=Asia/Tokyo\n${zone}${start}`, files))).not.toContain('/etc/localtime');
  });

  it('brings time zones and certificates that the Dockerfile installs', async () => {
    const proposal = runtimeOf(await text(`${build.replace('1.22', '1.22-alpine').replace('WORKDIR', 'RUN apk add --no-cache ca-certificates tzdata\nWORKDIR')}${start}`, files));
    expect(proposal).toContain('/usr/share/zoneinfo /usr/share/zoneinfo');
    expect(proposal).toContain('ca-certificates.crt');
  });

  it('leaves the compiler that a RUN unpacks behind', async () => {
    const unpacked = 'FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl && curl -sSL https://go.dev/dl/go1.22.0.linux-amd64.tar.gz | tar -C /usr/local -xz\nENV PATH=$PATH:/usr/local/go/bin\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]\n';
    expect(runtimeOf(await text(unpacked, files))).not.toContain('/usr/local');
  });

  it('writes cache mounts into a RUN whose first line is only a continuation', async () => {
    expect(await text(`${from}RUN \\\n  go build -o server .\n${start}`, files)).toContain('RUN --mount=type=cache,target=/root/.cache/go-build \\\n  CGO_ENABLED=0 go build');
  });
});

describe('go: starts', () => {
  it('leaves binaries where an entry-point script looks for them', async () => {
    const script = '#!/bin/sh\ncase "$1" in\n  web|worker) exec ./bin/"$1" ;;\n  *) exec "$@" ;;\nesac\n';
    const proposal = runtimeOf(await text(`${from}RUN mkdir bin && go build -o bin/ ./...\nENTRYPOINT ["./entry.sh"]\nCMD ["worker"]\n`, { 'go.mod': mod, 'cmd/web/main.go': main, 'cmd/worker/main.go': main, 'entry.sh': script }));
    expect(proposal).toContain('/app/bin/worker ./bin/worker');
    expect(proposal).toContain('/app/bin/web ./bin/web');
  });

  it('sets the variables of the toolchain that the start names', async () => {
    const proposal = runtimeOf(await text('FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go install .\nENTRYPOINT $GOPATH/bin/shop\n', files));
    expect(proposal).toContain('COPY --from=builder /go/bin/shop /go/bin/shop');
    expect(proposal).toContain('ENV GOPATH="/go"');
  });

  it('brings what scripts source and name', async () => {
    const proposal = runtimeOf(await text(`${build}ENV DIR=/app\nCMD ["sh", "start.sh"]\n`, { ...files, 'start.sh': '#!/bin/sh\n. ./env.sh\ncat "$DIR/banner.txt"\nexec ./server\n', 'env.sh': 'export X=1\n', 'banner.txt': '', 'other.txt': '' }));
    expect(proposal).toContain('/app/env.sh ./env.sh');
    expect(proposal).toContain('/app/banner.txt ./banner.txt');
    expect(proposal).not.toContain('other.txt');
  });

  it('finds programs of the project and of the base system that os/exec starts', async () => {
    const own = program('exec.Command("helper").Run()', 'os/exec');
    const proposal = runtimeOf(await text(`${build}RUN go build -o /usr/local/bin/helper ./helper\n${start}`, { 'go.mod': mod, 'main.go': own, 'helper/main.go': main }));
    expect(proposal).toMatch(/^FROM scratch\n/);
    expect(runtimeOf(await text(build + start, { 'go.mod': mod, 'main.go': program('exec.Command("ls", "/").Run()', 'os/exec') }))).toMatch(/^FROM debian:bookworm-slim\n/);
  });

  it('sees relative paths from where the start has gone', async () => {
    const made = `${from}RUN go build -o bin/server .\n`;
    expect(runtimeOf(await text(`${made}CMD cd bin && ./server\n`, files))).toContain('/app/bin/server ./bin/server');
    const scripted = runtimeOf(await text(`${made}CMD ["bin/start.sh"]\n`, { ...files, 'bin/start.sh': '#!/bin/sh\ncd "$(dirname "$0")"\nexec ./server\n' }));
    expect(scripted).toContain('/app/bin/server ./bin/server');
    expect(scripted).not.toContain('/app/server');
  });

  it.each([
    ['dpkg -i /tmp/tool.deb', undefined],
    ['pip3 install youtube-dl', { 'go.mod': mod, 'main.go': program('exec.Command(os.Args[1]).Run()', 'os', 'os/exec') }],
    ['cd /tmp/librdkafka && ./configure && make && make install', { 'go.mod': `${mod}require github.com/confluentinc/confluent-kafka-go v1.9.2\n`, 'main.go': program('', 'github.com/confluentinc/confluent-kafka-go/kafka') }],
  ])('refuses what is installed past the package manager and may be used: %s', async (command, project) => {
    expect(await text(`${build}RUN ${command}\n${start}`, project)).toContain('unknown-command');
    expect(await text(`${build}RUN ${command}\n${start}`, files)).toContain('FROM scratch');
  });

  it('follows cd in subshells', async () => {
    expect(runtimeOf(await text(`${from}RUN (cd cmd/api && go build -o ../../bin/api)\nCMD ["./bin/api"]\n`, { 'go.mod': mod, 'cmd/api/main.go': main }))).toMatch(/\/app\/bin\/api \.\/bin\/api/);
  });
});

describe('go: variables', () => {
  it('keeps an ENV in the builder that another ENV refers to', async () => {
    expect(await text(`${from}ENV BASE=/x\nENV GOCACHE=$BASE/cache\nRUN go build -o server .\n${start}`, files)).toContain('ENV BASE=/x\nENV GOCACHE=$BASE/cache\nRUN');
  });
});

describe('go: users and sources', () => {
  it('gives the working folder and the home to a user who writes there', async () => {
    const user = `FROM golang:1.22\nRUN useradd -m app\nWORKDIR /app\nCOPY . .\nRUN go build -o server . && chown -R app /app\nUSER app\n${start}`;
    const proposal = runtimeOf(await text(user, { 'go.mod': mod, 'main.go': program('h, _ := os.UserHomeDir(); os.WriteFile(h+"/x", nil, 0o644)', 'os') }));
    expect(proposal).toContain('COPY --from=builder --chown=app /tmp/empty /app\n');
    expect(proposal).toContain('COPY --from=builder --chown=app /tmp/empty /home/app\n');
    expect(runtimeOf(await text(user, files))).not.toContain('/tmp/empty');
  });

  it('copies folders of the user instead of making them as root', async () => {
    const proposal = runtimeOf(await text(`FROM golang:1.22-alpine\nWORKDIR /app\nCOPY . .\nRUN go build -o server . && adduser -D app && mkdir /data && chown app /data\nUSER app\nCMD ["sh", "-c", "./server; true"]\n`, files));
    expect(proposal).toContain('COPY --from=builder --chown=app /data /data');
    expect(proposal).not.toContain('mkdir');
  });

  it('finds the sources of a build through make whose last WORKDIR is elsewhere, and those under GOPATH', async () => {
    expect(runtimeOf(await text('FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN make\nWORKDIR /\nCMD ["/src/server"]\n', { ...files, Makefile: '' }))).toMatch(/^FROM scratch\n/);
    expect(runtimeOf(await text('FROM golang:1.22\nENV GO111MODULE=off\nADD . /go/src/github.com/acme/shop\nRUN go install github.com/acme/shop\nCMD ["shop"]\n', { 'main.go': main }))).toMatch(/^FROM scratch\n/);
  });

  it('takes own packages for neither data nor network clients', async () => {
    const proposal = runtimeOf(await text(build + start, { 'go.mod': mod, 'main.go': program('fmt.Println("lib", lib.X)', 'fmt', 'example.com/shop/lib'), 'lib/go.mod': 'module example.com/shop/lib\n', 'lib/lib.go': 'package lib\n\nconst X = 1\n' }));
    expect(proposal).not.toMatch(/ca-certificates|\/app\/lib/);
  });

  it('guesses nothing of an unknown image', async () => {
    expect(await text(build.replace('golang:1.22', 'acme/builder:3') + start)).toContain('unknown-base');
    expect(await text(build.replace('golang:1.22', 'acme/golang:3') + start, files)).toContain('unknown-base');
  });

  it('reads sources that were copied one by one', async () => {
    const single = await text('FROM golang:1.22\nCOPY main.go /srv/\nCOPY pages/index.html /srv/pages/\nRUN ls /srv\nWORKDIR /srv\nRUN go build -o server .\nCMD ["/srv/server"]\n', { 'main.go': program('http.ServeFile(w, r, "pages/index.html")', 'net/http'), 'pages/index.html': '' });
    expect(runtimeOf(single)).toMatch(/^FROM scratch/);
    expect(runtimeOf(single)).toContain('COPY --from=builder /srv/pages/index.html');
    expect(single.indexOf('COPY main.go')).toBeLessThan(single.indexOf('RUN ls /srv'));
  });

  it('names the module cache of an unusual GOPATH without a doubled slash', async () => {
    expect(await text(`FROM golang:1.22\nENV GOPATH=/\nCOPY . .\nRUN go build -o server .\n${start}`, { ...files, 'go.mod': `${mod}\nrequire example.com/x v1.0.0\n` })).toContain('target=/pkg/mod');
  });

  it('keeps root for a GitHub action that runs as a container', async () => {
    expect(runtimeOf(await text(`${build}${start}`, { ...files, 'action.yml': "name: x\nruns:\n  using: 'docker'\n  image: Dockerfile\n" }))).not.toContain('USER');
    expect(runtimeOf(await text(`${build}${start}`, files))).toContain('USER');
  });

  it('takes nothing along that only serves those who write the code', async () => {
    const runtime = runtimeOf(await text(`${build}${start}`, { ...files, 'main.go': program('os.ReadFile(name)', 'os'), '.DS_Store': '', '.pre-commit-config.yaml': '', 'words.txt': '' }));
    expect(runtime).toContain('/app/words.txt');
    expect(runtime).not.toMatch(/DS_Store|pre-commit/);
  });

  it('keeps what compose files run in the image', async () => {
    const compose = (service: string): Record<string, string> => ({ ...files, 'docker-compose.yml': `services:\n  web:\n    build: .\n${service}` });
    const health = runtimeOf(await text(`${build}${start}`, compose('    healthcheck:\n      test: ["CMD", "curl", "-f", "http://localhost"]\n')));
    expect(health).toMatch(/^FROM (?!scratch)/);
    expect(health).toContain('curl');
    const wait = 'FROM golang:1.22\nWORKDIR /app\nRUN apt-get update && apt-get install -y postgresql-client\nCOPY . .\nRUN go build -o server .\n';
    const waits = runtimeOf(await text(`${wait}${start}`, { ...compose('    command: ./wait.sh db ./server\n'), 'wait.sh': '#!/bin/sh\nshift\nuntil psql -c x; do sleep 1; done\nexec "$@"\n' }));
    expect(waits).toContain('postgresql-client');
    expect(waits).toContain('/app/wait.sh');
    // The toolchain is for development, and a program that the image never had is for nobody.
    expect(runtimeOf(await text(`${build}${start}`, compose('    command: go run .\n')))).toMatch(/^FROM scratch/);
    expect(runtimeOf(await text(`${build}${start}`, compose('    command: other\n')))).toMatch(/^FROM scratch/);
  });

  it('adds no program to the runtime that a script calls and the original image lacks', async () => {
    const wait = { ...files, 'wait.sh': '#!/bin/bash\nnc -z db 1 || sleep 1\nexec "$@"\n' };
    expect(runtimeOf(await text(`${build}CMD ["./wait.sh", "./server"]\n`, wait))).not.toContain('netcat');
    expect(runtimeOf(await text(`FROM golang:1.22\nRUN apt-get update && apt-get install -y netcat-openbsd\n${build.replace('FROM golang:1.22\n', '')}CMD ["./wait.sh", "./server"]\n`, wait))).toContain('netcat-openbsd');
  });

  it('reads what make does, where all it does is to compile', async () => {
    const dockerfile = `${from}RUN make\nCMD ["./bin/server"]\n`;
    const withRecipes = async (makefile: string): Promise<string> => runtimeOf(await text(dockerfile, { ...files, Makefile: makefile, 'words.txt': '' }));
    const plain = await withRecipes('.PHONY: all\nall: tidy build\n\ntidy:\n\tgo mod tidy\nbuild:\n\t@mkdir -p bin\n\tCGO_ENABLED=0 go build -o bin/server . # here\n\tgo build -o bin/worker ./worker\n\nrun:\n\t./bin/server\n');
    expect(plain).toContain('COPY --from=builder /app/bin/worker ./bin/worker');
    expect(plain).not.toContain('/app /app');
    for (const recipe of ['go run ./gen > words.txt', './build.sh']) expect(await withRecipes(`all:\n\t${recipe}\n\tgo build -o bin/server .\n`)).toContain('COPY --from=builder /app /app');
    expect(await withRecipes('include common.mk\nall:\n\tgo build -o bin/server .\n')).toContain('COPY --from=builder /app /app');
  });

  it('finds what is installed where a RUN exports GOBIN to', async () => {
    expect(runtimeOf(await text(`${from}RUN export GOBIN=/usr/local/bin && go install .\nCMD ["shop"]\n`, files))).toContain('COPY --from=builder /usr/local/bin/shop /usr/local/bin/shop');
  });

  it('brings what a RUN unpacks into a folder of PATH, with a C library for it', async () => {
    const runtime = runtimeOf(await text(`FROM golang:1.22\nRUN wget https://example.com/waiter-v1.tar.gz && tar -C /usr/local/bin -xzvf waiter-v1.tar.gz && rm waiter-v1.tar.gz\n${build.replace('FROM golang:1.22\n', '')}CMD waiter -wait tcp://db:1 ./server\n`, files));
    expect(runtime).toMatch(/^FROM gcr\.io\/distroless\/cc-debian12/);
    expect(runtime).toContain('COPY --from=builder /usr/local/bin/waiter /usr/local/bin/waiter');
    expect(runtime).toContain('/app/server');
  });

  it('takes nothing that a script names and nothing makes', async () => {
    const runtime = runtimeOf(await text(`${build}CMD ["./run.sh"]\n`, { ...files, 'run.sh': '#!/bin/sh\n[ -x /app/hook ] && /app/hook\nexec ./server\n' }));
    expect(runtime).not.toContain('hook');
    expect(runtime).toContain('/app/server');
  });
});

describe('go: programs of others', () => {
  const runs = (name: string): Record<string, string> => ({ ...files, 'main.go': program(`exec.Command("${name}", "clone").Run()`, 'os/exec') });

  it('that fetch have certificates, and git has ssh', async () => {
    const proposal = runtimeOf(await text(`FROM golang:1.22\nRUN apt-get update && apt-get install -y git openssh-client\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n${start}`, runs('git')));
    expect(proposal).toMatch(/^FROM alpine:3\n\nRUN apk add --no-cache git openssh-client\n/);
  });

  it('that are downloaded may speak TLS, and write', async () => {
    const fetched = 'RUN curl -fsSL -o /usr/local/bin/migrate https://example.com/migrate && chmod +x /usr/local/bin/migrate\n';
    const proposal = runtimeOf(await text(`${build}${fetched}CMD migrate up && ./server\n`, files));
    expect(proposal).toContain('ca-certificates.crt');
    expect(proposal).not.toContain('USER');
  });

  it('leave what a variable names as the owner to that owner', async () => {
    const owned = (user: string): string => `FROM golang:1.22\nARG APP_USER=app\nRUN useradd -u 1001 ${user} && mkdir /data && chown ${user} /data\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nUSER ${user}\nCMD ./server > /data/log\n`;
    const proposal = runtimeOf(await text(owned('$APP_USER'), files));
    expect(proposal).toContain('COPY --from=builder --chown=$APP_USER /data /data');
    expect(proposal.indexOf('ARG APP_USER=app')).toBeLessThan(proposal.indexOf('--chown=$APP_USER'));
    expect(runtimeOf(await text(owned('$APP_USER').replace('CMD ./server > /data/log', start.trim()), files))).toMatch(/ARG APP_USER=app\n[^]*COPY --from=builder --chown=\$APP_USER \/data \/data/);
  });
});
