import cgo from './data/cgo-modules.json' with { type: 'json' };
import calls from './data/file-calls.json' with { type: 'json' };
import files from './data/files.json' with { type: 'json' };
import frontEnd from './data/front-end-tools.json' with { type: 'json' };
import generators from './data/generators.json' with { type: 'json' };
import modulePrograms from './data/module-programs.json' with { type: 'json' };
import rights from './data/rights.json' with { type: 'json' };
import { join } from '../../project/project.ts';
import type { Toolchain } from '../native/facts.ts';
import { holdsData } from './asset-folders.ts';

/** Packages that need cgo, with what they are written in; a path matches with everything below it. */
export const cgoModules: Readonly<Record<string, string>> = cgo.modules;

/** Modules whose binaries load files of the folder that the module was downloaded to. */
export const modulesWithOwnFolder: readonly string[] = cgo.ownFolder;

/** Modules that others import for cgo alone, beside pure Go files. */
export const guardedModules: readonly string[] = cgo.guarded;

/** Modules that others name for their own tests, or for a sub-package that nothing needs to import. */
export const testedWith: Readonly<Record<string, readonly string[]>> = cgo.testedWith;

/** Packages of npm and RubyGems that build web pages: no Go program starts them. */
export const frontEndPackages: ReadonlySet<string> = new Set(frontEnd.names);

/** Programs that modules start by a name of their own. */
export const programsOfModules: Readonly<Record<string, string>> = modulePrograms.programs;

/** Modules that link the C library without cgo. */
export const loaderModules: readonly string[] = cgo.loaders;

/** Modules that read files of the working folder by names of their own, which no string of the project shows. */
export const modulesThatReadFiles: readonly string[] = files.reads;

/** Modules that read `.env` in the working folder. */
export const modulesThatReadDotenv: readonly string[] = files.dotenv;

/** Modules with the names that they read in the working folder unless they are told otherwise. */
export const namesOfModules: Readonly<Record<string, readonly string[]>> = files.conventions;

/** Modules that find files beside the source file that calls them, where nothing was packed into the binary. */
export const modulesWithBoxes: readonly string[] = files.boxes;

/** Calls that read files, with the places of their paths; none stands for all arguments. */
export const fileCalls: ReadonlyMap<string, readonly number[]> = new Map(Object.entries(calls.reads));

/** Modules that write files where the program runs: databases, logs. */
export const modulesThatWrite: readonly string[] = files.writes;

/** Modules that reach for the host: devices, raw sockets, the container engine. */
export const modulesOfTheHost: readonly string[] = rights.host;

/** Modules that start other programs. */
export const modulesThatStart: readonly string[] = rights.programs;

/** Modules that look up time zones by name. */
export const modulesWithZones: readonly string[] = rights.zones;

/** Modules that unpack what they read into temporary files. */
export const modulesWithTemporary: readonly string[] = rights.temporary;

/** Programs whose output is Go code, or nothing: what they write is compiled in. */
export const goGenerators: ReadonlySet<string> = new Set(generators.programs);

/** What the shared rules for compiled programs need to know of Go. */
export const goToolchain: Toolchain = {
  // Source: `go help environment`.
  variables: /^(?:GO111MODULE|GOPROXY|GOSUMDB|GONOSUMDB|GONOSUMCHECK|GOPRIVATE|GONOPROXY|GOINSECURE|GOFLAGS|GOOS|GOARCH|GOARM|GOAMD64|GOPATH|GOBIN|GOROOT|GOCACHE|GOMODCACHE|GOTOOLCHAIN|GOLANG_VERSION|GOEXPERIMENT|GOTMPDIR|GOWORK|GOVCS|CGO_\w+|CC|CXX|PKG_CONFIG\w*|GIT_TERMINAL_PROMPT|DEBIAN_FRONTEND)$/,
  folders: ['/go', '/usr/local/go'],
  // What a module of its own holds is compiled, or embedded.
  holdsData: (project, folder) => holdsData(project, folder) && project.kind(join(folder, 'go.mod')) !== 'file',
  source: /\.go$|(?:^|\/)go\.(?:mod|sum|work)$/,
  program: /^(?:.*\/)?go$/,
  installer: /\b(?:golang\.org|go\.dev|storage\.googleapis\.com\/golang|dl\.google\.com\/go)\b|\bgo(?:\d|\$)\S*\.tar/,
  exec: 'os/exec',
};

/** Whether a module path, or an import below it, is in a list. */
export const inModules = (path: string, list: readonly string[]): boolean => list.some((module) => path === module || path.startsWith(`${module}/`));
