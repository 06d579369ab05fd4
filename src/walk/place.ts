import type { Walk } from './walk.ts';

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
