import { inImage } from '../../project/project.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Step, Walk } from '../../walk/walk.ts';

/** A call of the .NET command line, taken apart. */
export interface DotnetCall {
  readonly step: Step;
  readonly part: RunPart;
  /** `restore`, `build`, `publish`, `run`, `test`, `tool` … */
  readonly verb: string;
  readonly arguments: DotnetArguments;
  /** Folder in which it runs, absolute. */
  readonly cwd: string | undefined;
  /** Absolute path of the project, folder or solution; the current folder when none is named. Undefined when not known. */
  readonly target: string | undefined;
  /** `-o` as an absolute path. */
  readonly output: string | undefined;
}

/** Arguments after the verb. */
export interface DotnetArguments {
  /** The project, solution or folder, as written. */
  readonly operand: string | undefined;
  readonly output: string | undefined;
  readonly configuration: string | undefined;
  readonly runtime: string | undefined;
  readonly framework: string | undefined;
  readonly profile: string | undefined;
  /** Undefined when the command line does not say. */
  readonly selfContained: boolean | undefined;
  /** Bare options: `--no-restore`, `--no-launch-profile` … */
  readonly switches: ReadonlySet<string>;
  /** MSBuild properties by lower-case name. */
  readonly properties: ReadonlyMap<string, string>;
  /** `dotnet run`: what the program itself receives. */
  readonly program: readonly string[];
  /** `dotnet run -e NAME=value`. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** True when an argument depends on something unknown. */
  readonly unknown: boolean;
}

/** Options with a value. Source: Microsoft Learn, "dotnet restore", "dotnet build", "dotnet publish", "dotnet run". */
const withValue: Readonly<Record<string, keyof DotnetArguments | ''>> = {
  '-o': 'output', '--output': 'output', '-c': 'configuration', '--configuration': 'configuration', '-r': 'runtime', '--runtime': 'runtime', '-f': 'framework', '--framework': 'framework',
  '--project': 'operand', '--launch-profile': 'profile', '-lp': 'profile', '-v': '', '--verbosity': '', '-a': '', '--arch': '', '--os': '', '-s': '', '--source': '', '--configfile': '', '--packages': '',
  '--version-suffix': '', '--manifest': '', '--artifacts-path': '', '--lock-file-path': '', '-e': '', '--environment': '',
};

/** Bare options of these commands; anything else on `dotnet run` goes to the program. */
const bare = /^(?:--(?:no-\w[\w-]*|force|interactive|nologo|disable-parallel|ignore-failed-sources|use-lock-file|locked-mode|self-contained|sc|use-current-runtime|ucr|disable-build-servers|debug|force-evaluate)|-nologo|\/nologo|--tl(?::\w+)?)$/;

const targetVerbs = new Set(['restore', 'build', 'publish', 'pack', 'test', 'clean', 'msbuild']);

/** All calls of `dotnet` in the RUN instructions, in order. */
export function dotnetCalls(walked: Walk): DotnetCall[] {
  return walked.steps.flatMap((step) =>
    (step.run?.parts ?? []).flatMap((part) =>
      part.commands.flatMap((command) => {
        if (command.name === undefined || !/(?:^|\/)dotnet$/.test(command.name)) return [];
        const words = command.words.slice(1).map((word) => word.value);
        const [verb, ...rest] = words;
        return verb === undefined || verb.startsWith('-') ? [] : [toCall(step, part, verb, rest, part.simple ? part.cwd : undefined)];
      }),
    ),
  );
}

function toCall(step: Step, part: RunPart, verb: string, words: readonly (string | undefined)[], cwd: string | undefined): DotnetCall {
  const parsed = readArguments(verb, words);
  const place = (path: string | undefined): string | undefined => (path === undefined ? undefined : path.startsWith('/') ? inImage('/', path) : cwd === undefined ? undefined : inImage(cwd, path.replaceAll('\\', '/')));
  const operand = parsed.operand;
  return { step, part, verb, arguments: parsed, cwd, target: parsed.unknown && operand === undefined ? undefined : operand === undefined ? cwd : place(operand), output: place(parsed.output ?? parsed.properties.get('publishdir')) };
}

/** Reads the words after `dotnet <verb>`. */
export function readArguments(verb: string, words: readonly (string | undefined)[]): DotnetArguments {
  const found: { -readonly [Key in 'operand' | 'output' | 'configuration' | 'runtime' | 'framework' | 'profile']?: string } = {};
  const switches = new Set<string>();
  const properties = new Map<string, string>();
  const environment: { name: string; value: string }[] = [];
  let program: readonly string[] = [];
  let selfContained: boolean | undefined;
  let unknown = words.includes(undefined);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) continue;
    const rest = words.slice(at + 1).filter((other): other is string => other !== undefined);
    if (word === '--') {
      if (verb === 'run') program = [...program, ...rest];
      break;
    }
    const property = /^(?:[-/]p|--?property|\/property):(.*)$/i.exec(word)?.[1] ?? (/^--property$/.test(word) || (word === '-p' && /^\w+=/.test(words[at + 1] ?? '')) ? words[(at += 1)] : undefined);
    if (property !== undefined) {
      for (const pair of property.split(/[;,](?=\w+=)/)) properties.set(pair.replace(/=.*$/s, '').trim().toLowerCase(), pair.replace(/^[^=]*=/, '').replace(/^"(.*)"$/, '$1'));
      continue;
    }
    const [name, inline] = /^(-{1,2}[\w-]+)[=:](.*)$/s.exec(word)?.slice(1) ?? [word];
    const option = verb === 'run' && name === '-p' ? 'operand' : withValue[name!];
    if (option !== undefined && (inline !== undefined || at + 1 < words.length)) {
      const value = inline ?? words[(at += 1)];
      if (option !== '') found[option as 'operand'] = value!;
      else if (name === '-e' || name === '--environment') environment.push({ name: value!.replace(/=.*$/s, ''), value: value!.replace(/^[^=]*=/, '') });
      else switches.add(name!);
      continue;
    }
    if (name === '--self-contained' || name === '--sc') {
      const value = inline ?? (/^(?:true|false)$/i.test(words[at + 1] ?? '') ? words[(at += 1)] : undefined);
      selfContained = value?.toLowerCase() !== 'false';
    } else if (word === '--no-self-contained') selfContained = false;
    else if (bare.test(word)) switches.add(word);
    else if (verb === 'run') program = [...program, word];
    else if (word.startsWith('-') || /^\/[a-z]+:/i.test(word)) switches.add(word);
    else if (targetVerbs.has(verb)) found.operand ??= word;
    else found.operand ??= word;
  }
  if (properties.has('configuration')) found.configuration ??= properties.get('configuration')!;
  if (properties.has('runtimeidentifier')) found.runtime ??= properties.get('runtimeidentifier')!;
  if (properties.has('selfcontained')) selfContained ??= properties.get('selfcontained')!.toLowerCase() === 'true';
  const get = (name: 'operand' | 'output' | 'configuration' | 'runtime' | 'framework' | 'profile'): string | undefined => found[name];
  return { operand: get('operand'), output: get('output'), configuration: get('configuration'), runtime: get('runtime'), framework: get('framework'), profile: get('profile'), selfContained, switches, properties, program, environment, unknown };
}
