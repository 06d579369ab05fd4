import { lockStatus } from '../../manifests/node-lockfile.ts';
import { join, type Project } from '../../project/project.ts';
import type { NodeApp } from './app.ts';
import { firstLiteral, importedPackages, type Evidence, type NodeSources } from './sources.ts';
import { packagesOfTool, type NodeStart } from './start.ts';

/** A package that runs although a production installation leaves it out. */
export interface DevNeed {
  readonly name: string;
  readonly why: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** True when nothing else is needed, and the package has no dependencies. */
  readonly only?: true;
}

/** Packages that another one loads by a setting, not by an import. Source: the documentation of the ORMs. */
const loadedBySetting: Readonly<Record<string, readonly string[]>> = {
  sequelize: ['pg', 'pg-hstore', 'mysql2', 'mariadb', 'sqlite3', 'tedious', 'oracledb'],
  typeorm: ['pg', 'mysql', 'mysql2', 'sqlite3', 'better-sqlite3', 'mssql', 'mongodb', 'sql.js', 'reflect-metadata'],
  '@nestjs/typeorm': ['pg', 'mysql', 'mysql2', 'sqlite3', 'better-sqlite3', 'mssql', 'mongodb'],
  knex: ['pg', 'mysql', 'mysql2', 'sqlite3', 'better-sqlite3', 'tedious'],
  '@nestjs/core': ['@nestjs/platform-express', '@nestjs/platform-fastify', 'class-transformer', 'class-validator', 'reflect-metadata', 'rxjs'],
  next: ['react', 'react-dom', 'sharp'],
};

/** Frameworks that put what the sources import into the build's output. Source: their documentation. */
const bundles: readonly string[] = ['@sveltejs/kit', 'nuxt', 'nuxt3', 'nitropack', 'vinxi', '@solidjs/start'];

/**
 * The first package that the program needs at run time and that a production installation would leave out.
 *
 * @param start the resolved start
 * @param sources the sources that may run
 */
export function devNeedOf(project: Project, app: NodeApp, start: NodeStart, sources: NodeSources): DevNeed | undefined {
  const { manifest } = app;
  if (!manifest) return undefined;
  const production = (name: string): boolean => name in manifest.dependencies || name in manifest.optionalDependencies || name in manifest.peerDependencies;
  const devOnly = (name: string): boolean => name in manifest.devDependencies && !production(name);
  const types = Object.keys(manifest.devDependencies).find((name) => name.startsWith('@types/'));
  for (const leaf of start.leaves) {
    // It checks types when it starts, unless it is told not to.
    if (types !== undefined && leaf.words.concat(leaf.program).some((word) => word !== undefined && /^ts-node(?:\/register(?:\/files)?|-script|-esm)?$/.test(word)) && !leaf.words.some((word) => /^(?:-T|--transpile-only|--transpileOnly|--swc)$/.test(word ?? ''))) {
      return { name: types, why: 'ts-node checks types when it starts', file: leaf.file, line: leaf.line };
    }
    if (!/^(?:node|nodejs|npm|yarn|pnpm|bun|sh|bash)$/.test(leaf.program)) {
      const packages = packagesOfTool(leaf.program);
      const name = packages.find(devOnly);
      if (name !== undefined && !packages.some(production)) return { name, why: `the start runs ${leaf.program}`, file: leaf.file, line: leaf.line };
    }
    const loaded = leaf.words.flatMap((word, index, all) => (/^(?:-r|--require|--import|--loader|--experimental-loader)$/.test(all[index - 1] ?? '') ? [word] : (/^(?:--require|--import|--loader|--experimental-loader)=(.+)$/.exec(word ?? '')?.[1] ?? [])));
    for (const word of loaded) {
      const name = word === undefined ? undefined : nameOf(word);
      if (name !== undefined && devOnly(name)) return { name, why: `the start loads ${word}`, file: leaf.file, line: leaf.line };
    }
  }
  const runner = sources.known ? packageManagerCall(sources) : undefined;
  if (runner) return need('what package.json names', `the sources run \`${runner.text}\``, runner);
  const bundled = bundles.some((name) => production(name) || name in manifest.devDependencies);
  if (!sources.known || bundled) return undefined;
  const lock = app.lockfile?.path === undefined ? undefined : project.read(app.lockfile.path);
  const direct = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const [name, evidence] of importedPackages(sources)) {
    if (production(name)) continue;
    if (devOnly(name)) return need(name, 'the sources import it', evidence);
    const status = lock === undefined ? undefined : lockStatus(app.lockfile!, lock, name, direct);
    if (status === 'development') return need(name, 'the sources import it, and only a dev dependency brings it', evidence);
    // pnpm lets nobody import what the package.json does not list.
    const listed = `@types/${name.replace(/^@(.*)\/(.*)$/, '$1__$2')}` in { ...manifest.devDependencies, ...manifest.dependencies };
    if (status === undefined && app.manager !== 'pnpm' && !listed && project.kind(join(app.source ?? '', name.split('/')[0]!)) === undefined && project.kind(join(app.source ?? '', `src/${name.split('/')[0]!}`)) === undefined) {
      return need(name, 'the sources import it, package.json does not list it, and no lockfile tells what brings it', evidence);
    }
  }
  for (const [owner, names] of Object.entries(loadedBySetting)) {
    const name = production(owner) ? names.find(devOnly) : undefined;
    if (name !== undefined) return { name, why: `${owner} loads it by a setting`, file: undefined, line: undefined };
  }
  const named = Object.keys(manifest.devDependencies).filter((name) => devOnly(name) && !/^(?:@types\/|eslint|prettier|jest|mocha|typescript$)/.test(name));
  const wanted = new Set(named);
  // In a configuration file such names are loaders and plugins of the build.
  const literal = firstLiteral(sources, (text, file) => wanted.has(text) && !/\.config\.[cm]?[jt]s$/.test(file));
  if (literal) return need(literal.text, 'the sources name it', literal);
  const config = nextConfig(project, app);
  if (config === undefined || !devOnly('typescript') || !(start.leaves.some((leaf) => leaf.program === 'next') || importedPackages(sources).has('next'))) return undefined;
  return { name: 'typescript', why: `Next.js reads ${config} when it starts`, file: config, line: 1, only: true };
}

/** The settings of Next.js in TypeScript: each start compiles them, and installs typescript where it is not found. Source: Next.js, build/next-config-ts. */
const nextConfig = (project: Project, app: NodeApp): string | undefined => ['next.config.ts', 'next.config.mts'].map((name) => join(app.source ?? '', name)).find((path) => project.kind(path) === 'file');

/** A place where the sources run scripts of package.json, or programs of node_modules, in a child process. */
function packageManagerCall(sources: NodeSources): Evidence | undefined {
  const calls = firstLiteral(sources, (text, file) => /^(?:npm|npx|yarn|pnpm|bunx?|node --run|(?:\.\/)?node_modules\/\.bin\/\S+)(?=\s|$)/.test(text) && startsPrograms.test(sources.files.get(file)!.code));
  return calls && { ...calls, text: calls.text.slice(0, 60) };
}

/** Packages and modules that start programs. */
const startsPrograms = /\bchild_process\b|['"](?:execa|shelljs|cross-spawn|zx|node-cmd)['"]/;

const need = (name: string, why: string, evidence: Evidence): DevNeed => ({ name, why, file: evidence.file, line: evidence.line });

const nameOf = (word: string): string | undefined => (/^[./]/.test(word) ? undefined : word.split('/').slice(0, word.startsWith('@') ? 2 : 1).join('/'));
