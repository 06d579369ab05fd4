import { describe, expect, it } from 'vitest';
import { describeImage, dotnetRuntime, runtimeCounterpart } from '../../../src/images/catalogue.ts';

describe('runtimeCounterpart', () => {
  it.each([
    ['python:3.12', 'python:3.12-slim'],
    ['python:3.12-bookworm', 'python:3.12-slim-bookworm'],
    ['python:3.12-slim', 'python:3.12-slim'],
    ['python', 'python:slim'],
    ['python:latest', 'python:slim'],
    ['python:bookworm', 'python:slim-bookworm'],
    ['python:3-onbuild', 'python:3-slim'],
    ['node:20', 'node:20-slim'],
    ['node:20.11.1-bookworm', 'node:20.11.1-bookworm-slim'],
    ['node:lts', 'node:lts-slim'],
    ['node', 'node:slim'],
    ['node:8.9.1', 'node:8.9.1-slim'],
    ['node:8-stretch', 'node:8-stretch-slim'],
    ['node:8.14-stretch', 'node:8.14-stretch-slim'],
    ['node:10.14.1-jessie', 'node:10.14.1-jessie-slim'],
    ['node:carbon-stretch', 'node:carbon-stretch-slim'],
    ['node:lts-bookworm', 'node:lts-bookworm-slim'],
    ['node:12.0.0-stretch', 'node:12.0.0-stretch-slim'],
    ['node:trixie', 'node:trixie-slim'],
    ['docker.io/library/node:20', 'docker.io/library/node:20-slim'],
    ['debian:bookworm', 'debian:bookworm-slim'],
    ['debian:12', 'debian:12-slim'],
    ['debian', 'debian:stable-slim'],
    ['ubuntu:22.04', 'ubuntu:22.04'],
    ['golang:1.22', 'debian:bookworm-slim'],
    ['golang:1.22-bullseye', 'debian:bullseye-slim'],
    ['public.ecr.aws/docker/library/golang:1.22', 'public.ecr.aws/docker/library/debian:bookworm-slim'],
    ['rust:1.75-slim-bookworm', 'debian:bookworm-slim'],
    ['ghcr.io/astral-sh/uv:python3.12-bookworm', 'python:3.12-slim-bookworm'],
    ['ghcr.io/astral-sh/uv:0.5.1-python3.12-bookworm-slim', 'python:3.12-slim-bookworm'],
    ['oven/bun:1', 'oven/bun:1-slim'],
    ['eclipse-temurin:17', 'eclipse-temurin:17-jre'],
    ['eclipse-temurin:17-jdk-jammy', 'eclipse-temurin:17-jre-jammy'],
    ['eclipse-temurin:17.0.9_9-jdk', 'eclipse-temurin:17.0.9_9-jre'],
    ['maven:3.9-eclipse-temurin-21', 'eclipse-temurin:21-jre'],
    ['gradle:8.5-jdk17-jammy', 'eclipse-temurin:17-jre-jammy'],
  ])('%s -> %s', (from, to) => {
    const found = runtimeCounterpart(from, 'slim');
    expect(found?.image).toBe(to);
    expect(found!.reason.length).toBeGreaterThan(0);
  });

  it.each([
    ['golang:1.22-alpine3.19', 'alpine:3.19'],
    ['golang:1.22-alpine', 'alpine:3.21'],
    ['golang:alpine', 'alpine:3'],
    ['golang:1.21.3-alpine', 'alpine:3'],
    ['node:20-alpine', 'node:20-alpine'],
    ['python:3.12-alpine3.19', 'python:3.12-alpine3.19'],
    ['maven:3.9-eclipse-temurin-17-alpine', 'eclipse-temurin:17-jre-alpine'],
    ['alpine:3.19', 'alpine:3.19'],
  ])('%s -> %s with musl', (from, to) => expect(runtimeCounterpart(from, 'alpine')?.image).toBe(to));

  it('never changes the libc', () => {
    for (const image of ['python:3.12', 'node:20', 'golang:1.22', 'debian:12', 'eclipse-temurin:17']) expect(runtimeCounterpart(image, 'alpine'), image).toBeUndefined();
    for (const image of ['python:3.12-alpine', 'node:20-alpine3.19', 'golang:1.22-alpine', 'alpine:3.19']) expect(runtimeCounterpart(image, 'slim'), image).toBeUndefined();
    for (const [image, wanted] of [['python:3.12', 'slim'], ['golang:1.22', 'slim'], ['golang:1.22-alpine', 'alpine'], ['node:18-alpine', 'alpine'], ['ghcr.io/astral-sh/uv:python3.12-alpine', 'alpine'], ['eclipse-temurin:17-alpine', 'alpine']] as const) {
      expect(describeImage(runtimeCounterpart(image, wanted)!.image)!.libc, image).toBe(describeImage(image)!.libc);
    }
  });

  it('gives no slim tag of node that was never published, or that stood for another suite', () => {
    for (const image of ['node:8.9.1-stretch', 'node:9-stretch', 'node:4-stretch', 'node:argon-stretch', 'node:6-wheezy', 'node:10.14.0-stretch', 'node:8.13-stretch', 'node:10.13.0', 'node:8.12', 'node:6.14.4', 'node:chakracore-8', 'node:nightly']) {
      expect(runtimeCounterpart(image, 'slim'), image).toBeUndefined();
    }
  });

  it('gives no slim tag of python that was never published', () => {
    for (const image of ['python:3.6.2-stretch', 'python:2.7.13-jessie', 'python:2.7-wheezy', 'python:3.3-jessie']) expect(runtimeCounterpart(image, 'slim'), image).toBeUndefined();
    for (const [image, slim] of [['python:3.6-stretch', 'python:3.6-slim-stretch'], ['python:2-stretch', 'python:2-slim-stretch'], ['python:3.6.3-jessie', 'python:3.6.3-slim-jessie']] as const) expect(runtimeCounterpart(image, 'slim')?.image).toBe(slim);
  });

  it('has none for images that nothing certain is known of', () => {
    for (const image of ['python:3.12@sha256:0123', 'node@sha256:0123', 'bitnami/node:20', 'registry.example.com/python:3.12', 'continuumio/miniconda3', 'maven:3.9', 'maven:3.8-openjdk-11', 'openjdk:11', 'nginx', 'scratch', 'golang:1.22-windowsservercore', 'ghcr.io/astral-sh/uv:latest']) {
      expect(runtimeCounterpart(image, 'slim'), image).toBeUndefined();
    }
    expect(runtimeCounterpart('bitnami/node:20', 'same')?.image).toBe('bitnami/node:20');
  });
});

describe('dotnetRuntime', () => {
  const at = 'mcr.microsoft.com/dotnet';
  it.each([
    ['sdk:8.0', 'aspnet', undefined, 'aspnet:8.0'],
    ['sdk:8.0.404', 'aspnet', undefined, 'aspnet:8.0'],
    ['sdk:8.0.404-bookworm-slim', 'runtime', undefined, 'runtime:8.0-bookworm-slim'],
    ['sdk:8.0-alpine3.20', 'aspnet', undefined, 'aspnet:8.0-alpine3.20'],
    ['sdk:8.0-jammy', 'aspnet', undefined, 'aspnet:8.0-jammy'],
    ['sdk:8.0-alpine-amd64', 'runtime-deps', undefined, 'runtime-deps:8.0-alpine-amd64'],
    ['sdk:10.0-noble-aot', 'runtime-deps', 'chiseled', 'runtime-deps:10.0-noble-chiseled'],
    ['sdk:8.0', 'aspnet', 'alpine', 'aspnet:8.0-alpine'],
    ['sdk:8.0', 'aspnet', 'chiseled', 'aspnet:8.0-jammy-chiseled'],
    ['sdk:9.0', 'aspnet', 'chiseled-extra', 'aspnet:9.0-noble-chiseled-extra'],
    ['sdk:8.0-noble', 'runtime', 'chiseled', 'runtime:8.0-noble-chiseled'],
    ['sdk', 'aspnet', undefined, 'aspnet:latest'],
    ['sdk:latest', 'aspnet', 'alpine', 'aspnet:10.0-alpine'],
    ['core/sdk:3.1-buster', 'aspnet', undefined, 'core/aspnet:3.1-buster-slim'],
    ['sdk:11.0-preview-alpine', 'aspnet', undefined, 'aspnet:11.0-preview-alpine'],
    ['aspnet:8.0-jammy-chiseled', 'aspnet', undefined, 'aspnet:8.0-jammy-chiseled'],
  ] as const)('%s, %s, %s -> %s', (from, kind, variant, to) => expect(dotnetRuntime(`${at}/${from}`, kind, variant)?.image).toBe(`${at}/${to}`));

  it('has none for Windows, digests, other images and variants that a version lacks', () => {
    for (const image of [`${at}/sdk:8.0-nanoserver-ltsc2022`, `${at}/sdk:8.0@sha256:0123`, 'node:20', 'registry.example.com/dotnet/sdk:8.0']) expect(dotnetRuntime(image, 'aspnet'), image).toBeUndefined();
    expect(dotnetRuntime(`${at}/sdk:5.0`, 'aspnet', 'chiseled')).toBeUndefined();
  });

  it('names images that the catalogue knows', () => {
    for (const from of ['sdk:6.0', 'sdk:8.0', 'sdk:8.0-alpine', 'sdk:9.0-noble', 'sdk:10.0']) for (const kind of ['aspnet', 'runtime', 'runtime-deps'] as const) expect(describeImage(dotnetRuntime(`${at}/${from}`, kind)!.image)).toMatchObject({ kind: 'runtime', language: 'dotnet' });
  });
});
