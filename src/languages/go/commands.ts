import { unwrapped } from '../../effects/arguments.ts';
import { inImage } from '../../project/project.ts';
import type { ShellCommand, ShellWord } from '../../shell/parse.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { executedParts, type Executed } from './executed.ts';
import { workspaceOf } from './module-files.ts';
import { moduleAt } from './modules.ts';
import { binariesOf } from './names.ts';
import { goPathOf } from './surroundings.ts';

/** A call of the go command. */
export interface GoCall {
  readonly step: Step;
  /** The part of the RUN. */
  readonly part: RunPart;
  /** Without `sudo`, `env A=b` and the like in front of it. */
  readonly command: ShellCommand;
  /** The same as it is written. */
  readonly written: ShellCommand;
  /** Parts of the same shell in front of it. */
  readonly before: readonly RunPart[];
  /** True where make or a script of the project makes the call: it does not stand in the Dockerfile. */
  readonly hidden: boolean;
  /** `build`, `install`, `get`, `mod download` … */
  readonly verb: string;
  /** Value of `-o`; undefined without it. */
  readonly output: string | undefined;
  readonly ldflags: ShellWord | undefined;
  readonly hasTrimpath: boolean;
  /** True for a build that somebody wants to debug: without optimizations. */
  readonly debug: boolean;
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

const callsIn = new WeakMap<Walk, readonly GoCall[]>();

/** All calls of the go command in RUN instructions, in order; those that make and scripts of the project make are among them where these can be read. */
export function goCalls(walked: Walk): readonly GoCall[] {
  const known = callsIn.get(walked);
  if (known) return known;
  const calls = executedParts(walked).flatMap((executed) => executed.runs.commands.flatMap((written) => (isGo(goCommandIn(written).name) ? [toCall(walked, executed, written)] : [])));
  callsIn.set(walked, calls);
  return calls;
}

/** A command without what stands in front of the go command: `env A=b`, `sudo`, `exec`, and tools of the time before modules that only set GOPATH. */
export function goCommandIn(written: ShellCommand): ShellCommand {
  const command = unwrapped(written);
  const at = /^(?:exec|command)$/.test(command.name ?? '') ? 1 : /(?:^|\/)godep$/.test(command.name ?? '') && isGo(command.words[1]?.value) ? 1 : 0;
  if (at === 0 || !isGo(command.words[at]?.value)) return command;
  return { ...command, words: command.words.slice(at), name: command.words[at]!.value };
}

/** The go command by any of its names. */
export const isGo = (name: string | undefined): boolean => name !== undefined && /^(?:.*\/)?go(?:1\.\d+(?:\.\d+)?(?:(?:beta|rc)\d+)?)?$/.test(name);

/** Reads the words of `go build …` given as plain strings, for a start such as `go run .`. */
export function goCallFromWords(walked: Walk, step: Step, words: readonly string[], cwd: string | undefined): GoCall {
  const command: ShellCommand = { name: words[0], words: words.map((value) => ({ text: value, value, start: 0, end: 0 })), assignments: [], outputs: [], redirects: [], start: 0, end: 0 };
  const part: RunPart = { text: words.join(' '), start: 0, end: 0, joinedBy: undefined, simple: command, commands: [command], cwd, effect: { kind: 'unknown', program: 'go' }, products: [] };
  return toCall(walked, { step, part, runs: part, before: [] }, command);
}

function toCall(walked: Walk, { step, part, runs, before }: Executed, written: ShellCommand): GoCall {
  const command = goCommandIn(written);
  let rest = command.words.slice(1).flatMap(listed);
  let verb = rest[0]?.value ?? '';
  rest = rest.slice(1);
  // `go -C folder build` is not valid; -C is the first flag of the verb.
  if (/^(?:mod|work|env|tool)$/.test(verb)) {
    verb = `${verb} ${rest[0]?.value ?? ''}`;
    rest = rest.slice(1);
  }
  let output: string | undefined;
  let ldflags: ShellWord | undefined;
  let hasTrimpath = false;
  let debug = false;
  let folder = folderOf(runs, command);
  const packages: (string | undefined)[] = [];
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at]!;
    const text = word.value ?? word.text;
    const flag = /^["']?--?([\w]+)(?:=(.*))?$/s.exec(text);
    if (!flag || packages.length > 0) {
      // `go build $FLAGS -o x`: a variable in front of flags holds flags.
      const holdsFlags = word.value === undefined && packages.length === 0 && /^"?\$/.test(text) && /^["']?-/.test(rest[at + 1]?.text ?? '');
      if (!holdsFlags) packages.push(word.value);
      continue;
    }
    const takesNext = flag[2] === undefined && flagsWithValue.has(`-${flag[1]}`);
    const value = takesNext ? rest[at + 1]?.value : word.value === undefined ? undefined : flag[2];
    if (flag[1] === 'o') output = value ?? '';
    if (flag[1] === 'ldflags') ldflags = takesNext ? rest[at + 1] : word;
    if (flag[1] === 'gcflags') debug ||= /(?:^|[\s=])-(?:N|l)\b/.test((takesNext ? rest[at + 1]?.text : text)?.replace(/["']/g, '') ?? '');
    if (flag[1] === 'trimpath') hasTrimpath = true;
    if (flag[1] === 'C') folder = value === undefined || (folder === undefined && !value.startsWith('/')) ? undefined : inImage(folder ?? '/', value);
    if (takesNext) at += 1;
  }
  const call = { step, part, command, written, before, hidden: runs !== part, verb, output, ldflags, hasTrimpath, debug, packages, cwd: folder };
  const foreign = (verb === 'install' || verb === 'get') && packages.length > 0 && packages.every((path) => path !== undefined && /^[\w-]+(?:\.[\w-]+)+\//.test(path) && !isOwn(walked, call, path));
  return { ...call, foreign, artifacts: binariesOf(walked, { ...call, foreign }) };
}

/** The words that an unquoted variable with a list stands for. */
const listed = (word: ShellWord): readonly ShellWord[] => word.list?.map((value) => ({ text: value, value, start: word.start, end: word.end })) ?? [word];

/** Where a command runs: the folder of its part, after each `cd` that stands before it in a subshell, a group or a branch. */
function folderOf(part: RunPart, command: ShellCommand): string | undefined {
  let folder = part.cwd;
  for (const other of part.commands) {
    if (other.start >= command.start) break;
    if (other.name !== 'cd') continue;
    const target = other.words[1]?.value;
    folder = target === undefined || (folder === undefined && !target.startsWith('/')) ? undefined : inImage(folder ?? '/', target);
  }
  return folder;
}

type Call = Omit<GoCall, 'artifacts' | 'foreign'>;

function isOwn(walked: Walk, call: Call, path: string): boolean {
  const { cwd } = call;
  const folders = [cwd, ...(cwd === undefined ? [] : (workspaceOf(walked, cwd)?.modules ?? []))];
  const gopath = goPathOf(walked, call);
  return folders.map((folder) => moduleAt(walked, folder)?.module).some((module) => module !== undefined && (path === module || path.startsWith(`${module}/`))) || (cwd?.endsWith(path) ?? false) || (gopath !== undefined && walked.locate(`${gopath}/src/${path}`) !== undefined);
}
