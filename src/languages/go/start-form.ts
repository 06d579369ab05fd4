import { refuse } from '../../findings.ts';
import { basename, inImage } from '../../project/project.ts';
import type { Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import { goCallFromWords, type GoCall } from './commands.ts';

/** The start as `go run`, which becomes a build. */
export interface GoRun {
  readonly call: GoCall;
  readonly binary: string;
  readonly args: readonly string[];
}

/** Programs that run the go command, or read what it has installed. */
const needToolchain = /^(?:go|make|go-wrapper|golangci-lint|gometalinter(?:\.v\d)?|staticcheck|gosec|govulncheck|errcheck|goreleaser|gopls|gomobile|gox|ginkgo|gotestsum|revel|buffalo)$/;

/** Tools that rebuild and restart while someone edits. */
export const devTools: ReadonlySet<string> = new Set(['air', 'fresh', 'realize', 'CompileDaemon', 'reflex', 'modd', 'gin', 'nodemon', 'watcher', 'gow', 'dlv', 'bee', 'wgo', 'arelo']);

/**
 * A start that watches for changes, or that needs the toolchain.
 *
 * @param builds calls that make the project's own binaries
 * @throws Refusal
 */
export function refuseDevStart(start: Start, builds: readonly GoCall[]): void {
  // A program of the project may have such a name.
  const own = new Set(builds.flatMap((build) => build.artifacts ?? []).map(basename));
  const dev = start.commands.find(({ program }) => devTools.has(basename(program)) && !own.has(basename(program)) && (!program.includes('/') || /\/bin\/[^/]+$/.test(program)));
  if (dev) {
    throw refuse('interactive-or-dev-start', { command: dev.words.join(' '), help: 'Start the built binary instead, and keep this Dockerfile for development.' }, { file: dev.file || undefined, line: dev.line });
  }
  const toolchain = start.commands.find(({ program, words }) => needToolchain.test(basename(program)) && !own.has(basename(program)) && words[1] !== 'run');
  if (toolchain) {
    throw refuse('unsupported-shape', { reason: `the start needs the toolchain: ${toolchain.words.join(' ')}`, help: 'Start a binary that the build makes.' }, { file: toolchain.file || undefined, line: toolchain.line });
  }
}

/** The start as `go run`; undefined for any other. */
export function goRunOf(walk: Walk, start: Start): GoRun | undefined {
  const command = start.commands.find((item) => item.program.split('/').at(-1) === 'go' && item.words[1] === 'run');
  if (!command) return undefined;
  const place = { file: command.file || undefined, line: command.line };
  const words = command.words;
  if (start.commands.length > 1 || start.scripts.length > 0 || words.includes(undefined) || words.some((word) => /[*?$]/.test(word!))) {
    throw refuse('unsupported-shape', { reason: 'the start runs `go run` among other commands', help: 'Build the binary in a RUN and start that.' }, place);
  }
  const rest = (words as string[]).slice(2);
  let end = 0;
  while (rest[end]?.startsWith('-')) end += /^-(?:tags|ldflags|mod|exec|p)$/.test(rest[end]!) ? 2 : 1;
  if (rest[end]?.endsWith('.go')) while (rest[end]?.endsWith('.go')) end += 1;
  else end += 1;
  const step = walk.steps.at(-1)!;
  const call = goCallFromWords(walk, { ...step, cwd: walk.end.cwd, scope: walk.end.scope }, ['go', 'build', ...rest.slice(0, end)], walk.end.cwd);
  const inContext = (path: string): boolean => walk.locate(inImage(walk.end.cwd ?? '/', path)) !== undefined;
  if (walk.project.known && !call.packages.concat(call.packages.length === 0 ? ['.'] : []).some((path) => path !== undefined && (/^[\w-]+\./.test(path) || inContext(path) || (path === '.' && inContext('main.go'))))) {
    throw refuse('unsupported-shape', { reason: 'the Dockerfile copies none of the sources that `go run` compiles', help: 'Copy the sources; what a volume brings at run time cannot be built into the image.' }, place);
  }
  const name = call.artifacts?.[0]?.split('/').at(-1);
  if (name === undefined) throw refuse('ambiguous-artifact', { reason: '`go run` names no package that can be told', help: 'Build the binary in a RUN with `go build -o`.' }, place);
  return { call, binary: `/usr/local/bin/${name}`, args: rest.slice(end) };
}
