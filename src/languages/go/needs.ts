import { readGoMod } from '../../manifests/go-mod.ts';
import type { Requirement } from '../../plan/requirements.ts';
import { filesBelow } from '../../project/project.ts';
import { lastOf, type Walk } from '../../walk/walk.ts';
import { inModules, modulesThatStart, modulesWithTemporary, modulesWithZones } from './data.ts';
import { installedPackages } from '../native/packages.ts';
import type { GoSources } from './sources.ts';
import type { Evidence } from '../native/facts.ts';

/** Names of time zones, by themselves or in the address of a data base. Source: the tz database; the MySQL driver's `loc`. */
const zoneName = /(?:^|loc=|TZ=)(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Europe|Indian|Mexico|Pacific|US)(?:\/|%2[Ff])[A-Z]\w+/;

/** A file right in a folder that every distribution's image has and an empty one lacks; sockets and secrets are mounted there, with the folder. Source: the Filesystem Hierarchy Standard. */
const inSystemFolder = /^\/(?:var\/(?:log|lib|cache|spool|run|local|opt|mail)|run|srv|mnt|media|opt)\/(?!secrets|docker\.sock|podman|containerd)[\w.-]+$/;

/** What the program's own sources, and the modules that they import, need at run time. */
export function sourceNeeds(walk: Walk, sources: GoSources): Requirement[] {
  const needs: Requirement[] = [];
  const from = (need: string, why: string, evidence: { file: string; line: number } | undefined): void => {
    if (evidence) needs.push({ need, why, file: evidence.file, line: evidence.line });
  };
  const { imports } = sources;
  const third = (path: string): boolean => /\w\.\w+\//.test(path) && !inModules(path, ownModules(walk));
  const network = ['net/http', 'crypto/tls', 'net/smtp', 'net/rpc'].map((path) => imports.get(path)).find((evidence) => evidence !== undefined) ?? [...imports].find(([path]) => third(path))?.[1];
  if (sources.known) from('certificates', 'HTTPS and TLS clients check certificates', network);
  else needs.push({ need: 'certificates', why: 'the program may speak TLS', file: undefined, line: undefined });
  const imported = (...lists: (readonly string[])[]): Evidence | undefined => [...imports].find(([path]) => lists.some((modules) => inModules(path, modules)))?.[1];
  if (!imports.has('time/tzdata')) {
    from('timezones', 'time.LoadLocation reads the time zone database', sources.locations[0]);
    if (sources.locations.length === 0) from('timezones', 'a time zone is named', sources.strings.find((item) => zoneName.test(item.text)) ?? imported(modulesWithZones));
  }
  const zone = walk.steps.find((step) => step.instruction.keyword === 'ENV' && step.instruction.pairs.some((pair) => pair.name === 'TZ'));
  if (zone) needs.push({ need: 'timezones', why: 'TZ is set', file: undefined, line: zone.instruction.line });
  for (const { name, line } of installedPackages(walk)) {
    if (name === 'tzdata') needs.push({ need: 'timezones', why: 'the Dockerfile installs tzdata', file: undefined, line });
    if (name === 'ca-certificates') needs.push({ need: 'certificates', why: 'the Dockerfile installs ca-certificates', file: undefined, line });
  }
  if (lastOf(walk, 'USER') === undefined) from('home', 'the program uses its home folder', sources.home[0]);
  from('tmp', 'temporary files go to /tmp', sources.temporary[0] ?? sources.strings.find((item) => /^\/(?:var\/)?tmp\b/.test(item.text)) ?? imported(modulesThatStart, modulesWithTemporary));
  if (!sources.known) needs.push({ need: 'tmp', why: 'the program may use temporary files', file: undefined, line: undefined });
  from('system-folders', 'the program names a file there', sources.strings.find((item) => inSystemFolder.test(item.text)));
  from('passwd', 'users are looked up by name', sources.users[0]);
  // Tools of another distribution may be other ones: what the text says cannot be read.
  from('program:sh', 'os/exec gives a shell a text that is made at run time', sources.openShells[0]);
  return needs;
}

/** Paths of the modules that lie in the context. */
const ownModules = (walk: Walk): string[] => filesBelow(walk.project, '', (path) => /(?:^|\/)go\.mod$/.test(path) && !/(?:^|\/)vendor\//.test(path)).flatMap((path) => readGoMod(walk.project.read(path) ?? '').module ?? []);
