import type { Instruction } from '../dockerfile/model.ts';
import { variablesIn } from '../dockerfile/scope.ts';
import type { ComposeRun } from '../project/compose.ts';
import { inImage } from '../project/project.ts';
import { parseShell, type ShellCommand } from '../shell/parse.ts';
import { resolveWord } from './run.ts';
import { scriptArguments, type ScriptArguments } from './script-arguments.ts';
import { mainOf, mayReplaceArguments } from './start-main.ts';
import { lastOf, type Walk } from './walk.ts';

/** A program that the container may run, with wrappers such as `exec` and `tini --` taken off. */
export interface StartCommand {
  /** The program as written: a bare name, or a path. */
  readonly program: string;
  /** All words, the program first; undefined where a word depends on a variable. */
  readonly words: readonly (string | undefined)[];
  /** Where it is written: a file of the project or the Dockerfile. */
  readonly file: string;
  readonly line: number;
  /** False for the arguments of a script that may replace them (`set -- server "$@"`) before it runs them. */
  readonly certain: boolean;
  /** The folder in which it runs: WORKDIR, or where a `cd` before it leads; undefined when not known. */
  readonly cwd: string | undefined;
}

/** A shell script that the start goes through. */
export interface StartScript {
  readonly imagePath: string;
  /** Path in the context; undefined when no COPY brings it. */
  readonly source: string | undefined;
  /** From the shebang, or from the interpreter that the start names. */
  readonly shell: string;
  /** Undefined when the file's text cannot be had. */
  readonly text: string | undefined;
}

/** How the container starts. */
export interface Start {
  readonly entrypoint: Instruction | undefined;
  readonly cmd: Instruction | undefined;
  /** True when the Dockerfile has neither CMD nor ENTRYPOINT, so that the base image's own apply. */
  readonly inherited: boolean;
  /** The words of the process when both are in exec form (or only one is given); undefined for the shell form. */
  readonly argv: readonly string[] | undefined;
  /** Every program that it may run, in order; those of entry-point scripts included. */
  readonly commands: readonly StartCommand[];
  /** The program that stays: what the last `exec`, or the last command, runs; what only prepares or waits (`sleep`) stands beside it. */
  readonly main: StartCommand | undefined;
  readonly scripts: readonly StartScript[];
  /** A shell that must be in the image, with the place that calls for it. */
  readonly shell: { readonly name: 'sh' | 'bash'; readonly file: string; readonly line: number; readonly why: string } | undefined;
}

/**
 * Programs that only start another one: their options that take the next word as a value, and how many words of their own stand before
 * the program. Source: their manual pages.
 */
const wrappers: ReadonlyMap<string, { readonly withValue: RegExp; readonly operands: number }> = new Map([
  ...'nohup dumb-init setsid catchsegv command'.split(' ').map((name) => [name, { withValue: /^(?:-r|--rewrite)$/, operands: 0 }] as const),
  ['exec', { withValue: /^-a$/, operands: 0 }],
  ['tini', { withValue: /^-[pe]$/, operands: 0 }],
  ['env', { withValue: /^(?:-[uC]|--unset|--chdir)$/, operands: 0 }],
  ['nice', { withValue: /^(?:-n|--adjustment)$/, operands: 0 }],
  ['time', { withValue: /^-[fo]$/, operands: 0 }],
  ['stdbuf', { withValue: /^-[ioe]$/, operands: 0 }],
  ['sudo', { withValue: /^(?:-[ughpCrt]|--user|--group)$/, operands: 0 }],
  ['timeout', { withValue: /^(?:-[ks]|--kill-after|--signal)$/, operands: 1 }],
  ['gosu', { withValue: /^$/, operands: 1 }],
  ['su-exec', { withValue: /^$/, operands: 1 }],
  ['setpriv', { withValue: /^--(?:re|ru|eu)[ug]id$|^--(?:regid|groups|inh-caps|ambient-caps|bounding-set|securebits|pdeathsig)$/, operands: 0 }],
  ['chpst', { withValue: /^-[uUbenmdorpfcla/]$/, operands: 0 }],
]);
const shells = /^(?:\/(?:usr\/)?bin\/)?((?:ba|da|a)?sh)$/;

/** Programs that the shell provides itself. */
export const shellBuiltins = new Set(
  '. : [ alias bg break cd command continue echo eval exec exit export false fg getopts hash jobs kill local printf pwd read readonly return set shift source test times trap true type ulimit umask unalias unset wait let declare'.split(' '),
);

/** The start as CMD and ENTRYPOINT give it; entry-point scripts in the project are read. */
export function startOf(walked: Walk): Start {
  const entrypoint = lastOf(walked, 'ENTRYPOINT')?.instruction;
  const cmd = lastOf(walked, 'CMD')?.instruction;
  return commandsOf(walked, entrypoint, cmd);
}

/** What HEALTHCHECK runs; undefined without one. */
export function healthOf(walked: Walk): Start | undefined {
  const health = lastOf(walked, 'HEALTHCHECK')?.instruction;
  if (!health || /^NONE$/i.test(health.logical)) return undefined;
  const body = health.logical.replace(/^CMD\s+/i, '');
  return commandsOf(walked, undefined, { ...health, logical: body });
}

/**
 * What compose files run in the image beside its own start: another command, another entry point, a health check.
 *
 * @returns one start for each, with the commands of its scripts
 */
export function composeStarts(walked: Walk, runs: readonly ComposeRun[]): Start[] {
  const own = lastOf(walked, 'ENTRYPOINT')?.instruction;
  return runs.flatMap(({ file, line, kind, words, text }): Start[] => {
    const reader = new StartReader(walked);
    // A command is split into words as a shell would, and not run by one.
    const argv = words ?? parseShell(text).parts.flatMap((part) => part.commands.slice(0, 1)).slice(0, 1).flatMap((command) => command.words.map((word) => word.value));
    if (kind === 'health' && words === undefined) reader.shellText(text, file, line, `the health check of ${file} is in shell form`);
    else if (kind !== 'command' || own === undefined || runs.some((other) => other.file === file && other.kind === 'entrypoint')) reader.exec(argv, file, line);
    else if (own.json) reader.exec([...own.json, ...argv], file, line);
    else return [];
    return [{ entrypoint: undefined, cmd: undefined, inherited: false, argv: undefined, commands: reader.commands, main: reader.commands.at(-1), scripts: reader.scripts, shell: reader.shell }];
  });
}

function commandsOf(walked: Walk, entrypoint: Instruction | undefined, cmd: Instruction | undefined): Start {
  const reader = new StartReader(walked);
  const first = entrypoint ?? cmd;
  let argv: readonly string[] | undefined;
  if (entrypoint) {
    // A shell-form ENTRYPOINT ignores CMD.
    argv = entrypoint.json && (!cmd || cmd.json) ? [...entrypoint.json, ...(cmd?.json ?? [])] : undefined;
    if (entrypoint.json) reader.exec([...entrypoint.json, ...(cmd?.json ?? (cmd ? ['/bin/sh', '-c', cmd.logical] : []))], '', entrypoint.line);
    else reader.shellText(entrypoint.logical, '', entrypoint.line, 'ENTRYPOINT is in shell form');
  } else if (cmd) {
    argv = cmd.json;
    if (cmd.json) reader.exec(cmd.json, '', cmd.line);
    else reader.shellText(cmd.logical, '', cmd.line, `${cmd.keyword} is in shell form`);
  }
  return { entrypoint, cmd, inherited: first === undefined, argv, commands: reader.commands, main: mainOf(reader.commands), scripts: reader.scripts, shell: reader.shell };
}

class StartReader {
  readonly commands: StartCommand[] = [];
  readonly scripts: StartScript[] = [];
  shell: Start['shell'];
  private depth = 0;
  private certain = true;
  /** The folder in force: WORKDIR, until a script changes it; undefined where that is not known. */
  private cwd: string | undefined;
  private scriptFolder: string | undefined;
  constructor(private readonly walked: Walk) {
    this.cwd = walked.end.cwd;
  }

  exec(words: readonly (string | undefined)[], file: string, line: number): void {
    let rest = [...words];
    while (rest.length > 1 && rest[0] !== undefined) {
      const name = rest[0].slice(rest[0].lastIndexOf('/') + 1);
      const wrapper = wrappers.get(name);
      if (!wrapper) break;
      if (rest[0] !== 'exec' && rest[0] !== 'command') this.commands.push({ program: rest[0], words: rest.slice(0, 1), file, line, certain: this.certain, cwd: this.cwd });
      rest = rest.slice(1);
      while (rest.length > 1 && /^-|^\w+=/.test(rest[0] ?? '')) rest = rest.slice(wrapper.withValue.test(rest[0]!) ? 2 : 1);
      rest = rest.slice(wrapper.operands);
    }
    // The node image's own entry point runs its arguments.
    if (rest[0] === 'docker-entrypoint.sh' && this.onPath(rest[0]) === undefined) rest = rest.slice(1);
    const written = rest[0];
    if (written === undefined) return;
    // A relative path is seen from where the script is by then.
    const moved = this.cwd !== this.walked.end.cwd && written.includes('/') && !/^[/$]/.test(written);
    const program = !moved ? written : this.cwd === undefined ? `$PWD/${written}` : inImage(this.cwd, written);
    if (moved) rest = [program, ...rest.slice(1)];
    const shell = shells.exec(program)?.[1];
    if (shell !== undefined) return this.throughShell(shell, rest, file, line);
    if (shellBuiltins.has(program)) return;
    const imagePath = inImage(this.walked.end.cwd ?? '/', program);
    const source = program.includes('/') ? this.walked.locate(imagePath) : this.onPath(program);
    const text = source === undefined ? undefined : this.walked.project.read(source);
    const shebang = text === undefined ? undefined : /^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?)?(\S+)/.exec(text)?.[1];
    const scriptShell = shebang === undefined ? (/\.(?:sh|bash)$/.test(program) ? 'sh' : undefined) : shells.exec(shebang.replace(/^.*\//, ''))?.[1];
    if (scriptShell !== undefined) {
      this.script(program.includes('/') ? imagePath : `/usr/local/bin/${program}`, source, text, scriptShell, rest.slice(1), file, line);
    } else {
      this.commands.push({ program, words: rest, file, line, certain: this.certain, cwd: this.cwd });
      if (shebang !== undefined) this.commands.push({ program: shebang.replace(/^.*\//, ''), words: [shebang, source], file: source!, line: 1, certain: this.certain, cwd: this.cwd });
    }
  }

  shellText(text: string, file: string, line: number, why: string): void {
    // SHELL says which one runs a start in shell form.
    this.need(/(?:^|\/)bash$/.test(this.walked.end.shell?.[0] ?? '') ? 'bash' : 'sh', file, line, why);
    this.readShell(text, [], file, line);
  }

  private throughShell(shell: string, words: readonly (string | undefined)[], file: string, line: number): void {
    this.need(shell === 'bash' ? 'bash' : 'sh', file, line, `${shell} is called`);
    const at = words.findIndex((word, index) => index > 0 && /^-\w*c$/.test(word ?? ''));
    if (at > 0) return this.readShell(words[at + 1] ?? '', words.slice(at + 3), file, line);
    const script = words.slice(1).find((word) => word !== undefined && !word.startsWith('-'));
    if (script === undefined) {
      this.commands.push({ program: words[0]!, words, file, line, certain: this.certain, cwd: this.cwd });
      return;
    }
    const imagePath = inImage(this.walked.end.cwd ?? '/', script);
    const source = this.walked.locate(imagePath);
    const text = source === undefined ? undefined : this.walked.project.read(source);
    this.script(imagePath, source, text, shell, words.slice(words.indexOf(script) + 1), file, line);
  }

  private script(imagePath: string, source: string | undefined, text: string | undefined, shell: string, args: readonly (string | undefined)[], file: string, line: number): void {
    this.need(shell === 'bash' ? 'bash' : 'sh', source ?? file, source ? 1 : line, `${source ?? imagePath} is a ${shell} script`);
    if (this.scripts.some((known) => known.imagePath === imagePath)) return;
    this.scripts.push({ imagePath, source, text, shell });
    this.scriptFolder = imagePath.slice(0, imagePath.lastIndexOf('/')) || '/';
    if (text !== undefined) this.readShell(text, args, source!, 1);
    else this.exec(args, file, line); // it probably runs its arguments in the end
  }

  private readShell(text: string, args: readonly (string | undefined)[], file: string, line: number): void {
    if (++this.depth > 10) return;
    const script = parseShell(text);
    const commands = script.parts.flatMap((part) => part.commands);
    // What the script sets itself is not what ENV says.
    const assigned = new Set(commands.flatMap((command) => [...command.assignments.map((assignment) => assignment.name), ...command.words.map((word) => /^(\w+)=/.exec(word.text)?.[1] ?? '')]));
    const expand = (word: string): string | undefined => (/^[^$]*(?:\$\{?\w+\}?[^$]*)+$/.test(word) && !variablesIn(word).some((name) => assigned.has(name)) ? resolveWord(word, this.walked.end.scope) : undefined);
    const functions = new Set(script.functions);
    const given = scriptArguments(script, text, args);
    // A script that looks at its first argument may have other plans for it than to run it.
    const replacesArguments = mayReplaceArguments(script.parts, given, (name) => shellBuiltins.has(name));
    for (const part of script.parts) {
      const before = this.cwd;
      for (const command of part.commands.filter(({ name }) => name === undefined || !functions.has(name))) this.shellCommand({ ...command, words: command.words.map((word) => (word.value === undefined ? { ...word, value: expand(word.text) } : word)) }, given, replacesArguments, file, line + (text.slice(0, command.start).match(/\n/g)?.length ?? 0));
      // A subshell's `cd` ends with it; whether one in a branch was run is not known.
      if (/^\s*\(/.test(part.text)) this.cwd = before;
      else if (!part.simple && this.cwd !== before) this.cwd = undefined;
    }
    this.depth -= 1;
  }

  private shellCommand(command: ShellCommand, args: ScriptArguments, replacesArguments: boolean, file: string, line: number): void {
    const replacing = command.name === 'set' ? command.words.findIndex((word) => word.value === '--') : -1;
    if (replacing > 0) return this.exec(command.words.slice(replacing + 1).map((word) => word.value), file, line);
    if (command.words[0]?.value === '.' || command.words[0]?.value === 'source') return this.included(command.words[1]?.value);
    if (command.name === 'cd') return this.changeFolder(command);
    const certain = this.certain;
    if (replacesArguments && command.words.some((word) => args(word.text, command.start))) this.certain = false;
    const words: (string | undefined)[] = [];
    for (const word of command.words) words.push(...(args(word.text, command.start) ?? [word.value]));
    if (words.length > 0) this.exec(words[0] === undefined && command.words[0]!.text.startsWith('$') ? [command.words[0]!.text, ...words.slice(1)] : words, file, line);
    this.certain = certain;
  }

  private changeFolder(command: ShellCommand): void {
    const word = command.words[1];
    const target = word !== undefined && /^"?(?:\$\(dirname "?\$0"?\)|\$\{0%\/\*\})"?$/.test(word.text) ? this.scriptFolder : word?.value;
    this.cwd = target === undefined || (this.cwd === undefined && !target.startsWith('/')) ? undefined : inImage(this.cwd ?? '/', target);
  }

  /** `. file`: its commands run as if they stood there. A file that no COPY brings is the system's. */
  private included(path: string | undefined): void {
    if (path === undefined) return;
    const imagePath = inImage(this.walked.end.cwd ?? '/', path);
    const source = this.walked.locate(imagePath);
    const text = source === undefined ? undefined : this.walked.project.read(source);
    if (text === undefined || this.scripts.some((known) => known.imagePath === imagePath)) return;
    this.scripts.push({ imagePath, source, text, shell: 'sh' });
    this.readShell(text, [], source!, 1);
  }

  private onPath(program: string): string | undefined {
    const path = this.walked.end.scope.env.get('PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    return path
      .split(':')
      .map((folder) => this.walked.locate(inImage('/', `${folder}/${program}`)))
      .find((source) => source !== undefined && this.walked.project.kind(source) === 'file');
  }

  private need(name: 'sh' | 'bash', file: string, line: number, why: string): void {
    if (this.shell === undefined || (this.shell.name === 'sh' && name === 'bash')) this.shell = { name, file, line, why };
  }
}
