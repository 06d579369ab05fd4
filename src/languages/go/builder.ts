import { argumentsOf } from '../../dockerfile/model.ts';
import type { Draft } from '../../plan/draft.ts';
import { inImage } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { isReadAfter } from '../../walk/readers.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Options } from '../language.ts';
import type { GoAnalysis } from './analysis.ts';
import { toolchainVariables } from './data.ts';
import { mountFlags, rewriteRun } from './rewrite.ts';

/** Keywords that only configure the image; they have no place in a builder. */
export const configures = new Set(['CMD', 'ENTRYPOINT', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'STOPSIGNAL', 'VOLUME', 'MAINTAINER']);

/**
 * Fills the builder: the original's instructions in their order, with the manifests copied and the modules downloaded before the sources, and
 * size and cache flags merged into the go commands.
 */
export function fillBuilder(draft: Draft, walked: Walk, analysis: GoAnalysis, options: Options): void {
  const { builder } = draft;
  const steps = packagesFirst(walked.steps.filter((step) => !configures.has(step.instruction.keyword)));
  const mounts = cacheMounts(walked, analysis, options);
  const version = goVersion(walked);
  const changes = {
    cgoOff: analysis.linking.addCgoOff,
    strip: true,
    // Since Go 1.13. Programs that ask for the file paths of their own sources would get others.
    trimpath: (version === undefined || version >= 13) && analysis.sources.callers.length === 0,
  };
  const bringsSources = steps.find((step) => bringsMoreThanManifests(step, analysis));
  const downloads = analysis.calls.some((call) => call.verb === 'mod download' && bringsSources !== undefined && call.step.instruction.index < bringsSources.instruction.index);
  const lastNeeded = lastBuilderStep(steps, analysis);
  let cgoSet = false;
  let downloaded = false;
  for (const step of steps) {
    const { instruction } = step;
    if (step === bringsSources && !downloads) downloaded = addDownload(draft, walked, step, steps, analysis, mounts);
    if (instruction.keyword === 'ENV' && !servesBuild(step, walked, analysis)) continue;
    if (instruction.keyword === 'ARG' && instruction.index > lastNeeded) continue;
    if (instruction.keyword === 'USER' && instruction.index > lastNeeded) continue;
    if (instruction.keyword === 'WORKDIR' && instruction.index > lastNeeded && !(analysis.goRun && step.cwd === walked.end.cwd)) continue;
    if (instruction.keyword === 'RUN') {
      if (downloaded && step.run!.parts.every((part) => /^go mod download(?: -x)?$/.test(part.text.trim()))) {
        draft.replace(step, 'the modules are downloaded before the sources are copied');
        continue;
      }
      const calls = analysis.calls.filter((call) => call.step === step);
      const editable = instruction.heredocs.length === 0 && !(analysis.script && calls.length === 0);
      if (changes.cgoOff && !editable && !cgoSet && !(instruction.keyword === 'RUN' && step.run!.parts.every((part) => part.effect.kind !== 'unknown'))) {
        builder.add('ENV CGO_ENABLED=0');
        cgoSet = true;
      }
      const usesGo = calls.some((call) => !/^(?:version|env|fmt|vet|clean)/.test(call.verb)) || (analysis.script && step.run!.parts.some((part) => part.effect.kind === 'unknown'));
      const text = rewriteRun(step, calls, { ...changes, cgoOff: changes.cgoOff && !cgoSet, mounts: !usesGo ? [] : calls.length > 0 && calls.every((call) => call.verb === 'mod download') ? mounts.slice(0, 1) : mounts });
      if (text === instruction.text) builder.keep(step, usesGo ? 'the build' : 'prepares the build');
      else builder.rewrite(step, text, 'the build, with flags for size and caches added to the user\'s own');
    } else {
      builder.keep(step, instruction.keyword === 'COPY' || instruction.keyword === 'ADD' ? 'input of the build' : 'holds for the build');
    }
  }
  if (analysis.goRun) addGoRun(draft, analysis, changes, mounts);
}

/** RUNs that only install system packages move above COPYs, so that a changed source does not repeat them. */
function packagesFirst(steps: readonly Step[]): Step[] {
  const ordered: Step[] = [];
  for (const step of steps) {
    let at = ordered.length;
    const installs = step.run !== undefined && step.run.parts.some((part) => part.effect.kind === 'packages') && step.run.parts.every((part) => part.effect.kind === 'packages' || part.effect.kind === 'none' || (part.effect.kind === 'files' && /^\/var\/(?:lib\/apt|cache)/.test(part.effect.writes[0] ?? '')));
    const remote = step.run?.parts.some((part) => part.effect.kind === 'packages' && (part.effect.action === 'repository' || part.effect.packages.some((name) => name.includes('/') || name.endsWith('.deb'))));
    if (installs && !remote) {
      while (at > 0 && /^(?:COPY|ADD|WORKDIR)$/.test(ordered[at - 1]!.instruction.keyword) && ordered[at - 1]!.copy?.from === undefined && !touchesSystem(ordered[at - 1]!)) at -= 1;
      // Only worth moving when a COPY is passed.
      if (!ordered.slice(at).some((other) => other.copy)) at = ordered.length;
    }
    // A COPY with an absolute destination does not depend on WORKDIR: with it first, the lines between can be relative.
    if (step.instruction.keyword === 'WORKDIR' && step.instruction.logical.startsWith('/')) {
      while (at > 0 && ordered[at - 1]!.copy && ordered[at - 1]!.copy!.from === undefined && argumentsOf(ordered[at - 1]!.instruction).at(-1)?.startsWith('/')) at -= 1;
    }
    ordered.splice(at, 0, step);
  }
  return ordered;
}

/** A COPY into the system's folders may configure the package manager. */
const touchesSystem = (step: Step): boolean => (step.copy?.entries ?? []).some((entry) => entry.target === '/' || /^\/(?:etc|usr|var)\b/.test(entry.target));

function bringsMoreThanManifests(step: Step, analysis: GoAnalysis): boolean {
  const root = analysis.module?.root;
  return (step.copy?.entries ?? []).some((entry) => (root === undefined || isBelow(entry.target, root) || isBelow(root, entry.target)) && !/(?:^|\/)go\.(?:mod|sum|work|work\.sum)$/.test(entry.source));
}

function addDownload(draft: Draft, walked: Walk, step: Step, steps: readonly Step[], analysis: GoAnalysis, mounts: readonly string[]): boolean {
  const { module } = analysis;
  if (!module || module.requires === 0 || module.replacesLocally || !walked.project.known) return false;
  const folder = module.source.slice(0, -'go.mod'.length);
  if (walked.project.kind(`${folder}vendor`) === 'folder' || walked.project.kind(`${folder}go.work`) === 'file' || walked.project.kind('go.work') === 'file') return false;
  // What configures the download (credentials, proxies) must come before it.
  const between = steps.filter((other) => other.instruction.index > step.instruction.index && other.instruction.keyword === 'RUN' && other.run!.parts.some((part) => /\b(?:git\s+config|go\s+env\s+-w|netrc|ssh)\b/.test(part.text)));
  if (between.length > 0 || walked.steps.some((other) => other.instruction.index > step.instruction.index && other.instruction.keyword === 'ENV' && other.instruction.pairs.some((pair) => /^GO(?:PROXY|PRIVATE|FLAGS|NOSUMDB|SUMDB|111MODULE|TOOLCHAIN|MODCACHE|PATH)$/.test(pair.name)))) return false;
  const has = (name: string): boolean => walked.project.kind(`${folder}${name}`) === 'file';
  const already = new Set(steps.filter((other) => other.instruction.index < step.instruction.index).flatMap((other) => other.copy?.entries.map((entry) => entry.source) ?? []));
  const manifests = ['go.mod', 'go.sum'].filter((name) => has(name) && !already.has(`${folder}${name}`)).map((name) => `${folder}${name}`);
  const workdirs = steps.slice(0, steps.indexOf(step)).filter((other) => other.instruction.keyword === 'WORKDIR');
  const here = (workdirs.at(-1)?.cwd ?? step.cwd) === module.root;
  if (manifests.length > 0) draft.builder.add(`COPY ${manifests.join(' ')} ${here ? './' : `${module.root}/`}`, { comment: 'Modules first: they stay cached while only sources change', apart: true });
  const command = here ? 'go mod download' : `cd ${module.root} && go mod download`;
  draft.builder.add(mounts.length === 0 ? `RUN ${command}` : `RUN ${mountFlags(mounts.slice(0, 1))} \\\n    ${command}`);
  return true;
}

function addGoRun(draft: Draft, analysis: GoAnalysis, changes: { cgoOff: boolean; trimpath: boolean }, mounts: readonly string[]): void {
  const { call, binary } = analysis.goRun!;
  const flags = call.command.words.slice(2).map((word) => word.text);
  const words = [...(changes.cgoOff ? ['CGO_ENABLED=0'] : []), 'go build', ...(changes.trimpath ? ['-trimpath'] : []), ...(call.ldflags ? [] : ['-ldflags="-s -w"']), `-o ${binary}`, ...flags];
  draft.builder.add(mounts.length === 0 ? `RUN ${words.join(' ')}` : `RUN ${mountFlags(mounts)} \\\n    ${words.join(' ')}`, { comment: 'What `go run` compiled at every start', apart: true });
}

/** Folders of the module and build caches; none for a builder that runs as another user, to whom they would not belong. */
function cacheMounts(walked: Walk, analysis: GoAnalysis, options: Options): string[] {
  if (!options.cacheMounts || walked.steps.some((step) => step.instruction.keyword === 'USER' && step.instruction.index < lastBuilderStep(walked.steps, analysis))) return [];
  const env = walked.end.scope.env;
  if (walked.steps.some((step) => /\/pkg\/mod\b|GOCACHE|go-build/.test(step.instruction.text))) return [];
  const home = walked.base.facts?.language === 'go' ? '/go' : '/root/go';
  const modules = env.get('GOMODCACHE') ?? inImage((env.get('GOPATH') ?? home).split(':')[0]!, 'pkg/mod');
  const cache = '/root/.cache/go-build';
  const usesModules = analysis.module ? analysis.module.requires > 0 : analysis.calls.some((call) => call.verb.startsWith('mod '));
  return usesModules ? [modules, cache] : [cache];
}

/** Index of the last instruction that a build needs. */
function lastBuilderStep(steps: readonly Step[], analysis: GoAnalysis): number {
  const last = [...steps].reverse().find((step) => step.instruction.keyword === 'RUN' || step.instruction.keyword === 'COPY' || step.instruction.keyword === 'ADD');
  return analysis.goRun ? Number.MAX_SAFE_INTEGER : (last?.instruction.index ?? -1);
}

/** ENV belongs into the builder when the toolchain reads it, a later instruction refers to it, or a script may. */
export function servesBuild(step: Step, walked: Walk, analysis: GoAnalysis): boolean {
  const names = step.instruction.pairs.map((pair) => pair.name);
  if (names.some((name) => toolchainVariables.test(name) || name === 'PATH' || /proxy$/i.test(name))) return true;
  if (analysis.script && (walked.steps.findLast((other) => other.run)?.instruction.index ?? -1) > step.instruction.index) return true;
  return isReadAfter(walked, step, /^(?:RUN|COPY|ADD|WORKDIR|ENV|ARG)$/);
}

function goVersion(walked: Walk): number | undefined {
  const version = walked.base.facts?.language === 'go' ? /^1\.(\d+)/.exec(walked.base.reference?.version ?? '')?.[1] : undefined;
  return version === undefined ? undefined : Number(version);
}
