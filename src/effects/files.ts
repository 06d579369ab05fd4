import { basename } from '../project/project.ts';
import type { ShellCommand, ShellWord } from '../shell/parse.ts';
import { hasOption, readArguments, type Arguments } from './arguments.ts';
import type { Effect } from './effect.ts';
import { placeOf, starred, type Surroundings } from './paths.ts';
import data from './data/programs.json' with { type: 'json' };

interface FileProgram {
  /** makes or changes its operands, removes them, or copies (moves) all but the last to the last. */
  readonly does: string;
  /** Options with a value. */
  readonly values: string;
  /** Operands that come before the files: a mode, an owner, a script. */
  readonly skip?: number;
  /** Options that take the place of the skipped operand. */
  readonly unskip?: string;
  /** Options without which nothing is written. */
  readonly needs?: string;
  /** What it is without them; harmless when not given. */
  readonly otherwise?: string;
  /** Options with which every operand is a folder to make. */
  readonly folders?: string;
}

const filePrograms = data.files as Readonly<Record<string, FileProgram>>;

/** The effect of a program that writes where its operands say; undefined for any other program. */
export function filesEffect(program: string, command: ShellCommand, around: Surroundings): Effect | undefined {
  const known = Object.hasOwn(filePrograms, program) ? filePrograms[program]! : undefined;
  if (!known) return undefined;
  const read = readArguments(command.words.slice(1), new Set(known.values.split(' ')));
  if (known.needs !== undefined && !isAsked(read, known.needs.split(' '))) return known.otherwise === 'unknown' ? { kind: 'unknown', program } : { kind: 'none' };
  if (known.does === 'copies' || known.does === 'moves') {
    return known.folders !== undefined && hasOption(read, known.folders.split(' ')) ? at(program, read.operandWords, around) : copied(program, read, known.does === 'moves', around);
  }
  const skipped = known.unskip !== undefined && hasOption(read, known.unskip.split(' ')) ? 0 : (known.skip ?? 0);
  const reference = hasOption(read, ['--reference']) ? 0 : skipped;
  return at(program, read.operandWords.slice(reference), around);
}

/** `sed -i.bak`: the suffix is in the same word, and read as further letters. */
const isAsked = (read: Arguments, options: readonly string[]): boolean => hasOption(read, options) || read.options.some((option) => option.name.startsWith('--in-place'));

function at(verb: string, words: readonly ShellWord[], around: Surroundings): Effect {
  const places = words.map((word) => placeOf(word, around));
  return places.includes(undefined) ? { kind: 'unknown', program: verb } : { kind: 'files', verb, writes: places as string[], reads: [] };
}

function copied(program: string, read: Arguments, moves: boolean, around: Surroundings): Effect {
  const into = read.options.find((option) => option.name === '-t' || option.name === '--target-directory');
  const sources = into ? read.operandWords : read.operandWords.slice(0, -1);
  const last = into ? into.word ?? { text: into.value ?? '$', value: into.value ?? undefined, start: 0, end: 0 } : read.operandWords.at(-1);
  const target = placeOf(last, around);
  // `ln -s file` makes a link of that name here.
  if (program === 'ln' && sources.length === 0 && last !== undefined && into === undefined) return at(program, [named(last, around)], around);
  if (target === undefined) return { kind: 'unknown', program };
  const lastText = last!.value ?? last!.text.replace(/["']/g, '');
  const intoFolder = into !== undefined || sources.length > 1 || /(?:^|\/)\.{0,2}$/.test(lastText) || sources.some((word) => /[*?[]/.test(word.text)) || sharedFolder.test(target);
  const names = sources.map((word) => nameOf(word));
  const asWhole = sources.length === 1 && !sharedFolder.test(target) && (/(?:^|\/)\.?["']?$/.test(sources[0]!.text) || (recursive(read) && names[0] !== '*' && !/\.\w+$/.test(names[0]!) && !/(?:^|\/)\.{1,2}\/?$/.test(lastText)));
  const writes = intoFolder && !asWhole ? names.map((name) => `${target === '/' ? '' : target}/${name}`) : [target];
  const known = sources.map((word) => placeOf(word, around)).filter((path): path is string => path !== undefined);
  return { kind: 'files', verb: program, writes: [...writes, ...(moves ? known : [])], reads: known };
}

/** Folders that every image has: a copy goes into them. Any other may be made by the copy: `cp -r a /b/` makes /b, or /b/a where /b is there. */
const sharedFolder = /^\/(?:(?:usr\/(?:local\/)?)?(?:s?bin|lib|share|include|etc|src)?|etc|opt|var|srv|home|root|tmp|mnt)$/;

const recursive = (read: Arguments): boolean => hasOption(read, ['-r', '-R', '-a', '--recursive', '--archive']);

/** The last part of a path, `*` for what is not known in it. */
const nameOf = (word: ShellWord): string => basename((word.value ?? starred(word.text) ?? '*').replace(/\/+$/, '')) || '*';

const named = (word: ShellWord, { cwd }: Surroundings): ShellWord => ({ ...word, value: cwd === undefined ? undefined : `${cwd}/${nameOf(word)}` });
