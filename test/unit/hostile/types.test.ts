import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answered, mostSeconds, smallProjects } from '../../support/bounded.ts';

// The same cases in every run. FC_SEED=<number> looks at others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_240_601) });

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Rich manifests in which every field that is read has a value. */
const packageJson: Json = {
  name: 'app', version: '1.0.0', type: 'module', main: 'dist/index.js', bin: { app: 'cli.js' }, homepage: '/x', private: true,
  scripts: { build: 'tsc && vite build', start: 'node dist/index.js', prepare: 'husky', postinstall: 'node x.js', dev: 'nodemon' },
  dependencies: { express: '^4', next: '14', prisma: '5', sharp: '1', lib: 'file:./lib' }, devDependencies: { typescript: '^5', vite: '5' }, optionalDependencies: { fsevents: '2' }, peerDependencies: { react: '18' },
  workspaces: ['packages/*'], packageManager: 'pnpm@9.1.0', engines: { node: '>=20' }, files: ['dist'], pkg: { assets: ['x'] }, prisma: { schema: 'x.prisma' }, browserslist: ['x'], overrides: { a: { b: '1' } },
};
const packageLock: Json = { lockfileVersion: 3, packages: { '': { dependencies: { express: '^4' } }, 'node_modules/express': { version: '4.0.0', dependencies: { a: '1' }, hasInstallScript: true, engines: { node: 'x' }, os: ['linux'] }, 'node_modules/typescript': { dev: true } }, dependencies: { express: { version: '4', requires: { a: '1' } } } };
const tsconfig: Json = { extends: './tsconfig.base.json', compilerOptions: { outDir: 'dist', rootDir: 'src', module: 'commonjs', paths: { a: ['b'] }, noEmit: false }, include: ['src'], files: ['a.ts'], references: [{ path: 'x' }] };
const angular: Json = { defaultProject: 'app', projects: { app: { architect: { build: { builder: 'x', options: { outputPath: { base: 'dist/app', browser: 'browser' }, index: 'x' }, configurations: { production: { outputPath: 'dist/p' } }, defaultConfiguration: 'production' } }, targets: { build: { options: { outputPath: 'x' } } } } } };
const launchSettings: Json = { profiles: { http: { commandName: 'Project', applicationUrl: 'http://localhost:5000', environmentVariables: { ASPNETCORE_ENVIRONMENT: 'Development' }, commandLineArgs: 'a b' }, IIS: { commandName: 'IISExpress' } }, iisSettings: { iisExpress: { applicationUrl: 'x' } } };
const pipfileLock: Json = { _meta: { requires: { python_version: '3.12' } }, default: { flask: { version: '==3.0' } }, develop: { pytest: {} } };
const appsettings: Json = { Kestrel: { Endpoints: { Http: { Url: 'http://*:80' } } }, Urls: 'http://x', Logging: { File: 'x' } };
const globalJson: Json = { sdk: { version: '8.0.100', rollForward: 'x' }, 'msbuild-sdks': { a: '1' } };

/** TOML for a value of JSON; a `null` becomes a date, which JSON does not have. */
function toml(value: Json): string {
  if (value === null) return '1979-05-27T07:32:00Z';
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value === 'object') return `{ ${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)} = ${toml(item as Json)}`).join(', ')} }`;
  return JSON.stringify(value);
}
const tomlFile = (value: Json): string => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).map(([name, item]) => `${JSON.stringify(name)} = ${toml(item as Json)}`).join('\n') : `x = ${toml(value)}`);

const pyproject: Json = {
  project: { name: 'app', dependencies: ['flask', 'lib @ git+https://example.com/x'], 'optional-dependencies': { dev: ['pytest'] }, scripts: { app: 'app:main' }, 'requires-python': '>=3.12', readme: { file: 'README.md' }, license: { file: 'LICENSE' }, dynamic: ['version'] },
  'dependency-groups': { dev: ['pytest', { 'include-group': 'x' }] },
  tool: { poetry: { name: 'app', dependencies: { python: '^3.12', flask: '*', lib: { path: '../lib', develop: true } }, group: { dev: { dependencies: { pytest: '*' } } }, 'package-mode': true, packages: [{ include: 'app' }], scripts: { x: 'y' } }, uv: { sources: { lib: { workspace: true }, x: [{ git: 'y' }] }, workspace: { members: ['a/*'] }, package: true }, pdm: { 'dev-dependencies': { x: ['y'] } }, setuptools: { packages: ['app'], 'package-data': { app: ['x'] } } },
  'build-system': { requires: ['setuptools'], 'build-backend': 'setuptools.build_meta' },
};
const pipfile: Json = { packages: { flask: '*', lib: { path: '.', editable: true } }, 'dev-packages': { pytest: '*' }, requires: { python_version: '3.12' }, source: [{ url: 'x', name: 'y' }], scripts: { x: 'y' } };

const poetryLock: Json = { package: [{ name: 'flask', version: '3', dependencies: { a: '*' } }], metadata: { 'python-versions': '*' } };

const strange = fc.constantFrom<Json>(null, true, false, 0, -1, 1e99, '', ' ', 'x', '../../..', '/', '${', '*', '[', '__proto__', 'constructor', '\u0000', '\ud800', 'a'.repeat(5000), [], {}, [[]], [null], [{}], { a: null }, [1, 'a', {}], { __proto__x: [] }, { constructor: 1, toString: {}, hasOwnProperty: null });

/** All places of a value, as lists of names. */
function placesIn(value: Json, at: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...at]];
  return [[...at], ...Object.entries(value).flatMap(([name, item]) => placesIn(item as Json, [...at, name]))];
}

function replacedIn(value: Json, at: readonly string[], by: Json): Json {
  const [name, ...rest] = at;
  if (name === undefined || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === name ? replacedIn(item as Json, rest, by) : (item as Json)));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === name ? replacedIn(item as Json, rest, by) : (item as Json)]));
}

/** A value with one to three of its places taken by something else. */
const damaged = (value: Json): fc.Arbitrary<Json> => fc.array(fc.tuple(fc.constantFrom(...placesIn(value)), strange), { minLength: 1, maxLength: 3 }).map((changes) => changes.reduce<Json>((whole, [at, by]) => replacedIn(whole, at, by), value));

const jsonText = (value: Json): fc.Arbitrary<string> => damaged(value).map((damage) => JSON.stringify(damage));
const tomlText = (value: Json): fc.Arbitrary<string> => damaged(value).map(tomlFile);

const xmlPiece = fc.constantFrom('<PropertyGroup>', '</PropertyGroup>', '<ItemGroup Condition="', '">', '<OutputType>Exe</OutputType>', '<TargetFrameworks>net8.0;net9.0</TargetFrameworks>', '<PackageReference Include="x"/>', '<ProjectReference Include="..\\x\\x.csproj"/>', '<Import Project="$(X)"/>', '<Import Project="App.csproj"/>', '<constructor>x</constructor>', '<__proto__>y</__proto__>', '<toString/>', '$(__proto__)', "'$(constructor)' == ''", '<Choose><When Condition="">', '<![CDATA[', ']]>', '<!--', '-->', '<?x?>', '&lt;', '&#0;', '<AssemblyName>$(AssemblyName)$(AssemblyName)</AssemblyName>', '<Content Include="**/*" CopyToOutputDirectory="Always"/>', '<Content Include="[z-a]" CopyToOutputDirectory="Always"/>', '\u0000', '<:@ a="b"/>', '<#text>x</#text>');
const csproj = fc.array(xmlPiece, { maxLength: 8 }).map((pieces) => `<Project Sdk="Microsoft.NET.Sdk.Web">${pieces.join('')}</Project>`);

interface Case {
  readonly language: keyof typeof smallProjects;
  readonly dockerfiles: readonly string[];
  readonly files: Readonly<Record<string, fc.Arbitrary<string>>>;
}

const nodeStarts = ['CMD ["node", "dist/index.js"]', 'CMD npm start', 'CMD ["npx", "serve", "-s", "dist"]', 'CMD ["yarn", "start"]'];
const cases: readonly Case[] = [
  {
    language: 'node',
    dockerfiles: nodeStarts.flatMap((start) => [`FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n${start}\n`, `FROM node:20-alpine\nWORKDIR /app\nCOPY package.json ./\nRUN yarn\nCOPY . .\nRUN yarn build\n${start}\n`]),
    files: { 'package.json': jsonText(packageJson), 'package-lock.json': jsonText(packageLock), 'tsconfig.json': jsonText(tsconfig), 'angular.json': jsonText(angular), 'lib/package.json': jsonText(packageJson), 'packages/a/package.json': jsonText(packageJson), 'nest-cli.json': jsonText({ sourceRoot: 'src', compilerOptions: { assets: ['x'] } }), 'project.json': jsonText(angular), 'vercel.json': jsonText({ rewrites: [] }), 'serve.json': jsonText({ public: 'dist', rewrites: [{ source: '**', destination: '/index.html' }], headers: [{ source: 'x', headers: [{ key: 'a', value: 'b' }] }] }), 'src/index.ts': fc.constant('export {};\n') },
  },
  {
    language: 'python',
    dockerfiles: ['RUN pip install .', 'RUN pip install -r requirements.txt', 'RUN poetry install', 'RUN pip install uv && uv sync --frozen', 'RUN pip install pipenv && pipenv install --system', 'RUN pip install pdm && pdm install'].map((install) => `FROM python:3.12\nWORKDIR /app\nCOPY . .\n${install}\nCMD ["python", "app.py"]\n`),
    files: { 'pyproject.toml': tomlText(pyproject), Pipfile: tomlText(pipfile), 'Pipfile.lock': jsonText(pipfileLock), 'poetry.lock': tomlText(poetryLock), 'uv.lock': tomlText(poetryLock), 'requirements.txt': fc.constantFrom('flask\n', '-r requirements.txt\n', '-e .\n', '__proto__\nconstructor\n'), 'app.py': fc.constant('import flask\n') },
  },
  {
    language: 'dotnet',
    dockerfiles: ['RUN dotnet publish -c Release -o out', 'RUN dotnet publish App.csproj -o out', 'RUN dotnet build -o out'].flatMap((build) => [`FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\n${build}\nENTRYPOINT ["dotnet", "out/App.dll"]\n`, `FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nCOPY . .\n${build}\nENTRYPOINT ["dotnet", "run"]\n`]),
    files: { 'App.csproj': csproj, 'Directory.Build.props': csproj, 'Directory.Packages.props': csproj, 'nuget.config': csproj, 'global.json': jsonText(globalJson), 'appsettings.json': jsonText(appsettings), 'Properties/launchSettings.json': jsonText(launchSettings), 'App.slnx': csproj, 'Program.cs': fc.constant('WebApplication.CreateBuilder(args).Build().Run();\n') },
  },
];

describe('values of wrong types in manifests', () => {
  it.each(cases)('of $language are taken', async ({ language, dockerfiles, files }) => {
    const kinds = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...dockerfiles), fc.record(files, { requiredKeys: [] }), async (dockerfile, damage) => {
        const given = Object.fromEntries(Object.entries({ ...smallProjects[language].files, ...damage }).filter((entry): entry is [string, string] => entry[1] !== undefined));
        const { outcome, seconds } = await answered(dockerfile, given);
        expect(seconds).toBeLessThan(mostSeconds);
        kinds.set(outcome.kind, (kinds.get(outcome.kind) ?? 0) + 1);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 60) },
    );
    // Otherwise most of what is read was never reached.
    expect(kinds.get('converted') ?? 0).toBeGreaterThan(2);
  });
});
