import { withFlags } from '../../plan/run-text.ts';
import type { Step } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';

/** Changes to the go commands of one RUN. */
export interface RunChanges {
  readonly cgoOff: boolean;
  /** Linker and path flags that make binaries smaller. */
  readonly strip: boolean;
  readonly trimpath: boolean;
  /** Targets of cache mounts. */
  readonly mounts: readonly string[];
}

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Text of a RUN with the changes merged into what the user wrote. Gives the text as it is when there is nothing to change, or no safe way. */
export function rewriteRun(step: Step, calls: readonly GoCall[], changes: RunChanges): string {
  const { instruction } = step;
  if (instruction.heredocs.length > 0) return instruction.text;
  const exec = instruction.json !== undefined;
  if (exec && !instruction.json!.every((word) => /^[\w@%+=:,./-]+$/.test(word))) return instruction.text;
  const body = exec ? instruction.json!.join(' ') : instruction.text.slice(instruction.bodyStart);
  const edits = calls.flatMap((call) => editsFor(call, changes, exec, body));
  const mounts = changes.mounts.filter((target) => !instruction.flags.some((flag) => flag.name === 'mount' && flag.value?.includes(target)));
  if (edits.length === 0 && mounts.length === 0) return instruction.text;
  return withFlags(instruction, mounts.map(mountFlag), undefined, applyEdits(body, edits));
}

const mountFlag = (target: string): string => `--mount=type=cache,target=${target}`;

/** `--mount=type=cache,target=…` for each folder, one a line. */
export const mountFlags = (targets: readonly string[]): string => targets.map(mountFlag).join(' \\\n    ');

function editsFor(call: GoCall, changes: RunChanges, exec: boolean, body: string): Edit[] {
  if (call.verb !== 'build' && call.verb !== 'install') return [];
  const positions = exec ? execPositions(call) : call.command.words;
  const verb = positions[1]!;
  const edits: Edit[] = [];
  if (changes.cgoOff) edits.push({ at: exec ? 0 : call.command.start, remove: 0, insert: 'CGO_ENABLED=0 ' });
  if (call.foreign) return edits;
  if (changes.trimpath && !call.hasTrimpath) edits.push({ at: verb.end, remove: 0, insert: ' -trimpath' });
  if (!changes.strip) return edits;
  if (!call.ldflags) edits.push({ at: verb.end, remove: 0, insert: ' -ldflags="-s -w"' });
  else if (!exec) edits.push(...mergedLdflags(call.ldflags, body));
  return edits;
}

/** `-s -w` in front of the user's own linker flags, inside their quotes. */
function mergedLdflags(word: { readonly text: string; readonly start: number; readonly end: number }, body: string): Edit[] {
  const text = body.slice(word.start, word.end);
  const bare = text.replace(/^--?ldflags=/, '').replace(/["']/g, '');
  const missing = ['-s', '-w'].filter((flag) => !bare.split(/\s+/).includes(flag)).join(' ');
  if (missing === '') return [];
  const assigned = /^(--?ldflags=)(["']?)/.exec(text);
  const outside = /^(["'])--?ldflags=/.exec(text);
  const prefix = outside ? text.indexOf('=') + 1 : (assigned?.[1]!.length ?? 0);
  const quote = outside ? '' : (/^["']/.exec(text.slice(prefix))?.[0] ?? undefined);
  if (outside) return [{ at: word.start + prefix, remove: 0, insert: `${missing} ` }];
  if (quote !== undefined) return [{ at: word.start + prefix + 1, remove: 0, insert: `${missing} ` }];
  return [{ at: word.start + prefix, remove: text.length - prefix, insert: `"${missing} ${text.slice(prefix)}"` }];
}

function execPositions(call: GoCall): { start: number; end: number }[] {
  let at = 0;
  return call.command.words.map((word) => {
    const start = at;
    at += word.text.length + 1;
    return { start, end: at - 1 };
  });
}

function applyEdits(body: string, edits: readonly Edit[]): string {
  // Edits at one place keep their order; the last place comes first so that offsets stay true.
  const ordered = edits.map((edit, index) => ({ edit, index })).sort((a, b) => b.edit.at - a.edit.at || b.index - a.index);
  return ordered.reduce((text, { edit }) => text.slice(0, edit.at) + edit.insert + text.slice(edit.at + edit.remove), body);
}
