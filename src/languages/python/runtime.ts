import { flagOf } from '../../dockerfile/model.ts';
import { refuse } from '../../findings.ts';
import type { Draft, StageDraft } from '../../plan/draft.ts';
import { basename } from '../../project/project.ts';
import { presenceOf } from '../../walk/contents.ts';
import { isBelow } from '../../walk/place.ts';
import { isRoot, lastOf, type Step, type Walk } from '../../walk/walk.ts';
import type { StepRoles } from './roles.ts';
import type { Analysis } from './analysis.ts';
import type { BuilderResult } from './builder.ts';
import { venvPath } from './carry.ts';
import { pythonFolder } from './managed-python.ts';
import type { UserBase } from './user.ts';
import { mentioned } from './evidence.ts';
import { editsKept, runtimeRun } from './text.ts';

/** Writes the runtime stage: the original from top to bottom without what the builder does, with the packages copied in. */
export function fillRuntime(draft: Draft, runtime: StageDraft, analysis: Analysis, built: BuilderResult, user: string | undefined, userBase: UserBase): void {
  const filler = new RuntimeFiller(draft, runtime, analysis, built, userBase);
  filler.fill(user);
}

class RuntimeFiller {
  private readonly walk: Walk;
  private readonly rolesOf: ReadonlyMap<Step, StepRoles>;
  /** Place of the last instruction whose packages stay; undefined until it is asked for. */
  private lastKept: number | undefined;
  private carried = false;
  private added = false;
  private readonly copiedFolders = new Set<string>();

  constructor(
    private readonly draft: Draft,
    private readonly stage: StageDraft,
    private readonly analysis: Analysis,
    private readonly built: BuilderResult,
    private readonly userBase: UserBase,
  ) {
    this.walk = analysis.context.walk;
    this.rolesOf = new Map(analysis.roles.map((item) => [item.step, item]));
  }

  fill(user: string | undefined): void {
    const steps = this.walk.steps;
    const anchor = this.anchor();
    const userAt = steps.findLastIndex((step) => /^(?:RUN|COPY|ADD|WORKDIR)$/.test(step.instruction.keyword));
    for (const [index, step] of steps.entries()) {
      if (/^(?:RUN|COPY|ADD|USER)$/.test(step.instruction.keyword) && (step.run === undefined || this.runOf(step) !== undefined || index >= anchor)) this.addPackages();
      if (index === anchor) this.carry();
      this.place(step);
      if (index === userAt && user !== undefined) this.stage.add(`USER ${user}`, { apart: true });
    }
    this.addPackages();
    if (!this.carried) this.carry();
  }

  /** Before the first COPY of sources, so that a change to them leaves the packages' layer alone; never after the installation itself. */
  private anchor(): number {
    const { carry, uses } = this.analysis;
    const steps = this.walk.steps;
    const install = steps.findIndex((step) => uses.some((item) => item.step === step && /^(?:install|venv|inPlace)$/.test(item.use.kind)));
    const first = install < 0 ? steps.length : install;
    if (carry === undefined) return steps.length;
    if (carry.kind === 'own-user' || carry.kind === 'own-venv') {
      const covered = steps.some((step, index) => index < first && step.copy?.destination !== undefined && isBelow(carry.path, step.copy.destination));
      if (carry.kind === 'own-user' || covered) return first;
    }
    // The owner of the packages must be there before them.
    if (carry.kind === 'user' && this.userBase.owner !== undefined && this.userBase.make === undefined) {
      return steps.findLastIndex((step) => step.run?.parts.some((part) => part.effect.kind === 'account')) + 1;
    }
    const copy = steps.findIndex((step) => step.copy !== undefined && !this.isManifestOnly(step));
    return copy < 0 ? first : Math.min(copy, first);
  }

  private runOf(step: Step): ReturnType<typeof runtimeRun> {
    const roles = this.rolesOf.get(step);
    if (!roles) return undefined;
    this.lastKept ??= this.analysis.roles.findLast((item) => editsKept(item, this.analysis.system))?.step.instruction.index ?? -1;
    return runtimeRun(roles, this.analysis.system, this.lastKept > step.instruction.index);
  }

  private place(step: Step): void {
    const { instruction } = step;
    const { keyword } = instruction;
    if (step.copy) return this.placeCopy(step);
    if (step.run) {
      const fetched = this.rolesOf.get(step)?.fetched ?? [];
      const carried = this.analysis.carry?.kind === 'prefix' ? this.analysis.carry.path : undefined;
      for (const path of fetched) if ((carried === undefined || !isBelow(path, carried)) && presenceOf(path, this.walk) !== 'absent') this.stage.add(`COPY --from=${this.draft.builder.name} ${isRoot(step.user) ? '' : `--chown=${step.user} `}${path} ${path}`);
      const run = this.runOf(step);
      if (run) this.stage.keepParts(step, run.parts, this.runReason(step), run.changes);
      else if (!this.draft.isPlaced(instruction)) this.draft.drop(step, 'only the installation needed it');
      return;
    }
    if (/^(?:CMD|ENTRYPOINT|HEALTHCHECK|STOPSIGNAL)$/.test(keyword)) {
      if (step !== lastOf(this.walk, keyword)) return this.draft.drop(step, 'a later one replaces it');
      const text = this.analysis.start.rewritten.get(instruction);
      if (text === null) return this.draft.replace(step, `${this.analysis.start.manager} run only switches the environment on, which PATH does`);
      if (text !== undefined) return this.stage.rewrite(step, text, `${this.analysis.start.manager} run only switches the environment on, which PATH does`);
      return this.stage.keep(step, keyword === 'CMD' || keyword === 'ENTRYPOINT' ? 'starts the program' : 'configures the image');
    }
    const reasons: Readonly<Record<string, string>> = { WORKDIR: 'relative paths depend on it', USER: 'the program runs as this user', ARG: 'ARGs hold for one stage only', ENV: 'the program sees it' };
    this.stage.keep(step, reasons[keyword] ?? 'configures the image');
  }

  private runReason(step: Step): string {
    const roles = this.rolesOf.get(step)!;
    const system = roles.parts.every((part) => part.role === 'system' || part.role === 'state' || part.role === 'repository' || part.role === 'dropped');
    return system ? 'the program needs these packages' : (roles.parts.find((part) => part.role === 'runtime' || part.role === 'both')?.reason ?? 'the program needs it');
  }

  private placeCopy(step: Step): void {
    const { instruction, copy } = step;
    if (copy!.from !== undefined) {
      const tool = /(?:^|\/)(?:uv|poetry)(?:$|[:@/])/.test(copy!.from) && !this.analysis.start.needsManager;
      if (tool && this.draft.isPlaced(instruction)) return;
      return this.stage.keep(step, 'the program may need it');
    }
    if (this.isManifestOnly(step)) return;
    const folder = this.built.changed.find((path) => copy!.entries.length > 0 && copy!.entries.every((entry) => isBelow(entry.target, path)) && this.beforeInstall(step));
    if (folder === undefined) return this.stage.keep(step, 'the program reads it');
    if (folder === '/') throw refuse('unsupported-shape', { reason: 'the project is installed in place at the root of the image', help: 'Set a WORKDIR for it.' }, { line: instruction.line });
    this.draft.replace(step, `comes from the builder, where the installation added to ${folder}`);
    if (this.copiedFolders.has(folder)) return;
    this.copiedFolders.add(folder);
    const chown = flagOf(instruction, 'chown');
    this.stage.add(`COPY --from=${this.draft.builder.name} ${chown === undefined ? '' : `--chown=${chown} `}${folder} ${folder}`, { apart: true });
  }

  private beforeInstall(step: Step): boolean {
    const last = this.walk.steps.findLastIndex((other) => this.analysis.uses.some((item) => item.step === other && /^(?:install|inPlace)$/.test(item.use.kind)));
    return this.walk.steps.indexOf(step) < last;
  }

  /** A COPY of requirements files that nothing reads at run time. */
  private isManifestOnly(step: Step): boolean {
    if (!this.built.manifestsOnly.has(step) || this.analysis.start.needsManager) return false;
    if (step.copy!.entries.length === 0 || step.copy!.transforms) return false;
    return step.copy!.entries.every(({ source, kind }) => {
      const name = basename(source);
      const known = kind === 'folder' ? this.analysis.requirements.files.some((file) => isBelow(file, source)) : /requirements|constraints|^(?:Pipfile|poetry\.lock|uv\.lock|pdm\.lock|poetry\.toml|\.python-version)/i.test(name);
      return known && mentioned(this.analysis.sources, new RegExp(name.replace(/[^\w]/g, '\\$&'))) === undefined && !this.analysis.context.start.scripts.some((script) => script.text?.includes(name));
    });
  }

  /** Packages that the base image had and the runtime image has not. */
  private addPackages(): void {
    if (this.added) return;
    this.added = true;
    const { additions, system } = this.analysis;
    if (additions.size === 0) return;
    const comment = `Not in ${basename(this.analysis.image.image)}, and needed at run time:\n${[...additions.values()].map((why) => `- ${why}`).join('\n')}`;
    const names = [...additions.keys()].sort().join(' ');
    this.stage.add(system.family === 'alpine' ? `RUN apk add --no-cache ${names}` : `RUN apt-get update \\\n    && apt-get install -y --no-install-recommends ${names} \\\n    && rm -rf /var/lib/apt/lists/*`, { comment });
  }

  private carry(): void {
    const { carry, roles } = this.analysis;
    this.carried = true;
    if (carry === undefined) return;
    const name = this.draft.builder.name!;
    const path = carry.kind === 'user' ? this.userBase.path : carry.path;
    if (carry.kind === 'user' && this.userBase.make !== undefined) this.stage.add(`RUN ${this.userBase.make}`, { apart: true });
    const installer = this.analysis.uses.find((item) => item.use.kind === 'install');
    const ownerName = carry.kind === 'own-user' ? installer?.step.user : carry.kind === 'user' ? this.userBase.owner : undefined;
    const owner = ownerName === undefined || isRoot(ownerName) ? '' : `--chown=${ownerName} `;
    if (carry.kind === 'prefix') this.stage.add(`COPY --from=${name} ${path} ${path}`, { comment: `Packages are in ${path}: ${carry.reason}` });
    else if (!roles.some((step) => step.fetched.some((folder) => isBelow(path, folder)))) this.stage.add(`COPY --from=${name} ${owner}${path} ${path}`, { apart: true });
    if (this.analysis.ownPython) this.stage.add(`COPY --from=${name} ${pythonFolder} ${pythonFolder}`);
    if (carry.kind === 'venv') this.stage.add(this.analysis.start.needsManager ? `ENV VIRTUAL_ENV=${venvPath} PATH="${venvPath}/bin:$PATH"` : `ENV PATH="${venvPath}/bin:$PATH"`);
    if (carry.kind === 'user') this.stage.add(`ENV PYTHONUSERBASE=${path} PATH="${path}/bin:$PATH"`);
    if (carry.kind === 'own-venv' && this.analysis.pathForVenv) this.stage.add(`ENV PATH="${path}/bin:$PATH"`);
    if (roles.some((step) => step.parts.some((part) => part.role === 'native'))) this.stage.add('RUN ldconfig');
  }
}
