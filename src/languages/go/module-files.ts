import { readGoMod } from '../../manifests/go-mod.ts';
import { readGoWork } from '../../manifests/go-work.ts';
import { basename, inImage } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';

/** The files that `go mod download` reads for a module. */
export interface ModuleFiles {
  /** Where go.mod, or go.work, lies in the image. */
  readonly root: string;
  /** Places in the image with the files of the context that a COPY puts there; all of them are at hand. */
  readonly files: readonly { readonly target: string; readonly source: string }[];
  /** Whether the modules require anything that has to be downloaded. */
  readonly requires: boolean;
}

/**
 * The manifests of a module: its go.mod and go.sum, those of all modules of a workspace, and the go.mod of folders that take the place of modules.
 * Tried with Go 1.26: nothing else is read by `go mod download`, and with any of these missing it fails.
 *
 * @param root folder of the image with the go.mod
 * @param workspace false where GOWORK is off
 * @returns undefined where a file is not at hand, or where the module is vendored
 */
export function moduleFiles(walked: Walk, root: string, workspace: boolean): ModuleFiles | undefined {
  const work = workspace ? workspaceOf(walked, root) : undefined;
  const roots = work ? work.modules : [root];
  // A workspace of which the module is no part makes the go command stop.
  if (work && !roots.includes(root)) return undefined;
  if ([...roots, ...(work ? [work.root] : [])].some((folder) => isVendored(walked, folder))) return undefined;
  const files = new Map<string, string>();
  const need = (path: string): boolean => {
    const source = walked.locate(path);
    if (source === undefined || walked.project.kind(source) !== 'file') return false;
    files.set(path, source);
    return true;
  };
  if (work) {
    need(inImage(work.root, 'go.work'));
    need(inImage(work.root, 'go.work.sum'));
  }
  const replaces = work ? [...work.replaces] : [];
  let requires = false;
  for (const folder of roots) {
    const path = inImage(folder, 'go.mod');
    if (!need(path)) return undefined;
    need(inImage(folder, 'go.sum'));
    const facts = readGoMod(walked.project.read(files.get(path)!) ?? '');
    requires ||= facts.requires.length > 0;
    replaces.push(...facts.localReplaces.map((target) => inImage(folder, target)));
  }
  for (const folder of replaces) if (!need(inImage(folder, 'go.mod'))) return undefined;
  return { root: work?.root ?? root, files: [...files].map(([target, source]) => ({ target, source })), requires };
}

/** Whether the modules of a folder are vendored. Source: Go Modules Reference, "Vendoring". */
export const isVendored = (walked: Walk, folder: string): boolean => walked.locate(inImage(folder, 'vendor/modules.txt')) !== undefined || vendorFolder(walked, folder);

function vendorFolder(walked: Walk, folder: string): boolean {
  const source = walked.locate(inImage(folder, 'vendor'));
  return source !== undefined && walked.project.kind(source) === 'folder';
}

/** The go.work above a folder, with the folders of its modules. */
export function workspaceOf(walked: Walk, cwd: string): { readonly root: string; readonly modules: readonly string[]; readonly replaces: readonly string[] } | undefined {
  for (let folder = cwd; ; folder = inImage(folder, '..')) {
    const source = walked.locate(inImage(folder, 'go.work'));
    const text = source === undefined || basename(source) !== 'go.work' ? undefined : walked.project.read(source);
    if (text !== undefined) {
      const facts = readGoWork(text);
      return { root: folder, modules: facts.uses.map((path) => inImage(folder, path)), replaces: facts.localReplaces.map((path) => inImage(folder, path)) };
    }
    if (folder === '/') return undefined;
  }
}
