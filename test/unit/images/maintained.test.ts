import { describe, expect, it } from 'vitest';
import { describeImage } from '../../../src/images/catalogue.ts';
import { maintainedImage } from '../../../src/images/maintained.ts';
import { parseImage } from '../../../src/images/reference.ts';

describe('maintainedImage', () => {
  it.each([
    ['python:3.7', 'python:3.10'],
    ['python:2.7-slim', 'python:3.10-slim'],
    ['python:3.6.4-alpine3.7', 'python:3.10-alpine'],
    ['python:3.12-slim-buster', 'python:3.12-slim'],
    ['node:8', 'node:22'],
    ['node:carbon-slim', 'node:22-slim'],
    ['node:23-alpine', 'node:24-alpine'],
    ['golang:1.12-alpine', 'golang:1.26-alpine'],
    ['debian:jessie', 'debian:bookworm'],
    ['ubuntu:16.04', 'ubuntu:22.04'],
    ['alpine:3.8', 'alpine:3.24'],
    ['mcr.microsoft.com/dotnet/sdk:6.0', 'mcr.microsoft.com/dotnet/sdk:8.0'],
    ['mcr.microsoft.com/dotnet/core/sdk:3.1', 'mcr.microsoft.com/dotnet/sdk:8.0'],
    ['registry.example.com/python:3.7', undefined],
  ])('%s -> %s', (image, expected) => {
    expect(maintainedImage(parseImage(image))).toBe(expected);
    if (expected !== undefined) {
      expect(describeImage(image)?.endOfLife).toBe(true);
      expect(describeImage(expected)?.endOfLife).toBe(false);
    }
  });
});
