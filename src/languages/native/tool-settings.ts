import { refuse } from '../../findings.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import type { RunPart } from '../../walk/run.ts';
import { isRoot, type Step, type Walk } from '../../walk/walk.ts';
import type { NativeProject } from './facts.ts';
import { accountsOf } from './ownership.ts';

/** What lies in a folder of ssh and is no key. */
const ofSsh = /(~|\$HOME|\$\{HOME\}|\/root|\/home\/[\w.-]+)\/\.ssh\/(known_hosts|config)\b|(\/etc\/ssh\/ssh_(?:known_hosts|config))\b/g;

/** Passwords and tokens in a setting of git: in the address, in a header, or from a variable of the build. */
const credentials = /\/\/[^/\s"']*(?::[^/\s"']*)?@|extraheader|credential\.|oauth2|x-access-token|\$\{?\w*(?:TOKEN|SECRET|PASS|KEY|CRED|PAT)\w*/i;

/** A private key that a RUN writes. */
const keyOfSsh = />\s*["']?\S*\/\.ssh\/(?:id_\w+|\w+\.pem|\w*key)\b/;

/**
 * Settings that RUNs leave for git and ssh, where the program starts these: `git config --global`, and hosts that ssh knows.
 *
 * @throws Refusal where they hold a password or a private key beside what the program needs
 */
export function toolSettings(walk: Walk, { system }: Pick<NativeProject, 'system'>): string[] {
  const names = new Set([...system.programs, ...system.packages.map(({ name }) => name), ...system.requirements.map(({ need }) => need.replace(/^(?:program|package):/, ''))]);
  const startsGit = names.has('git');
  if (!startsGit && !['ssh', 'scp', 'sftp', 'rsync', 'openssh-client', 'openssh'].some((name) => names.has(name))) return [];
  const settings = walk.steps.flatMap((step) => (step.run?.parts ?? []).flatMap((part) => [...(startsGit ? ofGit(walk, step, part) : []), ...knownToSsh(walk, step, part)]));
  const kept = settings.filter(({ path, step, part, secret }) => !secret && !isRemovedAfter(walk, path, { step, part }));
  for (const { step, path } of settings.filter(({ secret }) => secret)) {
    if (kept.some((other) => other.path === path)) throw refuse('unsupported-shape', { reason: `${path} has a password or token in it, and settings that the program needs`, help: 'Give the password to the build alone, with `RUN --mount=type=secret`.' }, { line: step.instruction.line });
  }
  return [...new Set(kept.map(({ path }) => path))];
}

interface Setting {
  readonly path: string;
  readonly step: Step;
  readonly part: RunPart;
  readonly secret: boolean;
}

function ofGit(walk: Walk, step: Step, part: RunPart): Setting[] {
  return part.commands.flatMap((command): Setting[] => {
    const words = command.words.map((word) => word.text);
    if (!/(?:^|\/)git$/.test(command.name ?? '') || !words.includes('config')) return [];
    const path = words.includes('--system') ? '/etc/gitconfig' : words.includes('--global') ? inHome(walk, step, '.gitconfig') : undefined;
    return path === undefined ? [] : [{ path, step, part, secret: credentials.test(words.join(' ')) }];
  });
}

function knownToSsh(walk: Walk, step: Step, part: RunPart): Setting[] {
  if (keyOfSsh.test(part.text)) throw refuse('unsupported-shape', { reason: 'a private key is written into the image, and the program starts ssh', help: 'Give the key to the container when it starts.' }, { line: step.instruction.line });
  // What follows an arrow is written.
  const written = Array.from(part.text.matchAll(/>+\s*["']?(\S+)|\btee\s+(?:-a\s+)?["']?(\S+)/g), (match) => match[1] ?? match[2]!).join(' ');
  return Array.from(written.matchAll(ofSsh)).flatMap(([, home, name, shared]): Setting[] => {
    const path = shared ?? (home!.startsWith('/') ? `${home}/.ssh/${name}` : inHome(walk, step, `.ssh/${name}`));
    return path === undefined ? [] : [{ path, step, part, secret: false }];
  });
}

/** A file in the home folder of whoever runs a step; undefined where that is not known. */
function inHome(walk: Walk, { user }: Step, name: string): string | undefined {
  const account = user?.split(':')[0];
  const home = isRoot(user) ? '/root' : accountsOf(walk).find((item) => item.name === account)?.home;
  return home === undefined ? undefined : `${home}/${name}`;
}
