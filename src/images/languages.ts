import { compareVersions, on, systemPath, unique, words, type ImageConfig, type ImageFacts, type ImageKind, type System } from './facts.ts';
import type { ImageReference } from './reference.ts';
import { isMaintained, languageAlpine, languageSuites, languageVersion, suiteOfRelease } from './suites.ts';
import { alpine, certainly, debian, empty, perhaps, type DebianLevel } from './systems.ts';

/** System under a language image: Alpine, slim or full by its tag. */
function under(language: string, image: ImageReference, full: DebianLevel, slim: DebianLevel): { system: System; kind: ImageKind } {
  if (image.variant === 'alpine') {
    const { version, certain } = languageAlpine(language, image);
    return { system: alpine(version, certain), kind: 'alpine' };
  }
  const isSlim = image.parts.includes('slim');
  return { system: debian(languageSuites(language, image), isSlim ? slim : full), kind: isSlim ? 'slim' : 'full' };
}

const exactVersion = (image: ImageReference, parts: number): string | undefined => (image.version?.split('.').length === parts ? image.version : undefined);

function finish(facts: ImageFacts, language: string, image: ImageReference): ImageFacts {
  return { ...facts, endOfLife: facts.endOfLife || !isMaintained(language, image) };
}

/** Source: Dockerfile-linux.template of docker-library/golang, and the history of its onbuild folder. */
export function golang(image: ImageReference): ImageFacts {
  const { system, kind } = under('go', image, 'scm', 'scm');
  const version = exactVersion(image, 3);
  const line = languageVersion('go', image);
  const onbuild = image.variant === 'onbuild';
  const facts = on(kind === 'alpine' ? { ...system, certificates: true } : system, {
    kind: kind === 'slim' ? 'full' : kind,
    language: 'go',
    programs: ['go', 'gofmt', ...(kind === 'alpine' ? [] : ['gcc', 'cc', 'g++', 'c++', 'make', 'pkg-config', 'ld', 'ar', 'strip'])],
    config: {
      workdir: onbuild ? '/go/src/app' : '/go',
      env: {
        ...(line !== undefined && compareVersions(line, '1.21') >= 0 ? { GOTOOLCHAIN: 'local' } : {}),
        ...(version === undefined ? {} : { GOLANG_VERSION: version }),
        GOPATH: '/go',
        PATH: `/go/bin:/usr/local/go/bin:${systemPath}`,
      },
      ...(onbuild ? { cmd: ['go-wrapper', 'run'], onbuild: ['COPY . /go/src/app', 'RUN go-wrapper download', 'RUN go-wrapper install'] } : {}),
    },
  });
  return finish(facts, 'go', image);
}

/** Libraries that CPython's own modules are linked with, which the slim image therefore keeps. Source: the `ldd` step of its Dockerfile. */
function pythonLibraries(suites: readonly string[]): string[] {
  const bySuite: Readonly<Record<string, string>> = {
    buster: 'libffi6 libssl1.1 libreadline7 libgdbm6 libdb5.3 libsqlite3-0 libncursesw6 libexpat1',
    bullseye: 'libffi7 libssl1.1 libreadline8 libgdbm6 libdb5.3 libsqlite3-0 libncursesw6 libexpat1',
    bookworm: 'libffi8 libssl3 libreadline8 libgdbm6 libdb5.3 libsqlite3-0 libncursesw6',
    trixie: 'libffi8 libssl3 libssl3t64 libreadline8 libreadline8t64 libgdbm6 libgdbm6t64 libdb5.3 libdb5.3t64 libsqlite3-0 libncursesw6',
  };
  const lists = suites.map((suite) => words(bySuite[suite] ?? ''));
  return lists.length === 0 ? [] : lists[0]!.filter((name) => lists.every((list) => list.includes(name)));
}

/** Source: Dockerfile-linux.template of docker-library/python; its onbuild folders until 2018. */
export function python(image: ImageReference): ImageFacts {
  const { system, kind } = under('python', image, 'full', 'slim');
  const version = exactVersion(image, 3);
  const line = languageVersion('python', image);
  const major = line?.split('.')[0] ?? '3';
  const onbuild = image.variant === 'onbuild';
  const tk = kind === 'full' ? ['libx11-6', 'libxext6', 'libtk8.6', 'libtcl8.6', 'libbluetooth3', 'libuuid1'] : [];
  const facts = on(system, {
    kind,
    language: 'python',
    certificates: true,
    timezones: true,
    programs: words(`python python${major}${line?.includes('.') ? ` python${line}` : ''} pip pip${major} pydoc python-config${major === '3' ? ' idle' : ''}`),
    libraries: kind === 'alpine' ? words('libffi libexpat sqlite-libs libbz2 xz-libs ncurses-libs readline libuuid gdbm') : [...pythonLibraries(system.suites), ...tk],
    config: {
      cmd: [`python${major}`],
      env: {
        PATH: `/usr/local/bin:${systemPath}`,
        ...(line !== undefined && compareVersions(line, '3.13') >= 0 ? {} : { LANG: 'C.UTF-8' }),
        ...(version === undefined ? {} : { PYTHON_VERSION: version }),
      },
      ...(onbuild ? { workdir: '/usr/src/app', onbuild: ['COPY requirements.txt /usr/src/app/', 'RUN pip install --no-cache-dir -r requirements.txt', 'COPY . /usr/src/app'] } : {}),
    },
  });
  return finish(facts, 'python', image);
}

/** Source: the Dockerfile templates of nodejs/docker-node; the entry point script exists since May 2019. */
export function node(image: ImageReference): ImageFacts {
  const { system, kind } = under('node', image, 'full', 'slim');
  const version = exactVersion(image, 3);
  const line = languageVersion('node', image) ?? '';
  const major = Number(line.split('.')[0]);
  const onbuild = image.variant === 'onbuild';
  const facts = on(system, {
    kind,
    language: 'node',
    users: [{ name: 'root', uid: 0 }, { name: 'node', uid: 1000 }],
    programs: unique(['node', ...(kind === 'alpine' ? [] : ['nodejs']), 'npm', ...(major >= 8 ? ['npx'] : []), ...(major <= 25 ? ['yarn', 'yarnpkg'] : []), ...(major >= 16 && major <= 24 ? ['corepack'] : [])]),
    libraries: kind === 'alpine' ? ['libstdc++', 'libgcc'] : [],
    config: {
      ...(major >= 8 ? { entrypoint: ['docker-entrypoint.sh'] } : {}),
      cmd: onbuild ? ['npm', 'start'] : ['node'],
      env: version === undefined ? {} : { NODE_VERSION: version },
      ...(onbuild
        ? { workdir: '/usr/src/app', onbuild: ['ARG NODE_ENV', 'ENV NODE_ENV $NODE_ENV', 'COPY package.json /usr/src/app/', 'RUN npm install && npm cache clean --force', 'COPY . /usr/src/app'] }
        : {}),
    },
  });
  return finish(facts, 'node', image);
}

/** Source: the Dockerfile templates of rust-lang/docker-rust. */
export function rust(image: ImageReference): ImageFacts {
  const { system, kind } = under('rust', image, 'full', 'slim');
  return on(system, {
    kind,
    language: 'rust',
    certificates: true,
    programs: words('rustc cargo rustup gcc cc ld'),
    config: { env: { RUSTUP_HOME: '/usr/local/rustup', CARGO_HOME: '/usr/local/cargo', PATH: `/usr/local/cargo/bin:${systemPath}` } },
  });
}

/** Source: the dockerhub folder of oven-sh/bun. */
export function bun(image: ImageReference): ImageFacts {
  const distroless = image.variant === 'distroless';
  const system = image.variant === 'alpine' ? alpine(image.alpineVersion, image.alpineVersion !== undefined) : distroless ? empty('glibc') : debian(perhaps(['bullseye', 'bookworm', 'trixie']), 'slim');
  return on(system, {
    kind: image.variant === 'alpine' ? 'alpine' : distroless ? 'distroless' : image.parts.includes('slim') ? 'slim' : 'full',
    language: 'bun',
    users: [{ name: 'root', uid: 0 }, ...(distroless ? [] : [{ name: 'bun', uid: 1000 }])],
    programs: ['bun', ...(distroless ? [] : ['bunx'])],
    config: distroless
      ? { entrypoint: ['/usr/local/bin/bun'], cmd: [], env: {} }
      : { entrypoint: ['/usr/local/bin/docker-entrypoint.sh'], cmd: ['/usr/local/bin/bun'], workdir: '/home/bun/app', env: {} },
  });
}

/** Source: the Docker guide of astral-sh/uv: `uv:0.5.1-python3.12-bookworm-slim` is the Python image with uv on top. */
export function uv(image: ImageReference): ImageFacts {
  const base = uvBase(image);
  const tools = ['uv', 'uvx'];
  if (base === undefined) return on(empty('none'), { kind: 'distroless', language: 'python', programs: tools, config: { entrypoint: ['/uv'], cmd: [], workdir: '/io', env: {} } });
  const config: Partial<ImageConfig> = { entrypoint: [], cmd: ['/usr/local/bin/uv'], env: { UV_TOOL_BIN_DIR: '/usr/local/bin' } };
  if (base.version === undefined) {
    const system = base.reference.variant === 'alpine' ? alpine(base.reference.alpineVersion, base.reference.alpineVersion !== undefined) : debian(base.reference.suite ? certainly(base.reference.suite) : perhaps(['bookworm', 'trixie']), 'slim');
    return on({ ...system, certificates: true }, { kind: base.reference.variant === 'alpine' ? 'alpine' : 'slim', language: 'python', programs: tools, config });
  }
  const facts = python(base.reference);
  return { ...facts, languageVersion: base.version, programs: [...facts.programs, ...tools], config: { ...facts.config, ...config, env: { ...facts.config.env, ...config.env } } };
}

/** The Python (or Debian, Alpine) image that a tag of uv's names; undefined for the bare tool. */
export function uvBase(image: ImageReference): { version: string | undefined; reference: ImageReference } | undefined {
  const at = image.parts.findIndex((part) => /^(python\d[\d.]*|debian|alpine[\d.]*|bookworm|trixie)$/.test(part));
  if (at < 0) return undefined;
  const parts = image.parts.slice(at);
  const version = /^python(\d[\d.]*)$/.exec(parts[0]!)?.[1];
  const { version: _own, ...rest } = image;
  return { version, reference: { ...rest, parts: version === undefined ? parts : [version, ...parts.slice(1)], ...(version === undefined ? {} : { version }) } };
}

/** Source: ContinuumIO/docker-images. */
export function conda(image: ImageReference): ImageFacts {
  const system = image.variant === 'alpine' ? alpine(undefined, false) : debian(perhaps(['buster', 'bullseye', 'bookworm']), 'slim');
  return on(system, {
    kind: image.variant === 'alpine' ? 'alpine' : 'full',
    language: 'python',
    certificates: true,
    programs: words('conda python pip git wget bzip2 ssh ps hg svn'),
    config: { cmd: ['/bin/bash'], env: { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', PATH: `/opt/conda/bin:${systemPath}` } },
  });
}

/** Source: docker-library/buildpack-deps. */
export function buildpackDeps(image: ImageReference): ImageFacts {
  const level = image.parts.includes('curl') ? 'curl' : image.parts.includes('scm') ? 'scm' : 'full';
  const numbered = image.version === undefined ? undefined : suiteOfRelease('ubuntu', image.version) ?? suiteOfRelease('debian', image.version);
  const suite = image.suite ?? numbered;
  const system = debian(suite === undefined ? perhaps(['bookworm', 'trixie']) : certainly(suite), level);
  return on(system, { kind: 'full', config: {} });
}
