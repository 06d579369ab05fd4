import { describe, expect, it } from 'vitest';
import { catalogueName, formatImage, parseImage, withTag } from '../../../src/images/reference.ts';

const all = [
  'node:20-alpine3.19', 'node:20.11.1-bookworm-slim', 'python:3.12-slim-bookworm', 'golang:1.22-alpine', 'eclipse-temurin:17-jdk-jammy', 'mcr.microsoft.com/dotnet/sdk:8.0-alpine',
  'gcr.io/distroless/nodejs20-debian12:nonroot', 'registry.example.com:5000/team/python:3.12', 'localhost/x', 'localhost:5000/x:1', 'python', 'node:lts', 'node@sha256:0123', 'docker.io/library/node:20@sha256:0123', 'a/b/c', '', ':', '@', 'x:',
];

describe('parseImage', () => {
  it.each([
    ['node:20-alpine3.19', { path: 'node', version: '20', variant: 'alpine', alpineVersion: '3.19', official: true }],
    ['node:20.11.1-bookworm-slim', { version: '20.11.1', variant: 'slim', suite: 'bookworm' }],
    ['python:3.12-slim-bookworm', { version: '3.12', variant: 'slim', suite: 'bookworm' }],
    ['golang:1.22-bullseye', { version: '1.22', suite: 'bullseye' }],
    ['eclipse-temurin:17-jdk-jammy', { version: '17', suite: 'jammy' }],
    ['mcr.microsoft.com/dotnet/sdk:8.0-alpine', { registry: 'mcr.microsoft.com', path: 'dotnet/sdk', name: 'sdk', version: '8.0', variant: 'alpine', official: false }],
    ['mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled', { variant: 'chiseled', suite: 'jammy' }],
    ['mcr.microsoft.com/dotnet/sdk:8.0-windowsservercore-ltsc2022', { variant: 'windowsservercore' }],
    ['gcr.io/distroless/nodejs20-debian12:nonroot', { registry: 'gcr.io', path: 'distroless/nodejs20-debian12', tag: 'nonroot' }],
    ['registry.example.com:5000/team/python:3.12', { registry: 'registry.example.com:5000', path: 'team/python', name: 'python', version: '3.12', official: false }],
    ['node:8-onbuild', { variant: 'onbuild' }],
    ['maven:3.9-eclipse-temurin-21', { version: '3.9' }],
    ['ubuntu:22.04', { version: '22.04' }],
    ['ubuntu:jammy', { suite: 'jammy' }],
  ])('%s', (text, expected) => expect(parseImage(text)).toMatchObject(expected));

  it('leaves out what the text does not say', () => {
    const image = parseImage('python');
    for (const key of ['registry', 'tag', 'digest', 'version', 'variant', 'suite']) expect(image).not.toHaveProperty(key);
    expect(parseImage('node:lts')).not.toHaveProperty('version');
    expect(parseImage('node@sha256:0123')).toMatchObject({ path: 'node', digest: 'sha256:0123' });
    expect(parseImage('localhost:5000/x')).not.toHaveProperty('tag');
  });

  it.each([
    ['node', true], ['library/node:20', true], ['docker.io/node', true], ['docker.io/library/node', true], ['index.docker.io/library/node', true], ['public.ecr.aws/docker/library/node:18', true], ['mirror.gcr.io/library/node', true], ['registry.example.com/docker-hub/library/node:20', true], ['gitlab.example.com:443/group/dependency_proxy/containers/node:20', true],
    ['bitnami/node', false], ['docker.io/bitnami/node', false], ['quay.io/node', false], ['registry.example.com/node', false], ['public.ecr.aws/team/node', false], ['localhost/node', false], ['scratch', false],
  ])('%s is official: %s', (text, official) => {
    expect(parseImage(text).official).toBe(official);
    if (official) expect(catalogueName(parseImage(text))).toBe('node');
  });

  it('never fails and prints back what it read', () => {
    for (const text of all) expect(formatImage(parseImage(text))).toBe(text);
    expect(withTag(parseImage('docker.io/library/node:20@sha256:0123'), '20-slim')).toBe('docker.io/library/node:20-slim');
  });
});
