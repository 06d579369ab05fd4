import { basename, dirname, filesBelow } from '../../project/project.ts';
import { imagePathOf } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';

/** Names of shared libraries: `libfoo.so`, `libfoo.so.1.2`. Source: the soname convention of ld(1). */
const library = /^[^/]+\.so(?:\.\d+)*$/;

/** Folders of the image with shared libraries that the context has and the Dockerfile copies: a dynamic binary may be linked with them, or load them. */
export function sharedLibraries(walk: Walk): string[] {
  const found = filesBelow(walk.project, '', (path) => library.test(basename(path))).flatMap((path) => imagePathOf(walk, path) ?? []);
  const folders = [...new Set(found.map(dirname))];
  // A folder with other things in it as well keeps them.
  return folders.flatMap((folder) => {
    const files = found.filter((path) => dirname(path) === folder);
    const source = walk.locate(folder);
    const alone = source !== undefined && walk.project.list(source).every((name) => library.test(name));
    return alone ? [folder] : files;
  });
}
