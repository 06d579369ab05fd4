import type { Requirement } from '../../plan/requirements.ts';
import type { Walk } from '../../walk/walk.ts';
import type { DotnetCall } from './commands.ts';
import { isModern, type SdkImage } from './image.ts';
import type { ProjectTree } from './project.ts';
import type { Sources } from './sources.ts';

/** Name prefixes of packages that bring no framework of their own. Any other package may refer to ASP.NET Core, and then only that image has it. */
const plainPackages =
  /^(?:System\.|Microsoft\.(?:Extensions\.|EntityFrameworkCore|Data\.|Bcl\.|CSharp$|CodeAnalysis|NET\.|NETCore\.|SourceLink\.|VisualStudio\.|Win32\.|IdentityModel|Identity\.Client|Azure\.(?:Cosmos|ServiceBus|Storage)|ML|Graph|TypeScript)|Newtonsoft\.|CsvHelper|Dapper|Npgsql|MySql|Oracle\.|Serilog(?!\.AspNetCore)|NLog(?!\.Web)|log4net|RabbitMQ\.Client|StackExchange\.Redis|Confluent\.|MongoDB\.|Polly|AutoMapper|MediatR|FluentValidation(?!\.AspNetCore)|Humanizer|CommandLineParser|Spectre\.Console|McMaster\.|Azure\.(?!Extensions\.AspNetCore|Monitor)|AWSSDK\.|Google\.(?!Cloud\.Diagnostics)|Grpc\.(?:Net\.|Core|Tools)|Quartz(?!\.AspNetCore)|Telegram\.Bot|Discord\.Net|DSharpPlus|Bogus|xunit|NUnit|MSTest|coverlet|Moq|BenchmarkDotNet|HtmlAgilityPack|AngleSharp|RestSharp|Refit|Flurl|protobuf-net|MessagePack|YamlDotNet|NodaTime|SixLabors\.|SkiaSharp|MailKit|MimeKit|SSH\.NET|SharpCompress|Octokit|StyleCop\.|SonarAnalyzer|Sqlite-net|SQLitePCLRaw|LiteDB|FSharp\.|Giraffe\.ViewEngine|Argu|FsToolkit|Thoth\.)/i;

/** Build-time libraries without a version for musl. Source: their packages' runtimes folders. */
const glibcPackages = /^(?:Grpc\.Core|DuckDB\.NET.*|RocksDb\w*|RocksDbSharp|OpenCvSharp4\.runtime\.(?:ubuntu|linux).*|TensorFlow.*|SciSharp\.TensorFlow.*|IronPdf.*|DinkToPdf.*|PuppeteerSharp|Microsoft\.Playwright|Microsoft\.ML\..*|Oracle\.ManagedDataAccess\.Native.*|IBM\.Data\.Db2.*|Net\.IBM\.Data\.Db2.*)$/i;

export interface Packages {
  readonly name: string;
  readonly file: string;
}

/** All packages of a project and of what it refers to. */
export const packagesOf = (tree: ProjectTree | undefined): Packages[] => (tree?.all ?? []).flatMap((project) => project.packages.map(({ name }) => ({ name, file: project.path })));

/** Which shared framework the program needs, with the evidence. */
export function frameworkNeeds(tree: ProjectTree | undefined, selfContained: boolean): Requirement[] {
  if (selfContained) return [];
  const needs: Requirement[] = [{ need: 'framework:Microsoft.NETCore.App', why: 'the assembly runs on the shared runtime', file: undefined, line: undefined }];
  const aspnet = (why: string, file: string | undefined): Requirement[] => [...needs, { need: 'framework:Microsoft.AspNetCore.App', why, file, line: undefined }];
  if (!tree) return aspnet('the project file is not at hand, and it may be a web project', undefined);
  for (const project of tree.all) {
    if (/^Microsoft\.NET\.Sdk\.(?:Web|BlazorWebAssembly)$/i.test(project.sdk ?? '')) return aspnet(`${project.path} uses ${project.sdk}`, project.path);
    if (project.frameworkReferences.some((name) => /^Microsoft\.AspNetCore\.App$/i.test(name))) return aspnet(`${project.path} refers to it`, project.path);
    if (project.sdk === undefined || !/^Microsoft\.NET\.Sdk(?:\.Worker)?$/i.test(project.sdk)) return aspnet(`${project.path} uses ${project.sdk ?? 'no SDK'}, which may need it`, project.path);
  }
  const other = packagesOf(tree).find(({ name }) => !plainPackages.test(name));
  return other ? aspnet(`the package ${other.name} may bring it`, other.file) : needs;
}

/** True when the published program carries its own runtime. Where it is not certain, the answer is no: the larger image has all that is needed. */
export function isSelfContained(producer: DotnetCall | undefined, native: boolean, tree: ProjectTree | undefined, sdk: SdkImage): boolean {
  if (!native || !producer) return false;
  const given = producer.arguments;
  if (given.selfContained !== undefined) return given.selfContained;
  const property = (name: string): string | undefined => given.properties.get(name.toLowerCase()) ?? tree?.start.property(name)?.toLowerCase();
  if (property('SelfContained') !== undefined) return property('SelfContained') === 'true';
  if (producer.verb === 'publish' && (property('PublishSelfContained') === 'true' || property('PublishAot') === 'true')) return true;
  // Until the .NET 8 SDK a runtime identifier made an application self-contained. Source: breaking change "Runtime-specific apps no longer self-contained".
  return sdk.major !== undefined && sdk.major < 8 && (given.runtime !== undefined || property('RuntimeIdentifier') !== undefined);
}

/** Cultures: ICU is needed unless the project or the environment turns them off. */
export function cultureNeeds(walked: Walk, tree: ProjectTree | undefined, sources: Sources): Requirement[] {
  const needs: Requirement[] = [];
  const invariant = tree?.start.property('InvariantGlobalization') === 'true' || /^(?:1|true)$/i.test(walked.end.scope.env.get('DOTNET_SYSTEM_GLOBALIZATION_INVARIANT') ?? '');
  if (!invariant) needs.push({ need: 'icu', why: tree ? `${tree.start.path} does not set InvariantGlobalization` : 'the program may use cultures', file: tree?.start.path, line: undefined });
  const zones = sources.find(/\bTimeZoneInfo\b|\bFindSystemTimeZoneById\b|\bDateTimeZoneProviders\b|\bCron\w*\b|\bQuartz\b|\bHangfire\b/);
  if (zones) needs.push({ need: 'timezones', why: `${zones.text} uses time zones`, file: zones.file, line: zones.line });
  else if (!sources.known || walked.end.scope.env.has('TZ')) needs.push({ need: 'timezones', why: walked.end.scope.env.has('TZ') ? 'TZ is set' : 'the program may use time zones', file: undefined, line: undefined });
  return needs;
}

/** C library: what was built for glibc does not run on musl, and the other way round. */
export function libcNeeds(tree: ProjectTree | undefined, producer: DotnetCall | undefined, native: boolean, sdk: SdkImage): Requirement[] {
  const runtime = producer?.arguments.runtime ?? tree?.start.property('RuntimeIdentifier') ?? undefined;
  const libc = runtime === undefined ? (native ? (sdk.alpine ? 'musl' : 'glibc') : undefined) : /musl|alpine/.test(runtime) ? 'musl' : /^(?:linux|debian|ubuntu|rhel|fedora)/.test(runtime) ? 'glibc' : undefined;
  if (libc !== undefined) return [{ need: libc, why: runtime === undefined ? 'the start is a native executable' : `it is published for ${runtime}`, file: undefined, line: producer?.step.instruction.line }];
  const bound = packagesOf(tree).find(({ name }) => glibcPackages.test(name));
  return bound && !sdk.alpine ? [{ need: 'glibc', why: `the package ${bound.name} has native libraries for glibc`, file: bound.file, line: undefined }] : [];
}

/**
 * Libraries that the SDK image has through curl and git, and its runtime image has not. Source: dotnet/dotnet-docker, and the breaking change
 * "Kerberos package removed from Alpine and Debian images" of .NET 8.
 */
export function sdkLibraries(tree: ProjectTree | undefined, sources: Sources, sdk: SdkImage): { readonly name: string; readonly requirement: Requirement }[] {
  if (sdk.alpine) return [];
  const found: { name: string; requirement: Requirement }[] = [];
  const add = (name: string, why: string, file: string | undefined, line?: number): void => {
    found.push({ name, requirement: { need: `package:${name}`, why, file, line } });
  };
  const ldap = packagesOf(tree).find(({ name }) => /^System\.DirectoryServices(?:\.Protocols|\.AccountManagement)?$/i.test(name));
  const suite = /bullseye|buster|focal/.test(sdk.tag ?? '') ? 'libldap-2.4-2' : /noble|trixie|resolute/.test(sdk.tag ?? '') || sdk.major === undefined || (sdk.major >= 10 && !/jammy|bookworm/.test(sdk.tag ?? '')) ? 'libldap2' : 'libldap-2.5-0';
  if (ldap) add(suite, `the package ${ldap.name} loads it`, ldap.file);
  if (!isModern(sdk)) return found;
  const negotiate = packagesOf(tree).find(({ name }) => /^Microsoft\.AspNetCore\.Authentication\.Negotiate$/i.test(name));
  const trusted = sources.find(/(?:Integrated[ _]?Security|Trusted_Connection)\s*=\s*(?:true|yes|SSPI)/i);
  if (negotiate) add('libgssapi-krb5-2', `the package ${negotiate.name} uses Kerberos`, negotiate.file);
  else if (trusted) add('libgssapi-krb5-2', 'a connection string asks for Kerberos', trusted.file, trusted.line);
  return found;
}
