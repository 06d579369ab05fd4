import { basename, dirname, filesBelow, inImage, type Project } from '../../project/project.ts';
import { imagePathOf, isBelow } from '../../walk/place.ts';
import type { Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Asset, Assets, Evidence, SourceFacts } from '../native/facts.ts';
import { neverRead, rustToolchain } from './data.ts';

/**
 * What the program reads beside its binary: every string of its sources that names a file or folder of the project, seen from the working
 * folder. Where a path is made at run time, the set is unproven and holds everything that is no source.
 *
 * @param reader why a library may read files by names of its own; undefined when none does
 * @param folders further folders of the image that relative paths may start from
 * @param compiledIn files of the context that only the compiler reads
 */
export function assetsOf(walked: Walk, sources: SourceFacts, start: Start, reader: string | undefined, folders: readonly string[] = [], compiledIn: ReadonlySet<string> = new Set()): Assets {
  const cwd = walked.end.cwd;
  if (cwd === undefined) return { found: [], unproven: 'the working folder is not known' };
  const found = new Map<string, Asset>();
  for (const literal of [...sources.strings, ...namedByStart(start)]) {
    for (const folder of new Set([cwd, ...folders])) {
      const asset = assetFor(walked, folder, literal, compiledIn);
      if (asset && !found.has(asset.source)) found.set(asset.source, asset);
    }
  }
  const unknown = sources.unknownReads[0];
  const unproven = reader ?? (unknown ? `${unknown.text} reads a path made at run time (${place(unknown)})` : undefined);
  const all = unproven === undefined ? [] : everythingButSources(walked, unproven, compiledIn);
  for (const asset of all) if (!found.has(asset.source)) found.set(asset.source, asset);
  return { found: outermost(folded(walked, [...found.values()])), unproven };
}

/** Words of the start and of its scripts that may name a file; a variable in front, such as the script's own folder, is left out. */
function namedByStart(start: Start): Evidence[] {
  const words = start.commands.flatMap((command) => command.words.map((word) => ({ file: command.file || 'Dockerfile', line: command.line, text: word?.replace(/^-[\w-]+=/, '') ?? '' })));
  const read = start.scripts.flatMap((script) =>
    (script.text ?? '').split('\n').flatMap((line, index) => {
      const folder = dirname(script.imagePath);
      return line.replace(/^\s*#.*/, '').split(/[\s"'`;|&()<>=,:]+/).filter((word) => /[./]/.test(word)).flatMap((word) => {
        const text = word.replace(/^\$\{?\w*\}?\/+/, '').replace(/^\/+(?=[^/]*$)/, '');
        return [word, text, `${folder}/${text}`].map((name) => ({ file: script.source ?? script.imagePath, line: index + 1, text: name }));
      });
    }),
  );
  return [...words, ...read].filter((item) => item.text !== '');
}

const place = (evidence: Evidence): string => `${evidence.file}:${evidence.line}`;

function assetFor(walked: Walk, cwd: string, literal: Evidence, compiledIn: ReadonlySet<string>): Asset | undefined {
  // `sqlite://data/x.db?mode=rwc`, `file:data/x.db`: the path in an address.
  const value = literal.text.replace(/^(?:file|sqlite3?):(?:\/\/)?/, '').replace(/\?[\w=&.-]*$/, '');
  if (!/^[\w@./*?[\]{} -]+$/.test(value) || /^[./]*$/.test(value)) return undefined;
  const fixed = /[*?[{]/.test(value) ? value.slice(0, value.search(/[^/]*[*?[{]/)) : value;
  if (/^[./]*$/.test(fixed)) return undefined;
  for (const path of [inImage(cwd, fixed), ...(fixed.startsWith('/') ? [inImage(cwd, `.${fixed}`)] : [])]) {
    const source = walked.locate(path);
    if (source === '') continue;
    if (source === undefined) {
      const folder = folderToWrite(walked, cwd, path);
      if (folder === undefined) continue;
      return { ...folder, why: `${place(literal)} names "${literal.text}"` };
    }
    const kind = walked.project.kind(source);
    if (kind === undefined || neverRead.test(basename(source)) || (kind === 'folder' && !hasData(walked.project, source, compiledIn))) continue;
    return { path, source, why: `${place(literal)} names "${literal.text}"` };
  }
  return undefined;
}

/** The folder in which a file that is not there is to be: the program may make it. One with sources in it, or the working folder itself, is none. */
function folderToWrite(walked: Walk, cwd: string, path: string): { path: string; source: string } | undefined {
  const folder = dirname(path);
  const source = folder === '' || isBelow(cwd, folder) ? undefined : walked.locate(folder);
  if (source === undefined || source === '' || walked.project.kind(source) !== 'folder' || neverRead.test(basename(source))) return undefined;
  return filesBelow(walked.project, source, (file) => rustToolchain.source.test(file)).length > 0 ? undefined : { path: folder, source };
}

/** Whether a folder has files that are no sources. */
const hasData = (project: Project, folder: string, compiledIn: ReadonlySet<string>): boolean => filesBelow(project, folder, (path) => !compiledIn.has(path) && !rustToolchain.source.test(path) && !neverRead.test(basename(path))).length > 0;

function everythingButSources(walked: Walk, why: string, compiledIn: ReadonlySet<string>): Asset[] {
  const copied = walked.steps.flatMap((step) => step.copy?.entries ?? []);
  const sources = copied.flatMap((entry) => (entry.kind === 'folder' ? walked.project.list(entry.source).map((name) => (entry.source === '' ? name : `${entry.source}/${name}`)) : [entry.source]));
  return [...new Set(sources)].flatMap((source): Asset[] => {
    if (neverRead.test(basename(source))) return [];
    if (walked.project.kind(source) === 'folder' && !hasData(walked.project, source, compiledIn)) return [];
    const path = imagePathOf(walked, source);
    return path === undefined ? [] : [{ path, source, why }];
  });
}

/** Several files of one folder become that folder, unless sources lie in it. */
function folded(walked: Walk, assets: readonly Asset[]): Asset[] {
  const folderOf = (asset: Asset): string | undefined => {
    const folder = dirname(asset.source);
    return folder !== '' && asset.path === `${dirname(asset.path)}/${basename(asset.source)}` && !walked.project.list(folder).some((name) => rustToolchain.source.test(name)) ? folder : undefined;
  };
  return assets.map((asset) => {
    const folder = folderOf(asset);
    const siblings = folder === undefined ? [] : assets.filter((other) => folderOf(other) === folder && dirname(other.path) === dirname(asset.path));
    return siblings.length > 1 ? { path: dirname(asset.path), source: folder!, why: asset.why } : asset;
  }).filter((asset, index, all) => all.findIndex((other) => other.path === asset.path) === index);
}

/** Leaves out what lies in another one's folder. */
function outermost(assets: readonly Asset[]): Asset[] {
  return assets.filter((asset) => !assets.some((other) => other !== asset && other.path !== asset.path && isBelow(asset.path, other.path))).sort((a, b) => (a.path < b.path ? -1 : 1));
}
