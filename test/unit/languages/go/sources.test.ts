import { describe, expect, it } from 'vitest';
import { callsIn, lex } from '../../../../src/languages/go/lexer.ts';
import { goSources } from '../../../../src/languages/go/sources.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const mod = 'module example.com/shop\n\ngo 1.22\n';

/** A Go file of a package, with its imports and the body of one function. */
const go = (name: string, body: string, ...imports: string[]): string => `package ${name}\n\nimport (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\nfunc ${name === 'main' ? 'main' : 'Run'}() {\n\t${body}\n}\n`;

/** Another command of the repository, of which nothing may count. */
const other = go('main', 'exec.Command("git", "status").Run(); os.Create("log.txt"); os.ReadFile(os.Args[1]); time.LoadLocation("Asia/Tokyo")', 'os', 'os/exec', 'time');

async function runtime(dockerfile: string, files: Record<string, string>): Promise<string> {
  const outcome = await transform(dockerfile, memoryProject(files), {}, packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(outcome.findings.map((item) => `${item.code}: ${item.message}`).join('\n'));
  return outcome.text.slice(outcome.text.lastIndexOf('\nFROM ') + 1);
}

const head = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\n';
const start = 'CMD ["/app/server"]\n';
const build = (target: string): string => `${head}RUN go build -o /app/server ${target}\n${start}`;

describe('go: only what the built packages reach counts', () => {
  const data = { 'assets/logo.svg': '<svg/>' };
  const plain = go('main', 'fmt.Println("hello")', 'fmt');

  it('in a repository with several commands', async () => {
    const files = { ...data, 'go.mod': mod, 'cmd/server/main.go': go('main', 'lib.Run()', 'example.com/shop/lib'), 'lib/lib.go': go('lib', 'fmt.Println("hello")', 'fmt'), 'cmd/admin/main.go': other };
    const found = await runtime(build('./cmd/server'), files);
    expect(found).toContain('FROM scratch');
    expect(found).toContain('USER 65532');
    expect(found).not.toContain('assets');
    expect(await runtime(build('./cmd/admin'), files)).toMatch(/^FROM (?!scratch)/);
    // Both are built here.
    expect(await runtime(`${head}RUN go build -o /app/ ./cmd/...\n${start}`, files)).toMatch(/^FROM (?!scratch)/);
  });

  it.each([
    ['a package that is imported by one that is', { 'main.go': go('main', 'a.Run()', 'example.com/shop/a'), 'a/a.go': go('a', 'b.Run()', 'example.com/shop/a/b'), 'a/b/b.go': other.replace('package main', 'package b').replace('main()', 'Run()') }, '.'],
    ['a local replacement', { 'go.mod': `${mod}require example.org/lib v1.0.0\nreplace example.org/lib => ./forks/lib\n`, 'main.go': go('main', 'lib.Run()', 'example.org/lib'), 'forks/lib/go.mod': 'module example.org/lib\n', 'forks/lib/lib.go': other.replace('package main', 'package lib').replace('main()', 'Run()') }, '.'],
    ['another module of a workspace', { 'go.work': 'go 1.22\n\nuse (\n\t.\n\t./lib\n)\n', 'main.go': go('main', 'lib.Run()', 'example.org/lib'), 'lib/go.mod': 'module example.org/lib\n', 'lib/lib.go': other.replace('package main', 'package lib').replace('main()', 'Run()') }, '.'],
    ['files that are named one by one', { 'main.go': plain, 'tool.go': other }, 'main.go tool.go'],
    ['a package of the project that cannot be found: then all do', { 'main.go': go('main', 'gen.Run()', 'example.com/shop/gen'), 'cmd/x/main.go': other }, '.'],
    ['a tag that is given', { 'main.go': plain, 'more.go': `//go:build extra && !windows\n\n${other}` }, '-tags extra .'],
  ])('%s', async (_, files, target) => {
    expect(await runtime(build(target), { 'go.mod': mod, ...data, ...files } as Record<string, string>)).toMatch(/^FROM (?:debian|alpine)[^]*git[^]*assets/);
  });

  it.each([
    ['tests', { 'main_test.go': other }, '.'],
    ['files of another system, by name', { 'more_windows.go': other, 'more_darwin_arm64.go': other }, '.'],
    ['files of another system, by constraint', { 'more.go': `//go:build windows || (darwin && !cgo)\n\n${other}`, 'old.go': `// +build windows,amd64 darwin\n\n${other}` }, '.'],
    ['files that are run by hand', { 'gen.go': `//go:build ignore\n\n${other}` }, '.'],
    ['tags that are not given', { 'more.go': `//go:build integration\n\n${other}` }, '.'],
    ['what the go command passes over', { '_more.go': other, 'testdata/x.go': other, 'vendor/example.org/x/x.go': other }, '.'],
    ['files beside those that are named', { 'more.go': other }, 'main.go'],
    ['packages of others with a path below the module', { 'go.mod': `${mod}require example.com/shop/more v1.0.0\n`, 'cmd/x/x.go': other, 'main.go': go('main', 'more.Run()', 'example.com/shop/more/deep', 'fmt') }, '.'],
  ])('%s do not', async (_, files, target) => {
    const found = await runtime(build(target), { 'go.mod': mod, ...data, 'main.go': plain, ...files } as Record<string, string>);
    expect(found).toContain('FROM scratch');
    expect(found).not.toContain('assets');
  });

  it('under GOPATH', async () => {
    const dockerfile = 'FROM golang:1.10\nWORKDIR /go/src/example.com/shop\nCOPY . .\nRUN go build -o /app/server ./cmd/server\nCMD ["/app/server"]\n';
    const files = { ...data, 'cmd/server/main.go': go('main', 'lib.Run()', 'example.com/shop/lib', 'github.com/gorilla/mux'), 'lib/lib.go': go('lib', 'fmt.Println("hello")', 'fmt'), 'cmd/admin/main.go': other };
    expect(await runtime(dockerfile, files)).toContain('FROM scratch');
    // Copied to another place than its name says: what is fetched as example.com/shop/lib may be this project.
    expect(await runtime(dockerfile.replace('example.com/shop\n', 'app\n'), files)).toMatch(/^FROM (?:debian|alpine)/);
  });
});

describe('go: reading files without a compiler', () => {
  it('knows strings, comments and runes apart', () => {
    const { strings, code } = lex('a := "x\\"y" // "no"\nb := `raw "in"` /* "no" */ + \'"\' + "z"\n');
    expect(strings.map((literal) => literal.value)).toEqual(['x"y', 'raw "in"', 'z']);
    expect(code).toHaveLength('a := "x\\"y" // "no"\nb := `raw "in"` /* "no" */ + \'"\' + "z"\n'.length);
  });

  it('finds calls with their arguments', () => {
    const { code } = lex('f(a, g("x, y"), []string{"p", "q"}).H(func() { k(1) })');
    expect(callsIn(code).map((call) => [call.name, call.args.length])).toEqual([['g', 1], ['f', 3], ['func', 0], ['k', 1], ['.H', 1]]);
  });
});

describe('go: paths that are put together', () => {
  const read = (body: string, top = ''): { reads: string[]; unknown: number } => {
    const { reads, unknownReads } = goSources(memoryProject({ 'main.go': `package main\n\nimport "os"\n\n${top}\n\nfunc f(name string) {\n\t${body}\n}\n` }), ['main.go']);
    return { reads: reads.map((item) => item.text), unknown: unknownReads.length };
  };

  it.each([
    ['os.ReadFile("a.txt")', ['a.txt']],
    ['os.Open(filepath.Join("web", "templates", "a.html"))', ['web/templates/a.html']],
    ['os.Open(filepath.Join("web", name))', ['web/']],
    ['os.Open("data/" + name + ".json")', ['data/']],
    ['os.Open(fmt.Sprintf("./data/%s/%d.json", "x", 3))', ['./data/x/']],
    ['os.Open(Dir + "/a.txt")', ['conf/a.txt']],
    ['path := "a.txt"\n\tos.Open(path)', ['a.txt']],
    ['files := []string{\n\t\t"a.html",\n\t\tDir + "/b.html",\n\t}\n\ttemplate.ParseFiles(files...)', ['a.html', 'conf/b.html']],
    ['root, err := os.Getwd()\n\t_ = err\n\tos.Open(filepath.Join(root, "a.txt"))', ['./a.txt']],
    ['http.FileServer(http.Dir("./static"))', ['./static']],
  ])('%s', (body, reads) => {
    expect(read(body, 'const Dir = "conf"')).toEqual({ reads, unknown: 0 });
  });

  it.each(['os.Open(name)', 'os.Open(filepath.Join(name, "a"))', 'os.Open(fmt.Sprintf("%s.txt", name))', 'os.Open(os.Args[1])', 'os.Open(*config)', 'path := "a"\n\tpath, err = find()\n\tos.Open(path)', 'path := "a"\n\tpath += name\n\tos.Open(path)', 'var path string\n\tload(&path)\n\tos.Open(path)', 'os.Open("../" + name)', 'path := "a"\n\tfor {\n\t\tos.Open(path)\n\t\tpath = next()\n\t}'])('leaves open what may be anywhere: %s', (body) => {
    expect(read(body).unknown).toBe(1);
  });

  it.each(['os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0644)', 'os.ReadFile(temporary.Name())', 'os.Stat(name)\n\tos.MkdirAll(name, 0755)', 'h.service.Download(name)'])('passes over what reads nothing of the project: %s', (body) => {
    expect(read(body)).toEqual({ reads: [], unknown: 0 });
  });

  it('knows constants of other packages', () => {
    const project = memoryProject({ 'main.go': 'package main\n\nfunc main() { os.Open(filepath.Join(views.Dir, "a.html")) }\n', 'views/v.go': 'package views\n\nconst (\n\tDir = "web/templates"\n)\n' });
    expect(goSources(project, ['main.go', 'views/v.go']).reads.map((item) => item.text)).toEqual(['web/templates/a.html']);
  });
});
