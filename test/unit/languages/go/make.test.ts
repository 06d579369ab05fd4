import { describe, expect, it } from 'vitest';
import { builderOf, main, module, runtimeOf, taken, text } from './convert.ts';

const mod = module('example.com/shop');
const files = { 'go.mod': mod, 'cmd/api/main.go': main, 'data.txt': '' };
const from = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\n';
const make = async (makefile: string, command = 'make', more: Record<string, string> = {}, start = '/app/bin/api'): Promise<string> => text(`${from}RUN ${command}\nCMD ["${start}"]\n`, { ...files, Makefile: makefile, ...more });
const build = 'go build -o bin/api ./cmd/api';

describe('go: builds through make', () => {
  it.each([
    ['the first target', `all:\n\t${build}\n`, 'make'],
    ['a target with what it needs', `all: build\nbuild: vet\n\t@${build}\nvet:\n\tgo vet ./...\n`, 'make all'],
    ['variables', 'BINARY ?= api\nOUT := bin/$(BINARY)\nPKG = ./cmd/${BINARY}\n\nbuild:\n\tgo build -o $(OUT) $(PKG)\n', 'make'],
    ['variables of the command line', 'OUT = other\nbuild:\n\tgo build -o $(OUT) ./cmd/api\n', 'make build OUT=bin/api'],
    ['variables of the environment', 'OUT ?= other\nbuild:\n\tgo build -o $(OUT) ./cmd/api\n', 'OUT=bin/api make build'],
    ['appended variables', 'FLAGS = -v\nFLAGS += -o bin/api\nbuild:\n\tgo build $(FLAGS) ./cmd/api\n', 'make'],
    ['variables of a target', 'build: OUT = bin/api\nbuild:\n\tgo build -o $(OUT) ./cmd/api\n', 'make build'],
    ['the name of the target', 'bin/api: $(wildcard cmd/api/*.go)\n\tgo build -o $@ ./cmd/api\n', 'make bin/api'],
    ['patterns', 'all: bin/api\nbin/%: cmd/%/main.go\n\tgo build -o $@ ./$(<D)\n', 'make'],
    ['functions', 'DIR = bin\nNAMES := $(notdir cmd/api)\nall: $(addprefix $(DIR)/,$(NAMES))\nbin/api:\n\tgo build -o $(DIR)/$(@F) ./cmd/$(@F)\n', 'make'],
    ['conditions', 'ifeq ($(OS),Windows_NT)\nEXT = .exe\nelse\nEXT =\nendif\nifdef EXT\nX = 1\nendif\nbuild:\n\tgo build -o bin/api$(EXT) ./cmd/api\n', 'make build'],
    ['what only the build knows, in flags', 'VERSION := $(shell git describe --tags 2>/dev/null || echo dev)\nLDFLAGS := -ldflags "-s -w -X main.version=$(VERSION) -X \'main.date=$(shell date)\'"\nbuild: ; go build $(LDFLAGS) -o bin/api ./cmd/api\n', 'make'],
    ['continued lines, and lines for the shell', 'build:\n\tmkdir -p bin && \\\n\t  cd cmd/api && \\\n\t  go build -o ../../bin/api .\n', 'make'],
    ['a further make', 'build:\n\t$(MAKE) compile OUT=bin/api\ncompile:\n\tgo build -o $(OUT) ./cmd/api\n', 'make build'],
    ['another file', 'all:\n\ttrue\n', 'make -f build.mk'],
    ['a file that is included', 'include build.mk\n-include missing.mk\n', 'make'],
    ['another folder', 'all:\n\ttrue\n', 'make -C cmd'],
    ['options', `all:\n\t${build}\n`, 'make -j4 -s --no-print-directory all'],
    ['documentation in comments', `.PHONY: help build\n.DEFAULT_GOAL := build\nhelp: ## Say it\n\t@echo help\nbuild: ## Build\n\t${build} # here\n`, 'make'],
  ])('%s', async (_, makefile, command) => {
    const proposal = await make(makefile, command, { 'build.mk': `mk:\n\t${build}\n`, 'cmd/Makefile': 'all:\n\tgo build -o ../bin/api ./api\n' });
    // Nothing but the binary: no unknown command may have written anything.
    expect(taken(proposal)).toEqual(['/app/bin/api']);
    expect(runtimeOf(proposal)).toContain('FROM scratch');
    expect(builderOf(proposal)).toMatch(new RegExp(`\\n {4}${command.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`));
  });

  it.each([
    ['other programs', `all:\n\tpython3 gen.py\n\t${build}\n`],
    ['files that are not at hand', `include missing.mk\nall:\n\t${build}\n`],
    ['a condition that is not known', `all: $(if $(shell ls),build,other)\nbuild:\n\t${build}\nother:\n\tpython3 gen.py\n`],
    ['rules that are made by calls', `$(eval $(call rules,api))\nall:\n\t${build}\n`],
    ['a target that nothing makes', `all: generated\n\t${build}\n`],
  ])('keeps the whole folder for %s', async (_, makefile) => {
    expect(taken(await make(makefile))).toContain('/app');
  });

  it('finds what is installed, by name', async () => {
    const installs = 'PREFIX ?= /usr/local\nbuild:\n\tgo build -o api ./cmd/api\ninstall: build\n\tinstall -d $(DESTDIR)$(PREFIX)/bin\n\tinstall -m 755 api $(DESTDIR)$(PREFIX)/bin/api\n';
    expect(taken(await text(`${from}RUN make install\nENTRYPOINT ["api"]\n`, { ...files, Makefile: installs }))).toContain('/usr/local/bin/api');
    expect(taken(await text(`${from}RUN make install\nENTRYPOINT ["api"]\n`, { ...files, Makefile: 'install:\n\tgo install ./cmd/...\n' }))).toEqual(['/go/bin/api']);
  });

  it('obeys what a Makefile says of cgo', async () => {
    expect(runtimeOf(await make(`export CGO_ENABLED=1\nall:\n\t${build}\n`))).toMatch(/^FROM gcr\.io\/distroless\/base/);
    expect(runtimeOf(await make(`all:\n\tCGO_ENABLED=0 ${build}\n`))).toMatch(/^FROM scratch/);
  });

  it('gives flags by a variable, which those of the Makefile replace, and nothing to a build for debugging', async () => {
    const plain = builderOf(await make(`all:\n\t${build}\n`));
    expect(plain).toContain('# For the go commands that make or a script runs\nENV CGO_ENABLED=0\nENV GOFLAGS="-trimpath -ldflags=-s"\nRUN');
    expect(builderOf(await make(`all:\n\t${build.replace('build', 'build -gcflags "all=-N -l"')}\n`))).not.toContain('GOFLAGS');
    expect(builderOf(await make(`all:\n\t${build}\n`, 'GOFLAGS=-mod=mod make'))).not.toContain('ENV GOFLAGS');
    // The environment would win over `?=`.
    expect(builderOf(await make(`GOFLAGS ?= -tags=live\nall:\n\tgo build $(GOFLAGS) -o bin/api ./cmd/api\n`))).not.toContain('ENV GOFLAGS');
  });

  it('keeps ENV and ARG that a Makefile may read', async () => {
    const proposal = await text(`${from}ARG VERSION=1\nENV STAGE=live\nRUN make\nCMD ["/app/bin/api"]\n`, { ...files, Makefile: `all:\n\t${build}\n` });
    expect(builderOf(proposal)).toContain('ARG VERSION=1\nENV STAGE=live\n');
  });
});

describe('go: builds through scripts', () => {
  const run = async (command: string, script: string, start = '/app/bin/api'): Promise<string> => text(`${from}RUN ${command}\nCMD ["${start}"]\n`, { ...files, 'scripts/build.sh': script });

  it.each([
    ['./scripts/build.sh', `#!/bin/sh\nset -e\n${build}\n`],
    ['sh scripts/build.sh', `set -e\n${build}\n`],
    ['bash -e ./scripts/build.sh bin/api', '#!/usr/bin/env bash\nOUT=${1:-other}\ngo build -o "$OUT" ./cmd/api\n'],
    ['chmod +x scripts/build.sh && scripts/build.sh', '#!/bin/bash\ncd "$(dirname "$0")/.."\ngo build -o bin/api ./cmd/api\n'],
    ['./scripts/build.sh', '#!/usr/bin/env bash\nROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"\nVERSION=$(git describe)\ngo build -ldflags "-X main.v=${VERSION}" -o "$ROOT/bin/api" ./cmd/api\n'],
    ['NAME=api ./scripts/build.sh', '#!/bin/sh\ngo build -o bin/$NAME ./cmd/$NAME\n'],
    ['sh -c "go build -o bin/api ./cmd/api"', ''],
  ])('%s: %s', async (command, script) => {
    expect(taken(await run(command, script))).toEqual(['/app/bin/api']);
  });

  it('keeps the whole folder where a script does more', async () => {
    expect(taken(await run('./scripts/build.sh', `#!/bin/sh\npython3 gen.py\n${build}\n`))).toContain('/app');
    expect(taken(await run('./scripts/other.sh', `#!/bin/sh\n${build}\n`).catch(() => '\nFROM x\nCOPY --from=builder /app /app'))).toContain('/app');
  });

  it.each(['mage build', 'task build', 'just build'])('takes what the start names after %s, with the folder that it worked in', async (command) => {
    expect(taken(await run(`go install example.org/tool@latest && ${command}`, ''))).toEqual(expect.arrayContaining(['/app']));
  });

  it('never puts flags into the text of the Dockerfile that belong to a script', async () => {
    expect(builderOf(await run('./scripts/build.sh', `#!/bin/sh\n${build}\n`))).toContain('\n    ./scripts/build.sh\n');
  });
});

describe('go: a start through make', () => {
  const start = async (makefile: string, cmd = 'CMD ["make", "run"]', lines = 'RUN make build\n'): Promise<string> => text(`${from}${lines}${cmd}\n`, { ...files, Makefile: makefile });

  it('is the program that the recipe runs', async () => {
    const makefile = `build:\n\t${build}\nrun: build\n\t./bin/api serve\n`;
    for (const cmd of ['CMD ["make", "run"]', 'CMD make run', 'ENTRYPOINT ["make", "run"]']) {
      const proposal = await start(makefile, cmd);
      expect(runtimeOf(proposal)).toContain('FROM scratch');
      expect(runtimeOf(proposal)).toMatch(/(?:CMD|ENTRYPOINT) \["\.\/bin\/api", "serve"\]/);
      expect(taken(proposal)).toEqual(['/app/bin/api']);
    }
  });

  it('is a build where the recipe runs `go run`', async () => {
    const proposal = await start('run:\n\tgo run ./cmd/api serve\n', 'CMD ["make", "run"]', '');
    expect(builderOf(proposal)).toContain('go build -trimpath -ldflags="-s -w" -o /usr/local/bin/api ./cmd/api');
    expect(runtimeOf(proposal)).toContain('CMD ["/usr/local/bin/api", "serve"]');
  });

  it.each(['run: build\n\tPORT=1 ./bin/api\n', 'run:\n\t./bin/api & ./bin/api\n', 'run:\n\tpython3 x.py\n\t./bin/api\n', 'other:\n\t./bin/api\n'])('is refused where the recipe does more: %j', async (recipe) => {
    await expect(start(`build:\n\t${build}\n${recipe}`)).rejects.toThrow(/make/);
  });
});
