/** An element or a text of a parsed XML file, in the order of the file. */
export type XmlNode = Readonly<Record<string, unknown>>;

/** Parses XML, keeping the order of elements. Entities are not expanded, so that a hostile file costs nothing. Undefined when it is not XML. */
export async function parseXml(text: string): Promise<XmlNode[] | undefined> {
  const { XMLParser } = await import('fast-xml-parser');
  try {
    const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', processEntities: false, parseTagValue: false, parseAttributeValue: false, trimValues: false, ignoreDeclaration: true, ignorePiTags: true });
    const nodes: unknown = parser.parse(text.replace(/^\uFEFF/, ''));
    return Array.isArray(nodes) ? (nodes as XmlNode[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Name of an element; undefined for text and comments. */
export const nameOf = (node: XmlNode): string | undefined => Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#'));

export function childrenOf(node: XmlNode): XmlNode[] {
  const name = nameOf(node);
  const children = name === undefined ? undefined : node[name];
  return Array.isArray(children) ? (children as XmlNode[]) : [];
}

/** The five entities that XML itself defines; others are left as they are. */
const plain = (text: string): string => text.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]!);

/** Value of an attribute, by name in any case. */
export function attribute(node: XmlNode, name: string): string | undefined {
  const attributes = node[':@'];
  if (typeof attributes !== 'object' || attributes === null) return undefined;
  const found = Object.entries(attributes).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return typeof found === 'string' ? plain(found) : undefined;
}

/** The text directly inside an element. */
export const textOf = (node: XmlNode): string =>
  childrenOf(node)
    .map((child) => (typeof child['#text'] === 'string' ? plain(child['#text']) : ''))
    .join('');
