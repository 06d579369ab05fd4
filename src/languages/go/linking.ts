import type { Walk } from '../../walk/walk.ts';
import type { GoCall } from './commands.ts';
import { cgoModules, inModules } from './data.ts';
import type { GoSources } from './sources.ts';

/** How the binary is linked, which decides what the runtime image must have. */
export interface Linking {
  readonly kind: 'static' | 'dynamic';
  /** True when CGO_ENABLED=0 must be added to make it static. */
  readonly addCgoOff: boolean;
  readonly why: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/**
 * Decides between a static and a dynamic binary from evidence. Undecided means dynamic: nothing is forced, and the runtime has a libc.
 *
 * @param builds the calls that make the binaries
 * @param script true when another program (make, a script) runs the build
 */
export function linkingOf(walked: Walk, builds: readonly GoCall[], sources: GoSources, requires: readonly { path: string; line: number }[], modFile: string | undefined, script: boolean): Linking {
  const dynamic = (why: string, file?: string, line?: number): Linking => ({ kind: 'dynamic', addCgoOff: false, why, file, line });
  const set = explicit(walked, builds);
  if (set?.value === '0') return { kind: 'static', addCgoOff: false, why: 'CGO_ENABLED=0 is set', file: undefined, line: set.line };
  if (builds.length > 0 && builds.every((build) => /-extldflags[= ]["'\\]*-static/.test(build.ldflags?.text ?? '') || /-static\b/.test(build.ldflags?.value ?? ''))) {
    return { kind: 'static', addCgoOff: false, why: 'the linker is told to link statically', file: undefined, line: builds[0]!.step.instruction.line };
  }
  if (set?.value === '1') return dynamic('CGO_ENABLED=1 is set', undefined, set.line);
  if (!sources.known) return dynamic('the sources are not at hand, so cgo may be in use');
  const own = sources.imports.get('C');
  if (own) return dynamic('the project imports "C"', own.file, own.line);
  const imported = [...sources.imports].find(([path]) => inModules(path, cgoModules));
  if (imported) return dynamic(`${imported[0]} needs cgo`, imported[1].file, imported[1].line);
  const required = requires.find((module) => inModules(module.path, cgoModules));
  if (required) return dynamic(`${required.path} needs cgo`, modFile, required.line);
  const vendored = walked.project.read('vendor/modules.txt')?.split('\n').map((line) => /^# (\S+) /.exec(line)?.[1]).find((path) => path !== undefined && inModules(path, cgoModules));
  if (vendored !== undefined) return dynamic(`${vendored} needs cgo`, 'vendor/modules.txt', 1);
  if (builds.some((build) => build.command.words.some((word) => /-buildmode|-race|-msan/.test(word.text)))) return dynamic('the build mode needs cgo', undefined, builds[0]!.step.instruction.line);
  if (script && set === undefined && /CGO_ENABLED/.test(walked.project.read('Makefile') ?? '')) return dynamic('the Makefile sets CGO_ENABLED', 'Makefile', 1);
  if (set?.value === undefined && set !== undefined) return dynamic('CGO_ENABLED depends on a variable', undefined, set.line);
  return { kind: 'static', addCgoOff: true, why: 'nothing in the project needs cgo', file: undefined, line: undefined };
}

/** The value that CGO_ENABLED has in the builds, when the Dockerfile sets it. */
function explicit(walked: Walk, builds: readonly GoCall[]): { value: string | undefined; line: number } | undefined {
  for (const build of builds) {
    const prefix = build.command.assignments.find((assignment) => assignment.name === 'CGO_ENABLED');
    if (prefix) return { value: prefix.value, line: build.step.instruction.line };
    const inScope = build.step.scope.env.get('CGO_ENABLED') ?? build.step.scope.args.get('CGO_ENABLED');
    if (inScope !== undefined) return { value: inScope ?? undefined, line: build.step.instruction.line };
    const shell = build.step.run?.parts.filter((part) => part.start < build.part.start && /^\s*export\b/.test(part.text)).map((part) => /\bCGO_ENABLED=["']?(\w*)/.exec(part.text)?.[1]).find((value) => value !== undefined);
    if (shell !== undefined) return { value: shell, line: build.step.instruction.line };
  }
  if (builds.length === 0 && walked.end.scope.env.has('CGO_ENABLED')) {
    return { value: walked.end.scope.env.get('CGO_ENABLED') ?? undefined, line: walked.stage.from.line };
  }
  const written = walked.steps.find((step) => /\bgo env -w[^&;\n]*CGO_ENABLED=([01])/.test(step.instruction.logical));
  return written && { value: /CGO_ENABLED=([01])/.exec(written.instruction.logical)![1], line: written.instruction.line };
}
