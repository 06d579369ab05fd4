import { containerAction } from '../../project/action.ts';
import { exposedPorts, lastOf, type Walk } from '../../walk/walk.ts';
import { inModules, modulesOfTheHost, modulesThatStart, modulesThatWrite } from './data.ts';
import type { GoSources } from './sources.ts';
import type { Evidence } from '../native/facts.ts';

/** A file or socket of the host; what everybody may open is not meant. */
const ofTheHost = /(?:^|\/)(?:docker|containerd|podman|crio)\.sock$|^\/dev\/(?!(?:null|zero|full|tty|stdin|stdout|stderr|u?random)$|fd\/|shm)./;

/** Ports below 1024, as a listener's address, or where nothing else is so written. */
const lowPort = /^(?:[\w.]*|\[::\]):(?:\d{1,3}|10[01]\d|102[0-3])$|^(?:25|53|80|443)$/;

/**
 * Why another user than the original's may not be able to do what the program does: it writes, starts programs, or uses rights of root.
 *
 * @param requires paths of all modules that go.mod names
 * @returns a reason with its place; undefined when nothing was found
 */
export function writesOf(walk: Walk, sources: GoSources, requires: readonly string[]): string | undefined {
  const volume = lastOf(walk, 'VOLUME');
  if (volume) return 'VOLUME says that it writes there';
  const action = containerAction(walk.project);
  if (action !== undefined) return `${action}: the workspace of an action belongs to root`;
  if (!sources.known) return 'the sources are not at hand';
  const imported = (modules: readonly string[]): Evidence | undefined => [...sources.imports].find(([path]) => inModules(path, modules))?.[1];
  const first = (evidence: Evidence | undefined, say: (text: string) => string): string | undefined => evidence && `${say(evidence.text)} (${evidence.file}:${evidence.line})`;
  const required = requires.find((path) => inModules(path, modulesThatWrite));
  return (
    first(sources.writes[0], (text) => `${text} writes files`) ??
    first(imported(modulesThatWrite), (text) => `${text} writes files`) ??
    (required === undefined ? undefined : `${required}, which a module may use, writes files`) ??
    first(sources.home[0], () => 'the program uses its home folder') ??
    first(sources.users[0], (text) => `${text} asks for a user that has a name`) ??
    first(sources.programs[0], () => 'os/exec starts other programs') ??
    first(imported(modulesThatStart), (text) => `${text} starts other programs`) ??
    first(imported(modulesOfTheHost), (text) => `${text} reaches for the host`) ??
    first(sources.powers[0], (text) => (/TLS|KeyPair/.test(text) ? `${text} reads a private key, which only its owner may read` : `${text} may need the rights of root`)) ??
    first(sources.strings.find(({ text }) => /^ip[46]?:/.test(text)), (text) => `"${text}" is a raw socket`) ??
    first(sources.strings.find(({ text }) => ofTheHost.test(text)), (text) => `it opens ${text}`) ??
    lowPortOf(walk, sources)
  );
}

/** A port below 1024, on which not every container runtime lets a user listen. */
function lowPortOf(walk: Walk, sources: GoSources): string | undefined {
  const ports = [...exposedPorts(walk), ...[...walk.end.scope.env].filter(([name]) => /(?:^|_)PORT$/.test(name)).map(([, value]) => Number(value)).filter((port) => port > 0)];
  const low = ports.find((port) => port < 1024);
  if (low !== undefined) return `port ${low} is below 1024`;
  const listen = sources.strings.find((item) => lowPort.test(item.text) || /\b(?:default|envDefault):"(?:25|53|80|443)"/.test(item.text)) ?? sources.ports[0];
  return listen && `it may listen on ${listen.text.replace(/^.*"(\d+)".*$/, '$1')} (${listen.file}:${listen.line})`;
}
