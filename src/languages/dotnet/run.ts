import { refuse } from '../../findings.ts';
import { dirname } from '../../project/project.ts';
import { imagePathOf } from '../../walk/place.ts';
import type { Context } from '../language.ts';
import { envPair, launchProfile, type LaunchProfile } from './launch.ts';
import { projectTree, targetAt, type ProjectTree } from './project.ts';
import { ownAddress, readSources, type Sources } from './sources.ts';
import type { DotnetCall } from './commands.ts';
import type { DotnetStart } from './start.ts';

/** Where the converted `dotnet run` publishes to in the builder: apart from the sources, so that nothing is published twice. */
export const publishFolder = '/publish';

/** A start by `dotnet run`, turned into a publish and the assembly. */
export interface RunStart {
  readonly tree: ProjectTree;
  readonly assembly: string;
  /** The project file and its folder in the image. */
  readonly image: string;
  readonly folder: string;
  /** `dotnet publish …`. */
  readonly publish: string;
  /** Why that configuration. */
  readonly why: string;
  readonly profile: LaunchProfile | undefined;
  /** Words for the program. */
  readonly words: readonly string[];
  /** ENV lines that stand for the profile. */
  readonly environment: readonly string[];
}

/**
 * @throws Refusal when the project, its assembly or its launch profile cannot be told or carried over
 */
export async function runStart(context: Context, start: DotnetStart & { kind: 'run' }, calls: readonly DotnetCall[]): Promise<RunStart> {
  const { walk } = context;
  const given = start.arguments;
  const place = { file: start.command.file || undefined, line: start.command.line };
  if (!walk.project.known) throw refuse('missing-manifest', { path: 'the project file', reason: '`dotnet run` starts the assembly that it names' }, place);
  if (given.unknown) throw refuse('ambiguous-artifact', { reason: 'the arguments of `dotnet run` depend on variables', help: 'Publish the project, and start `dotnet Name.dll` with those arguments.' }, place);
  const written = given.operand;
  const at = written === undefined ? walk.end.cwd : written.startsWith('/') ? written : walk.end.cwd === undefined ? undefined : `${walk.end.cwd}/${written.replaceAll('\\', '/')}`.replace(/\/(?:\.\/)+/g, '/').replace(/\/\.?$/, '');
  const target = await targetAt(walk, at === undefined ? undefined : normalizePath(at), true);
  if (target?.kind !== 'project') throw refuse('ambiguous-artifact', { reason: `there is no single project for \`dotnet run\` in ${at ?? 'its folder'}`, help: 'Name it with --project, or publish it and start `dotnet Name.dll`.' }, place);
  const configurationGiven = given.configuration;
  const tree = (await projectTree(walk.project, target.path, configurationGiven === undefined ? {} : { Configuration: configurationGiven }))!;
  if (!tree) throw refuse('missing-manifest', { path: target.path, reason: 'it cannot be read as an MSBuild project' }, place);
  const { assemblyName } = tree.start;
  refuseProjects(tree, target.path);
  if (assemblyName === undefined) throw refuse('ambiguous-artifact', { reason: `the name of the assembly of ${target.path} cannot be told`, help: 'Publish the project, and start `dotnet Name.dll`.' }, { file: target.path });
  if (tree.start.property('TargetFrameworks') && given.framework === undefined) throw refuse('ambiguous-artifact', { reason: `${target.path} has several target frameworks`, help: 'Name one with --framework.' }, { file: target.path });
  const profile = await launchProfile(walk.project, target.path, given);
  const words = given.program.length > 0 ? given.program : (profile?.arguments ?? []);
  refuseAddresses(context, calls, profile, tree, words);
  const { configuration, why } = chooseConfiguration(context, tree, configurationGiven);
  const imagePath = imagePathOf(walk, target.path)!;
  const cwd = walk.end.cwd ?? '/';
  const shown = imagePath.startsWith(cwd === '/' ? '/' : `${cwd}/`) ? imagePath.slice(cwd === '/' ? 1 : cwd.length + 1) : imagePath;
  const options = [
    ...(given.framework === undefined ? [] : ['-f', given.framework]),
    ...(given.runtime === undefined ? [] : ['-r', given.runtime]),
    ...(given.selfContained === undefined ? [] : ['--self-contained', String(given.selfContained)]),
    ...[...given.properties].map(([name, value]) => `-p:${name}=${value}`),
  ];
  const overridden = givesAddress(words, readSources(walk.project, tree.folders));
  const own = [...(profile?.urls === undefined || overridden ? [] : [{ name: 'ASPNETCORE_URLS', value: profile.urls }]), ...(profile?.environment ?? []), ...given.environment];
  return {
    tree,
    assembly: `${assemblyName}.dll`,
    image: imagePath,
    folder: dirname(imagePath) || '/',
    publish: ['dotnet publish', quoted(shown), '-c', configuration, ...options, '-o', publishFolder].join(' '),
    why,
    profile,
    words,
    environment: own.map(envPair),
  };
}

const normalizePath = (path: string): string => `/${path.split('/').reduce<string[]>((out, part) => (part === '..' ? out.slice(0, -1) : part === '' || part === '.' ? out : [...out, part]), []).join('/')}`;
const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `"${path}"`);

/** Kinds of project that `dotnet run` starts in a way that a published one does not. */
function refuseProjects(tree: ProjectTree, path: string): void {
  const { sdk } = tree.start;
  const reason =
    sdk === undefined
      ? `${path} is a project in the old .NET Framework style`
      : /BlazorWebAssembly/i.test(sdk)
        ? `${path} is a Blazor WebAssembly program, which \`dotnet run\` serves with a development server`
        : /^Aspire\.AppHost/i.test(sdk) || tree.start.property('IsAspireHost') === 'true'
          ? `${path} is an Aspire host, which starts other projects with the SDK`
          : tree.start.executable === false
            ? `${path} is a library`
            : undefined;
  if (reason !== undefined) throw refuse('unsupported-shape', { reason, help: 'Publish what is to run, and start that.' }, { file: path });
  const proxy = tree.start.packages.find(({ name }) => /^Microsoft\.AspNetCore\.SpaProxy$/i.test(name));
  if (proxy) throw refuse('interactive-or-dev-start', { command: 'dotnet run', help: 'It starts the front end\'s development server through SpaProxy. Publish the project, and start `dotnet Name.dll`.' }, { file: path });
}

/** `--urls` wins over the environment, in a program that reads its arguments as configuration. */
export const givesAddress = (words: readonly (string | undefined)[], sources: Sources): boolean =>
  words.some((word) => word !== undefined && /^--?(?:urls|server\.urls)(?:=|$)/.test(word)) && (!sources.known || sources.find(/\bCreate\w*Builder(?:<[^>]*>)?\s*\(\s*(?:args|argv|new\b|options)|\bAddCommandLine\b|\bargs\s*=/i, 'code') !== undefined);

/** An HTTPS address without a certificate ends the program at its start, so the original never served it. */
function refuseAddresses(context: Context, calls: readonly DotnetCall[], profile: LaunchProfile | undefined, tree: ProjectTree, words: readonly string[]): void {
  const sources = readSources(context.walk.project, tree.folders);
  const web = tree.all.some((project) => /\.Web$/i.test(project.sdk ?? '') || project.frameworkReferences.some((name) => /AspNetCore/i.test(name)));
  if (!profile || !web || !/https:/i.test(profile.urls ?? '') || givesAddress(words, sources) || ownAddress(sources)) return;
  const env = [...context.walk.end.scope.env.keys(), ...profile.environment.map((item) => item.name)];
  if (calls.some((call) => call.verb === 'dev-certs') || env.some((name) => /Kestrel__Certificates/i.test(name))) return;
  throw refuse(
    'interactive-or-dev-start',
    { command: 'dotnet run', help: 'Start with --no-launch-profile and set ASPNETCORE_URLS, or publish the project and start `dotnet Name.dll`: the profile\'s https address has no certificate in the image.' },
    { file: profile.file },
  );
}

/** `dotnet run` builds Debug. Release does the same where nothing in the project depends on it. */
function chooseConfiguration(context: Context, tree: ProjectTree, given: string | undefined): { configuration: string; why: string } {
  if (given !== undefined) return { configuration: given, why: `the configuration ${given}, as before` };
  const sources = readSources(context.walk.project, tree.folders);
  const code = sources.find(/^\s*#(?:el)?if\b[^\n]*\b(?:DEBUG|RELEASE|TRACE)\b|\bDebug\.(?:Assert|Write|Fail|Print)|\bConditional\("DEBUG"\)/m, 'code');
  const projects = tree.all.flatMap((project) => project.files).find((file) => /\$\(Configuration\)|\bDEBUG\b/i.test(context.walk.project.read(file) ?? ''));
  const reason = code ? `${code.file}:${code.line} depends on it` : projects ? `${projects} depends on it` : undefined;
  return reason === undefined ? { configuration: 'Release', why: 'Release: nothing in the sources depends on the Debug configuration that `dotnet run` builds' } : { configuration: 'Debug', why: `Debug, which \`dotnet run\` builds: ${reason}` };
}
