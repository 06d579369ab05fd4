import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './examples.ts';

export interface CliAnswer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const bundle = join(root, 'dist/cli.js');

/** Runs the built command line as users do. */
export function cli(args: readonly string[], { cwd, input, env = {} }: { cwd?: string; input?: string | Buffer; env?: Record<string, string> } = {}): CliAnswer {
  if (!existsSync(bundle)) throw new Error('dist/cli.js is missing: run `npm run build` first, as `npm test` does');
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const answer = spawnSync(process.execPath, [bundle, ...args], { cwd, input: input ?? '', env: { ...inherited, ...env }, encoding: 'utf8', timeout: 30_000 });
  return { code: answer.status, out: answer.stdout, err: answer.stderr };
}

/** A project that is converted. */
export const goProject: Readonly<Record<string, string>> = {
  Dockerfile: 'FROM golang:1.27\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nEXPOSE 8080\nCMD ["./server"]\n',
  'go.mod': 'module example.com/hello\n\ngo 1.22\n',
  'main.go': 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
};
