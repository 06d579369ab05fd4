import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

/** A program that starts others. */
const starts = (...names: string[]): Record<string, string> => ({ 'go.mod': 'module example.com/shop\n\ngo 1.22\n', 'main.go': `package main\n\nimport "os/exec"\n\nfunc main() {\n${names.map((name) => `\texec.Command("${name}", "-x").Run()\n`).join('')}}\n` });
const cgo = { ...starts('ffmpeg'), 'c.go': 'package main\n\nimport "C"\n' };

async function outcome(dockerfile: string, project: Record<string, string>): Promise<string> {
  const result = await transform(dockerfile, memoryProject(project), {}, packagedTemplates());
  return result.kind === 'converted' ? result.text.slice(result.text.lastIndexOf('\nFROM ') + 1) : result.findings.map((item) => `${item.code}: ${item.message}`).join('\n');
}

const file = (image: string, ...lines: string[]): string => `FROM ${image}\n${lines.map((line) => `${line}\n`).join('')}WORKDIR /app\nCOPY . .\nRUN go build -o shop .\nCMD ["./shop"]\n`;

describe('go: packages of the runtime stage', () => {
  it('asks nobody where the original asks nobody, and never for the area', async () => {
    expect(await outcome(file('golang:1.22-bookworm', 'ENV DEBIAN_FRONTEND=noninteractive', 'RUN apt-get update && apt-get install -y ffmpeg'), starts('ffmpeg'))).toContain('DEBIAN_FRONTEND=noninteractive apt-get install -y ffmpeg');
    expect(await outcome(file('ubuntu:22.04', 'RUN apt-get update && apt-get install -y golang ffmpeg tzdata'), starts('ffmpeg'))).toMatch(/DEBIAN_FRONTEND=noninteractive apt-get install -y .*tzdata/);
  });

  it('come with what they recommend, unless the Dockerfile leaves it out', async () => {
    const own = await outcome(file('golang:1.22-bookworm', 'RUN apt-get update && apt-get install -y ffmpeg && apt-get install -y --no-install-recommends imagemagick'), starts('ffmpeg', 'convert'));
    expect(own).toMatch(/^FROM debian:bookworm-slim\n\nRUN apt-get update \\\n {4}&& apt-get install -y ffmpeg \\\n {4}&& apt-get install -y --no-install-recommends imagemagick \\\n/);
    expect(await outcome(file('golang:1.22-bookworm', `RUN echo 'APT::Install-Recommends "false";' > /etc/apt/apt.conf.d/99`, 'RUN apt-get update && apt-get install -y ffmpeg'), starts('ffmpeg'))).toContain('apt-get install -y --no-install-recommends ffmpeg');
  });

  it('keep their pinned versions, and the ARGs that name them', async () => {
    expect(await outcome(file('golang:1.22-bookworm', 'RUN apt-get update && apt-get install -y ffmpeg=7:5.1.6-0+deb12u1'), starts('ffmpeg'))).toContain('apt-get install -y ffmpeg=7:5.1.6-0+deb12u1');
    const pinned = await outcome(file('golang:1.22-bookworm', 'ARG VERSION=7:5.1.6', 'RUN apt-get update && apt-get install -y ffmpeg=${VERSION}'), starts('ffmpeg'));
    expect(pinned).toContain('ARG VERSION=7:5.1.6');
    expect(pinned).toContain('apt-get install -y ffmpeg=${VERSION}');
    const empty = await outcome(file('golang:1.22-bookworm', 'ARG LANGUAGE=', 'RUN apt-get update && apt-get install -y tesseract-ocr', 'RUN if [ -n "$LANGUAGE" ]; then apt-get install -y tesseract-ocr-${LANGUAGE}; fi'), starts('tesseract'));
    expect(empty).toMatch(/ARG LANGUAGE=\n[^]*apt-get install -y tesseract-ocr \\\n {4}&& if \[ -n "\$LANGUAGE" \]; then apt-get install -y tesseract-ocr-\$\{LANGUAGE\}; fi \\\n/);
    expect(empty).not.toMatch(/tesseract-ocr- /);
  });

  it('come from the suite of the builder, where its packages are still there', async () => {
    expect(await outcome(file('golang:1.24', 'RUN apt-get update && apt-get install -y ffmpeg'), cgo)).toMatch(/^FROM debian:trixie-slim\n/);
    expect(await outcome(file('golang:1.20.4', 'RUN apt-get update && apt-get install -y ffmpeg'), starts('ffmpeg'))).toMatch(/^FROM debian:bullseye-slim\n/);
    expect(await outcome(file('golang:1.13', 'RUN apt-get update && apt-get install -y ffmpeg'), starts('ffmpeg'))).toMatch(/^FROM debian:bookworm-slim\n\n# Debian's servers no longer have the packages of buster\n/);
    expect(await outcome(file('golang:1.13', 'RUN apt-get update && apt-get install -y libmagic-dev'), { ...cgo, ...starts(), 'c.go': cgo['c.go'] })).toMatch(/^FROM debian:buster-slim\n/);
  });

  it('come from the mirror that the Dockerfile names', async () => {
    const mirror = 'sed -i s/packages.example.org/mirror.example.com/ /etc/apk/repositories';
    expect(await outcome(file('golang:1.22-alpine', `RUN ${mirror} && apk add --no-cache ffmpeg`), starts('ffmpeg'))).toContain(`RUN ${mirror} \\\n    && apk add --no-cache ffmpeg\n`);
  });

  it('come from further repositories, which are named again', async () => {
    const key = 'RUN curl -fsSL https://example.com/key.asc -o /usr/share/keyrings/example.asc && echo "deb [signed-by=/usr/share/keyrings/example.asc] https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list';
    const proposal = await outcome(file('golang:1.22-bookworm', key, 'RUN apt-get update && apt-get install -y make example-browser'), starts('example-browser'));
    expect(proposal).toMatch(/# To reach the package repository\nRUN apt-get update \\\n {4}&& apt-get install -y --no-install-recommends ca-certificates curl /);
    expect(proposal).toContain(key);
    expect(proposal).toContain('apt-get install -y example-browser');
    expect(proposal).not.toContain('make');
    expect(await outcome(file('golang:1.22-alpine', 'RUN apk add --no-cache --repository https://example.com/testing example-browser'), starts('example-browser'))).toContain('apk add --no-cache --repository https://example.com/testing example-browser');
    expect(await outcome(file('golang:1.22-bookworm', 'RUN echo "deb https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list && ./prepare.sh && apt-get update && apt-get install -y example-browser'), starts('example-browser'))).toContain('unsupported-shape: example-browser comes from a package repository');
  });
});

describe('go: packages of further repositories', () => {
  const node = (base: string, ...lines: string[]): string => file(base, ...lines);

  it('are not taken from the distribution, which has other versions', async () => {
    const proposal = await outcome(node('golang:1.22-bookworm', 'RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash -', 'RUN apt-get update && apt-get install -y nodejs'), starts('node'));
    expect(proposal).toContain('RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash -');
    // The repository serves the build alone.
    expect(await outcome(node('golang:1.22-bookworm', 'RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash -', 'RUN apt-get update && apt-get install -y nodejs ffmpeg'), starts('ffmpeg'))).not.toContain('nodesource');
  });

  it('need what names the repository', async () => {
    const proposal = await outcome(node('ubuntu:22.04', 'RUN apt-get update && apt-get install -y software-properties-common golang', 'RUN add-apt-repository ppa:example/tools', 'RUN apt-get update && apt-get install -y ffmpeg'), starts('ffmpeg'));
    expect(proposal).toMatch(/install -y --no-install-recommends ca-certificates software-properties-common \\\n[^]*RUN add-apt-repository ppa:example\/tools\n[^]*install -y ffmpeg/);
  });

  it('that are files are not there again', async () => {
    expect(await outcome(node('golang:1.22-bookworm', 'RUN curl -fsSLO https://example.com/tool.deb && apt-get update && apt-get install -y ./tool.deb'), starts('git'))).toContain('unsupported-shape: ./tool.deb is installed from a file');
  });
});

describe('go: programs', () => {
  const curl = 'HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1';

  it('that are the same everywhere come from Alpine, for a static binary', async () => {
    expect(await outcome(file('golang:1.22', curl), starts())).toMatch(/^FROM alpine:3\n\nRUN apk add --no-cache curl\n/);
    expect(await outcome(file('golang:1.22', 'RUN apt-get update && apt-get install -y curl jq', curl), starts('jq'))).toMatch(/^FROM alpine:3\n\nRUN apk add --no-cache (?:curl jq|jq curl)\n/);
    expect(await outcome(file('golang:1.22'), starts('/usr/bin/git'))).toMatch(/^FROM alpine:3\n\nRUN apk add --no-cache git openssh-client\n/);
  });

  it('come from the builder\'s distribution otherwise', async () => {
    expect(await outcome(file('golang:1.22', curl), { ...starts(), 'c.go': 'package main\n\nimport "C"\n' })).toMatch(/^FROM debian:bookworm-slim\n\nRUN apt-get update [^]*install -y --no-install-recommends curl /);
    expect(await outcome(file('golang:1.22-bookworm', 'RUN apt-get update && apt-get install -y curl=7.88.1-10', curl), starts())).toMatch(/^FROM debian:bookworm-slim\n/);
    expect(await outcome(file('golang:1.22-bookworm', 'RUN apt-get update && apt-get install -y tini').replace('CMD [', 'ENTRYPOINT ["/usr/bin/tini", "--", ').replace('"./shop"]', '"./shop"]'), starts())).toMatch(/^FROM debian:bookworm-slim\n/);
    // Arguments and output of these are GNU's.
    expect(await outcome(file('golang:1.22'), starts('ls'))).toMatch(/^FROM debian:bookworm-slim\n/);
  });

  it('of the project are scripts, whose own programs are needed', async () => {
    const files = { ...starts('scripts/convert.sh'), 'scripts/convert.sh': '#!/bin/bash\nset -e\njq . "$1"\n' };
    const proposal = await outcome(file('golang:1.22', 'RUN apt-get update && apt-get install -y jq'), files);
    expect(proposal).toMatch(/^FROM alpine:3\n\nRUN apk add --no-cache (?:jq bash|bash jq)\n/);
    expect(proposal).toContain('/app/scripts');
    expect(await outcome(file('golang:1.22'), starts('./missing.sh'))).toMatch(/^FROM scratch\n/);
  });

  it('that modules start are there, if they were there before', async () => {
    const getter = { ...starts(), 'main.go': 'package main\n\nimport _ "github.com/hashicorp/go-getter"\n\nfunc main() {}\n' };
    expect(await outcome(file('golang:1.22'), getter)).toContain('apk add --no-cache git openssh-client');
    expect(await outcome(file('golang:1.22-alpine'), getter)).not.toContain('git');
  });

  it('that build web pages are no programs of the runtime, even where the sources are not at hand', async () => {
    const dockerfile = (install: string): string => file('golang:1.22', `RUN ${install}`);
    const unseen = async (install: string): Promise<string> => {
      const result = await transform(dockerfile(install), unknownProject, {}, packagedTemplates());
      return result.kind === 'converted' ? 'converted' : result.findings[0]!.code;
    };
    expect(await unseen('npm install -g @angular/cli@17 grunt-cli')).toBe('converted');
    expect(await unseen('gem install sass bundler')).toBe('converted');
    expect(await unseen('npm install -g pm2')).toBe('unknown-command');
    expect(await unseen('pip install awscli')).toBe('unknown-command');
    expect(await outcome(dockerfile('pip install awscli'), starts('ffmpeg'))).toMatch(/^FROM /);
  });
});
