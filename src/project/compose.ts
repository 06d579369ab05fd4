import type { Document, LineCounter } from 'yaml';
import { normalize, type Project } from './project.ts';

/** What a compose file runs in the image that this context builds. */
export interface ComposeRun {
  readonly file: string;
  readonly line: number;
  /** `entrypoint` takes the place of ENTRYPOINT and CMD, `command` that of CMD; `health` is a check beside them. */
  readonly kind: 'entrypoint' | 'command' | 'health';
  /** The words of the exec form, or text for a shell. */
  readonly words: readonly string[] | undefined;
  readonly text: string;
}

/** Characters beyond which it is no compose file written by hand. */
const longest = 200_000;

/** Anchors that may be repeated, so that a few lines do not grow into gigabytes. */
const mostAliases = 100;

/** A file as data, with the place of each key. */
interface Parsed {
  readonly services: Readonly<Record<string, unknown>>;
  readonly lineOf: (path: readonly string[]) => number;
}

/**
 * The commands of services that build this context with its Dockerfile. A file that is no valid YAML has none.
 * Source: the Compose Specification, `build`, `command`, `entrypoint`, `healthcheck`.
 */
export async function composeRuns(project: Project): Promise<ComposeRun[]> {
  const names = project.list('').filter((name) => /^(?:docker-)?compose[\w.-]*\.ya?ml$/i.test(name));
  const texts = names.flatMap((name) => {
    const text = project.read(name);
    return text === undefined || text.length > longest ? [] : [{ name, text }];
  });
  if (texts.length === 0) return [];
  const yaml = await import('yaml');
  return texts.flatMap(({ name, text }) => {
    const parsed = parse(text, yaml);
    return parsed ? Object.entries(parsed.services).flatMap(([service, value]) => (isTable(value) && buildsHere(value['build']) ? runsOf(name, service, value, parsed) : [])) : [];
  });
}

function parse(text: string, yaml: { parseDocument: (text: string, options: object) => Document; LineCounter: new () => LineCounter }): Parsed | undefined {
  try {
    const lineCounter = new yaml.LineCounter();
    const document = yaml.parseDocument(text, { lineCounter, merge: true, logLevel: 'silent' });
    const value: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: mostAliases });
    const services = isTable(value) ? value['services'] : undefined;
    if (!isTable(services)) return undefined;
    const lineOf = (path: readonly string[]): number => {
      const node: unknown = document.getIn(path, true);
      const range = isTable(node) && Array.isArray(node['range']) ? (node['range'] as number[]) : undefined;
      return range ? lineCounter.linePos(range[0]!).line : 1;
    };
    return { services, lineOf };
  } catch {
    return undefined; // too deep, or too many aliases
  }
}

const isTable = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a service builds the folder of the compose file with the file named Dockerfile. */
function buildsHere(build: unknown): boolean {
  if (typeof build === 'string') return normalize(build) === '' && !build.includes('..');
  if (!isTable(build)) return false;
  const { context = '.', dockerfile = 'Dockerfile', target } = build;
  return typeof context === 'string' && normalize(context) === '' && !context.includes('..') && typeof dockerfile === 'string' && normalize(dockerfile) === 'Dockerfile' && target === undefined;
}

function runsOf(file: string, service: string, value: Readonly<Record<string, unknown>>, { lineOf }: Parsed): ComposeRun[] {
  const runs: ComposeRun[] = [];
  for (const kind of ['entrypoint', 'command'] as const) {
    const read = wordsOf(value[kind]);
    if (read && read.text !== '') runs.push({ file, line: lineOf(['services', service, kind]), kind, ...read });
  }
  const health = value['healthcheck'];
  const test = isTable(health) ? wordsOf(health['test']) : undefined;
  if (!test) return runs;
  const line = lineOf(['services', service, 'healthcheck', 'test']);
  const [first, ...rest] = test.words ?? ['CMD-SHELL', test.text];
  if (first === 'CMD') runs.push({ file, line, kind: 'health', words: rest, text: rest.join(' ') });
  if (first === 'CMD-SHELL') runs.push({ file, line, kind: 'health', words: undefined, text: rest.join(' ') });
  return runs;
}

/** A list gives words, a text stays one. */
function wordsOf(value: unknown): { words: string[] | undefined; text: string } | undefined {
  if (typeof value === 'string') return { words: undefined, text: value.trim() };
  if (!Array.isArray(value) || !value.every((item) => /^(?:string|number|boolean)$/.test(typeof item))) return undefined;
  const words = value.map(String);
  return { words, text: words.join(' ') };
}
