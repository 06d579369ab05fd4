import data from './data/sizes.json' with { type: 'json' };
import { catalogueName, parseImage, type ImageReference } from './reference.ts';

/** Size of an image in megabytes, as published for linux/amd64. The two figures must never be mixed in one sum. */
export interface ImageSize {
  /** As transferred. */
  compressed?: number;
  /** As stored. */
  onDisk?: number;
  /** The image that was measured: another version of the same variant, as a rule. */
  measured: string;
}

type Row = [repository: string, variant: string, image: string, compressed: number | null, onDisk: number | null];

/**
 * What an image weighs, for an estimate.
 *
 * @returns undefined where no figure was published for the variant
 */
export function imageSize(reference: ImageReference | string): ImageSize | undefined {
  const image = typeof reference === 'string' ? parseImage(reference) : reference;
  const name = catalogueName(image).replace(/^(gcr\.io\/distroless\/static)-debian\d+$/, '$1');
  const rows = (data.rows as Row[]).filter(([repository]) => repository === name);
  const wanted = variantKeys(image, name);
  const row = wanted.map((key) => rows.find(([, variant]) => variant === key)).find((found) => found !== undefined);
  if (!row) return undefined;
  const [, , measured, compressed, onDisk] = row;
  return { ...(compressed === null ? {} : { compressed }), ...(onDisk === null ? {} : { onDisk }), measured };
}

function variantKeys(image: ImageReference, name: string): string[] {
  if (name.startsWith('mcr.microsoft.com/dotnet/')) {
    const major = image.version?.split('.')[0] ?? '';
    const system = image.variant === 'alpine' ? 'alpine' : image.variant === 'chiseled' && !image.parts.includes('extra') ? 'noble-chiseled' : image.variant === 'chiseled' ? '' : 'bookworm-slim';
    return image.variant === undefined && image.suite !== undefined && image.suite !== 'bookworm' ? [] : [`${major}-${system}`];
  }
  if (name === 'debian') {
    const suite = image.suite ?? (image.version?.startsWith('12') ? 'bookworm' : image.version?.startsWith('13') || image.tag === undefined || image.tag === 'latest' ? 'trixie' : '');
    return [`${suite === 'stable' ? 'trixie' : suite}${image.parts.includes('slim') ? '-slim' : ''}`];
  }
  if (name === 'eclipse-temurin') return [`${image.parts.includes('jre') ? 'jre' : 'jdk'}${image.variant === 'alpine' ? '-alpine' : ''}`];
  if (['python', 'node', 'golang'].includes(name)) return [image.variant === 'alpine' ? 'alpine' : image.parts.includes('slim') ? 'slim' : 'full'];
  if (name === 'nginx') return image.variant === 'alpine' && !image.parts.includes('slim') ? ['alpine'] : [];
  if (name === 'maven') return image.variant === 'alpine' ? [] : [''];
  return [''];
}
