import type { Context } from '../language.ts';
import type { DotnetAnalysis } from './analysis.ts';
import { givesAddress } from './run.ts';

/**
 * Whether the runtime image would listen elsewhere than the SDK image did.
 *
 * SDK images of 2.x set ASPNETCORE_URLS to port 80, as the runtime images do. Those of 3.0 to 7.0 leave it empty, so that a web program listens on
 * http://localhost:5000 unless it is told otherwise, while the runtime images set port 80. From 8 on both set ASPNETCORE_HTTP_PORTS=8080.
 * Source: dotnet/dotnet-docker, src/sdk and src/runtime-deps through their history; Kestrel ignores an empty address (GenericWebHostService).
 *
 * @returns `clear` when the runtime stage must empty the variable
 */
export function addressNeed({ walk, start }: Context, analysis: DotnetAnalysis): 'clear' | undefined {
  const { sdk } = analysis;
  if (sdk.major === undefined || sdk.major < 3 || sdk.major > 7) return undefined;
  const web = analysis.requirements.some((requirement) => requirement.need === 'framework:Microsoft.AspNetCore.App');
  if (!web || (analysis.tree !== undefined && analysis.tree.all.every((project) => !/\.Web$/i.test(project.sdk ?? '') && !project.frameworkReferences.some((name) => /AspNetCore/i.test(name))))) return undefined;
  const set = (name: string): boolean => walk.steps.some((step) => step.instruction.keyword === 'ENV' && step.instruction.pairs.some((pair) => pair.name === name));
  if (walk.stage.instructions.some((item) => /^(?:CMD|ENTRYPOINT)$/.test(item.keyword) && item.logical.includes('ASPNETCORE_URLS'))) return undefined;
  if (set('ASPNETCORE_URLS') || analysis.run?.environment.some((pair) => pair.startsWith('ASPNETCORE_URLS='))) return undefined;
  const words = [...start.commands.flatMap((command) => command.words), ...(analysis.run?.words ?? [])];
  if (givesAddress(words, analysis.sources)) return undefined;
  // An entry-point script, or the program itself, may set the address.
  if (start.scripts.some((script) => /ASPNETCORE_URLS/.test(script.text ?? 'ASPNETCORE_URLS'))) return undefined;
  return 'clear';
}
