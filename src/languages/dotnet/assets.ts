import { basename, filesBelow, join, type Project } from '../../project/project.ts';
import { pathMatcher } from '../../dockerfile/glob.ts';
import type { MsbuildProject } from '../../manifests/msbuild.ts';
import type { Sources } from './sources.ts';

/** A file or folder that the program reads through its working directory. */
export interface Asset {
  /** Relative to the working directory. */
  readonly path: string;
  readonly folder: boolean;
  readonly why: string;
  /** A pattern that may match nothing, for a file that only some machines have. */
  readonly pattern?: string;
}

/** Files that are compiled, or that only people and tools read. */
const never = /(?:^|\/)(?:bin|obj|Properties|node_modules|TestResults)\/|(?:^|\/)(?:Dockerfile[\w.-]*|docker-compose[\w.-]*|compose[\w.-]*\.ya?ml|\.[^/]*|README[\w.-]*|LICENSE[\w.-]*|global\.json|nuget\.config|package(?:-lock)?\.json|web\.config|Directory\.\w+\.(?:props|targets))$|\.(?:cs|fs|vb|razor|cshtml|csproj|fsproj|vbproj|sln|slnx|user|md|props|targets|resx|http|dcproj|tsx?|scss|sass|less)$/i;

/**
 * What of a source folder the program reads at run time when that folder is its working directory (its content root). Evidence is a name that stands in
 * the sources or the configuration.
 *
 * @param published what the publish puts beside the assembly anyway; undefined when its output is elsewhere
 */
export function assetsOf(context: Project, folder: string, sources: Sources, published: MsbuildProject | undefined, web: boolean): Asset[] {
  const names = mentioned(sources);
  const assets = new Map<string, Asset>();
  const add = (path: string, isFolder: boolean, why: string): void => {
    if (![...assets.values()].some((asset) => asset.folder && path.startsWith(`${asset.path}/`))) assets.set(path, { path, folder: isFolder, why });
  };
  const isPublished = (path: string): boolean => published !== undefined && (published.copied.some((glob) => matches(glob, path)) || (/\.(?:Web|Worker)$/i.test(published.sdk ?? '') && /\.(?:json|config)$/i.test(path)) || (/\.Web$/i.test(published.sdk ?? '') && path.startsWith('wwwroot/')));
  if (web && published === undefined && context.kind(join(folder, 'wwwroot')) === 'folder') add('wwwroot', true, 'static files are served from the content root');
  for (const file of filesBelow(context, folder, () => true)) {
    const path = folder === '' ? file : file.slice(folder.length + 1);
    if (never.test(path) || isPublished(path)) continue;
    if (/^appsettings(?:\.[\w-]+)?\.json$/i.test(path)) add(path, false, 'configuration is read from the content root');
    else {
      // Relative to the working directory a name leads to a file of that folder itself, or through the name of a folder in it.
      const [top, ...below] = path.split('/');
      if (!names.has(top!)) continue;
      if (below.length === 0) add(path, false, `${names.get(top!)} names ${top}`);
      else if (filesBelow(context, join(folder, top!), (other) => never.test(other)).length === 0) add(top!, true, `${names.get(top!)} names ${top}`);
      else if (names.has(basename(path))) add(path, false, `${names.get(basename(path))} names ${basename(path)}`);
      else if (below.length > 1 && names.has(below[0]!)) add(path, false, `${names.get(below[0]!)} names ${below[0]}`);
    }
  }
  for (const name of localFiles(context, folder)) {
    const why = names.get(name) ?? (/^appsettings(?:\.[\w-]+)?\.json$/i.test(name) ? 'the host' : undefined);
    // Other machines may have it: the pattern may match nothing.
    if (why !== undefined && !never.test(name)) assets.set(name, { path: name, folder: false, why: `${why} names ${name}, which .gitignore lists`, pattern: `${name.slice(0, -1)}[${name.at(-1)!}]` });
  }
  return [...assets.values()];
}

/** Files right in a folder that .gitignore lists, and that are not here. */
function localFiles(context: Project, folder: string): string[] {
  const lines = [join(folder, '.gitignore'), '.gitignore'].map((path) => context.read(path) ?? '').join('\n').split(/\r?\n/);
  const names = lines.map((line) => line.trim().replace(/^(?:\/|\*\*\/)/, '')).filter((line) => /^[\w.-]+\.\w+$/.test(line));
  return [...new Set(names)].filter((name) => context.kind(join(folder, name)) === undefined);
}

/** Names in string literals, cut at slashes and separators, with the file that has them. */
function mentioned(sources: Sources): Map<string, string> {
  const names = new Map<string, string>();
  for (const { path, text } of sources.files) {
    for (const [, literal] of text.matchAll(/"((?:[^"\\\n]|\\.){1,300})"/g)) {
      for (const name of literal!.split(/[\\/;=,|{}]+/)) if (/^[\w .-]{2,}$/.test(name.trim()) && !names.has(name.trim())) names.set(name.trim(), path);
    }
  }
  return names;
}

/** MSBuild's globs: `**` crosses folders, `*` does not; letter case does not count. */
const matches = (glob: string, path: string): boolean => pathMatcher(glob.replace(/^\.\//, '').toLowerCase())(path.toLowerCase());
