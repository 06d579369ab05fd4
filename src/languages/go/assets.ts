import { basename, dirname, inImage, join } from '../../project/project.ts';
import { imagePathOf, isBelow } from '../../walk/place.ts';
import type { Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Evidence, Asset, Assets } from '../native/facts.ts';
import { folded, holdsData, isNeverRead, isOfTools, outermost, withoutSources } from './asset-folders.ts';
import { namedByConfiguration, namedByEnvironment, namedByModules, namedByStart, type AssetName } from './asset-names.ts';
import { fileCalls, inModules, modulesThatReadFiles } from './data.ts';
import type { GoSources, GoString } from './sources.ts';

/** Calls that take a file system, so that the names among their arguments are names in it. */
const ofFileSystems = /^(?:.*\.ParseFS|fs\.(?:Sub|ReadFile|ReadDir|Glob|WalkDir|Stat)|iofs\.New|http\.FS|(?!os\.|ioutil\.).*\.(?:ReadFile|ReadDir|Open))$/;

/** Calls that only need a folder to be there. */
const onlyLooks = /^(?:os\.(?:Stat|Lstat|Chdir)|.*\.(?:AddConfigPath|SetConfigName))$/;

/**
 * What the program reads beside its binary: every string of its sources that names a file or folder of the project, seen from the working
 * folder. Where a path is made at run time, the set is unproven and holds everything that is no source. What is compiled in by `//go:embed` is left out, unless
 * something reads it from the disk as well.
 */
export function assetsOf(walk: Walk, sources: GoSources, start: Start): Assets {
  const { cwd } = walk.end;
  if (cwd === undefined) return { found: [], unproven: 'the working folder is not known' };
  const folders = [...new Set([cwd, ...start.commands.flatMap((command) => command.cwd ?? []), ...sources.reads.filter((item) => item.call === 'os.Chdir').map((item) => inImage(cwd, item.text))])];
  const found = new Map<string, Asset>();
  const take = (name: AssetName): void => {
    for (const asset of assetsFor(walk, folders, name)) if (!found.has(asset.source)) found.set(asset.source, asset);
  };
  for (const literal of sources.strings) if (!isOfFileSystem(walk, folders, literal, sources)) take({ ...literal, read: literal.text === 'go.mod' });
  for (const name of [...sources.reads.filter((item) => !onlyLooks.test(item.call)).map((item) => ({ ...item, read: true })), ...namedByStart(start), ...namedByEnvironment(walk), ...namedByModules(walk, sources)]) take(name);
  for (const name of namedByConfiguration(walk, [...found.keys()])) take(name);
  let unproven = unprovenBy(walk, sources, cwd);
  if (unproven !== undefined) {
    // Scripts are there to be run.
    const runsNothing = sources.programs.length === 0 && start.scripts.length === 0;
    const rest = everythingButSources(walk, unproven).filter((asset) => !(runsNothing && /\.(?:sh|bat|cmd|ps1)$/.test(asset.source)) && ![...found.values()].some((other) => isBelow(asset.path, other.path)) && !isEmbedded(asset.source, sources));
    for (const asset of rest) found.set(asset.source, asset);
    // Where nothing else is there, nothing else can be read.
    if (rest.length === 0) unproven = undefined;
  }
  return { found: outermost(folded(walk, [...found.values()])), unproven };
}

/** Why files may be read that no string names. */
function unprovenBy(walk: Walk, sources: GoSources, cwd: string): string | undefined {
  const reader = [...sources.imports].find(([path]) => inModules(path, modulesThatReadFiles));
  if (reader) return `${reader[0]} reads files by names of its own (${place(reader[1])})`;
  const folders = sources.reads.some((item) => item.call.endsWith('.AddConfigPath')) && !sources.unknownReads.some((item) => item.text.endsWith('.AddConfigPath'));
  const unknown = sources.unknownReads.find((item) => !(folders && item.text.endsWith('.SetConfigName')));
  if (unknown) return `${unknown.text} reads a path made at run time (${place(unknown)})`;
  // The folder of the application itself, or one above it.
  const whole = sources.reads.find((item) => !onlyLooks.test(item.call) && (/^[./]*$/.test(item.text) ? isBelow(cwd, inImage(cwd, item.text)) : /^[./]*(?:[^/]*[*?[][^/]*\/)/.test(item.text)) && walk.steps.some((step) => step.copy !== undefined));
  return whole && `${whole.call} reads the whole folder ${whole.text === '' ? '.' : whole.text} (${place(whole)})`;
}

const place = (evidence: Evidence): string => `${evidence.file}:${evidence.line}`;

/** Whether a path of the context is compiled in. */
const isEmbedded = (source: string, sources: GoSources): boolean => sources.embedded.some((folder) => folder !== '' && isBelow(`/${source}`, `/${folder}`));

/** Whether a string names something in an embedded file system, and not on the disk. */
function isOfFileSystem(walk: Walk, folders: readonly string[], literal: GoString, sources: GoSources): boolean {
  if (sources.embedded.length === 0) return false;
  const inFileSystem = literal.call !== undefined && ofFileSystems.test(literal.call) && !fileCalls.has(literal.call);
  // Where every read of the disk is known, no other string is one.
  if (!inFileSystem && sources.unknownReads.length > 0) return false;
  const name = beginningOf(literal.text);
  const source = name === undefined ? undefined : folders.map((folder) => walk.locate(inImage(folder, name.startsWith('/') ? `.${name}` : name))).find((path) => path !== undefined);
  return source !== undefined && isEmbedded(source, sources);
}

/** The part of a path in front of the first wildcard or format verb; undefined for what is no path. */
function beginningOf(text: string): string | undefined {
  const value = text.replace(/^file:(?:\/\/)?/, '').replace(/\?.*=.*$/, '');
  if (!/^[\p{L}\p{N}_@./*?[\]{}()+,&'!~=#% -]+$/u.test(value)) return undefined;
  const wild = value.search(/[*?[{%]/);
  return wild < 0 ? value : value.slice(0, value.lastIndexOf('/', wild) + 1);
}

function assetsFor(walk: Walk, folders: readonly string[], name: AssetName): Asset[] {
  const fixed = beginningOf(name.text);
  if (fixed === undefined) return [];
  if (/^[./]*$/.test(fixed)) return matchesAtRoot(walk, folders, name);
  const absolute = fixed.startsWith('/');
  const paths = absolute ? [inImage('/', fixed), ...folders.map((folder) => inImage(folder, `.${fixed}`))] : folders.map((folder) => inImage(folder, fixed));
  return [...new Set(paths)].flatMap((path) => assetAt(walk, path, name) ?? (absolute && !folders.some((folder) => isBelow(fixed, folder)) ? undefined : folderFor(walk, path, name)) ?? []);
}

/** `*.html`: the files of the working folder itself. */
function matchesAtRoot(walk: Walk, folders: readonly string[], name: AssetName): Asset[] {
  const pattern = /^(?:\.\/)*([^/]*\*[^/]*\.\w+)$/.exec(name.text)?.[1];
  if (pattern === undefined) return [];
  const matcher = new RegExp(`^${pattern.replace(/[.+^$()|[\]{}\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`);
  return folders.flatMap((folder) => {
    const source = walk.locate(folder);
    return source === undefined ? [] : walk.project.list(source).filter((file) => matcher.test(file) && walk.project.kind(join(source, file)) === 'file').flatMap((file) => assetAt(walk, inImage(folder, file), name) ?? []);
  });
}

/** The asset at a path of the image; of a folder with sources in it, what is no source. */
function assetAt(walk: Walk, path: string, name: AssetName): Asset[] | undefined {
  const source = walk.locate(path);
  const kind = source === undefined || source === '' ? undefined : walk.project.kind(source);
  if (source === undefined || kind === undefined) return undefined;
  if (!name.read && isOfTools(source)) return [];
  if (kind === 'folder' && !holdsData(walk.project, source)) return [];
  const why = `${place(name)} names "${name.text}"`;
  return withoutSources(walk.project, source).map((piece) => ({ path: inImage(path, `./${piece.slice(source.length + 1)}`), source: piece, why }));
}

/** A file that is not there yet in a folder that is: the program writes it, and the folder has to be there. */
function folderFor(walk: Walk, path: string, name: AssetName): Asset[] | undefined {
  if (!/\.\w+$/.test(path) || !/\w\/[^/]+$/.test(name.text)) return undefined;
  const source = walk.locate(dirname(path));
  if (source === undefined || source === '' || dirname(path) === walk.end.cwd || walk.project.kind(source) !== 'folder' || withoutSources(walk.project, source)[0] !== source || walk.project.list(source).some((file) => file.endsWith('.go'))) return undefined;
  return [{ path: dirname(path), source, why: `${place(name)} names "${name.text}"` }];
}

function everythingButSources(walk: Walk, why: string): Asset[] {
  const copied = walk.steps.flatMap((step) => step.copy?.entries ?? []);
  const sources = copied.flatMap((entry) => (entry.kind === 'folder' ? walk.project.list(entry.source).map((name) => join(entry.source, name)) : [entry.source]));
  return [...new Set(sources)].flatMap((source): Asset[] => {
    if (isNeverRead(source) || basename(source) === '') return [];
    if (walk.project.kind(source) === 'folder' && !holdsData(walk.project, source)) return [];
    return withoutSources(walk.project, source).flatMap((piece) => {
      const path = imagePathOf(walk, piece);
      return path === undefined ? [] : [{ path, source: piece, why }];
    });
  });
}
