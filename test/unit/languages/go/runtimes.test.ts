import { describe, expect, it } from 'vitest';
import { describeImage } from '../../../../src/images/catalogue.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const goMod = 'module example.com/shop\n\ngo 1.22\n';
const program = (body: string, ...imports: string[]): string => `package main\n\nimport (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\nfunc main() {\n\t${body}\n}\n`;
const plain = { 'go.mod': goMod, 'main.go': program('fmt.Println("hello")', 'fmt') };
const cgo = { ...plain, 'c.go': 'package main\n\nimport "C"\n' };
const cxx = { ...cgo, 'c.cc': '' };

async function outcome(dockerfile: string, project: Record<string, string> = plain): Promise<{ image: string; runtime: string; findings: string }> {
  const result = await transform(dockerfile, memoryProject(project), {}, packagedTemplates());
  const findings = result.findings.map((item) => `${item.code}: ${item.message}`).join('\n');
  if (result.kind !== 'converted') return { image: findings, runtime: findings, findings };
  const runtime = result.text.slice(result.text.lastIndexOf('\nFROM ') + 1);
  return { image: runtime.slice(5, runtime.indexOf('\n')), runtime, findings };
}

const file = (image: string, ...lines: string[]): string => `FROM ${image}\n${lines.map((line) => `${line}\n`).join('')}WORKDIR /app\nCOPY . .\nRUN go build -o shop .\nCMD ["./shop"]\n`;

describe('go: the runtime of a dynamic binary', () => {
  it('is of a release that is not older than the builder\'s', async () => {
    for (const [tag, image] of [['1.13', 'debian12'], ['1.20.4', 'debian12'], ['1.22', 'debian12'], ['1.24-bookworm', 'debian12'], ['1.24', 'debian13'], ['1.26-trixie', 'debian13'], ['1.27', 'debian13']] as const) {
      expect((await outcome(file(`golang:${tag}`), cgo)).image, tag).toBe(`gcr.io/distroless/base-${image}`);
      expect((await outcome(file(`golang:${tag}`), cxx)).image, tag).toBe(`gcr.io/distroless/cc-${image}`);
    }
    expect((await outcome(file('golang:1.27-forky'), cgo)).image).toBe('debian:forky-slim');
    expect((await outcome(file('ubuntu:24.04', 'RUN apt-get update && apt-get install -y golang'), cgo)).image).toBe('ubuntu:24.04');
  });

  it('is Alpine of the builder\'s version for musl, with the C++ library where it is linked', async () => {
    const alpine = file('golang:1.22-alpine3.20', 'RUN apk add --no-cache build-base');
    expect((await outcome(alpine, cgo)).runtime).toMatch(/^FROM alpine:3\.20\n\nWORKDIR/);
    expect((await outcome(alpine, cxx)).runtime).toMatch(/^FROM alpine:3\.20\n\nRUN apk add --no-cache libstdc\+\+\n/);
  });

  it('has the libraries behind packages of headers', async () => {
    const vips = { ...plain, 'go.mod': `${goMod}\nrequire github.com/h2non/bimg v1.1.9\n`, 'main.go': program('', 'github.com/h2non/bimg') };
    expect((await outcome(file('golang:1.22-bookworm', 'RUN apt-get update && apt-get install -y --no-install-recommends libvips-dev'), vips)).runtime).toMatch(/^FROM debian:bookworm-slim\n[^]*install -y --no-install-recommends libvips42 /);
    expect((await outcome(file('golang:1.22-alpine', 'RUN apk add --no-cache build-base vips-dev'), vips)).runtime).toMatch(/^FROM alpine:3\.21\n[^]*apk add --no-cache vips(?:-cpp)?\b/);
  });
});

describe('go: the runtime of a static binary', () => {
  it('brings users, certificates and time zones into scratch', async () => {
    const uses = { ...plain, 'main.go': program('user.Current(); time.LoadLocation("Europe/Paris"); http.Get("https://example.com")', 'net/http', 'os/user', 'time') };
    expect((await outcome(file('golang:1.22'), uses)).runtime).toMatch(/^FROM scratch\n[^]*\/etc\/passwd \/etc\/group [^]*ca-certificates\.crt [^]*\/usr\/share\/zoneinfo /);
    // Debian 13 has the old names of zones in a package of its own; Go's archive has them.
    expect((await outcome(file('golang:1.27'), uses)).runtime).toMatch(/\/usr\/share\/zoneinfo \/usr\/share\/zoneinfo\n[^]*zoneinfo\.zip [^]*ENV ZONEINFO=/);
    expect((await outcome(file('golang:1.22'), uses)).runtime).not.toContain('zoneinfo.zip');
    expect((await outcome(file('golang:1.22'), { ...uses, 'zones.go': 'package main\n\nimport _ "time/tzdata"\n' })).runtime).not.toContain('zoneinfo');
  });
});

describe('go: base images that are not golang', () => {
  it('are known where they are distributions', async () => {
    for (const [image, install] of [['centos:7', 'yum install -y golang'], ['centos', 'yum install -y golang'], ['fedora:40', 'dnf install -y golang'], ['rockylinux:9', 'dnf install -y golang'], ['amazonlinux:2', 'yum install -y golang'], ['gliderlabs/alpine:3.4', 'apk add --update go']] as const) {
      expect((await outcome(file(image, `RUN ${install}`))).image, image).toBe('scratch');
    }
  });

  it('of Red Hat\'s relatives have an older libc, up to a release', async () => {
    expect((await outcome(file('rockylinux:9', 'RUN dnf install -y golang'), cgo)).image).toBe('gcr.io/distroless/base-debian12');
    expect((await outcome(file('fedora:42', 'RUN dnf install -y golang'), cgo)).image).toContain('runtime-lacks');
  });

  it('are taken for golang where only the registry differs, and the proposal says so', async () => {
    const copy = await outcome(file('registry.example.com/mirror/golang:1.22-alpine', 'RUN apk add --no-cache build-base'), cgo);
    expect(copy.image).toBe('alpine:3.21');
    expect(copy.findings).toContain('base-assumed');
    expect((await outcome(file('registry.example.com/golang:1.22.3-bookworm'))).image).toBe('scratch');
    for (const image of ['registry.example.com/golang:team-1', 'registry.example.com/golang', 'registry.example.com/bitnami/golang:1.22', 'someone/golang:1.22', 'registry.example.com/team/go:1.22']) {
      expect(describeImage(image), image).toBeUndefined();
    }
    expect((await outcome(file('golang:1.22'))).findings).not.toContain('base-assumed');
  });
});
