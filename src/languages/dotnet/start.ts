import { refuse } from '../../findings.ts';
import { dirname, inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { StartCommand } from '../../walk/start.ts';
import type { Context } from '../language.ts';
import { readArguments, type DotnetArguments, type DotnetCall } from './commands.ts';
import type { SdkImage } from './image.ts';

/** How the program starts, and which folders of the image it is in. */
export type DotnetStart =
  | { readonly kind: 'run'; readonly command: StartCommand; readonly arguments: DotnetArguments }
  | {
      /** `assembly`: through `dotnet X.dll`. `native`: an executable of its own. */
      readonly kind: 'assembly' | 'native';
      readonly file: string;
      readonly folders: readonly string[];
      /** The call that makes it; undefined when its output is moved by other commands. */
      readonly producer: DotnetCall;
    };

const place = (command: StartCommand): { file: string | undefined; line: number } => ({ file: command.file || undefined, line: command.line });
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Options of `dotnet X.dll` itself, with the number of words they take. Source: Microsoft Learn, "dotnet command", runtime options. */
const hostOptions: Readonly<Record<string, number>> = { exec: 1, '--additionalprobingpath': 2, '--additional-deps': 2, '--depsfile': 2, '--fx-version': 2, '--roll-forward': 2, '--runtimeconfig': 2, '--roll-forward-on-no-candidate-fx': 2 };

/**
 * Understands the start.
 *
 * @throws Refusal when the start needs the SDK, is for development, or names nothing that the Dockerfile builds
 */
export function dotnetStart(context: Context, calls: readonly DotnetCall[], sdk: SdkImage): DotnetStart {
  const { walk, start } = context;
  const found = start.commands.flatMap((command): { command: StartCommand; path: string; native: boolean }[] => {
    if (baseName(command.program) !== 'dotnet') {
      if (!command.program.includes('/')) return [];
      const path = inImage(walk.end.cwd ?? '/', command.program);
      return /^\/(?:usr\/)?(?:local\/)?s?bin\//.test(path) || walk.locate(path) !== undefined && walk.project.kind(walk.locate(path)!) === 'file' ? [] : [{ command, path, native: true }];
    }
    let at = 1;
    while (command.words[at] !== undefined && command.words[at]! in hostOptions) at += hostOptions[command.words[at]!]!;
    const word = command.words[at];
    if (word?.endsWith('.dll')) return [{ command, path: inImage(walk.end.cwd ?? '/', word), native: false }];
    refuseVerb(command, word);
    return [];
  });
  const running = start.commands.find((command) => baseName(command.program) === 'dotnet' && command.words[1] === 'run');
  if (running) {
    if (found.length > 0 || start.scripts.length > 0 || start.commands.length > 1) {
      throw refuse('unsupported-shape', { reason: 'the start runs `dotnet run` among other commands', help: 'Publish the project in a RUN, and start the assembly with `dotnet Name.dll`.' }, place(running));
    }
    return { kind: 'run', command: running, arguments: readArguments('run', running.words.slice(2)) };
  }
  if (found.length === 0) {
    const shell = start.main;
    if (shell && /^(?:ba|da|a)?sh$|^(?:tail|sleep)$/.test(baseName(shell.program))) {
      throw refuse('interactive-or-dev-start', { command: shell.words.map((word) => word ?? '…').join(' '), help: 'Start the published assembly with `dotnet Name.dll`: this image is one to work in.' }, place(shell));
    }
    throw refuse('ambiguous-artifact', { reason: `the start ${start.main ? `(${start.main.words.map((word) => word ?? '…').join(' ')}) ` : ''}names no assembly or program that can be told`, help: 'Start the published assembly with `dotnet Name.dll`, as a plain path.' }, start.main ? place(start.main) : { line: (start.entrypoint ?? start.cmd)?.line });
  }
  const main = found.at(-1)!;
  const places = found.map((item) => producerOf(context, calls, item, sdk));
  return { kind: main.native ? 'native' : 'assembly', file: main.path, folders: [...new Set(places.map((item) => item.folder))], producer: places.at(-1)!.call };
}

function refuseVerb(command: StartCommand, verb: string | undefined): void {
  if (verb === 'run') return;
  const text = command.words.map((word) => word ?? '…').join(' ');
  if (verb === 'watch') throw refuse('interactive-or-dev-start', { command: text, help: 'Keep this Dockerfile for development, and convert one that publishes the project and starts `dotnet Name.dll`.' }, place(command));
  if (verb === undefined) throw refuse('ambiguous-artifact', { reason: `the start (${text}) names its assembly through a variable`, help: 'Write the assembly\'s name.' }, place(command));
  const help = verb === 'ef' ? 'Apply migrations with a bundle (`dotnet ef migrations bundle`) or from the program, so that the image needs no SDK.' : 'Do that in a RUN, so that the image needs no SDK, and start the assembly with `dotnet Name.dll`.';
  throw refuse('unsupported-shape', { reason: `the start calls \`dotnet ${verb}\`, which is part of the SDK`, help }, place(command));
}

/** The call that makes the file, and the folder that holds all of its output. */
function producerOf(context: Context, calls: readonly DotnetCall[], { command, path }: { command: StartCommand; path: string }, sdk: SdkImage): { call: DotnetCall; folder: string } {
  const { walk } = context;
  const folder = dirname(path) || '/';
  const making = calls.filter((call) => call.verb === 'publish' || call.verb === 'build');
  const exact = [...making].reverse().find((call) => outputOf(call, sdk) === folder);
  const call = exact ?? [...making].reverse().find((item) => item.output === undefined && item.arguments.output === undefined && inDefaultOutput(item, folder));
  if (call) {
    if (call.verb === 'build' && sdk.major !== undefined && sdk.major < 3) {
      throw refuse('unsupported-shape', { reason: `${path} is the output of \`dotnet build\`, which before .NET Core 3.0 leaves its packages elsewhere`, help: 'Use `dotnet publish`.' }, { line: call.step.instruction.line });
    }
    return { call, folder };
  }
  const moved = walk.steps.some((step) => step.run?.parts.some((part) => part.effect.kind === 'files' && /^(?:cp|mv)$/.test(part.effect.verb) && part.effect.writes.some((target) => isBelow(folder, target))));
  if (moved && making.length > 0) return { call: making.at(-1)!, folder };
  const copied = walk.locate(path);
  if (making.length === 0 && copied !== undefined && walk.project.known && walk.project.kind(copied) === 'file') {
    throw refuse('unsupported-shape', { reason: `${path} is built outside and copied in: the SDK image only runs it`, help: `Change FROM to ${sdk.registry}/aspnet${sdk.tag === undefined ? '' : ` with the version of ${sdk.tag}`}: nothing is compiled here, so one stage is enough.` }, { line: walk.stage.from.line });
  }
  const outputs = making.map((item) => item.output ?? 'the default folder below bin').join(', ');
  throw refuse(
    'ambiguous-artifact',
    { reason: making.length === 0 ? `nothing is seen to build ${path}` : `the start runs ${path}, but the build writes to ${outputs}`, help: 'Publish with `-o` to the folder that the start names.' },
    place(command),
  );
}

/** Until SDK 2.x a relative `-o` started at the project's folder, from 3.0 on at the current one. Source: Microsoft Learn, "dotnet publish", -o. */
function outputOf(call: DotnetCall, sdk: SdkImage): string | undefined {
  const written = call.arguments.output;
  if (sdk.major === undefined || sdk.major >= 3 || written === undefined || written.startsWith('/') || call.target === undefined) return call.output;
  return inImage(/\.\w*proj$/.test(call.target) ? dirname(call.target) : call.target, written);
}

/** `bin/<configuration>/<framework>[/<runtime>][/publish]` below the project. Source: Microsoft Learn, "dotnet publish", -o. */
function inDefaultOutput(call: DotnetCall, folder: string): boolean {
  const match = /^(.*)\/bin\/([^/]+)\/(net[^/]+)(?:\/([\w.-]+?))?(\/publish)?$/.exec(folder);
  if (!match || call.target === undefined) return false;
  const [, projectFolder, configuration, framework, runtime] = match;
  const given = call.arguments;
  const root = /\.\w*(?:proj|slnx?)$/i.test(call.target) ? dirname(call.target) || '/' : call.target;
  if (!isBelow(projectFolder!, root)) return false;
  if (given.configuration !== undefined && given.configuration.toLowerCase() !== configuration!.toLowerCase()) return false;
  if (given.framework !== undefined && given.framework !== framework) return false;
  if (runtime !== undefined && runtime !== 'publish' && given.runtime !== undefined && given.runtime !== runtime) return false;
  return call.verb === 'publish' || !(match[5] ?? '').endsWith('publish');
}
