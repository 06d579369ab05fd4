import { flagOf } from '../../dockerfile/model.ts';
import { isBelow } from '../../walk/place.ts';
import type { RunPart } from '../../walk/run.ts';
import { isRoot, type Step, type Walk } from '../../walk/walk.ts';

/** A path of the image that does not belong to root, or that others may write to. */
export interface Owned {
  readonly path: string;
  /** `user` or `user:group` as it is written; undefined where that is not known, or where everybody may write. */
  readonly owner: string | undefined;
  /** True where only what lies in the folder is meant: the folder itself was there before. */
  readonly contents?: boolean;
}

/** An account that a RUN makes. */
export interface Account {
  readonly step: Step;
  readonly part: RunPart;
  readonly name: string;
  /** The home folder that is made with it; undefined without one. */
  readonly home: string | undefined;
}

/** Options of adduser and useradd that take the next word. Source: their manual pages, BusyBox and Debian. */
const withValue = /^(?:-[ugGdhskbcGKpeflRZ]|--(?:uid|gid|home|home-dir|shell|comment|groups?|ingroup|gecos|base-dir|skel|key|password|expiredate|inactive|conf|firstuid|lastuid|add_extra_groups))$/;

/** Users that RUNs make, in order; groups are not among them. */
export function accountsOf(walk: Walk): Account[] {
  return walk.steps.flatMap((step) =>
    (step.run?.parts ?? []).flatMap((part) =>
      part.commands.flatMap((command): Account[] => {
        const program = /(?:^|\/)(adduser|useradd)$/.exec(command.name ?? '')?.[1];
        if (program === undefined) return [];
        const words = command.words.slice(1).map((word) => word.value ?? '');
        const operands = words.filter((word, index) => word !== '' && !word.startsWith('-') && !withValue.test(words[index - 1] ?? ''));
        const name = program === 'useradd' ? operands.at(-1) : operands[0];
        // `adduser user group` puts one into the other.
        if (name === undefined || (program === 'adduser' && operands.length > 1)) return [];
        const at = words.findIndex((word) => /^(?:-h|-d|--home|--home-dir)$/.test(word));
        const given = words.map((word) => /^--home(?:-dir)?=(\/.*)/.exec(word)?.[1]).find((home) => home !== undefined) ?? (at < 0 ? undefined : words[at + 1]);
        const made = program === 'useradd' ? words.some((word) => /^-\w*m|^--create-home$/.test(word)) : !words.some((word) => /^(?:-[A-Za-z]*H[A-Za-z]*|--no-create-home)$/.test(word));
        return [{ step, part, name, home: made ? (given ?? `/home/${name}`) : undefined }];
      }),
    ),
  );
}

/** What RUN, COPY and WORKDIR give to somebody else than root, the last one last. */
export function ownedPaths(walk: Walk): Owned[] {
  const owned: Owned[] = [];
  const accounts = accountsOf(walk);
  const isThere = (path: string, before: Step): boolean =>
    walk.steps.some((other) => other.instruction.index < before.instruction.index && ((other.instruction.keyword === 'WORKDIR' && other.cwd !== undefined && isBelow(other.cwd, path)) || other.copy?.entries.some((entry) => isBelow(entry.target, path)) || other.run?.parts.some(({ effect }) => effect.kind === 'files' && effect.verb === 'mkdir' && effect.writes.some((made) => isBelow(made, path)))));
  for (const step of walk.steps) {
    const { copy, instruction, run } = step;
    for (const account of accounts.filter((item) => item.step === step)) if (account.home?.startsWith('/')) owned.push({ path: account.home, owner: account.name });
    for (const { effect, commands } of run?.parts ?? []) {
      if (effect.kind !== 'files') continue;
      if (effect.verb === 'chown') {
        const owner = commands.find((command) => command.name === 'chown')?.words.slice(1).map((word) => word.value).find((word) => word === undefined || !word.startsWith('-'));
        for (const path of effect.writes) owned.push({ path, owner });
      } else if (effect.verb === 'chmod' && commands.some((command) => command.words.some((word) => /^(?:[0-7]?[0-7][0-7][2367]|[ugo]*[ao]\w*\+\w*w\w*|\+\w*w\w*|a=?rw\w*|g=u|g\+\w*w\w*)$/.test(word.value ?? '')))) {
        for (const path of effect.writes) owned.push({ path, owner: undefined });
      } else if (/^(?:mkdir|install)$/.test(effect.verb) && step.user !== undefined && !isRoot(step.user)) {
        for (const path of effect.writes) owned.push({ path, owner: step.user });
      }
    }
    const chown = copy && flagOf(instruction, 'chown');
    if (chown !== undefined) for (const entry of copy!.entries) owned.push({ path: entry.target, owner: chown.includes('$') ? undefined : chown, contents: entry.kind !== 'file' && isThere(entry.target, step) });
    // Source: BuildKit makes a working folder that is not there as the user in force.
    if (instruction.keyword === 'WORKDIR' && step.cwd !== undefined && step.user !== undefined && !isRoot(step.user) && !isThere(step.cwd, step)) owned.push({ path: step.cwd, owner: step.user });
  }
  return owned;
}

/** What was last said of the owner of a path; undefined for what is root's. */
export function ownerOf(owned: readonly Owned[], path: string): Owned | undefined {
  const last = owned.findLast((item) => isBelow(path, item.path) && !(item.contents && item.path === path));
  return last?.owner !== undefined && isRoot(last.owner) ? undefined : last;
}
