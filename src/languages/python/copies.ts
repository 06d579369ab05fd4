import { readRequirements } from '../../manifests/requirements.ts';
import type { StageDraft } from '../../plan/draft.ts';
import { dirname, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Analysis } from './analysis.ts';
import type { Install } from './uses.ts';

/** A file of the context, and where it lands. */
interface Brought {
  readonly source: string;
  readonly target: string;
}

/** Brings files of the context into the builder when an installation reads them: manifests alone where that is enough, else all sources. */
export class BuilderCopies {
  /** Folders that an installation changes in place. */
  readonly changed = new Set<string>();
  /** COPY steps that were taken over for an installation's manifests. */
  readonly manifestsOnly = new Set<Step>();
  /** WORKDIR of the builder at this place. */
  cwd: string | undefined;
  /** Position in the original up to which the builder has come. */
  index = 0;
  private readonly walk: Walk;
  /** Context files that a COPY line of our own brought. */
  private readonly copied = new Set<string>();

  constructor(
    private readonly stage: StageDraft,
    private readonly analysis: Analysis,
    /** Steps that the builder has already. */
    private readonly done: Set<Step>,
  ) {
    this.walk = analysis.context.walk;
    this.cwd = this.walk.base.facts?.config.workdir ?? '/';
  }

  /** Brings what an installation reads: manifests alone where that is enough. */
  provide(install: Install, step: Step, simple: boolean): void {
    const managed = /^(?:uv|poetry|pdm)$/.test(install.tool);
    if (install.sources && !(managed && this.analysis.pyproject !== undefined && !this.analysis.pyproject.isPackage && this.analysis.pyproject.localPaths.length === 0)) {
      this.flushCopies();
      if (install.editable || install.tool === 'setup.py') for (const folder of install.local) if (this.walk.locate(folder) !== undefined || this.isCopied(folder)) this.changed.add(folder);
    }
    // Without the project it cannot be seen what a requirements file names; beside other commands, not what they read.
    if ((!this.walk.project.known && install.files.length > 0) || !simple) this.flushCopies();
    const missing: Brought[] = [];
    for (const file of install.files) {
      if (file === undefined) this.flushCopies();
      else missing.push(...this.provideFile(file, step));
    }
    this.addCopies(missing.filter((item) => !this.provided(item.target)));
  }

  private isCopied(folder: string): boolean {
    return this.walk.steps.some((step) => step.copy?.entries.some((entry) => (entry.kind !== 'file' && isBelow(folder, entry.target)) || (folder !== '/' && isBelow(entry.target, folder))));
  }

  /** Takes over the COPY that brings a file, or gives the files that a COPY line of our own must bring. */
  private provideFile(file: string, before: Step): Brought[] {
    const provider = this.providerOf(file);
    if (!provider) {
      // A RUN may have made it, or a COPY whose sources are not known brings it.
      if (!/\/(?:poetry\.toml|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|\.python-version)$/.test(file)) this.flushCopies();
      return [];
    }
    if (this.done.has(provider.step)) return [];
    const manifest = /\.(?:toml|lock)$|Pipfile|\.python-version$/.test(file);
    const closure = manifest ? undefined : readRequirements(this.walk.project, [provider.source]);
    if (closure && (closure.local.length > 0 || closure.missing.some((item) => item.file !== provider.source))) {
      this.flushCopies();
      return [];
    }
    const sources = closure?.files ?? [provider.source];
    const specific = !provider.broad || this.onlyManifests(provider.step, sources);
    if (specific) this.keepManifest(provider.step);
    for (const source of sources) {
      const target = this.targetOf(source, before);
      if (target === undefined || this.copied.has(target)) continue;
      const own = this.providerOf(target);
      if (own === undefined || this.done.has(own.step)) continue;
      if (!own.broad || this.onlyManifests(own.step, sources)) this.keepManifest(own.step);
    }
    return sources.map((source) => ({ source, target: this.targetOf(source, before) })).filter((item): item is Brought => item.target !== undefined && !this.copied.has(item.target) && !this.provided(item.target));
  }

  private provided(target: string): boolean {
    const provider = this.providerOf(target);
    return provider === undefined || this.done.has(provider.step);
  }

  private addCopies(items: readonly Brought[]): void {
    const groups = new Map<string, string[]>();
    for (const { source, target } of items) {
      this.copied.add(target);
      const same = target.slice(target.lastIndexOf('/') + 1) === source.slice(source.lastIndexOf('/') + 1);
      const destination = same ? `${dirname(target)}/` : target;
      groups.set(destination, [...(groups.get(destination) ?? []), source]);
    }
    for (const [destination, sources] of groups) this.stage.add(`COPY ${sources.join(' ')} ${this.relative(destination)}`);
  }

  private relative(path: string): string {
    const here = this.cwd === undefined || this.cwd === '/' ? undefined : `${this.cwd}/`;
    if (here === undefined || !path.startsWith(here)) return path;
    return `./${path.slice(here.length)}`;
  }

  /** The last COPY before this place that brings a path, and the file of the context that it brings. */
  private providerOf(path: string): { step: Step; source: string; broad: boolean } | undefined {
    for (const step of this.walk.steps.slice(0, this.index).reverse()) {
      for (const entry of [...(step.copy?.entries ?? [])].reverse()) {
        const broad = entry.kind === 'folder' || (entry.kind === 'unknown' && !/\.\w+$|Pipfile|^requirements/.test(entry.source.replace(/^.*\//, '')));
        if (entry.target === path && entry.kind !== 'folder') return { step, source: entry.source, broad };
        if (entry.kind === 'file' || !isBelow(path, entry.target)) continue;
        const inside = entry.target === '/' ? path.slice(1) : path.slice(entry.target.length + 1);
        const source = entry.source === '' ? inside : `${entry.source}/${inside}`;
        if (!this.walk.project.known || this.walk.project.kind(source) === 'file') return { step, source, broad };
      }
    }
    return undefined;
  }

  /** Where a file of the context lies at this place of the build. */
  private targetOf(source: string, before: Step): string | undefined {
    const steps = this.walk.steps.slice(0, this.walk.steps.indexOf(before)).reverse();
    for (const step of steps) {
      for (const entry of step.copy?.entries ?? []) {
        if (entry.source === source) return entry.target;
        if (entry.kind === 'folder' && (entry.source === '' || source.startsWith(`${entry.source}/`))) {
          const inside = entry.source === '' ? source : source.slice(entry.source.length + 1);
          return inImage(entry.target, inside);
        }
      }
    }
    return undefined;
  }

  /** Whether a COPY brings nothing besides these files and others of their kind. */
  private onlyManifests(step: Step, sources: readonly string[]): boolean {
    return step.copy!.entries.every((entry) => {
      if (entry.kind !== 'folder') return true;
      if (entry.source === '') return false;
      const names = this.walk.project.list(entry.source).map((name) => `${entry.source}/${name}`);
      return names.length > 0 && names.every((name) => sources.includes(name) || (/\.(?:txt|in)$/.test(name) && this.walk.project.kind(name) === 'file'));
    });
  }

  private keepManifest(step: Step): void {
    if (this.done.has(step)) return;
    this.done.add(step);
    this.keepCopy(step, 'the installation reads it');
    this.manifestsOnly.add(step);
  }

  /** All COPYs up to here, since an installation needs the sources. */
  flushCopies(): void {
    for (const step of this.walk.steps.slice(0, this.index)) {
      if (!step.copy || this.done.has(step)) continue;
      this.done.add(step);
      this.manifestsOnly.add(step);
      this.keepCopy(step, 'the installation needs it');
    }
  }

  /** The builder works as root: an owner that only the runtime stage knows is left out. */
  private keepCopy(step: Step, reason: string): void {
    const chown = /\s--chown=(\S+)/.exec(step.instruction.text.slice(0, step.instruction.bodyStart));
    const known = chown === null || /^\d+(?::\d+)?$/.test(chown[1]!) || this.analysis.carry?.kind === 'own-user';
    if (known) this.stage.keep(step, reason);
    else this.stage.rewrite(step, step.instruction.text.replace(chown[0], ''), reason);
  }
}
