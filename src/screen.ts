import { argumentsOf, type Dockerfile, type Instruction } from './dockerfile/model.ts';
import { globalScope, lookupIn } from './dockerfile/scope.ts';
import { expandWord } from './dockerfile/words.ts';
import { finding, refuse, type Finding, type Refusal } from './findings.ts';
import { isWindows } from './images/facts.ts';
import { maintainedImage } from './images/maintained.ts';
import { parseImage } from './images/reference.ts';
import { isSecretName, mayBeSecret } from './secrets.ts';
import { isRoot, type Walk } from './walk/walk.ts';

/** Instructions whose words are names and paths: no text of their own that another engine reads later. */
const plainWords = new Set(['FROM', 'ARG', 'ENV', 'WORKDIR', 'USER', 'COPY', 'ADD', 'EXPOSE', 'VOLUME', 'STOPSIGNAL', 'SHELL']);

/** Marks of template engines where the text is names and paths: Jinja and Go, ERB, autoconf, CI placeholders. A `${x}` is the Dockerfile's own. */
const marksInWords = /\{\{|\{%|<%|%%[A-Z_]+%%|@[A-Z][A-Z_]+@|#\{\w+\}/;

/** The same in text that a program reads, such as `docker inspect -f {{.Id}}`: only what no shell passes on in one word. */
const marksInText = /\{\{[-~#]?\s|\{%[-+]?\s|<%/;

/** In an image's name, which is in lower case. */
const marksInImage = /__[A-Z][A-Z_]*__|<[\w -]+>/;

/** SHELL of Windows: PowerShell 5 and cmd. `pwsh` is on Linux, too. */
const windowsShell = /^(?:powershell|cmd)(?:\.exe)?$/i;

/**
 * Looks at the file before any language does: answers for what is no single-stage Dockerfile of a Linux image, and warnings.
 *
 * @throws Refusal for syntax errors, files that are multi-stage already, templates, ONBUILD and Windows
 */
export function screen(file: Dockerfile): Finding[] {
  const template = file.instructions.find(isTemplate);
  if (template) throw refuse('template-file', { text: template.text.split('\n')[0]!.slice(0, 80) }, { line: template.line });
  if (file.instructions.length === 0) throw refuse('empty-dockerfile', {}, { line: 1 });
  const problem = file.problems[0];
  if (problem) throw refuse('syntax', { problem: problem.message }, { line: problem.line });
  const first = file.stages[0];
  if (!first) throw refuse('syntax', { problem: 'there is no FROM' }, { line: file.instructions[0]!.line });
  if (file.stages.length > 1) throw refuse('already-multi-stage', { count: file.stages.length }, { line: file.stages[1]!.from.line });
  const windows = forWindows(file);
  if (windows) throw windows;
  const onbuild = file.instructions.find((instruction) => instruction.keyword === 'ONBUILD');
  if (onbuild) throw refuse('onbuild-file', {}, { line: onbuild.line });
  return secrets(file);
}

function isTemplate(instruction: Instruction): boolean {
  const { keyword, text } = instruction;
  if (/^(?:\{\{|\{%|<%)/.test(text)) return true;
  if (instruction.heredocs.length > 0) return false;
  if (keyword === 'FROM' && marksInImage.test(text)) return true;
  // A quoted value may be text for the program: only one that is nothing but a placeholder is the engine's.
  if (keyword === 'ENV' || keyword === 'LABEL') return instruction.pairs.some(({ value }) => /^["']?\{\{[^{}]*\}\}["']?$/.test(value ?? '') || (keyword === 'ENV' && marksInWords.test((value ?? '').replace(/\{\{[^{}]*\}\}/g, '')))) || marksInText.test(unquoted(instruction));
  return plainWords.has(keyword) ? marksInWords.test(text) : marksInText.test(unquoted(instruction));
}

/** The instruction's text without what stands in quotes and in comments. */
const unquoted = ({ shellText, keyword }: Instruction): string => `${keyword} ${shellText}`.replace(/\\["']/g, '').replace(/"[^"]*"|'[^']*'/g, '');

function forWindows(file: Dockerfile): Refusal | undefined {
  const { from, image } = file.stages[0]!;
  const name = expandWord(image, lookupIn(globalScope(file)), file.escape) ?? image;
  const reference = parseImage(name);
  const help = 'Convert a Dockerfile on a Linux base image.';
  const windowsName = /^(?:mcr\.microsoft\.com\/)?(?:windows|dotnet\/framework)\/|(?:^|\/)(?:windowsservercore|nanoserver|servercore)(?:-|$)|^microsoft\/(?:iis|dotnet-framework)(?:-|$)/;
  if (isWindows(reference) || windowsName.test(reference.repository) || /nanoserver|windowsservercore/.test(reference.tag ?? '')) return refuse('windows', { reason: `the base image is ${name}`, help }, { line: from.line });
  const platform = from.flags.find((flag) => flag.name === 'platform')?.value;
  if (/^windows(?:\/|$)/i.test(platform ?? '')) return refuse('windows', { reason: `FROM asks for the platform ${platform!}`, help }, { line: from.line });
  const shell = file.instructions.find((instruction) => instruction.keyword === 'SHELL' && windowsShell.test(argumentsOf(instruction)[0]?.replace(/^.*[\\/]/, '') ?? ''));
  if (shell) return refuse('windows', { reason: `the SHELL is ${argumentsOf(shell)[0]!}`, help }, { line: shell.line });
  if (file.escape === '`') return refuse('windows', { reason: 'the escape character ` is the one for Windows paths', help: 'For a Linux image, remove the line `# escape=` and write continuations with \\.' }, { line: 1 });
  return undefined;
}

function secrets(file: Dockerfile): Finding[] {
  return file.instructions.flatMap((instruction) =>
    instruction.keyword !== 'ARG' && instruction.keyword !== 'ENV'
      ? []
      : instruction.pairs
          .filter(({ name, value }) => isSecretName(name) && mayBeSecret(value, instruction.keyword))
          .map(({ name }) => finding('secrets-in-build-args', { name, keyword: instruction.keyword }, { line: instruction.line })),
  );
}

/**
 * A COPY of what the build context does not have fails in the original already.
 *
 * @throws Refusal `missing-source`
 */
export function screenSources(walked: Walk): void {
  const step = walked.steps.find((item) => (item.copy?.missing.length ?? 0) > 0);
  if (step) throw refuse('missing-source', { path: step.copy!.missing[0]!, keyword: step.instruction.keyword }, { line: step.instruction.line });
  const account = walked.steps.find((item) => !isRoot(item.user) && item.run?.parts.some(({ effect, commands }) => effect.kind === 'account' && commands.every(({ words }) => words[0]?.value !== 'sudo')));
  if (account) throw refuse('unsupported-shape', { reason: `${account.user} may not make or change users, so this RUN fails`, help: 'Move it above USER, or write USER root before it.' }, { line: account.instruction.line });
}


/** The warning about a base image that gets no updates any more. It is kept all the same. */
export function endOfLife({ base, stage }: Walk): Finding[] {
  if (!base.facts?.endOfLife) return [];
  const maintained = base.reference && maintainedImage(base.reference);
  return [finding('end-of-life-base', { image: base.written, maintained: maintained === undefined ? 'a version that does' : `a version that does, such as ${maintained}` }, { line: stage.from.line })];
}
