import { basename, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';
import { binaryName, binaryNameAt, packagesBelow } from './modules.ts';
import { goBinOf, valueIn } from './surroundings.ts';

/** What the names of binaries depend on. */
type Call = Omit<GoCall, 'artifacts'>;

/**
 * The binaries that a call of the go command leaves, as absolute paths.
 *
 * @returns undefined when that cannot be told; [] when it leaves none. Source: `go help build`, `go help install`, each rule tried with Go 1.26
 */
export function binariesOf(walked: Walk, call: Call): string[] | undefined {
  if (call.verb === 'install' || call.verb === 'get') {
    const folder = goBinOf(walked, call);
    const names = programNames(walked, call)?.names;
    return folder === undefined ? undefined : names?.map((name) => inImage(crossFolder(walked, call, folder), name + suffixOf(walked, call)));
  }
  if (call.verb !== 'build') return [];
  const { output, cwd } = call;
  if (output !== undefined) {
    if (output === '' || (cwd === undefined && !output.startsWith('/'))) return undefined;
    const target = inImage(cwd ?? '/', output);
    if (target === '/dev/null') return [];
    if (!output.endsWith('/') && !isFolder(walked, target, cwd)) return [target];
    return programNames(walked, call)?.names.map((name) => inImage(target, name + suffixOf(walked, call)));
  }
  if (cwd === undefined) return undefined;
  const found = programNames(walked, call);
  // Of several packages, and of what is no program, `go build` leaves nothing.
  return found === undefined ? undefined : found.packages === 1 && found.names.length === 1 ? [inImage(cwd, found.names[0]! + suffixOf(walked, call))] : [];
}

const suffixOf = (walked: Walk, call: Call): string => (valueIn(walked, call, 'GOOS') === 'windows' ? '.exe' : '');

/** Programs for another system go into a folder of its name. On which machine the image is built is not known: amd64 and arm64 may be its own. */
function crossFolder(walked: Walk, call: Call, folder: string): string {
  const system = valueIn(walked, call, 'GOOS') || 'linux';
  const architecture = valueIn(walked, call, 'GOARCH') || 'amd64';
  return system === 'linux' && /^(?:amd64|arm64)$/.test(architecture) ? folder : `${folder}/${system}_${architecture}`;
}

/** Whether `-o` names a folder that is there by then: the binaries go into it. */
function isFolder(walked: Walk, target: string, cwd: string | undefined): boolean {
  if (cwd !== undefined && isBelow(cwd, target)) return true;
  const source = walked.locate(target);
  if (source !== undefined) return walked.project.kind(source) === 'folder';
  return walked.steps.some(
    ({ instruction, cwd: folder, copy, run }) =>
      (instruction.keyword === 'WORKDIR' && folder !== undefined && isBelow(folder, target)) ||
      copy?.entries.some((entry) => entry.target !== target && isBelow(entry.target, target)) ||
      run?.parts.some(({ effect }) => effect.kind === 'files' && effect.verb === 'mkdir' && effect.writes.some((path) => isBelow(path, target))),
  );
}

/** Names of the programs among the packages, and how many packages they are: after the first file, or the import path. */
function programNames(walked: Walk, call: Call): { names: string[]; packages: number } | undefined {
  const packages = call.packages.length === 0 ? ['.'] : call.packages;
  if (packages.includes(undefined)) return undefined;
  // The standard library has no programs of its own. Source: `go help packages`.
  const paths = (packages as string[]).filter((path) => !/^(?:std|cmd|all)$/.test(path));
  const first = paths[0];
  if (first === undefined) return { names: [], packages: 0 };
  if (first.endsWith('.go')) {
    const file = /[*?[]/.test(first) ? firstMatch(walked, call.cwd, first) : basename(first);
    return file === undefined ? undefined : { names: [file.replace(/\.go$/, '')], packages: 1 };
  }
  let count = 0;
  const names: string[] = [];
  for (const path of paths) {
    const bare = path.replace(/@.*$/, '').replace(/(?<=.)\/+$/, '');
    const pattern = /^(.*?)\/?\.\.\.$/.exec(bare);
    const folder = folderOf(call.cwd, pattern ? pattern[1]! || '.' : bare);
    if (folder === undefined) {
      const name = pattern || bare.startsWith('.') ? undefined : binaryName(bare);
      if (name === undefined) return undefined;
      names.push(name);
      count += 1;
      continue;
    }
    const below = pattern ? packagesBelow(walked, folder) : { all: 1, programs: [folder] };
    const found = below?.programs.map((program) => binaryNameAt(walked, program));
    if (!found || found.includes(undefined)) return undefined;
    names.push(...(found as string[]));
    count += below!.all;
  }
  return { names: [...new Set(names)], packages: count };
}

/** The folder that a package path such as `./cmd/api` names; undefined for an import path. */
function folderOf(cwd: string | undefined, path: string): string | undefined {
  if (path.startsWith('/')) return inImage('/', path);
  return /^\.{1,2}(?:\/|$)/.test(path) && cwd !== undefined ? inImage(cwd, path) : undefined;
}

/** What the shell makes of `cmd/*.go`: the first file by name. */
function firstMatch(walked: Walk, cwd: string | undefined, pattern: string): string | undefined {
  const at = pattern.lastIndexOf('/');
  const name = pattern.slice(at + 1);
  const folder = cwd === undefined || /[*?[]/.test(pattern.slice(0, at + 1)) ? undefined : walked.locate(inImage(cwd, pattern.slice(0, at + 1)));
  if (folder === undefined || name !== '*.go' || !walked.project.known) return undefined;
  return walked.project.list(folder).find((file) => file.endsWith('.go') && !/^[._]/.test(file));
}
