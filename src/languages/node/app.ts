import { lockfilesIn, type NodeLockfile, type PackageManagerName } from '../../manifests/node-lockfile.ts';
import type { PackageJson } from '../../manifests/package-json.ts';
import { dirname, inImage } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import { manifestAt, type NodeStart } from './start.ts';
import type { ClassifiedStep } from './steps.ts';

/** The application: the package whose program the image starts. */
export interface NodeApp {
  /** Folder of the image in which its package.json lies. */
  readonly folder: string;
  /** The same folder in the build context; undefined when the project is not at hand. */
  readonly source: string | undefined;
  readonly manifest: PackageJson | undefined;
  readonly manager: PackageManagerName;
  readonly lockfile: NodeLockfile | undefined;
  /** The file of the image with which node starts; undefined when another program does. */
  readonly entry: string | undefined;
  /** True when the start runs files as they are, or a framework's build output: nothing is compiled when the container starts. */
  readonly runsBuilt: boolean;
}

/** An installation of the application's dependencies. */
export interface Install {
  readonly step: ClassifiedStep;
  readonly part: ClassifiedStep['parts'][number];
  readonly manager: PackageManagerName;
  /** Dev dependencies are left out, by an option or by NODE_ENV. */
  readonly production: boolean;
  readonly named: boolean;
  readonly folder: string | undefined;
}

/** Finds the application: by the file that node starts, by WORKDIR, and by where the dependencies are installed. */
export function findApp(walk: Walk, start: NodeStart, steps: readonly ClassifiedStep[]): NodeApp {
  const installs = installsOf(steps);
  const leaf = start.leaves.find((item) => /^(?:node|nodejs|bun|tsx|ts-node|babel-node|pm2|pm2-runtime|pm2-docker|forever)$/.test(item.program)) ?? start.leaves.at(-1);
  const script = leaf?.words.slice(1).find((word, index, all) => word !== undefined && !word.startsWith('-') && !/^(?:-r|--require|--import|--loader|--experimental-loader|-e|-p)$/.test(all[index - 1] ?? '') && word !== 'start');
  const entry = leaf && script !== undefined && leaf.cwd !== undefined ? inImage(leaf.cwd, script) : undefined;
  const folders = [...upwards(entry === undefined ? undefined : dirname(entry)), ...upwards(leaf?.cwd), ...upwards(walk.end.cwd), ...installs.map((install) => install.folder)];
  const found = folders.find((folder) => manifestAt(walk, folder) !== undefined);
  const folder = found ?? installs.find((install) => install.folder !== undefined)?.folder ?? walk.end.cwd ?? '/';
  const at = manifestAt(walk, folder);
  const source = at ? dirname(at.path) : walk.project.known ? walk.locate(folder) : undefined;
  const locks = source === undefined ? [] : lockfilesIn(walk.project, source, at?.manifest);
  const manager = installs.find((install) => install.folder === folder)?.manager ?? installs[0]?.manager ?? locks[0]?.manager ?? 'npm';
  return { folder, source, manifest: at?.manifest, manager, lockfile: locks.find((lock) => lock.manager === manager), entry, runsBuilt: start.unresolved === undefined && start.leaves.every((item) => runsBuilt(item.program, item.words)) };
}

/** Programs that start what a build made. Source: the frameworks' documentation. */
function runsBuilt(program: string, words: readonly (string | undefined)[]): boolean {
  if (/^(?:node|nodejs|pm2|pm2-runtime|pm2-docker|forever|tini|dumb-init|npm|yarn|pnpm|cross-env|dotenv|env-cmd|remix-serve|react-router-serve|serve|http-server|sh|bash|wait-for-it\.sh|sleep|date|hostname|nc|pg_isready|mysqladmin|redis-cli|dockerize)$/.test(program)) {
    return !words.some((word) => word !== undefined && (/ts-node|tsx|@babel\/register|@swc-node|esbuild-register|sucrase|swc-node/.test(word) || (/\.tsx?$/.test(word) && !word.endsWith('.d.ts'))));
  }
  // Nuxt 2 loads server middleware from the sources.
  return program === 'next' && words.includes('start');
}

/** A folder and those above it, without `/`. */
function upwards(folder: string | undefined): string[] {
  const all: string[] = [];
  for (let path = folder; path !== undefined && path !== '' && path !== '/'; path = dirname(path)) all.push(path);
  if (folder === '/') all.push('/');
  return all;
}

/** Every installation of dependencies, in order. */
export function installsOf(steps: readonly ClassifiedStep[]): Install[] {
  return steps.flatMap((step) =>
    step.parts.flatMap((part) =>
      part.commands.flatMap((command): Install[] => {
        if (command.kind !== 'install') return [];
        const environment = part.part.commands.flatMap((item) => item.assignments).find((item) => item.name === 'NODE_ENV')?.value ?? step.step.scope.env.get('NODE_ENV') ?? step.step.scope.args.get('NODE_ENV');
        const included = part.part.commands.some((item) => item.words.some((word) => /^--(?:include=dev|production=false|also=dev(?:elopment)?|prod=false)$/.test(word.value ?? '')));
        const folder = command.prefix === undefined ? part.part.cwd : part.part.cwd === undefined && !command.prefix.startsWith('/') ? undefined : inImage(part.part.cwd ?? '/', command.prefix);
        return [{ step, part, manager: command.manager, production: command.production || (environment === 'production' && !included), named: command.named, folder }];
      }),
    ),
  );
}
