import dockerignore from '@balena/dockerignore';

/** Answers whether .dockerignore leaves a path out of the build context. */
export type Ignored = (path: string) => boolean;

/**
 * Reads .dockerignore text. The library has the rules of Docker's own matcher: patterns are relative to the root, the
 * last match wins, `!` makes an exception, a pattern for a folder covers what is in it.
 */
export function readDockerignore(text: string | undefined): Ignored {
  const bare = text?.replace(/^\uFEFF/, '') ?? '';
  if (!/^[^#\s]/m.test(bare) && bare.trim() === '') return () => false;
  const matcher = dockerignore({ ignorecase: false }).add(bare.replace(/\r/g, ''));
  const hasExceptions = /^\s*!/m.test(bare);
  const cache = new Map<string, boolean>();
  const ignored = (path: string): boolean => {
    const known = cache.get(path);
    if (known !== undefined) return known;
    const answer = matcher.ignores(path);
    cache.set(path, answer);
    return answer;
  };
  return (path) => {
    if (path === '') return false;
    if (hasExceptions) return ignored(path);
    const parts = path.split('/');
    return parts.some((_, index) => ignored(parts.slice(0, index + 1).join('/')));
  };
}
