import { lastOf, type Walk } from './walk.ts';

/** Where a file or folder of the context lands in the image; undefined when no COPY brings it. The last COPY wins. */
export function imagePathOf(walked: Walk, contextPath: string): string | undefined {
  for (const step of [...walked.steps].reverse()) {
    if (!step.copy || step.copy.transforms) continue;
    for (const entry of [...step.copy.entries].reverse()) {
      if (entry.source === contextPath) return entry.target;
      if (entry.kind === 'file') continue;
      const inside = entry.source === '' ? contextPath : contextPath.startsWith(`${entry.source}/`) ? contextPath.slice(entry.source.length + 1) : undefined;
      if (inside !== undefined && inside !== '') return entry.target === '/' ? `/${inside}` : `${entry.target}/${inside}`;
    }
  }
  return undefined;
}

/** Whether an absolute path is a folder or lies in it. */
export const isBelow = (path: string, folder: string): boolean => folder === '/' || path === folder || path.startsWith(`${folder}/`);

/** The line from which the image's start, and so its user, follows: that of CMD or ENTRYPOINT, else of FROM. */
export const startLine = (walked: Walk): number => (lastOf(walked, 'CMD') ?? lastOf(walked, 'ENTRYPOINT'))?.instruction.line ?? walked.stage.from.line;

/** The line that brings most of the application: the last COPY or ADD of a folder of the context, else of FROM. */
export function sourcesLine(walked: Walk): number {
  const copies = walked.steps.filter((step) => step.copy && step.copy.from === undefined);
  return (copies.findLast((step) => step.copy!.entries.some((entry) => entry.kind === 'folder')) ?? copies.at(-1))?.instruction.line ?? walked.stage.from.line;
}
