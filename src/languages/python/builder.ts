import { headOf, type Instruction } from '../../dockerfile/model.ts';
import { variablesIn } from '../../dockerfile/scope.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Analysis } from './analysis.ts';
import { isRoot, venvPath } from './carry.ts';
import { BuilderCopies } from './copies.ts';
import { programVariables } from './data.ts';
import { pythonFolder } from './managed-python.ts';
import { builderRun, installsForBuild, runText, textOf } from './text.ts';
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
    for (const [index, step] of this.walk.steps.entries()) {
      this.copies.index = index;
      const roles = this.analysis.roles.find((item) => item.step === step);
      const later = this.walk.steps.slice(index + 1).some((other) => this.analysis.roles.some((item) => item.step === other && installsForBuild(item, this.analysis.system)));
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
      this.emit(step, run.parts, run.text, installs);
    }
  }

  private installsOf(part: RunPart): Install[] {
    return this.analysis.uses.flatMap((item) => (item.part === part && (item.use.kind === 'install' || item.use.kind === 'tool') ? [item.use.install] : []));
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
    return this.walk.steps.some((other) => /^(?:RUN|COPY|ADD|WORKDIR|ENV|ARG)$/.test(other.instruction.keyword) && variablesIn(other.instruction.text).some((name) => names.includes(name)));
  }

  private emit(step: Step, parts: readonly RunPart[], text: string | undefined, installs: readonly Install[]): void {
    const { carry, roles } = this.analysis;
    const usesVenv = carry?.kind === 'venv' || carry?.kind === 'user';
    const first = parts.findIndex((part) => !this.isTool(part) && (this.installsOf(part).length > 0 || roles.some((item) => item.parts.some((role) => role.part === part && role.role === 'inPlace'))));
    if (usesVenv && !this.venvMade && first >= 0) {
      // Python itself, and installers such as poetry, come before the environment and stay outside of it.
      const apart = parts.slice(0, first).some((part) => this.isTool(part) || (this.analysis.base.kind !== 'official' && part.effect.kind === 'packages' && part.effect.action === 'install'));
      if (apart && step.run!.splittable) {
        const head = parts.slice(0, first);
        this.stage.rewriteParts(step, head, runText(step.instruction, head, () => undefined), 'the build needs it');
        this.makeVenv();
        const tail = [...head.filter((part) => part.effect.kind === 'shell'), ...parts.slice(first)];
        this.write(step, tail, runText(step.instruction, tail, () => undefined), installs);
        return;
      }
      this.makeVenv();
    }
    this.write(step, parts, text, installs);
  }

  private write(step: Step, parts: readonly RunPart[], text: string | undefined, installs: readonly Install[]): void {
    this.copyToolImages(installs);
    if (this.analysis.ownPython && installs.some((install) => install.tool === 'uv')) {
      this.stage.add(`ENV UV_PYTHON_INSTALL_DIR=${pythonFolder}`, { comment: 'Where uv puts the Python that it may download' });
      this.stage.add(`RUN mkdir -p ${pythonFolder}`);
    }
    const edited = parts.map((part) => [part, this.editPart(step, part)] as const).filter(([, value]) => value !== undefined);
    const changed = edited.length > 0 ? runText(step.instruction, parts, new Map(edited).get.bind(new Map(edited))) : text;
    const mount = this.cacheMount(step, installs, changed ?? step.instruction.text);
    const reason = installs.length > 0 ? 'installs the Python packages' : 'the build needs it';
    const final = mount === '' ? changed : withFlag(step.instruction, changed, mount);
    if (final === undefined) this.stage.keep(step, reason);
    else this.stage.rewriteParts(step, parts, final, reason);
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
  private editPart(step: Step, part: RunPart): string | undefined {
    const kind = this.analysis.carry?.kind;
    const installs = this.installsOf(part);
    if (installs.length === 0 || step.instruction.json) return undefined;
    const body = step.instruction.text.slice(step.instruction.bodyStart);
    const text = textOf(step.instruction, part);
    if (kind === 'user') {
      const word = part.commands.flatMap((command) => command.words).find((item) => item.value === 'install');
      return word && !this.isTool(part) ? body.slice(part.start, word.end) + ' --user' + body.slice(word.end, part.end) : undefined;
    }
    if (kind === 'venv' && installs.some((install) => install.tool === 'uv pip' && install.places.has('--system'))) return text.replace(/\s--system\b/, '');
    return undefined;
  }

  private cacheMount(step: Step, installs: readonly Install[], text: string): string {
    const { options } = this.analysis.context;
    const env = step.scope.env;
    const pip = installs.length > 0 && installs.every((install) => install.tool === 'pip' && !install.noCache);
    if (!options.cacheMounts || !pip || !isRoot(step.user) || step.instruction.flags.length > 0 || step.instruction.json || step.instruction.heredocs.length > 0) return '';
    if (env.has('PIP_NO_CACHE_DIR') || env.has('PIP_CACHE_DIR') || env.has('XDG_CACHE_HOME') || /\.cache|cache purge|no-cache/.test(text)) return '';
    return '--mount=type=cache,target=/root/.cache/pip';
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

/** A RUN, or what became of it, with a flag in front of its body. */
function withFlag(instruction: Instruction, changed: string | undefined, flag: string): string {
  const head = headOf(instruction);
  const body = changed === undefined ? instruction.text.slice(instruction.bodyStart) : changed.slice(head.length);
  return `${head} ${flag} \\\n    ${body.trimStart()}`;
}
