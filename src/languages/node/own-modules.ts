import { inImage, join } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import type { NodeApp } from './app.ts';
import { isNative } from './libc.ts';
import type { NodeStart } from './start.ts';

/** Frameworks whose server output has its own node_modules, with the folder of its entry point. Source: the deployment pages of Nitro and Next.js. */
const outputs: readonly (readonly [folder: string, packages: readonly string[], config: RegExp])[] = [
  ['.output/server', ['nuxt', 'nuxt3', 'nitropack', 'nitro', 'vinxi', '@solidjs/start', '@analogjs/platform'], /^(?:nuxt|nitro|app)\.config\./],
  ['.next/standalone', ['next'], /^next\.config\./],
];

/**
 * Whether the start needs no node_modules beside the one that the build put into its output.
 *
 * Packages with machine code are found by tracing, which may miss their libraries: with one of them it is not proven.
 */
export function hasOwnModules(walk: Walk, app: NodeApp, start: NodeStart): boolean {
  const { manifest, entry, source } = app;
  if (!manifest || entry === undefined || source === undefined || start.unresolved !== undefined) return false;
  const leaves = start.leaves.filter((leaf) => !/^(?:tini|dumb-init)$/.test(leaf.program));
  if (leaves.length !== 1 || leaves[0]!.program !== 'node' || leaves[0]!.words.some((word) => word === undefined || /node_modules|^(?:-r|--require|--import|--loader|--experimental-loader)(?:=|$)/.test(word))) return false;
  const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
  const found = outputs.find(([folder, packages]) => isBelow(entry, inImage(app.folder, folder)) && packages.some((name) => name in all));
  if (!found) return false;
  const config = walk.project.list(source).filter((name) => found[2].test(name)).map((name) => walk.project.read(join(source, name)) ?? '').join('\n');
  if (/\b(?:externals?|noExternals|trace|outputFileTracing\w*|serverExternalPackages|serverComponentsExternalPackages)\b/.test(config)) return false;
  return !Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).some((name) => name === '@nuxt/image' || (isNative(name) && name !== 'next'));
}
