import type { Dockerfile } from './dockerfile/model.ts';
import { finding, refuse, type Finding } from './findings.ts';

/** Marks of template engines: Jinja, Go templates, ERB, autoconf and CI placeholders. A `${x}` is the Dockerfile's own. */
const templateMarks = /\{\{|\{%|<%|%%[A-Z_]+%%|@[A-Z][A-Z_]+@|^\s*#\{/;

/** Names of variables that hold secrets. Source: BuildKit's check SecretsUsedInArgOrEnv. */
const secretName = /(?:^|_)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const publicName = /(?:public|cache|file|path|id|url|header|prefix|type|expire|length|size|algorithm)/i;

/**
 * Looks at the file before any language does: answers for what is no single-stage Dockerfile of a Linux image, and warnings.
 *
 * @throws Refusal for syntax errors, files that are multi-stage already, templates, ONBUILD and Windows
 */
export function screen(file: Dockerfile): Finding[] {
  const template = file.instructions.find((instruction) => templateMarks.test(instruction.keyword === 'RUN' || instruction.keyword === 'HEALTHCHECK' || instruction.heredocs.length > 0 ? '' : instruction.text));
  const templated = template ?? file.instructions.find((instruction) => /^(?:\{\{|\{%|<%)/.test(instruction.text));
  if (templated) throw refuse('template-file', { text: templated.text.split('\n')[0]!.slice(0, 80) }, { line: templated.line });
  if (file.instructions.length === 0) throw refuse('empty-dockerfile');
  const problem = file.problems[0];
  if (problem) throw refuse('syntax', { problem: problem.message }, { line: problem.line });
  const first = file.stages[0];
  if (!first) throw refuse('syntax', { problem: 'there is no FROM' }, { line: file.instructions[0]!.line });
  if (file.stages.length > 1) throw refuse('already-multi-stage', { count: file.stages.length }, { line: file.stages[1]!.from.line });
  if (file.escape === '`' || /windows|nanoserver|servercore/i.test(first.image)) throw refuse('windows', {}, { line: first.from.line });
  const onbuild = file.instructions.find((instruction) => instruction.keyword === 'ONBUILD');
  if (onbuild) throw refuse('onbuild-file', {}, { line: onbuild.line });
  return secrets(file);
}

function secrets(file: Dockerfile): Finding[] {
  return file.instructions.flatMap((instruction) =>
    instruction.keyword !== 'ARG' && instruction.keyword !== 'ENV'
      ? []
      : instruction.pairs
          .filter(({ name, value }) => secretName.test(name) && !publicName.test(name) && (instruction.keyword === 'ARG' || (value ?? '') !== ''))
          .map(({ name }) => finding('secrets-in-build-args', { name, keyword: instruction.keyword }, { line: instruction.line })),
  );
}
