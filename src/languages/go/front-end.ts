import { inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoSources } from './sources.ts';

/** Programs that build what a browser gets; what they install is for that build. */
export const frontEndManagers: ReadonlySet<string> = new Set(['npm', 'npx', 'yarn', 'pnpm', 'pnpx', 'bun', 'bunx', 'corepack']);

/** Folders that builds of front ends are set to write by their own defaults. Source: the documentation of Vite, webpack, Create React App, Angular, Parcel, Eleventy. */
const outputs = /^(?:dist|build|public|out|static|assets|www|_site)$/;

/** Where a front end's tool works: `--prefix` and `--cwd` lead elsewhere. */
export function frontEndFolder(part: RunPart): string | undefined {
  const words = part.commands.flatMap((command) => command.words.map((word) => word.value ?? ''));
  const at = words.findIndex((word) => /^(?:--prefix|--cwd|-C|--dir)$/.test(word));
  const given = words.map((word) => /^(?:--prefix|--cwd|--dir)=(.+)/.exec(word)?.[1]).find((word) => word !== undefined) ?? (at < 0 ? undefined : words[at + 1]);
  return part.cwd === undefined || given === undefined ? part.cwd : inImage(part.cwd, given);
}

/**
 * What builds of front ends leave for the program: folders below theirs that the program names and that the context may lack. What is compiled in by `//go:embed`
 * needs no copy.
 *
 * @returns paths of the image, and whether a string may name one that is not among them
 */
export function frontEndOutputs(walk: Walk, sources: GoSources, folders: readonly string[]): { readonly paths: readonly string[]; readonly doubtful: boolean } {
  const cwd = walk.end.cwd ?? '/';
  const found = new Set<string>();
  let doubtful = false;
  const names = [...sources.reads.map(({ text }) => ({ text, read: true })), ...sources.strings.map(({ text }) => ({ text, read: false }))];
  for (const { text, read } of names) {
    if (!/^[\w@./*-]+$/.test(text)) continue;
    const path = inImage(cwd, text.replace(/[^/]*\*.*$/, ''));
    for (const folder of folders) {
      if (!isBelow(path, folder) || path === folder) continue;
      const first = path.slice(folder === '/' ? 1 : folder.length + 1).split('/')[0]!;
      const place = inImage(folder, first);
      const absent = walk.locate(place) === undefined;
      if (first === 'node_modules' || first.includes('.') || !(outputs.test(first) || absent)) continue;
      const source = walk.locate(folder);
      const inContext = source === undefined || source === '' ? first : `${source}/${first}`;
      if (sources.embedded.some((embedded) => isBelow(`/${embedded}`, `/${inContext}`))) continue;
      if (read || outputs.test(first)) found.add(place);
      // Such a string may be anything, unless it begins with the name of the front end's folder.
      else doubtful ||= folder !== cwd;
    }
  }
  return { paths: [...found], doubtful };
}
