import { readDockerignore } from './dockerignore.ts';
import { normalize, type Project } from './project.ts';

/**
 * A project from a map of paths to texts, for tests and for callers without a disk.
 *
 * @param modes permission bits of files and folders where they are known
 */
export function memoryProject(files: Readonly<Record<string, string>>, modes: Readonly<Record<string, number>> = {}): Project {
  const ignored = readDockerignore(files['.dockerignore']);
  const texts = new Map(Object.entries(files).map(([path, text]) => [normalize(path), text] as const).filter(([path]) => !ignored(path)));
  const folders = new Map<string, Set<string>>([['', new Set()]]);
  for (const path of texts.keys()) {
    const parts = path.split('/');
    parts.forEach((name, index) => {
      const parent = parts.slice(0, index).join('/');
      if (!folders.has(parent)) folders.set(parent, new Set());
      folders.get(parent)!.add(name);
    });
  }
  return {
    known: true,
    kind: (path) => (texts.has(normalize(path)) ? 'file' : folders.has(normalize(path)) ? 'folder' : undefined),
    read: (path) => texts.get(normalize(path)),
    list: (folder) => [...(folders.get(normalize(folder)) ?? [])].sort(),
    mode: (path) => (Object.hasOwn(modes, normalize(path)) ? modes[normalize(path)] : undefined),
  };
}
