import { argumentsOf } from '../../dockerfile/model.ts';
import type { Step } from '../../walk/walk.ts';

/**
 * RUNs that only install system packages move above COPYs, so that a changed source does not repeat them.
 *
 * @param foldersFirst whether WORKDIR moves above COPYs, too
 */
export function packagesFirst(steps: readonly Step[], foldersFirst = false): Step[] {
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
    if (foldersFirst && step.instruction.keyword === 'WORKDIR' && step.instruction.logical.startsWith('/')) {
      while (at > 0 && ordered[at - 1]!.copy && ordered[at - 1]!.copy!.from === undefined && argumentsOf(ordered[at - 1]!.instruction).at(-1)?.startsWith('/')) at -= 1;
    }
    ordered.splice(at, 0, step);
  }
  return ordered;
}

/** A COPY into the system's folders may configure the package manager. */
const touchesSystem = (step: Step): boolean => (step.copy?.entries ?? []).some((entry) => entry.target === '/' || /^\/(?:etc|usr|var)\b/.test(entry.target));
