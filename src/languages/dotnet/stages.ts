import type { Draft, StageDraft } from '../../plan/draft.ts';
import { isBelow } from '../../walk/place.ts';
import { readersOf } from '../../walk/readers.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { DotnetAnalysis } from './analysis.ts';
import { withoutRestore } from './restore.ts';

/** Keywords that only configure the image; they have no place in a builder. */
export const configures = new Set(['CMD', 'ENTRYPOINT', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'STOPSIGNAL', 'VOLUME', 'MAINTAINER']);

/** Variables that only the SDK reads. Source: Microsoft Learn, ".NET SDK environment variables", and NuGet's. */
export const sdkVariables = /^(?:DOTNET_(?:CLI_\w+|NOLOGO|SKIP_FIRST_TIME_EXPERIENCE|GENERATE_ASPNET_CERTIFICATE|ADD_GLOBAL_TOOLS_TO_PATH|MULTILEVEL_LOOKUP|NEW_\w+|SDK_\w+|USE_POLLING_FILE_WATCHER|WATCH\w*|HOST_PATH)|NUGET_\w+|MSBUILD\w*|POWERSHELL_\w+|NODE_VERSION|NODE_ENV|NPM_\w+)$/;

const buildVariables = /^(?:DOTNET_|NUGET_|MSBUILD|VSS_|CI$|NODE_|NPM_|YARN_)|^(?:PATH|HOME|LANG|LC_ALL|DEBIAN_FRONTEND)$|proxy$/i;

/** The builder: the original's instructions in their order, with the restore layer above the sources. */
export async function fillBuilder(draft: Draft, walk: Walk, analysis: DotnetAnalysis): Promise<void> {
  const { builder } = draft;
  const { layer, run, calls, lastBuild } = analysis;
  const steps = walk.steps.filter((step) => step.instruction.index <= lastBuild && !configures.has(step.instruction.keyword));
  for (const step of steps) {
    const { instruction } = step;
    if (layer?.before === step) placeLayer(draft, analysis);
    const hasLater = (wanted: (other: Step) => unknown): boolean => (steps.findLast(wanted)?.instruction.index ?? -1) > instruction.index;
    switch (instruction.keyword) {
      case 'WORKDIR':
        if (hasLater((other) => other.run ?? other.copy) || (run && step.cwd === walk.end.cwd)) builder.keep(step, 'the build runs there');
        break;
      case 'ENV':
        if (hasLater((other) => other.run) && servesBuild(step, walk, lastBuild)) builder.keep(step, 'the build reads it');
        break;
      case 'ARG':
      case 'USER':
      case 'SHELL':
        builder.keep(step, 'holds for the build');
        break;
      case 'RUN':
        await placeRun(draft, walk, analysis, step);
        break;
      default:
        builder.keep(step, 'input of the build');
    }
  }
  if (run) {
    const last = builder.blocks.filter((block) => block.origin?.keyword === 'WORKDIR').at(-1);
    const cwd = last === undefined ? '/' : walk.steps.find((step) => step.instruction === last.origin)!.cwd;
    if (cwd !== walk.end.cwd) builder.add(`WORKDIR ${walk.end.cwd}`);
    builder.add(`RUN ${run.publish}`, { comment: 'What `dotnet run` built at every start' });
    for (const call of calls) if (/^(?:build|publish)$/.test(call.verb) && !draft.isPlaced(call.step.instruction) && draft.open().includes(call.step)) draft.replace(call.step, `\`${run.publish}\` builds it (${run.why})`);
  }
}

/** The lines of the restore layer. */
function placeLayer(draft: Draft, analysis: DotnetAnalysis): void {
  const layer = analysis.layer!;
  layer.copies.forEach((text, index) => draft.builder.add(text, index === 0 ? { comment: 'Project files first: packages stay cached while only sources change' } : {}));
  const { moved } = layer;
  if (moved && moved.step.run!.parts.length === 1 && layer.restore === moved.step.instruction.text) draft.builder.keep(moved.step, 'restores the packages, now before the sources are copied');
  else {
    draft.builder.add(layer.restore);
    if (moved) draft.replace(moved.step, 'the packages are restored before the sources are copied', moved.step.run!.parts.length === 1 ? undefined : [moved.part]);
  }
}

async function placeRun(draft: Draft, walk: Walk, analysis: DotnetAnalysis, step: Step): Promise<void> {
  const { builder } = draft;
  const { layer, run, calls } = analysis;
  const all = step.run!.parts;
  const mine = calls.filter((call) => call.step === step);
  const dropped = new Set(all.filter((part) => part === layer?.moved?.part || (run !== undefined && mine.some((call) => call.part === part && /^(?:build|publish)$/.test(call.verb)))));
  const kept = all.filter((part) => !dropped.has(part));
  if (dropped.size > 0) {
    const left = kept.filter((part) => part.effect.kind !== 'shell' && part.effect.kind !== 'none');
    if (run && mine.some((call) => dropped.has(call.part) && call.part !== layer?.moved?.part)) draft.replace(step, `the publish builds it (${run.why})`, kept.length === 0 ? undefined : [...dropped].filter((part) => part !== layer?.moved?.part));
    if (left.length > 0) builder.keepParts(step, kept, 'the build');
    return;
  }
  if (step.instruction.index > analysis.lastBuild) return;
  if (layer) {
    for (const call of mine) {
      const text = call.verb === 'publish' ? await withoutRestore(walk, layer, calls, call) : undefined;
      if (text !== undefined) return builder.rewrite(step, text, 'the build; the packages are restored above');
    }
  }
  builder.keep(step, mine.length > 0 ? 'the build' : 'prepares the build');
}

/** ENV belongs into the builder when the tools read it, or a later instruction of the build refers to it. */
function servesBuild({ instruction }: Step, walk: Walk, lastBuild: number): boolean {
  if (instruction.pairs.some(({ name }) => buildVariables.test(name))) return true;
  const reads = (other: Step): boolean => other.instruction.index > instruction.index && other.instruction.index <= lastBuild && /^(?:RUN|COPY|ADD|WORKDIR|ENV|USER)$/.test(other.instruction.keyword);
  return instruction.pairs.some(({ name }) => readersOf(walk, name).some(reads));
}

/** `COPY --from`, with the destination as the working directory sees it. */
export function copyFrom(stage: StageDraft, builder: string, cwd: string, path: string, target: string, owner: string, comment?: string): void {
  const destination = target === cwd && cwd !== '/' ? '.' : cwd !== '/' && target !== cwd && isBelow(target, cwd) ? `./${target.slice(cwd.length + 1)}` : target;
  const text = [path, destination].some((word) => /\s/.test(word)) ? `COPY --from=${builder} ${owner}${JSON.stringify([path, destination])}` : `COPY --from=${builder} ${owner}${path} ${destination}`;
  stage.add(text, comment === undefined ? {} : { comment });
}
