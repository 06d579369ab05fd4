import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { WordEdit } from '../../plan/run-words.ts';
import type { RunPart } from '../../walk/run.ts';
import { readersOf } from '../../walk/readers.ts';
import { isRoot, type Step, type Walk } from '../../walk/walk.ts';
import type { Analysis } from './analysis.ts';
import { venvPath } from './carry.ts';
import { BuilderCopies } from './copies.ts';
import { programVariables } from './data.ts';
import { pythonFolder } from './managed-python.ts';
import { builderRun, installsForBuild } from './text.ts';
import type { UserBase } from './user.ts';
import type { Install } from './uses.ts';

/** What the builder came to, for the runtime stage. */
export interface BuilderResult {
  /** Folders that an installation changed in place, so that the runtime stage takes them from the builder. */
  readonly changed: readonly string[];
  /** COPY steps that only serve installations: the runtime stage can do without. */
  readonly manifestsOnly: ReadonlySet<Step>;
}

/** Writes the builder stage: system packages, the environment, manifests, installations; sources only where one needs them. */
export function fillBuilder(draft: Draft, analysis: Analysis, userBase: UserBase): BuilderResult {
  const filler = new BuilderFiller(draft, analysis, userBase);
  filler.fill();
  return { changed: [...filler.copies.changed], manifestsOnly: filler.copies.manifestsOnly };
}

class BuilderFiller {
  readonly copies: BuilderCopies;
  private readonly stage: StageDraft;
  private readonly walk: Walk;
  private readonly done = new Set<Step>();
  private venvMade = false;

  constructor(
    draft: Draft,
    private readonly analysis: Analysis,
    private readonly userBase: UserBase,
  ) {
    this.stage = draft.builder;
    this.walk = analysis.context.walk;
    this.copies = new BuilderCopies(this.stage, analysis, this.done);
  }

  fill(): void {
    const needsAccounts = this.analysis.carry?.kind === 'own-user';
    const rolesOf = new Map(this.analysis.roles.map((item) => [item.step, item]));
    const last = this.analysis.roles.findLast((item) => installsForBuild(item, this.analysis.system));
    for (const [index, step] of this.walk.steps.entries()) {
      this.copies.index = index;
      const roles = rolesOf.get(step);
      const later = last !== undefined && last.step.instruction.index > step.instruction.index;
      const run = roles && builderRun(roles, this.analysis.system, needsAccounts, later);
      if (!run) continue;
      const installs = run.parts.flatMap((part) => this.installsOf(part));
      this.context(needsAccounts);
      for (const part of run.parts) for (const install of this.installsOf(part)) this.copies.provide(install, step, part.simple !== undefined || part.commands.length === 1);
      if (run.parts.some((part) => part.effect.kind === 'packages' && part.effect.unknown)) this.copies.flushCopies();
      const inPlace = roles!.parts.filter((part) => part.role === 'inPlace');
      if (inPlace.length > 0) {
        this.copies.flushCopies();
        for (const part of inPlace) for (const use of part.uses) if (use.kind === 'inPlace' && use.folder !== undefined) this.copies.changed.add(use.folder);
      }
      this.emit(step, run.parts, installs);
    }
  }

  private installs: Map<RunPart, Install[]> | undefined;

  private installsOf(part: RunPart): Install[] {
    if (!this.installs) {
      this.installs = new Map();
      for (const { part: where, use } of this.analysis.uses) if (use.kind === 'install' || use.kind === 'tool') this.installs.set(where, [...(this.installs.get(where) ?? []), use.install]);
    }
    return this.installs.get(part) ?? [];
  }

  private isTool(part: RunPart): boolean {
    const uses = this.analysis.uses.filter((item) => item.part === part);
    return !this.analysis.toolsInVenv && uses.length > 0 && uses.every((item) => item.use.kind === 'tool');
  }

  /** ENV, ARG, WORKDIR and SHELL that hold here, so far as they are not written yet. */
  private context(withUsers: boolean): void {
    for (const step of this.walk.steps.slice(0, this.copies.index)) {
      const { keyword } = step.instruction;
      if (this.done.has(step)) continue;
      const wanted = keyword === 'ARG' || keyword === 'SHELL' || keyword === 'WORKDIR' || (keyword === 'ENV' && this.servesBuild(step)) || (keyword === 'USER' && withUsers);
      if (!wanted) continue;
      this.done.add(step);
      if (keyword === 'WORKDIR') this.copies.cwd = step.cwd;
      this.stage.keep(step, keyword === 'WORKDIR' ? 'relative paths depend on it' : 'holds in the build too');
    }
  }

  private servesBuild(step: Step): boolean {
    const names = step.instruction.pairs.map((pair) => pair.name);
    if (names.some((name) => !programVariables.test(name))) return true;
    return names.some((name) => readersOf(this.walk, name).some((other) => /^(?:RUN|COPY|ADD|WORKDIR|ENV|ARG)$/.test(other.instruction.keyword)));
  }

  private emit(step: Step, parts: readonly RunPart[], installs: readonly Install[]): void {
    const { carry, roles } = this.analysis;
    const usesVenv = carry?.kind === 'venv' || carry?.kind === 'user';
    const first = parts.findIndex((part) => !this.isTool(part) && (this.installsOf(part).length > 0 || roles.some((item) => item.parts.some((role) => role.part === part && role.role === 'inPlace'))));
    if (usesVenv && !this.venvMade && first >= 0) {
      // Python itself, and installers such as poetry, come before the environment and stay outside of it.
      const apart = parts.slice(0, first).some((part) => this.isTool(part) || (this.analysis.base.kind !== 'official' && part.effect.kind === 'packages' && part.effect.action === 'install'));
      if (apart && step.run!.splittable) {
        this.stage.keepParts(step, parts.slice(0, first), 'the build needs it');
        this.makeVenv();
        this.write(step, parts.slice(first), installs);
        return;
      }
      this.makeVenv();
    }
    this.write(step, parts, installs);
  }

  private write(step: Step, parts: readonly RunPart[], installs: readonly Install[]): void {
    this.copyToolImages(installs);
    if (this.analysis.ownPython && installs.some((install) => install.tool === 'uv')) {
      this.stage.add(`ENV UV_PYTHON_INSTALL_DIR=${pythonFolder}`, { comment: 'Where uv puts the Python that it may download' });
      this.stage.add(`RUN mkdir -p ${pythonFolder}`);
    }
    const edits = new Map(parts.flatMap((part) => {
      const found = this.editsOf(step, part);
      return found.length === 0 ? [] : [[part, found] as const];
    }));
    this.stage.keepParts(step, parts, installs.length > 0 ? 'installs the Python packages' : 'the build needs it', { edits, flags: this.cacheMounts(step, parts, installs) });
    this.done.add(step);
  }

  /** `COPY --from=` of an installer such as uv. */
  private copyToolImages(installs: readonly Install[]): void {
    if (installs.length === 0) return;
    for (const step of this.walk.steps.slice(0, this.copies.index)) {
      if (step.copy?.from === undefined || this.done.has(step)) continue;
      this.done.add(step);
      this.stage.keep(step, 'the installation calls it');
    }
  }

  /** The environment, and PATH with it, for what follows. */
  private makeVenv(): void {
    const { carry, base } = this.analysis;
    this.venvMade = true;
    if (carry!.kind === 'user') {
      this.stage.add(`ENV PYTHONUSERBASE=${this.userBase.path}`, { apart: true });
      this.stage.add(`ENV PATH="${this.userBase.path}/bin:$PATH"`);
      return;
    }
    const python = pythonName(this.analysis);
    if (base.kind === 'system' && base.family !== 'alpine' && !this.walk.steps.some((other) => /python3[.\d]*-venv|\bpython3-full\b|virtualenv/.test(other.instruction.text))) {
      this.stage.add(`RUN apt-get update \\\n    && apt-get install -y --no-install-recommends ${python === 'python3' || python === 'python' ? 'python3' : python}-venv \\\n    && rm -rf /var/lib/apt/lists/*`, { apart: true });
    }
    const options = this.analysis.systemSitePackages ? ' --system-site-packages' : '';
    const comment = base.kind === 'other' ? 'What the base image has installed stays visible.' : 'Packages of the distribution stay visible.';
    this.stage.add(`RUN ${python} -m venv${options} ${venvPath}`, options === '' ? { apart: true } : { comment });
    const managers = this.analysis.uses.some(({ use }) => use.kind === 'install' && !/^(?:pip|setup\.py|easy_install)$/.test(use.install.tool));
    this.stage.add(managers ? `ENV VIRTUAL_ENV=${venvPath} PATH="${venvPath}/bin:$PATH"` : `ENV PATH="${venvPath}/bin:$PATH"`);
    // ensurepip of these versions brings a pip that is much older than the image's.
    if (base.kind === 'official' && /^3\.[0-7]$/.test(base.minor ?? '')) this.stage.add('RUN pip install --no-cache-dir "pip==$PYTHON_PIP_VERSION"');
  }

  /** `--user` goes in for the form that was asked for; `--system` of uv goes out, since the environment is meant. */
  private editsOf(step: Step, part: RunPart): WordEdit[] {
    const kind = this.analysis.carry?.kind;
    const installs = this.installsOf(part);
    if (installs.length === 0 || step.instruction.json) return [];
    const words = part.commands.flatMap((command) => command.words);
    if (kind === 'user') {
      const word = words.find((item) => item.value === 'install');
      return word && !this.isTool(part) ? [{ word, by: ['install', '--user'] }] : [];
    }
    const uv = kind === 'venv' && installs.some((install) => install.tool === 'uv pip' && install.places.has('--system'));
    return uv ? words.filter((word) => word.value === '--system').map((word) => ({ word, by: [] })) : [];
  }

  private cacheMounts(step: Step, parts: readonly RunPart[], installs: readonly Install[]): string[] {
    const { options } = this.analysis.context;
    const env = step.scope.env;
    const pip = installs.length > 0 && installs.every((install) => install.tool === 'pip' && !install.noCache);
    if (!options.cacheMounts || !pip || !isRoot(step.user) || step.instruction.flags.length > 0 || step.instruction.json || step.instruction.heredocs.length > 0) return [];
    if (env.has('PIP_NO_CACHE_DIR') || env.has('PIP_CACHE_DIR') || env.has('XDG_CACHE_HOME') || parts.some((part) => /\.cache|cache purge|no-cache/.test(part.text))) return [];
    return ['--mount=type=cache,target=/root/.cache/pip'];
  }
}

/** The interpreter that makes the environment: the one that the Dockerfile calls. */
function pythonName(analysis: Analysis): string {
  const programs = [...analysis.uses.flatMap(({ use }) => (use.kind === 'install' || use.kind === 'tool' ? [use.install.program] : use.kind === 'python' ? [use.program] : [])), ...analysis.context.start.commands.map((command) => command.program)];
  const versioned = programs.map((program) => /^(?:python|pip)(3\.\d+)$/.exec(program)?.[1]).find((version) => version !== undefined);
  if (versioned !== undefined) return `python${versioned}`;
  if (analysis.base.kind === 'official') return 'python';
  return analysis.base.kind === 'other' ? 'python' : 'python3';
}
