import { goModLines, replacedBy } from './go-mod.ts';

/** What a go.work says. Source: Go Modules Reference, "go.work files". */
export interface GoWork {
  /** Folders of the modules, as written. */
  readonly uses: readonly string[];
  /** Folders, as written, that a `replace` points to. */
  readonly localReplaces: readonly string[];
}

/** Reads go.work text; what is not understood is passed over. */
export function readGoWork(text: string): GoWork {
  const lines = goModLines(text);
  return {
    uses: lines.flatMap(({ words }) => (words[0] === 'use' && words[1] !== undefined ? [words[1]] : [])),
    localReplaces: lines.flatMap(({ words }) => replacedBy(words) ?? []),
  };
}
