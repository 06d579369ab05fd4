import { dirname, filesBelow, join, type Project } from '../../project/project.ts';
import { scanSource, type Scanned } from './scan.ts';

/** A place in the project that proves something. */
export interface Evidence {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The project's own sources that may run in the image. */
export interface NodeSources {
  /** False when the project is not at hand: nothing can be concluded from what was not found. */
  readonly known: boolean;
  readonly files: ReadonlyMap<string, Scanned>;
  /** True when `files` are exactly those that the entry point reaches. */
  readonly closed: boolean;
  /** True when they are the sources of what runs: a compiler put each of them into the build's output. */
  readonly compiled: boolean;
}

/** Packages that load files of a folder, which no import names. Source: their documentation. */
const folderLoaders = new Set(
  '@fastify/autoload fastify-autoload glob globby fast-glob tinyglobby require-all require-dir require-directory include-all consign express-load bulk-require typeorm @nestjs/typeorm @mikro-orm/core @mikro-orm/nestjs knex objection umzug db-migrate sequelize-typescript awilix egg thinkjs moleculer sails loopback-boot @loopback/boot actionhero @strapi/strapi strapi @keystone-6/core hubot config bree discord-akairo @sapphire/framework @discordx/importer commandkit djs-commander wokcommands discord.js-commando express-openapi express-openapi-validator oas-tools exegesis-express @adonisjs/core @adonisjs/ignitor piscina workerpool'.split(
    ' ',
  ),
);

const sourceFile = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro)$/;

/** Files that only tests and tools read. Source: the naming conventions of the tools' documentation. */
const notRuntime =
  /(?:^|\/)(?:__tests__|__mocks__|tests?|e2e|spec|specs|cypress|\.storybook|stories|\.github|docs)\/|\.(?:test|spec|stories|e2e-spec|cy|d)\.[cm]?[jt]sx?$|(?:^|\/)(?:gulpfile|gruntfile|karma\.conf|protractor\.conf|vite[\w.-]*\.config|vitest[\w.-]*|webpack[\w.-]*|rollup[\w.-]*\.config|jest\.[\w.]*|babel\.config|postcss\.config|tailwind\.config|eslint\.config|\.eslintrc|\.prettierrc|prettier\.config|commitlint\.config|lint-staged\.config|playwright[\w.-]*\.config|cypress[\w.-]*\.config|tsup[\w.-]*\.config|esbuild[\w.-]*|svelte\.config|craco\.config|vue\.config|metro\.config|\.lintstagedrc|stylelint\.config|setupTests|jest-[\w.-]+|build|release\.config)\.[cm]?[jt]s$/i;

/** Bytes of sources that are read at most, over all files. */
const budget = 12_000_000;

/**
 * Reads the sources that may run.
 *
 * @param folder the project folder of the application
 * @param entries files of the project with which the program starts, or from which the compiler makes them; empty when they are not known
 * @param compiled whether a compiler makes what runs from them
 */
export function nodeSources(project: Project, folder: string, entries: readonly string[], compiled = false): NodeSources {
  if (!project.known) return { known: false, files: new Map(), closed: false, compiled: false };
  const reader = new Reader(project, folder);
  if (entries.length > 0 && entries.every((entry) => project.kind(entry) === 'file')) {
    const closure = reader.closure(entries);
    if (closure) return { known: true, files: closure, closed: true, compiled };
  }
  const files = new Map<string, Scanned>();
  for (const path of filesBelow(project, folder, (path) => sourceFile.test(path) && !notRuntime.test(path.slice(folder.length).replace(/^\//, '')))) {
    const scanned = reader.read(path);
    if (scanned) files.set(path, scanned);
  }
  return { known: true, files, closed: false, compiled: false };
}

class Reader {
  private left = budget;
  private readonly cache = new Map<string, Scanned | undefined>();
  constructor(
    private readonly project: Project,
    private readonly folder: string,
  ) {}

  read(path: string): Scanned | undefined {
    if (this.cache.has(path)) return this.cache.get(path);
    const text = this.left > 0 ? this.project.read(path) : undefined;
    this.left -= text?.length ?? 0;
    const scanned = text === undefined ? undefined : scanSource(/\.(?:vue|svelte|astro)$/.test(path) ? scriptsOf(text) : text);
    this.cache.set(path, scanned);
    return scanned;
  }

  /** The files that the entries reach through imports and through the names of files; undefined when what is loaded is decided at run time. */
  closure(entries: readonly string[]): Map<string, Scanned> | undefined {
    const files = new Map<string, Scanned>();
    const queue = [...entries];
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      if (files.has(path) || path.endsWith('.json')) continue;
      const scanned = this.read(path);
      if (!scanned || scanned.dynamicImport !== undefined) return undefined;
      files.set(path, scanned);
      for (const { name } of scanned.imports) {
        const places = this.placesOf(name, dirname(path));
        if (places === undefined) continue;
        const found = places.map((place) => this.resolve(place)).find((place) => place !== undefined);
        if (found !== undefined) queue.push(found);
        else if (!name.startsWith('.')) return undefined;
      }
      if (scanned.imports.some(({ name }) => folderLoaders.has(packageOfImport(name) ?? ''))) return undefined;
      for (const { text } of scanned.literals) {
        // A pattern of sources loads them without an import; a worker or a child process is named by its file.
        if (/\*.*\.[{(]?\.?[cm]?[jt]s/.test(text)) return undefined;
        const named = /\.[cm]?[jt]s$/.test(text) ? [join(dirname(path), text), join(this.folder, text)].flatMap((place) => this.resolve(place) ?? []) : [];
        queue.push(...named);
      }
    }
    return files;
  }

  /** Where an import may lead in the project; undefined for a package. */
  private placesOf(name: string, from: string): string[] | undefined {
    if (name.startsWith('.')) return [join(from, name)];
    if (/^[@~]\//.test(name)) return [join(this.folder, `src/${name.slice(2)}`), join(this.folder, name.slice(2))];
    if (name.startsWith('#')) return [];
    // `import 'src/x'` leads into the project by its settings.
    return [this.folder, ''].some((folder) => this.project.kind(join(folder, name.split('/')[0]!)) === 'folder') ? [join(this.folder, name), name] : undefined;
  }

  /** Node's resolution of a relative import, with TypeScript's endings. */
  private resolve(path: string): string | undefined {
    const bare = path.replace(/\.[cm]?jsx?$/, '');
    const candidates = [path, ...['.js', '.json', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx', '.jsx'].map((end) => path + end), ...['.ts', '.mts', '.cts', '.tsx'].map((end) => bare + end), ...['index.js', 'index.ts', 'index.mjs', 'index.cjs', 'index.json'].map((name) => join(path, name))];
    return candidates.find((candidate) => this.project.kind(candidate) === 'file');
  }
}

/** The script parts of a component file; the rest is markup. */
const scriptsOf = (text: string): string => Array.from(text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>|^---\n([\s\S]*?)\n---/g), (match) => match[1] ?? match[2] ?? '').join('\n');

/** The package that an import names: `@scope/name/deep` is `@scope/name`; undefined for relative paths, aliases and Node's own modules. */
export function packageOfImport(name: string): string | undefined {
  if (/^(?:[./]|node:|[@~]\/|#|data:|file:|https?:|bun:|\\0|virtual:|\$)/.test(name)) return undefined;
  const parts = name.split('/');
  const bare = name.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
  return /^(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~_][\w.~-]*$/i.test(bare) && !builtins.has(bare) ? bare : undefined;
}

/** Source: `require('node:module').builtinModules`. */
const builtins = new Set(
  'assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib'.split(' '),
);

/** Packages that the sources import, each with one place. */
export function importedPackages(sources: NodeSources): Map<string, Evidence> {
  const found = new Map<string, Evidence>();
  for (const [file, scanned] of sources.files) {
    for (const { name, line } of scanned.imports) {
      const bare = packageOfImport(name);
      if (bare !== undefined && !found.has(bare)) found.set(bare, { file, line, text: name });
    }
  }
  return found;
}

/** The first place where the code of a source matches. */
export function firstMatch(sources: NodeSources, pattern: RegExp): Evidence | undefined {
  for (const [file, { code }] of sources.files) {
    const match = pattern.exec(code);
    if (match) return { file, line: code.slice(0, match.index).split('\n').length, text: match[0].trim() };
  }
  return undefined;
}

/** The first string literal for which `wanted` holds. */
export function firstLiteral(sources: NodeSources, wanted: (text: string, file: string) => boolean): Evidence | undefined {
  for (const [file, { literals }] of sources.files) {
    const literal = literals.find((item) => wanted(item.text, file));
    if (literal) return { file, line: literal.line, text: literal.text };
  }
  return undefined;
}

