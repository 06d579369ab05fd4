import type { Options } from '../../../../src/languages/language.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform, type Outcome } from '../../../../src/transform.ts';

/** A Dockerfile of these lines. */
export const dockerfile = (...lines: string[]): string => `${lines.join('\n')}\n`;

export const outcome = async (text: string, files: Readonly<Record<string, string>>, options: Partial<Options> = {}): Promise<Outcome> => transform(text, memoryProject(files), options, packagedTemplates());

/** The proposal's text; fails with the findings when there is none. */
export async function convert(text: string, files: Readonly<Record<string, string>>, options: Partial<Options> = {}): Promise<string> {
  const result = await outcome(text, files, options);
  if (result.kind !== 'converted') throw new Error(JSON.stringify(result.findings));
  return result.text;
}

/** The text of the last stage. */
export const runtimeOf = (text: string): string => text.slice(text.lastIndexOf('\nFROM ') + 1);

/** Code and message of the first finding. */
export async function answer(text: string, files: Readonly<Record<string, string>>): Promise<string> {
  const { findings } = await outcome(text, files);
  return `${findings[0]!.code}: ${findings[0]!.message}`;
}

/** Messages of all findings with a code. */
export const notes = async (text: string, files: Readonly<Record<string, string>>, code: string): Promise<string[]> => (await outcome(text, files)).findings.filter((finding) => finding.code === code).map((finding) => finding.message);
