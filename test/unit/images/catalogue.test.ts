import { describe, expect, it } from 'vitest';
import { describeImage, imageSize } from '../../../src/images/catalogue.ts';

const facts = (text: string) => {
  const found = describeImage(text);
  if (!found) throw new Error(`${text} is unknown`);
  return found;
};

describe('describeImage', () => {
  it('does not know derived, private, Windows and digest-only images', () => {
    for (const text of ['bitnami/python:3.12', 'registry.example.com/python:3.12', 'localhost:5000/node', 'tiangolo/uvicorn-gunicorn', 'constructor', '', 'python@sha256:0123', 'mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-ltsc2022', 'golang:1.22-windowsservercore']) {
      expect(describeImage(text), text).toBeUndefined();
    }
  });

  it.each([
    ['python:3.12', { kind: 'full', language: 'python', libc: 'glibc', family: 'debian', bash: true, packageManager: 'apt', certificates: true }],
    ['python:3.12-slim', { kind: 'slim', language: 'python', certificates: true, timezones: true }],
    ['python:3.12-alpine', { kind: 'alpine', libc: 'musl', family: 'alpine', bash: false, shell: 'sh', packageManager: 'apk' }],
    ['node:20-slim', { kind: 'slim', language: 'node', certificates: false }],
    ['golang:1.22', { kind: 'full', language: 'go', certificates: true }],
    ['golang:1.22-alpine', { kind: 'alpine', libc: 'musl', timezones: false }],
    ['rust:1.75', { kind: 'full', language: 'rust' }],
    ['rustlang/rust:nightly-slim', { kind: 'slim', language: 'rust' }],
    ['debian:bookworm-slim', { kind: 'slim', certificates: false, timezones: true, suite: 'bookworm', suiteCertain: true }],
    ['ubuntu:22.04', { family: 'ubuntu', suite: 'jammy', timezones: false, certificates: false }],
    ['alpine:3.19', { suite: '3.19', suiteCertain: true, certificates: true, timezones: false }],
    ['scratch', { kind: 'scratch', libc: 'none', shell: 'none', packageManager: 'none' }],
    ['busybox', { shell: 'sh', packageManager: 'none' }],
    ['eclipse-temurin:17-jre', { kind: 'runtime', language: 'java', languageVersion: '17', family: 'ubuntu' }],
    ['eclipse-temurin:17-jdk-alpine', { kind: 'sdk', libc: 'musl' }],
    ['maven:3.9-eclipse-temurin-17', { kind: 'sdk', language: 'java', languageVersion: '17', family: 'ubuntu' }],
    ['maven:3-jdk-8', { language: 'java', languageVersion: '8', family: 'debian' }],
    ['gradle:8.5-jdk17-alpine', { languageVersion: '17', libc: 'musl' }],
    ['openjdk:17', { family: 'rhel', endOfLife: true }],
    ['openjdk:11-jre-slim', { family: 'debian', kind: 'runtime' }],
    ['amazoncorretto:17', { family: 'rhel', kind: 'sdk' }],
    ['oven/bun:1', { language: 'bun', kind: 'full' }],
    ['ghcr.io/astral-sh/uv:python3.12-bookworm-slim', { language: 'python', languageVersion: '3.12', suite: 'bookworm', kind: 'slim' }],
    ['continuumio/miniconda3', { language: 'python', bash: true }],
    ['gcr.io/distroless/static-debian12', { kind: 'distroless', libc: 'none', shell: 'none', certificates: true, timezones: true }],
    ['gcr.io/distroless/python3-debian12:nonroot', { language: 'python', languageVersion: '3.11', suite: 'bookworm' }],
    ['mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled', { kind: 'distroless', shell: 'none', language: 'dotnet' }],
  ])('%s', (text, expected) => expect(facts(text)).toMatchObject(expected));

  it('describes every way to write the same image alike', () => {
    for (const text of ['docker.io/library/python:3.12', 'library/python:3.12', 'public.ecr.aws/docker/library/python:3.12', 'python:3.12@sha256:0123']) expect(facts(text)).toEqual(facts('python:3.12'));
  });

  it.each([
    ['node:20', ['docker-entrypoint.sh'], ['node']],
    ['node:6', undefined, ['node']],
    ['python:3.12', undefined, ['python3']],
    ['python:2.7', undefined, ['python2']],
    ['golang:1.22', undefined, ['bash']],
    ['golang:1.22-alpine', undefined, ['/bin/sh']],
    ['nginx:alpine', ['/docker-entrypoint.sh'], ['nginx', '-g', 'daemon off;']],
    ['maven:3.9-eclipse-temurin-17', ['/usr/local/bin/mvn-entrypoint.sh'], ['mvn']],
    ['eclipse-temurin:17', ['/__cacert_entrypoint.sh'], ['jshell']],
    ['eclipse-temurin:17-jre', ['/__cacert_entrypoint.sh'], ['/bin/bash']],
    ['gcr.io/distroless/nodejs20-debian12', ['/nodejs/bin/node'], undefined],
    ['gcr.io/distroless/java17-debian12', ['/usr/bin/java', '-jar'], undefined],
    ['gcr.io/distroless/base-debian12', undefined, undefined],
    ['ubuntu', undefined, ['/bin/bash']],
    ['debian', undefined, ['bash']],
  ])('%s starts %j %j', (text, entrypoint, cmd) => {
    const { config } = facts(text);
    expect(config.entrypoint).toEqual(entrypoint);
    expect(config.cmd).toEqual(cmd);
  });

  it('hands down environment, folder, user and ports', () => {
    expect(facts('golang:1.22').config).toMatchObject({ workdir: '/go', env: { GOPATH: '/go', GOTOOLCHAIN: 'local' } });
    expect(facts('golang:1.20').config.env).not.toHaveProperty('GOTOOLCHAIN');
    expect(facts('nginx').config).toMatchObject({ exposed: ['80'], stopSignal: 'SIGQUIT' });
    expect(facts('nginxinc/nginx-unprivileged:alpine').config).toMatchObject({ exposed: ['8080'], user: '101' });
    expect(facts('gcr.io/distroless/static:nonroot').config).toMatchObject({ user: '65532', workdir: '/home/nonroot' });
    expect(facts('python:3.12').config.env).toMatchObject({ LANG: 'C.UTF-8' });
    expect(facts('python:3.13').config.env).not.toHaveProperty('LANG');
    expect(facts('node:20').users).toContainEqual({ name: 'node', uid: 1000 });
    expect(facts('gradle:8-jdk17').config).toMatchObject({ workdir: '/home/gradle', volumes: ['/home/gradle/.gradle'] });
    for (const text of ['python', 'node', 'golang', 'alpine', 'nginx']) expect(facts(text).config.env.PATH).toContain('/usr/bin');
  });

  it('knows the ports and users of .NET before and after 8', () => {
    expect(facts('mcr.microsoft.com/dotnet/aspnet:6.0').config.env).toMatchObject({ ASPNETCORE_URLS: 'http://+:80' });
    expect(facts('mcr.microsoft.com/dotnet/sdk:6.0').config.env).toMatchObject({ ASPNETCORE_URLS: '' });
    expect(facts('mcr.microsoft.com/dotnet/aspnet:7.0').users.map((user) => user.name)).not.toContain('app');
    const eight = facts('mcr.microsoft.com/dotnet/aspnet:8.0');
    expect(eight.config.env).toMatchObject({ ASPNETCORE_HTTP_PORTS: '8080', APP_UID: '1654' });
    expect(eight.config.user).toBeUndefined();
    expect(eight.users).toContainEqual({ name: 'app', uid: 1654 });
    expect(facts('mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled').config.user).toBe('1654');
    expect(facts('mcr.microsoft.com/dotnet/aspnet:6.0-jammy-chiseled').config.env).toMatchObject({ ASPNETCORE_URLS: 'http://+:8080' });
    expect(facts('mcr.microsoft.com/dotnet/aspnet:8.0-alpine').config.env).toMatchObject({ DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: 'true' });
    expect(facts('mcr.microsoft.com/dotnet/sdk:10.0')).toMatchObject({ family: 'ubuntu', suite: 'noble' });
  });

  it('tells what -onbuild images do', () => {
    expect(facts('python:3-onbuild').config.onbuild).toHaveLength(3);
    expect(facts('node:8-onbuild').config).toMatchObject({ cmd: ['npm', 'start'], workdir: '/usr/src/app' });
    expect(facts('golang:1.8-onbuild').config.onbuild![0]).toBe('COPY . /go/src/app');
    expect(facts('python:3').config.onbuild).toBeUndefined();
  });

  it.each([
    ['python:3.12-bookworm', ['bookworm'], true],
    ['python:3.12', ['bookworm', 'trixie'], false],
    ['python:3.8', ['bookworm'], false],
    ['python:3.6', ['bullseye'], false],
    ['python:3.11.4', ['bookworm'], false],
    ['python:3.11.2', ['bullseye'], false],
    ['python', ['bookworm', 'trixie'], false],
    ['python:3.99', ['trixie'], false],
    ['golang:1.22', ['bookworm'], false],
    ['golang:1.24', ['trixie'], false],
    ['golang:1.13', ['buster'], false],
    ['node:20', ['bookworm'], false],
    ['node:24', ['bookworm'], false],
    ['node:16', ['buster'], false],
    ['node:lts', ['bookworm'], false],
    ['node:iron', ['bookworm'], false],
    ['rust:1.60', ['bullseye'], false],
    ['node:20-bullseye-slim', ['bullseye'], true],
    ['debian:12', ['bookworm'], true],
    ['debian:stable', ['trixie'], true],
    ['node:8-onbuild', [], false],
  ])('%s may be on %j', (text, suites, certain) => {
    const found = facts(text);
    expect([...found.suites]).toEqual(suites);
    expect(found.suite).toBe(suites.at(-1));
    expect(found.suiteCertain).toBe(certain);
  });

  it('lists programs and libraries of full images, and not those of slim ones', () => {
    const full = facts('python:3.12-bookworm');
    const slim = facts('python:3.12-slim-bookworm');
    for (const program of ['git', 'curl', 'wget', 'gcc', 'make', 'python3.12', 'pip', 'bash', 'ps', 'convert', 'ssh']) expect(full.programs).toContain(program);
    for (const program of ['git', 'curl', 'wget', 'gcc', 'ps', 'convert']) expect(slim.programs).not.toContain(program);
    for (const library of ['libpq5', 'libmariadb3', 'libglib2.0-0', 'libmagic1', 'libxml2', 'libgomp1', 'libcairo2']) {
      expect(full.libraries).toContain(library);
      expect(slim.libraries).not.toContain(library);
    }
    for (const library of ['libffi8', 'libssl3', 'libsqlite3-0', 'zlib1g', 'libc6']) expect(slim.libraries).toContain(library);
    expect(facts('node:20-bookworm').libraries).toContain('libpq5');
    expect(facts('node:20-bullseye').libraries).toContain('libffi7');
  });

  it('claims only what all suites have when the suite is open', () => {
    const { libraries } = facts('python:3.12');
    expect(libraries).toContain('libpq5');
    expect(libraries).toContain('libglib2.0-0');
    expect(libraries).not.toContain('libicu72');
    expect(libraries).not.toContain('libicu76');
  });

  it('follows what Node ships', () => {
    expect(facts('node:20').programs).toEqual(expect.arrayContaining(['node', 'npm', 'npx', 'yarn', 'corepack']));
    expect(facts('node:26').programs).not.toContain('corepack');
    expect(facts('node:26').programs).not.toContain('yarn');
  });

  it('knows what is no longer updated', () => {
    for (const text of ['python:2.7', 'python:3.7', 'node:14', 'golang:1.12', 'debian:buster', 'ubuntu:18.04', 'alpine:3.12', 'mcr.microsoft.com/dotnet/sdk:6.0', 'openjdk:8', 'node:8-onbuild']) expect(facts(text).endOfLife, text).toBe(true);
    for (const text of ['python:3.13', 'node:24', 'golang', 'golang:1.27', 'debian:bookworm', 'ubuntu:24.04', 'alpine', 'mcr.microsoft.com/dotnet/sdk:10.0', 'eclipse-temurin:21']) expect(facts(text).endOfLife, text).toBe(false);
  });

  it('gives fresh values', () => {
    facts('python:3.12').config.env.PATH = 'changed';
    expect(facts('python:3.12').config.env.PATH).not.toBe('changed');
    facts('debian:12').programs.length = 0;
    expect(facts('debian:12').programs.length).toBeGreaterThan(10);
  });
});

describe('imageSize', () => {
  it('takes the published figure of the variant, and says of which image', () => {
    expect(imageSize('python:3.12-slim')).toEqual({ compressed: 43.4, onDisk: 119.5, measured: 'python:3.14-slim' });
    expect(imageSize('golang:1.22')).toEqual({ compressed: 316.2, measured: 'golang:1.27' });
    expect(imageSize('mcr.microsoft.com/dotnet/aspnet:8.0')).toEqual({ onDisk: 214.9, measured: 'mcr.microsoft.com/dotnet/aspnet:8.0-bookworm-slim' });
    expect(imageSize('gcr.io/distroless/static-debian12:nonroot')).toMatchObject({ onDisk: 2 });
    expect(imageSize('eclipse-temurin:17-jre-alpine')).toMatchObject({ compressed: 74.1 });
  });

  it('is unknown where nothing was published', () => {
    for (const text of ['gcr.io/distroless/base-debian12', 'ruby:3', 'bitnami/node', 'debian:bullseye-slim', 'mcr.microsoft.com/dotnet/sdk:6.0', 'mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled-extra', 'nginx']) expect(imageSize(text), text).toBeUndefined();
  });
});
