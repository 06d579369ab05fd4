import { readGoMod } from '../../manifests/go-mod.ts';
import { basename, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';

/** The module in whose tree a folder of the image lies: its path, and where its go.mod is in the context. */
export function moduleAt(walked: Walk, cwd: string | undefined): { module: string | undefined; root: string; source: string } | undefined {
  for (let folder = cwd; folder !== undefined; folder = folder === '/' ? undefined : inImage(folder, '..')) {
    const source = walked.locate(inImage(folder, 'go.mod'));
    const text = source === undefined ? undefined : walked.project.read(source);
    if (text !== undefined) return { module: readGoMod(text).module, root: folder, source: source! };
  }
  return undefined;
}

/** The module that a build is about: that of the folder in which it runs, or, at the root of a workspace, that of the packages which it names. */
export function moduleOfBuild(walked: Walk, { cwd, packages }: { readonly cwd: string | undefined; readonly packages: readonly (string | undefined)[] }): ReturnType<typeof moduleAt> {
  const places = packages.flatMap((path) => (cwd !== undefined && path !== undefined && /^\.{1,2}\//.test(path) ? [inImage(cwd, path.replace(/\/?\.\.\.$/, ''))] : []));
  return [cwd, ...places].map((place) => moduleAt(walked, place)).find((found) => found !== undefined);
}

/** Module path and root of a folder of the image; also for a module that a RUN makes with `go mod init`. */
function moduleNameAt(walked: Walk, cwd: string): { module: string; root: string } | undefined {
  const found = moduleAt(walked, cwd);
  if (found) return found.module === undefined ? undefined : { module: found.module, root: found.root };
  for (const { run, scope } of walked.steps) {
    for (const part of run?.parts ?? []) {
      for (const { name, words } of part.commands) {
        if (basename(name ?? '') !== 'go' || words[1]?.value !== 'mod' || words[2]?.value !== 'init' || part.cwd === undefined || !isBelow(cwd, part.cwd)) continue;
        const gopath = scope.env.get('GOPATH')?.split(':')[0];
        // Without a name, the module is called after its place in GOPATH.
        const module = words[3] !== undefined ? words[3].value : gopath !== undefined && isBelow(part.cwd, `${gopath}/src`) ? part.cwd.slice(gopath.length + '/src/'.length) : undefined;
        return module === undefined || module === '' ? undefined : { module, root: part.cwd };
      }
    }
  }
  return undefined;
}

/**
 * What the go command calls the binary of an import path: its last part, or the one before a version. Source: cmd/go/internal/load, `DefaultExecName`; in
 * a GOPATH without modules versions are names like others.
 */
export function binaryName(importPath: string, modules = true): string | undefined {
  const parts = importPath.split('/').filter((part) => part !== '');
  const last = parts.at(-1);
  return modules && parts.length > 1 && /^v(?:[2-9]|[1-9]\d+)$/.test(last!) ? parts.at(-2) : last;
}

/** What the go command calls the binary of a package that lies in a folder of the image. */
export function binaryNameAt(walked: Walk, folder: string): string | undefined {
  const module = moduleNameAt(walked, folder);
  if (!module) {
    const gopath = walked.end.scope.env.get('GOPATH')?.split(':')[0];
    // Without the sources there may be a go.mod that says it.
    return !walked.project.known && !(gopath !== undefined && isBelow(folder, `${gopath}/src`)) ? undefined : binaryName(folder, false);
  }
  return binaryName(folder === module.root ? module.module : `${module.module}/${module.root === '/' ? folder.slice(1) : folder.slice(module.root.length + 1)}`);
}

/** The packages of a pattern such as `./...`: the folders of all, and of those that are programs; undefined where they are not at hand. */
export function packagesBelow(walked: Walk, folder: string): { readonly all: number; readonly programs: readonly string[] } | undefined {
  if (!walked.project.known || walked.locate(folder) === undefined) return undefined;
  const programs: string[] = [];
  let all = 0;
  const queue = [folder];
  for (const next of queue) {
    const source = walked.locate(next);
    if (source === undefined) continue;
    const names = walked.project.list(source);
    if (next !== folder && names.includes('go.mod')) continue;
    const texts: string[] = [];
    for (const name of names) {
      const path = source === '' ? name : `${source}/${name}`;
      if (walked.project.kind(path) === 'folder') {
        if (!/^(?:vendor|testdata|node_modules|[._].*)$/.test(name)) queue.push(inImage(next, name));
      } else if (name.endsWith('.go') && !/^[._]|_(?:test|windows|darwin|js|wasm|plan9|freebsd)\.go$/.test(name)) texts.push(walked.project.read(path) ?? '');
    }
    const built = texts.filter((text) => !/^\/\/(?:go:build|[ \t]*\+build)[ \t]+(?:ignore|tools?|mage|windows|darwin)\b/m.test(text.slice(0, Math.max(0, text.search(/^package\s/m)))));
    if (built.length > 0) all += 1;
    if (built.some((text) => /^package[ \t]+main\b/m.test(text))) programs.push(next);
  }
  return { all, programs };
}
