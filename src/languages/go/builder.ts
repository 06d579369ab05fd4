import type { Draft } from '../../plan/draft.ts';
import { filesBelow } from '../../project/project.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Options } from '../language.ts';
import { configures, servesBuild } from '../native/configuration.ts';
import { packagesFirst } from '../native/order.ts';
import type { GoAnalysis } from './analysis.ts';
import { cachesOf, usesGoCaches } from './caches.ts';
import type { GoCall } from './commands.ts';
import { addDownload, downloadsOf, isOnlyDownload } from './download.ts';
import { valueIn } from './surroundings.ts';
import { goVersion } from './version.ts';
import { mountFlags, rewriteRun, type RunChanges } from './rewrite.ts';

/**
 * Fills the builder: the original's instructions in their order, with the manifests copied and the modules downloaded before the sources, and
 * size and cache flags merged into the go commands.
 */
export function fillBuilder(draft: Draft, walked: Walk, analysis: GoAnalysis, options: Options): void {
  const { builder } = draft;
  const all = walked.steps.filter((step) => !configures.has(step.instruction.keyword));
  const caches = cachesOf(walked, analysis, options);
  const mounts = [caches.modules, caches.build].filter((folder) => folder !== undefined);
  const version = goVersion(walked);
  const changes = changesFor(analysis, version);
  const ordered = packagesFirst(all, true);
  const downloads = downloadsOf(walked, ordered, analysis, version);
  const steps = downloads.length > 0 ? ordered : packagesFirst(all);
  const lastNeeded = lastBuilderStep(steps, analysis);
  let cgoSet = false;
  let flagsSet = false;
  for (const step of steps) {
    const { instruction } = step;
    for (const download of downloads) if (download.before === step) addDownload(draft, steps, download, caches.modules);
    if (instruction.keyword === 'ENV' && !servesBuild(step, walked, analysis)) continue;
    if (instruction.keyword === 'ARG' && instruction.index > lastNeeded) continue;
    if (instruction.keyword === 'USER' && instruction.index > lastNeeded) continue;
    if (instruction.keyword === 'WORKDIR' && instruction.index > lastNeeded && !(analysis.goRun && step.cwd === walked.end.cwd)) continue;
    if (instruction.keyword === 'RUN') {
      if (downloads.length > 0 && isOnlyDownload(step)) {
        draft.replace(step, 'the modules are downloaded before the sources are copied');
        continue;
      }
      const calls = analysis.calls.filter((call) => call.step === step);
      const compiles = calls.filter((call) => /^(?:build|install|get|run|test)$/.test(call.verb) && !call.foreign);
      const usesGo = usesGoCaches(walked, step);
      // What make, a script or a heredoc compiles is steered by variables.
      const editable = compiles.every((call) => !call.hidden) && !(analysis.script && calls.length === 0);
      const comment = { comment: 'For the go commands that make or a script runs' };
      if (changes.cgoOff && !cgoSet && !editable && usesGo) {
        builder.add('ENV CGO_ENABLED=0', comment);
        cgoSet = true;
      }
      if (!flagsSet && usesGo && !changes.asWritten && takesFlags(walked, compiles, version)) {
        builder.add(`ENV GOFLAGS=${changes.trimpath ? '"-trimpath -ldflags=-s"' : '-ldflags=-s'}`, cgoSet ? {} : comment);
        flagsSet = true;
      }
      const only = calls.length > 0 && calls.every((call) => /^mod (?:download|vendor|tidy|verify|graph|why)$/.test(call.verb));
      const targets = !usesGo ? [] : mounts.filter((folder) => !only || folder === caches.modules);
      const text = rewriteRun(walked, step, calls, { ...changes, cgoOff: changes.cgoOff && !cgoSet, mounts: targets, carried: new Set(analysis.artifacts.keys()) });
      if (text === instruction.text) builder.keep(step, usesGo ? 'the build' : 'prepares the build');
      else builder.rewrite(step, text, 'the build, with flags for size and caches added to the user\'s own');
    } else {
      builder.keep(step, instruction.keyword === 'COPY' || instruction.keyword === 'ADD' ? 'input of the build' : 'holds for the build');
    }
  }
  if (analysis.goRun) addGoRun(draft, analysis, changes, mounts);
}

/**
 * Whether flags for size may go into GOFLAGS: a flag of the command line takes the place of the same one there. Nobody else may set the variable, nor want
 * to debug. GOFLAGS exists since Go 1.11.
 */
function takesFlags(walked: Walk, compiles: readonly GoCall[], version: number | undefined): boolean {
  if (version === undefined || version < 11 || !compiles.some((call) => call.hidden) || !compiles.every((call) => !call.debug && valueIn(walked, call, 'GOFLAGS') === undefined)) return false;
  const texts = filesBelow(walked.project, '', (path) => /(?:^|\/)(?:(?:GNU)?[Mm]akefile|[^/]+\.(?:mk|sh|bash))$/.test(path)).map((path) => walked.project.read(path) ?? '');
  return !texts.some((text) => /GOFLAGS|gcflags/.test(text));
}

const changesFor = (analysis: GoAnalysis, version: number | undefined): Pick<RunChanges, 'cgoOff' | 'trimpath' | 'asWritten'> => ({
  cgoOff: analysis.linking.addCgoOff && !opensPlugins(analysis),
  asWritten: opensPlugins(analysis),
  // Since Go 1.13. Programs that ask for the file paths of their own sources would get others.
  trimpath: version !== undefined && version >= 13 && analysis.sources.callers.length === 0 && !opensPlugins(analysis),
});

/** Plugins load only into a program that was built with the same flags. Source: package plugin, "Warnings". */
const opensPlugins = ({ sources, calls }: GoAnalysis): boolean =>
  sources.imports.has('plugin') || calls.some(({ command, step }) => /-buildmode[= ]["']?plugin\b/.test([...command.words.map((word) => word.value ?? word.text), step.scope.env.get('GOFLAGS') ?? ''].join(' ')));

function addGoRun(draft: Draft, analysis: GoAnalysis, changes: Omit<RunChanges, 'mounts' | 'carried'>, mounts: readonly string[]): void {
  const { call, binary } = analysis.goRun!;
  const flags = call.command.words.slice(2).map(({ text }) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`));
  const words = [...(changes.cgoOff ? ['CGO_ENABLED=0'] : []), 'go build', ...(changes.trimpath ? ['-trimpath'] : []), ...(call.ldflags || changes.asWritten ? [] : ['-ldflags="-s -w"']), `-o ${binary}`, ...flags];
  draft.builder.add(mounts.length === 0 ? `RUN ${words.join(' ')}` : `RUN ${mountFlags(mounts)} \\\n    ${words.join(' ')}`, { comment: 'What `go run` compiled at every start', apart: true });
}

/** Index of the last instruction that a build needs. */
function lastBuilderStep(steps: readonly Step[], analysis: GoAnalysis): number {
  const last = [...steps].reverse().find((step) => step.instruction.keyword === 'RUN' || step.instruction.keyword === 'COPY' || step.instruction.keyword === 'ADD');
  return analysis.goRun ? Number.MAX_SAFE_INTEGER : (last?.instruction.index ?? -1);
}
