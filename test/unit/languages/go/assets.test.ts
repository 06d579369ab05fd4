import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const mod = 'module example.com/shop\n\ngo 1.22\n';

/** A Go program with imports, declarations and the body of main. */
const program = (body: string, imports: readonly string[] = [], top = ''): string => `package main\n\nimport (\n${imports.map((path) => `\t"${path}"\n`).join('')})\n\n${top}\n\nfunc main() {\n\t${body}\n}\n`;

const head = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\n';
const tail = 'RUN go build -o server .\nCMD ["./server"]\n';

/** What COPY lines of the runtime stage take from the builder, the binary and certificates left out. */
async function carried(main: string, files: Record<string, string> = {}, dockerfile = head + tail): Promise<string[]> {
  const text = await proposal(main, files, dockerfile);
  return Array.from(text.slice(text.lastIndexOf('\nFROM ')).matchAll(/^COPY --from=\S+ (?:--chown=\S+ )?(\S+) \S+$/gm), (match) => match[1]!).filter((path) => !/\/(?:server|ca-certificates\.crt)$/.test(path));
}

async function proposal(main: string, files: Record<string, string> = {}, dockerfile = head + tail): Promise<string> {
  const outcome = await transform(dockerfile, memoryProject({ 'go.mod': mod, 'main.go': main, ...files }), {}, packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(outcome.findings.map((item) => `${item.code}: ${item.message}`).join('\n'));
  return outcome.text;
}

const site = { 'web/templates/a.html': '', 'web/static/a.css': '', 'data/a.json': '', 'notes/a.txt': '', 'config.yaml': '', 'migrations/1.sql': '', '.env': '' };

describe('go: files that are read at run time', () => {
  it.each([
    ['template.ParseGlob("web/templates/*.html")', ['/app/web/templates']],
    ['template.Must(template.ParseFiles(filepath.Join("web", "templates", "a.html")))', ['/app/web']],
    ['http.FileServer(http.Dir("./web/static"))', ['/app/web/static']],
    ['router.Static("/assets", "./web/static")', ['/app/web/static']],
    ['html.New("./web/templates", ".html")', ['/app/web/templates']],
    ['migrate.New("file://migrations", dsn)', ['/app/migrations']],
    ['os.Open(fmt.Sprintf("data/%s.json", name))', ['/app/data']],
    ['load("/app/data/a.json")', ['/app/data/a.json']],
    ['load("unknown.txt")', []],
    ['os.ReadFile("/etc/hostname"); os.Open("/proc/cpuinfo")', []],
  ])('%s', async (body, expected) => {
    expect(await carried(program(body), site)).toEqual(expected);
  });

  it('are everything but the sources where a path is made at run time', async () => {
    const text = await proposal(program('os.ReadFile(os.Args[1])'), site);
    expect(await carried(program('os.ReadFile(os.Args[1])'), site)).toEqual(['/app/.env', '/app/config.yaml', '/app/data', '/app/migrations', '/app/notes', '/app/web']);
    expect(text).toContain('WORKDIR /app\n');
    // A folder with sources in it gives its data only, and as a whole where that is much.
    expect(await carried(program('os.ReadFile(os.Args[1])'), { 'internal/api/api.go': 'package api\n', 'internal/api/schema.json': '', 'internal/mail/mail.go': 'package mail\n' })).toEqual(['/app/internal/api/schema.json']);
    expect(await carried(program('os.ReadFile(os.Args[1])'), { 'help/help.go': 'package help\n', ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`help/${n}.txt`, ''])) })).toEqual(['/app/help']);
  });

  it('are said to be unproven only where that brings more', async () => {
    const outcome = async (files: Record<string, string>): Promise<string[]> => (await transform(head + tail, memoryProject({ 'go.mod': mod, 'main.go': program('os.ReadFile(os.Args[1])'), ...files }), {}, packagedTemplates())).findings.map((item) => item.code);
    expect(await outcome({ 'README.md': '' })).not.toContain('whole-folder');
    expect(await outcome(site)).toContain('whole-folder');
  });

  it('are the whole folder where it is served', async () => {
    expect(await carried(program('http.FileServer(http.Dir("."))'), { 'index.html': '', 'style.css': '' })).toEqual(['/etc/mime.types', '/app/index.html', '/app/style.css']);
    expect(await carried(program('template.ParseGlob("*.html")'), { 'index.html': '', 'style.css': '' })).toEqual(['/app/index.html']);
  });

  it('may be files about the project, where the program names them', async () => {
    expect(await carried(program('load("README.md")'), { 'README.md': '' })).toEqual(['/app/README.md']);
    expect(await carried(program('find("go.mod")'))).toEqual(['/app/go.mod']);
    expect(await carried(program('log.Println("Makefile", "Dockerfile")'), { Makefile: '' })).toEqual([]);
    expect(await carried(program('os.ReadFile("main.go")'))).toEqual(['/app/main.go']);
  });

  it('are found from what ENV, the start and configuration files name', async () => {
    const files = { ...site, 'config.yaml': 'templates: web/templates\npolicy: "notes/a.txt"\n' };
    expect(await carried(program('load(os.Getenv("CONFIG"))'), files, `${head}ENV CONFIG=/app/config.yaml\n${tail}`)).toEqual(['/app/config.yaml', '/app/notes/a.txt', '/app/web/templates']);
    expect(await carried(program('flag.Parse()'), site, head + tail.replace('"]', '", "-config=config.yaml"]'))).toEqual(['/app/config.yaml']);
  });

  it('are seen from where the program starts', async () => {
    expect(await carried(program('http.Dir("static")'), { 'web/static/a.css': '' }, `${head}RUN go build -o /usr/local/bin/server .\nCMD cd web && server\n`)).toEqual(['/app/web/static']);
    expect(await carried(program('os.Chdir("web"); http.Dir("static")'), { 'web/static/a.css': '' })).toEqual(['/app/web']);
  });

  it('are no strings of generated code', async () => {
    expect(await carried(program('run()'), { 'api/shop.proto': '', 'shop.pb.go': 'package main\n\nconst raw = "api/shop.proto"\n' })).toEqual([]);
  });
});

describe('go: modules that read files', () => {
  it.each([
    ['github.com/joho/godotenv', 'godotenv.Load()', ['/app/.env']],
    ['github.com/joho/godotenv/autoload', 'run()', ['/app/.env']],
    ['github.com/spf13/viper', 'viper.AutomaticEnv()', []],
    ['github.com/spf13/viper', 'viper.SetConfigName("config"); viper.AddConfigPath("."); viper.ReadInConfig()', ['/app/config.yaml']],
    ['github.com/spf13/viper', 'viper.AddConfigPath("."); viper.ReadInConfig()', ['/app/config.yaml']],
    ['github.com/spf13/viper', 'viper.SetConfigFile("data/a.json"); viper.ReadInConfig()', ['/app/data/a.json']],
    ['github.com/casbin/casbin/v2', 'casbin.NewEnforcer("data/a.json", adapter)', ['/app/data/a.json']],
  ])('%s: %s', async (path, body, expected) => {
    expect(await carried(program(body, [path]), site)).toEqual(expected);
  });

  it('by a name of the environment: all configuration in its folder', async () => {
    const files = { 'configs/dev.json': '', 'configs/prod.json': '', 'configs/load.go': 'package configs\n', 'notes/a.txt': '' };
    expect(await carried(program('viper.AddConfigPath("./configs"); viper.SetConfigName(os.Getenv("ENV"))', ['github.com/spf13/viper']), files)).toEqual(['/app/configs/dev.json', '/app/configs/prod.json']);
  });

  it('by names of their own: everything', async () => {
    expect(await carried(program('beego.Run()', ['github.com/astaxie/beego']), { 'conf/app.conf': '', 'views/index.tpl': '', 'static/a.css': '', 'routers/r.go': 'package routers\n' })).toEqual(['/app/conf', '/app/static', '/app/views']);
  });

  it('beside the source file that calls them: their paths stay in the binary', async () => {
    const text = await proposal(program('rice.MustFindBox("tpl")', ['github.com/GeertJohan/go.rice']), { 'tpl/a.txt': '' });
    expect(text).not.toContain('-trimpath');
    expect(text).toContain('COPY --from=builder /app/tpl ./tpl');
  });
});

describe('go: files that are compiled in', () => {
  const top = '//go:embed web/templates web/static/*.css\nvar files embed.FS';

  it('are not copied', async () => {
    expect(await carried(program('template.ParseFS(files, "web/templates/*.html"); fs.Sub(files, "web/static"); os.ReadFile("data/a.json")', ['embed'], top), site)).toEqual(['/app/data/a.json']);
    expect(await carried(program('template.ParseFS(files, dir + "/*.html")', ['embed'], `const dir = "web/templates"\n\n${top}`), site)).toEqual([]);
  });

  it('are copied where the program reads them from the disk as well', async () => {
    expect(await carried(program('template.ParseFS(files, "web/templates/*.html"); http.Dir("web/static")', ['embed'], top), site)).toEqual(['/app/web/static']);
  });

  it('are not among what may be read at a path made at run time', async () => {
    expect(await carried(program('template.ParseFS(files, "web/templates/*.html"); os.ReadFile(os.Args[1])', ['embed'], '//go:embed web\nvar files embed.FS'), { 'web/templates/a.html': '', 'data/a.json': '' })).toEqual(['/app/data']);
  });
});

describe('go: folders to write in', () => {
  it.each([
    ['sqlite.Open("data/test.db")', { 'data/.gitkeep': '' }, ['/app/data']],
    ['sqlite.Open("file:data/test.db?cache=shared")', { 'data/.gitkeep': '' }, ['/app/data']],
    ['os.Create(filepath.Join("uploads", name))', { 'uploads/.gitkeep': '' }, ['/app/uploads']],
    ['os.OpenFile("./logs/app.log", os.O_CREATE|os.O_WRONLY, 0644)', { 'logs/.keep': '' }, ['/app/logs']],
    ['os.Create("out.txt")', {}, []],
  ])('%s', async (body, files, expected) => {
    expect(await carried(program(body), files as Record<string, string>)).toEqual(expected);
  });

  it('that a RUN makes', async () => {
    expect(await carried(program('os.Create("uploads/" + name)'), {}, `${head}RUN mkdir -p uploads /var/data\n${tail}`)).toEqual(expect.arrayContaining(['/app/uploads', '/var/data']));
  });
});

describe('go: what RUNs make for the program', () => {
  it('front ends, without what only their build needs', async () => {
    const dockerfile = `${head}RUN cd web && npm ci && npm run build\n${tail}`;
    const files = { 'web/package.json': '{}', 'web/src/index.js': '' };
    expect(await carried(program('http.Dir("./web/dist")'), files, dockerfile)).toEqual(['/app/web/dist']);
    expect(await carried(program('http.FS(files)', ['embed'], '//go:embed web/dist\nvar files embed.FS'), files, dockerfile)).toEqual([]);
    expect(await carried(program('spa.New("web/client")'), files, dockerfile)).toEqual(['/app']);
    const unproven = await proposal(program('http.Dir(os.Getenv("ROOT"))'), files, dockerfile);
    expect(unproven).toContain('COPY --from=builder /app /app');
    expect(unproven).toContain('RUN rm -rf /app/web/node_modules');
  });

  it('files of an archive that is unpacked among the sources', async () => {
    const dockerfile = `${head}RUN wget -O fonts.zip https://example.com/fonts.zip\nRUN unzip fonts.zip\n${tail}`;
    expect(await carried(program('draw.LoadFontFace("COMIC.TTF", 32)'), {}, dockerfile)).toContain('/app');
    expect(await carried(program('run()'), {}, dockerfile)).not.toContain('/app');
  });

  it('folders that a generator makes beside its code', async () => {
    expect(await carried(program('http.Dir("./docs")'), {}, `${head}RUN swag init\n${tail}`)).toEqual(['/app']);
    expect(await carried(program('http.Dir("./docs")'), { 'docs/a.json': '' }, `${head}RUN swag init\n${tail}`)).toEqual(['/app/docs']);
  });

  it('symbolic links, as links', async () => {
    const text = await proposal(program('os.Create("uploads/" + name)'), {}, `${head}RUN mkdir -p /data && ln -s /data /app/uploads && ln -sf /dev/stdout /app/access.log\n${tail}`);
    expect(text).toContain('RUN mkdir -p /tmp/links/app \\\n    && cp -P /app/uploads /app/access.log /tmp/links/app/');
    expect(text).toContain('COPY --from=builder /tmp/links/app/ /app/');
    expect(text).not.toMatch(/^COPY --from=builder \/app\/(?:uploads|access\.log)/m);
  });

  it('no folder of a local module that has nothing but sources', async () => {
    const dockerfile = 'FROM golang:1.22\nWORKDIR /src/app\nCOPY go.mod main.go ./\nCOPY pkg /src/pkg\nRUN go build -o server .\nCMD ["./server"]\n';
    expect(await carried(program('pkg.Run()', ['example.com/pkg']), { 'go.mod': `${mod}require example.com/pkg v1.0.0\nreplace example.com/pkg => ../pkg\n`, 'pkg/go.mod': 'module example.com/pkg\n', 'pkg/pkg.go': 'package pkg\n' }, dockerfile)).toEqual([]);
  });
});
