import { describe, expect, it } from 'vitest';
import { builderOf, main, module, text } from './convert.ts';

const host = 'package main\n\nimport "plugin"\n\nfunc main() { plugin.Open("hello.so") }\n';
const added = /-trimpath|-s -w|GOFLAGS|CGO_ENABLED/;

describe('go: plugins', () => {
  const dockerfile = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -buildmode=plugin -o hello.so ./hello\nRUN go build -o server .\nCMD ["./server"]\n';
  const hello = { 'go.mod': module('example.com/shop'), 'hello/main.go': main };

  it.each([
    ['a plugin is built', dockerfile, { ...hello, 'main.go': main }],
    ['the mode stands apart', dockerfile.replace('=plugin', ' plugin'), { ...hello, 'main.go': host }],
    ['the program opens some', dockerfile.replace(/RUN.*hello\n/, ''), { ...hello, 'main.go': host }],
    ['make builds them', dockerfile.replace(/RUN.*hello\nRUN.*/, 'RUN make'), { ...hello, 'main.go': host, Makefile: 'all:\n\tgo build -buildmode=plugin -o hello.so ./hello\n\tgo build -o server .\n' }],
  ])('adds no flags to any build where %s', async (_, file, files) => {
    expect(builderOf(await text(file, files))).not.toMatch(added);
  });

  it('adds them to all others', async () => {
    expect(builderOf(await text(dockerfile.replace(/RUN.*hello\n/, ''), { ...hello, 'main.go': main }))).toMatch(added);
  });
});
