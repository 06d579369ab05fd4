import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { colorDiff, unifiedDiff, type DiffColors } from './diff.ts';
import { longestDockerfile } from './dockerfile/parse.ts';
import { finding, type Finding } from './findings.ts';
import type { Options } from './languages/language.ts';
import { diskProject, readRegularFile } from './project/disk.ts';
import { unknownProject } from './project/project.ts';
import { packagedTemplates } from './project/templates.ts';
import { toJson } from './report/json.ts';
import { explain, plainText, problems, summary } from './report/text.ts';
import { transform, type Outcome } from './transform.ts';

export interface RunOptions extends Options {
  readonly file?: string;
  readonly output?: string;
  readonly check?: boolean;
  readonly stdout?: boolean;
  readonly dryRun?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

/** The process's streams, so that a run can be tested without one. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdin: () => Promise<Buffer>;
  readonly colors: DiffColors;
}

/** Bytes of a Dockerfile that is read at all: `transform` counts characters, which take up to three. */
const largestDockerfile = 3 * longestDockerfile;

/** Exit codes of the command line. */
const exit = { ok: 0, stale: 1, badInput: 2, refused: 3 } as const;

/** Where a run reads and writes. Names are as the user knows them. */
interface Places {
  readonly text: string;
  readonly project: Parameters<typeof transform>[1];
  /** The Dockerfile's name in messages. */
  readonly shown: string;
  /** The Dockerfile's and the output's names in a diff, relative to the context. */
  readonly from: string;
  readonly to: string;
  /** Undefined for standard input without --output. */
  readonly output: string | undefined;
  readonly findings: readonly Finding[];
}

/**
 * One run of the command line: reads, transforms, prints, writes. The only place besides the disk adapters that touches the file system.
 *
 * @param path folder, Dockerfile or `-`
 * @returns the exit code
 */
export async function run(path: string, options: RunOptions, streams: Streams): Promise<number> {
  const places = await locate(path, options, streams);
  if ('code' in places) {
    streams.err(problems([places], path));
    return exit.badInput;
  }
  const outcome = await transform(places.text, places.project, options, packagedTemplates());
  const existing = places.output === undefined ? undefined : readRegularFile(places.output);
  if (options.json) streams.out(`${JSON.stringify(toJson(outcome, places.shown, places.findings), null, 2)}\n`);
  if (outcome.kind !== 'converted') {
    streams.err(problems([...outcome.findings, ...places.findings], places.shown));
    return outcome.kind === 'nothing' ? exit.ok : outcome.kind === 'refused' ? exit.refused : exit.badInput;
  }
  if (options.json) return exit.ok;
  return show(outcome, places, existing, options, streams);
}

function show(outcome: Outcome & { kind: 'converted' }, places: Places, existing: string | undefined, options: RunOptions, streams: Streams): number {
  const sameText = (a: string, b: string): boolean => a.replace(/\r\n/g, '\n') === b.replace(/\r\n/g, '\n');
  const upToDate = existing !== undefined && sameText(existing, outcome.text);
  const print = (diff: string): void => streams.out(options.color ? colorDiff(plainText(diff), streams.colors) : process.stdout.isTTY ? plainText(diff) : diff);
  const diff = (): string =>
    existing === undefined || !options.check
      ? unifiedDiff({ name: places.from, text: places.text }, { name: places.to, text: outcome.text })
      : unifiedDiff({ name: places.to, text: existing }, { name: places.to, text: outcome.text });
  const all = [...outcome.findings, ...places.findings];
  if (options.explain) {
    streams.out(explain(outcome, places.shown));
    streams.err(problems(all, places.shown));
    return exit.ok;
  }
  if (options.stdout || (places.output === undefined && !options.dryRun && !options.check)) {
    streams.out(outcome.text);
    streams.err(problems(all.filter((item) => item.level === 'warning'), places.shown));
    return exit.ok;
  }
  if (options.check) {
    if (!upToDate) print(diff());
    streams.err(`${problems(all.filter((item) => item.level === 'warning'), places.shown)}dockerize-multi: ${places.to} is ${upToDate ? 'up to date' : existing === undefined ? 'missing' : 'stale'}\n`);
    return upToDate ? exit.ok : exit.stale;
  }
  print(diff());
  if (options.dryRun) {
    streams.err(summary(outcome, `would ${existing === undefined ? 'write' : upToDate ? 'leave' : 'update'} ${places.output ?? 'nothing'}`) + problems(all, places.shown));
    return exit.ok;
  }
  if (!upToDate) {
    const failure = writeAtomically(places.output!, outcome.text);
    if (failure !== undefined) {
      streams.err(problems([finding('write-failed', { path: places.output!, reason: failure })], places.shown));
      return exit.badInput;
    }
  }
  streams.err(summary(outcome, `${upToDate ? 'up to date:' : existing === undefined ? 'wrote' : 'updated'} ${places.output!}`) + problems(all, places.shown));
  return exit.ok;
}

async function locate(path: string, options: RunOptions, streams: Streams): Promise<Places | Finding> {
  if (path === '-') {
    const input = await streams.stdin();
    if (!isUtf8(input)) return finding('not-readable', { path: 'standard input', reason: 'it is no UTF-8 text' });
    const text = input.toString('utf8');
    return { text, project: unknownProject, shown: '<stdin>', from: 'Dockerfile', to: options.output ?? 'Dockerfile.multi', output: options.output, findings: [] };
  }
  const stats = statOf(path);
  if (typeof stats === 'string') return finding('not-readable', { path, reason: stats });
  const folder = stats.isDirectory() ? path : dirname(path);
  const file = options.file ?? (stats.isDirectory() ? join(path, 'Dockerfile') : path);
  const found = statOf(file);
  if (found === missing) return finding('no-dockerfile', { path: file });
  if (typeof found === 'string') return finding('not-readable', { path: file, reason: found });
  const text = readRegularFile(file, largestDockerfile, 'utf-8 only');
  if (text === undefined) return finding('not-readable', { path: file, reason: found.isFile() ? (found.size > largestDockerfile ? 'it is over 1 MB' : 'it is no UTF-8 text, or there is no permission') : 'it is not a regular file' });
  const output = options.output ?? join(dirname(file), `${basename(file)}.multi`);
  // Docker looks for it beside the Dockerfile, wherever the context is.
  const own = `${file}.dockerignore`;
  const ownIgnore = readRegularFile(own);
  const ignore = ownIgnore ?? readRegularFile(join(folder, '.dockerignore'));
  const inContext = (name: string): string => relative(resolve(folder), resolve(name)).replaceAll('\\', '/');
  return {
    text,
    project: diskProject(folder, ignore),
    shown: file,
    from: inContext(file),
    to: inContext(output),
    output,
    findings: ownIgnore === undefined ? [] : [finding('dockerignore-name', { path: own, wanted: `${output}.dockerignore` }, { file: own })],
  };
}

const missing = 'there is no such file or folder';

/** What there is at a path, or why that cannot be told. */
function statOf(path: string): Stats | string {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? missing;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Writes through a temporary file beside the target, so that a failure leaves the old file as it was. Gives the reason of a failure. */
function writeAtomically(path: string, text: string): string | undefined {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const target = lstatSync(path, { throwIfNoEntry: false });
    if (target && !target.isFile()) return 'it exists and is not a regular file';
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o666 });
    if (target) chmodSync(temporary, target.mode);
    renameSync(temporary, path);
    return undefined;
  } catch (error) {
    rmSync(temporary, { force: true });
    return error instanceof Error ? error.message.replace(temporary, path) : String(error);
  }
}
