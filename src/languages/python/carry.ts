import { argumentsOf } from '../../dockerfile/model.ts';
import { refuse } from '../../findings.ts';
import { inImage } from '../../project/project.ts';
import type { Options } from '../language.ts';
import type { Start } from '../../walk/start.ts';
import { isRoot, type Step, type Walk } from '../../walk/walk.ts';
import type { RunPart } from '../../walk/run.ts';
import type { PythonBase } from './base.ts';
import { absolutePath, ownProgram } from './absolute.ts';
import type { Install, Use } from './uses.ts';

/** A part of a RUN with what it means to Python. */
export interface PartUse {
  readonly step: Step;
  readonly part: RunPart;
  readonly use: Use;
}

/** How the installed packages reach the runtime stage. */
export interface Carry {
  /**
   * `venv`: an environment that the proposal makes. `own-venv`: one that the Dockerfile makes. `user`: pip's --user form, asked for.
   * `own-user`: the Dockerfile installs for a user. `prefix`: everything below /usr/local.
   */
  readonly kind: 'venv' | 'own-venv' | 'user' | 'own-user' | 'prefix';
  /** The folder that is copied. */
  readonly path: string;
  readonly reason: string;
}

/** Where an environment of our own lies: Docker's and PyPA's guides use the same place. */
export const venvPath = '/opt/venv';

/**
 * Decides how packages are carried over.
 *
 * @returns undefined when the Dockerfile installs none
 * @throws Refusal `unsupported-shape` where the place cannot be told
 */
export function decideCarry(walked: Walk, base: PythonBase, uses: readonly PartUse[], starts: readonly Start[], options: Options, native: boolean): Carry | undefined {
  const conda = uses.find(({ use }) => use.kind === 'conda');
  if (conda) throw unsupported('conda environments are not converted yet', 'Copy the environment of `conda create --prefix` to a second stage by hand.', conda.step);
  const installs = uses.flatMap(({ use, step, part }) => (use.kind === 'install' ? [{ install: use.install, step, part }] : []));
  const elsewhere = installs.find(({ install }) => install.places.has('--target') || install.places.has('--root') || install.places.has('--prefix'));
  if (elsewhere) throw unsupported('pip installs into a folder of its own', 'Use a virtual environment instead of --target, --root or --prefix.', elsewhere.step);
  if (native && installs.length === 0 && base.kind === 'official') return { kind: 'prefix', path: '/usr/local', reason: 'a library that is compiled here lands in /usr/local' };
  const own = ownEnvironment(walked, uses, installs);
  if (own) return own;
  if (installs.length === 0) return undefined;
  const forUser = installs.find(({ install, step }) => install.places.has('--user') || (!isRoot(step.user) && !bySudo(install)));
  if (forUser) return ownUser(walked, installs, forUser.step);
  // Debian's pip writes below /usr/local, where a fresh system has nothing else: what it wrote is that folder.
  if (base.kind === 'system' && base.family !== 'alpine') return { kind: 'prefix', path: '/usr/local', reason: "it is where the distribution's pip installs" };
  const pinned = native && base.kind === 'official' ? 'a library that is compiled here lands in /usr/local' : prefixReason(walked, base, uses, starts);
  if (pinned !== undefined) {
    if (base.kind !== 'official') throw unsupported(`${pinned}, and where this base image keeps Python is not known`, 'Call the program by its bare name, so that it is found on PATH.', installs[0]!.step);
    return { kind: 'prefix', path: '/usr/local', reason: pinned };
  }
  if (options.pythonDeps === 'user' && installs.every(({ install }) => install.tool === 'pip')) return { kind: 'user', path: '', reason: 'asked for with --python-deps' };
  return { kind: 'venv', path: venvPath, reason: 'a virtual environment can be copied as one folder' };
}

/** `sudo pip install`, as root whatever USER says. */
const bySudo = ({ command }: Install): boolean => /(?:^|\/)sudo$/.test(command.name ?? '') && !command.words.some((word) => /^(?:-u|--user)/.test(word.text));

const unsupported = (reason: string, help: string, step: Step): Error => refuse('unsupported-shape', { reason, help }, { line: step.instruction.line });

function ownEnvironment(walked: Walk, uses: readonly PartUse[], installs: readonly { install: Install; step: Step }[]): Carry | undefined {
  const made = uses.filter(({ use }) => use.kind === 'venv');
  const unknown = made.find(({ use }) => use.kind === 'venv' && use.path === undefined);
  if (unknown) throw unsupported('where the virtual environment lies cannot be told', 'Write its path out.', unknown.step);
  const paths = new Set(made.map(({ use }) => (use.kind === 'venv' ? use.path! : '')));
  const project = installs.find(({ install }) => install.tool === 'uv' || ((install.tool === 'poetry' || install.tool === 'pdm') && inProject(walked, install.tool)) || (install.tool === 'pipenv' && walked.end.scope.env.get('PIPENV_VENV_IN_PROJECT')));
  if (project && paths.size === 0) {
    const setTo = project.install.tool === 'uv' ? project.step.scope.env.get('UV_PROJECT_ENVIRONMENT') : undefined;
    const folder = installFolder(project.install);
    const path = setTo ? inImage(folder ?? '/', setTo) : folder === undefined ? undefined : inImage(folder, '.venv');
    if (path === undefined) throw unsupported(`where ${project.install.tool} makes its environment cannot be told`, 'Set WORKDIR to the folder of the project.', project.step);
    if (path === '/usr/local') return { kind: 'prefix', path, reason: `${project.install.tool} installs into the system's Python` };
    paths.add(path);
  }
  if (paths.size === 0) return undefined;
  if (paths.size > 1) throw unsupported(`there are several virtual environments: ${[...paths].join(', ')}`, 'Use one, or convert by hand.', made[0]!.step);
  const path = [...paths][0]!;
  const venv = made[0]?.use;
  if (venv?.kind === 'venv' && venv.systemPackages && installs.some(({ install }) => !reaches(walked, install, path, uses))) {
    throw unsupported('packages are installed both inside and outside of a virtual environment', 'Install all of them into the environment.', made[0]!.step);
  }
  const outside = installs.filter(({ install, step }) => install.tool !== 'uv' && !reaches(walked, install, path, uses, step));
  if (outside.some(({ install }) => !install.names.every((name) => /^(?:pip|setuptools|wheel|virtualenv)$/.test(name)))) {
    // Installed beside the environment: the program's own packages would then not be in it.
    throw unsupported(`packages are installed outside of the virtual environment ${path}`, `Put ${path}/bin first on PATH before the installation.`, outside[0]!.step);
  }
  return { kind: 'own-venv', path, reason: 'the Dockerfile makes this environment itself' };
}

/** The folder of the project that an installer works in: that of its manifest. */
const installFolder = (install: Install): string | undefined => install.files.find((file) => file !== undefined && /\/(?:pyproject\.toml|Pipfile)$/.test(file))?.replace(/\/[^/]*$/, '') || undefined;

function inProject(walked: Walk, tool: 'poetry' | 'pdm'): boolean {
  if (tool === 'pdm') return true;
  if (walked.end.scope.env.get('POETRY_VIRTUALENVS_IN_PROJECT') === 'true' || walked.end.scope.env.get('POETRY_VIRTUALENVS_IN_PROJECT') === '1') return true;
  return walked.steps.some((step) => /virtualenvs\.in-project\s+true/.test(step.instruction.text)) || /in-project\s*=\s*true/.test(walked.project.read('poetry.toml') ?? '');
}

/** Whether an installation goes into the environment: by its program's path, by PATH, or because the environment is active. */
function reaches(walked: Walk, install: Install, path: string, uses: readonly PartUse[], step?: Step): boolean {
  if (install.program.startsWith(`${path}/`) || inImage(walked.end.cwd ?? '/', install.program).startsWith(`${path}/`)) return true;
  const at = step ?? uses.find(({ use }) => use.kind === 'install' && use.install === install)?.step;
  const env = at?.scope.env;
  if (env?.get('PATH')?.split(':').includes(`${path}/bin`) || (env?.get('VIRTUAL_ENV') === path && install.tool !== 'pip')) return true;
  if (/^\$\{?VIRTUAL_ENV\}?\//.test(install.program) && env?.get('VIRTUAL_ENV') === path) return true;
  if (install.tool === 'poetry' || install.tool === 'pdm' || install.tool === 'pipenv') return true;
  if (install.tool === 'uv pip' && path.endsWith('/.venv') && !install.places.has('--system')) return true;
  if (install.command.words.some((word, index, all) => /^(?:--python|-p)$/.test(all[index - 1]?.text ?? '') && (word.value ?? '').startsWith(path))) return true;
  return uses.some(({ use, step: other }) => use.kind === 'activate' && use.path === path && other === at);
}

function ownUser(walked: Walk, installs: readonly { install: Install; step: Step }[], first: Step): Carry {
  const users = new Set(installs.map(({ step }) => step.user ?? 'root'));
  if (users.size > 1) throw unsupported('packages are installed for several users', 'Install them for one user.', first);
  const user = [...users][0]!.replace(/:.*$/, '');
  const home = first.scope.env.get('PYTHONUSERBASE') ?? `${homeOf(walked, user, first)}/.local`;
  return { kind: 'own-user', path: home, reason: `pip installs for the user ${user}` };
}

/** The home of a user that the Dockerfile makes. */
export function homeOf(walked: Walk, user: string, step: Step): string {
  if (user === 'root' || user === '0') return '/root';
  const env = step.scope.env.get('HOME');
  if (env) return env;
  const account = walked.steps.flatMap((other) => other.run?.parts.flatMap((part) => part.commands) ?? []).find((command) => /^(?:useradd|adduser)$/.test(command.name ?? '') && command.words.some((word) => word.value === user));
  if (!account || !/^[a-z_][\w.-]*$/.test(user)) throw unsupported(`the home of the user ${user} is not known`, 'Set ENV PYTHONUSERBASE, or use a virtual environment.', step);
  const words = account.words.map((word) => word.value);
  const at = words.findIndex((word) => word === '-d' || word === '--home' || word === '--home-dir' || word === '-h');
  return at >= 0 && words[at + 1]?.startsWith('/') ? inImage('/', words[at + 1]!) : `/home/${user}`;
}

/** Why the packages must stay where the original had them; undefined when a virtual environment on PATH does the same. */
function prefixReason(walked: Walk, base: PythonBase, uses: readonly PartUse[], starts: readonly Start[]): string | undefined {
  if (base.two) return 'Python 2 has no venv module';
  for (const { use, part } of uses) {
    const program = use.kind === 'install' || use.kind === 'tool' ? use.install.program : use.kind === 'python' ? use.program : undefined;
    if (program?.startsWith('/usr/local/')) return `a RUN calls ${program}`;
    if (program !== undefined && part.commands.some((command) => /(?:^|\/)sudo$/.test(command.name ?? ''))) return 'sudo resets PATH';
  }
  const named = walked.steps.find((step) => step.instruction.keyword !== 'LABEL' && /\/usr\/local\/lib\/python\d/.test(step.instruction.text));
  if (named) return `line ${named.instruction.line} names the folder of installed packages`;
  const variable = walked.steps.find((step) => step.instruction.keyword === 'ENV' && step.instruction.pairs.some(({ name, value }) => name !== 'PATH' && ownProgram(value ?? '', walked) !== undefined));
  if (variable) return `line ${variable.instruction.line} names a program by its absolute path`;
  const copied = walked.steps.find((step) => step.copy?.from !== undefined && argumentsOf(step.instruction).some((word) => /^\/usr\/local(?:\/lib)?\/?$/.test(word)));
  if (copied) return `line ${copied.instruction.line} copies into /usr/local`;
  return absolutePath(walked, starts);
}
