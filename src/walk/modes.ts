import { flagOf } from '../dockerfile/model.ts';
import { inImage, join } from '../project/project.ts';
import type { Walk } from './walk.ts';

/** Files and folders of the context that are looked at: far beyond any project's own. */
const mostLooks = 20_000;

/**
 * The first file or folder of the context that a COPY brings and that only its owner may read: a user without rights could not. COPY keeps the
 * permissions that a file has in the context, unless `--chmod` gives others; the folder that a source names is made with the usual ones.
 *
 * @param counts whether what lands at that path of the image matters
 */
export function closedToOthers(walked: Walk, counts: (imagePath: string) => boolean = () => true): string | undefined {
  const { project } = walked;
  let looks = 0;
  const closed = (path: string, target: string, given: number | undefined, named = false): string | undefined => {
    if (++looks > mostLooks) return undefined;
    const kind = project.kind(path);
    const mode = named && kind === 'folder' ? undefined : (given ?? project.mode?.(path));
    const needed = kind === 'folder' ? 0o5 : 0o4;
    if (mode !== undefined && (mode & needed) !== needed && counts(target)) return path;
    if (kind !== 'folder') return undefined;
    for (const name of project.list(path)) {
      const found = name === '.git' ? undefined : closed(join(path, name), inImage(target, name), given);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const step of walked.steps) {
    const chmod = step.copy && flagOf(step.instruction, 'chmod');
    // In another form than a number, it is meant to open the files.
    if (chmod !== undefined && !/^[0-7]{3,4}$/.test(chmod)) continue;
    for (const entry of step.copy?.entries ?? []) {
      const found = closed(entry.source, entry.target, chmod === undefined ? undefined : Number.parseInt(chmod, 8), true);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
