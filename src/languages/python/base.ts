import { refuse } from '../../findings.ts';
import { describeImage, runtimeCounterpart, type ImageFacts } from '../../images/catalogue.ts';
import { parseImage } from '../../images/reference.ts';
import type { PackageFamily } from '../../packages/resolve.ts';
import { chooseRuntime, type Candidate, type Requirement } from '../../plan/requirements.ts';
import type { BaseImage, Walk } from '../../walk/walk.ts';

/** The base image as a Python project sees it. */
export interface PythonBase {
  /** `official`: python at /usr/local. `system`: a distribution whose package manager brings Python. `other`: contents not known. */
  readonly kind: 'official' | 'system' | 'other';
  /** `3.11`; undefined when the tag does not say. */
  readonly minor: string | undefined;
  /** The tag names Python 2. */
  readonly two: boolean;
  readonly family: PackageFamily | undefined;
  readonly facts: ImageFacts | undefined;
}

/** The image of the runtime stage. */
export interface RuntimeImage {
  /** `slim`, `alpine` or `same`: also the template's name. */
  readonly name: string;
  /** What stands after FROM, flags included. */
  readonly from: string;
  /** The image alone, variables replaced. */
  readonly image: string;
  readonly facts: ImageFacts | undefined;
  /** False when it is the base image itself. */
  readonly differs: boolean;
  readonly reason: string;
  readonly choice: string;
}

/** Packages that bring a distribution's Python 3, and those of its Python 2. */
const pythonThree = /^(?:python3(?:[.-].*)?|py3-.*)$/;
const pythonTwo = /^(?:python|python2.*|python-(?!is-python3)[a-z].*|py-.*|py2-.*)$/;

/**
 * Checks that the Python of a base image is one that a virtual environment can be made from, with everything that the program sees.
 *
 * @throws Refusal `unknown-base` when that cannot be told
 */
export function checkPython(walked: Walk, base: PythonBase, installs: boolean): void {
  const { facts, reference } = walked.base;
  const line = walked.stage.from.line;
  if (base.kind === 'official') {
    if ((facts?.config.onbuild ?? []).length > 0) throw refuse('unsupported-shape', { reason: `${walked.base.written} installs and copies through ONBUILD`, help: 'Write these steps out, on a base image without -onbuild.' }, { line });
    return;
  }
  // A mirror of the official image: what a package manager adds to it serves the build.
  if (!installs || (base.kind === 'other' && facts === undefined && reference?.name === 'python')) return;
  const packages = walked.steps.flatMap((step) => step.run?.parts ?? []).flatMap((part) => (part.effect.kind === 'packages' && part.effect.action === 'install' ? part.effect.packages : []));
  const names = packages.map((name) => name.replace(/[=<>~/@:].*$/, ''));
  const unknown = (reason: string): Error => refuse('unknown-base', { image: walked.base.written, reason, help: 'Start from a python image, which brings one Python and nothing else.' }, { line });
  const brought = names.some((name) => pythonThree.test(name) || pythonTwo.test(name));
  if (brought && base.kind === 'system' && (base.family === 'debian' || base.family === 'ubuntu')) return;
  if (brought && base.kind === 'system' && base.family === 'alpine' && !names.some((name) => pythonTwo.test(name))) return;
  if (brought && base.kind === 'system') throw refuse('unsupported-shape', { reason: `packages of pip cannot be told from those of ${walked.base.written}`, help: 'Start from a python image, or install into a virtual environment.' }, { line });
  throw unknown('which Python it has, and with which packages, cannot be told');
}

/** The suites that the base image may stand for; undefined when nothing is known. */
export const suitesOf = (base: PythonBase): readonly string[] | undefined => (base.facts && base.facts.suites.length > 0 ? base.facts.suites : undefined);

export function describeBase(walked: Walk): PythonBase {
  const { facts, reference } = walked.base;
  const tagged = /^(\d+\.\d+)/.exec(reference?.version ?? '')?.[1] ?? /python-?(3\.\d+)/i.exec(reference?.tag ?? '')?.[1];
  const official = facts?.language === 'python' && (reference?.name === 'python' || reference?.name === 'uv');
  const named = official || (facts === undefined && reference?.name === 'python');
  return {
    kind: official ? 'official' : facts !== undefined && facts.language === undefined ? 'system' : 'other',
    minor: named ? tagged : undefined,
    two: named && /^2(?:\.|$)/.test(reference?.version ?? ''),
    family: facts === undefined || facts.family === 'none' ? undefined : facts.family,
    facts,
  };
}

/**
 * Chooses the runtime image: the slim image of the same version and suite, or the base itself.
 *
 * @throws Refusal `runtime-lacks` when `--runtime` asks for one that cannot be used
 */
export function chooseImage(walked: Walk, base: PythonBase, requirements: readonly Requirement[], wanted: string): RuntimeImage {
  const written = walked.stage.from.text.replace(/^\w+\s+/, '').replace(/\s+AS\s+\S+\s*$/i, '');
  const flags = walked.stage.from.flags.length === 0 ? '' : `${written.slice(0, written.length - walked.base.written.length)}`;
  const slim = slimOf(walked.base);
  const own = base.facts?.kind === 'alpine' ? 'alpine' : base.facts?.kind === 'slim' ? 'slim' : 'same';
  const none = { facts: base.facts, differs: false, image: walked.base.image ?? walked.base.written };
  const images = [
    ...(slim ? [{ name: 'slim', written: slim.written, differs: true, image: slim.image, facts: describeImage(parseImage(slim.image)), reason: slim.reason }] : []),
    { name: own, written: walked.base.written, ...none, reason: base.facts === undefined ? 'what a smaller image would lack is not known' : own === 'same' ? 'there is no smaller image of the same version and distribution' : `it is the ${own} image already` },
    ...(own === 'same' ? [] : [{ name: 'same', written: walked.base.written, ...none, reason: 'as asked for' }]),
    ...(slim ? [{ name: 'same', written: walked.base.written, ...none, reason: 'as asked for' }] : []),
  ];
  const candidates = images.map((image): Candidate & { image: string } => ({ runtime: image.name, image: image.written, offers: (need) => image.name !== 'slim' || !image.differs || need !== 'same-image' }));
  const { candidate, sentence } = chooseRuntime(candidates, requirements, wanted, { line: walked.stage.from.line });
  const chosen = images[candidates.indexOf(candidate as Candidate & { image: string })]!;
  return { name: chosen.name, from: flags + chosen.written, image: chosen.image, facts: chosen.facts, differs: chosen.differs, reason: chosen.reason, choice: chosen.differs ? sentence : `${chosen.written}: ${chosen.reason}` };
}

/** The slim counterpart with the variables of the original FROM kept; undefined when there is none, or it cannot be written with them. */
function slimOf(base: BaseImage): { written: string; image: string; reason: string } | undefined {
  if (base.image === undefined || base.reference === undefined || base.facts === undefined || base.facts.kind === 'alpine') return undefined;
  const found = runtimeCounterpart(base.reference, 'slim');
  if (!found || found.image === base.image) return undefined;
  const written = withVariables(base.written, base.image, found.image);
  return written === undefined ? undefined : { written, image: found.image, reason: found.reason };
}

/** Puts what `counterpart` has more than `image` at the same place of the text as written, where variables stand for parts of it. */
export function withVariables(written: string, image: string, counterpart: string): string | undefined {
  if (written === image) return counterpart;
  // A variable may stand for parts of the tag; for the whole image it may be given as anything.
  if (!/^[^$]*:/.test(written)) return undefined;
  let head = 0;
  while (head < image.length && image[head] === counterpart[head]) head += 1;
  for (let cut = head; cut >= 0; cut -= 1) {
    const tail = image.slice(cut);
    if (!counterpart.endsWith(tail) || !counterpart.startsWith(image.slice(0, cut))) continue;
    const inserted = counterpart.slice(cut, counterpart.length - tail.length);
    if (written.endsWith(tail) && !/\$(?:\{[^}]*)?$/.test(written.slice(0, written.length - tail.length))) return written.slice(0, written.length - tail.length) + inserted + tail;
  }
  return undefined;
}
