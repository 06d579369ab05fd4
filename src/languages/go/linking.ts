import { refuse } from '../../findings.ts';
import type { Requirement } from '../../plan/requirements.ts';
import type { Walk } from '../../walk/walk.ts';
import { cgoEvidence } from './cgo.ts';
import type { GoCall } from './commands.ts';
import { settingOf } from './cgo-setting.ts';
import { installedPackages } from '../native/packages.ts';

/** How the binary is linked, which decides what the runtime image must have. */
export interface Linking {
  readonly kind: 'static' | 'dynamic';
  /** True when CGO_ENABLED=0 must be added to make it static. */
  readonly addCgoOff: boolean;
  readonly why: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** Why the C++ library, or the compiler's own, is needed beside the C library. */
  readonly cxx: string | undefined;
}

/**
 * Decides between a static and a dynamic binary from evidence. Undecided means dynamic: nothing is forced, and the runtime has a libc.
 *
 * @param builds the calls that make the binaries
 * @param files Go files of the project that are compiled; none when they are not at hand
 * @param script true when another program (make, a script) runs the build
 * @throws Refusal for a module whose binary needs the folder that the module was downloaded to
 */
export function linkingOf(walk: Walk, builds: readonly GoCall[], files: readonly string[], modFile: string | undefined, script: boolean): Linking {
  const linked = (kind: Linking['kind'], why: string, place: { file?: string | undefined; line?: number | undefined } = {}, cxx?: string, addCgoOff = false): Linking => ({ kind, addCgoOff, why, file: place.file, line: place.line, cxx });
  const set = settingOf(walk, builds, script);
  const evidence = files.length > 0 ? cgoEvidence(walk, builds, files, modFile, script) : undefined;
  if (evidence?.folderReader && set?.value !== '0') {
    const { path, file, line } = evidence.folderReader;
    throw refuse('unsupported-shape', { reason: `${path} reads files of the folder that its module was downloaded to`, help: 'Copy these files into the project and name them in the program, or write the runtime stage by hand.' }, { file, line });
  }
  const at = { line: builds[0]?.step.instruction.line };
  const unseen = 'the sources are not at hand, so C++ may be in use';
  const position = builds.some((build) => usesWord(build, /-buildmode[= ](?!exe\b|default\b)/) || /-buildmode[= ](?!exe\b|default\b)/.test(build.step.scope.env.get('GOFLAGS') ?? ''));
  if (evidence?.kind === 'loaded') return linked('dynamic', evidence.why, evidence, evidence.cxx);
  if (set?.value === '0') return position ? linked('dynamic', 'its build mode needs the loader of the C library', at) : linked('static', `CGO_ENABLED=0 is set${set.where}`, set);
  if (builds.length > 0 && builds.every(linksStatically)) return linked('static', 'the linker is told to link statically', at);
  if (set?.value === '1') return linked('dynamic', `CGO_ENABLED=1 is set${set.where}`, set, evidence ? evidence.cxx : unseen);
  if (position) return linked('dynamic', 'the build mode needs cgo', at, evidence ? evidence.cxx : unseen);
  if (builds.some((build) => usesWord(build, /^-(?:race|msan|asan)\b/))) return linked('dynamic', 'the race detector needs cgo', at, evidence?.cxx);
  if (builds.some((build) => /boringcrypto|systemcrypto|opensslcrypto/.test(build.command.assignments.find((item) => item.name === 'GOEXPERIMENT')?.value ?? build.step.scope.env.get('GOEXPERIMENT') ?? ''))) return linked('dynamic', 'GOEXPERIMENT asks for cryptography that needs cgo', at, evidence?.cxx);
  if (set !== undefined) return linked('dynamic', 'CGO_ENABLED depends on a variable', set, evidence ? evidence.cxx : unseen);
  if (lacksCompiler(walk, builds)) return linked('static', 'the builder has no C compiler, so nothing is built with cgo', {}, undefined, true);
  if (!evidence) return linked('dynamic', 'the sources are not at hand, so cgo may be in use', {}, unseen);
  if (evidence.kind !== 'none') return linked('dynamic', evidence.why, evidence, evidence.cxx);
  return linked('static', evidence.why, {}, undefined, true);
}

/** Needs that come from how the binary, or one that was downloaded, is linked. */
export function linkingNeeds(walk: Walk, linking: Linking, downloaded: string | undefined): Requirement[] {
  const libc = walk.base.facts?.libc;
  if (linking.kind === 'static' && downloaded !== undefined && libc !== undefined) return (libc === 'musl' ? ['musl'] : ['glibc', 'libstdc++']).map((need) => ({ need, why: `${downloaded}, which nothing here compiles, may be linked with it`, file: undefined, line: undefined }));
  if (linking.kind === 'static') return [];
  if (libc === undefined) {
    throw refuse('unknown-base', { image: walk.base.written, reason: `which C library its programs need cannot be told, and ${linking.why}`, help: 'Set CGO_ENABLED=0 in the build when the program needs no C library, or use an official base image.' }, { line: walk.stage.from.line });
  }
  const place = { file: linking.file, line: linking.line };
  const needs = [{ need: libc === 'musl' ? 'musl' : 'glibc', why: linking.why, ...place }];
  // Alpine's C++ library comes with its compiler: where none is installed, nothing can be linked with it.
  const possible = libc !== 'musl' || installedPackages(walk).some(({ name }) => /^(?:g\+\+|build-base|alpine-sdk|libstdc\+\+|libgcc|gcc)$/.test(name.replace(/[=<>~:@].*$/, '')));
  return linking.cxx !== undefined && possible ? [...needs, { need: 'libstdc++', why: linking.cxx, ...place }] : needs;
}

const usesWord = (build: GoCall, pattern: RegExp): boolean => build.command.words.some((word, at) => pattern.test(word.value ?? word.text) || pattern.test(`${word.text} ${build.command.words[at + 1]?.text ?? ''}`));

const linksStatically = (build: GoCall): boolean => /-extldflags[= ]["'\\]*(?:[^"']*\s)?-?-static(?![-\w])/.test(build.ldflags?.text ?? '') || /(?:^|[\s"'])-static(?![-\w])/.test(build.ldflags?.value ?? '');

/** Packages that are a C compiler, or bring one. Source: the package indexes of Alpine and Debian. */
const compilers = /^(?:gcc|g\+\+|gfortran|clang|tcc|musl-gcc|zig|build-base|build-essential|alpine-sdk|abuild|dpkg-dev|rust|cargo|go|golang|gccgo|crystal|ldc|dmd|ghc|R|R-dev|r-base|r-base-dev|devscripts|linux-headers)(?:-?[\d.]+.*|-(?:go|dev|all))?$/;

/** Whether the builder can be proved to have no C compiler. */
function lacksCompiler(walk: Walk, builds: readonly GoCall[]): boolean {
  const { facts } = walk.base;
  if (facts === undefined || facts.family === 'none' || facts.family === 'rhel' || facts.programs.some((name) => /^(?:gcc|cc|clang)$/.test(name)) || builds.length === 0) return false;
  return walk.steps.every((step) => {
    const { instruction } = step;
    if (/\bCC=|\bzig\b|\bxgo\b/.test(instruction.text)) return false;
    if (instruction.keyword !== 'RUN' && (step.copy?.from !== undefined || step.copy?.transforms)) return false;
    return (step.run?.parts ?? []).every(({ effect, commands }) => {
      if (effect.kind === 'packages') return effect.action !== 'install' || (effect.unknown !== true && effect.packages.every((name) => !compilers.test(name.replace(/[=<>~:@].*$/, ''))));
      if (effect.kind === 'unknown') return commands.every((command) => /^(?:.*\/)?go$/.test(command.name ?? ''));
      // Go's own archive has no C compiler.
      return effect.kind !== 'fetch' || !/tar|unzip/.test(instruction.text) || /\bgo(?:\d|\$)\S*\.tar/.test(instruction.text);
    });
  });
}
