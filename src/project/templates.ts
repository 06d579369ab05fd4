import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Templates } from '../render.ts';

/**
 * The eta templates that come with the package, read when they are asked for.
 *
 * @param folder their folder; by default the one beside `dist` (or `src`, when run from the sources)
 */
export function packagedTemplates(folder: URL = findFolder()): Templates {
  return (name) => {
    if (!/^[a-z]+\/[a-z-]+$/.test(name)) return undefined;
    try {
      return readFileSync(new URL(`${name}.eta`, folder), 'utf8');
    } catch {
      return undefined;
    }
  };
}

function findFolder(): URL {
  const here = fileURLToPath(import.meta.url).replaceAll('\\', '/');
  return new URL(here.includes('/src/project/') ? '../../templates/' : '../templates/', import.meta.url);
}
