import { readGoMod } from '../../manifests/go-mod.ts';
import { basename, dirname, inImage, join } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';
import { isCompiled, type BuildFor } from './constraints.ts';
import { moduleOfBuild } from './modules.ts';

/** Where imports of the project's own packages lead: the path, and the folder of the image that has it. */
interface Root {
  readonly path: string;
  readonly folder: string;
}

/** What a package that is not the project's own may be called, so that a longer path is not taken for one of its folders. */
interface Roots {
  readonly own: readonly Root[];
  readonly others: readonly string[];
  /** Where the build runs. */
  readonly cwd: string;
}

/** Packages looked at: far beyond any program's own. */
const mostPackages = 20_000;

/**
 * The Go files that end up in the built binaries: those of the main packages that the builds name, and of the project's own packages that these import, one
 * through the other. Files that build constraints leave out are not among them.
 *
 * @param builds calls of `go build`, `go install` and `go run`
 * @returns paths in the context; undefined when a package cannot be told or found, so that every file counts
 */
export function reachedFiles(walk: Walk, builds: readonly GoCall[]): string[] | undefined {
  const files = new Set<string>();
  for (const build of builds) {
    const target = buildFor(build);
    const roots = build.cwd === undefined ? undefined : rootsOf(walk, build);
    if (roots === undefined || build.packages.includes(undefined) || hasOverlay(build)) return undefined;
    const start = startOf(walk, build, roots, target);
    if (start === undefined) return undefined;
    if (!follow(walk, start, roots, target, files)) return undefined;
  }
  return files.size === 0 ? undefined : [...files];
}

/** Folders of the image with main packages, and files that are named one by one. */
interface Beginning {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

function startOf(walk: Walk, build: GoCall, roots: Roots, target: BuildFor): Beginning | undefined {
  const folders: string[] = [];
  const files: string[] = [];
  for (const path of build.packages.length === 0 ? ['.'] : (build.packages as string[])) {
    const bare = path.replace(/@.*$/, '').replace(/(?<=.)\/+$/, '');
    if (bare.endsWith('.go')) {
      const matches = /[*?[]/.test(bare) ? filesIn(walk, inImage(build.cwd!, dirname(bare))).filter((file) => !file.endsWith('_test.go')) : [walk.locate(inImage(build.cwd!, bare))];
      if (matches.length === 0 || matches.includes(undefined)) return undefined;
      files.push(...(matches as string[]));
      continue;
    }
    const all = /^(.*?)\/?\.\.\.$/.exec(bare);
    const named = all ? all[1]! || '.' : bare;
    const folder = /^\.{1,2}(?:\/|$)/.test(named) ? inImage(build.cwd!, named) : named.startsWith('/') ? inImage('/', named) : folderOf(walk, named, roots);
    if (folder === undefined || folder === 'other') return undefined;
    const found = all ? foldersBelow(walk, folder).filter((item) => isMain(walk, item, target)) : [folder];
    if (found.length === 0 || (!all && filesIn(walk, folder).length === 0)) return undefined;
    folders.push(...found);
  }
  return { folders, files };
}

/** Collects the files from a beginning on. False when a package of the project is nowhere. */
function follow(walk: Walk, start: Beginning, roots: Roots, target: BuildFor, files: Set<string>): boolean {
  const queue = [...start.folders];
  const seen = new Set(queue);
  const read = (file: string): boolean => {
    const text = walk.project.read(file);
    if (text === undefined) return false;
    files.add(file);
    for (const path of importsOf(text)) {
      const relative = /^\.{1,2}\//.test(path);
      const folder = relative ? undefined : folderOf(walk, path, roots);
      if (relative || folder === undefined) return false;
      if (folder === 'other' || seen.has(folder)) continue;
      seen.add(folder);
      queue.push(folder);
    }
    return seen.size < mostPackages;
  };
  if (!start.files.every((file) => read(file))) return false;
  for (const folder of queue) {
    const found = filesIn(walk, folder);
    if (found.length === 0) return false;
    for (const file of found) if (isCompiled(file, walk.project.read(file) ?? '', target) && !read(file)) return false;
  }
  return true;
}

/** Import paths of a Go file. */
const importsOf = (text: string): string[] =>
  Array.from(text.matchAll(/^import\s*(?:\(([^)]*)\)|([^\n(]*))/gm), (match) => (match[1] ?? match[2]!).replace(/\/\/.*$/gm, '')).flatMap((body) => Array.from(body.matchAll(/["`]([^"`\n]+)["`]/g), (match) => match[1]!));

/** The folder of an import path; `other` for a package of others, undefined for one of the project that is not there. */
function folderOf(walk: Walk, path: string, { own, others, cwd }: Roots): string | undefined {
  const root = own.filter((item) => item.path === '' || isPathBelow(path, item.path)).sort((a, b) => b.path.length - a.path.length)[0];
  if (!root || others.some((other) => other.length > root.path.length && isPathBelow(path, other))) return 'other';
  const folder = inImage(root.folder, path.slice(root.path.length).replace(/^\//, ''));
  if (filesIn(walk, folder).length > 0) return folder;
  if (root.path !== '') return undefined;
  // In a GOPATH, what the context does not have is the work of others, or the project itself under the name of its repository.
  const parts = path.split('/');
  return parts.some((_, index) => index > 0 && filesIn(walk, inImage(cwd, parts.slice(index).join('/'))).length > 0) ? undefined : 'other';
}

const isPathBelow = (path: string, above: string): boolean => path === above || path.startsWith(`${above}/`);

/** Modules whose sources are in the context: the main one, those of a workspace, and local replacements; without a module, GOPATH. */
function rootsOf(walk: Walk, build: GoCall): Roots | undefined {
  const { env } = build.step.scope;
  const main = moduleOfBuild(walk, build);
  if (main?.module === undefined) {
    const gopath = env.get('GOPATH')?.split(':')[0];
    if (main !== undefined || gopath === undefined || !isBelow(build.cwd!, `${gopath}/src`)) return undefined;
    return { own: [{ path: '', folder: `${gopath}/src` }], others: [], cwd: build.cwd! };
  }
  const own: Root[] = [];
  const others: string[] = [];
  const add = (root: string, source: string): void => {
    const text = walk.project.read(source) ?? '';
    const facts = readGoMod(text);
    if (facts.module === undefined || own.some((item) => item.path === facts.module)) return;
    own.push({ path: facts.module, folder: root });
    others.push(...facts.requires.map((item) => item.path));
    for (const match of text.matchAll(/^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+"?(\.{1,2}\/[^\s"]*|\.{1,2}|\/[^\s"]+)/gm)) own.push({ path: match[1]!.replace(/^"|"$/g, ''), folder: inImage(root, match[2]!) });
  };
  add(main.root, main.source);
  if (env.get('GOWORK') !== 'off') {
    const work = workspace(walk, build.cwd!);
    for (const folder of work) {
      const source = walk.locate(inImage(folder, 'go.mod'));
      if (source !== undefined) add(folder, source);
    }
  }
  return { own, others: others.filter((path) => !own.some((item) => item.path === path)), cwd: build.cwd! };
}

/** Folders that the go.work above a folder names. */
function workspace(walk: Walk, cwd: string): string[] {
  for (let folder = cwd; ; folder = inImage(folder, '..')) {
    const source = walk.locate(inImage(folder, 'go.work'));
    const text = source === undefined ? undefined : walk.project.read(source);
    if (text !== undefined) {
      const bodies = Array.from(text.replace(/\/\/.*$/gm, '').matchAll(/^use\s*(?:\(([^)]*)\)|(\S+))/gm), (match) => match[1] ?? match[2]!);
      return bodies.flatMap((body) => body.trim().split(/\s+/)).map((path) => inImage(folder, path.replace(/^"|"$/g, '')));
    }
    if (folder === '/') return [];
  }
}

/** The Go files of the context that lie in a folder of the image, not below it. */
function filesIn(walk: Walk, folder: string): string[] {
  const files = new Set<string>();
  for (const { kind, source, target } of walk.steps.flatMap((step) => step.copy?.entries ?? [])) {
    if (kind === 'file' && source.endsWith('.go') && dirname(target) === folder) files.add(source);
    if (kind !== 'folder' || !isBelow(folder, target)) continue;
    const place = join(source, folder.slice(target === '/' ? 1 : target.length + 1));
    for (const name of walk.project.list(place)) if (name.endsWith('.go')) files.add(join(place, name));
  }
  return [...files];
}

/** Folders of the image that `folder/...` stands for. Source: `go help packages`. */
function foldersBelow(walk: Walk, folder: string): string[] {
  const found = [folder];
  for (const next of found) {
    const source = walk.locate(next);
    if (source === undefined || found.length > mostPackages) continue;
    for (const name of walk.project.list(source)) {
      const path = inImage(next, name);
      const below = walk.project.kind(join(source, name)) === 'folder' && !/^(?:vendor|testdata|node_modules|[._].*)$/.test(name) && walk.locate(inImage(path, 'go.mod')) === undefined;
      if (below) found.push(path);
    }
  }
  return found;
}

const isMain = (walk: Walk, folder: string, target: BuildFor): boolean =>
  filesIn(walk, folder).some((file) => {
    const text = walk.project.read(file) ?? '';
    return /^package\s+main\b/m.test(text) && isCompiled(file, text, target);
  });

/** Flags that put other files in the place of those that are there. */
const hasOverlay = (build: GoCall): boolean => build.command.words.some((word) => /^--?(?:overlay|modfile)\b/.test(word.text));

function buildFor(build: GoCall): BuildFor {
  const words = build.command.words;
  const at = words.findIndex((word) => /^--?tags(?:=|$)/.test(word.text));
  const written = at < 0 ? '' : words[at]!.text.includes('=') ? words[at]!.value?.replace(/^--?tags=/, '') : words[at + 1]?.value;
  const flags = build.command.assignments.find((item) => item.name === 'GOFLAGS') ?? { value: build.step.scope.env.has('GOFLAGS') ? build.step.scope.env.get('GOFLAGS') : '' };
  const set = flags.value === undefined || flags.value === null ? undefined : (/(?:^|\s)--?tags=(\S+)/.exec(flags.value)?.[1] ?? '');
  const system = build.command.assignments.find((item) => item.name === 'GOOS');
  const os = system ? system.value : build.step.scope.env.get('GOOS');
  return { tags: written === undefined || set === undefined ? undefined : `${written},${set}`.split(/[\s,]+/).filter(Boolean), os: os ?? 'linux' };
}

/** All Go files of a folder of the context that a build may compile. */
export function everyFile(walk: Walk, folder: string): string[] {
  const found: string[] = [];
  const queue = [folder];
  const target: BuildFor = { tags: undefined, os: 'linux' };
  for (const next of queue) {
    for (const name of walk.project.list(next)) {
      const path = join(next, name);
      if (walk.project.kind(path) === 'folder') {
        if (!/^(?:vendor|testdata|node_modules|Godeps|[._].*)$/.test(name) && queue.length < mostPackages) queue.push(path);
      } else if (name.endsWith('.go') && isCompiled(path, walk.project.read(path) ?? '', target)) found.push(path);
    }
  }
  return found;
}

/** Whether a path is that of a Go source. */
export const isGoSource = (path: string): boolean => basename(path).endsWith('.go');
