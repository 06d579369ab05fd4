import { refuse } from '../../findings.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { basename } from '../../project/project.ts';
import { parseShell } from '../../shell/parse.ts';
import { shellBuiltins, type Start } from '../../walk/start.ts';

/**
 * What compose files run in the image, where it is neither the toolchain nor a tool for development: those need the original image.
 *
 * @param devTools tools that rebuild and restart while someone edits
 * @param toolchain the command of the toolchain
 */
export const otherStarts = (composed: readonly Start[], devTools: ReadonlySet<string>, toolchain: string): Start[] =>
  composed.filter(({ main, commands }) => main !== undefined && !/^(?:tail|sleep)$/.test(basename(main.program)) && !commands.map(({ program }) => basename(program)).some((name) => devTools.has(name) || name === toolchain || /^(?:make|npm|node)$/.test(name)));

/**
 * A script that cannot be read may call anything.
 *
 * @throws Refusal
 */
export function refuseUnreadScript(start: Start): void {
  const unread = start.scripts.find((script) => script.text === undefined);
  if (!unread) return;
  const line = (start.entrypoint ?? start.cmd)?.line;
  throw refuse('unsupported-shape', { reason: `the start goes through ${unread.imagePath}, whose text is not at hand`, help: 'Run on the folder that is the build context, with the script in it.' }, { line });
}

/** A shell-form CMD that is one command of plain words does the same in exec form, where signals reach it. Its words; undefined for any other. */
export function execFormOf(start: Start): readonly string[] | undefined {
  const written = start.entrypoint ?? start.cmd;
  if (!written || written.json || (start.entrypoint && start.cmd) || start.scripts.length > 0) return undefined;
  const script = parseShell(written.logical);
  const only = script.parts.length === 1 && script.errors.length === 0 ? script.parts[0]!.simple : undefined;
  if (!only || only.assignments.length > 0 || only.outputs.length > 0 || /[<>|&;*?`$~{]/.test(written.logical)) return undefined;
  const words = only.words.map((word) => word.value);
  if (words.includes(undefined)) return undefined;
  const plain = words as string[];
  const first = plain[0] === 'exec' ? plain.slice(1) : plain;
  return first.length === 0 || shellBuiltins.has(first[0]!) ? undefined : first;
}

/**
 * The shells that the start, the health check and what compose files run need.
 *
 * @param renewed whether the runtime stage starts the program without the shell of the original's start
 */
export function shellNeeds(start: Start, others: readonly Start[], renewed: boolean): Requirement[] {
  return [...(renewed ? [] : [start]), ...others].flatMap(({ shell }) => (shell ? [{ need: shell.name === 'bash' ? 'bash' : 'shell', why: shell.why, file: shell.file || undefined, line: shell.line }] : []));
}
