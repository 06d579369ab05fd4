/**
 * A COPY line for literal paths: JSON form where white space would split them, glob characters and `$` escaped so that they mean themselves.
 *
 * @param flags such as `--from=builder`, without a trailing space; '' for none
 */
export function copyLine(flags: string, sources: readonly string[], destination: string): string {
  const words = [...sources.map((source) => literal(source.replace(/[[*?\\]/g, (char) => (char === '\\' ? '\\\\' : `[${char}]`)))), literal(destination)];
  const plain = words.every((word) => /^[^\s"'\\]+$/.test(word) && !word.startsWith('['));
  return ['COPY', ...(flags === '' ? [] : [flags]), plain ? words.join(' ') : `[${words.map((word) => JSON.stringify(word)).join(', ')}]`].join(' ');
}

const literal = (path: string): string => path.replace(/\$/g, '\\$');
