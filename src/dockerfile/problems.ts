import { isMixedArray, pairsIn, splitHead } from './arguments.ts';
import type { Escape } from './lines.ts';
import { argumentsOf, type Flag, type Instruction } from './model.ts';
import { faultOf } from './words.ts';

/** Instruction keywords of Docker's Dockerfile reference. */
export const keywords: ReadonlySet<string> = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(' '),
);

/** Flags and what they take: one value, several, or true and false. Source: BuildKit, frontend/dockerfile/instructions/parse.go. */
const flagKinds: Record<string, Record<string, 'one' | 'several' | 'switch'>> = {
  ADD: { chown: 'one', chmod: 'one', link: 'switch', 'keep-git-dir': 'switch', checksum: 'one', unpack: 'switch', exclude: 'several' },
  COPY: { chown: 'one', from: 'one', chmod: 'one', link: 'switch', exclude: 'several', parents: 'switch' },
  FROM: { platform: 'one' },
  HEALTHCHECK: { interval: 'one', timeout: 'one', 'start-period': 'one', 'start-interval': 'one', retries: 'one' },
  RUN: { mount: 'several', network: 'one', security: 'one', device: 'several' },
};

/** What BuildKit rejects in an instruction, in words; undefined when it takes it. Source: BuildKit, frontend/dockerfile/instructions. */
export function problemIn(instruction: Instruction, escape: Escape): string | undefined {
  const { keyword } = instruction;
  if (!keywords.has(keyword)) return `unknown instruction: ${keyword.slice(0, 40)}`;
  return formProblem(keyword, instruction.logical, escape) ?? argumentProblem(instruction, escape) ?? (ignoresFlags(instruction) ? undefined : flagProblem(keyword, instruction.flags)) ?? wordProblem(instruction, escape);
}

const ignoresFlags = ({ keyword, logical }: Instruction): boolean => keyword === 'ARG' || keyword === 'STOPSIGNAL' || (keyword === 'HEALTHCHECK' && /^NONE$/i.test(logical));

/** What cannot be read at all; this holds for the instruction behind ONBUILD too. */
function formProblem(keyword: string, text: string, escape: Escape): string | undefined {
  const list = keyword === 'HEALTHCHECK' ? text.replace(/^\S+\s*/, '') : text;
  if (/^(?:ADD|CMD|COPY|ENTRYPOINT|HEALTHCHECK|RUN|SHELL|VOLUME)$/.test(keyword) && isMixedArray(list)) return `the JSON array of ${keyword} may have strings only`;
  if ((keyword === 'ENV' || keyword === 'LABEL') && pairsIn(keyword, text, escape).some((pair) => pair.value === undefined)) return `${keyword} needs a name and a value`;
  return undefined;
}

function argumentProblem(instruction: Instruction, escape: Escape): string | undefined {
  const { keyword, logical, pairs } = instruction;
  const words = argumentsOf(instruction);
  // RUN, CMD and ENTRYPOINT without anything are taken: `ENTRYPOINT` and `CMD []` do away with what the base image has.
  if (words.length === 0 && !/^(?:RUN|CMD|ENTRYPOINT)$/.test(keyword)) return `${keyword} needs an argument`;
  if (pairs.some((pair) => pair.name === '')) return `a name of ${keyword} is blank`;
  switch (keyword) {
    case 'FROM':
      return fromProblem(words);
    case 'COPY':
    case 'ADD':
      if (words.length < 2) return `${keyword} needs at least a source and a destination`;
      return /^\d*<<-?[^<]+$/.test(words.at(-1)!) ? `the destination of ${keyword} cannot be a heredoc` : undefined;
    case 'VOLUME':
      return words.some((word) => word.trim() === '') ? 'a folder of VOLUME is blank' : undefined;
    case 'SHELL':
      return instruction.json ? undefined : 'SHELL needs a JSON array';
    case 'HEALTHCHECK':
      return healthProblem(instruction);
    case 'ONBUILD': {
      const inner = splitHead(logical, escape);
      if (/^(?:ONBUILD|MAINTAINER|FROM)$/.test(inner.keyword)) return `ONBUILD ${inner.keyword} is not allowed`;
      return formProblem(inner.keyword, logical.slice(inner.argumentsAt), escape);
    }
    default:
      return undefined;
  }
}

function fromProblem(words: readonly string[]): string | undefined {
  const [, as, name] = words;
  if (words.length !== 1 && (words.length !== 3 || as!.toUpperCase() !== 'AS')) return 'FROM takes one image, or `image AS name`';
  return name !== undefined && !/^[a-z][a-z0-9-_.]*$/i.test(name) ? `a stage cannot be named ${name.slice(0, 40)}` : undefined;
}

function healthProblem({ logical, json, flags }: Instruction): string | undefined {
  const [, type = '', command = ''] = /^(\S+)\s*(.*)$/s.exec(logical) ?? [];
  if (/^NONE$/i.test(type)) return command === '' ? undefined : 'HEALTHCHECK NONE takes no arguments';
  if (!/^CMD$/i.test(type)) return `HEALTHCHECK takes CMD or NONE, not ${type.slice(0, 40)}`;
  if (json ? json.length === 0 : command === '') return 'HEALTHCHECK CMD needs a command';
  const wrong = flags.find(({ name, value }) => (value ?? '') !== '' && (name === 'retries' ? !/^\+?\d{1,9}$/.test(value!) : !isDuration(value!)));
  return wrong && `--${wrong.name} of HEALTHCHECK cannot be ${wrong.value!.slice(0, 40)}`;
}

/** A word in which a quote or a brace has no end, where variables are replaced. */
function wordProblem(instruction: Instruction, escape: Escape): string | undefined {
  const fault = expandedWords(instruction)
    .filter((word) => /["'$]/.test(word) && !/^\d*<</.test(word))
    .map((word) => faultOf(word, escape))
    .find((found) => found !== undefined);
  return fault && `${instruction.keyword}: ${fault}`;
}

/** The words of an instruction in which BuildKit replaces variables: those of RUN, CMD, ENTRYPOINT and HEALTHCHECK are the shell's. */
function expandedWords(instruction: Instruction): readonly string[] {
  const { keyword, logical, pairs } = instruction;
  if (/^(?:USER|WORKDIR|STOPSIGNAL)$/.test(keyword)) return [logical];
  if (/^(?:ADD|COPY|EXPOSE|FROM|VOLUME)$/.test(keyword)) return argumentsOf(instruction);
  if (keyword === 'ARG') return pairs.flatMap(({ value }) => value ?? []);
  return keyword === 'ENV' || keyword === 'LABEL' ? pairs.flatMap(({ name, value }) => [name, value ?? '']) : [];
}

/** A duration as Go writes it, of nothing or at least a millisecond. Source: Go's time.ParseDuration. */
function isDuration(text: string): boolean {
  if (/^[-+]?0$/.test(text)) return true;
  // No duration is that long, and the pattern takes the square of the length.
  if (text.length > 100 || !/^\+?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return false;
  const units: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const milliseconds = Array.from(text.matchAll(/([\d.]+)([^\d.]+)/g), (part) => Number(part[1]) * units[part[2]!]!).reduce((sum, value) => sum + value, 0);
  return milliseconds === 0 || milliseconds >= 1;
}

function flagProblem(keyword: string, flags: readonly Flag[]): string | undefined {
  const kinds = flagKinds[keyword] ?? {};
  for (const [index, { name, value }] of flags.entries()) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) return `unknown flag: --${name.slice(0, 40)}`;
    if (kind !== 'several' && flags.findIndex((flag) => flag.name === name) !== index) return `--${name} is there twice`;
    if (kind === 'switch' ? value === '' : value === undefined) return `--${name} needs a value`;
    if (kind === 'switch' && value !== undefined && !/^(?:true|false)$/i.test(value)) return `--${name} is true or false`;
    if (name === 'network' && !/^(?:default|none|host)$/.test(value!)) return `--network is default, none or host`;
    if (name === 'security' && !/^(?:sandbox|insecure)$/.test(value!)) return `--security is sandbox or insecure`;
    if (name === 'mount' && /(?:^|,)"?from=[^,]*\$[^,]/i.test(value!)) return 'from= of a mount takes no variables';
  }
  return undefined;
}
