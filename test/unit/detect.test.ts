import { describe, expect, it } from 'vitest';
import { detect, type Detection } from '../../src/detect.ts';
import { Refusal } from '../../src/findings.ts';
import { languages } from '../../src/languages/index.ts';
import { defaultOptions, type Options } from '../../src/languages/language.ts';
import { startOf } from '../../src/walk/start.ts';
import { walkOf } from '../support/walks.ts';

function detected(dockerfile: string, files?: Record<string, string>, options: Partial<Options> = {}): Detection {
  const walked = walkOf(dockerfile, files);
  return detect(walked, startOf(walked), languages, { ...defaultOptions, ...options });
}

function language(dockerfile: string, files?: Record<string, string>, options?: Partial<Options>): string {
  try {
    return detected(dockerfile, files, options).language.name;
  } catch (error) {
    if (error instanceof Refusal) return error.finding.code;
    throw error;
  }
}

describe('detect', () => {
  it.each([
    ['FROM golang:1.22\nCOPY . .\nRUN go build -o x\nCMD ["./x"]\n', 'go'],
    ['FROM python:3.12\nCOPY . .\nCMD ["python", "app.py"]\n', 'python'],
    ['FROM node:20\nCOPY . .\nCMD ["npm", "start"]\n', 'node'],
    ['FROM mcr.microsoft.com/dotnet/sdk:8.0\nCOPY . .\nRUN dotnet publish -o out\nCMD ["dotnet", "out/x.dll"]\n', 'dotnet'],
    ['FROM rust:1.80\nCOPY . .\nRUN cargo build --release\nCMD ["./target/release/x"]\n', 'rust'],
    ['FROM debian:12\nCOPY . .\nCMD ["cargo", "run"]\n', 'rust'],
    ['FROM ubuntu:22.04\nRUN apt-get install -y golang\nCOPY . .\nRUN go build -o x\nCMD ["./x"]\n', 'go'],
    ['FROM debian:12\nCOPY . .\nCMD ["python3", "app.py"]\n', 'python'],
    ['FROM php:8\nCOPY . .\nCMD ["php", "x.php"]\n', 'unsupported-language'],
    ['FROM alpine\nCOPY . .\nCMD ["./x"]\n', 'unsupported-language'],
  ])('%j is %s', (dockerfile, expected) => {
    expect(language(dockerfile)).toBe(expected);
  });

  it('believes what is started more than what lies in the folder', () => {
    expect(language('FROM golang:1.22\nCOPY . .\nRUN go build -o x\nCMD ["./x"]\n', { 'package.json': '{}', 'requirements.txt': '', 'main.go': '' })).toBe('go');
  });

  it('looks at manifests where an image says nothing', () => {
    expect(language('FROM registry.example.com/base\nWORKDIR /app\nCOPY . .\nCMD ["./run"]\n', { 'go.mod': 'module x', run: '' })).toBe('go');
  });

  it('does as --language says', () => {
    expect(detected('FROM alpine\nCMD ["./x"]\n', {}, { language: 'go' }).reason).toContain('as asked for with --language');
    expect(language('FROM alpine\nCMD ["./x"]\n', {}, { language: 'cobol' })).toBe('unknown-language-option');
  });

  it('gives its reason, and the evidence for those that lost', () => {
    const found = detected('FROM golang:1.22\nCOPY . .\nRUN go build -o x\nCMD ["./x"]\n', { 'go.mod': '', 'package.json': '{}' });
    expect(found.reason).toBe('Go: the base image golang:1.22, RUN calls go, go.mod');
    expect(found.evidence.map((item) => item.language)).toContain('node');
  });
});
