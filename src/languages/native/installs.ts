import { refuse } from '../../findings.ts';
import { variablesIn } from '../../dockerfile/scope.ts';
import { hasEnded } from '../../images/suites.ts';
import { isSameEverywhere, packageOfProgram, programsOf } from '../../packages/resolve.ts';
import type { StageDraft } from '../../plan/draft.ts';
import type { RunPart } from '../../walk/run.ts';
import { shellBuiltins } from '../../walk/start.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import { installedPackages } from './packages.ts';
import type { NativeRuntime, Wanted } from './runtimes.ts';

/** Folders of the package manager, and of the keys of further repositories. */
const packageFolders = /^\/(?:etc\/ap[tk]|usr\/share\/keyrings|var\/(?:lib\/apt|cache)|tmp|root\/\.gnupg)(?:\/|$)/;

/** A change of the addresses of the distribution's own packages: `sed -i s/HOST/MIRROR/ /etc/apt/sources.list`. */
const isMirror = (part: RunPart): boolean => part.simple?.name === 'sed' && /\/etc\/(?:apk\/repositories|apt\/sources\.list)/.test(part.text);

/** Whether a part names a further source of packages, or its key. */
const namesSource = (part: RunPart): boolean => !isMirror(part) && ((part.effect.kind === 'packages' && part.effect.action === 'repository') || (part.effect.kind !== 'packages' && /apt-key|\/etc\/apt\b(?!\/apt\.conf)|keyrings?\b|deb\.nodesource|\/etc\/apk\/(?:repositories|keys)|dpkg --add-architecture/.test(part.text)));

/**
 * Installs packages in the runtime stage, as the Dockerfile does: with what they recommend, from the mirror and the repositories that it names.
 *
 * @throws Refusal for a package whose repository cannot be named again in the runtime stage
 */
export function installPackages(runtime: StageDraft, walk: Walk, wanted: readonly Wanted[], chosen: NativeRuntime): void {
  const local = wanted.find(({ name, own }) => own?.installed && /\.(?:apk|deb|rpm)$/.test(name))?.own?.installed;
  if (local) throw refuse('unsupported-shape', { reason: `${local.name} is installed from a file, which the runtime stage does not have`, help: 'Install it from a repository, or add a runtime stage by hand.' }, { line: local.line });
  const kept = foreignSteps(walk, wanted);
  if (kept.length > 0) {
    const missing = kept.flatMap((step) => step.run?.parts ?? []).flatMap((part) => part.commands).flatMap((command) => (command.name === undefined ? [] : (providerOf(walk, command.name, chosen) ?? [])));
    if (missing.length > 0) runtime.add(installLine(walk, [...new Set(['ca-certificates', ...missing])].map((name) => ({ name, own: undefined })), chosen, []), { comment: 'To reach the package repository' });
    for (const step of kept) runtime.keep(step, 'the runtime stage needs a package of this repository');
  }
  const rest = wanted.filter(({ own }) => own?.installed === undefined || !kept.includes(own.installed.step));
  const same = chosen.facts?.suite === walk.base.facts?.suite && chosen.family === walk.base.facts?.family;
  const mirrors = same && kept.length === 0 ? walk.steps.flatMap((step) => step.run?.parts ?? []).filter(isMirror) : [];
  const moved = chosen.family === 'debian' && walk.base.facts?.family === 'debian' && walk.base.facts.suite !== undefined && hasEnded(walk.base.facts.suite) && chosen.facts?.suite !== walk.base.facts.suite;
  const line = rest.length > 0 ? installLine(walk, rest, chosen, mirrors) : undefined;
  if (line === undefined) return;
  // ARGs hold for one stage only.
  const named = new Set(variablesIn(line));
  const declared = new Map(walk.steps.flatMap((step) => (step.instruction.keyword === 'ARG' ? step.instruction.pairs.filter(({ name }) => named.has(name)).map(({ name }) => [name, step] as const) : [])));
  for (const step of new Set(declared.values())) runtime.keep(step, 'names a package of the runtime stage');
  runtime.add(line, moved ? { comment: `Debian's servers no longer have the packages of ${walk.base.facts!.suite!}` } : { apart: true });
}

/** The package of a program that a RUN calls to name a repository; undefined where the image has it. */
function providerOf(walk: Walk, program: string, { facts, family }: NativeRuntime): string | undefined {
  if (family === 'none' || facts?.programs.includes(program) || shellBuiltins.has(program)) return undefined;
  const installed = installedPackages(walk).find(({ name }) => programsOf(name, family).includes(program))?.name;
  return installed ?? packageOfProgram(program, family);
}

/** Repositories for tools of the build, by what names them. */
const ofTools: readonly (readonly [RegExp, RegExp])[] = [[/golang/i, /^golang/], [/nodesource/, /^(?:nodejs|npm)$/], [/yarnpkg/, /^yarn/], [/docker/, /docker/]];

/** RUNs that install packages from further repositories, and those that name these; none where the distribution has all. */
function foreignSteps(walk: Walk, wanted: readonly Wanted[]): Step[] {
  const serves = (step: Step): boolean => ofTools.every(([repository, name]) => !repository.test(step.instruction.text) || wanted.some((item) => name.test(item.name)));
  const naming = walk.steps.filter(serves).filter((step) => step.run?.parts.some(namesSource) || step.copy?.entries.some(({ target }) => /^\/etc\/ap[tk]\//.test(target)) || /^\/etc\/ap[tk]\//.test(step.copy?.destination ?? ''));
  const foreign = wanted.flatMap(({ own }) => (own?.installed && (own.unlisted || !isSame(own.name, walk)) && (naming.length > 0 || (own.installed.from.length > 0 && own.installed.part.effect.kind === 'packages' && own.installed.part.effect.manager !== 'apk')) ? [{ name: own.name, installed: own.installed }] : []));
  if (foreign.length === 0) return [];
  const installing = new Set(foreign.map((item) => item.installed.step));
  const last = Math.max(...[...installing].map((step) => step.instruction.index));
  // Where a RUN only installs, the packages that are needed are installed by a line of their own.
  const steps = walk.steps.filter((step) => (naming.includes(step) && step.instruction.index <= last) || (installing.has(step) && foreign.some((item) => item.installed.step === step && item.installed.from.length > 0)));
  const unclear = steps.find((step) => step.copy?.entries.some((entry) => entry.source === '') || !(step.run?.parts ?? []).every(isOfPackages));
  if (unclear) throw refuse('unsupported-shape', { reason: `${foreign[0]!.name} comes from a package repository of its own, and what names it does more than that`, help: 'Give the repository and what is installed from it a RUN of their own, or add a runtime stage by hand.' }, { line: unclear.instruction.line });
  return steps;
}

/** Whether all programs of a package are the same ones in every distribution. */
function isSame(name: string, walk: Walk): boolean {
  const family = walk.base.facts?.family;
  const programs = family === undefined || family === 'none' ? [] : programsOf(name, family);
  return programs.length > 0 && programs.every((program) => isSameEverywhere(program));
}

/** Whether a part does nothing but install packages and name where they come from. */
function isOfPackages(part: RunPart): boolean {
  const { effect } = part;
  if (effect.kind === 'packages') return !effect.unknown;
  if (effect.kind === 'files' || effect.kind === 'fetch') return (effect.writes ?? ['/']).every((path) => packageFolders.test(path)) || namesSource(part);
  return effect.kind === 'none' || effect.kind === 'shell' || namesSource(part);
}

/** One RUN for all packages; those whose recommended packages the Dockerfile left out are installed without them. */
function installLine(walk: Walk, wanted: readonly Wanted[], chosen: NativeRuntime, mirrors: readonly RunPart[]): string {
  // What is installed under a condition, or by names that a loop makes, is repeated as it is.
  const parts = [...new Set(wanted.flatMap(({ own }) => (own?.installed && !own.installed.part.simple ? [own.installed.part] : [])))];
  const plain = wanted.filter(({ own }) => own?.installed === undefined || own.installed.part.simple !== undefined);
  const before = mirrors.map((part) => part.text.trim());
  const after = parts.map((part) => part.text.trim());
  const names = (items: readonly Wanted[]): string => items.map(({ name, own }) => (own?.installed?.name === name ? own.installed.written : undefined) ?? name).join(' ');
  if (chosen.family === 'alpine') {
    const sources = [...new Set(plain.map(({ own }) => own?.installed?.from.join(' ') ?? ''))];
    const lines = sources.sort().map((source) => `apk add --no-cache ${source === '' ? '' : `${source} `}${names(plain.filter(({ own }) => (own?.installed?.from.join(' ') ?? '') === source))}`);
    return `RUN ${[...before, ...lines, ...after].join(' \\\n    && ')}`;
  }
  const full = plain.filter(({ own }) => own?.installed?.recommends === true);
  const bare = plain.filter((item) => !full.includes(item));
  // Ubuntu's tzdata asks for the area, and a build then waits for ever. What asks nobody in the original asks nobody here.
  const install = `${isUnattended(walk) || (chosen.family === 'ubuntu' && plain.some(({ name }) => name === 'tzdata')) ? 'DEBIAN_FRONTEND=noninteractive ' : ''}apt-get install -y`;
  const lines = [...before, 'apt-get update', ...(full.length > 0 ? [`${install} ${names(full)}`] : []), ...(bare.length > 0 ? [`${install} --no-install-recommends ${names(bare)}`] : []), ...after, 'rm -rf /var/lib/apt/lists/*'];
  return `RUN ${lines.join(' \\\n    && ')}`;
}

/** Whether packages of the original are installed without questions: by ENV, ARG or a word in front of the command. */
const isUnattended = (walk: Walk): boolean =>
  walk.steps.some(({ instruction, run }) => ((instruction.keyword === 'ENV' || instruction.keyword === 'ARG') && instruction.pairs.some(({ name }) => name === 'DEBIAN_FRONTEND')) || run?.parts.some((part) => /\bDEBIAN_FRONTEND=noninteractive\b/.test(part.text)));
