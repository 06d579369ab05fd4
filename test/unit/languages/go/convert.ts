import type { Options } from '../../../../src/languages/language.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

/** Sources and manifests that many tests use. */
export const main = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n';
export const library = 'package lib\n\nfunc Say() {}\n';
export const module = (path: string, ...rest: string[]): string => `module ${path}\n\ngo 1.22\n${rest.map((line) => `\n${line}\n`).join('')}`;
export const uuid = 'require github.com/google/uuid v1.6.0';

/** The proposal; throws with the findings where there is none. Without files, nothing is known of the project. */
export async function text(dockerfile: string, files?: Record<string, string>, options: Partial<Options> = {}): Promise<string> {
  const outcome = await transform(dockerfile, files === undefined ? unknownProject : memoryProject(files), options, packagedTemplates());
  if (outcome.kind !== 'converted') throw new Error(outcome.findings.map((item) => `${item.code}: ${item.message}; ${item.help ?? ''}`).join('\n'));
  return outcome.text;
}

/** The lines of the last stage. */
export const runtimeOf = (proposal: string): string => proposal.slice(proposal.lastIndexOf('\nFROM ') + 1);

/** The lines of the builder. */
export const builderOf = (proposal: string): string => proposal.slice(0, proposal.lastIndexOf('\nFROM ') + 1);

/** What the runtime stage takes from the builder, as paths in the builder. */
export const taken = (proposal: string): string[] => Array.from(runtimeOf(proposal).matchAll(/^COPY --from=builder (?:--chown=\S+ )?(\S+) /gm), (match) => match[1]!);
