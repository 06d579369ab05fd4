import { readSolution } from '../../manifests/dotnet-solution.ts';
import { readMsbuildProject, type MsbuildProject } from '../../manifests/msbuild.ts';
import { dirname, filesBelow, join, type Project } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';

const projectFile = /\.(?:cs|fs|vb)proj$/i;
const solutionFile = /\.slnx?$/i;

/** Projects and solutions that lie directly in a folder of the context. */
function buildFilesIn(context: Project, folder: string): { readonly projects: string[]; readonly solutions: string[] } {
  const paths = context.list(folder).map((name) => join(folder, name)).filter((path) => context.kind(path) === 'file');
  return { projects: paths.filter((path) => projectFile.test(path)), solutions: paths.filter((path) => solutionFile.test(path)) };
}

/** All projects of the context, those of local build output left out. */
export const allProjects = (context: Project): string[] => filesBelow(context, '', (path) => projectFile.test(path) && !/(?:^|\/)(?:bin|obj)\//.test(path));

/** What a command works on: one project, or a solution with its projects. */
export type Target =
  | { readonly kind: 'project'; readonly path: string }
  | { readonly kind: 'solution'; readonly path: string; readonly projects: readonly string[] };

/**
 * What `dotnet build X`, or the same without X in a folder, takes: the project or solution of that name, or the only one of the folder. With one
 * solution and one project of the same name it is the solution; `dotnet run` looks at projects only. Source: MSBuild's XMake, ProcessProjectSwitch.
 *
 * @param imagePath absolute path in the image of what the command names
 */
export async function targetAt(walked: Walk, imagePath: string | undefined, runs = false): Promise<Target | undefined> {
  const context = walked.project;
  const source = imagePath === undefined ? undefined : walked.locate(imagePath);
  if (source === undefined) return undefined;
  let path: string | undefined = source;
  if (context.kind(source) === 'folder') {
    const { projects, solutions } = buildFilesIn(context, source);
    path = !runs && solutions.length === 1 && projects.length <= 1 ? solutions[0] : projects.length === 1 && (runs || solutions.length === 0) ? projects[0] : undefined;
  }
  if (path === undefined || context.kind(path) !== 'file') return undefined;
  if (projectFile.test(path)) return { kind: 'project', path };
  const projects = solutionFile.test(path) ? await readSolution(path, context.read(path) ?? '') : undefined;
  return projects && { kind: 'solution', path, projects };
}

/** A project with all that it refers to. */
export interface ProjectTree {
  readonly start: MsbuildProject;
  /** The start project first. */
  readonly all: readonly MsbuildProject[];
  /** Folders of all projects. */
  readonly folders: readonly string[];
}

/** Reads a project and, through its references, the others; a reference that is missing is left out. */
export async function projectTree(context: Project, path: string, globals: Readonly<Record<string, string>> = {}): Promise<ProjectTree | undefined> {
  const start = await readMsbuildProject(context, path, globals);
  if (!start) return undefined;
  const all = new Map([[path, start]]);
  const queue = [...start.projectReferences];
  for (let next = queue.shift(); next !== undefined && all.size < 500; next = queue.shift()) {
    if (all.has(next)) continue;
    const project = await readMsbuildProject(context, next, globals);
    if (!project) continue;
    all.set(next, project);
    queue.push(...project.projectReferences);
  }
  return { start, all: [...all.values()], folders: [...new Set([...all.keys()].map(dirname))] };
}
