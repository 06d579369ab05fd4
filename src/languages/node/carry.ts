import { refuse } from '../../findings.ts';
import { dirname, join } from '../../project/project.ts';
import { presenceOf } from '../../walk/contents.ts';
import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import type { NodeApp } from './app.ts';
import { readsEnvFiles, unusualIgnored } from './local-files.ts';
import type { Outputs } from './outputs.ts';
import { packageOfImport, type NodeSources } from './sources.ts';
import type { ClassifiedStep } from './steps.ts';

/** What the runtime stage takes from the builder. */
export interface Carry {
  /** Absolute paths, the same in both stages. */
  readonly paths: readonly { readonly path: string; readonly folder: boolean }[];
  /** Why a whole folder is taken; undefined when the parts could be told. */
  readonly whole: string | undefined;
  /** True when something of the application's folder is left out. */
  readonly selected: boolean;
}

/** What the start reads beside the program and its data. */
export interface Keeps {
  readonly tsconfig: boolean;
  /** False when the build's output has its own node_modules. */
  readonly modules: boolean;
}

/** Files and folders at the top of a project that only building, testing and publishing read. Source: the tools' documentation. */
const neverRead =
  /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|tsconfig[\w.-]*\.json|jsconfig\.json|nest-cli\.json|tslint\.json|(?:jest|vite|vitest|webpack|rollup|babel|postcss|tailwind|eslint|prettier|playwright|cypress|tsup|commitlint|lint-staged|karma|stylelint|release|svgo)[\w.-]*\.(?:[cm]?[jt]s|json)|\.(?:eslint|prettier|editorconfig|git|dockerignore|npmrc|npmignore|nvmrc|node-version|babelrc|swcrc|lintstagedrc|husky|vscode|idea|circleci|travis|stylelint|commitlint|release|yarnrc|nyc|mocharc|browserslist|gitlab-ci|env\.(?:example|sample|template))[\w.-]*|(?:readme|license|licence|changelog|contributing|code_of_conduct|security|authors|todo)(?:[.-].*)?|.*\.md|Dockerfile.*|.*\.dockerfile|(?:docker-)?compose.*\.ya?ml|Makefile|biome\.jsonc?|lefthook\.ya?ml|renovate\.json5?|turbo\.json|[\w.-]+\.tsbuildinfo|sonar-project\.properties|\.sonarcloud\.properties|codecov\.ya?ml|Procfile|fly\.toml|vercel\.json|netlify\.toml|render\.yaml|example\.json|(?:tests?|__tests__|__mocks__|specs?|e2e|cypress|coverage|\.nyc_output|docs))$/i;

/** Folders at the top of every Linux image. Source: Filesystem Hierarchy Standard. */
const topOfSystem = new Set('bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var'.split(' '));

/** Lines of COPY beyond which one for the whole folder reads better. */
const mostLines = 9;

/**
 * Decides what the runtime stage takes. Of the application's folder it leaves out only what provably no program reads: sources that were
 * compiled, and files of build tools.
 *
 * @throws Refusal when the project lies at `/` and its files cannot be told from the system's
 */
export function carryOf(walk: Walk, app: NodeApp, steps: readonly ClassifiedStep[], folders: readonly string[], sources: NodeSources, outputs: Outputs, keeps: Keeps): Carry {
  const paths: { path: string; folder: boolean }[] = [];
  let whole: string | undefined;
  let selected = false;
  for (const folder of folders) {
    // A RUN may have moved or deleted it again.
    if (presenceOf(folder, walk) === 'absent') continue;
    const chosen = folder === app.folder || folder === '/' ? selection(walk, app, folder, steps, sources, outputs, keeps) : undefined;
    if (chosen && !('why' in chosen)) {
      paths.push(...chosen.paths);
      selected = true;
    } else if (folder === '/') {
      throw refuse('unsupported-shape', { reason: `the project lies in / and its files cannot be told from the system's: ${chosen?.why ?? ''}`, help: 'Set a WORKDIR such as /app before the first COPY.' }, { line: walk.stage.from.line });
    } else {
      paths.push({ path: folder, folder: true });
      whole ??= chosen?.why;
    }
  }
  return { paths, whole, selected };
}

function selection(walk: Walk, app: NodeApp, folder: string, steps: readonly ClassifiedStep[], sources: NodeSources, outputs: Outputs, keeps: Keeps): { paths: Carry['paths'] } | { why: string } {
  if (!walk.project.known || !sources.known) return { why: 'the project is not at hand' };
  if (outputs.unknown !== undefined) return { why: `it cannot be told what this writes: ${outputs.unknown.replace(/\s+/g, ' ').slice(0, 80)}` };
  if (!app.runsBuilt) return { why: 'the start may read or compile the sources' };
  const given = steps.flatMap((item) => item.parts).find(({ part, role }) => role === 'project' && part.effect.kind === 'files' && /^ch(?:own|mod|grp)$/.test(part.effect.verb));
  if (given && folder !== '/') return { why: `owners and permissions are set in it: ${given.part.text.trim().slice(0, 80)}` };
  const built = outputs.paths.filter((path) => isBelow(path, folder) && path !== folder && !path.endsWith('/node_modules'));
  const compiled = outputs.paths.some((path) => path === folder) ? new Set<string>() : compiledFolders(walk, app, sources, built);
  if (folder !== '/' && built.length === 0 && compiled.size === 0) return { why: 'the program runs from its sources' };
  const top = new Map<string, { source: string; folder: boolean }>();
  for (const { step } of steps) {
    if (!step.copy || step.copy.destination === undefined) continue;
    if (step.copy.transforms || step.copy.from !== undefined) {
      if (isBelow(step.copy.destination, folder)) return { why: 'an ADD or COPY brings files that are not in the project' };
      continue;
    }
    for (const entry of step.copy.entries) {
      if (!isBelow(entry.target, folder)) continue;
      const names = entry.target === folder ? walk.project.list(entry.source).map((name) => ({ name, source: join(entry.source, name) })) : [{ name: entry.target.slice(folder.length).replace(/^\//, '').split('/')[0]!, source: entry.source }];
      for (const { name, source } of names) top.set(name, { source, folder: walk.project.kind(source) === 'folder' || entry.target.slice(folder.length).replace(/^\//, '').includes('/') });
    }
  }
  const shared = folder === '/' ? [...top.keys()].find((name) => topOfSystem.has(name)) : undefined;
  if (shared !== undefined) return { why: `/${shared} holds files of both` };
  const first = (path: string): string => path.slice(folder === '/' ? 1 : folder.length + 1).split('/')[0]!;
  for (const path of built) if (!top.has(first(path))) top.set(first(path), { source: '', folder: !/[^/]\.\w+$/.test(path) || path.slice(folder.length + 1).includes('/') });
  if (keeps.modules && outputs.paths.some((path) => isBelow(path, folder) && path.endsWith('/node_modules') && first(path) === 'node_modules') && hasDependencies(app)) top.set('node_modules', { source: '', folder: true });
  const words = mentions(walk, sources, [...top].filter(([name, item]) => !item.folder && !neverRead.test(name)).map(([, item]) => item.source));
  const needed = (name: string): boolean => {
    if (built.some((path) => first(path) === name) || name === 'node_modules' || name === 'package.json' || name === '.env*') return true;
    if (app.entry !== undefined && isBelow(app.entry, join('', folder) === '' ? `/${name}` : `${folder}/${name}`)) return true;
    // Each start reads the settings of Next.js; in TypeScript it compiles them, by tsconfig.json.
    if (name.startsWith('next.config.') || (name === 'tsconfig.json' && [...top.keys()].some((other) => /^next\.config\.m?ts$/.test(other)))) return true;
    if (keeps.tsconfig && name.startsWith('tsconfig')) return true;
    const isSource = compiled.has(name) || (compiled.size > 0 && /\.[cm]?tsx?$/.test(name));
    return !(neverRead.test(name) || isSource) || words.some((text) => new RegExp(String.raw`(?:^|[/\s"'(=])${name.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')}(?:$|[/\s"')*])`).test(text));
  };
  const local = unusualIgnored(walk, app.source ?? '');
  if (local !== undefined && folder !== '/') return { why: `.gitignore lists ${local}, which other machines may have` };
  const environment = [...top.keys()].some((name) => /^\.env(?:\.(?!example|sample|template)|$)/.test(name)) || readsEnvFiles(walk, app);
  for (const name of top.keys()) if (name.startsWith('.env')) top.delete(name);
  // A pattern, since each machine has its own.
  if (environment) top.set('.env*', { source: '', folder: false });
  const kept = [...top].filter(([name]) => needed(name)).map(([name, item]) => ({ path: folder === '/' ? `/${name}` : `${folder}/${name}`, folder: item.folder }));
  if (folder === '/') return { paths: kept };
  if (kept.length === top.size) return { why: 'the program may read all of it' };
  return linesOf(kept) > mostLines ? { why: 'the program may read most of it' } : { paths: kept };
}

/** Without any dependency an installation makes no node_modules. */
const hasDependencies = ({ manifest }: NodeApp): boolean => manifest === undefined || [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies, manifest.peerDependencies].some((table) => Object.keys(table).length > 0);

/** Files share a line; each folder needs one. */
const linesOf = (paths: Carry['paths']): number => paths.filter((item) => item.folder).length + (paths.some((item) => !item.folder) ? 1 : 0);

/** Folders of sources that Next.js compiles into its output, and that `next start` does not read. Source: its documentation, "Project structure". */
const nextSources = ['app', 'pages', 'src', 'components', 'styles', 'hooks', 'types'];

/** Folders of sources that Nuxt compiles into .output. Source: its documentation, "Directory structure". */
const nuxtSources = ['app', 'pages', 'src', 'components', 'layouts', 'composables', 'plugins', 'middleware', 'assets', 'server', 'utils', 'stores', 'types'];

/** Packages with which the settings of Next.js read no files of the project. Source: their documentation. */
const plainSettings = new Set(['next', '@next/bundle-analyzer', 'next-compose-plugins', 'next-transpile-modules', 'webpack', 'dotenv']);

/** Whether the settings of Next.js, which each start reads, load nothing of the project: plugins may check that sources are there. */
function ownSettings(walk: Walk, source: string, sources: NodeSources): boolean {
  return walk.project.list(source).filter((name) => name.startsWith('next.config.')).every((name) => {
    const scanned = sources.files.get(join(source, name));
    if (scanned === undefined || scanned.dynamicImport !== undefined) return false;
    return scanned.imports.every((item) => {
      const bare = packageOfImport(item.name);
      return bare === undefined ? !/^[.@~#]/.test(item.name) : plainSettings.has(bare);
    });
  });
}

/** The folders of sources that a compiler turned into the output: nothing in them is a program or data that node would load. */
function compiledFolders(walk: Walk, app: NodeApp, sources: NodeSources, built: readonly string[]): Set<string> {
  const found = new Set<string>();
  if (app.source === undefined || built.length === 0) return found;
  // Either the build made what starts, or it is known which sources the start reaches.
  if (app.entry !== undefined && !built.some((path) => isBelow(app.entry!, path)) && !sources.closed) return found;
  const output = `${app.folder}/.output`;
  const candidates =
    built.some((path) => path === `${app.folder}/.next`) && app.entry === undefined ? nextSources : built.includes(output) && app.entry !== undefined && isBelow(app.entry, output) ? nuxtSources : ['src'];
  if (built.includes(`${app.folder}/.next`) && !ownSettings(walk, app.source, sources)) return found;
  for (const name of candidates) {
    const folder = join(app.source, name);
    if (walk.project.kind(folder) !== 'folder' || built.some((path) => isBelow(path, `${app.folder}/${name}`))) continue;
    const inside = (file: string): boolean => file.startsWith(`${folder}/`);
    if (sources.closed && !sources.compiled && [...sources.files.keys()].some(inside)) continue;
    // Code outside of it may load plain files in it.
    const outside = [...sources.files].some(([file, { imports }]) => !inside(file) && imports.some((item) => item.name.startsWith('.') && inside(join(dirname(file), item.name)) && /\.[cm]?js$/.test(file)));
    if (!outside || candidates.length > 1) found.add(name);
  }
  return found;
}

/** Everything that may name a file: string literals of the sources that are no imports, and the texts of settings at the top of the project. */
function mentions(walk: Walk, sources: NodeSources, files: readonly string[]): string[] {
  const found: string[] = [];
  for (const { literals, imports } of sources.files.values()) {
    const names = new Set(imports.map((item) => item.name));
    for (const { text } of literals) if (!names.has(text) && text.length < 300) found.push(text);
  }
  for (const file of files) {
    const text = /(?:^|\/)package\.json$/.test(file) || !/\.(?:json|ya?ml|toml|[cm]?js|conf|ini|sh)$/.test(file) ? undefined : walk.project.read(file);
    if (text !== undefined && text.length < 100_000) found.push(...Array.from(text.matchAll(/['"`]([^'"`\n]{1,200})['"`]/g), (match) => match[1]!));
  }
  return found;
}

