import { packageOfProgram, programsOf, splitPackages, type PackageDecision, type PackageFamily } from '../../packages/resolve.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { suitesOf, type PythonBase } from './base.ts';

/** A package that stays behind in the builder. */
export interface Dropped {
  readonly name: string;
  readonly reason: string;
  /** True when the original image still held it: its leaving makes the image smaller. */
  readonly held: boolean;
}

/** What becomes of the system packages. */
export interface SystemPackages {
  readonly family: PackageFamily | undefined;
  /** For each install: its packages with what the runtime stage installs instead. */
  readonly installs: ReadonlyMap<RunPart, readonly PackageDecision[]>;
  readonly dropped: readonly Dropped[];
  /** Bare names that the runtime stage installs. */
  readonly kept: ReadonlySet<string>;
}

/** Packages that install packages: Python's own manage the builder's environment only. */
const pythonInstallers = /^(?:python3?-(?:pip|venv|virtualenv|wheel|setuptools)|python3\.\d+-(?:venv|distutils)|virtualenv|py3-(?:pip|setuptools|wheel|virtualenv)|pipx|python-pip)$/;

/**
 * What a distribution's pip or -dev package brings that a program may use: the interpreter, and setuptools with pkg_resources, which console
 * scripts import. Source: the Depends fields of python3-pip and python3-dev.
 */
function behindInstaller(name: string, family: PackageFamily | undefined): string | undefined {
  if (family !== 'debian' && family !== 'ubuntu') return family === 'alpine' && /^(?:py3-pip|python3-dev)$/.test(name) ? 'python3' : undefined;
  const pip = /^(python[23]?)-pip$/.exec(name);
  if (pip) return `${pip[1]}-setuptools`;
  if (/^python3?-(?:setuptools|wheel)$/.test(name)) return name;
  return /^(python[\d.]*)-(?:dev|venv|full)$/.exec(name)?.[1];
}

export const bare = (name: string): string => name.replace(/[=<>~/@:].*$/, '');

/** Family of the base image, or of the package manager that the Dockerfile calls. */
export function familyOf(walked: Walk, base: PythonBase): PackageFamily | undefined {
  if (base.family !== undefined) return base.family;
  const managers = new Set(walked.steps.flatMap((step) => (step.run?.parts ?? []).flatMap((part) => (part.effect.kind === 'packages' ? [part.effect.manager] : []))));
  return managers.size !== 1 ? undefined : managers.has('apt') ? 'debian' : managers.has('apk') ? 'alpine' : 'rhel';
}

/**
 * Splits the system packages into those of the build and those of the program.
 *
 * @param stays names that must stay whatever they are: a RUN of the runtime stage, or the program, calls them
 * @param goes names that the program provably does not need: git, when only pip calls it
 */
export function splitSystem(walked: Walk, base: PythonBase, stays: ReadonlySet<string>, goes: ReadonlyMap<string, string>): SystemPackages {
  const family = familyOf(walked, base);
  const installs = new Map<RunPart, readonly PackageDecision[]>();
  const dropped: Dropped[] = [];
  const kept = new Set<string>();
  const all = partsOf(walked);
  const removing = all.flatMap(({ step, part }, index) => (part.effect.kind === 'packages' && part.effect.action === 'remove' ? [{ step, part, index }] : []));
  all.forEach(({ step, part }, index) => {
    if (part.effect.kind !== 'packages' || part.effect.action !== 'install') return;
    const removed = removedLater(removing.filter((item) => item.index > index), part);
    const decisions = (family === undefined ? [] : splitPackages(part.effect.packages, family, takesOtherRelease(part) ? 'another release' : suitesOf(base))).map((decision): PackageDecision => {
      const name = bare(decision.name);
      const gone = (reason: string): PackageDecision => ({ name: decision.name, role: 'build', runtime: [], reason });
      if (removed.has(name) && !stays.has(name)) {
        // Without autoremove, apt leaves the library that a -dev package brought.
        const leavesLibrary = decision.role === 'translated' && family !== 'alpine' && !removed.get(name)!.run!.parts.some((other) => /auto-?remove/.test(other.text));
        return leavesLibrary ? decision : gone('the Dockerfile removes it again');
      }
      if (stays.has(name)) return { ...decision, role: 'runtime', runtime: [decision.name], reason: 'a program calls it' };
      const behind = base.kind === 'system' ? behindInstaller(name, family) : undefined;
      if (behind !== undefined) return { name: decision.name, role: 'translated', runtime: [behind], reason: 'only installs packages; what it brought for the program stays' };
      if (pythonInstallers.test(name)) return gone('installs Python packages, which the builder does');
      const reason = goes.get(name);
      return reason === undefined ? decision : gone(reason);
    });
    installs.set(part, decisions);
    for (const decision of decisions) {
      if (!decision.runtime.includes(decision.name)) dropped.push({ name: decision.name, reason: decision.reason, held: removed.get(bare(decision.name)) !== step });
      for (const name of decision.runtime) kept.add(bare(name));
    }
    if (family === undefined) part.effect.packages.forEach((name) => kept.add(bare(name)));
  });
  return { family, installs, dropped, kept };
}

const partsOf = (walked: Walk): { step: Step; part: RunPart }[] => walked.steps.flatMap((step) => (step.run?.parts ?? []).map((part) => ({ step, part })));

/** `apt-get install -t stretch-backports`: libraries of another release have other names. */
const takesOtherRelease = (part: RunPart): boolean => part.commands.some((command) => command.words.some((word) => /^(?:-t|--target-release|--default-release)(?:=|$)/.test(word.text)));

/** Names of an install that a later command removes, with the step that does. */
function removedLater(after: readonly { step: Step; part: RunPart }[], install: RunPart): Map<string, Step> {
  const removed = new Map<string, Step>();
  if (install.effect.kind !== 'packages') return removed;
  for (const { step, part } of after) {
    if (part.effect.kind !== 'packages' || part.effect.action !== 'remove') continue;
    for (const name of part.effect.packages) {
      if (name === install.effect.virtual) install.effect.packages.forEach((each) => removed.set(bare(each), step));
      else removed.set(bare(name), step);
    }
  }
  return removed;
}

/** Programs that the packages of the runtime stage bring. */
export function programsKept(system: SystemPackages): ReadonlySet<string> {
  const { family } = system;
  return new Set([...system.kept].flatMap((name) => [name, ...(family === undefined ? [] : programsOf(name, family))]));
}

/** The package of the Dockerfile that has a program, or that the distribution has it in. */
export function packageWith(program: string, system: SystemPackages): string | undefined {
  const { family } = system;
  if (family === undefined) return undefined;
  const own = system.dropped.find(({ name }) => programsOf(name, family).includes(program) || bare(name) === program);
  return own ? bare(own.name) : packageOfProgram(program, family);
}
