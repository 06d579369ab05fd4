import { refuse } from '../../findings.ts';
import { ambiguousTools, packageOfProgram, programsOf, splitPackages, type PackageFamily } from '../../packages/resolve.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { isBelow, startLine } from '../../walk/place.ts';
import type { RunPart } from '../../walk/run.ts';
import { shellBuiltins } from '../../walk/start.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { DotnetAnalysis } from './analysis.ts';
import { sdkLibraries } from './needs.ts';

/** What the RUN instructions leave behind for the running program, besides the published files. */
export interface SystemPlan {
  /** Packages that the runtime stage installs. */
  readonly packages: readonly string[];
  /** RUNs that install packages and that the runtime stage takes over as they are. */
  readonly verbatim: ReadonlySet<Step>;
  /** Parts of other RUNs that the runtime stage repeats. */
  readonly parts: ReadonlyMap<Step, readonly RunPart[]>;
  /** Paths that the builder made and the runtime stage takes. */
  readonly carried: readonly string[];
  readonly requirements: readonly Requirement[];
}

/** Programs that work in the source tree, or on the SDK's own settings. */
const buildPrograms = /^(?:dotnet|npm|npx|yarn|pnpm|node|corepack|gulp|grunt|bower|ng|webpack|vite|tsc|make|cmake|msbuild|nuget|libman|pwsh|openssl|protoc|git|gem|python3?|pip3?|go|cargo|bundle|sonar-scanner|dotnet-\w+|reportgenerator|apt-key)$/;

/** Folders of the builder that only serve the build. */
const buildFolders = ['/tmp', '/var/tmp', '/var/lib/apt', '/var/cache', '/root', '/etc/apt', '/etc/apk', '/usr/share/dotnet'];

/** Packages that only the build calls, whatever the tables say of them. */
const buildPackages = /^(?:nodejs|node|npm|yarn|yarnpkg|dotnet-sdk.*|apt-transport-https|software-properties-common|gnupg2?|lsb-release|dirmngr|debconf-utils)$/;

/** Sorts what the RUNs do. */
export function systemPlan(context: Context, analysis: DotnetAnalysis): SystemPlan {
  const { walk } = context;
  const family: PackageFamily = analysis.sdk.alpine ? 'alpine' : walk.base.facts?.family === 'ubuntu' ? 'ubuntu' : walk.base.facts?.family === 'rhel' ? 'rhel' : 'debian';
  const called = calledPrograms(context, analysis);
  const requirements: Requirement[] = [];
  const packages: string[] = [];
  const verbatim = new Set<Step>();
  const parts = new Map<Step, RunPart[]>();
  const carried = new Set<string>();
  for (const step of walk.steps) {
    for (const part of step.run?.parts ?? []) {
      const { effect } = part;
      const line = step.instruction.line;
      if (effect.kind === 'packages') {
        if (effect.action !== 'install') continue;
        const kept = splitPackages(effect.packages.filter((name) => !buildPackages.test(bare(name))), family, walk.base.facts?.suite).filter((decision) => {
          const programs = [...programsOf(bare(decision.name), family), bare(decision.name)];
          const idle = ambiguousTools.has(bare(decision.name)) && analysis.sources.known && !called.unknown && !programs.some((name) => called.names.has(name));
          return decision.runtime.length > 0 && !idle;
        });
        for (const decision of kept) requirements.push({ need: `package:${bare(decision.name)}`, why: decision.reason, file: undefined, line });
        if (kept.length > 0 || effect.unknown) {
          const foreign = step.run!.parts.some((other) => other.effect.kind === 'fetch' || other.effect.kind === 'unknown' || (other.effect.kind === 'packages' && other.effect.action === 'repository'));
          const all = kept.length === effect.packages.length && kept.every((decision) => decision.role !== 'translated');
          if (effect.unknown || (foreign && kept.some((decision) => decision.role === 'unknown'))) verbatim.add(step);
          else if (all && step.run!.parts.every((other) => other.effect.kind === 'packages' || isCleanup(other) || other.effect.kind === 'none' || other.effect.kind === 'shell')) verbatim.add(step);
          else packages.push(...kept.flatMap((decision) => decision.runtime));
        }
      } else if (effect.kind === 'account') keep(parts, step, part);
      else if (effect.kind === 'files') placeFiles(walk, analysis, step, part, parts, carried);
      else if (effect.kind === 'fetch') {
        if (effect.writes === undefined) {
          if (step.instruction.index > analysis.lastBuild) throw unknown(part, line);
        } else for (const path of effect.writes) {
          if (path.includes('*') && leavesTree(path, analysis)) throw unknown(part, line);
          if (leavesTree(path, analysis)) carried.add(path);
        }
      } else if (effect.kind === 'system') {
        // What only sets up installed packages is repeated; a package file would have to be there first.
        if (effect.reads.length > 0 || !/^\/(?:etc|var|usr)\//.test(`${effect.writes[0] ?? ''}/`)) throw unknown(part, line);
        if (!/^(?:debconf-set-selections|apt-mark)$/.test(effect.program)) keep(parts, step, part);
      } else if (effect.kind === 'unknown') placeUnknown(walk, analysis, step, part);
    }
  }
  for (const name of called.names) {
    if (name === 'pwsh') throw refuse('unsupported-shape', { reason: `${called.why.get(name)}: PowerShell, which only the SDK image has`, help: 'Write the script for sh, or keep the SDK image.' }, { line: startLine(walk) });
    if (walk.base.facts?.programs.includes(name) || /^(?:curl|wget|git)$/.test(name)) {
      const needed = packageOfProgram(name, family) ?? name;
      requirements.push({ need: `program:${name}`, why: called.why.get(name)!, file: undefined, line: undefined });
      if (!packages.includes(needed) && !(family === 'alpine' && name === 'wget')) packages.push(needed);
    } else requirements.push({ need: `program:${name}`, why: called.why.get(name)!, file: undefined, line: undefined });
  }
  for (const { name, requirement } of sdkLibraries(analysis.tree, analysis.sources, analysis.sdk)) {
    packages.push(name);
    requirements.push(requirement);
  }
  for (const path of namedPaths(walk, analysis)) carried.add(path);
  for (const call of analysis.calls) {
    if (call.verb !== 'dev-certs') continue;
    carried.add('/root/.dotnet/corefx');
    const words = call.part.simple?.words.map((word) => word.value) ?? [];
    const exported = words[words.findIndex((word) => word === '-ep' || word === '--export-path') + 1];
    if (exported?.startsWith('/') && words.some((word) => word === '-ep' || word === '--export-path')) carried.add(exported);
  }
  return { packages: [...new Set(packages)], verbatim, parts, carried: [...carried].filter((path) => !analysis.artifacts.some((item) => isBelow(path, item.target))), requirements };
}

const bare = (name: string): string => name.replace(/[=<>~:/].*$/, '');

function keep(parts: Map<Step, RunPart[]>, step: Step, part: RunPart): void {
  parts.set(step, [...(parts.get(step) ?? []), part]);
}

const unknown = (part: RunPart, line: number): Error => refuse('unknown-command', { command: part.text.slice(0, 120), help: 'Write the runtime stage by hand, with what this command leaves behind.' }, { line });

/** Removal of what the runtime stage never has. */
const isCleanup = (part: RunPart): boolean => (part.effect.kind === 'files' && /^(?:rm|rmdir|unlink|prune)$/.test(part.effect.verb)) || (part.effect.kind === 'packages' && /^(?:clean|remove)$/.test(part.effect.action));

/** Whether a path lies outside of what the build works in, so that the program may need it. */
const leavesTree = (path: string, analysis: DotnetAnalysis): boolean =>
  path !== '/' && !buildFolders.some((folder) => isBelow(path, folder)) && !analysis.sourceRoots.some((root) => root !== '/' && isBelow(path, root)) && !analysis.artifacts.some((item) => isBelow(path, item.path));

function placeFiles(walk: Walk, analysis: DotnetAnalysis, step: Step, part: RunPart, parts: Map<Step, RunPart[]>, carried: Set<string>): void {
  if (part.effect.kind !== 'files' || isCleanup(part)) return;
  const { verb, writes, reads } = part.effect;
  const cwd = walk.end.cwd!;
  const inArtifact = (path: string): boolean => analysis.artifacts.some((item) => isBelow(path, item.target));
  if (/^(?:chown|chgrp)$/.test(verb)) {
    if (writes.some((path) => inArtifact(path) || isBelow(path, cwd) || isBelow(cwd, path) || leavesTree(path, analysis))) keep(parts, step, part);
    return;
  }
  if (verb === 'chmod') {
    const late = step.instruction.index > analysis.lastBuild;
    if (writes.some((path) => (!inArtifact(path) && leavesTree(path, analysis)) || (late && (inArtifact(path) || analysis.artifacts.some((item) => isBelow(item.target, path)))))) keep(parts, step, part);
    return;
  }
  if (verb === 'mkdir' || verb === 'touch') {
    if (writes.some((path) => leavesTree(path, analysis) || (cwd !== '/' && isBelow(path, cwd) && path !== cwd && !analysis.run && !inArtifact(path)) || (inArtifact(path) && step.instruction.index > analysis.lastBuild) || (analysis.run !== undefined && isBelow(path, cwd) && path !== cwd))) keep(parts, step, part);
    return;
  }
  if (/^(?:cp|mv|install|ln)$/.test(verb) && reads.some((path) => !leavesTree(path, analysis))) {
    for (const path of writes) if (leavesTree(path, analysis)) carried.add(path.includes('*') ? path.slice(0, path.lastIndexOf('/', path.indexOf('*'))) : path);
    return;
  }
  if (writes.some((path) => leavesTree(path, analysis))) keep(parts, step, part);
}

function placeUnknown(walk: Walk, analysis: DotnetAnalysis, step: Step, part: RunPart): void {
  const names = part.commands.map((command) => command.name?.replace(/^.*\//, ''));
  if (/nodesource|yarnpkg|install-node|nvm-sh/.test(part.text)) return;
  const script = part.commands.map((command) => command.words.map((word) => word.value).find((word) => word?.includes('/') || word?.endsWith('.sh'))).find((path) => path !== undefined);
  const early = step.instruction.index <= analysis.lastBuild;
  const isBuild = names.length > 0 && names.every((name) => name !== undefined && (buildPrograms.test(name) || /^(?:curl|wget|tar|unzip|echo|cat|grep|sed|test|\[|true|mkdir|rm|cp|mv|chmod|find|xargs)$/.test(name)));
  if (early && isBuild) return;
  if (early && script !== undefined && walk.project.known && part.cwd !== undefined && walk.locate(`${part.cwd === '/' ? '' : part.cwd}/${script.replace(/^\.\//, '')}`) !== undefined) return;
  throw unknown(part, step.instruction.line);
}

/** Absolute paths in ENV, in the start and in the sources that a COPY brings to the builder's own folders. */
function namedPaths(walk: Walk, analysis: DotnetAnalysis): string[] {
  const texts = [...walk.end.scope.env.values(), ...walk.stage.instructions.filter((item) => /^(?:CMD|ENTRYPOINT)$/.test(item.keyword)).map((item) => item.logical), ...analysis.sources.files.map((file) => file.text)];
  const paths = new Set(texts.flatMap((text) => Array.from((text ?? '').matchAll(/(?:^|["'=\s,[])(\/[\w.-]+(?:\/[\w.-]+)+)(?=["'\s,;\]]|$)/g), (match) => match[1]!)));
  return [...paths].filter((path) => {
    if (analysis.artifacts.some((item) => isBelow(path, item.target) || isBelow(path, item.path))) return false;
    const source = walk.locate(path);
    return source !== undefined && source !== '' && walk.project.kind(source) !== undefined && analysis.sourceRoots.some((root) => root !== '/' && isBelow(path, root));
  });
}

/** Programs that the start, its scripts, the health check and the sources call. */
function calledPrograms(context: Context, analysis: DotnetAnalysis): { names: Set<string>; why: Map<string, string>; unknown: boolean } {
  const why = new Map<string, string>();
  for (const command of [...context.start.commands, ...(context.health?.commands ?? [])]) {
    const name = command.program.replace(/^.*\//, '');
    if (/^[\w.+-]+$/.test(name) && !shellBuiltins.has(name) && !command.program.startsWith('./') && !analysis.artifacts.some((item) => command.program.startsWith(`${item.target}/`))) why.set(name, 'the start, a script or the health check calls it');
  }
  for (const { text, code } of analysis.sources.files) {
    if (!code) continue;
    for (const [, name] of text.matchAll(/(?:(?:Process\.Start|new\s+ProcessStartInfo)\s*\(\s*|\bFileName\s*=\s*)@?"([\w./+-]+)"/g)) why.set(name!.replace(/^.*\//, ''), 'the program starts it');
  }
  const all = analysis.sources.find(/\bProcess\.Start\s*\(\s*(?!@?"|\))|\bnew\s+ProcessStartInfo\s*\(\s*(?!@?"|\))/, 'code');
  // Every image but the self-contained ones has it, and shells are requirements of their own.
  for (const name of ['dotnet', 'sh', 'bash', 'ash', 'dash']) why.delete(name);
  return { names: new Set(why.keys()), why, unknown: all !== undefined };
}
