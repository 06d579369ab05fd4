import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../src/project/memory.ts';
import { packagedTemplates } from '../../src/project/templates.ts';
import { transform, type Outcome } from '../../src/transform.ts';

const digest = `@sha256:${'0'.repeat(64)}`;
const projects: Readonly<Record<string, { files: Readonly<Record<string, string>>; dockerfile: (base: string) => string }>> = {
  go: {
    files: { 'go.mod': 'module example.com/hello\n\ngo 1.26\n', 'main.go': 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n' },
    dockerfile: (base) => `FROM ${base}\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]\n`,
  },
  python: {
    files: { 'requirements.txt': 'gunicorn==23.0.0\n', 'app.py': 'def app(environ, start):\n    return []\n' },
    dockerfile: (base) => `FROM ${base}\nWORKDIR /app\nCOPY requirements.txt .\nRUN apt-get update && apt-get install -y gcc && pip install -r requirements.txt\nCOPY . .\nCMD ["gunicorn", "app:app"]\n`,
  },
  node: {
    files: { 'package.json': '{"scripts":{"build":"tsc"},"dependencies":{"express":"5.1.0"},"devDependencies":{"typescript":"5.9.3"}}', 'package-lock.json': '{}', 'src/server.ts': 'import express from "express";\nexpress().listen(3000);\n' },
    dockerfile: (base) => `FROM ${base}\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\nCMD ["node", "dist/server.js"]\n`,
  },
  rust: {
    files: { 'Cargo.toml': '[package]\nname = "hello"\nversion = "0.1.0"\n', 'src/main.rs': 'fn main() { println!("hello"); }\n' },
    dockerfile: (base) => `FROM ${base}\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD ["./target/release/hello"]\n`,
  },
  dotnet: {
    files: { 'Hello.csproj': '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>', 'Program.cs': 'System.Console.WriteLine("hello");\n' },
    dockerfile: (base) => `FROM ${base}\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -c Release -o /app\nENTRYPOINT ["dotnet", "/app/Hello.dll"]\n`,
  },
};

function convert(language: string, base: string): Promise<Outcome> {
  const { files, dockerfile } = projects[language]!;
  return transform(dockerfile(base), memoryProject(files), {}, packagedTemplates());
}

const answer = (outcome: Outcome): string => (outcome.kind === 'converted' ? outcome.plan.stages.at(-1)!.from : outcome.findings[0]!.code);

describe('a base image past its end', () => {
  it.each([
    ['go', 'golang:1.20', 'golang:1.26'],
    ['python', 'python:3.8', 'python:3.10'],
    ['node', 'node:18', 'node:22'],
    ['dotnet', 'mcr.microsoft.com/dotnet/sdk:6.0', 'mcr.microsoft.com/dotnet/sdk:8.0'],
  ])('%s: %s is kept, and %s named', async (language, base, maintained) => {
    const outcome = await convert(language, base);
    if (outcome.kind !== 'converted') throw new Error(outcome.findings[0]!.message);
    expect(outcome.plan.stages[0]!.from).toBe(base);
    const [found, ...more] = outcome.findings.filter((item) => item.code === 'end-of-life-base');
    expect(more).toEqual([]);
    expect(found).toMatchObject({ level: 'warning', line: 1, help: `Move to a version that does, such as ${maintained}; here it is kept as it is.` });
  });

  it.each([
    ['go', 'golang:1.27'],
    ['python', 'python:3.14'],
    ['node', 'node:24'],
    ['dotnet', 'mcr.microsoft.com/dotnet/sdk:8.0'],
  ])('%s: %s is not', async (language, base) => {
    expect((await convert(language, base)).findings.map((item) => item.code)).not.toContain('end-of-life-base');
  });
});

describe('a base image that is pinned by digest, derived or unknown', () => {
  it.each([
    ['node', `node:24${digest}`],
    ['node', `node${digest}`],
    ['node', 'registry.example.com/team/node:1'],
    ['python', `python:3.14${digest}`],
  ])('%s: %s is kept for both stages, and said so', async (language, base) => {
    const outcome = await convert(language, base);
    expect(answer(outcome)).toBe(base);
    expect(outcome.findings.find((item) => item.code === 'same-base')).toMatchObject({ level: 'note', line: 1, message: expect.stringContaining(base) });
  });

  it.each([
    ['python', 'registry.example.com/team/base:1'],
    ['dotnet', `mcr.microsoft.com/dotnet/sdk:8.0${digest}`],
    ['dotnet', 'registry.example.com/team/sdk:8.0'],
    ['rust', `rust${digest}`],
    ['rust', 'registry.example.com/team/builder:1'],
  ])('%s: %s is refused where nothing tells what belongs to it', async (language, base) => {
    expect(answer(await convert(language, base))).toBe('unknown-base');
  });
});

describe('a source that the build context lacks', () => {
  it.each(['go', 'python', 'node', 'dotnet', 'rust'])('%s: is refused', async (language) => {
    const { files, dockerfile } = projects[language]!;
    const base = { go: 'golang:1.27', python: 'python:3.14', node: 'node:24', dotnet: 'mcr.microsoft.com/dotnet/sdk:8.0', rust: 'rust:1' }[language]!;
    const outcome = (line: string): Promise<Outcome> => transform(dockerfile(base).replace('COPY', `${line}\nCOPY`), memoryProject(files), {}, packagedTemplates());
    expect((await outcome('COPY config.yml ./')).findings[0]).toMatchObject({ code: 'missing-source', line: 3, message: 'COPY names config.yml, which the build context does not have' });
    expect((await outcome('ADD config.yml ./')).findings[0]).toMatchObject({ code: 'missing-source', line: 3 });
    expect((await outcome('COPY config.ym[l] ./')).findings[0]?.code).not.toBe('missing-source');
  });
});

describe('npm start without package.json', () => {
  const start = (run: string): Promise<Outcome> => transform(`FROM node:24\nWORKDIR /app\nCOPY . .\n${run}\nCMD ["npm", "start"]\n`, memoryProject({ 'server.js': '' }), {}, packagedTemplates());

  it('is refused where nothing can make one', async () => {
    expect((await start('RUN npm install')).findings[0]).toMatchObject({ code: 'missing-manifest', line: 5 });
    expect((await start('RUN apt-get update && apt-get install -y git')).findings[0]).toMatchObject({ code: 'missing-manifest' });
  });

  it('is not where a command may', async () => {
    expect((await start('RUN npm init -y')).findings[0]?.code).not.toBe('missing-manifest');
    expect((await start('RUN git clone https://example.com/x .')).findings[0]?.code).not.toBe('missing-manifest');
  });
});
