/** What a go.mod says. Source: Go Modules Reference, "go.mod files". */
export interface GoMod {
  readonly module: string | undefined;
  /** Minor version of the `go` line: 22 for `go 1.22.3`. */
  readonly go: number | undefined;
  /** Modules required, direct and indirect. */
  readonly requires: readonly { readonly path: string; readonly line: number; readonly indirect: boolean }[];
  /** Folders, as written, that a `replace` points to: `go mod download` reads their go.mod. */
  readonly localReplaces: readonly string[];
}

/** Reads go.mod text. The grammar is line by line; what is not understood is passed over. */
export function readGoMod(text: string): GoMod {
  let module: string | undefined;
  let go: number | undefined;
  const localReplaces: string[] = [];
  const requires: { path: string; line: number; indirect: boolean }[] = [];
  for (const { words, line, comment } of goModLines(text)) {
    if (words[0] === 'module') module = words[1];
    if (words[0] === 'go') go = Number(/^1\.(\d+)/.exec(words[1] ?? '')?.[1] ?? Number.NaN) || undefined;
    if (words[0] === 'require' && words[1] !== undefined) requires.push({ path: words[1], line, indirect: /^\s*indirect\b/.test(comment) });
    const folder = replacedBy(words);
    if (folder !== undefined) localReplaces.push(folder);
  }
  return { module, go, requires, localReplaces };
}

/** The folder of a `replace` that points to one. Source: Go Modules Reference, "replace directive". */
export function replacedBy(words: readonly string[]): string | undefined {
  const target = words[0] === 'replace' ? words[words.indexOf('=>') + 1] : undefined;
  return target !== undefined && /^(?:\.{1,2}(?:\/|$)|\/)/.test(target) ? target : undefined;
}

/** The directives of a go.mod or go.work, those of blocks with the block's word in front, quotes taken off. */
export function goModLines(text: string): { readonly words: readonly string[]; readonly line: number; readonly comment: string }[] {
  let block = '';
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const at = raw.indexOf('//');
    const line = (at < 0 ? raw : raw.slice(0, at)).trim();
    const opening = /^(\w+)\s*\($/.exec(line);
    if (opening) block = opening[1]!;
    else if (line === ')') block = '';
    else if (line !== '') return [{ words: (block === '' ? line : `${block} ${line}`).split(/\s+/).map((word) => word.replace(/^["`](.*)["`]$/, '$1')), line: index + 1, comment: at < 0 ? '' : raw.slice(at + 2) }];
    return [];
  });
}
