import { dirname, join } from '../project/project.ts';
import { attribute, childrenOf, nameOf, parseXml, type XmlNode } from './xml.ts';

/**
 * The projects that a solution names, as paths of the context. Solution folders are left out.
 *
 * @param path the solution's own path: `.sln` in Microsoft's text format, or `.slnx` in XML
 * @returns undefined when the format is not known
 */
export async function readSolution(path: string, text: string): Promise<string[] | undefined> {
  const inContext = (written: string): string => join(dirname(path), written.replaceAll('\\', '/'));
  if (path.endsWith('.sln')) {
    const found = Array.from(text.matchAll(/^\s*Project\("\{[^}]*\}"\)\s*=\s*"[^"]*",\s*"([^"]*)"/gm), (match) => match[1]!);
    return found.filter((written) => /\.\w*proj$/i.test(written)).map(inContext);
  }
  if (!path.endsWith('.slnx')) return undefined;
  const nodes = await parseXml(text);
  const root = nodes?.find((node) => nameOf(node) === 'Solution');
  if (!root) return undefined;
  const projects = (node: XmlNode): string[] => childrenOf(node).flatMap((child) => (nameOf(child) === 'Project' ? [attribute(child, 'Path') ?? ''] : nameOf(child) === 'Folder' ? projects(child) : []));
  return projects(root).filter((written) => written !== '').map(inContext);
}

/** Folders of the project that a nuget.config names as package sources, as paths of the context. */
export async function localPackageSources(path: string, text: string): Promise<string[]> {
  const nodes = await parseXml(text);
  const configuration = nodes?.find((node) => nameOf(node)?.toLowerCase() === 'configuration');
  const sources = configuration ? childrenOf(configuration).filter((node) => nameOf(node)?.toLowerCase() === 'packagesources').flatMap(childrenOf) : [];
  return sources.flatMap((node) => {
    const value = attribute(node, 'value');
    return value === undefined || /^[a-z]+:\/\/|^[%/]|^[A-Za-z]:/i.test(value) ? [] : [join(dirname(path), value.replaceAll('\\', '/'))];
  });
}
