import { refuse } from '../../findings.ts';
import { effectOf } from '../../effects/effects.ts';
import { inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import type { RunPart } from '../../walk/run.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';
import { frontEndPackages, goGenerators } from './data.ts';
import { executedParts } from './executed.ts';
import { frontEndFolder, frontEndManagers, frontEndOutputs } from './front-end.ts';
import type { Linking } from './linking.ts';
import type { GoSources } from './sources.ts';

/** A command of the build that may leave files for the program in the project's folder. */
export interface UnknownWriter {
  readonly name: string;
  /** Where such commands run. */
  readonly folders: readonly string[];
}

/** Names of files with data in them, as a program would read them. */
const dataFile = /^(?:[\w.@-]+\/)*[\w @-]+\.(?:json|ya?ml|toml|xml|html|tmpl|txt|csv|tsv|css|js|sql|db|sqlite3?|mmdb|dat|bin|onnx|pb|ttf|otf|png|jpe?g|gif|svg|ico|wav|mp3|pdf|xlsx|pem|zip|gz)$/i;

/** Calls that are given a folder, without which they would be of no use. */
const readsFolder = /^(?:http\.Dir|os\.(?:ReadDir|DirFS)|ioutil\.ReadDir|.*\.(?:Static|StaticFS|HandleDir|SetStaticPath))$/;

/** The first command of a RUN that may write anything, neither the go command nor a tool that only makes Go code, and where all of them run. */
export function unknownWriterOf(walk: Walk, calls: readonly GoCall[], script: boolean, sources: GoSources, unproven: boolean): UnknownWriter | undefined {
  // A path that no file of the context has may be what a generator makes: swag writes docs/swagger.json beside its Go code.
  const isAbsent = (text: string): boolean => walk.locate(inImage(walk.end.cwd ?? '/', text)) === undefined;
  const absent = sources.strings.some(({ text }) => /^(?:\.\/)?[\w.-]+(?:\/[\w.-]+)+\.(?:json|ya?ml|html|tmpl|txt|css|js|sql)$/.test(text) && isAbsent(text)) || sources.reads.some(({ text, call }) => readsFolder.test(call) && /^(?:\.\/)?\w[\w./-]*$/.test(text) && isAbsent(text));
  const makesGoOnly = (name: string): boolean => goGenerators.has(name) && !(absent && /^(?:swag|buf|protoc|oapi-codegen|gqlgen|go-swagger|swagger|esc|statik)$/.test(name));
  const { doubtful } = frontEndOutputs(walk, sources, frontEndFolders(walk));
  const generates = sources.generators.find((name) => !makesGoOnly(name));
  const found = executedParts(walk).flatMap(({ runs: part }) => {
    if (part.effect.kind === 'fetch') return unpacksUnknown(walk, part, sources, unproven) ? [{ name: part.effect.programs.at(-1)!, folder: part.cwd }] : [];
    if (part.effect.kind !== 'unknown') return [];
    const names = part.commands.map((command) => {
      const call = calls.find((other) => other.written === command);
      if (!call) return effectOf({ ...part, simple: command, commands: [command] }, part.cwd).kind !== 'unknown' ? '' : command.name?.split('/').at(-1) ?? command.words[0]?.text ?? '';
      if (call.verb === 'generate') return generates === undefined ? '' : `go generate (${generates})`;
      // `go run github.com/…/cmd/swag@v1` makes Go code as `swag` does.
      const program = call.verb === 'run' ? call.packages[0]?.replace(/@.*$/, '').split('/').at(-1) : call.verb.startsWith('tool ') ? call.verb.slice('tool '.length) : undefined;
      return program === undefined || makesGoOnly(program) ? '' : `go ${call.verb}`;
    });
    // A build through make or a script makes the binary; what else it makes is as unknown as that of any command.
    const name = names.find((item) => item !== '' && !makesGoOnly(item) && (script || item !== 'make'));
    // What a front end's build leaves is known by the names that the program has for it.
    if (name === undefined || (frontEndManagers.has(name) && !unproven && !doubtful)) return [];
    return [{ name, folder: part.cwd }];
  });
  return found[0] && { name: found[0].name, folders: [...new Set(found.flatMap((item) => item.folder ?? []))] };
}

/** Whether an archive is unpacked among the project's files, and the program reads what may have been in it. */
function unpacksUnknown(walk: Walk, part: RunPart, sources: GoSources, unproven: boolean): boolean {
  const { effect } = part;
  const cwd = walk.end.cwd ?? '/';
  if (effect.kind !== 'fetch' || !effect.programs.some((program) => /^(?:unzip|tar|bsdtar|7z\w*)$/.test(program)) || cwd === '/' || !(effect.writes ?? [part.cwd ?? '/']).some((path) => path === cwd)) return false;
  return unproven || [...sources.strings, ...sources.reads].some(({ text }) => dataFile.test(text) && walk.locate(inImage(cwd, text)) === undefined);
}

/** Folders in which the tools of front ends work. */
export const frontEndFolders = (walk: Walk): string[] => [
  ...new Set(executedParts(walk).flatMap(({ runs: part }) => (part.commands.some((command) => frontEndManagers.has(command.name?.split('/').at(-1) ?? '')) ? (frontEndFolder(part) ?? []) : []))),
];

/** Compilers and their like: an image that has them at run time is no smaller for two stages. */
const compilers = /^(?:go|gofmt|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|make|cmake|cargo|rustc|javac|mvn|gradle|npm|yarn|pnpm|tsc|dotnet|ghc)$/;

/**
 * A program that compiles at run time needs the toolchain.
 *
 * @throws Refusal
 */
export function refuseCompilers(sources: GoSources): void {
  const found = sources.programs.find(({ text }) => compilers.test(text.slice(text.lastIndexOf('/') + 1)) && !text.startsWith('.'));
  if (found) throw refuse('unsupported-shape', { reason: `the program itself starts ${found.text}, so the image needs the toolchain at run time`, help: 'Keep one stage; or build without the command that needs it.' }, { file: found.file, line: found.line });
}

/** Whether a global install brings nothing but what builds web pages. */
function installsFrontEnd({ simple }: RunPart): boolean {
  const words = simple?.words.map((word) => word.value) ?? [];
  if (!/^(?:npm|pnpm|yarn|gem)$/.test(words[0] ?? '') || words.includes(undefined)) return false;
  const names = (words as string[]).slice(1).filter((word) => !word.startsWith('-') && !/^(?:i|install|add|global)$/.test(word));
  return names.length > 0 && names.every((name) => frontEndPackages.has(name.replace(/(?<=.)@.*$/, '')));
}

/** Packages of Python or Node.js that a program of the sources reads: what pip and npm leave is none of the project's files. */
function refuseUnseenPackages(walk: Walk, sources: GoSources): void {
  const starts = (pattern: RegExp): boolean => sources.programs.some(({ text }) => pattern.test(text.slice(text.lastIndexOf('/') + 1)));
  const python = starts(/^python[\d.]*$/);
  const node = starts(/^(?:node|nodejs|npx)$/);
  // `pip install yt-dlp` and `exec.Command("yt-dlp")`: a package of that name in the distribution is another version.
  const started = new Set(sources.programs.map(({ text }) => text));
  for (const { step, runs } of executedParts(walk)) {
    for (const { words } of runs.commands) {
      const text = words.map((word) => word.value ?? word.text).join(' ');
      const itself = words.some((word) => started.has((word.value ?? '').replace(/[=<>~![].*$/, '')));
      const language = (python || itself) && /(?:^|[\s/])pip[\d.]*\s(?:.*\s)?install\b/.test(text) ? 'Python' : node && installsModules(text) ? 'Node.js' : undefined;
      if (language === undefined) continue;
      const help = language === 'Python' ? 'The program starts Python, or what this installs: install it as packages of the distribution (python3-NAME), or add a runtime stage by hand.' : 'The program starts Node.js, which may read what it installs: bundle the script into one file, or add a runtime stage by hand.';
      throw refuse('unknown-command', { command: text, help }, { line: step.instruction.line });
    }
  }
}

/** Whether a command fills node_modules of a folder. */
const installsModules = (text: string): boolean => /^(?:\S*\/)?(?:npm\s(?:.*\s)?(?:i|install|ci|add|clean-install)|pnpm\s(?:.*\s)?(?:i|install|add)|yarn(?:\s+(?:install|add|--?\S+))?)(?=\s|$)/.test(text) && !/\s(?:-g|--global|run|run-script)(?=\s|$)/.test(text);

/** Programs and libraries that a RUN installs past the package manager cannot be told apart from the system's files. */
export function refuseUnseenInstalls(walk: Walk, sources: GoSources, linking: Linking, root: string | undefined): void {
  const startsAnything = !sources.known || sources.programs.some((evidence) => evidence.text === '');
  refuseUnseenPackages(walk, sources);
  for (const step of walk.steps) {
    for (const part of step.run?.parts ?? []) {
      if (part.effect.kind !== 'unknown' && part.effect.kind !== 'system') continue;
      const ofProject = root !== undefined && part.cwd !== undefined && isBelow(part.cwd, root);
      const library = linking.kind === 'dynamic' && ((!ofProject && /^\s*(?:make|ninja|cmake|meson)\b.*\binstall\b/.test(part.text)) || /^\s*(?:ldconfig\b|dpkg\s+(?:-i|--install)\b)/.test(part.text));
      const program = startsAnything && /^\s*(?:dpkg\s+(?:-i|--install)|rpm\s+-\w*[iU]|pip3?\s+install|gem\s+install|(?:npm|pnpm)\s+(?:i|install|add)\b.*\s(?:-g|--global)|yarn\s+global|cargo\s+install)\b/.test(part.text) && !installsFrontEnd(part);
      if (library || program) throw refuse('unknown-command', { command: part.text.trim(), help: `${library ? 'The binary may be linked against what it installs' : 'The program may start what it installs'}: install it as a package of the distribution, or add a runtime stage by hand.` }, { line: step.instruction.line });
    }
  }
}

