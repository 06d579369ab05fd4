import { basename, dirname, filesBelow, inImage, type Project } from '../../project/project.ts';
import { imagePathOf, isBelow } from '../../walk/place.ts';
import type { Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import { inModules, modulesThatReadFiles } from './data.ts';
import type { GoEvidence, GoSources } from './sources.ts';

/** A file or folder that the program reads at run time. */
export interface Asset {
  /** Absolute path in the image. */
  readonly path: string;
  /** Path in the context. */
  readonly source: string;
  readonly why: string;
}

export interface Assets {
  readonly found: readonly Asset[];
  /** Why the set could not be proven, so that everything but the sources is copied; undefined when it could. */
  readonly unproven: string | undefined;
}

/** Files at the root of a project that no program reads at run time. */
const neverRead = /^(?:go\.(?:mod|sum|work|work\.sum)|.*\.go|Dockerfile.*|.*\.Dockerfile|docker-compose.*|compose\.ya?ml|Makefile|GNUmakefile|Taskfile\.ya?ml|Gopkg\.(?:toml|lock)|glide\.(?:yaml|lock)|README.*|LICEN[CS]E.*|CHANGELOG.*|CONTRIBUTING.*|\.(?:git|github|gitlab|vscode|idea|circleci|devcontainer|husky)|\.(?:gitignore|gitmodules|gitkeep|dockerignore|gitattributes|editorconfig|golangci\.(?:ya?ml|toml|json)|goreleaser\.ya?ml|pre-commit-config\.ya?ml|mockery\.ya?ml|travis\.ya?ml|gitlab-ci\.yml|codecov\.yml|air\.toml|DS_Store)|sqlc\.ya?ml|codecov\.ya?ml|renovate\.json|Jenkinsfile|sonar-project\.properties|Procfile|CODE_OF_CONDUCT.*|SECURITY\.md|.*_test\.go|vendor|node_modules)$/i;

/**
 * What the program reads beside its binary: every string of its sources that names a file or folder of the project, seen from the working
 * folder. Where a path is made at run time, the set is unproven and holds everything that is no source.
 */
export function assetsOf(walked: Walk, sources: GoSources, start: Start): Assets {
  const cwd = walked.end.cwd;
  if (cwd === undefined) return { found: [], unproven: 'the working folder is not known' };
  const found = new Map<string, Asset>();
  for (const literal of [...sources.strings, ...namedByStart(start)]) {
    const asset = assetFor(walked, cwd, literal);
    if (asset && !found.has(asset.source)) found.set(asset.source, asset);
  }
  const reader = [...sources.imports].find(([path]) => inModules(path, modulesThatReadFiles));
  const unknown = sources.unknownReads[0];
  const unproven = reader ? `${reader[0]} reads files by names of its own (${place(reader[1])})` : unknown ? `${unknown.text} reads a path made at run time (${place(unknown)})` : undefined;
  if (unproven === undefined) return { found: outermost(folded(walked, [...found.values()])), unproven };
  for (const asset of everythingButSources(walked, unproven)) if (!found.has(asset.source)) found.set(asset.source, asset);
  return { found: outermost(folded(walked, [...found.values()])), unproven };
}

/** Words of the start and of its scripts that may name a file; a variable in front, such as the script's own folder, is left out. */
function namedByStart(start: Start): GoEvidence[] {
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

const place = (evidence: GoEvidence): string => `${evidence.file}:${evidence.line}`;

function assetFor(walked: Walk, cwd: string, literal: GoEvidence): Asset | undefined {
  const value = literal.text.replace(/^file:\/\//, '');
  if (!/^[\w@./*?[\]{} -]+$/.test(value) || /^[./]*$/.test(value)) return undefined;
  const fixed = /[*?[{]/.test(value) ? value.slice(0, value.search(/[^/]*[*?[{]/)) : value;
  if (/^[./]*$/.test(fixed)) return undefined;
  for (const path of [inImage(cwd, fixed), ...(fixed.startsWith('/') ? [inImage(cwd, `.${fixed}`)] : [])]) {
    const source = walked.locate(path);
    if (source === undefined || source === '') continue;
    const kind = walked.project.kind(source);
    if (kind === undefined || neverRead.test(source.split('/').at(-1)!) || (kind === 'folder' && !hasData(walked.project, source))) continue;
    return { path, source, why: `${place(literal)} names "${literal.text}"` };
  }
  return undefined;
}

/** Whether a folder has files that are no Go sources. */
const hasData = (project: Project, folder: string): boolean => filesBelow(project, folder, (path) => !path.endsWith('.go') && !neverRead.test(basename(path))).length > 0;

function everythingButSources(walked: Walk, why: string): Asset[] {
  const copied = walked.steps.flatMap((step) => step.copy?.entries ?? []);
  const sources = copied.flatMap((entry) => (entry.kind === 'folder' ? walked.project.list(entry.source).map((name) => (entry.source === '' ? name : `${entry.source}/${name}`)) : [entry.source]));
  return [...new Set(sources)].flatMap((source): Asset[] => {
    if (neverRead.test(source.split('/').at(-1)!)) return [];
    if (walked.project.kind(source) === 'folder' && !hasData(walked.project, source)) return [];
    const path = imagePathOf(walked, source);
    return path === undefined ? [] : [{ path, source, why }];
  });
}

/** Several files of one folder become that folder, unless sources lie in it. */
function folded(walked: Walk, assets: readonly Asset[]): Asset[] {
  const folderOf = (asset: Asset): string | undefined => {
    const folder = dirname(asset.source);
    return folder !== '' && asset.path === `${dirname(asset.path)}/${basename(asset.source)}` && !walked.project.list(folder).some((name) => name.endsWith('.go')) ? folder : undefined;
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
