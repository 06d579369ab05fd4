import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What was measured for one example and variant. A field that was not reached stays undefined. */
export interface Row {
  readonly name: string;
  sizeBefore?: number | undefined;
  sizeAfter?: number | undefined;
  rebuildBefore?: number | undefined;
  rebuildAfter?: number | undefined;
  /** Dependency installs of the proposal that a changed source file left in the cache, of how many. */
  cached?: string;
  answers?: 'same' | 'different' | 'not compared';
  skipped?: string;
}

const megabytes = (bytes: number | undefined): string => (bytes === undefined ? '-' : (bytes / 1e6).toFixed(1));
const seconds = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(1));

/** The share by which an image became smaller, from 0 to 1; undefined when a size is missing. */
export const saved = (row: Row): number | undefined => (row.sizeBefore === undefined || row.sizeAfter === undefined ? undefined : 1 - row.sizeAfter / row.sizeBefore);

/** A Markdown table of all rows. */
export function table(rows: readonly Row[]): string {
  const lines = [...rows]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((row) => {
      const share = saved(row);
      const cells = [row.name, megabytes(row.sizeBefore), megabytes(row.sizeAfter), share === undefined ? '-' : `${(share * 100).toFixed(1)} %`, seconds(row.rebuildBefore), seconds(row.rebuildAfter), row.cached ?? '-'];
      return `| ${[...cells, row.skipped === undefined ? (row.answers ?? 'not compared') : `skipped: ${row.skipped}`].join(' | ')} |`;
    });
  return `${['| example | before, MB | after, MB | smaller by | rebuild before, s | rebuild after, s | installs cached | answers |', '|---|---|---|---|---|---|---|---|', ...lines].join('\n')}\n`;
}

/** Writes the table to e2e-results.md in the folder that E2E_RESULTS names, or in the temporary folder, and gives the path. */
export function writeTable(rows: readonly Row[]): string {
  const folder = process.env['E2E_RESULTS'] ?? tmpdir();
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'e2e-results.md');
  writeFileSync(path, table(rows));
  return path;
}
