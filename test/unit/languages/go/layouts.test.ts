import { describe, expect, it } from 'vitest';
import { builderOf, library, main, module, runtimeOf, taken, text, uuid } from './convert.ts';

const mod = module('example.com/shop', uuid);
const start = 'CMD ["/app/server"]\n';
const files = { 'go.mod': mod, 'go.sum': '', 'main.go': main };

/** Lines of the builder from the download's comment to the download. */
const layerOf = (proposal: string): string[] => {
  const lines = builderOf(proposal).split('\n').map((line) => line.trim());
  const from = lines.indexOf('# Modules first: they stay cached while only sources change');
  return from < 0 ? [] : lines.slice(from + 1, lines.findIndex((line, at) => at > from && line.endsWith('go mod download')) + 1).filter((line) => !line.startsWith('RUN --mount'));
};

describe('go: modules before the sources', () => {
  it('for a module in the root, in a folder, and where WORKDIR is elsewhere', async () => {
    expect(layerOf(await text(`FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n${start}`, files))).toEqual(['COPY go.mod go.sum ./', 'go mod download']);
    const nested = Object.fromEntries(Object.entries(files).map(([name, value]) => [`api/${name}`, value]));
    expect(layerOf(await text(`FROM golang:1.22\nWORKDIR /src\nCOPY . .\nWORKDIR /src/api\nRUN go build -o /app/server .\n${start}`, nested))).toEqual(['COPY api/go.mod api/go.sum ./api/', 'cd /src/api && go mod download']);
    expect(layerOf(await text(`FROM golang:1.22\nCOPY api /app\nRUN cd /app && go build -o server .\n${start}`, nested))).toEqual(['COPY api/go.mod api/go.sum /app/', 'cd /app && go mod download']);
    expect(layerOf(await text(`FROM golang:1.22\nADD ./api /app\nWORKDIR /app\nRUN go build -o server .\n${start}`, nested))).toEqual(['COPY api/go.mod api/go.sum ./', 'go mod download']);
  });

  it('in the folder that the base image sets', async () => {
    expect(layerOf(await text(`FROM golang:1.22\nCOPY . .\nRUN go build -o /app/server .\n${start}`, files))).toEqual(['COPY go.mod go.sum ./', 'go mod download']);
    expect(layerOf(await text(`FROM golang:1.22\nCOPY . ./src/shop\nRUN cd src/shop && go build -o /app/server .\n${start}`, files))).toEqual(['COPY go.mod go.sum /go/src/shop/', 'cd /go/src/shop && go mod download']);
  });

  it('for files that are copied one by one', async () => {
    const one = { ...files, 'pkg/x/x.go': library };
    const brought = await text(`FROM golang:1.22\nWORKDIR /app\nCOPY go.mod .\nCOPY go.sum .\nCOPY main.go .\nCOPY pkg ./pkg\nRUN go build -o server .\n${start}`, one);
    expect(brought).toMatch(/COPY go\.sum \.\nRUN \S+ \\\n {4}go mod download\nCOPY main\.go \./);
    expect(layerOf(await text(`FROM golang:1.22\nWORKDIR /app\nCOPY main.go .\nCOPY pkg ./pkg\nCOPY go.mod go.sum ./\nRUN go build -o server .\n${start}`, one))).toEqual(['COPY go.mod go.sum ./', 'go mod download']);
  });

  it('for the modules of a workspace, with all their manifests', async () => {
    const workspace = {
      'go.work': 'go 1.22\n\nuse (\n\t./api // first\n\t./lib\n)\nuse ./tools\n',
      'go.work.sum': '',
      'api/go.mod': module('example.com/api', uuid, 'require example.com/lib v0.0.0', 'replace example.com/lib => ../lib'),
      'api/go.sum': '',
      'api/main.go': main,
      'lib/go.mod': module('example.com/lib'),
      'lib/lib.go': library,
      'tools/go.mod': module('example.com/tools'),
      'tools/main.go': main,
    };
    const dockerfile = `FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go build -o /app/server ./api\n${start}`;
    // The module that is built is known by its package.
    const expected = ['COPY go.work go.work.sum ./', 'COPY api/go.mod api/go.sum ./api/', 'COPY lib/go.mod ./lib/', 'COPY tools/go.mod ./tools/', 'go mod download'];
    expect(layerOf(await text(dockerfile, workspace))).toEqual(expected);
    expect(layerOf(await text(dockerfile.replace('RUN go', 'WORKDIR /src/api\nRUN go').replace('./api', '.'), workspace))).toEqual(expected);
    const outside = 'cd api && GOWORK=off go build -o /app/server .';
    expect(layerOf(await text(dockerfile.replace('go build -o /app/server ./api', outside), workspace))).toEqual([]);
    // Without the manifest of one of them, the download would fail.
    const { 'tools/go.mod': _, ...lacking } = workspace;
    expect(layerOf(await text(dockerfile, lacking))).toEqual([]);
  });

  it('with the go.mod of folders that take the place of modules', async () => {
    const replaced = { 'api/go.mod': module('example.com/api', uuid, 'require example.com/lib v0.0.0', 'replace (\n\texample.com/lib v0.0.0 => ../lib\n)'), 'api/go.sum': '', 'api/main.go': main, 'lib/go.mod': module('example.com/lib'), 'lib/lib.go': library };
    const dockerfile = `FROM golang:1.22\nWORKDIR /src/api\nCOPY lib ../lib\nCOPY api .\nRUN go build -o /app/server .\n${start}`;
    const proposal = await text(dockerfile, replaced);
    expect(layerOf(proposal)).toEqual(['COPY api/go.mod api/go.sum ./', 'COPY lib/go.mod /src/lib/', 'go mod download']);
    expect(proposal.indexOf('go mod download')).toBeLessThan(proposal.indexOf('COPY lib ../lib'));
    // The folder comes from somewhere else.
    const { 'lib/go.mod': _, ...lacking } = replaced;
    expect(layerOf(await text(dockerfile, lacking))).toEqual([]);
  });

  it('not for vendored modules', async () => {
    const vendored = { ...files, 'vendor/modules.txt': '# github.com/google/uuid v1.6.0\n', 'vendor/github.com/google/uuid/uuid.go': 'package uuid\n' };
    for (const command of ['go build -o server .', 'go build -mod=vendor -o server .']) {
      const proposal = await text(`FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN ${command}\n${start}`, vendored);
      expect(proposal).not.toContain('go mod download');
      expect(proposal).not.toContain('/go/pkg/mod');
      expect(proposal).toContain(command.replace('go build', 'go build -trimpath -ldflags="-s -w"'));
    }
  });

  it.each([
    'RUN git config --global url."https://x@example.com/".insteadOf "https://example.com/"',
    'RUN echo "machine example.com login x password y" > /root/.netrc',
    'RUN mkdir -p -m 0600 ~/.ssh && ssh-keyscan example.com >> ~/.ssh/known_hosts',
    'COPY .netrc /root/.netrc',
    'ENV GOPRIVATE=example.com',
    'ARG GOPROXY',
    'RUN go env -w GOPRIVATE=example.com',
    'RUN go mod edit -replace example.com/x=./x',
    'RUN sed -i s/a/b/ go.mod',
    'RUN rm go.sum && go mod tidy',
    'ENV GO111MODULE=off',
  ])('not before what the download needs: %s', async (line) => {
    expect(layerOf(await text(`FROM golang:1.22\nWORKDIR /app\nCOPY . .\n${line}\nRUN go build -o server .\n${start}`, { ...files, '.netrc': '' }).catch(() => ''))).toEqual([]);
  });

  it('not before a setting that only the build has', async () => {
    for (const command of ['GOPRIVATE=example.com go build -o server .', 'export GOPROXY=direct && go build -o server .', 'apk add git && go build -o server .', 'go build -modfile=other.mod -o server .']) expect(layerOf(await text(`FROM golang:1.22-alpine\nWORKDIR /app\nCOPY . .\nRUN ${command}\n${start}`, files))).toEqual([]);
    expect(layerOf(await text(`FROM golang:1.22-alpine\nWORKDIR /app\nCOPY . .\nRUN apk add --no-cache git\nRUN go build -o server .\n${start}`, files))).toEqual(['COPY go.mod go.sum ./', 'go mod download']);
    expect(layerOf(await text(`FROM golang:1.22-alpine\nENV GOPRIVATE=example.com\nARG TOKEN\nRUN git config --global url.x.insteadOf y\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n${start}`, files))).toEqual(['COPY go.mod go.sum ./', 'go mod download']);
    expect(layerOf(await text(`FROM golang:1.12\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n${start}`, files))).toEqual([]);
    expect(layerOf(await text(`FROM golang:1.12\nENV GO111MODULE=on\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n${start}`, files))).toEqual(['COPY go.mod go.sum ./', 'go mod download']);
  });

  it('with the secrets and the owner that the build has', async () => {
    const secret = await text(`FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN --mount=type=secret,id=netrc,target=/root/.netrc go build -o server .\n${start}`, files);
    expect(builderOf(secret).match(/--mount=type=secret,id=netrc,target=\/root\/\.netrc/g)).toHaveLength(2);
    const owned = `FROM golang:1.22\nWORKDIR /app\nUSER 1000\nCOPY --chown=1000 . .\nRUN go build -o server .\n${start}`;
    expect(layerOf(await text(owned, files))[0]).toBe('COPY --chown=1000 go.mod go.sum ./');
    expect(layerOf(await text(owned.replace('--chown=1000 ', ''), files))).toEqual([]);
  });

  it('is valid without BuildKit when asked', async () => {
    const proposal = await text(`FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n${start}`, files, { cacheMounts: false });
    expect(proposal).toContain('COPY go.mod go.sum ./\nRUN go mod download\n');
    expect(proposal).not.toMatch(/--mount|<</);
  });

  it('keeps the order of lines where there is nothing to download', async () => {
    expect(await text(`FROM golang:1.22\nADD . /go/src/shop\nWORKDIR /go/src/shop\nRUN go build -o /app/server .\n${start}`, { 'main.go': main })).toContain('ADD . /go/src/shop\nWORKDIR /go/src/shop\n');
  });
});

describe('go: layouts from before modules', () => {
  it.each([
    ['WORKDIR /go/src/example.com/shop\nCOPY . .\nRUN go get -d -v ./... && go install -v ./...\nCMD ["shop"]', '/go/bin/shop'],
    ['ADD . /go/src/example.com/shop\nRUN go install example.com/shop\nENTRYPOINT /go/bin/shop', '/go/bin/shop'],
    ['RUN go get github.com/tools/godep\nCOPY . /go/src/example.com/shop\nWORKDIR /go/src/example.com/shop\nRUN godep go install -v .\nENTRYPOINT ["shop"]', '/go/bin/shop'],
    ['RUN go get github.com/tools/godep\nCOPY . /go/src/example.com/shop\nRUN cd /go/src/example.com/shop && godep go build -o /srv/shop\nENTRYPOINT ["/srv/shop"]', '/srv/shop'],
    ['WORKDIR /go/src/example.com/shop\nCOPY . .\nRUN go get -u github.com/golang/dep/cmd/dep && dep ensure && go build -o /srv/shop .\nCMD ["/srv/shop"]', '/srv/shop'],
    ['WORKDIR /go/src/example.com/v2\nCOPY . .\nRUN go install .\nCMD ["v2"]', '/go/bin/v2'],
  ])('%s', async (lines, binary) => {
    for (const sources of [undefined, { 'main.go': main }]) {
      const proposal = await text(`FROM golang:1.9\n${lines}\n`, sources);
      expect(taken(proposal)).toContain(binary);
      expect(builderOf(proposal)).not.toMatch(/-trimpath|go mod/);
    }
  });

  it('flags of a build go behind the tool in front of it', async () => {
    expect(await text('FROM golang:1.9\nCOPY . /go/src/shop\nWORKDIR /go/src/shop\nRUN godep go install -v .\nCMD ["shop"]\n', { 'main.go': main })).toContain('CGO_ENABLED=0 godep go install -ldflags="-s -w" -v .');
  });

  it('takes the name of the start where the sources are not at hand to name the module', async () => {
    const proposal = await text('FROM golang:1.22\nWORKDIR /app\nADD . /app\nRUN go install -mod vendor\nENTRYPOINT ["rudder"]\n');
    expect(runtimeOf(proposal)).toContain('COPY --from=builder /go/bin/rudder /usr/local/bin/rudder');
  });
});

describe('go: programs of others', () => {
  it('that the go command installs and the start names are what is built', async () => {
    const moved = 'FROM alpine:3.7\nENV GOPATH=/gocode\nRUN apk add --no-cache --virtual .go go git musl-dev \\\n && go get github.com/mailhog/MailHog \\\n && mv /gocode/bin/MailHog /usr/local/bin \\\n && rm -rf /gocode && apk del .go\nENTRYPOINT ["MailHog"]\n';
    expect(taken(await text(moved, {}))).toContain('/usr/local/bin/MailHog');
    expect(taken(await text('FROM golang:1.22\nRUN go install example.org/x/cmd/serve/v2@latest\nCMD ["serve", "-v"]\n', {}))).toEqual(['/etc/mime.types', '/go/bin/serve']);
  });
});
