import { afterInstruction, emptyScope, globalScope, lookupIn, type Scope } from '../dockerfile/scope.ts';
import { argumentsOf, type Dockerfile, type Instruction, type Stage } from '../dockerfile/model.ts';
import { expandWord } from '../dockerfile/words.ts';
import { describeImage, type ImageFacts } from '../images/catalogue.ts';
import { parseImage, type ImageReference } from '../images/reference.ts';
import { dirname, inImage, type Project } from '../project/project.ts';
import { copyFacts, type CopyFacts } from './copy.ts';
import { runFacts, type RunFacts } from './run.ts';

/** One instruction of the stage with everything that is in force when it runs. */
export interface Step {
  readonly instruction: Instruction;
  readonly scope: Scope;
  /** WORKDIR in force, absolute; undefined when it depends on something unknown. For a WORKDIR: the folder it sets. */
  readonly cwd: string | undefined;
  /** USER in force; undefined is the base image's own. */
  readonly user: string | undefined;
  /** SHELL in force; undefined is the base image's own. */
  readonly shell: readonly string[] | undefined;
  readonly run: RunFacts | undefined;
  readonly copy: CopyFacts | undefined;
}

/** The base image of the stage. */
export interface BaseImage {
  /** As written, with variables. */
  readonly written: string;
  /** With the defaults of global ARGs in place; undefined when one has no default. */
  readonly image: string | undefined;
  readonly reference: ImageReference | undefined;
  /** Undefined for an image that is not in the catalogue. For an earlier stage: those of the image that it is built on in the end. */
  readonly facts: ImageFacts | undefined;
  /** The earlier stage of the same file that it names. */
  readonly stage: Walk | undefined;
}

/** One stage of a Dockerfile, walked through from top to bottom without running anything. */
export interface Walk {
  readonly file: Dockerfile;
  readonly project: Project;
  readonly stage: Stage;
  readonly base: BaseImage;
  readonly globals: Scope;
  readonly steps: readonly Step[];
  /** What is in force after the last instruction. */
  readonly end: { readonly scope: Scope; readonly cwd: string | undefined; readonly user: string | undefined; readonly shell: readonly string[] | undefined };
  /** The file or folder of the context that a COPY put at an absolute path of the image; the last one wins. */
  locate(imagePath: string): string | undefined;
}

/** Walks through the last stage of a file. */
export const walk = (file: Dockerfile, project: Project): Walk => walkStages(file, project).at(-1)!;

/** Walks through all stages of a file, in order. */
export function walkStages(file: Dockerfile, project: Project): Walk[] {
  const globals = globalScope(file);
  const walked: Walk[] = [];
  for (const stage of file.stages) walked.push(walkStage(file, stage, project, globals, walked));
  return walked;
}

function walkStage(file: Dockerfile, stage: Stage, project: Project, globals: Scope, earlier: readonly Walk[]): Walk {
  const base = baseImage(stage.image, globals, file, earlier);
  // A stage on top of another has its arguments too. An unknown image may set any variable.
  let scope: Scope = base.stage?.end.scope ?? { ...emptyScope, env: new Map(Object.entries(base.facts?.config.env ?? {})), open: base.facts === undefined };
  let cwd: string | undefined = base.stage ? base.stage.end.cwd : base.facts ? (base.facts.config.workdir ?? '/') : undefined;
  let user: string | undefined = base.stage?.end.user;
  let shell: readonly string[] | undefined = base.stage?.end.shell;
  const folders = new Set<string>(['/', '/tmp', '/root', '/home', '/usr/local/bin', '/usr/bin', '/etc', '/opt', '/var', '/srv']);
  const addFolder = (folder: string): void => {
    for (let path = folder; path !== '/' && path !== ''; path = dirname(path)) folders.add(path);
  };
  if (cwd) addFolder(cwd);
  const steps: Step[] = [];
  for (const instruction of stage.instructions) {
    const expand = (word: string): string | undefined => expandWord(word, lookupIn(scope), file.escape);
    let run: RunFacts | undefined;
    let copy: CopyFacts | undefined;
    if (instruction.keyword === 'WORKDIR') {
      const folder = expand(instruction.logical);
      cwd = folder === undefined || (cwd === undefined && !folder.startsWith('/')) ? undefined : inImage(cwd ?? '/', folder);
      if (cwd) addFolder(cwd);
    } else if (instruction.keyword === 'USER') {
      user = expand(instruction.logical) ?? instruction.logical;
    } else if (instruction.keyword === 'SHELL') {
      shell = instruction.json;
    } else if (instruction.keyword === 'COPY' || instruction.keyword === 'ADD') {
      copy = copyFacts(instruction, project, expand, cwd, (path) => folders.has(path));
      for (const entry of copy.entries) addFolder(entry.kind === 'folder' ? entry.target : dirname(entry.target));
    } else if (instruction.keyword === 'RUN') {
      run = runFacts(instruction, scope, cwd, shell, homeIn(scope, user, base));
      for (const part of run.parts) {
        if (part.effect.kind === 'files' && part.effect.verb === 'mkdir') part.effect.writes.forEach(addFolder);
      }
    }
    steps.push({ instruction, scope, cwd, user, shell, run, copy });
    scope = afterInstruction(scope, instruction, file, globals);
  }
  return { file, project, stage, base, globals, steps, end: { scope, cwd, user, shell }, locate: (path) => locate(steps, project, path) };
}

/** The home folder in force: HOME, or that of root where nothing names another user; undefined when not known. */
function homeIn(scope: Scope, user: string | undefined, base: BaseImage): string | undefined {
  if (scope.env.has('HOME')) return scope.env.get('HOME') ?? undefined;
  const name = (user ?? (base.facts ? (base.facts.config.user ?? 'root') : undefined))?.replace(/:.*$/, '');
  return name === 'root' || name === '0' ? '/root' : undefined;
}

function baseImage(written: string, globals: Scope, file: Dockerfile, earlier: readonly Walk[]): BaseImage {
  const unset = unsetIn(written, globals, file);
  const image = expandWord(written, (name) => (unset.has(name) ? undefined : lookupIn(globals)(name)), file.escape) || undefined;
  const stage = image === undefined ? undefined : earlier.find((other) => other.stage.name?.toLowerCase() === image.toLowerCase());
  const reference = image === undefined || stage ? undefined : parseImage(image);
  return { written, image, reference, facts: stage ? stage.base.facts : reference && describeImage(reference), stage };
}

/** ARGs before FROM without a default, where the word says what to take instead: `${NAME:-1.22}` is 1.22 unless the build is given another. */
function unsetIn(written: string, globals: Scope, file: Dockerfile): Set<string> {
  const names = file.globalArgs.flatMap(({ pairs }) => pairs.flatMap(({ name, value }) => (value === undefined && globals.args.get(name) === null ? [name] : [])));
  return new Set(names.filter((name) => [...written.matchAll(/\$\{?(\w+)(:?[-+])?/g)].every(([, other, instead]) => other !== name || instead !== undefined)));
}

function locate(steps: readonly Step[], project: Project, imagePath: string): string | undefined {
  for (const step of [...steps].reverse()) {
    for (const entry of [...(step.copy?.entries ?? [])].reverse()) {
      if (step.copy!.transforms) continue;
      if (entry.target === imagePath) return entry.source;
      const inside = entry.target === '/' ? imagePath.slice(1) : imagePath.startsWith(`${entry.target}/`) ? imagePath.slice(entry.target.length + 1) : undefined;
      if (entry.kind === 'file' || inside === undefined) continue;
      const path = entry.source === '' ? inside : `${entry.source}/${inside}`;
      if (!project.known || project.kind(path)) return path;
    }
  }
  return undefined;
}

/** The last instruction with that keyword: the one that counts for CMD, ENTRYPOINT, HEALTHCHECK, STOPSIGNAL. */
export const lastOf = (walked: Walk, keyword: string): Step | undefined => walked.steps.filter((step) => step.instruction.keyword === keyword).at(-1);

/** Whether a USER is root; undefined is the base image's own, which is root unless the catalogue says otherwise. */
export const isRoot = (user: string | undefined): boolean => user === undefined || /^(?:root|0)(?::|$)/.test(user);

/** Ports that EXPOSE declares, as numbers; those that depend on something unknown are left out. */
export function exposedPorts(walked: Walk): number[] {
  return walked.steps
    .filter((step) => step.instruction.keyword === 'EXPOSE')
    .flatMap((step) => argumentsOf(step.instruction).map((word) => expandWord(word, lookupIn(step.scope), walked.file.escape)))
    .map((word) => Number.parseInt(word ?? '', 10))
    .filter((port) => Number.isInteger(port));
}
