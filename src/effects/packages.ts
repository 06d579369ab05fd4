import type { ShellCommand } from '../shell/parse.ts';
import type { PackagesEffect } from './effect.ts';

interface Manager {
  readonly manager: PackagesEffect['manager'];
  readonly actions: Readonly<Record<string, PackagesEffect['action']>>;
  /** Options that take the next word as their value. */
  readonly withValue: readonly string[];
}

const aptActions = {
  install: 'install', remove: 'remove', purge: 'remove', autoremove: 'remove', 'auto-remove': 'remove',
  update: 'refresh', upgrade: 'refresh', 'dist-upgrade': 'refresh', 'full-upgrade': 'refresh', clean: 'clean', autoclean: 'clean',
} as const;
const dnfActions = {
  install: 'install', groupinstall: 'install', localinstall: 'install', reinstall: 'install', remove: 'remove', erase: 'remove', autoremove: 'remove', groupremove: 'remove',
  update: 'refresh', upgrade: 'refresh', makecache: 'refresh', 'check-update': 'refresh', clean: 'clean', 'config-manager': 'repository', module: 'repository',
} as const;

/** Package managers by program name. Source: their manual pages. */
const managers: Readonly<Record<string, Manager>> = {
  apt: { manager: 'apt', actions: aptActions, withValue: ['-o', '-t', '-c', '--option', '--target-release', '--default-release'] },
  'apt-get': { manager: 'apt', actions: aptActions, withValue: ['-o', '-t', '-c', '--option', '--target-release', '--default-release'] },
  aptitude: { manager: 'apt', actions: aptActions, withValue: ['-o', '-t'] },
  'add-apt-repository': { manager: 'apt', actions: {}, withValue: [] },
  'apt-add-repository': { manager: 'apt', actions: {}, withValue: [] },
  'apt-key': { manager: 'apt', actions: {}, withValue: [] },
  'yum-config-manager': { manager: 'dnf', actions: {}, withValue: [] },
  apk: {
    manager: 'apk',
    actions: { add: 'install', del: 'remove', update: 'refresh', upgrade: 'refresh', fix: 'refresh', cache: 'clean' },
    withValue: ['-t', '--virtual', '-X', '--repository', '-p', '--root', '--repositories-file', '--keys-dir', '--arch', '--wait', '--cache-dir'],
  },
  yum: { manager: 'dnf', actions: dnfActions, withValue: ['-c', '--enablerepo', '--disablerepo'] },
  dnf: { manager: 'dnf', actions: dnfActions, withValue: ['-c', '--enablerepo', '--disablerepo'] },
  tdnf: { manager: 'dnf', actions: dnfActions, withValue: ['--enablerepo', '--disablerepo'] },
  microdnf: { manager: 'dnf', actions: dnfActions, withValue: ['--enablerepo', '--disablerepo'] },
};

/** The effect of a package manager's command; undefined when it is none, or a query such as `apt-get --version`. */
export function packagesEffect(command: ShellCommand): PackagesEffect | undefined {
  const known = command.name === undefined ? undefined : own(managers, command.name);
  if (!known) return undefined;
  const words: (string | undefined)[] = [];
  let virtual: string | undefined;
  const rest = command.words.slice(1);
  for (let at = 0; at < rest.length; at += 1) {
    const text = rest[at]!.value ?? rest[at]!.text;
    if (known.withValue.includes(text)) {
      if (text === '-t' || text === '--virtual') virtual = known.manager === 'apk' ? rest[at + 1]?.value : virtual;
      at += 1;
    } else if (text.startsWith('--virtual=')) virtual = text.slice('--virtual='.length);
    else if (!text.startsWith('-')) words.push(...(rest[at]!.list ?? [rest[at]!.value]));
  }
  let verb = words.shift();
  // `dnf group install X` is `dnf groupinstall X`.
  if (known.manager === 'dnf' && /^groups?$/.test(verb ?? '')) verb = `group${words.shift() ?? ''}`;
  const action = Object.keys(known.actions).length === 0 ? 'repository' : verb === undefined ? undefined : own(known.actions, verb);
  if (action === undefined) return undefined;
  const named = action === 'install' || action === 'remove' ? words : [];
  return {
    kind: 'packages',
    manager: known.manager,
    action,
    packages: named.filter((word): word is string => word !== undefined),
    unknown: named.includes(undefined),
    virtual: known.manager === 'apk' ? virtual : undefined,
  };
}

/** Names come from the user's text: `toString` is no package manager. */
const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);
