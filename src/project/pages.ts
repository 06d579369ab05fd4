import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A page of docs/findings, which comes with the package.
 *
 * @param name a code, or `README` for the table of all
 * @param folder their folder; by default the one beside `dist` (or `src`, when run from the sources)
 * @returns undefined when there is no such page
 */
export function findingPage(name: string, folder: URL = findFolder()): string | undefined {
  if (!/^[A-Za-z-]+$/.test(name)) return undefined;
  try {
    return readFileSync(new URL(`${name}.md`, folder), 'utf8');
  } catch {
    return undefined;
  }
}

function findFolder(): URL {
  const here = fileURLToPath(import.meta.url).replaceAll('\\', '/');
  return new URL(here.includes('/src/project/') ? '../../docs/findings/' : '../docs/findings/', import.meta.url);
}
