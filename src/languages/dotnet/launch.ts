import { refuse } from '../../findings.ts';
import { dirname, join, type Project } from '../../project/project.ts';
import type { DotnetArguments } from './commands.ts';

/** What `dotnet run` takes from launchSettings.json. */
export interface LaunchProfile {
  readonly name: string;
  readonly file: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly urls: string | undefined;
  readonly arguments: readonly string[];
}

/**
 * The launch profile that `dotnet run` applies: the one that is named, or the first that starts the project. What it sets wins over the
 * container's environment. Source: dotnet/sdk, RunCommand (ApplyLaunchSettingsProfileToCommand) and LaunchSettingsManager.
 *
 * @throws Refusal for a profile that cannot be carried over
 */
export async function launchProfile(context: Project, project: string, given: DotnetArguments): Promise<LaunchProfile | undefined> {
  if (given.switches.has('--no-launch-profile')) return undefined;
  const file = join(dirname(project), `${/\.vbproj$/i.test(project) ? 'My Project' : 'Properties'}/launchSettings.json`);
  const text = context.read(file);
  if (text === undefined) return undefined;
  const { parse } = await import('jsonc-parser');
  const settings: unknown = parse(text.replace(/^\uFEFF/, ''), [], { allowTrailingComma: true });
  const profiles = fields(fields(settings).get('profiles'));
  const named = given.profile;
  const [name, raw] = [...profiles].find(([key, profile]) => (named === undefined ? fields(profile).get('commandName') === 'Project' : key.toLowerCase() === named.toLowerCase())) ?? [];
  if (name === undefined) return undefined;
  const profile = fields(raw);
  const text_ = (key: string): string | undefined => {
    const value = profile.get(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const environment = [...fields(profile.get('environmentVariables'))].map(([key, value]) => ({ name: key, value: String(value) }));
  const own = text_('commandLineArgs') ?? '';
  const uncertain = profile.get('commandName') !== 'Project' ? 'it does not start the project' : text_('workingDirectory') !== undefined ? 'it sets a working directory' : environment.some(({ value }) => /%\w+%|\$\(/.test(value)) ? 'its variables refer to others' : /["'\\]/.test(own) ? 'its arguments are quoted' : undefined;
  if (uncertain !== undefined) {
    throw refuse('unsupported-shape', { reason: `\`dotnet run\` applies the profile ${name} of ${file}, which cannot be carried over: ${uncertain}`, help: 'Start the published assembly with `dotnet Name.dll`, and set what it needs with ENV.' }, { file });
  }
  const urls = environment.find((item) => item.name === 'ASPNETCORE_URLS')?.value ?? text_('applicationUrl');
  return { name, file, environment: environment.filter((item) => item.name !== 'ASPNETCORE_URLS'), urls, arguments: own.split(/\s+/).filter((word) => word !== '') };
}

const fields = (value: unknown): Map<string, unknown> => new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []);

/** `NAME=value` for ENV, quoted where it must be. Source: Dockerfile reference, ENV. */
export const envPair = ({ name, value }: { readonly name: string; readonly value: string }): string => `${name}=${/^[\w./:;,+*@%=~-]*$/.test(value) ? value : `"${value.replace(/[\\"$]/g, '\\$&')}"`}`;
