import type { ShellCommand } from '../shell/parse.ts';
import { readArguments, unwrapped } from './arguments.ts';
import type { Effect, PackagesEffect } from './effect.ts';
import { placeOf, type Surroundings } from './paths.ts';
import data from './data/programs.json' with { type: 'json' };

interface SystemProgram {
  /** Places that it writes, separated by spaces. */
  readonly writes: string;
  /** Other places for an operand: `dpkg-reconfigure tzdata`. */
  readonly of?: Readonly<Record<string, string>>;
  /** It changes something with these verbs only. */
  readonly verbs?: string;
  /** Verbs and options with which it only tells something. */
  readonly harmless?: string;
  /** The operands from this one on are what it writes. */
  readonly operands?: number;
}

const systemPrograms = data.system as Readonly<Record<string, SystemProgram>>;

/** The effect of a program that sets the system up from what is installed; undefined for any other program. */
export function systemEffect(program: string, command: ShellCommand, around: Surroundings): Effect | undefined {
  if (program === 'dpkg' || program === 'rpm') return packageFile(program, command, around);
  if (program === 'ssh-keygen' && command.words.some((word) => word.value === '-A')) return { kind: 'system', program, writes: ['/etc/ssh'], reads: [] };
  const known = Object.hasOwn(systemPrograms, program) ? systemPrograms[program]! : undefined;
  if (!known) return undefined;
  const words = command.words.slice(1).map((word) => word.value);
  if (words.some((word) => word !== undefined && (known.harmless ?? '').split(' ').includes(word))) return { kind: 'none' };
  if (known.verbs !== undefined && !words.some((word) => word !== undefined && known.verbs!.split(' ').includes(word))) return { kind: 'unknown', program };
  if (known.operands !== undefined) {
    const places = readArguments(command.words.slice(1), new Set()).operandWords.slice(known.operands).map((word) => placeOf(word, around));
    return places.includes(undefined) ? { kind: 'unknown', program } : { kind: 'system', program, writes: places as string[], reads: [] };
  }
  const own = words.flatMap((word) => (word !== undefined && known.of && Object.hasOwn(known.of, word) ? known.of[word]!.split(' ') : []));
  return { kind: 'system', program, writes: [...known.writes.split(' ').filter(Boolean), ...own], reads: [] };
}

/** `dpkg -i file.deb`: a package that does not come from a repository. Queries change nothing. */
function packageFile(program: 'dpkg' | 'rpm', command: ShellCommand, around: Surroundings): Effect {
  const read = readArguments(command.words.slice(1), new Set(program === 'rpm' ? ['--root', '--dbpath', '--prefix', '--define', '-E', '--eval'] : ['--root', '--admindir', '--instdir']));
  const given = new Set(read.options.map((option) => option.name));
  const has = (...names: string[]): boolean => names.some((name) => given.has(name));
  const manager = program === 'dpkg' ? 'apt' : 'dnf';
  if (has('--add-architecture', '--remove-architecture') || has('--import')) return repository(manager);
  if (program === 'rpm' ? has('-q', '--query', '--eval', '-E', '-V') : has('-l', '-s', '-L', '-S', '-p', '--list', '--status', '--listfiles', '--search', '--print-architecture', '--print-foreign-architectures', '--get-selections', '--compare-versions', '--audit', '--version')) return { kind: 'none' };
  if (program === 'dpkg' && has('--configure')) return { kind: 'system', program, writes: ['/var/lib/dpkg'], reads: [] };
  const installs = program === 'dpkg' ? has('-i', '--install', '--unpack') : has('-i', '-U', '-F', '--install', '--upgrade');
  if (!installs) return { kind: 'unknown', program };
  const files = read.operandWords;
  // A release package holds nothing but a repository and its keys.
  if (files.length > 0 && files.every((word) => isReleasePackage(word.value ?? word.text))) return repository(manager);
  const reads = files.map((word) => (/^[a-z]+:\/\//.test(word.text.replace(/^["']/, '')) ? '' : placeOf(word, around)));
  return reads.length === 0 || reads.includes(undefined) ? { kind: 'unknown', program } : { kind: 'system', program, writes: [program === 'dpkg' ? '/var/lib/dpkg' : '/var/lib/rpm'], reads: reads.filter((path) => path !== '') as string[] };
}

const isReleasePackage = (name: string): boolean => /(?:epel|remi|ius|pgdg|mysql|rpmfusion|zabbix|nodesource|packages-microsoft-prod|repo|apt-config)[\w.+-]*(?:release|prod|config|repo)?[\w.+-]*\.(?:rpm|deb)["']?$/i.test(name) && /release|packages-microsoft-prod|apt-config|-repo/i.test(name);

const repositoryPlace = new RegExp(data.repositories.places);
const repositoryScript = new RegExp(data.repositories.scripts);
/** Programs with which a source of packages is written down; `sed -i` and `rm` change one that is there. */
const repositoryVerbs = /^(?:>|tee|gpg|mkdir|install|chmod|touch)$/;

const repository = (manager: PackagesEffect['manager']): PackagesEffect => ({ kind: 'packages', manager, action: 'repository', packages: [], unknown: false, virtual: undefined });

/** The effect as a change of the sources of packages, when all that is written is one of them or its key. */
export function asRepository(effect: Effect): Effect {
  const writes = effect.kind === 'files' && repositoryVerbs.test(effect.verb) ? effect.writes : effect.kind === 'fetch' ? (effect.writes ?? []) : [];
  if (writes.length === 0 || !writes.every((path) => repositoryPlace.test(`${path}/`))) return effect;
  return repository(managerOf(writes[0]!));
}

const managerOf = (text: string): PackagesEffect['manager'] => (/\/apk\//.test(text) ? 'apk' : /\brpm\b|\byum\b|\.rpm\.sh|rpm-gpg/.test(text) ? 'dnf' : 'apt');

/**
 * `curl https://deb.nodesource.com/setup_22.x | bash -`: the address of a script that does nothing but add a source of packages, which a
 * shell then runs. Source: the scripts themselves.
 */
export function repositoryScriptIn(commands: readonly ShellCommand[]): Effect | undefined {
  const calls = commands.map((command) => unwrapped(command).words.map((word) => word.value ?? word.text.replace(/["']/g, '')));
  const isShell = (words: readonly string[]): boolean => /(?:^|\/)(?:ba|da)?sh$/.test(words[0] ?? '');
  const last = calls.at(-1) ?? [];
  const address = calls.slice(0, -1).filter((words) => /(?:^|\/)(?:curl|wget)$/.test(words[0] ?? '')).flat().find((text) => repositoryScript.test(text));
  const onlyThese = calls.slice(0, -1).every((words) => /(?:^|\/)(?:curl|wget|echo|set|true)$/.test(words[0] ?? ''));
  if (address !== undefined && onlyThese && isShell(last) && last.slice(1).every((word) => /^-[a-z]?$/.test(word))) return repository(managerOf(address.replace('rpm.nodesource', 'yum')));
  // The same, through a file of the name that its documentation uses.
  const script = calls.length === 1 ? (isShell(last) && last.length === 2 ? last[1]! : last[0]!) : '';
  return /(?:^|\/)nodesource_setup\.sh$/.test(script) ? repository('apt') : undefined;
}
