import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionsFrom, root } from './examples.ts';
import type { Options } from '../../src/languages/language.ts';

/** A page of docs/findings, taken apart. */
export interface FindingPage {
  readonly code: string;
  readonly path: string;
  readonly text: string;
  readonly title: string;
  /** `refusal`, and what the page says of the exit code. */
  readonly level: string;
  readonly exit: number;
  /** The Dockerfile that shows the code, then those that do not. */
  readonly dockerfiles: readonly string[];
  /** Files of the project, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Words of the `$ dockerize-multi …` line. */
  readonly command: readonly string[];
  /** What comes out. */
  readonly output: string;
}

const folder = join(root, 'docs/findings');

/** Names of all pages, without the table. */
export const pageNames = (): string[] => readdirSync(folder).map((name) => name.replace(/\.md$/, '')).filter((name) => name !== 'README').sort();

/** Reads a page. Fenced blocks are `dockerfile`, `sh` for the command, `text` for its answer; any other has a file's name behind its language. */
export function readPage(code: string): FindingPage {
  const path = join(folder, `${code}.md`);
  const text = readFileSync(path, 'utf8');
  const blocks = [...text.matchAll(/^```(\S+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, name, body]) => ({ language: language!, name, body: body! }));
  const of = (language: string): string[] => blocks.filter((block) => block.language === language && block.name === undefined).map((block) => block.body);
  const [, level = '', exit = ''] = /^Level: (\w+)\. Exit code: (\d)\.$/m.exec(text) ?? [];
  return {
    code,
    path,
    text,
    title: /^# (.*)$/m.exec(text)?.[1] ?? '',
    level,
    exit: Number(exit),
    dockerfiles: of('dockerfile'),
    files: Object.fromEntries(blocks.flatMap(({ name, body }) => (name === undefined ? [] : [[name, body]]))),
    command: /^\$ dockerize-multi (.*)$/m.exec(of('sh')[0] ?? '')?.[1]!.split(' ') ?? [],
    output: of('text')[0] ?? '',
  };
}

/** Options that the page's command line gives. */
export const pageOptions = (page: FindingPage): Options => optionsFrom(page.command.filter((word, index) => word.startsWith('--') || page.command[index - 1]?.startsWith('--')));
