import { join } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import type { NodeApp } from './app.ts';
import type { ClassifiedPart, ClassifiedStep } from './steps.ts';

/** The sources are copied after the installation, so that they do not repeat it. */
export interface Reordering {
  /** Index of the COPY that brings the sources. */
  readonly copy: number;
  /** The COPY now stands after this instruction. */
  readonly copyAfter: number;
  /** The manifests are copied before this instruction. */
  readonly manifestsBefore: number;
  /** Parts of the RUN at `copyAfter` that stand before the COPY; undefined for all of them. */
  readonly early: readonly ClassifiedPart[] | undefined;
}

/** Files that an installation reads beside the package.json. Source: the documentation of npm, Yarn, pnpm and Bun. */
const installReads = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb', '.npmrc', '.yarnrc', '.yarnrc.yml', '.pnpmfile.cjs', 'bunfig.toml'];

/** Lifecycle scripts of the project that an installation runs, and that may read its sources. */
const lifecycle = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

/** Scripts that do nothing to a folder without sources: git hooks. */
const harmlessScript = /^(?:npx )?(?:husky(?: install)?|is-ci \|\| husky install|simple-git-hooks|lefthook install)(?: \|\| (?:true|exit 0|echo\b.*))?$/;

/** The manifests that the project has, as COPY names them. */
export function manifestFiles(walk: Walk, app: NodeApp): string[] {
  const source = app.source ?? '';
  return installReads.map((name) => join(source, name)).filter((path) => walk.project.kind(path) === 'file');
}

/**
 * Whether the Dockerfile copies everything before it installs, and the installation provably needs the manifests only.
 */
export function reorderingOf(walk: Walk, app: NodeApp, steps: readonly ClassifiedStep[]): Reordering | undefined {
  const { manifest, source } = app;
  if (!walk.project.known || !manifest || source === undefined) return undefined;
  const at = steps.findIndex((item) => item.step.copy?.entries.some((entry) => entry.kind === 'folder' && entry.source === source && entry.target === app.folder));
  const copy = steps[at];
  if (!copy || copy.step.copy!.entries.length !== 1 || copy.step.copy!.transforms) return undefined;
  if (walk.project.kind(join(source, 'node_modules')) !== undefined || walk.project.kind(join(source, '.yarn')) !== undefined || walk.project.kind(join(source, 'pnpm-workspace.yaml')) !== undefined) return undefined;
  if (manifest.workspaces || lifecycle.some((name) => name in manifest.scripts && !harmlessScript.test(manifest.scripts[name]!))) return undefined;
  const local = /^(?:file:|link:|workspace:|portal:|patch:|\.{1,2}\/|\/)/;
  if ([manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].some((table) => Object.values(table).some((range) => local.test(range)))) return undefined;
  if (manifest.has('pnpm') || manifest.has('patchedDependencies')) return undefined;
  if (steps.slice(0, at).some((item) => item.copies === 'project' || item.parts.some((part) => part.role === 'project' && part.part.effect.kind !== 'files'))) return undefined;
  let last: number | undefined;
  let early: readonly ClassifiedPart[] | undefined;
  for (const item of steps.slice(at + 1)) {
    const { step, parts } = item;
    if (step.instruction.keyword === 'RUN') {
      const until = parts.findIndex((part) => !passes(part, app));
      const first = until < 0 ? parts : parts.slice(0, until);
      if (first.some((part) => isInstall(part, app)) && (until < 0 || step.run!.splittable)) {
        last = step.instruction.index;
        early = until < 0 ? undefined : first;
      }
      if (until >= 0) break;
    } else if (/^(?:COPY|ADD|USER|VOLUME|SHELL)$/.test(step.instruction.keyword) || (step.instruction.keyword === 'WORKDIR' && step.cwd !== app.folder)) break;
  }
  return last === undefined ? undefined : { copy: copy.step.instruction.index, copyAfter: last, early, manifestsBefore: steps.slice(at + 1).find((item) => item.step.instruction.keyword === 'RUN')!.step.instruction.index };
}

/** What may stand before the sources: installations, and what has nothing to do with the project. */
const passes = (part: ClassifiedPart, app: NodeApp): boolean =>
  part.role === 'global' || part.role === 'packages' || part.role === 'nothing' || part.role === 'account' || (part.role === 'scratch' && !/\bnpmrc\b|\.yarnrc/.test(part.part.text)) || isInstall(part, app);

const isInstall = (part: ClassifiedPart, app: NodeApp): boolean =>
  part.role === 'project' && part.part.cwd === app.folder && part.commands.length > 0 && part.commands.length === part.part.commands.length && part.commands.every((command) => command.kind === 'install' && !command.named && command.prefix === undefined);
