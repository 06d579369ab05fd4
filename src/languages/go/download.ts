import { copyLine } from '../../dockerfile/copy-line.ts';
import { flagOf } from '../../dockerfile/model.ts';
import { lookupIn } from '../../dockerfile/scope.ts';
import type { Draft } from '../../plan/draft.ts';
import { dirname } from '../../project/project.ts';
import { isBelow } from '../../walk/place.ts';
import { removesPath } from '../../walk/removed.ts';
import type { RunPart } from '../../walk/run.ts';
import { isRoot, type Step, type Walk } from '../../walk/walk.ts';
import type { GoAnalysis } from './analysis.ts';
import { usesGoCaches } from './caches.ts';
import type { GoCall } from './commands.ts';
import { moduleOfBuild } from './modules.ts';
import { moduleFiles, type ModuleFiles } from './module-files.ts';
import { mountFlags } from './rewrite.ts';
import { valueIn } from './surroundings.ts';

/** A layer with the modules, in front of the step that brings the sources. */
export interface Download {
  readonly before: Step;
  readonly files: ModuleFiles;
  /** Flags that the build's own RUNs have and the download needs too: secrets, ssh. */
  readonly flags: readonly string[];
}

/** Variables that steer what is downloaded, and from where. Source: `go help environment`. */
const steering = 'GO111MODULE GOPROXY GOPRIVATE GONOPROXY GOSUMDB GONOSUMDB GOINSECURE GOVCS GOAUTH GOFLAGS GOPATH GOMODCACHE GOTOOLCHAIN GOWORK GOENV HOME HTTP_PROXY HTTPS_PROXY NO_PROXY GIT_SSH_COMMAND GIT_TERMINAL_PROMPT SSL_CERT_FILE NETRC'.split(' ');

/** Commands that give the download its credentials, or change what it reads. */
const prepares = /\bgit\s+config\b|\bgo\s+(?:env\s+-w|mod\s+(?:edit|init)|work\s+(?:init|use|edit))\b|netrc|\.gitconfig|git-credentials|\bssh\b|ssh-|\.ssh\b|\bsed\b[^;&|]*go\.(?:mod|work|sum)|>\s*\S*go\.(?:mod|work|sum)\b|update-ca-certificates/;

/**
 * The layers with modules that can stand before the sources: for each module that is built, where everything that its download needs is there by then.
 *
 * @param steps the builder's steps in their order
 * @param version minor version of Go, where it is known
 */
export function downloadsOf(walked: Walk, steps: readonly Step[], analysis: GoAnalysis, version: number | undefined): Download[] {
  if (!walked.project.known) return [];
  const builds = analysis.goRun ? [...analysis.builds, analysis.goRun.call] : analysis.builds;
  const downloads: Download[] = [];
  for (const build of builds) {
    const root = moduleOfBuild(walked, build)?.root;
    if (root === undefined || downloads.some(({ files }) => files.files.some((file) => file.target === `${root === '/' ? '' : root}/go.mod`))) continue;
    const files = moduleFiles(walked, root, valueIn(walked, build, 'GOWORK') !== 'off');
    const before = files?.requires ? steps.find((step) => bringsMore(step, files)) : undefined;
    if (!files || !before || hasOwn(analysis, before) || !isReady(walked, steps, before, build, files, version)) continue;
    downloads.push({ before, files, flags: mountsOf(walked, steps) });
  }
  return downloads;
}

/** Whether a step brings more of the module than its manifests. */
function bringsMore(step: Step, { files, root }: ModuleFiles): boolean {
  return (step.copy?.entries ?? []).some(({ target, source }) => (isBelow(target, root) || files.some((file) => isBelow(file.target, target) || isBelow(target, dirname(file.target)))) && !/(?:^|\/)go\.(?:mod|sum|work|work\.sum)$/.test(source));
}

/** Whether the Dockerfile downloads before that step itself. */
const hasOwn = (analysis: GoAnalysis, before: Step): boolean => analysis.calls.some((call) => call.verb === 'mod download' && call.step.instruction.index < before.instruction.index);

function isReady(walked: Walk, steps: readonly Step[], before: Step, build: GoCall, { files }: ModuleFiles, version: number | undefined): boolean {
  const modules = valueIn(walked, build, 'GO111MODULE');
  // Modules came with 1.11, and in a GOPATH they were off at first. Source: release notes of Go 1.11 and 1.13.
  if (/^(?:off|auto)$/.test(modules ?? '') || (version !== undefined && (version < 11 || (version < 13 && modules !== 'on')))) return false;
  if (/-mod[= ]vendor|-modfile/.test(`${build.command.words.map((word) => word.text).join(' ')} ${valueIn(walked, build, 'GOFLAGS') ?? ''}`)) return false;
  const here = lookupIn(before.scope);
  if (steering.some((name) => valueIn(walked, build, name) !== here(name))) return false;
  if (!isRoot(before.user ?? walked.base.facts?.config.user) && flagOf(before.instruction, 'chown') === undefined) return false;
  const hasGit = walked.base.facts?.programs.includes('git') ?? false;
  const bringsGit = (part: RunPart): boolean => part.effect.kind === 'packages' && part.effect.action === 'install' && part.effect.packages.some((name) => /^(?:git|openssh(?:-client)?|mercurial)\b/.test(name));
  const between = steps.slice(steps.indexOf(before)).filter((step) => step.instruction.index <= build.step.instruction.index);
  return between.every(({ instruction, copy, run }) => {
    if (copy && instruction !== before.instruction) return !copy.sources.some((source) => /(?:^|\/)(?:\.netrc|\.gitconfig|\.git-credentials|\.ssh|id_\w+|known_hosts|ssh_config)(?:\/|$)/.test(source ?? ''));
    if (instruction.flags.some((flag) => flag.name === 'network' || flag.name === 'security')) return false;
    return (run?.parts ?? []).every((part) => !prepares.test(part.text) && !files.some((file) => removesPath(part, file.target)) && (hasGit || !bringsGit(part)));
  });
}

/** Secrets and ssh of the RUNs that call the go command. */
function mountsOf(walked: Walk, steps: readonly Step[]): string[] {
  const values = steps.filter((step) => step.run && usesGoCaches(walked, step)).flatMap((step) => step.instruction.flags).filter((flag) => flag.name === 'mount' && /(?:^|,)type=(?:secret|ssh)\b/.test(flag.value ?? ''));
  return [...new Set(values.map((flag) => `--mount=${flag.value!}`))];
}

/** Writes the manifests and the download. */
export function addDownload(draft: Draft, steps: readonly Step[], { before, files, flags }: Download, modules: string | undefined): void {
  const { builder } = draft;
  const at = steps.indexOf(before);
  const already = new Set(steps.slice(0, at).flatMap((step) => step.copy?.entries.map((entry) => entry.target) ?? []));
  const shown = steps.slice(0, at).findLast((step) => step.instruction.keyword === 'WORKDIR')?.cwd;
  const cwd = shown ?? draft.walked.base.facts?.config.workdir ?? '/';
  const folders = new Map<string, string[]>();
  for (const { target, source } of files.files) {
    if (already.has(target)) continue;
    const folder = dirname(target) || '/';
    folders.set(folder, [...(folders.get(folder) ?? []), source]);
  }
  const chown = flagOf(before.instruction, 'chown');
  const owner = chown === undefined ? '' : `--chown=${chown}`;
  const comment = { comment: 'Modules first: they stay cached while only sources change', apart: true };
  [...folders].forEach(([folder, sources], index) => builder.add(copyLine(owner, sources, folder === cwd || shown !== undefined ? relative(cwd, folder) : relative('/', folder)), index === 0 ? comment : {}));
  const command = cwd === files.root ? 'go mod download' : `cd ${files.root} && go mod download`;
  const all = [...(modules === undefined ? [] : [mountFlags([modules])]), ...flags];
  builder.add(all.length === 0 ? `RUN ${command}` : `RUN ${all.join(' \\\n    ')} \\\n    ${command}`);
}

/** A folder as COPY names it from another one. */
const relative = (cwd: string, folder: string): string => (folder === cwd ? './' : cwd !== '/' && isBelow(folder, cwd) ? `./${folder.slice(cwd.length + 1)}/` : folder === '/' ? '/' : `${folder}/`);

/** Whether a RUN does nothing but what the layers above do. */
export const isOnlyDownload = (step: Step): boolean => step.instruction.keyword === 'RUN' && step.run!.parts.length > 0 && step.run!.parts.every((part) => /^go mod download(?: -x)?$/.test(part.text.trim()));
