/** How much a finding weighs. `refusal`, `nothing` and `error` end the run without a proposal. */
export type Level = 'error' | 'refusal' | 'nothing' | 'warning' | 'note';

export interface Finding {
  readonly code: FindingCode;
  readonly level: Level;
  readonly message: string;
  /** What the user can do. */
  readonly help: string;
  /** Path as the user knows it; undefined means the Dockerfile. */
  readonly file: string | undefined;
  readonly line: number | undefined;
}

interface Wording {
  readonly level: Level;
  /** `{x}` is replaced by the value named x. */
  readonly message: string;
  readonly help: string;
}

/** Every code, with its wording in one place. Codes are stable: they are part of the interface. */
const wordings = {
  'no-dockerfile': { level: 'error', message: 'no Dockerfile at {path}', help: 'Name the folder that holds it, or give the file with --file.' },
  'not-readable': { level: 'error', message: 'cannot read {path}: {reason}', help: 'Check the path, its permissions, and that it is a text file under 1 MB.' },
  'empty-dockerfile': { level: 'error', message: 'the Dockerfile has no instructions', help: 'Start it with FROM and the image that the project builds on.' },
  syntax: { level: 'error', message: '{problem}', help: 'Correct the line; `docker build --check .` shows the same place.' },
  'write-failed': { level: 'error', message: 'cannot write {path}: {reason}', help: 'Check that the folder exists and can be written to, or choose another place with --output.' },
  'unknown-language-option': { level: 'error', message: 'the language {language} is not known', help: 'Use one of: {known}.' },

  'already-multi-stage': { level: 'nothing', message: 'the Dockerfile already has {count} stages', help: 'There is nothing to convert. A single-stage Dockerfile beside it can be named with --file.' },
  'no-benefit': { level: 'nothing', message: 'splitting would not make the image smaller: {reason}', help: '{help}' },

  'unsupported-language': { level: 'refusal', message: 'no supported language was recognised: {reason}', help: '{help}' },
  'template-file': { level: 'refusal', message: 'this is a template, not a Dockerfile: {text}', help: 'Run on the file that the template engine writes.' },
  'onbuild-file': { level: 'refusal', message: 'ONBUILD makes this file a base for other images', help: 'Convert the Dockerfiles that build on it instead.' },
  windows: { level: 'refusal', message: 'Windows images are not supported: {reason}', help: '{help}' },
  'no-program': { level: 'refusal', message: 'the image starts no program: {reason}', help: '{help}' },
  'unknown-base': { level: 'refusal', message: 'too little is known of the base image {image}: {reason}', help: '{help}' },
  'ambiguous-artifact': { level: 'refusal', message: 'cannot tell what the build makes: {reason}', help: '{help}' },
  'missing-manifest': { level: 'refusal', message: '{path} is missing: {reason}', help: 'Add the file, or run on the folder that is the build context.' },
  'missing-source': { level: 'refusal', message: '{keyword} names {path}, which the build context does not have', help: 'Run on the folder that is the build context, make the file first, or let .dockerignore pass it.' },
  'several-services': { level: 'refusal', message: 'the container runs several services: {reason}', help: 'Give each service an image of its own, then convert each.' },
  'interactive-or-dev-start': { level: 'refusal', message: 'the start is for development or for working in the container: {command}', help: '{help}' },
  'unknown-command': { level: 'refusal', message: 'cannot tell what the runtime stage needs of this: {command}', help: '{help}' },
  'unsupported-shape': { level: 'refusal', message: '{reason}', help: '{help}' },
  'runtime-lacks': { level: 'refusal', message: 'the runtime {runtime} {reason}', help: '{help}' },
  'proof-failed': { level: 'refusal', message: 'the proposal could not be proved: {reason}', help: 'Nothing was written. Please report this Dockerfile: it shows a case that the tool does not know yet.' },

  'secrets-in-build-args': { level: 'warning', message: '{name} looks like a secret given as {keyword}: it stays readable in the image', help: 'For a build, pass it with `RUN --mount=type=secret`; for the program, when the container starts.' },
  'end-of-life-base': { level: 'warning', message: 'the base image {image} no longer gets security updates', help: 'Move to {maintained}; here it is kept as it is.' },
  'base-assumed': { level: 'note', message: 'the base image {image} is taken for a copy of {taken}, by its name and tag', help: 'If it has an entry point, a user or variables of its own that the program needs, add them to the runtime stage.' },
  'user-added': { level: 'note', message: 'the runtime stage runs as {user} instead of root', help: 'Nothing was found that the program writes outside of {writable}. Use --user keep to keep root.' },
  'user-kept': { level: 'note', message: 'the runtime stage keeps the user of the original: {reason}', help: 'Add a USER of your own once you know which folders the program writes to.' },
  'whole-folder': { level: 'note', message: 'the whole application folder is copied: {reason}', help: 'Nothing to do. What the program never reads can be left out with .dockerignore.' },
  'local-address': { level: 'warning', message: 'the program listens on {url} only, as in the original: a published port does not reach it', help: 'Set ASPNETCORE_URLS=http://+:PORT, or give the program an address of its own.' },
  'dev-dependencies-kept': { level: 'note', message: 'the dev dependencies stay in the image: {reason}', help: 'Move what runs to `dependencies`, or start the built program, and the others can leave.' },
  'sources-unseen': { level: 'warning', message: 'the sources were not at hand: programs and libraries that {image} lacks, and that they may use, could not be checked', help: 'Run on the folder of the project instead of the Dockerfile alone.' },
  'same-base': { level: 'note', message: 'both stages use {image}: {reason}', help: 'Nothing to do. A base image whose smaller variant is known, such as an official one with its tag, would gain more.' },
  'dockerignore-name': { level: 'warning', message: '{path} applies to the Dockerfile of that name only', help: 'Copy it to {wanted}, so that the new file builds with the same context.' },
  'server-replaced': { level: 'note', message: '{server} is replaced by nginx on the same port {port}', help: 'Files and their content types stay. Headers such as ETag, error pages, folder listings and the steps of some redirects differ.' },
} as const satisfies Record<string, Wording>;

export type FindingCode = keyof typeof wordings;

/** All codes, for documentation and tests. */
export const findingCodes = Object.keys(wordings) as FindingCode[];

/** Where a finding points. */
export interface Place {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** Characters of a value beyond which a message is not readable any more. */
const longestText = 1000;

const shortened = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)} …` : text);

/** Builds the finding of a code. Values fill the `{names}` of its wording. What concerns a whole file points to its first line. */
export function finding(code: FindingCode, values: Readonly<Record<string, string | number>> = {}, place: Place = {}): Finding {
  const { level, message, help }: Wording = wordings[code];
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? shortened(String(values[name])) : whole));
  return { code, level, message: fill(message), help: fill(help), file: place.file, line: place.line ?? (place.file === undefined ? undefined : 1) };
}

/** Ends the pipeline with a normal answer that is not a proposal. Caught in one place, `transform`. */
export class Refusal extends Error {
  constructor(readonly finding: Finding) {
    super(finding.message);
    this.name = 'Refusal';
  }
}

/** Shorthand: the refusal of a code. */
export const refuse = (code: FindingCode, values: Readonly<Record<string, string | number>> = {}, place: Place = {}): Refusal => new Refusal(finding(code, values, place));
