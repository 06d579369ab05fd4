import { withFlags } from '../../plan/run-text.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { mergedLdflags, missingIn } from './ldflags.ts';
import type { GoCall } from './commands.ts';
import { valueIn } from './surroundings.ts';

/** Changes to the go commands of one RUN. */
export interface RunChanges {
  readonly cgoOff: boolean;
  readonly trimpath: boolean;
  /** Whether nothing but cache mounts may be added: a plugin must be built as its host is. */
  readonly asWritten: boolean;
  /** Targets of cache mounts. */
  readonly mounts: readonly string[];
  /** Binaries that the runtime stage takes: tools of others are only changed when they are among them. */
  readonly carried: ReadonlySet<string>;
}

/** A change of a text at one place. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Text of a RUN with the changes merged into what the user wrote. Gives the text as it is when there is nothing to change, or no safe way. */
export function rewriteRun(walked: Walk, step: Step, all: readonly GoCall[], changes: RunChanges): string {
  const { instruction } = step;
  const calls = all.filter((call) => !call.hidden);
  const mounts = changes.mounts.filter((target) => !instruction.flags.some((flag) => flag.name === 'mount' && flag.value?.includes(target)));
  const heredoc = instruction.heredocs[0];
  if (heredoc !== undefined) {
    const at = instruction.text.indexOf(`\n${heredoc.body}`, instruction.bodyStart) + 1;
    const isScript = at > 0 && /^<<-?\s*["']?\w+["']?\s*$/.test(instruction.logical);
    const edits = isScript ? calls.flatMap((call) => editsFor(walked, call, changes, false, heredoc.body)) : [];
    const body = isScript ? instruction.text.slice(instruction.bodyStart, at) + applyEdits(heredoc.body, edits) + instruction.text.slice(at + heredoc.body.length) : instruction.text.slice(instruction.bodyStart);
    return `${instruction.text.slice(0, instruction.bodyStart)}${mounts.map((target) => `${mountFlag(target)} `).join('')}${body}`;
  }
  const exec = instruction.json !== undefined;
  if (exec && !instruction.json!.every((word) => /^[\w@%+=:,./-]+$/.test(word))) return mounts.length === 0 ? instruction.text : withFlags(instruction, mounts.map(mountFlag));
  const body = exec ? instruction.json!.join(' ') : instruction.text.slice(instruction.bodyStart);
  const edits = calls.flatMap((call) => editsFor(walked, call, changes, exec, body));
  if (edits.length === 0 && mounts.length === 0) return instruction.text;
  return withFlags(instruction, mounts.map(mountFlag), undefined, edits.length === 0 ? instruction.text.slice(instruction.bodyStart) : applyEdits(body, edits));
}

const mountFlag = (target: string): string => `--mount=type=cache,target=${target}`;

/** `--mount=type=cache,target=…` for each folder, one a line. */
export const mountFlags = (targets: readonly string[]): string => targets.map(mountFlag).join(' \\\n    ');

function editsFor(walked: Walk, call: GoCall, changes: RunChanges, exec: boolean, body: string): Edit[] {
  if (call.verb !== 'build' && call.verb !== 'install') return [];
  if (call.foreign && !call.artifacts?.some((path) => changes.carried.has(path))) return [];
  const positions = exec ? execPositions(call) : call.command.words;
  const verb = positions[1]!;
  const edits: Edit[] = [];
  if (changes.cgoOff) edits.push({ at: exec ? 0 : call.written.start, remove: 0, insert: 'CGO_ENABLED=0 ' });
  // A debugger needs the symbols and the paths; a plugin must be built as its host is.
  if (changes.asWritten || call.foreign || call.debug || call.command.words.some((word) => /-buildmode[= ]?plugin/.test(word.text) || word.value === 'plugin')) return edits;
  if (changes.trimpath && !call.hasTrimpath) edits.push({ at: verb.end, remove: 0, insert: ' -trimpath' });
  const flags = valueIn(walked, call, 'GOFLAGS');
  // The flag of the command line takes the place of that in GOFLAGS.
  if (!call.ldflags && flags !== null && !/-ldflags/.test(flags ?? '')) edits.push({ at: verb.end, remove: 0, insert: ' -ldflags="-s -w"' });
  else if (call.ldflags && !exec && call.command.words.includes(call.ldflags)) edits.push(...mergedLdflags(call.ldflags, body));
  else if (call.ldflags && exec) edits.push(...execLdflags(call, positions));
  return edits;
}

/** Linker flags in exec form: one word, which a shell gets in quotes. */
function execLdflags(call: GoCall, positions: readonly { start: number; end: number }[]): Edit[] {
  const index = call.command.words.indexOf(call.ldflags!);
  const text = call.ldflags!.text;
  const prefix = /^--?ldflags=/.exec(text)?.[0] ?? '';
  const missing = missingIn(text.slice(prefix.length));
  return missing === '' || index < 0 ? [] : [{ at: positions[index]!.start + prefix.length, remove: text.length - prefix.length, insert: `"${missing} ${text.slice(prefix.length)}"` }];
}

function execPositions(call: GoCall): { start: number; end: number }[] {
  let at = 0;
  return call.written.words.map((word) => {
    const start = at;
    at += word.text.length + 1;
    return { start, end: at - 1 };
  }).slice(call.written.words.length - call.command.words.length);
}

function applyEdits(body: string, edits: readonly Edit[]): string {
  // Edits at one place keep their order; the last place comes first so that offsets stay true.
  const ordered = edits.map((edit, index) => ({ edit, index })).sort((a, b) => b.edit.at - a.edit.at || b.index - a.index);
  return ordered.reduce((text, { edit }) => text.slice(0, edit.at) + edit.insert + text.slice(edit.at + edit.remove), body);
}
