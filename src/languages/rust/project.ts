import { readCargoConfig, readCargoLock, readCargoManifest, type CargoConfig, type CargoManifest, type LockedCrate } from '../../manifests/cargo.ts';
import { globMatcher } from '../../dockerfile/glob.ts';
import { basename, dirname, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';

/** A binary that cargo makes of a package. */
export interface Binary {
  readonly name: string;
  /** Only with features of its own. */
  readonly conditional: boolean;
}

/** A package of the project, as the image has it. */
export interface Package {
  readonly manifest: CargoManifest;
  /** Folder in the image. */
  readonly folder: string;
  /** Path of the Cargo.toml in the context. */
  readonly source: string;
  readonly binaries: readonly Binary[];
  /** Roots of its crates and its build script, as absolute paths in the image: cargo compiles them again when they are newer. */
  readonly roots: readonly string[];
}

/** A package or a workspace of several: what shares a lock file and a target folder. */
export interface CargoProject {
  /** Folder in the image. */
  readonly folder: string;
  readonly root: CargoManifest;
  readonly packages: readonly Package[];
  /** Packages that a command in the root folder builds when it names none. */
  readonly defaults: readonly Package[];
  /** Undefined without a Cargo.lock, or one that the Dockerfile does not copy. */
  readonly lock: readonly LockedCrate[] | undefined;
  readonly lockSource: string | undefined;
}

/** Finds cargo's manifests in the image that a Dockerfile fills; each is read once. */
export class CargoProjects {
  private readonly manifests = new Map<string, Promise<CargoManifest | undefined>>();
  private readonly projects = new Map<string, Promise<CargoProject | undefined>>();
  constructor(readonly walked: Walk) {}

  /** The manifest in a folder of the image; undefined when there is none, or none that can be read. */
  manifestIn(folder: string): Promise<CargoManifest | undefined> {
    let known = this.manifests.get(folder);
    if (!known) {
      const source = this.walked.locate(inImage(folder, 'Cargo.toml'));
      const text = source === undefined ? undefined : this.walked.project.read(source);
      known = text === undefined ? Promise.resolve(undefined) : readCargoManifest(text);
      this.manifests.set(folder, known);
    }
    return known;
  }

  /** The folder of the nearest manifest at or above a folder. Source: cargo looks upwards from where it runs. */
  async packageFolder(cwd: string | undefined): Promise<string | undefined> {
    for (let folder = cwd; folder !== undefined; folder = parentOf(folder)) if (await this.manifestIn(folder)) return folder;
    return undefined;
  }

  /** The project that a folder of the image belongs to. Source: The Cargo Book, "Workspaces": the root is the nearest manifest above with `[workspace]`. */
  async projectAt(cwd: string | undefined): Promise<CargoProject | undefined> {
    const start = await this.packageFolder(cwd);
    if (start === undefined) return undefined;
    let root = start;
    for (let folder: string | undefined = start; folder !== undefined; folder = parentOf(folder)) {
      const workspace = (await this.manifestIn(folder))?.workspace;
      if (workspace && !workspace.exclude.some((path) => isBelow(start, inImage(folder!, path)))) {
        root = folder;
        break;
      }
    }
    let known = this.projects.get(root);
    if (!known) {
      known = this.read(root);
      this.projects.set(root, known);
    }
    return known;
  }

  /** `.cargo/config.toml` of a folder and those above it, the nearest first; that of CARGO_HOME comes last. */
  async configsAt(cwd: string | undefined, cargoHome: string | undefined): Promise<CargoConfig[]> {
    const found: CargoConfig[] = [];
    const folders: string[] = [];
    for (let folder = cwd; folder !== undefined; folder = parentOf(folder)) folders.push(inImage(folder, '.cargo'));
    if (cargoHome !== undefined) folders.push(cargoHome);
    for (const folder of folders) {
      const source = ['config.toml', 'config'].map((name) => this.walked.locate(inImage(folder, name))).find((path) => path !== undefined && this.walked.project.read(path) !== undefined);
      const config = source === undefined ? undefined : await readCargoConfig(this.walked.project.read(source)!);
      if (config) found.push(config);
    }
    return found;
  }

  private async read(folder: string): Promise<CargoProject | undefined> {
    const root = await this.manifestIn(folder);
    if (!root) return undefined;
    const folders = new Set<string>([...(root.name === undefined ? [] : [folder]), ...(root.workspace?.members ?? []).flatMap((pattern) => this.foldersOf(folder, pattern))]);
    const packages: Package[] = [];
    for (const each of folders) {
      if (root.workspace?.exclude.some((path) => isBelow(each, inImage(folder, path)))) continue;
      const manifest = await this.manifestIn(each);
      if (!manifest?.name) continue;
      packages.push(this.packageOf(manifest, each));
      // What a member depends on by its path is a member, or at least compiled with it.
      for (const dependency of manifest.dependencies) if (dependency.path !== undefined) folders.add(inImage(each, dependency.path));
    }
    const named = root.workspace?.defaultMembers?.flatMap((pattern) => this.foldersOf(folder, pattern));
    const defaults = named ? packages.filter((item) => named.includes(item.folder)) : root.name === undefined ? packages : packages.filter((item) => item.folder === folder);
    const lockSource = this.walked.locate(inImage(folder, 'Cargo.lock'));
    const text = lockSource === undefined ? undefined : this.walked.project.read(lockSource);
    return { folder, root, packages, defaults, lock: text === undefined ? undefined : readCargoLock(text), lockSource: text === undefined ? undefined : lockSource };
  }

  /** Folders of the image that a pattern of `members` names. */
  private foldersOf(root: string, pattern: string): string[] {
    let found = [root];
    for (const part of pattern.split('/').filter((name) => name !== '' && name !== '.')) {
      const fits = /[*?[]/.test(part) ? globMatcher(part) : undefined;
      found = found.flatMap((folder) => (fits ? this.namesIn(folder).filter(fits).map((name) => inImage(folder, name)) : [inImage(folder, part)]));
    }
    return found;
  }

  private namesIn(folder: string): string[] {
    const source = this.walked.locate(folder);
    const listed = source === undefined ? [] : this.walked.project.list(source);
    const copied = this.walked.steps.flatMap((step) => step.copy?.entries ?? []).filter((entry) => dirname(entry.target) === (folder === '/' ? '' : folder)).map((entry) => basename(entry.target));
    return [...new Set([...listed, ...copied])];
  }

  private packageOf(manifest: CargoManifest, folder: string): Package {
    const has = (path: string): boolean => {
      const source = this.walked.locate(inImage(folder, path));
      return source !== undefined && this.walked.project.kind(source) === 'file';
    };
    const inBin = this.namesIn(inImage(folder, 'src/bin'));
    const found = new Map<string, { path: string; conditional: boolean }>();
    if (manifest.autobins) {
      if (has('src/main.rs')) found.set(manifest.name!, { path: 'src/main.rs', conditional: false });
      for (const name of inBin) {
        if (name.endsWith('.rs')) found.set(name.slice(0, -'.rs'.length), { path: `src/bin/${name}`, conditional: false });
        else if (has(`src/bin/${name}/main.rs`)) found.set(name, { path: `src/bin/${name}/main.rs`, conditional: false });
      }
    }
    for (const bin of manifest.bins) {
      // An entry may give a file that is found by its place another name.
      const path = bin.path ?? found.get(bin.name)?.path ?? 'src/main.rs';
      for (const [name, other] of found) if (other.path === path.replace(/^\.\//, '') && bin.path !== undefined) found.delete(name);
      found.set(bin.name, { path, conditional: bin.conditional });
    }
    const script = manifest.buildScript === false ? [] : [manifest.buildScript ?? 'build.rs'];
    const roots = [...[...found.values()].map(({ path }) => path), manifest.libPath ?? 'src/lib.rs', ...script].filter((path, at, all) => has(path) && all.indexOf(path) === at).map((path) => inImage(folder, path));
    return { manifest, folder, source: this.walked.locate(inImage(folder, 'Cargo.toml'))!, binaries: [...found].map(([name, { conditional }]) => ({ name, conditional })), roots };
  }
}

const parentOf = (folder: string): string | undefined => (folder === '/' ? undefined : inImage(folder, '..'));
