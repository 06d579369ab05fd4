import { describe, expect, it } from 'vitest';
import { parse } from '../../src/dockerfile/parse.ts';
import { Refusal } from '../../src/findings.ts';
import { screen } from '../../src/screen.ts';

function answer(text: string): string {
  try {
    return screen(parse(text)).map((item) => `${item.code}@${item.line}`).join(' ');
  } catch (error) {
    if (error instanceof Refusal) return `${error.finding.level}:${error.finding.code}@${error.finding.line}`;
    throw error;
  }
}

describe('screen', () => {
  it.each([
    ['', 'error:empty-dockerfile@1'],
    ['# only a comment\n', 'error:empty-dockerfile@1'],
    ['FROM a\nRUM b\n', 'error:syntax@2'],
    ['ARG A\n', 'error:syntax@1'],
    ['RUN a\n', 'error:syntax@1'],
    ['FROM a\nRUN b\nFROM c\n', 'nothing:already-multi-stage@3'],
    ['FROM a AS b\nFROM b\n', 'nothing:already-multi-stage@2'],
    ['# escape=`\nFROM a\n', 'refusal:windows@1'],
    ['FROM --platform=windows/amd64 golang:1.27\n', 'refusal:windows@1'],
    ['ARG BASE=mcr.microsoft.com/windows/nanoserver:ltsc2022\nFROM $BASE\n', 'refusal:windows@2'],
    ['FROM python:3.14\nSHELL ["powershell", "-Command"]\n', 'refusal:windows@2'],
    ['FROM mcr.microsoft.com/dotnet/framework/sdk:4.8\n', 'refusal:windows@1'],
    ['FROM mcr.microsoft.com/windows/servercore:ltsc2022\n', 'refusal:windows@1'],
    ['FROM mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-1809\n', 'refusal:windows@1'],
    ['FROM a\nONBUILD COPY . .\n', 'refusal:onbuild-file@2'],
    ['FROM {{ base }}\nRUN a\n', 'refusal:template-file@1'],
    ['FROM a\n{% if x %}\nRUN b\n{% endif %}\n', 'refusal:template-file@2'],
    ['FROM a\nENV A=<%= b %>\n', 'refusal:template-file@2'],
    ['FROM a:@VERSION_TAG@\n', 'refusal:template-file@1'],
    ['FROM a:%%VERSION%%\n', 'refusal:template-file@1'],
    ['FROM __BASE__\n', 'refusal:template-file@1'],
    ['FROM a:#{TAG}#\n', 'refusal:template-file@1'],
    ['FROM a\nENV VERSION={{ version }}\n', 'refusal:template-file@2'],
    ['FROM a\nENV VERSION "{{ version }}"\n', 'refusal:template-file@2'],
    ['FROM a\nCOPY {{ source }} /x\n', 'refusal:template-file@2'],
    ['FROM a\nRUN apk add {{ packages }}\n', 'refusal:template-file@2'],
    ['FROM a\nCMD ./run {% if debug %}--debug{% endif %}\n', 'refusal:template-file@2'],
  ])('%j gives %s', (text, expected) => {
    expect(answer(text)).toBe(expected);
  });

  it.each([
    'FROM a\nCMD b\n',
    'FROM ${BASE:-a}\n',
    "FROM a\nRUN docker inspect -f '{{ .Id }}' x\n",
    'FROM a\nRUN go list -f {{.Dir}} x\n',
    'FROM a\nCMD ["docker", "inspect", "-f", "{{ .Id }}", "x"]\n',
    'FROM a\nLABEL usage="docker inspect -f {{.Id}} x"\n',
    'FROM a\nENV FILTER (cn={{username}})\n',
    'FROM a\nRUN sed -i s/@HOST@/x/ y\n',
    'FROM a\nLABEL maintainer="a <a@example.com>"\n',
    'FROM a\nSHELL ["pwsh", "-Command"]\n',
    'FROM example.com/windows-exporter:1\n',
    'FROM --platform=$BUILDPLATFORM a\n',
    "FROM a\nHEALTHCHECK CMD x '{{ y }}'\n",
    'FROM a\nCOPY <<EOF /x\n{{ y }}\nEOF\n',
  ])('%j is fine', (text) => {
    expect(answer(text)).toBe('');
  });
});

describe('secrets', () => {
  it.each(['ARG NPM_TOKEN', 'ARG DB_PASSWORD=x', 'ENV API_KEY=abc', 'ENV SECRET abc', 'ARG AWS_SECRET_ACCESS_KEY', 'ARG USER_PASSWORD', 'ENV ID_TOKEN=x', 'ENV SECRET_KEY_BASE=x', 'ARG SSH_PRIVATE_KEY', 'ARG PROVIDER_TOKEN', 'ENV AUTH_SERVER_PASSWORD=x'])('%s is one', (line) => {
    expect(answer(`FROM a\n${line}\n`)).toBe('secrets-in-build-args@2');
  });

  it.each(['ENV API_KEY=', 'ARG KEY_FILE', 'ARG PUBLIC_KEY=x', 'ENV TOKEN_URL=x', 'ARG MONKEY=x', 'ENV TOKENIZERS_PARALLELISM=false', 'ENV PASSWORD_MIN_LENGTH=8', 'ENV GPG_KEY=A0', 'ENV KEYSERVER=x', 'ARG SSH_KEY_PATH=x', 'ENV AWS_ACCESS_KEY_ID=x', 'ENV AUTH_TYPE=x', 'ENV SSH_AUTH_SOCK=/x', 'ENV REQUIRE_AUTH=true', 'ENV AUTH=false', 'ENV PRIVATE_KEY=/run/secrets/key', 'ENV TOKEN=$TOKEN', 'ENV PRIVATE_KEY=certs/server.key', 'ENV GOSU_KEY=B42F6819007F00F88E364FD4036A9C25BF357DD4', 'ENV LDAP_AUTH_PROTOCOL=ldap', 'ARG ROUTING_KEY=x'])('%s is none', (line) => {
    expect(answer(`FROM a\n${line}\n`)).toBe('');
  });
});
