/** What a go.mod says. Source: Go Modules Reference, "go.mod files". */
export interface GoMod {
  readonly module: string | undefined;
  /** Modules required, direct and indirect. */
  readonly requires: readonly { readonly path: string; readonly line: number; readonly indirect: boolean }[];
  /** True when a `replace` points to a folder: then `go mod download` needs that folder. */
  readonly replacesLocally: boolean;
}

/** Reads go.mod text. The grammar is line by line; what is not understood is passed over. */
export function readGoMod(text: string): GoMod {
  let module: string | undefined;
  let block = '';
  let replacesLocally = false;
  const requires: { path: string; line: number; indirect: boolean }[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const indirect = /\/\/\s*indirect/.test(raw);
    const line = raw.replace(/\/\/.*$/, '').trim();
    const opening = /^(\w+)\s*\($/.exec(line);
    if (opening) block = opening[1]!;
    else if (line === ')') block = '';
    else if (line !== '') {
      const words = (block === '' ? line : `${block} ${line}`).split(/\s+/).map((word) => word.replace(/^["`](.*)["`]$/, '$1'));
      if (words[0] === 'module') module = words[1];
      if (words[0] === 'require' && words[1] !== undefined) requires.push({ path: words[1], line: index + 1, indirect });
      if (words[0] === 'replace' && /^(?:\.{1,2}\/|\/)/.test(words[words.indexOf('=>') + 1] ?? '')) replacesLocally = true;
    }
  });
  return { module, requires, replacesLocally };
}
