import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const mod = 'module example.com/shop\n\ngo 1.22\n';
const program = (body: string, ...imports: string[]): string => `package main\n\nimport (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\nfunc main() {\n\t${body}\n}\n`;
const simple = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]\n';

async function needs(main: string | undefined, dockerfile = simple, files: Record<string, string> = {}): Promise<string[]> {
  const outcome = await transform(dockerfile, main === undefined ? unknownProject : memoryProject({ 'go.mod': mod, 'main.go': main, ...files }), {}, packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(outcome.findings.map((item) => `${item.code}: ${item.message}`).join('\n'));
  return [...new Set(outcome.plan.requirements.map((item) => item.need))];
}

describe('go: what a program needs at run time', () => {
  it.each([
    ['nothing', 'fmt.Println("hello")', ['fmt'], []],
    ['certificates for clients', 'http.Get(url)', ['net/http'], ['certificates']],
    ['certificates for modules of others, which may be clients', 'redis.NewClient()', ['github.com/redis/go-redis/v9'], ['certificates']],
    ['time zones', 'time.LoadLocation(name)', ['time'], ['timezones']],
    ['folders of the system that it writes into', 'log.Open("/var/log/shop.log")', [], ['system-folders']],
    ['no folders for what is mounted', 'dial("/var/run/docker.sock")', [], []],
    ['no time zones beside those that are compiled in', 'time.LoadLocation(name)', ['time', 'time/tzdata'], []],
    ['time zones for a module that is given a name of one', 'open("user@tcp(db)/shop?loc=Asia%2FShanghai")', [], ['timezones']],
    ['time zones by a name alone', 'run("Europe/Berlin")', [], ['timezones']],
    ['no time zones for what only looks like one', 'run("America first", "/Europe/Berlin.txt")', [], []],
    ['a folder for temporary files', 'os.CreateTemp("", "x")', ['os'], ['tmp']],
    ['a folder for temporary files that is named', 'open("/tmp/x")', [], ['tmp']],
    ['a folder for what is uploaded', 'request.ParseMultipartForm(1)', [], ['tmp']],
    ['a folder for browsers', 'chromedp.NewContext(ctx)', ['github.com/chromedp/chromedp'], ['certificates', 'tmp']],
    ['a home', 'os.UserHomeDir()', ['os'], ['home']],
    ['names of users', 'user.Current()', ['os/user'], ['passwd']],
  ])('%s', async (_, body, imports, expected) => {
    expect(await needs(program(body, ...imports))).toEqual(expected);
  });

  it('more where the sources are not at hand', async () => {
    expect(await needs(undefined, simple.replace('RUN go', 'RUN CGO_ENABLED=0 go'))).toEqual(['certificates', 'tmp']);
  });

  it('a shell for what only a shell can read', async () => {
    const main = program('run()');
    expect(await needs(main, simple.replace('["./server"]', './server'))).toEqual([]);
    expect(await needs(main, simple.replace('["./server"]', 'exec ./server --port 80'))).toEqual([]);
    expect(await needs(main, simple.replace('["./server"]', './server --port $PORT'))).toEqual(['shell']);
    expect(await needs(main, simple.replace('["./server"]', '["sh", "-c", "./server"]'))).toEqual(['shell']);
    expect(await needs(main, `${simple}HEALTHCHECK CMD ./server --check || exit 1\n`)).toEqual(['shell']);
    expect(await needs(main, `${simple}HEALTHCHECK CMD ["./server", "--check"]\n`)).toEqual([]);
  });
});

describe('go: scripts that look at their arguments', () => {
  const dockerfile = 'FROM golang:1.22-alpine\nWORKDIR /app\nCOPY . .\nRUN go build -o /bin/app .\nENTRYPOINT ["./entrypoint.sh"]\nCMD ["serve"]\n';

  it.each([
    'if [ "$1" = serve ]; then exec /bin/app serve; fi\nexec "$@"\n',
    'case "$1" in\n  serve) exec /bin/app serve ;;\n  migrate) exec /bin/app migrate ;;\nesac\nexec "$@"\n',
    'if [ "${1#-}" != "$1" ]; then set -- /bin/app "$@"; fi\nexec "$@"\n',
    'set -- /bin/app "$@"\nexec "$@"\n',
  ])('need no program of the name of an argument: %s', async (script) => {
    expect(await needs(program('run()'), dockerfile, { 'entrypoint.sh': `#!/bin/sh\n${script}` })).toEqual(['shell']);
  });
});

describe('go: starts that a second stage cannot help', () => {
  const code = async (dockerfile: string, main: string): Promise<string> => {
    const outcome = await transform(dockerfile, memoryProject({ 'go.mod': 'module example.com/watcher\n', 'main.go': main }), {}, packagedTemplates());
    return outcome.kind === 'converted' ? outcome.kind : outcome.findings[0]!.code;
  };

  it('programs that compile', async () => {
    expect(await code(simple, program('exec.Command("go", "build").Run()', 'os/exec'))).toBe('unsupported-shape');
    expect(await code(simple, program('exec.Command("./tools/go").Run()', 'os/exec'))).not.toBe('unsupported-shape');
    expect(await code('FROM golang:1.22\nRUN go install github.com/golangci/golangci-lint/cmd/golangci-lint@v1.60.0\nENTRYPOINT ["golangci-lint"]\n', program(''))).toBe('unsupported-shape');
  });

  it('tools that wait for changes, and not the project\'s own program of that name', async () => {
    expect(await code('FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go install example.org/watcher@latest\nCMD ["reflex", "-s", "./server"]\n', program(''))).toBe('interactive-or-dev-start');
    expect(await code('FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go install .\nCMD ["watcher"]\n', program(''))).toBe('converted');
    expect(await code('FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o watcher .\nCMD ["./watcher"]\n', program(''))).toBe('converted');
  });
});
