import { readGoMod } from '../../manifests/go-mod.ts';
import { filesBelow } from '../../project/project.ts';
import { splitPackages } from '../../packages/resolve.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';
import { cgoModules, guardedModules, inModules, loaderModules, modulesWithOwnFolder, testedWith } from './data.ts';
import type { BuildFor } from './constraints.ts';
import { installedPackages } from '../native/packages.ts';
import { follow, type Followed, type Import } from './vendored.ts';

/** What speaks for the C library, or that nothing does. */
export interface CgoEvidence {
  /** `needed`: it does not compile, or does not work, without cgo. `perhaps`: that cannot be told. `loaded`: it links the C library even without cgo. */
  readonly kind: 'needed' | 'perhaps' | 'loaded' | 'none';
  readonly why: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** Why it needs the C++ library, or the compiler's, too. */
  readonly cxx: string | undefined;
}

interface Module {
  readonly path: string;
  readonly line: number;
  readonly indirect: boolean;
}

/** Names of modules that are mostly bindings to C libraries, for those that no list has. */
const bindings = /(?:^|[-_./])(?:cgo|go-?cv|opencv|rocksdb|lib(?:git2|vips|xml2|virt|usb|sodium|avif|heif|jpeg|webp|opus|sass|pcap|raw|tls|zmq)|g?vips|imagick|magickwand|tesseract|zmq\d?|gdal|sdl2?|gtk\d?|qt\d?|tensorflow|torch|tflite|onnx(?:runtime)?|faiss|hyperscan|yara|odbc|oci8|duktape|duckdb|v8(?:go)?|dlib|whisper|llama|tree-sitter|portaudio|oniguruma|foundationdb|libsql)(?:$|[-_./])/i;

/**
 * The evidence for cgo in a project whose sources are at hand.
 *
 * @param files Go files of the project that are compiled
 * @returns the evidence, and the import of a module whose binary needs the folder that it was downloaded to
 */
export function cgoEvidence(walk: Walk, builds: readonly GoCall[], files: readonly string[], modFile: string | undefined, script: boolean): CgoEvidence & { readonly folderReader: Import | undefined } {
  const own = ownPaths(walk);
  const use = follow(walk, files, targetOf(builds, script), (path) => inModules(path, own));
  return { ...decide(walk, use, modFile), folderReader: use.outside.find((item) => inModules(item.path, modulesWithOwnFolder)) };
}

function decide(walk: Walk, use: Followed, modFile: string | undefined): CgoEvidence {
  const say = (kind: CgoEvidence['kind'], why: string, place: { file?: string | undefined; line?: number | undefined } | undefined, cxx?: string): CgoEvidence => ({ kind, why, file: place?.file, line: place?.line, cxx });
  const cxxModule = use.imports.find((item) => listedAs(item.path) === 'c++');
  const cxx = cxxModule ? `${cxxModule.path} is linked with it` : use.cxx === undefined ? undefined : `${use.cxx} is compiled with C++`;
  if (use.cgo) return say('needed', use.cgo.path === 'plugin' ? 'plugins need cgo' : use.cgo.package === undefined ? 'the project imports "C"' : `${use.cgo.package} imports "C"`, use.cgo, cxx);
  // Packages that are at hand have been followed: for them the list has nothing to say.
  const listed = use.outside.find((item) => listedAs(item.path) !== undefined);
  if (listed) return say('needed', `${listed.path} needs cgo`, listed, cxx);
  const loader = use.imports.find((item) => inModules(item.path, loaderModules));
  if (loader) return say('loaded', `${loader.path} links the C library, with and without cgo`, loader, 'what it loads may need it');
  if (use.outside.length === 0) return say('none', 'no package of the build needs cgo', undefined);
  const unknown = 'what it is written in cannot be told';
  const named = use.outside.find((item) => bindings.test(item.path));
  if (named) return say('perhaps', `${named.path} may need cgo`, named, unknown);
  const modules: readonly Module[] = modFile === undefined ? [] : readGoMod(walk.project.read(modFile) ?? '').requires;
  const sums = modFile === undefined ? undefined : walk.project.read(modFile.replace(/mod$/, 'sum'));
  const pruned = /^go\s+1\.(?:1[7-9]|[2-9]\d)/m.test(modFile === undefined ? '' : (walk.project.read(modFile) ?? ''));
  const through = modules.find((module) => module.indirect && isEvidence(module, modules, sums, pruned));
  if (through) {
    const loads = inModules(through.path, loaderModules);
    return say(loads ? 'loaded' : 'perhaps', `${through.path}, which another module may need, ${loads ? 'links the C library' : 'needs cgo'}`, { file: modFile, line: through.line }, listedAs(through.path) === 'c' ? undefined : unknown);
  }
  const headers = librariesInstalled(walk);
  if (headers) return say('perhaps', `${headers.name}, which the Dockerfile installs, is there to be linked with`, { line: headers.line }, unknown);
  return say('none', 'nothing in the project needs cgo', undefined);
}

/** Import paths of the modules that the context has, and of projects that a COPY puts below GOPATH/src. */
function ownPaths(walk: Walk): string[] {
  const manifests = filesBelow(walk.project, '', (path) => /(?:^|\/)go\.mod$/.test(path));
  const gopath = walk.end.scope.env.get('GOPATH')?.split(':')[0] ?? '/go';
  const copied = walk.steps.flatMap((step) => step.copy?.entries ?? []).flatMap(({ target }) => (target.startsWith(`${gopath}/src/`) ? [target.slice(gopath.length + 5)] : []));
  return [...manifests.flatMap((path) => readGoMod(walk.project.read(path) ?? '').module ?? []), ...copied];
}

/** The tags of `-tags` and GOFLAGS in all builds. */
function targetOf(builds: readonly GoCall[], script: boolean): BuildFor {
  const found = builds.map(({ command, step }) => {
    const flags = command.assignments.find((item) => item.name === 'GOFLAGS') ?? { value: step.scope.env.has('GOFLAGS') ? step.scope.env.get('GOFLAGS') : '' };
    const words = command.words.flatMap((word, at) => (/^--?tags$/.test(word.text) ? [command.words[at + 1]?.value] : /^["']?--?tags=/.test(word.text) ? [word.value?.replace(/^--?tags=/, '')] : word.value === undefined && word.text.startsWith('$') ? [undefined] : []));
    return flags.value === undefined || flags.value === null || words.includes(undefined) ? undefined : [...words, ...Array.from(flags.value.matchAll(/-tags=(\S+)/g), (match) => match[1])].flatMap((text) => text!.split(/[\s,]+/).filter(Boolean));
  });
  return { os: 'linux', tags: script || found.length === 0 || found.includes(undefined) ? undefined : [...new Set((found as string[][]).flat())] };
}

/**
 * Whether a module that others require may be compiled in. Since Go 1.17, go.mod names all modules of imported packages and no others; before, it also named
 * what other modules require for their tests. Source: Go Modules Reference, "Module graph pruning".
 */
function isEvidence(module: Module, modules: readonly Module[], sums: string | undefined, pruned: boolean): boolean {
  const listed = listedAs(module.path) !== undefined || inModules(module.path, loaderModules);
  if ((!listed && !bindings.test(module.path)) || inModules(module.path, guardedModules)) return false;
  // Of a module that is only part of the module graph, go.sum has no more than its go.mod.
  if (sums !== undefined && !sums.split('\n').some((line) => line.startsWith(`${module.path} v`) && !line.includes('/go.mod '))) return false;
  const key = Object.keys(testedWith).find((path) => inModules(module.path, [path]));
  if (key === undefined) return true;
  // A driver of its own explains it: one that the project requires and does not compile serves its tests, one that others require is used.
  const drivers = modules.filter((other) => other !== module && listedAs(other.path) !== undefined && /sqlite/.test(other.path));
  if (drivers.length > 0) return drivers.some((other) => other.indirect);
  return pruned || !modules.some((other) => inModules(other.path, testedWith[key]!));
}

/** What a package that needs cgo is written in; undefined for one that no list has. */
function listedAs(path: string): string | undefined {
  for (let at = path; at.includes('/'); at = at.slice(0, at.lastIndexOf('/'))) if (Object.hasOwn(cgoModules, at)) return cgoModules[at];
  return undefined;
}

/** The first package of headers with a library behind it that the Dockerfile installs. */
function librariesInstalled(walk: Walk): { name: string; line: number } | undefined {
  const family = walk.base.facts?.family;
  if (family === undefined || family === 'none') return undefined;
  const installed = installedPackages(walk);
  const decisions = splitPackages(installed.map((item) => item.name), family, walk.base.facts?.suites);
  return installed.find((_, index) => decisions[index]!.role === 'translated');
}
