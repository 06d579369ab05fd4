import type { Step } from '../../walk/walk.ts';

/** RUNs that only install system packages move above COPYs, so that a changed source does not repeat them. */
export function packagesFirst(steps: readonly Step[]): Step[] {
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
    ordered.splice(at, 0, step);
  }
  return ordered;
}

/** A COPY into the system's folders may configure the package manager. */
const touchesSystem = (step: Step): boolean => (step.copy?.entries ?? []).some((entry) => entry.target === '/' || /^\/(?:etc|usr|var)\b/.test(entry.target));
