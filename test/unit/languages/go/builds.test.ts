import { describe, expect, it } from 'vitest';
import { builderOf, library, main, module, runtimeOf, taken, text, uuid } from './convert.ts';

const mod = module('example.com/shop');
const from = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\n';
const several = { 'go.mod': mod, 'cmd/api/main.go': main, 'cmd/worker/main.go': main, 'lib/lib.go': library };

describe('go: names of binaries, as the go command gives them', () => {
  it.each([
    ['go build', { 'go.mod': mod, 'main.go': main }, '/app/shop'],
    ['go build .', { 'go.mod': module('example.com/tool/v2'), 'main.go': main }, '/app/tool'],
    ['go build', { 'go.mod': module('example.com/tool/v1'), 'main.go': main }, '/app/v1'],
    ['go build', { 'go.mod': module('v2'), 'main.go': main }, '/app/v2'],
    ['go build', { 'go.mod': module('gopkg.in/tool.v3'), 'main.go': main }, '/app/tool.v3'],
    ['go build ./cmd/api', several, '/app/api'],
    ['go build ./cmd/api/', several, '/app/api'],
    ['go build example.com/shop/cmd/api', several, '/app/api'],
    ['go build ./v4', { 'go.mod': module('example.com/tool/v2'), 'v4/main.go': main }, '/app/v2'],
    ['go build ./cmd/v3', { 'go.mod': mod, 'cmd/v3/main.go': main }, '/app/cmd'],
    ['go build main.go util.go', { 'go.mod': mod, 'main.go': main, 'util.go': 'package main\n' }, '/app/main'],
    ['go build util.go main.go', { 'go.mod': mod, 'main.go': main, 'util.go': 'package main\n' }, '/app/util'],
    ['go build *.go', { 'go.mod': mod, 'main.go': main, 'app.go': 'package main\n' }, '/app/app'],
    ['go build cmd/api/main.go', several, '/app/main'],
    ['go build -C cmd/api', several, '/app/cmd/api/api'],
    ['go build -C cmd/api -o ../../bin/x', several, '/app/bin/x'],
    ['cd cmd/api && go build', several, '/app/cmd/api/api'],
    ['go build -o bin/ ./cmd/api', several, '/app/bin/api'],
    ['mkdir -p bin && go build -o bin ./cmd/api', several, '/app/bin/api'],
    ['go build -o cmd/api ./cmd/api', several, '/app/cmd/api/api'],
    ['go build -o . ./cmd/api', several, '/app/api'],
    ['go build -o=/srv/x ./cmd/api', several, '/srv/x'],
    ['go build --o /srv/x ./cmd/api', several, '/srv/x'],
    ['GOOS=windows go build', { 'go.mod': mod, 'main.go': main }, '/app/shop.exe'],
    ['env GOOS=linux go build -o /srv/x', { 'go.mod': mod, 'main.go': main }, '/srv/x'],
    ['export GOOS=windows; go build -o app', { 'go.mod': mod, 'main.go': main }, '/app/app'],
    ['go mod init example.com/made && go build', { 'main.go': main }, '/app/made'],
    ['exec go build', { 'go.mod': mod, 'main.go': main }, '/app/shop'],
  ])('%s', async (command, files, binary) => {
    expect(taken(await text(`${from}RUN ${command}\nCMD ["${binary}"]\n`, files))).toEqual([binary]);
  });

  it.each([
    ['go build -o bin/ ./...', ['/app/bin/api', '/app/bin/worker']],
    ['go build -o bin/ ./cmd/...', ['/app/bin/api', '/app/bin/worker']],
    ['go install ./...', ['/go/bin/api', '/go/bin/worker']],
    ['go install ./cmd/api ./cmd/worker', ['/go/bin/api', '/go/bin/worker']],
    ['GOBIN=/srv/bin go install ./cmd/...', ['/srv/bin/api', '/srv/bin/worker']],
    ['GOARCH=arm GOARM=7 go install ./cmd/...', ['/go/bin/linux_arm/api', '/go/bin/linux_arm/worker']],
  ])('%s makes several', async (command, binaries) => {
    expect(taken(await text(`${from}RUN ${command}\nCMD ["${binaries[0]!}"]\n`, several)).sort()).toEqual(binaries);
  });

  it('`./...` passes over modules of their own, tests and what is not compiled', async () => {
    const files = { ...several, 'tools/go.mod': module('example.com/tools'), 'tools/gen/main.go': main, 'hack/gen.go': `//go:build ignore\n\n${main}`, 'e2e/e2e_test.go': 'package main\n' };
    expect(taken(await text(`${from}RUN go build -o bin/ ./...\nCMD ["./bin/api"]\n`, files)).sort()).toEqual(['/app/bin/api', '/app/bin/worker']);
  });

  it('refuses a start that nothing of the build makes', async () => {
    await expect(text(`${from}RUN go build\nCMD ["/app/app"]\n`, { 'go.mod': module('awesomeProject'), 'main.go': main })).rejects.toThrow('nothing makes /app/app; the build makes /app/awesomeProject');
    await expect(text(`${from}RUN go build ./...\nCMD ["/app/api"]\n`, several)).rejects.toThrow('nothing makes /app/api');
  });

  it('takes one of two copies of a program, and links with what they point to', async () => {
    const files = { 'go.mod': mod, 'main.go': main };
    expect(taken(await text(`${from}RUN go build -o cli .\nWORKDIR /dist\nRUN cp /app/cli .\nENTRYPOINT ["/dist/cli"]\n`, files))).toEqual(['/dist/cli']);
    expect(taken(await text(`${from}RUN go install && go build\nCMD ["./shop"]\n`, files))).toEqual(['/app/shop']);
    expect(taken(await text(`${from}RUN go build -o cli . && ln -s /app/cli /usr/local/bin/cli\nENTRYPOINT ["cli"]\n`, files))).toContain('/app/cli');
  });

  it('finds what is installed for the home of a user', async () => {
    const dockerfile = 'FROM alpine:3.20\nRUN apk add --no-cache go && adduser -D app\nUSER app\nWORKDIR /home/app/src\nCOPY --chown=app . .\nRUN go install .\nCMD ["/home/app/go/bin/shop"]\n';
    expect(taken(await text(dockerfile, { 'go.mod': mod, 'main.go': main }))).toContain('/home/app/go/bin/shop');
  });

  it('starts what a package brings, with the binary beside it', async () => {
    const waits = runtimeOf(await text(`${from}RUN apt-get update && apt-get install -y wait-for-it\nRUN go build -o server .\nCMD ["wait-for-it", "db:5432", "--", "./server"]\n`, { 'go.mod': mod, 'main.go': main }));
    expect(waits).toContain('wait-for-it');
    expect(waits).toContain('/app/server');
  });

  it('takes programs in folders of the system that the build puts there', async () => {
    const probed = `${from}RUN go build -o /bin/app .\nHEALTHCHECK CMD ["/bin/app", "-ping"]\nENTRYPOINT ["/bin/app"]\n`;
    expect(taken(await text(probed, { 'go.mod': mod, 'main.go': main }))).toEqual(['/bin/app']);
    const fetched = `${from}RUN wget -qO/bin/probe https://example.com/probe-linux-amd64 && chmod +x /bin/probe\nRUN go build -o app .\nHEALTHCHECK CMD ["/bin/probe", "-addr=:80"]\nCMD ["./app"]\n`;
    expect(taken(await text(fetched, { 'go.mod': mod, 'main.go': main }))).toContain('/bin/probe');
  });
});

describe('go: flags that are merged into a build', () => {
  const files = { 'go.mod': mod, 'main.go': main };
  const built = async (command: string, before = ''): Promise<string> => builderOf(await text(`FROM golang:1.22\nWORKDIR /app\nCOPY . .\n${before}RUN ${command}\nCMD ["./app"]\n`, files));

  it.each([
    ['-ldflags "-X main.v=1"', '-ldflags "-s -w -X main.v=1"'],
    ["-ldflags='-X main.v=1'", "-ldflags='-s -w -X main.v=1'"],
    ['"-ldflags=-X main.v=1"', '"-ldflags=-s -w -X main.v=1"'],
    ['-ldflags="-X main.v=$(git describe --tags)"', '-ldflags="-s -w -X main.v=$(git describe --tags)"'],
    ['-ldflags "-X \'main.v=a b\' -X main.w=${VERSION}"', '-ldflags "-s -w -X \'main.v=a b\' -X main.w=${VERSION}"'],
    ["-ldflags '-X main.v='\"$VERSION\"", "-ldflags '-s -w -X main.v='\"$VERSION\""],
    ['-ldflags -X=main.v=$VERSION', '-ldflags "-s -w -X=main.v=$VERSION"'],
    ['-ldflags=-X=main.v="$VERSION"', '-ldflags="-s -w "-X=main.v="$VERSION"'],
    ['-ldflags="all=-X main.v=1"', '-ldflags="all=-s -w -X main.v=1"'],
    ['-ldflags=all="-X main.v=1"', '-ldflags=all="-s -w -X main.v=1"'],
    ['-ldflags=""', '-ldflags="-s -w"'],
    ['-ldflags="-s"', '-ldflags="-s"'],
    ['-ldflags=all="-s -w"', '-ldflags=all="-s -w"'],
    ['-ldflags="-w=0 -X main.v=1"', '-ldflags="-w=0 -X main.v=1"'],
  ])('%s', async (written, expected) => {
    expect(await built(`go build ${written} -o app .`, 'ARG VERSION=1\n')).toContain(`go build -trimpath ${expected} -o app .`);
  });

  it('leaves linker flags alone that variables bring', async () => {
    // The flag of the command line would take the place of that in GOFLAGS.
    expect(await built('go build -o app .', 'ENV GOFLAGS=-ldflags=-X=main.v=1\n')).toContain('go build -trimpath -o app .');
    expect(await built('GOFLAGS="-ldflags=-X=main.v=1" go build -o app .')).toContain('go build -trimpath -o app .');
    expect(await built('go build $FLAGS -o app .', 'ENV FLAGS="-ldflags=-X=main.v=1 -v"\n')).toContain('go build -trimpath $FLAGS -o app .');
    // What is not known may hold any: the last of two counts.
    expect(await built('go build $FLAGS -o app .', 'ARG FLAGS\n')).toContain('go build -trimpath -ldflags="-s -w" $FLAGS -o app .');
  });

  it('keeps what a debugger needs', async () => {
    const debug = await built('go build -gcflags="all=-N -l" -o app .');
    expect(debug).toContain('go build -gcflags="all=-N -l" -o app .');
    expect(await built('go build -gcflags="-m" -o app .')).toContain('-ldflags="-s -w" -gcflags="-m"');
  });

  it('keeps tags, targets, and tests', async () => {
    expect(await built('go vet ./... && go test -race ./... && GOOS=linux GOARCH=arm64 go build -tags "netgo osusergo" -o app .')).toMatch(/go vet \.\/\.\.\. && go test -race \.\/\.\.\. && CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -trimpath -ldflags="-s -w" -tags "netgo osusergo" -o app \./);
  });

  it('changes no tool that only serves the build', async () => {
    const tools = await text(`${from}RUN go install example.org/x/gen@latest && gen && go build -o app .\nCMD ["./app"]\n`, files);
    expect(tools).toContain('go install example.org/x/gen@latest && gen && CGO_ENABLED=0 go build');
  });

  it('reads exec form and heredocs', async () => {
    expect(await text(`${from}RUN ["go", "build", "-ldflags=-X=main.v=1", "-o", "app", "."]\nCMD ["./app"]\n`, files)).toContain('CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X=main.v=1" -o app .');
    const heredoc = await text(`${from}RUN <<EOF\nset -e\ncd /app\ngo build -o app .\nEOF\nCMD ["./app"]\n`, files);
    expect(heredoc).toContain('RUN --mount=type=cache,target=/root/.cache/go-build <<EOF\nset -e\ncd /app\nCGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o app .\nEOF\n');
    expect(taken(heredoc)).toEqual(['/app/app']);
  });

  it('quotes the words of `go run` for a shell', async () => {
    expect(await text(`${from}CMD ["go", "run", "-ldflags", "-X main.v=1", "."]\n`, files)).toContain("go build -trimpath -o /usr/local/bin/shop -ldflags '-X main.v=1' .");
  });

  it('gives -trimpath only to a Go that has it', async () => {
    const lines = 'WORKDIR /app\nCOPY . .\nRUN go build -o app .\nCMD ["./app"]\n';
    const without = { 'main.go': main };
    for (const head of ['FROM golang:1.12\n', 'FROM debian:buster\nRUN apt-get update && apt-get install -y golang\n', 'FROM alpine:3.9\nRUN apk add go\n', 'FROM debian:bookworm\nADD https://dl.google.com/go/go1.9.2.linux-amd64.tar.gz /tmp/\n']) expect(await text(head + lines, without)).not.toContain('-trimpath');
    for (const head of ['FROM golang:1.13\n', 'FROM golang\n', 'FROM golang:alpine\n', 'FROM debian:bookworm\nRUN apt-get update && apt-get install -y golang\n', 'FROM alpine\nRUN apk add go\n']) expect(await text(head + lines, without)).toContain('-trimpath');
  });
});

describe('go: cache mounts', () => {
  const files = { 'go.mod': module('example.com/shop', uuid), 'go.sum': '', 'main.go': main };
  const build = async (lines: string, head = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\n'): Promise<string> => text(`${head}${lines}CMD ["./app"]\n`, files);
  const modules = '--mount=type=cache,target=/go/pkg/mod';
  const compiled = '--mount=type=cache,target=/root/.cache/go-build';

  it('cover what is downloaded and compiled, and never what is installed', async () => {
    const proposal = await build('RUN go install . && go build -o app .\n');
    expect(proposal.match(/--mount=\S+/g)!.every((mount) => mount === modules || mount === compiled)).toBe(true);
    expect(proposal).toContain(`RUN ${modules} \\\n    ${compiled} \\\n    CGO_ENABLED=0 go install`);
  });

  it('follow GOPATH, GOMODCACHE, GOCACHE, XDG_CACHE_HOME and HOME', async () => {
    expect(await build('ENV GOPATH=/work GOCACHE=/cache/go\nRUN go build -o app .\n')).toMatch(/target=\/work\/pkg\/mod \\\n {4}--mount=type=cache,target=\/cache\/go /);
    expect(await build('RUN export GOMODCACHE=/m XDG_CACHE_HOME=/c && go build -o app .\n')).toMatch(/target=\/m \\\n {4}--mount=type=cache,target=\/c\/go-build /);
    expect(await build('ENV HOME=/srv/home\nRUN go build -o app .\n')).toContain('target=/srv/home/.cache/go-build');
    expect(await build('RUN GOCACHE=/tmp/x go build -o app .\n')).toContain('target=/tmp/x ');
    // One folder for the one RUN and another for the next: neither may be hidden from the other.
    expect(await build('RUN go mod download\nENV GOMODCACHE=/m\nRUN go build -o app .\n')).not.toMatch(/target=(?:\/go\/pkg\/mod|\/m)\b/);
  });

  it.each([
    'RUN go build -o app . && rm -rf /go/pkg /root/.cache\n',
    'RUN go build -o app . && rm -rf $GOPATH/pkg "$HOME/.cache"\n',
    'RUN go build -o app . && go clean -modcache -cache\n',
    'RUN go build -o app . && rm -rf /go /root\n',
  ])('are left out where a RUN removes the folders: %s', async (lines) => {
    expect(await build(lines)).not.toContain('--mount');
  });

  it.each([
    'RUN go mod download\nRUN cp $(go list -m -f "{{.Dir}}" github.com/google/uuid)/LICENSE .\nRUN go build -o app .\n',
    'RUN go mod download\nRUN cp -r /go/pkg/mod/github.com/google/uuid@v1.6.0 /data\nRUN go build -o app .\n',
    'RUN go mod download\nRUN cp -r $GOPATH/pkg/mod/github.com/google/uuid@v1.6.0 /data\nRUN go build -o app .\n',
    'RUN go mod download\nRUN GOPROXY=off go build -o app .\n',
    'RUN go mod download\nRUN --network=none go build -o app .\n',
  ])('of modules are left out where a later step needs them in a layer: %s', async (lines) => {
    expect(await build(lines)).not.toContain(modules);
  });

  it('are left out for other users than root, and when asked', async () => {
    expect(await build('RUN go mod download\nUSER 1000\nRUN go build -o app .\n')).not.toContain('--mount');
    expect(await build('RUN su nobody -c "go build -o app ."\n')).not.toContain('--mount');
    expect(await text(`${'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o app .\n'}CMD ["./app"]\n`, files, { cacheMounts: false })).not.toContain('--mount');
  });

  it('are where something is downloaded or compiled', async () => {
    const plain = { 'go.mod': mod, 'main.go': main };
    const proposal = await text('FROM golang:1.22\nWORKDIR /app\nCOPY go.* ./\nRUN go mod download\nCOPY . .\nRUN go build -o app .\nCMD ["./app"]\n', plain);
    expect(proposal).toContain('RUN go mod download\n');
    expect(proposal).not.toContain(modules);
    expect(await build('RUN go mod vendor\nRUN go build -o app .\n')).toContain(`RUN ${modules} \\\n    go mod vendor\n`);
    expect(runtimeOf(proposal)).not.toContain('--mount');
  });
});
