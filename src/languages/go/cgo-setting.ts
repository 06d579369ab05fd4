import { filesBelow, inImage } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';
import { valueIn } from './surroundings.ts';

/** The value that CGO_ENABLED has in the builds. */
export interface CgoSetting {
  /** Undefined where it depends on a variable, or differs. */
  readonly value: string | undefined;
  /** For a reader: ` in the Makefile`, or ''. */
  readonly where: string;
  readonly file: string | undefined;
  readonly line: number;
}

/**
 * What the Dockerfile, or the Makefile and scripts that it runs, set CGO_ENABLED to; undefined where they leave it open.
 *
 * @param script true when another program (make, a script) runs the build
 */
export function settingOf(walk: Walk, builds: readonly GoCall[], script: boolean): CgoSetting | undefined {
  const settings = builds.map((build) => settingOfCall(walk, build));
  const given = settings.filter((item) => item !== undefined);
  if (given.length > 0) {
    // Binaries that are linked differently are all given what the most demanding one needs; where one leaves it open, evidence decides.
    const demanding = given.find(({ value }) => value === '1') ?? given.find(({ value }) => value !== '0');
    return demanding ?? (given.length < settings.length ? undefined : given[0]);
  }
  if (builds.length === 0) {
    const written = script ? settingOfScripts(walk) : undefined;
    if (written) return written;
    const last = walk.steps.findLast((step) => step.run);
    const scope = last?.scope ?? walk.end.scope;
    if (scope.env.has('CGO_ENABLED') || scope.args.has('CGO_ENABLED')) return { value: scope.env.get('CGO_ENABLED') ?? scope.args.get('CGO_ENABLED') ?? undefined, where: '', file: undefined, line: last?.instruction.line ?? walk.stage.from.line };
    const inline = walk.steps.flatMap((step) => (step.run?.parts ?? []).flatMap((part) => part.commands.flatMap((command) => command.assignments.filter((item) => item.name === 'CGO_ENABLED').map((item) => ({ value: item.value, line: step.instruction.line }))))).at(-1);
    if (inline) return { ...inline, where: '', file: undefined };
  }
  const step = walk.steps.find((item) => /\bgo env -w[^&;\n]*CGO_ENABLED=["']?[01]/.test(item.instruction.logical));
  return step && { value: /CGO_ENABLED=["']?([01])/.exec(step.instruction.logical)![1], where: ' with `go env -w`', file: undefined, line: step.instruction.line };
}

function settingOfCall(walk: Walk, build: GoCall): CgoSetting | undefined {
  const value = valueIn(walk, build, 'CGO_ENABLED');
  return value === undefined || value === '' ? undefined : { value: value ?? undefined, where: build.hidden ? ' in what the RUN calls' : '', file: undefined, line: build.step.instruction.line };
}

/** What the Makefile, and scripts that RUNs name, set; their values must agree. */
function settingOfScripts(walk: Walk): CgoSetting | undefined {
  const { project } = walk;
  const named = walk.steps.flatMap((step) => (step.run?.parts ?? []).flatMap((part) => part.commands.flatMap((command) => command.words.flatMap((word) => (word.value !== undefined && part.cwd !== undefined && /[./]/.test(word.value) ? (walk.locate(inImage(part.cwd, word.value)) ?? []) : [])))));
  const files = [...new Set([...named, ...filesBelow(project, '', (path) => /(?:^|\/)(?:GNUmakefile|[Mm]akefile|Taskfile\.ya?ml|[^/]+\.mk|magefile\.go|build\.sh)$/.test(path))])].filter((path) => project.kind(path) === 'file');
  const found = files.flatMap((file) => (project.read(file) ?? '').split('\n').flatMap((line, index) => [...line.replace(/^\s*#.*/, '').matchAll(/\bCGO_ENABLED\s*[?:]?[=:]\s*["']?([^\s"']*)/g)].map((match) => ({ value: match[1]!, file, line: index + 1 }))));
  const first = found[0];
  if (!first) return undefined;
  const values = new Set(found.map((item) => item.value));
  return { value: values.size === 1 && /^[01]$/.test(first.value) ? first.value : undefined, where: ` in ${first.file}`, file: first.file, line: first.line };
}
