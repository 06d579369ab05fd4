import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import type { Install, NodeApp } from './app.ts';
import type { Outputs } from './outputs.ts';
import { firstLiteral, type NodeSources } from './sources.ts';
import type { NodeStart } from './start.ts';

/**
 * The node_modules of packages that the program does not run: a front end in a folder of its own, of which it only serves what was built.
 *
 * @param sources must be exactly those that the start reaches; otherwise nothing is proven and the answer is empty
 */
export function frontEndModules(walk: Walk, app: NodeApp, start: NodeStart, installs: readonly Install[], sources: NodeSources, outputs: Outputs): string[] {
  if (!sources.closed || outputs.unknown !== undefined || app.entry === undefined || start.unresolved !== undefined) return [];
  if (firstLiteral(sources, (text) => text.includes('node_modules'))) return [];
  const folders = new Set(installs.flatMap((install) => install.folder ?? []));
  return [...folders].filter((folder) => {
    const source = walk.locate(folder);
    if (source === undefined || source === '' || isBelow(app.folder, folder) || isBelow(app.entry!, folder)) return false;
    if (start.leaves.some((leaf) => leaf.cwd === undefined || isBelow(leaf.cwd, folder)) || [...sources.files.keys()].some((file) => file.startsWith(`${source}/`))) return false;
    return outputs.paths.some((path) => isBelow(path, folder) && path !== folder && !path.endsWith('/node_modules'));
  }).map((folder) => `${folder}/node_modules`);
}
