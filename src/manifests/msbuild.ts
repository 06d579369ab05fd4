import { dirname, join, type Project } from '../project/project.ts';
import { evaluateCondition, expandProperties, type Properties } from './msbuild-expressions.ts';
import { attribute, childrenOf, nameOf, parseXml, textOf, type XmlNode } from './xml.ts';

/** What an SDK-style project says, as MSBuild would evaluate it, as far as that is known. Paths are paths of the context. */
export interface MsbuildProject {
  readonly path: string;
  /** `Microsoft.NET.Sdk.Web`, without a version; undefined for a project in the old .NET Framework style. */
  readonly sdk: string | undefined;
  /** A property's value; undefined when it is not set, null when it is set to something that is not known. */
  property(name: string): string | undefined | null;
  /** What MSBuild names the assembly; undefined when that is not known. */
  readonly assemblyName: string | undefined;
  /** Executables are what `dotnet` starts. Undefined when it is not known. */
  readonly executable: boolean | undefined;
  readonly projectReferences: readonly string[];
  readonly packages: readonly { readonly name: string; readonly version: string | undefined }[];
  readonly frameworkReferences: readonly string[];
  /** Files that the build copies into its output, as globs relative to the project's folder. */
  readonly copied: readonly string[];
  /** Every file of the context that the evaluation read, the project itself first: what a restore needs. */
  readonly files: readonly string[];
  /** Why a restore may need more than `files`; undefined when it does not. */
  readonly unsure: string | undefined;
}

/** Files that MSBuild and NuGet look for from the project's folder upwards; the nearest one counts. Source: MSBuild, "Customize the build by folder". */
const above = { props: 'Directory.Build.props', packages: 'Directory.Packages.props', targets: 'Directory.Build.targets' } as const;

/** SDKs whose projects are executables unless they say otherwise. Source: the SDKs' own props. */
const executableSdks = /^(?:Microsoft\.NET\.Sdk\.(?:Web|Worker|BlazorWebAssembly)|Aspire\.AppHost\.Sdk)$/i;

/** Text that makes an evaluation depend on files other than those that are imported. */
const readsFiles = /\[System\.IO|\[MSBuild\]::(?!GetPathOfFileAbove|ValueOrDefault|IsOSPlatform|VersionGreater|VersionLess|GetTargetFramework|IsTargetFramework|NormalizePath|EnsureTrailingSlash)|\bExists\s*\(/i;

/**
 * Reads a project with what lies above it in the context.
 *
 * @param globals properties given on the command line, such as Configuration
 * @returns undefined when the file is missing or is not XML
 */
export async function readMsbuildProject(context: Project, path: string, globals: Readonly<Record<string, string>> = {}): Promise<MsbuildProject | undefined> {
  const root = await rootOf(context, path);
  if (!root) return undefined;
  const folder = dirname(path);
  const evaluation = new Evaluation(context, path, globals);
  const upwards = (name: string): string | undefined => nearestAbove(context, folder, name);
  const props = upwards(above.props);
  if (props !== undefined) await evaluation.file(props);
  const sdk = attribute(root, 'Sdk') ?? sdkElement(root);
  await evaluation.body(path, root, true);
  for (const name of [above.packages, above.targets]) {
    const file = upwards(name);
    if (file !== undefined) await evaluation.file(file);
  }
  return evaluation.result(sdk?.split(/[;/]/)[0]?.trim());
}

/** The nearest file of that name in a folder or above it; undefined when the context has none. */
function nearestAbove(context: Project, folder: string, name: string): string | undefined {
  for (let here = folder; ; here = dirname(here)) {
    const path = join(here, name);
    if (context.kind(path) === 'file') return path;
    if (here === '') return undefined;
  }
}

async function rootOf(context: Project, path: string): Promise<XmlNode | undefined> {
  const text = context.read(path);
  return text === undefined ? undefined : (await parseXml(text))?.find((node) => nameOf(node) === 'Project');
}

const sdkElement = (root: XmlNode): string | undefined => childrenOf(root).flatMap((node) => (nameOf(node) === 'Sdk' ? [attribute(node, 'Name')] : nameOf(node) === 'Import' ? [attribute(node, 'Sdk')] : []))[0];

/** Properties and items in the order of the file, as MSBuild evaluates them. Deep imports end at a limit. */
class Evaluation {
  private readonly properties: Properties = new Map();
  private readonly projectReferences = new Set<string>();
  private readonly packages = new Map<string, string | undefined>();
  private readonly frameworks = new Set<string>();
  private readonly copied: string[] = [];
  private readonly files = new Set<string>();
  private unsure: string | undefined;

  constructor(
    private readonly context: Project,
    private readonly path: string,
    private readonly globals: Readonly<Record<string, string>>,
  ) {
    this.files.add(path);
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    const builtIn = { MSBuildProjectName: name, MSBuildProjectDirectory: `/${dirname(path)}`, MSBuildProjectFile: path.slice(path.lastIndexOf('/') + 1), ...globals };
    for (const [key, value] of Object.entries(builtIn)) this.properties.set(key.toLowerCase(), value);
  }

  async file(path: string): Promise<void> {
    if (this.files.has(path) || this.files.size > 50) return;
    const root = await rootOf(this.context, path);
    if (!root) return;
    this.files.add(path);
    await this.body(path, root, true);
  }

  async body(path: string, node: XmlNode, certain: boolean): Promise<void> {
    const text = this.context.read(path) ?? '';
    if (readsFiles.test(text)) this.unsure ??= `${path} looks at other files`;
    this.properties.set('msbuildthisfiledirectory', `/${dirname(path)}${dirname(path) === '' ? '' : '/'}`);
    for (const child of childrenOf(node)) await this.element(path, child, certain);
  }

  private async element(path: string, node: XmlNode, certain: boolean): Promise<void> {
    const holds = evaluateCondition(attribute(node, 'Condition'), this.properties);
    if (holds === false) return;
    const sure = certain && holds === true;
    switch (nameOf(node)) {
      case 'PropertyGroup':
        for (const child of childrenOf(node)) this.setProperty(child, sure);
        break;
      case 'ItemGroup':
        for (const child of childrenOf(node)) this.item(path, child);
        break;
      case 'Import':
        await this.import(path, node);
        break;
      case 'Choose':
      case 'When':
      case 'Otherwise':
        for (const child of childrenOf(node)) await this.element(path, child, false);
        break;
      default:
    }
  }

  private setProperty(node: XmlNode, sure: boolean): void {
    const name = nameOf(node)?.toLowerCase();
    if (name === undefined || Object.keys(this.globals).some((key) => key.toLowerCase() === name)) return;
    const holds = evaluateCondition(attribute(node, 'Condition'), this.properties);
    if (holds === false) return;
    const value = expandProperties(textOf(node).trim(), this.properties);
    const known = sure && holds === true && value !== undefined;
    this.properties.set(name, value !== undefined && (known || this.properties.get(name) === value) ? value : null);
  }

  private item(path: string, node: XmlNode): void {
    const written = attribute(node, 'Include') ?? attribute(node, 'Update');
    if (written === undefined || evaluateCondition(attribute(node, 'Condition'), this.properties) === false) return;
    const include = expandProperties(written, this.properties);
    const metadata = (name: string): string | undefined => attribute(node, name) ?? childrenOf(node).filter((child) => nameOf(child) === name).map(textOf)[0];
    const kind = nameOf(node);
    if (include === undefined) {
      if (kind === 'ProjectReference') this.unsure ??= `${path} refers to a project by a name that cannot be told: ${written}`;
      return;
    }
    const names = include.split(';').map((name) => name.trim()).filter((name) => name !== '');
    const relative = (name: string): string => (name.startsWith('/') ? join('', name) : join(dirname(this.path), name.replaceAll('\\', '/')));
    if (kind === 'ProjectReference') {
      for (const name of names) {
        if (/[*?]/.test(name)) this.unsure ??= `${path} refers to projects by a pattern: ${name}`;
        else this.projectReferences.add(relative(name));
      }
    } else if (kind === 'PackageReference') {
      for (const name of names) this.packages.set(name, metadata('Version') ?? this.packages.get(name));
    } else if (kind === 'FrameworkReference') {
      for (const name of names) this.frameworks.add(name);
    } else if (/^(?:PreserveNewest|Always|IfDifferent)$/i.test((metadata('CopyToOutputDirectory') ?? metadata('CopyToPublishDirectory') ?? '').trim())) {
      this.copied.push(...names.map((name) => name.replaceAll('\\', '/')));
    }
  }

  private async import(path: string, node: XmlNode): Promise<void> {
    const written = attribute(node, 'Project');
    if (written === undefined || attribute(node, 'Sdk') !== undefined) return;
    const upwards = /GetPathOfFileAbove\(\s*'?([\w.-]+)'?/.exec(written)?.[1];
    const value = upwards === undefined ? expandProperties(written, this.properties)?.replaceAll('\\', '/') : undefined;
    const file = upwards !== undefined ? (dirname(path) === '' ? undefined : nearestAbove(this.context, dirname(dirname(path)), upwards)) : value === undefined ? undefined : value.startsWith('/') ? join('', value) : join(dirname(path), value);
    if (file !== undefined && this.context.kind(file) === 'file') {
      const here = this.properties.get('msbuildthisfiledirectory');
      await this.file(file);
      this.properties.set('msbuildthisfiledirectory', here ?? null);
    } else if (upwards === undefined) this.unsure ??= `${path} imports ${written}`;
  }

  result(sdk: string | undefined): MsbuildProject {
    const get = (name: string): string | undefined | null => this.properties.get(name.toLowerCase());
    const fileName = get('MSBuildProjectName') ?? '';
    const assembly = get('AssemblyName');
    const output = get('OutputType');
    return {
      path: this.path,
      sdk,
      property: get,
      assemblyName: assembly === undefined || assembly === '' ? fileName : (assembly ?? undefined),
      executable: output === undefined ? sdk !== undefined && executableSdks.test(sdk) : output === null ? undefined : /^(?:Win)?Exe$/i.test(output),
      projectReferences: [...this.projectReferences],
      packages: [...this.packages].map(([name, version]) => ({ name, version })),
      frameworkReferences: [...this.frameworks],
      copied: this.copied,
      files: [...this.files],
      unsure: this.unsure,
    };
  }
}
