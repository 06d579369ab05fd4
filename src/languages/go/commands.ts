import { basename, inImage } from '../../project/project.ts';
import type { ShellCommand, ShellWord } from '../../shell/parse.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { readGoMod } from '../../manifests/go-mod.ts';

/** A call of the go command. */
export interface GoCall {
  readonly step: Step;
  readonly part: RunPart;
  readonly command: ShellCommand;
  /** `build`, `install`, `get`, `mod download` … */
  readonly verb: string;
  /** Value of `-o`; undefined without it. */
  readonly output: string | undefined;
  readonly ldflags: ShellWord | undefined;
  readonly hasTrimpath: boolean;
  /** Packages or files; words that cannot be known are undefined. */
  readonly packages: readonly (string | undefined)[];
  /** Absolute folder in which it runs, `-C` included. */
  readonly cwd: string | undefined;
  /** Binaries that it leaves, absolute; undefined when that cannot be told. */
  readonly artifacts: readonly string[] | undefined;
  /** True for `go install tool@version`: a program of others, not the project's. */
  readonly foreign: boolean;
}

/** Build flags that take the next word as their value. Source: `go help build`. */
const flagsWithValue = new Set('-o -p -asmflags -buildmode -buildvcs -compiler -gccgoflags -gcflags -installsuffix -ldflags -mod -modfile -overlay -pgo -pkgdir -tags -toolexec -covermode -coverpkg -exec -C'.split(' '));

/** All calls of the go command in RUN instructions, in order. */
export function goCalls(walked: Walk): GoCall[] {
  return walked.steps.flatMap((step) =>
    (step.run?.parts ?? []).flatMap((part) => part.commands.filter((command) => command.name !== undefined && /^(?:.*\/)?go(?:1\.\d+(?:\.\d+)?)?$/.test(command.name)).map((command) => toCall(walked, step, part, command))),
  );
}

/** Reads the words of `go build …` given as plain strings, for a start such as `go run .`. */
export function goCallFromWords(walked: Walk, step: Step, words: readonly string[], cwd: string | undefined): GoCall {
  const command: ShellCommand = { name: words[0], words: words.map((value) => ({ text: value, value, start: 0, end: 0 })), assignments: [], outputs: [], redirects: [], start: 0, end: 0 };
  const part: RunPart = { text: words.join(' '), start: 0, end: 0, joinedBy: undefined, simple: command, commands: [command], cwd, effect: { kind: 'unknown', program: 'go' }, products: [] };
  return toCall(walked, step, part, command);
}

function toCall(walked: Walk, step: Step, part: RunPart, command: ShellCommand): GoCall {
  const words = command.words.slice(1);
  let verb = words[0]?.value ?? '';
  let rest = words.slice(1);
  if (verb === 'mod' || verb === 'work' || verb === 'env' || verb === 'tool') {
    verb = `${verb} ${rest[0]?.value ?? ''}`;
    rest = rest.slice(1);
  }
  let output: string | undefined;
  let ldflags: ShellWord | undefined;
  let hasTrimpath = false;
  let folder = folderOf(part, command);
  const packages: (string | undefined)[] = [];
  for (let at = 0; at < rest.length; at += 1) {
    const text = rest[at]!.value ?? rest[at]!.text;
    const flag = /^--?([\w]+)(?:=(.*))?$/s.exec(text);
    if (!flag || packages.length > 0) {
      packages.push(rest[at]!.value);
      continue;
    }
    const takesNext = flag[2] === undefined && flagsWithValue.has(`-${flag[1]}`);
    const value = takesNext ? rest[at + 1]?.value : rest[at]!.value === undefined ? undefined : flag[2];
    if (flag[1] === 'o') output = value ?? '';
    if (flag[1] === 'ldflags') ldflags = takesNext ? rest[at + 1] : rest[at];
    if (flag[1] === 'trimpath') hasTrimpath = true;
    if (flag[1] === 'C') folder = value === undefined || folder === undefined ? undefined : inImage(folder, value);
    if (takesNext) at += 1;
  }
  const call = { step, part, command, verb, output, ldflags, hasTrimpath, packages, cwd: folder };
  const foreign = (verb === 'install' || verb === 'get') && packages.length > 0 && packages.every((path) => path !== undefined && /^[\w-]+(?:\.[\w-]+)+\//.test(path) && !isOwn(walked, call.cwd, path));
  return { ...call, foreign, artifacts: artifactsOf(walked, { ...call, foreign }) };
}

/** Where a command runs: the folder of its part, after each `cd` that stands before it in a subshell, a group or a branch. */
function folderOf(part: RunPart, command: ShellCommand): string | undefined {
  let folder = part.cwd;
  for (const other of part.commands) {
    if (other === command) break;
    if (other.name !== 'cd') continue;
    const target = other.words[1]?.value;
    folder = target === undefined || (folder === undefined && !target.startsWith('/')) ? undefined : inImage(folder ?? '/', target);
  }
  return folder;
}

function isOwn(walked: Walk, cwd: string | undefined, path: string): boolean {
  const module = moduleAt(walked, cwd)?.module;
  const gopath = walked.end.scope.env.get('GOPATH')?.split(':')[0];
  return (module !== undefined && (path === module || path.startsWith(`${module}/`))) || (cwd?.endsWith(path) ?? false) || (gopath !== undefined && walked.locate(`${gopath}/src/${path}`) !== undefined);
}

/** The module in whose tree a folder of the image lies: its path, and where its go.mod is in the context. */
export function moduleAt(walked: Walk, cwd: string | undefined): { module: string | undefined; root: string; source: string } | undefined {
  for (let folder = cwd; folder !== undefined; folder = folder === '/' ? undefined : inImage(folder, '..')) {
    const source = walked.locate(folder === '/' ? '/go.mod' : `${folder}/go.mod`);
    const text = source === undefined ? undefined : walked.project.read(source);
    if (text !== undefined) return { module: readGoMod(text).module, root: folder, source: source! };
  }
  return undefined;
}

/** Where `go install` puts binaries: GOBIN, else GOPATH/bin; undefined when that is not known. */
export function goBin(walked: Walk, step: Step, command?: ShellCommand, part?: RunPart): string | undefined {
  const { env } = step.scope;
  const exports = step.run?.parts.filter((other) => part !== undefined && other.start < part.start).flatMap((other) => (other.simple?.name === 'export' ? other.simple.words : [])) ?? [];
  const exported = exports.flatMap((word) => /^GOPATH=(\/[^:]*)/.exec(word.value ?? '')?.[1] ?? []).at(-1);
  const gobin = command?.assignments.find((assignment) => assignment.name === 'GOBIN')?.value ?? exports.flatMap((word) => /^GOBIN=(\/.*)/.exec(word.value ?? '')?.[1] ?? []).at(-1) ?? env.get('GOBIN');
  if (gobin) return gobin;
  const gopath = exported ?? env.get('GOPATH')?.split(':')[0];
  if (gopath) return `${gopath}/bin`;
  // Without GOPATH it is in the home folder: root's, unless somebody else builds. An unknown image may set it.
  return walked.base.facts === undefined || step.user !== undefined || env.has('GOPATH') ? undefined : '/root/go/bin';
}

function artifactsOf(walked: Walk, call: Omit<GoCall, 'artifacts'>): string[] | undefined {
  const names = packageNames(walked, call);
  if (call.verb === 'install' || call.verb === 'get') {
    const folder = goBin(walked, call.step, call.command, call.part);
    return folder === undefined ? undefined : names?.map((name) => inImage(folder, name));
  }
  if (call.verb !== 'build') return [];
  if (call.output !== undefined) {
    if (call.output === '' || (call.cwd === undefined && !call.output.startsWith('/'))) return undefined;
    const target = inImage(call.cwd ?? '/', call.output);
    const isFolder = call.output.endsWith('/') || walked.steps.some((step) => step.cwd === target || step.run?.parts.some((part) => part.effect.kind === 'files' && part.effect.verb === 'mkdir' && part.effect.writes.includes(target)));
    return isFolder ? names?.map((name) => inImage(target, name)) : [target];
  }
  if (call.cwd === undefined) return undefined;
  return names?.length === 1 ? [inImage(call.cwd, names[0]!)] : names === undefined ? undefined : [];
}

/** Names of the binaries as the go command gives them: of the first file, or the last part of the import path without a /vN. */
function packageNames(walked: Walk, call: Omit<GoCall, 'artifacts'>): string[] | undefined {
  const packages = call.packages.length === 0 ? ['.'] : call.packages;
  if (packages.includes(undefined)) return undefined;
  // The standard library has no programs of its own. Source: `go help packages`.
  const paths = (packages as string[]).filter((path) => !/^(?:std|cmd|all)$/.test(path));
  if (paths.length === 0) return [];
  if (paths[0]!.endsWith('.go')) return [basename(paths[0]!).replace(/\.go$/, '')];
  const names = paths.map((path) => {
    const bare = path.replace(/@.*$/, '').replace(/\/+$/, '');
    if (/(?:^|\/)\.\.\.$/.test(bare)) return undefined;
    const target = bare === '.' || bare.startsWith('./') || bare.startsWith('../') ? (call.cwd === undefined ? undefined : inImage(call.cwd, bare)) : undefined;
    if (target === undefined) return bare.startsWith('.') ? undefined : lastPart(bare);
    const module = moduleAt(walked, target);
    if (module?.module !== undefined && module.root === target) return lastPart(module.module);
    return basename(target) || undefined;
  });
  if (!names.includes(undefined)) return names as string[];
  return mainPackagesBelow(walked, call.cwd);
}

const lastPart = (path: string): string => {
  const parts = path.split('/');
  return /^v\d+$/.test(parts.at(-1)!) && parts.length > 1 ? parts.at(-2)! : parts.at(-1)!;
};

/** For `./...`: the names of all main packages of the project below a folder. */
function mainPackagesBelow(walked: Walk, cwd: string | undefined): string[] | undefined {
  const source = cwd === undefined ? undefined : walked.locate(cwd);
  if (source === undefined || !walked.project.known) return undefined;
  const names = new Set<string>();
  const queue = [source];
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    for (const name of walked.project.list(folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (walked.project.kind(path) === 'folder') {
        if (!/^(?:vendor|testdata|node_modules|[._].*)$/.test(name)) queue.push(path);
      } else if (name.endsWith('.go') && !name.endsWith('_test.go') && /^package main\b/m.test(walked.project.read(path) ?? '')) {
        const module = folder === source ? moduleAt(walked, cwd)?.module : undefined;
        names.add(module === undefined ? basename(folder) || basename(cwd!) : lastPart(module));
      }
    }
  }
  return [...names];
}
