import dockerignore from '@balena/dockerignore';
import { normalize } from './project.ts';

/** Answers whether .dockerignore leaves a path out of the build context. */
export type Ignored = (path: string) => boolean;

/** Stars of a pattern beyond which it is passed over: it is matched in as many steps as a name's length to the power of them. */
const mostStars = 8;

/** Whether a line can be read. With one that cannot, such as `[z-a]`, Docker builds nothing at all. */
function isPattern(line: string): boolean {
  if ((line.match(/\*+/g)?.length ?? 0) > mostStars) return false;
  try {
    dockerignore({ ignorecase: false }).add(line).ignores('x');
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads .dockerignore text. The library has the rules of Docker's own matcher: patterns are relative to the root, the
 * last match wins, `!` makes an exception, a pattern for a folder covers what is in it.
 */
export function readDockerignore(text: string | undefined): Ignored {
  const bare = text?.replace(/^\uFEFF/, '') ?? '';
  const lines = bare.split(/\r?\n/).filter((line) => !line.startsWith('#')).map((line) => line.trim()).filter((line) => line !== '').map((line) => line.replace(/(?:\*\*\/)+/g, '**/')).filter(isPattern);
  if (lines.length === 0) return () => false;
  const matcher = dockerignore({ ignorecase: false }).add(lines);
  const hasExceptions = lines.some((line) => line.startsWith('!'));
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

/**
 * Answers whether an exception (`!src/a.txt`) may bring back something below a folder that is left out: then the folder is in the context for it.
 */
export function readExceptions(text: string | undefined): (folder: string) => boolean {
  const exceptions = (text ?? '').split(/\r?\n/).flatMap((line) => {
    const pattern = /^\s*!\s*(.*?)\s*$/.exec(line)?.[1];
    return pattern === undefined ? [] : [normalize(pattern).split('/')];
  });
  return (folder) => {
    const names = folder.split('/');
    // An exception that names a folder above covers this one too.
    return exceptions.some((parts) => names.every((name, at) => at >= parts.length || parts.slice(0, at + 1).includes('**') || /[*?[\\]/.test(parts[at]!) || parts[at] === name));
  };
}
