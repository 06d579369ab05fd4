import { variablesIn } from '../dockerfile/scope.ts';
import type { ShellCommand } from '../shell/parse.ts';
import type { RunFacts, RunPart } from '../walk/run.ts';
import type { WordEdit } from './run-words.ts';

/** Whether a part acts on the shell for what follows it: `cd`, `set`, `export`, an assignment. */
const isState = (part: RunPart): boolean => part.effect.kind === 'shell';

/**
 * The chosen parts of a RUN in their order, with those before them that they run under: the `cd` to their folder, the variables that they may
 * read, `set`, and a condition that decides whether they run. A chosen part that only acts on the shell stays when another one needs it.
 *
 * @param edits words that leave: a variable that only they refer to is not needed
 * @returns nothing when none of the chosen parts does anything by itself
 */
export function withState(run: RunFacts, chosen: readonly RunPart[], edits: ReadonlyMap<RunPart, readonly WordEdit[]> = new Map()): RunPart[] {
  const all = run.parts;
  const work = all.filter((part) => chosen.includes(part) && !isState(part));
  if (work.length === 0) return [];
  const kept = new Set([...work, ...conditionsOf(all, work)]);
  const last = all.indexOf(work.at(-1)!);
  const state = all.slice(0, last).filter((part) => isState(part) && !kept.has(part));
  // With a stack of folders, or a program of its own that keeps state, nothing can be told.
  const opaque = state.some((part) => /^(?:pushd|popd)$/.test(nameOf(part) ?? ''));
  const folders = state.filter((part) => nameOf(part) === 'cd');
  for (const part of [...state].reverse()) {
    const later = [...kept, ...folders].filter((other) => other.start > part.start);
    if (opaque || (nameOf(part) !== 'cd' && nameOf(part) !== 'set' && isNeeded(part, later, kept, (other) => textWithout(other, edits.get(other) ?? [])))) kept.add(part);
  }
  if (!opaque) for (const part of foldersFor(all, kept)) kept.add(part);
  for (const part of state.filter((other) => nameOf(other) === 'set')) {
    const later = [...kept].filter((other) => other.start > part.start && nameOf(other) !== 'set');
    const plain = later.length === 1 && later[0]!.simple !== undefined && !later[0]!.text.includes('$');
    if (later.length > 0 && !plain) kept.add(part);
  }
  return all.filter((part) => kept.has(part));
}

/** The program of a part; that of its first command for several. */
const nameOf = (part: RunPart): string | undefined => part.commands[0]?.name;

/** `[ -f x ] && a; b`: whether `a` runs depends on the test, which may fail without failing the RUN. */
function conditionsOf(all: readonly RunPart[], work: readonly RunPart[]): RunPart[] {
  const wanted = new Set(work);
  const found: RunPart[] = [];
  for (let first = 0, end = 0; first < all.length; first = end) {
    for (end = first + 1; all[end]?.joinedBy === '&&'; ) end += 1;
    const list = all.slice(first, end);
    const last = list.findLastIndex((part) => wanted.has(part));
    const mayFail = end < all.length;
    found.push(...list.slice(0, Math.max(0, last)).filter((other) => other.commands.length === 0 || (mayFail && other.effect.kind === 'none' && other.commands.some((command) => /^(?:test|\[|grep|egrep|which|command|type|ls|stat)$/.test(command.name ?? '')))));
  }
  return found;
}

/** Variables that package managers read from their environment. */
const packageVariables = /^(?:DEBIAN_FRONTEND|DEBCONF_\w+|APT_\w+|UCF_\w+|ACCEPT_EULA|LC_\w+|LANG(?:UAGE)?|PATH|TZ|\w*_proxy)$/i;

/** The text of a part without the words that leave it. */
const textWithout = (part: RunPart, edits: readonly WordEdit[]): string =>
  edits.reduce((text, { word }) => text.slice(0, word.start - part.start) + ' '.repeat(word.end - word.start) + text.slice(word.end - part.start), part.text);

/** Whether one of the later parts may notice that `part` was there. */
function isNeeded(part: RunPart, later: readonly RunPart[], kept: ReadonlySet<RunPart>, textOf: (part: RunPart) => string): boolean {
  const works = later.filter((other) => kept.has(other));
  if (works.length === 0) return false;
  const name = nameOf(part);
  if (part.commands.length === 0) return false; // a test: kept as a condition, or of no use
  if (name === '.' || name === 'source') return works.some((other) => !/^(?:packages|account|files|system)$/.test(other.effect.kind) || other.text.includes('$'));
  const names = assignedBy(part);
  if (names === undefined || names.length === 0) return true;
  return names.some((variable) =>
    later.some((other) => {
      if (variablesIn(textOf(other)).includes(variable)) return true;
      if (!kept.has(other)) return false;
      return other.effect.kind === 'packages' ? packageVariables.test(variable) : /^(?:unknown|fetch)$/.test(other.effect.kind);
    }),
  );
}

/** The variables that a part sets; undefined when that cannot be told. */
function assignedBy(part: RunPart): string[] | undefined {
  const command = part.simple;
  if (!command) return undefined;
  if (command.words.length === 0) return command.assignments.map((item) => item.name);
  if (command.name !== 'export') return undefined;
  const names = command.words.slice(1).map((word) => /^(\w+)(?:=|$)/.exec(word.text)?.[1]);
  return names.includes(undefined) ? undefined : (names as string[]);
}

/** The `cd`s that bring the kept parts to their folder. */
function foldersFor(all: readonly RunPart[], kept: ReadonlySet<RunPart>): RunPart[] {
  const needed: RunPart[] = [];
  let folder = all[0]?.cwd;
  let pending: RunPart[] = [];
  for (const part of all) {
    if (!kept.has(part)) {
      if (nameOf(part) === 'cd' && part.effect.kind === 'shell') pending.push(part);
      continue;
    }
    if (!dependsOnFolder(part)) continue;
    if (pending.length > 0 && (part.cwd === undefined || part.cwd !== folder)) {
      const absolute = pending.findLastIndex((cd) => cd.simple?.words[1]?.value?.startsWith('/') === true);
      needed.push(...pending.slice(Math.max(0, absolute)));
    }
    if (pending.length > 0) folder = part.cwd;
    pending = [];
  }
  return needed;
}

/** Whether a part may do something else in another folder. An unknown program may. */
function dependsOnFolder(part: RunPart): boolean {
  if (part.text.includes('<') || part.text.includes('$(') || part.text.includes('`') || part.text.includes('$PWD')) return true;
  if (part.commands.some((command) => command.outputs.some((path) => path?.startsWith('/') !== true))) return true;
  const { effect } = part;
  switch (effect.kind) {
    case 'packages':
      return part.simple === undefined || effect.packages.some((name) => /\.(?:deb|rpm|apk)$|\//.test(name) && !name.startsWith('/'));
    case 'account':
      return false;
    case 'files':
    case 'fetch':
      return part.commands.some((command) => operandsOf(command).some((text) => !/^["']?(?:\/|https?:)/.test(text)));
    case 'system':
      // A path that is not in the text as it is was relative.
      return effect.reads.some((path) => !part.text.includes(path));
    case 'none':
      return part.commands.some((command) => !/^(?:echo|printf|true|:|sleep|id|whoami|date|sync)$/.test(command.name ?? ''));
    case 'shell':
      return part.commands.some((command) => /^(?:\.|source)$/.test(command.name ?? '') && command.words[1]?.value?.startsWith('/') !== true);
    default:
      return true;
  }
}

/** Words that may be paths. */
function operandsOf(command: ShellCommand): string[] {
  if (/^(?:echo|printf)$/.test(command.name ?? '')) return [];
  const operands = command.words.slice(1).map((word) => word.value ?? word.text).filter((text) => !text.startsWith('-'));
  return /^(?:chmod|chown|chgrp|sed|tar)$/.test(command.name ?? '') ? operands.slice(1) : operands;
}
