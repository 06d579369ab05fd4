import { basename, dirname, join, type Project } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Asset } from '../native/facts.ts';

/** Files that tools read, not programs. */
const ofTools = /^(?:go\.(?:mod|sum|work|work\.sum)|.*\.go|Dockerfile.*|.*\.Dockerfile|\.dockerignore|docker-compose.*|compose\.ya?ml|Makefile|GNUmakefile|Taskfile\.ya?ml|Gopkg\.(?:toml|lock)|glide\.(?:yaml|lock)|\.(?:git|github|gitlab|vscode|idea|circleci|devcontainer|husky)|\.(?:gitignore|gitmodules|gitkeep|keep|gitattributes|editorconfig|golangci\.(?:ya?ml|toml|json)|goreleaser\.ya?ml|pre-commit-config\.ya?ml|mockery\.ya?ml|travis\.ya?ml|gitlab-ci\.yml|codecov\.yml|air\.(?:toml|conf)|realize\.yaml|DS_Store)|sqlc\.ya?ml|(?:buildspec|appspec|heroku|cloudbuild|\.drone)\.ya?ml|fly\.toml|.*\.docker|.*\.proto|.*\.sw[opx]|.*~|.*\.(?:bak|orig)|Thumbs\.db|codecov\.ya?ml|renovate\.json|Jenkinsfile|sonar-project\.properties|Procfile|CODE_OF_CONDUCT.*|SECURITY\.md|vendor|node_modules)$/i;

/** Files that tell people about a project. A program reads them only where it names them. */
const aboutProject = /^(?:README.*|LICEN[CS]E.*|CHANGELOG.*|HISTORY.*|CONTRIBUTING.*|\.env\.(?:example|sample|template|dist)|.*\.postman_collection\.json)$/i;

/** Lines of COPY that a folder with sources and data in it may become. */
const mostPieces = 8;

/** Files of one folder with sources that are copied one by one. */
const mostFiles = 3;

/** How many entries are looked at in one folder and below. */
const mostLooks = 50_000;

/** Whether a name is that of a file of tools or sources. */
export const isOfTools = (path: string): boolean => ofTools.test(basename(path));

/** Whether a program that may read anything is likely not to read it. */
export const isNeverRead = (path: string): boolean => isOfTools(path) || aboutProject.test(basename(path));

/** What lies in a folder and below, as far as it matters here. */
function contents(project: Project, folder: string): { sources: boolean; data: boolean } {
  const found = { sources: false, data: false };
  const queue = [folder];
  let looks = 0;
  for (const next of queue) {
    for (const name of project.list(next)) {
      const path = join(next, name);
      if (++looks > mostLooks) return { sources: found.sources, data: true };
      if (project.kind(path) === 'folder') {
        if (name !== '.git') queue.push(path);
      } else if (name.endsWith('.go')) found.sources = true;
      else if (!isNeverRead(path)) found.data = true;
      if (found.sources && found.data) return found;
    }
  }
  return found;
}

/** Whether a folder holds anything for a program: data, or nothing but a place to write in. */
export function holdsData(project: Project, folder: string): boolean {
  const { sources, data } = contents(project, folder);
  return data || !sources;
}

/**
 * A file or folder of the context, without the Go sources below it: the folder itself where it has none, else the files and folders in it that
 * have none, unless these are many.
 */
export function withoutSources(project: Project, source: string): string[] {
  if (project.kind(source) !== 'folder' || !contents(project, source).sources) return [source];
  const pieces: string[] = [];
  const queue = [source];
  for (const next of queue) {
    const files = project.list(next).map((name) => join(next, name)).filter((path) => project.kind(path) !== 'folder' && !isNeverRead(path));
    if (files.length > mostFiles && next !== '') {
      if (next === source) return [source];
      pieces.push(next);
      continue;
    }
    pieces.push(...files);
    for (const name of project.list(next)) {
      const path = join(next, name);
      if (project.kind(path) !== 'folder') {
        continue;
      } else if (name !== '.git' && name !== 'node_modules') {
        const inside = contents(project, path);
        if (!inside.sources && (inside.data || project.list(path).length > 0)) pieces.push(path);
        else if (inside.data) queue.push(path);
      }
      if (pieces.length > mostPieces) return [source];
    }
  }
  return pieces;
}

/** Several files of one folder become that folder, unless sources lie in it. */
export function folded(walk: Walk, assets: readonly Asset[]): Asset[] {
  const folderOf = (asset: Asset): string | undefined => {
    const folder = dirname(asset.source);
    return folder !== '' && asset.path === `${dirname(asset.path)}/${basename(asset.source)}` && !isBelow(walk.end.cwd ?? '/', dirname(asset.path)) && walk.project.kind(join(folder, 'go.mod')) === undefined ? folder : undefined;
  };
  return assets
    .map((asset) => {
      const folder = folderOf(asset);
      const siblings = folder === undefined ? [] : assets.filter((other) => folderOf(other) === folder && dirname(other.path) === dirname(asset.path));
      return siblings.length > mostFiles || (siblings.length > 1 && !contents(walk.project, folder!).sources) ? { path: dirname(asset.path), source: folder!, why: asset.why } : asset;
    })
    .filter((asset, index, all) => all.findIndex((other) => other.path === asset.path) === index);
}

/** Leaves out what lies in another one's folder. */
export function outermost(assets: readonly Asset[]): Asset[] {
  return assets.filter((asset) => !assets.some((other) => other !== asset && other.path !== asset.path && isBelow(asset.path, other.path))).sort((a, b) => (a.path < b.path ? -1 : 1));
}

