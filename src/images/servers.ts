import data from './data/suites.json' with { type: 'json' };
import { compareVersions, on, systemPath, words, type ImageFacts, type System } from './facts.ts';
import type { ImageReference } from './reference.ts';
import { resolveName, suiteOfRelease } from './suites.ts';
import { alpine, busybox, certainly, debian, empty, perhaps, redHat, ubuntu } from './systems.ts';

/** Source: docker-library/debian (debuerreotype). */
export function debianImage(image: ImageReference): ImageFacts {
  const named = image.suite ?? (image.version === undefined ? undefined : suiteOfRelease('debian', image.version));
  const slim = image.parts.includes('slim');
  const suites = named === undefined ? perhaps(['bookworm', data.debian.stable]) : certainly(resolveName(named));
  return on(debian(suites, slim ? 'slim' : 'standard'), { kind: slim ? 'slim' : 'full', config: {} });
}

/** Source: Canonical's ubuntu image. */
export function ubuntuImage(image: ImageReference): ImageFacts {
  const named = image.suite ?? (image.version === undefined ? undefined : suiteOfRelease('ubuntu', image.version));
  return on(ubuntu(named === undefined ? perhaps(['noble', data.ubuntu.latest]) : certainly(named)), { kind: 'full', config: {} });
}

/** Source: docker-library's alpine. */
export function alpineImage(image: ImageReference): ImageFacts {
  const version = image.version?.split('.').slice(0, 2).join('.');
  const exact = version !== undefined && version.includes('.');
  return on(alpine(exact ? version : data.alpine.latest, exact), { kind: 'alpine', config: {} });
}

/**
 * CentOS, Fedora and their relatives: a shell and a package manager. Sources: the kickstart files and Dockerfiles of their images in docker-library/official-images.
 * The suite is the release's number, `amzn2` for Amazon's.
 */
export function redHatImage(image: ImageReference): ImageFacts {
  const release = /^(?:centos|stream)?(\d+)/.exec(image.tag ?? '')?.[1];
  // CentOS ended with 8; `latest` stayed there.
  const latest = image.name === 'centos' && (image.tag ?? 'latest') === 'latest';
  const suite = latest ? '8' : image.name === 'amazonlinux' ? `amzn${release === '2018' ? '1' : (release ?? '2023')}` : image.name === 'fedora' && release !== undefined ? `f${release}` : release;
  return on(redHat(suite, 'dnf'), { kind: 'full', config: {}, ...(latest ? { suiteCertain: false } : {}), endOfLife: image.name === 'centos' && image.registry === undefined });
}

/** Source: docker-library/busybox. */
export function busyboxImage(image: ImageReference): ImageFacts {
  return on(busybox(image.parts.includes('musl') ? 'musl' : 'glibc'), { kind: 'slim', config: {} });
}

export function scratch(): ImageFacts {
  return { ...on(empty('none'), { kind: 'scratch', users: [], config: {} }), config: { env: {} } };
}

function nginxSuite(image: ImageReference): string {
  const rows = data.nginx as [string, string][];
  const version = image.version;
  if (version === undefined || !version.includes('.')) return data.debian.stable;
  return rows.find(([upTo]) => upTo === '' || compareVersions(version.split('.').slice(0, 2).join('.'), upTo) <= 0)![1];
}

/** Source: nginxinc/docker-nginx and nginxinc/docker-nginx-unprivileged (uid 101, port 8080). */
export function nginx(image: ImageReference, unprivileged: boolean): ImageFacts {
  const onAlpine = image.variant === 'alpine';
  const bare = onAlpine && image.parts.includes('slim');
  const system: System = onAlpine ? alpine(image.alpineVersion, image.alpineVersion !== undefined) : debian(image.suite === undefined ? perhaps([nginxSuite(image)]) : certainly(image.suite), 'slim');
  return on(system, {
    kind: 'server',
    certificates: true,
    timezones: true,
    users: [{ name: 'root', uid: 0 }, { name: 'nginx', uid: 101 }],
    programs: ['nginx', 'envsubst', ...(bare ? [] : ['curl'])],
    config: {
      entrypoint: ['/docker-entrypoint.sh'],
      cmd: ['nginx', '-g', 'daemon off;'],
      exposed: [unprivileged ? '8080' : '80'],
      stopSignal: 'SIGQUIT',
      env: {},
      ...(unprivileged ? { user: '101' } : {}),
    },
  });
}

/** Source: GoogleContainerTools/distroless: static.bzl, base.bzl, python.bzl, nodejs.bzl, java.bzl. */
export function distroless(image: ImageReference): ImageFacts | undefined {
  const found = /^(static|base-nossl|base|cc|python3|nodejs|java-base|java)(\d*)(?:-debian(\d+))?$/.exec(image.name);
  if (!found) return undefined;
  const [, what = '', version = '', debianVersion] = found;
  const language = { python3: 'python', nodejs: 'node', java: 'java' }[what];
  const debug = image.parts.includes('debug');
  const nonroot = image.parts.includes('nonroot');
  const suite = debianVersion === undefined ? undefined : suiteOfRelease('debian', debianVersion);
  const pythonOf: Readonly<Record<string, string>> = { buster: '3.7', bullseye: '3.9', bookworm: '3.11', trixie: '3.13' };
  const python = pythonOf[suite ?? ''];
  const entrypoint = what === 'nodejs' ? ['/nodejs/bin/node'] : what === 'java' ? ['/usr/bin/java', '-jar'] : what === 'python3' ? [`/usr/bin/python${python ?? '3'}`] : debug ? ['/busybox/sh'] : undefined;
  const openssl = suite === 'trixie' ? words('libssl3 libssl3t64 zlib1g libzstd1') : suite === 'bookworm' ? ['libssl3'] : suite === 'bullseye' ? ['libssl1.1'] : [];
  const system: System = {
    ...empty(what === 'static' ? 'none' : 'glibc'),
    ...(suite === undefined ? {} : { suite }),
    suiteCertain: suite !== undefined,
    suites: suite === undefined ? [] : [suite],
    shell: debug ? 'sh' : 'none',
    programs: debug ? ['sh', 'busybox', 'wget', 'ls', 'cat'] : [],
    libraries: what === 'static' ? [] : ['libc6', ...(what === 'base-nossl' ? [] : openssl), ...(['cc', 'python3', 'nodejs', 'java', 'java-base'].includes(what) ? ['libgcc-s1', 'libstdc++6'] : [])],
    certificates: true,
    timezones: true,
    endOfLife: suite !== undefined && data.debian.endOfLife.includes(suite),
  };
  const facts = on(system, {
    kind: 'distroless',
    ...(language === undefined ? {} : { language, languageVersion: language === 'python' ? (python ?? '3') : version }),
    users: [{ name: 'root', uid: 0 }, { name: 'nonroot', uid: 65532 }],
    programs: what === 'python3' ? ['python', 'python3'] : what === 'java' ? ['java'] : [],
    config: {
      ...(entrypoint === undefined ? {} : { entrypoint }),
      env: { PATH: debug ? `${systemPath}:/busybox` : systemPath, SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt', ...(what.startsWith('java') || what === 'python3' ? { LANG: 'C.UTF-8' } : {}) },
      user: nonroot ? '65532' : '0',
      workdir: nonroot ? '/home/nonroot' : '/',
    },
  });
  const { cmd: _none, ...config } = facts.config;
  return { ...facts, config };
}
