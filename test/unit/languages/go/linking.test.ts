import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const program = (...imports: string[]): string => `package main\n\nimport (\n${imports.map((path) => `\t_ "${path}"\n`).join('')})\n\nfunc main() {}\n`;
const goMod = (...requires: string[]): string => `module example.com/shop\n\ngo 1.22\n\nrequire (\n${requires.map((line) => `\t${line}\n`).join('')})\n`;
const cFile = (tag = ''): string => `${tag === '' ? '' : `//go:build ${tag}\n\n`}package main\n\n// #include <math.h>\nimport "C"\n`;

/** The last stage's base image, and how the build is called; or the finding. */
async function outcome(dockerfile: string, project?: Record<string, string>): Promise<{ image: string; text: string; runtime: string; off: boolean; choice: string }> {
  const result = await transform(dockerfile, project === undefined ? unknownProject : memoryProject(project), {}, packagedTemplates());
  if (result.kind !== 'converted') {
    const text = result.findings.map((item) => `${item.code}: ${item.message}`).join('\n');
    return { image: text, text, runtime: text, off: false, choice: text };
  }
  const at = result.text.lastIndexOf('\nFROM ') + 6;
  return { image: result.text.slice(at, result.text.indexOf('\n', at)), text: result.text, runtime: result.text.slice(at), off: result.text.includes('CGO_ENABLED=0'), choice: result.plan.choice };
}

const from = (image: string, ...runs: string[]): string => `FROM ${image}\n${runs.map((run) => `RUN ${run}\n`).join('')}WORKDIR /app\nCOPY . .\n`;
const debian = from('golang:1.22');
const build = 'RUN go build -o shop .\n';
const start = 'CMD ["./shop"]\n';
const plain = { 'go.mod': goMod(), 'main.go': program('fmt') };
const dynamic = 'gcr.io/distroless/base-debian12';
const withCxx = 'gcr.io/distroless/cc-debian12';

describe('go: cgo is in use', () => {
  it('where the project imports "C"', async () => {
    expect(await outcome(`${debian}${build}${start}`, { ...plain, 'math.go': cFile() })).toMatchObject({ image: dynamic, off: false });
    expect(await outcome(`${debian}${build}${start}`, { ...plain, 'math.go': cFile(), 'math.cpp': '' })).toMatchObject({ image: withCxx, off: false });
    expect(await outcome(`${debian}${build}${start}`, { ...plain, 'math.go': '// import "C"\npackage main\n\nconst text = "import \\"C\\""\n' })).toMatchObject({ image: 'scratch', off: true });
  });

  it('where a module needs it, through another package of the project or a driver', async () => {
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('example.com/shop/db'), 'db/db.go': 'package db\n\nimport _ "github.com/mattn/go-sqlite3"\n' })).image).toBe(dynamic);
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('gorm.io/driver/sqlite') })).image).toBe(dynamic);
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('github.com/confluentinc/confluent-kafka-go/v2/kafka') })).image).toBe(dynamic);
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('github.com/marcboeker/go-duckdb') })).image).toBe(withCxx);
    // The packet decoders are Go; capturing is libpcap.
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('github.com/google/gopacket/layers') })).image).toBe('scratch');
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('github.com/google/gopacket/pcap') })).image).toBe(dynamic);
  });

  it('where plugins, the race detector or the build mode need it', async () => {
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('plugin') })).image).toBe(dynamic);
    expect((await outcome(`${debian}${build.replace('build', 'build -race')}${start}`, plain)).image).toBe(dynamic);
    expect((await outcome(`${debian}ENV CGO_ENABLED=0\n${build.replace('build', 'build -buildmode=pie')}${start}`, plain)).image).toBe(dynamic);
    expect((await outcome(`${debian}ENV CGO_ENABLED=0\n${build.replace('build', 'build -buildmode=exe')}${start}`, plain)).image).toBe('scratch');
    expect((await outcome(`${debian}ENV GOEXPERIMENT=boringcrypto\n${build}${start}`, plain)).image).toBe(dynamic);
  });

  it('and a library that loads others links the C library even without it', async () => {
    expect(await outcome(`${debian}ENV CGO_ENABLED=0\n${build}${start}`, { ...plain, 'main.go': program('github.com/ebitengine/purego') })).toMatchObject({ image: withCxx });
  });

  it('perhaps, where a module that others need, or headers, say so', async () => {
    const sums = (path: string): string => `${path} v1.0.0 h1:a=\n${path} v1.0.0/go.mod h1:b=\n`;
    const uses = { 'main.go': program('example.org/store'), 'go.mod': goMod('example.org/store v1.0.0', 'github.com/mattn/go-sqlite3 v1.0.0 // indirect'), 'go.sum': sums('github.com/mattn/go-sqlite3') };
    expect(await outcome(`${debian}${build}${start}`, uses)).toMatchObject({ image: dynamic, off: false });
    expect((await outcome(`${debian}${build}${start}`, { ...uses, 'go.mod': goMod('example.org/store v1.0.0', 'example.org/go-opencv v1.0.0 // indirect'), 'go.sum': sums('example.org/go-opencv') })).image).toBe(withCxx);
    expect((await outcome(`${from('golang:1.22', 'apt-get update && apt-get install -y libfoo1 libmagic-dev')}${build}${start}`, { 'main.go': program('example.org/files'), 'go.mod': goMod('example.org/files v1.0.0') })).image).toContain('-slim');
  });
});

describe('go: cgo is not in use', () => {
  it('where files are for other systems, or have pure Go beside them', async () => {
    for (const file of [{ 'c_windows.go': cFile() }, { 'c.go': cFile('darwin') }, { 'c.go': cFile('never') }, { 'c_test.go': cFile() }, { 'c.go': cFile('cgo'), 'pure.go': '//go:build !cgo\n\npackage main\n\nfunc root() {}\n' }]) {
      expect(await outcome(`${debian}${build}${start}`, { ...plain, ...file } as Record<string, string>)).toMatchObject({ image: 'scratch', off: true });
    }
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'c.go': cFile('cgo'), 'stub.go': '//go:build !cgo\n\npackage main\n\nfunc root() { panic("needs cgo") }\n' })).image).toBe(dynamic);
    expect((await outcome(`${debian}${build.replace('build', 'build -tags never')}${start}`, { ...plain, 'c.go': cFile('never') })).image).toBe(dynamic);
  });

  it('where only tests, tools or another program of the project import the module', async () => {
    const mod = goMod('github.com/mattn/go-sqlite3 v1.14.22', 'gorm.io/driver/sqlite v1.5.5', 'gorm.io/gorm v1.25.7');
    const file = program('gorm.io/driver/sqlite');
    expect(await outcome(`${debian}${build}${start}`, { ...plain, 'go.mod': mod, 'main_test.go': file })).toMatchObject({ image: 'scratch', off: true });
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'go.mod': mod, 'tools.go': `//go:build tools\n\n${file}` })).image).toBe('scratch');
    expect((await outcome(`${debian}RUN go build -o shop ./cmd/shop\n${start}`, { 'go.mod': mod, 'cmd/shop/main.go': program('fmt'), 'cmd/seed/main.go': file })).image).toBe('scratch');
    expect((await outcome(`${debian}RUN go build -o shop ./cmd/seed\n${start}`, { 'go.mod': mod, 'cmd/shop/main.go': program('fmt'), 'cmd/seed/main.go': file })).image).toBe(dynamic);
  });

  it('where a module is required only for what others test with', async () => {
    const main = program('gorm.io/driver/postgres', 'gorm.io/gorm');
    const mod = goMod('gorm.io/driver/postgres v1.5.7', 'gorm.io/gorm v1.25.7', 'github.com/mattn/go-sqlite3 v1.14.22 // indirect');
    expect((await outcome(`${debian}${build}${start}`, { 'main.go': main, 'go.mod': mod.replace('go 1.22', 'go 1.16') })).image).toBe('scratch');
    // Since Go 1.17 it is only named when a package of it is imported, here by the project's tests.
    expect((await outcome(`${debian}${build}${start}`, { 'main.go': main, 'go.mod': mod })).image).toBe(dynamic);
    expect((await outcome(`${debian}${build}${start}`, { 'main.go': main, 'main_test.go': program('gorm.io/driver/sqlite'), 'go.mod': mod.replace('\tgorm.io/gorm', '\tgorm.io/driver/sqlite v1.5.5\n\tgorm.io/gorm') })).image).toBe('scratch');
    // The driver itself is required through another module: that one uses it.
    expect((await outcome(`${debian}${build}${start}`, { 'main.go': main, 'go.mod': goMod('gorm.io/gorm v1.25.7', 'gorm.io/driver/sqlite v1.5.5 // indirect', 'github.com/mattn/go-sqlite3 v1.14.22 // indirect') })).image).toBe(dynamic);
    // go.sum has no more than its go.mod: nothing of it is compiled.
    expect((await outcome(`${debian}${build}${start}`, { 'main.go': program('example.org/store'), 'go.mod': goMod('example.org/store v1.0.0', 'github.com/mattn/go-sqlite3 v1.14.22 // indirect'), 'go.sum': 'github.com/mattn/go-sqlite3 v1.14.22/go.mod h1:b=\n' })).image).toBe('scratch');
  });

  it('where the vendor folder has all packages, and none of them needs it', async () => {
    const vendored = { 'main.go': program('example.org/kafka'), 'go.mod': goMod('example.org/kafka v1.0.0'), 'vendor/modules.txt': '# example.org/kafka v1.0.0\nexample.org/kafka\n', 'vendor/example.org/kafka/kafka.go': 'package kafka\n\nimport "example.org/wire"\n' };
    const wire = (text: string): Record<string, string> => ({ ...vendored, 'vendor/example.org/wire/wire.go': text });
    const withHeaders = from('golang:1.22', 'apt-get update && apt-get install -y librdkafka-dev');
    expect((await outcome(`${withHeaders}${build}${start}`, wire('package wire\n'))).image).toBe('scratch');
    expect((await outcome(`${debian}${build}${start}`, wire('package wire\n\nimport "C"\n'))).image).toBe(dynamic);
    expect((await outcome(`${debian}${build}${start}`, wire('package wire\n\nimport _ "github.com/mattn/go-sqlite3"\n'))).image).toBe(dynamic);
  });

  it('where the builder has no C compiler', async () => {
    const sqlite = { ...plain, 'main.go': program('github.com/mattn/go-sqlite3') };
    expect(await outcome(`${from('golang:1.22-alpine')}${build}${start}`, sqlite)).toMatchObject({ image: 'scratch', off: true });
    expect((await outcome(`${from('golang:1.22-alpine')}${build}${start}`)).image).toMatch(/^(?:scratch|gcr.io\/distroless\/static)/);
    for (const compiler of ['apk add --no-cache gcc musl-dev', 'apk add build-base', 'apk add $PACKAGES', './install.sh']) {
      expect((await outcome(`${from('golang:1.22-alpine', compiler)}${build}${start}`, sqlite)).image).toBe('alpine:3.21');
    }
  });
});

describe('go: CGO_ENABLED', () => {
  it('is read wherever it is set', async () => {
    const sqlite = { ...plain, 'main.go': program('github.com/mattn/go-sqlite3') };
    for (const set of ['ENV CGO_ENABLED=0\nRUN go build -o shop .\n', 'ENV CGO_ENABLED 0\nRUN go build -o shop .\n', 'ARG CGO_ENABLED=0\nRUN go build -o shop .\n', 'RUN CGO_ENABLED=0 go build -o shop .\n', 'RUN export CGO_ENABLED=0 && go build -o shop .\n', 'RUN go env -w CGO_ENABLED=0\nRUN go build -o shop .\n', 'RUN export GOOS=linux CGO_ENABLED=0; go build -o shop .\n']) {
      expect((await outcome(`${debian}${set}${start}`, sqlite)).image, set).toBe('scratch');
      expect((await outcome(`${debian}${set.replace(/0(?!.*0)/, '1')}${start}`, plain)).image, set).toBe(dynamic);
    }
    expect((await outcome(`${debian}ARG CGO\nRUN CGO_ENABLED=$CGO go build -o shop .\n${start}`, plain)).image).toBe(dynamic);
  });

  it('of several builds decides for all; where one leaves it open, the imports do', async () => {
    const two = (first: string, second: string): string => `${debian}RUN ${first}go build -o shop . && ${second}go build -o seed ./seed\n${start}`;
    const files = { ...plain, 'seed/main.go': program('fmt') };
    expect(await outcome(two('CGO_ENABLED=0 ', ''), files)).toMatchObject({ image: 'scratch', off: true });
    expect((await outcome(two('CGO_ENABLED=0 ', 'CGO_ENABLED=1 '), files)).image).toBe(dynamic);
    expect((await outcome(two('CGO_ENABLED=0 ', ''), { ...files, 'seed/c.go': cFile() })).image).toBe(dynamic);
  });

  it('is read in the Makefile that builds', async () => {
    const make = (set: string): Record<string, string> => ({ ...plain, 'go.mod': goMod('example.org/x v1.0.0'), Makefile: `build:\n\t${set}go build -o shop .\n` });
    expect((await outcome(`${debian}RUN make build\n${start}`, make('CGO_ENABLED=0 '))).image).toMatch(/^(?:scratch|gcr.io\/distroless\/static)/);
    expect((await outcome(`${debian}RUN make build\n${start}`, make('CGO_ENABLED=1 '))).image).toBe(dynamic);
    expect((await outcome(`${debian}RUN make build\n${start}`, make('CGO_ENABLED=$(shell ./cgo.sh) '))).image).toBe(dynamic);
    expect(await outcome(`${debian}RUN make build\n${start}`, make(''))).toMatchObject({ image: expect.stringMatching(/^(?:scratch|gcr.io\/distroless\/static)/), off: true });
  });

  it('does not matter where the linker links statically', async () => {
    const own = { ...plain, 'math.go': cFile() };
    for (const flags of [`-ldflags '-linkmode external -extldflags "-static"'`, `-ldflags="-w -extldflags=-static"`, `-ldflags "-extldflags '-lm -static'"`, '-ldflags="-linkmode external -extldflags \\"-static\\""']) {
      expect((await outcome(`${debian}RUN go build ${flags} -o shop .\n${start}`, own)).image, flags).toBe('scratch');
    }
    for (const flags of ['-ldflags "-extldflags -static-libgcc"', '-ldflags "-X main.mode=-static-"']) {
      expect((await outcome(`${debian}RUN go build ${flags} -o shop .\n${start}`, own)).image, flags).toBe(dynamic);
    }
  });
});

describe('go: programs of others', () => {
  it('may need the C library, wherever they are downloaded to', async () => {
    const starts = (program: string): string => `ENTRYPOINT ["${program}", "--"]\nCMD ["/app/shop"]\n`;
    for (const [get, path] of [
      ['ADD https://example.com/v1/tini /tini', '/tini'],
      ['ADD https://example.com/v1/tini /usr/local/bin/tini', '/usr/local/bin/tini'],
      ['RUN curl -fsSLo /tini https://example.com/v1/tini', '/tini'],
      ['RUN mkdir -p /opt/init && curl -fsSL https://example.com/init.tgz | tar xz -C /opt/init', '/opt/init/init'],
      ['RUN curl -fsSLo /tmp/tini https://example.com/v1/tini && mv /tmp/tini /sbin/tini', '/sbin/tini'],
    ] as const) {
      expect((await outcome(`${debian}${build}${get}\nRUN chmod +x ${path}\n${starts(path)}`, plain)).image, get).toBe(withCxx);
    }
    expect((await outcome(`${debian}${build}ADD https://example.com/v1/tini-static /tini\nRUN chmod +x /tini\n${starts('/tini')}`, plain)).image).toMatch(/^(?:scratch|gcr.io\/distroless\/static)/);
  });
});

describe('go: shared libraries of the project', () => {
  it('are taken along where a binary may be linked with them', async () => {
    const own = { ...plain, 'c.go': 'package main\n\n// #cgo LDFLAGS: -L${SRCDIR}/lib -lfoo -Wl,-rpath,/app/lib\nimport "C"\n', 'lib/libfoo.so': '', 'lib/libfoo.so.1': '', 'docs/guide.md': '' };
    const { runtime } = await outcome(`${debian}${build}${start}`, own);
    expect(runtime).toContain('COPY --from=builder /app/lib ./lib');
    expect(runtime).not.toContain('docs');
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'lib/libfoo.so': '' })).runtime).not.toContain('lib');
  });
});

describe('go: what cannot be taken along', () => {
  it('refuses a module whose binary reads the folder that it was downloaded to', async () => {
    expect((await outcome(`${debian}${build}${start}`, { ...plain, 'main.go': program('github.com/yanyiwu/gojieba') })).text).toContain('unsupported-shape: github.com/yanyiwu/gojieba reads files');
  });
});
