import type { Options } from '../../../../src/languages/language.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform, type Outcome } from '../../../../src/transform.ts';

/** A project file with an SDK and, inside the first group, some properties. */
export const csproj = (sdk = 'Microsoft.NET.Sdk.Web', properties = '', items = ''): string =>
  `<Project Sdk="${sdk}">\n  <PropertyGroup>\n    <TargetFramework>net8.0</TargetFramework>${properties}\n  </PropertyGroup>\n  <ItemGroup>${items}</ItemGroup>\n</Project>\n`;

/** A minimal web program that writes nothing. */
export const program = 'var app = WebApplication.CreateBuilder(args).Build();\napp.MapGet("/", () => "hello");\napp.Run();\n';

export async function convert(dockerfile: string, files?: Readonly<Record<string, string>>, options: Partial<Options> = {}): Promise<Outcome> {
  return transform(dockerfile, files === undefined ? unknownProject : memoryProject(files), options, packagedTemplates());
}

/** The proposal's text. */
export async function proposal(dockerfile: string, files?: Readonly<Record<string, string>>, options: Partial<Options> = {}): Promise<string> {
  const outcome = await convert(dockerfile, files, options);
  if (outcome.kind !== 'converted') throw new Error(`${outcome.kind}: ${outcome.findings[0]?.code} ${outcome.findings[0]?.message}`);
  return outcome.text;
}

/** The text of the last stage. */
export const runtimeOf = (text: string): string => text.slice(text.lastIndexOf('\nFROM ') + 1);

/** The text before the last stage. */
export const builderOf = (text: string): string => text.slice(0, text.lastIndexOf('\nFROM ') + 1);

/** Code and message of a run without a proposal. */
export async function refusal(dockerfile: string, files?: Readonly<Record<string, string>>, options: Partial<Options> = {}): Promise<string> {
  const outcome = await convert(dockerfile, files, options);
  return outcome.kind === 'converted' ? `converted:\n${outcome.text}` : `${outcome.findings[0]!.code}: ${outcome.findings[0]!.message}`;
}
