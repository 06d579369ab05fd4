import type { Effect, PackagesEffect } from './effect.ts';

const certainty: Readonly<Record<Effect['kind'], number>> = { none: 0, shell: 1, files: 2, system: 3, account: 4, fetch: 5, packages: 6, unknown: 7 };

/** Places that package managers fill while they work: clearing them belongs to the packages. */
const packageCaches = /^\/(?:var\/(?:lib\/(?:apt|dpkg)|cache|log|tmp)|tmp|root\/\.cache)(?:\/|$)/;

/** What two commands of one part do together: as well known as the lesser known of them. */
export function merge(a: Effect, b: Effect): Effect {
  const [less, more] = certainty[a.kind] < certainty[b.kind] ? [a, b] : [b, a];
  if (less.kind === 'none' || less.kind === 'shell') return more;
  switch (more.kind) {
    case 'files':
      // Of equal kinds `more` is the earlier one.
      return less.kind === 'files' ? { kind: 'files', verb: weightOf(less.verb) > weightOf(more.verb) ? less.verb : more.verb, writes: [...more.writes, ...less.writes], reads: [...more.reads, ...less.reads] } : more;
    case 'system':
      return less.kind === 'files' || less.kind === 'system' ? { ...more, writes: [...more.writes, ...less.writes], reads: [...more.reads, ...less.reads] } : more;
    case 'fetch':
      if (less.kind === 'fetch') {
        const reads = [...(more.reads ?? []), ...(less.reads ?? [])];
        return { kind: 'fetch', programs: [...more.programs, ...less.programs], writes: more.writes && less.writes ? [...more.writes, ...less.writes] : undefined, ...(reads.length > 0 ? { reads } : {}) };
      }
      if (less.kind === 'files') return { ...more, writes: more.writes && [...more.writes, ...less.writes] };
      // `curl … | debconf-set-selections`: what is downloaded stays in the pipe.
      return more.writes?.length === 0 ? less : { kind: 'unknown', program: more.programs[0] };
    case 'packages':
      return less.kind === 'packages' ? both(more, less) : isAside(less) ? more : { kind: 'unknown', program: undefined };
    default:
      return more;
  }
}

/** Of several verbs the one that leaves most behind stands for all. */
const weightOf = (verb: string): number => (/^(?:rm|rmdir|unlink|shred|prune)$/.test(verb) ? 0 : /^ch(?:mod|own|grp)$/.test(verb) ? 1 : /^(?:mkdir|touch)$/.test(verb) ? 2 : verb === '>' ? 3 : 4);

/** What may go along with a package manager: clearing its caches, and a download that stays in the pipe. */
const isAside = (effect: Effect): boolean => (effect.kind === 'files' && /^(?:rm|rmdir|prune)$/.test(effect.verb) && effect.writes.every((path) => packageCaches.test(path))) || (effect.kind === 'fetch' && effect.writes?.length === 0);

const rank: Readonly<Record<PackagesEffect['action'], number>> = { clean: 0, refresh: 1, repository: 2, remove: 3, install: 4 };

function both(a: PackagesEffect, b: PackagesEffect): Effect {
  if (a.manager !== b.manager) return { kind: 'unknown', program: undefined };
  const [less, more] = rank[a.action] < rank[b.action] ? [a, b] : [b, a];
  if (less.action !== more.action) return less.action === 'remove' || less.action === 'repository' ? { kind: 'unknown', program: undefined } : more;
  return { ...more, packages: [...new Set([...more.packages, ...less.packages])], unknown: less.unknown || more.unknown, virtual: more.virtual === less.virtual ? more.virtual : undefined };
}
