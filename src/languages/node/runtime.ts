import { flagOf } from '../../dockerfile/model.ts';
import { describeImage, runtimeCounterpart, type ImageFacts } from '../../images/catalogue.ts';
import type { Candidate } from '../../plan/requirements.ts';
import type { Walk } from '../../walk/walk.ts';

/** A runtime image for a Node.js program. */
export interface NodeRuntime extends Candidate {
  readonly facts: ImageFacts | undefined;
  /** True when it is the base image of the original itself. */
  readonly sameAsBase: boolean;
}

/** Runtimes for this project, the smallest first. `native` is what speaks against another libc. */
export function nodeRuntimes(walk: Walk, offersOf: (facts: ImageFacts | undefined, same: boolean, libcChanges: boolean, runtime: string) => (need: string) => boolean): NodeRuntime[] {
  const { base } = walk;
  const platform = flagOf(walk.stage.from, 'platform');
  const flag = platform === undefined || /BUILDPLATFORM/.test(platform) ? '' : `--platform=${platform} `;
  const found: NodeRuntime[] = [];
  const isNode = base.facts?.language === 'node' || base.facts?.language === 'bun';
  const add = (runtime: string, image: string, facts: ImageFacts | undefined): void => {
    const sameAsBase = image === base.written;
    found.push({ runtime, image: flag + image, facts, sameAsBase, offers: offersOf(facts, sameAsBase, facts?.libc !== base.facts?.libc, runtime) });
  };
  if (isNode && base.reference && base.image !== undefined) {
    const musl = base.facts!.libc === 'musl';
    const alpine = musl ? base.written : alpineOf(walk);
    if (alpine !== undefined) add('alpine', alpine, musl ? base.facts : describeImage(alpine));
    if (!musl) {
      const slim = runtimeCounterpart(base.reference, 'slim')?.image;
      const written = slim === undefined ? undefined : withVariables(base.written, base.image, slim);
      if (written !== undefined) add('slim', written, describeImage(slim!));
    }
  }
  add('same', base.written, base.facts);
  return found;
}

/** `node:${VERSION}` with the ending that its value got; undefined when the change is not an ending. */
function withVariables(written: string, image: string, counterpart: string): string | undefined {
  if (!written.includes('$')) return counterpart;
  return counterpart.startsWith(image) ? written + counterpart.slice(image.length) : undefined;
}

/** The alpine image of the same version of Node, for those who ask for it. */
function alpineOf(walk: Walk): string | undefined {
  const { reference, written } = walk.base;
  if (!reference || reference.digest !== undefined || walk.base.facts?.language !== 'node' || walk.base.facts.kind === 'distroless') return undefined;
  if (written.includes('$')) return undefined;
  const colon = written.lastIndexOf(':');
  const repository = colon > written.lastIndexOf('/') ? written.slice(0, colon) : written;
  const version = reference.version ?? /^(?:lts|current|latest)/.exec(reference.tag ?? 'latest')?.[0];
  return version === undefined ? undefined : `${repository}:${version === 'latest' ? '' : `${version}-`}alpine`;
}
