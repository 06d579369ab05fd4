import { memoryProject } from '../../src/project/memory.ts';
import { unknownProject } from '../../src/project/project.ts';
import { packagedTemplates } from '../../src/project/templates.ts';
import { transform, type Outcome } from '../../src/transform.ts';

const templates = packagedTemplates();

/** Seconds of processor time for one answer: ten times what the slowest of these tests takes. The wall clock would count other processes. */
export const mostSeconds = 2;

/** The answer for a Dockerfile, proposals without benefit included, and the processor time that it took. */
export async function answered(text: string, files?: Readonly<Record<string, string>>): Promise<{ outcome: Outcome; seconds: number }> {
  const project = files === undefined ? unknownProject : memoryProject({ ...files, Dockerfile: text });
  const before = process.cpuUsage();
  const outcome = await transform(text, project, { force: true }, templates);
  const { user, system } = process.cpuUsage(before);
  return { outcome, seconds: (user + system) / 1e6 };
}

/** `converted`, or the kind of the answer and its code. */
export const inShort = (outcome: Outcome): string => (outcome.kind === 'converted' ? 'converted' : `${outcome.kind} ${outcome.findings[0]!.code}`);

/** A small project of each language that is converted: its files, and a Dockerfile with a place for further lines. */
export const smallProjects: Readonly<Record<'go' | 'python' | 'node' | 'dotnet', { readonly files: Readonly<Record<string, string>>; readonly dockerfile: (lines: string) => string }>> = {
  go: {
    files: { 'go.mod': 'module example.com/app\n\ngo 1.22\n', 'main.go': 'package main\n\nfunc main() {}\n' },
    dockerfile: (lines) => `FROM golang:1.22\nWORKDIR /app\nCOPY . .\n${lines}RUN CGO_ENABLED=0 go build -o server .\nEXPOSE 8080\nCMD ["./server"]\n`,
  },
  python: {
    files: { 'requirements.txt': 'flask==3.0\n', 'app.py': 'from flask import Flask\n\napp = Flask(__name__)\napp.run()\n' },
    dockerfile: (lines) => `FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n${lines}CMD ["python", "app.py"]\n`,
  },
  node: {
    files: {
      'package.json': '{"name":"app","scripts":{"build":"tsc"},"dependencies":{"express":"^4"},"devDependencies":{"typescript":"^5"}}',
      'package-lock.json': '{"lockfileVersion":3,"packages":{"":{},"node_modules/express":{"version":"4.0.0"},"node_modules/typescript":{"dev":true}}}',
      'tsconfig.json': '{"compilerOptions":{"outDir":"dist"}}',
      'src/index.ts': 'import express from "express";\nexpress().listen(3000);\n',
    },
    dockerfile: (lines) => `FROM node:20\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n${lines}RUN npm run build\nCMD ["node", "dist/index.js"]\n`,
  },
  dotnet: {
    files: { 'App.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>', 'Program.cs': 'WebApplication.CreateBuilder(args).Build().Run();\n' },
    dockerfile: (lines) => `FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\n${lines}RUN dotnet publish -c Release -o out\nENTRYPOINT ["dotnet", "out/App.dll"]\n`,
  },
};
