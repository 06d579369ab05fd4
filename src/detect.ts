import { defaultOptions, type Language, type Options } from './languages/language.ts';
import { refuse } from './findings.ts';
import { basename } from './project/project.ts';
import type { Walk } from './walk/walk.ts';
import type { Start } from './walk/start.ts';

/** One thing that speaks for a language. */
export interface Evidence {
  readonly language: string;
  /** "the base image golang:1.22", "go.mod" */
  readonly what: string;
  readonly weight: number;
}

export interface Detection {
  readonly language: Language;
  /** All evidence found, strongest first, also for the languages that lost. */
  readonly evidence: readonly Evidence[];
  /** One sentence: what won and why. */
  readonly reason: string;
}

/**
 * Weights of evidence: what the Dockerfile starts and builds says more than what lies in the folder (a Go service may carry a package.json
 * for its front end), and the base image was chosen for the program that it runs.
 */
const weights = { start: 60, base: 50, build: 30, manifest: 10 };

/**
 * Decides the project's language.
 *
 * @throws Refusal `unsupported-language` when nothing speaks for any
 */
export function detect(walk: Walk, start: Start, languages: readonly Language[], options: Options = defaultOptions): Detection {
  const evidence = languages.flatMap((language) => evidenceFor(language, walk, start)).sort((a, b) => b.weight - a.weight);
  if (options.language !== undefined) {
    const named = languages.find((language) => language.name === options.language);
    if (!named) throw refuse('unknown-language-option', { language: options.language, known: languages.map((language) => language.name).join(', ') }, { line: walk.stage.from.line });
    return { language: named, evidence, reason: `${named.title}, as asked for with --language` };
  }
  const totals = languages
    .map((language) => ({ language, total: evidence.filter((item) => item.language === language.name).reduce((sum, item) => sum + item.weight, 0) }))
    .filter((item) => item.total >= weights.build || (item.total > 0 && walk.base.facts?.language === undefined))
    .sort((a, b) => b.total - a.total);
  const best = totals[0];
  if (!best) {
    throw refuse('unsupported-language', unsupported(walk, start, languages), { line: walk.stage.from.line });
  }
  const found = evidence.filter((item) => item.language === best.language.name).map((item) => item.what);
  return { language: best.language, evidence, reason: `${best.language.title}: ${[...new Set(found)].join(', ')}` };
}

/** What was seen instead of a language, and what can be done about it. */
function unsupported(walk: Walk, start: Start, languages: readonly Language[]): { reason: string; help: string } {
  const { facts, written, image, reference } = walk.base;
  const main = start.main?.words[0];
  const seen = main === undefined ? 'no instruction starts a program' : `the start runs ${main}`;
  const known = `Supported are ${languages.map((language) => language.title).join(', ')}.`;
  const named = languages.map((language) => language.name).join(', ');
  if (image === undefined) return { reason: `the base image ${written} depends on an ARG without a default, and ${seen}`, help: `Give the ARG a default, or name the language with --language (${named}).` };
  const base = facts?.language !== undefined ? `the base image ${written} is for ${facts.language}` : facts === undefined && reference?.official !== true ? `what the base image ${written} has is not known` : `the base image is ${written}`;
  return { reason: `${base}, and ${seen}`, help: facts === undefined ? `${known} If it is one of them, name it with --language (${named}).` : `${known} Name one with --language only if the application is written in it.` };
}

function evidenceFor(language: Language, walk: Walk, start: Start): Evidence[] {
  const { signs, name } = language;
  const found: Evidence[] = [];
  const add = (what: string, weight: number): void => {
    found.push({ language: name, what, weight });
  };
  if (walk.base.facts?.language !== undefined && signs.baseLanguages.includes(walk.base.facts.language)) add(`the base image ${walk.base.written}`, weights.base);
  const called = start.commands.map((command) => basename(command.program)).find((program) => signs.startPrograms.some((sign) => program === sign || (sign.endsWith('*') && program.startsWith(sign.slice(0, -1)))));
  if (called !== undefined) add(`the start runs ${called}`, weights.start);
  const built = walk.steps.flatMap((step) => step.run?.parts.flatMap((part) => part.commands) ?? []).find((command) => command.name !== undefined && signs.buildPrograms.includes(basename(command.name)));
  if (built) add(`RUN calls ${basename(built.name!)}`, weights.build);
  const manifest = manifestsAt(walk).find((file) => signs.manifests.some((sign) => (sign.startsWith('*') ? file.endsWith(sign.slice(1)) : basename(file) === sign)));
  if (manifest !== undefined) add(manifest, weights.manifest);
  return found;
}

/** Files at the root of what the Dockerfile copies: where manifests lie. */
function manifestsAt(walk: Walk): string[] {
  const entries = walk.steps.flatMap((step) => step.copy?.entries ?? []);
  return [...new Set(entries.flatMap((entry) => (entry.kind === 'folder' ? walk.project.list(entry.source).map((name) => (entry.source === '' ? name : `${entry.source}/${name}`)) : [entry.source])))];
}
