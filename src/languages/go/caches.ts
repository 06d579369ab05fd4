import { flagOf } from '../../dockerfile/model.ts';
import { basename } from '../../project/project.ts';
import type { ShellCommand } from '../../shell/parse.ts';
import { isBelow } from '../../walk/place.ts';
import { removesPath } from '../../walk/removed.ts';
import { isRoot, type Step, type Walk } from '../../walk/walk.ts';
import type { Options } from '../language.ts';
import type { GoAnalysis } from './analysis.ts';
import { goCommandIn, isGo } from './commands.ts';
import { executedParts, type Executed } from './executed.ts';
import { goPathOf, homeOf, valueIn, type Placed } from './surroundings.ts';

/** Folders that the go command fills and that live in cache mounts; undefined where one must stay in the layers. */
export interface Caches {
  /** Downloaded modules. */
  readonly modules: string | undefined;
  /** What was compiled. */
  readonly build: string | undefined;
}

/** Programs that run the go command themselves. */
const runsGo = /^(?:g?make|mage|task|just|bazel|goreleaser|gox|xgo|richgo|gotestsum|golangci-lint|golint|staticcheck|ginkgo|bee|buffalo|packr2?|statik|swag|wire|mockgen|mockery|sqlc|templ|gqlgen|ent|buf|ko|gomobile|garble|tinygo|wails|fyne|hugo|xcaddy|ocb|builder)$|\.(?:sh|bash)$/;

/** Calls of the go command that use no cache. */
const withoutCache = /^(?:version|env|fmt|help|doc|mod init|mod edit|clean)$/;

/** Whether a RUN uses what the go command keeps: it calls it, or a program that may. */
export const usesGoCaches = (walked: Walk, step: Step): boolean => executedParts(walked).some((executed) => executed.step === step && mayUseCaches(executed));

function mayUseCaches({ runs }: Executed): boolean {
  return runs.effect.kind === 'unknown' && runs.commands.map(goCommandIn).some(({ name, words }) => {
    const verb = words[1]?.value ?? '';
    if (isGo(name)) return !withoutCache.test(verb) && !withoutCache.test(`${verb} ${words[2]?.value ?? ''}`);
    return runsGo.test(basename(name ?? '')) || /^(?:ba|da|a)?sh$/.test(name ?? '');
  });
}

/**
 * The folders for cache mounts of all RUNs that call the go command. What a mount covers is in no layer, and it can be neither removed nor written by another
 * user than root: a folder for which any of that matters gets no mount anywhere.
 */
export function cachesOf(walked: Walk, analysis: GoAnalysis, options: Options): Caches {
  const parts = executedParts(walked);
  const users = parts.filter((executed) => mayUseCaches(executed));
  const steps = new Set(users.map(({ step }) => step));
  const others = users.some(({ runs }) => /^\s*(?:su|sudo\s+-\w*u|gosu|su-exec|runuser)\b/.test(runs.text)) || [...steps].some((step) => !isRoot(step.user ?? walked.base.facts?.config.user)) || (analysis.goRun !== undefined && !isRoot(walked.end.user));
  if (!options.cacheMounts || others) return { modules: undefined, build: undefined };
  // Where no call is seen, the variables at the end of the RUN count.
  const unseen = users.filter(({ step }) => !analysis.calls.some((call) => call.step === step)).map(({ step, before }) => ({ step, before, command: nothing }));
  const placed: Placed[] = [...(analysis.goRun ? [analysis.goRun.call] : []), ...analysis.calls.filter((call) => steps.has(call.step)), ...unseen];
  const same = (folder: (one: Placed) => string | undefined): string | undefined => {
    const found = new Set(placed.map(folder));
    return found.size === 1 ? [...found][0] : undefined;
  };
  const stays = (folder: string, kind: keyof Caches): boolean => parts.some((executed) => (steps.has(executed.step) && isTouched(executed, folder)) || isRead(executed, folder, kind)) || walked.steps.some((step) => isNamed(step, folder, kind));
  const usable = (folder: string | undefined, kind: keyof Caches): string | undefined => (folder === undefined || stays(folder, kind) ? undefined : folder);
  const offline = placed.some((one) => valueIn(walked, one, 'GOPROXY') === 'off') || [...steps].some((step) => flagOf(step.instruction, 'network') === 'none');
  return {
    modules: offline || !usesModules(analysis) ? undefined : usable(same((one) => modulesFolder(walked, one)), 'modules'),
    build: usable(same((one) => buildFolder(walked, one)), 'build'),
  };
}

const nothing: ShellCommand = { name: undefined, words: [], assignments: [], outputs: [], redirects: [], start: 0, end: 0 };

const usesModules = ({ module, calls }: GoAnalysis): boolean => (module ? (module.requires > 0 || module.inWorkspace) && !module.vendored : calls.some((call) => call.verb.startsWith('mod ') && call.verb !== 'mod init'));

/** Where the go command keeps modules. Source: `go help environment`. */
function modulesFolder(walked: Walk, placed: Placed): string | undefined {
  const set = valueIn(walked, placed, 'GOMODCACHE');
  if (set) return set.startsWith('/') ? withoutSlash(set) : undefined;
  const gopath = set === null ? undefined : goPathOf(walked, placed);
  return gopath === undefined ? undefined : `${withoutSlash(gopath)}/pkg/mod`;
}

/** Where it keeps what it compiled. Source: `go help cache`, os.UserCacheDir. */
function buildFolder(walked: Walk, placed: Placed): string | undefined {
  const set = valueIn(walked, placed, 'GOCACHE');
  if (set) return set.startsWith('/') ? withoutSlash(set) : undefined;
  const cache = set === null ? null : valueIn(walked, placed, 'XDG_CACHE_HOME');
  if (cache) return cache.startsWith('/') ? `${withoutSlash(cache)}/go-build` : undefined;
  const home = cache === null ? undefined : homeOf(walked, placed);
  return home === undefined ? undefined : `${withoutSlash(home)}/.cache/go-build`;
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '');

/** Whether a part takes a folder away, or may: a mount cannot be removed. */
function isTouched({ runs }: Executed, folder: string): boolean {
  if (removesPath(runs, folder)) return true;
  return runs.commands.some(({ name, words }) => {
    const values = words.slice(1).map((word) => word.value ?? word.text);
    if (isGo(name)) return values[0] === 'clean' && values.some((word) => /^--?(?:modcache|cache)$/.test(word));
    return /^(?:rm|mv|rmdir)$/.test(basename(name ?? '')) && values.some((word) => /^["']?(?:\$|~)/.test(word) || (/[$`*]/.test(word) && isBelow(folder, /^["']?(\/[^$`*]*)\//.exec(word)?.[1] ?? '/')));
  });
}

const texts = { modules: /pkg\/mod\b|GOMODCACHE|\/go\/pkg\b|GOPATH\}?["']?\/pkg\b/, build: /go-build|GOCACHE|\/\.cache\b/ };

/** Whether a command reads a cache, or a folder that holds it, past the go command. */
function isRead({ runs }: Executed, folder: string, kind: keyof Caches): boolean {
  if (kind === 'modules' && /\bgo\s+list\b[^;&|]*\.Dir\b|\bgo\s+mod\s+download\b[^;&|]*-json/.test(runs.text)) return true;
  return runs.commands.some(({ name, words }) => {
    const program = basename(name ?? '');
    if (isGo(name) || /^(?:rm|rmdir|mkdir|chmod|chown|chgrp|export|echo|printf|ls|du|test|\[)$/.test(program)) return false;
    const copies = /^(?:cp|mv|tar|rsync|zip|find|ln|install)$/.test(program);
    return words.slice(1).some(({ value, text }) => texts[kind].test(text) || (value?.startsWith('/') === true && (isBelow(withoutSlash(value), folder) || (copies && value !== '/' && isBelow(folder, withoutSlash(value))))));
  });
}

/** Whether an instruction other than RUN names a cache, or somebody set it up already. */
function isNamed({ instruction, copy, cwd }: Step, folder: string, kind: keyof Caches): boolean {
  if (copy) return copy.destination !== undefined && copy.destination !== '/' && isBelow(copy.destination, folder);
  if (instruction.keyword === 'WORKDIR') return cwd !== undefined && isBelow(cwd, folder);
  return /^(?:CMD|ENTRYPOINT|VOLUME|HEALTHCHECK)$/.test(instruction.keyword) && texts[kind].test(instruction.logical);
}
