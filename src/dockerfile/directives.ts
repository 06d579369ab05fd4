import { endOfLine, nextLine, trimmed, type Escape } from './lines.ts';
import type { SyntaxProblem } from './model.ts';

export interface Directives {
  readonly escape: Escape;
  /** Value of `# syntax=`. */
  readonly syntax: string | undefined;
  readonly problems: readonly SyntaxProblem[];
}

/** The directives on top of a file: `# syntax=`, `# escape=`, `# check=`; any other line ends them. Source: BuildKit, parser/directives.go. */
export function directivesOf(source: string): Directives {
  const found = new Map<string, string>();
  const problems: SyntaxProblem[] = [];
  let line = 1;
  for (let from: number | undefined = 0; from !== undefined; from = nextLine(source, endOfLine(source, from)), line += 1) {
    const match = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)$/.exec(trimmed(source.slice(from, endOfLine(source, from))).text);
    const name = match?.[1]!.toLowerCase();
    if (name === undefined || !/^(?:syntax|escape|check)$/.test(name)) break;
    if (found.has(name)) problems.push({ line, message: `there are two # ${name}= directives` });
    found.set(name, match![2]!);
    if (name === 'escape' && match![2] !== '\\' && match![2] !== '`') problems.push({ line, message: 'the escape character can be \\ or ` only' });
  }
  return { escape: found.get('escape') === '`' ? '`' : '\\', syntax: found.get('syntax'), problems };
}
