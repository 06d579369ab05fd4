import type { Project } from '../../project/project.ts';
import type { Requirement } from '../../plan/requirements.ts';
import type { SystemNeeds } from './packages.ts';

/** A place in a source file that shows something. */
export interface Evidence {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What the sources of a compiled program show, whatever the language. Each list is in the order of files and lines. */
export interface SourceFacts {
  /** Whether there are sources to look at. */
  readonly known: boolean;
  /** String literals; `text` is the value. */
  readonly strings: readonly Evidence[];
  /** Calls that read files at a path that is no literal. */
  readonly unknownReads: readonly Evidence[];
  readonly writes: readonly Evidence[];
  readonly temporary: readonly Evidence[];
  readonly home: readonly Evidence[];
  /** Programs that it starts; an unknown one has an empty text. */
  readonly programs: readonly Evidence[];
  /** Users looked up by name. */
  readonly users: readonly Evidence[];
}

/** A file or folder that the program reads at run time. */
export interface Asset {
  /** Absolute path in the image. */
  readonly path: string;
  /** Path in the context. */
  readonly source: string;
  readonly why: string;
}

export interface Assets {
  readonly found: readonly Asset[];
  /** Why the set could not be proven, so that everything but the sources is copied; undefined when it could. */
  readonly unproven: string | undefined;
}

/** What differs from one compiled language to the next. */
export interface Toolchain {
  /** Environment variables that steer the build and that no program reads. */
  readonly variables: RegExp;
  /** Folders of the image that only serve the build. */
  readonly folders: readonly string[];
  /** Paths of sources and manifests. */
  readonly source: RegExp;
  /** Whether a folder of the context has something in it that a program may read. */
  readonly holdsData: (project: Project, folder: string) => boolean;
  /** The toolchain's own command. */
  readonly program: RegExp;
  /** Text of what fetches or installs the toolchain itself. */
  readonly installer: RegExp;
  /** How sources start other programs, for a reader. */
  readonly exec: string;
}

/** What a compiled language knows of its project by the time the runtime stage is written. */
export interface NativeProject {
  readonly toolchain: Toolchain;
  readonly sources: SourceFacts;
  /** Paths of binaries and scripts in the builder, with where they go. */
  readonly artifacts: ReadonlyMap<string, readonly string[]>;
  readonly assets: Assets;
  readonly system: SystemNeeds;
  /** A command of the build that may leave files for the program in the project's folder. */
  readonly unknownWriter: { readonly name: string; readonly folders: readonly string[] } | undefined;
  /** Folders of the image in which the build works, the project's own first. */
  readonly workFolders: readonly string[];
  /** The folder of the image with the project's manifest; undefined without one. */
  readonly sourceRoot: string | undefined;
  /** Further paths that the program needs, by what the language knows: shared libraries of the project, what a front end's build makes. */
  readonly furtherPaths: readonly string[];
  /** Another wording of the start: the exec form, or the binary instead of the tool that built it at every start. */
  readonly newStart: { readonly words: readonly string[]; readonly why: string } | undefined;
  readonly requirements: readonly Requirement[];
  /** What the program writes, as a reason to keep the user; undefined when nothing was found. */
  readonly writes: string | undefined;
  /** Whether the binaries are linked with shared libraries. */
  readonly dynamic: boolean;
  /** True when another program than the toolchain's own may run the build. */
  readonly script: boolean;
  /** Index of the last instruction that runs what does not stand in the Dockerfile: a script, a recipe of make; -1 without one. */
  readonly lastUnseen: number;
}
