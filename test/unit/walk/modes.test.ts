import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/dockerfile/parse.ts';
import { memoryProject } from '../../../src/project/memory.ts';
import { packagedTemplates } from '../../../src/project/templates.ts';
import { transform } from '../../../src/transform.ts';
import { closedToOthers } from '../../../src/walk/modes.ts';
import { walk } from '../../../src/walk/walk.ts';

const files = { 'a.txt': '', 'src/lib/x.c': '' };

describe('closedToOthers', () => {
  const closed = (line: string, modes: Record<string, number>, counts?: (path: string) => boolean): string | undefined => closedToOthers(walk(parse(`FROM golang:1.22\nWORKDIR /app\n${line}\n`), memoryProject(files, modes)), counts);

  it.each([
    ['COPY . .', { 'a.txt': 0o600 }, 'a.txt'],
    ['COPY . .', { 'a.txt': 0o644, 'src/lib/x.c': 0o640 }, 'src/lib/x.c'],
    ['COPY . .', { 'src/lib': 0o750 }, 'src/lib'],
    ['COPY . .', { src: 0o700 }, 'src'],
    ['COPY . .', { 'a.txt': 0o604, src: 0o755 }, undefined],
    ['COPY a.txt ./', { 'src/lib/x.c': 0o600 }, undefined],
    // The folder that a source names is made with the usual permissions.
    ['COPY src /src', { src: 0o700 }, undefined],
    ['COPY --chmod=755 . .', { 'a.txt': 0o600 }, undefined],
    ['COPY --chmod=600 a.txt .', {}, 'a.txt'],
    ['COPY --chmod=644 src /src', {}, 'src/lib'],
    ['COPY --chmod=a+rX . .', { 'a.txt': 0o600 }, undefined],
    ['COPY --from=other /a.txt .', { 'a.txt': 0o600 }, undefined],
    ['COPY . .', {}, undefined],
  ])('%s with %j: %s', (line, modes, expected) => {
    expect(closed(line, modes)).toBe(expected);
  });

  it('looks only at what counts', () => {
    expect(closed('COPY . .', { 'a.txt': 0o600, 'src/lib/x.c': 0o600 }, (path) => path === '/app/src/lib/x.c')).toBe('src/lib/x.c');
  });
});

describe('a file that only its owner may read', () => {
  const projects: Record<string, { readonly files: Record<string, string>; readonly data: string }> = {
    python: { files: { Dockerfile: 'FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["python", "app.py"]\n', 'requirements.txt': 'flask\n', 'app.py': 'import flask\nprint(open("data.json").read())\n', 'data.json': '{}' }, data: 'data.json' },
    node: { files: { Dockerfile: 'FROM node:20\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD ["node", "index.js"]\n', 'package.json': '{"dependencies":{"express":"4"}}', 'package-lock.json': '{"lockfileVersion":3,"packages":{}}', 'index.js': 'require("express")().listen(3000)\n', 'data.json': '{}' }, data: 'data.json' },
    go: { files: { Dockerfile: 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]\n', 'go.mod': 'module x\n\ngo 1.22\n', 'main.go': 'package main\n\nimport "os"\n\nfunc main() { os.ReadFile("data.json") }\n', 'data.json': '{}' }, data: 'data.json' },
    dotnet: {
      files: {
        Dockerfile: 'FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\nRUN dotnet publish -c Release -o out\nCMD ["dotnet", "out/App.dll"]\n',
        'App.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>',
        'Program.cs': 'var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n',
        'appsettings.json': '{}',
      },
      data: 'appsettings.json',
    },
  };

  it.each(Object.entries(projects))('keeps root: %s', async (_, { files: project, data }) => {
    const convert = async (modes: Record<string, number>): Promise<string[]> => (await transform(project['Dockerfile']!, memoryProject(project, modes), {}, packagedTemplates())).findings.filter((item) => item.code.startsWith('user-')).map((item) => `${item.code}: ${item.message}`);
    expect(await convert({ [data]: 0o644 })).toEqual([expect.stringMatching(/^user-added/)]);
    expect(await convert({ [data]: 0o600 })).toEqual([expect.stringContaining(`user-kept: the runtime stage keeps the user of the original: only its owner may read ${data}`)]);
  });
});
