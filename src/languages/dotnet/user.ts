import { finding, type Finding } from '../../findings.ts';
import { closedToOthers } from '../../walk/modes.ts';
import { exposedPorts, lastOf, type Walk } from '../../walk/walk.ts';
import type { Options } from '../language.ts';
import type { DotnetAnalysis } from './analysis.ts';
import { isModern } from './image.ts';
import { packagesOf } from './needs.ts';
import { writesOf } from './sources.ts';
import type { SystemPlan } from './system.ts';
import { startLine } from '../../walk/place.ts';

/**
 * Whether the runtime stage may run as the user that .NET's images have from 8 on.
 *
 * @returns a reason to keep the original's user, or undefined
 */
export function keepsUser(walk: Walk, analysis: DotnetAnalysis, system: SystemPlan, options: Options): string | undefined {
  if (lastOf(walk, 'USER')) return 'the Dockerfile sets it';
  if (options.user === 'keep') return '--user keep';
  if (!isModern(analysis.sdk)) return 'images before .NET 8 have no user for it';
  const volume = lastOf(walk, 'VOLUME');
  if (volume) return 'VOLUME says that it writes there';
  if (system.parts.size > 0) return 'a RUN prepares files or users for it';
  if (system.carried.some((path) => path.startsWith('/root/'))) return 'it uses certificates in /root';
  // What is published keeps its permissions; sources are compiled as root.
  const closed = closedToOthers(walk, (path) => !/\.(?:cs|fs|vb|razor|cshtml|resx|csproj|fsproj|vbproj|sln|slnx|props|targets|md)$/i.test(path));
  if (closed !== undefined) return `only its owner may read ${closed}`;
  const low = lowPort(walk, analysis);
  if (low !== undefined) return low;
  const mount = boundFolder(walk);
  if (mount !== undefined) return mount;
  return writesOf(analysis.sources, packagesOf(analysis.tree));
}

/** The findings that go with the decision. */
export function userFinding(walk: Walk, reason: string | undefined): Finding {
  const place = { line: startLine(walk) };
  return reason === undefined ? finding('user-added', { user: 'app ($APP_UID)', writable: '/tmp and its home folder' }, place) : finding('user-kept', { reason }, place);
}

/** A port that only root may open on older hosts. */
function lowPort(walk: Walk, analysis: DotnetAnalysis): string | undefined {
  const exposed = exposedPorts(walk).find((port) => port < 1024);
  if (exposed !== undefined) return `port ${exposed} is below 1024`;
  const address = /https?:\/\/[^\s"';/:]*(?::(\d+))?|^\s*(\d+(?:[;,]\d+)*)\s*$/g;
  const given = [...['ASPNETCORE_URLS', 'ASPNETCORE_HTTP_PORTS', 'ASPNETCORE_HTTPS_PORTS', 'URLS', 'PORT'].map((name) => (walk.steps.some((step) => step.instruction.pairs.some((pair) => pair.name === name)) ? walk.end.scope.env.get(name) : undefined)), analysis.run?.profile?.urls, ...(analysis.run?.words ?? []), ...(walk.stage.instructions.filter((item) => /^(?:CMD|ENTRYPOINT)$/.test(item.keyword)).map((item) => item.logical))];
  for (const text of given) {
    if (text === null) return 'the port depends on an argument';
    for (const match of (text ?? '').matchAll(address)) {
      const ports = (match[2] ?? match[1] ?? (match[0].startsWith('https') ? '443' : '80')).split(/[;,]/).map(Number);
      const low = ports.find((port) => port < 1024);
      if (low !== undefined) return `port ${low} is below 1024`;
    }
  }
  const inSources = analysis.sources.find(/(?:UseUrls|Urls\.Add|\.Run|ListenAnyIP|ListenLocalhost|\.Listen)\s*\([^)\n]*?(?::|\(|,\s*)(?:80|443|\d{2,3})\s*["/;,)]|"Urls?"\s*:\s*"https?:\/\/(?:\*|\+|0\.0\.0\.0|localhost|\[::\])(?::\d{1,3})?[/";]/);
  return inSources && `it may listen on a port below 1024 (${inSources.file}:${inSources.line})`;
}

/** A compose file that mounts something into the program's folder, or into /root: another user could not write there, or would not look there. */
function boundFolder(walk: Walk): string | undefined {
  const names = walk.project.list('').filter((name) => /^(?:docker-)?compose[\w.-]*\.ya?ml$/i.test(name));
  for (const name of names) {
    const lines = (walk.project.read(name) ?? '').split('\n');
    const at = lines.findIndex((line) => {
      const target = /^\s*-\s*["']?[^"'\s:]+:(\/[^"':\s]*)/.exec(line)?.[1] ?? /^\s*target:\s*["']?(\/[^"'\s]*)/.exec(line)?.[1];
      return target !== undefined && (target.startsWith('/root') || (walk.end.cwd !== '/' && (target === walk.end.cwd || target.startsWith(`${walk.end.cwd}/`))));
    });
    if (at >= 0) return `${name}:${at + 1} mounts a folder that it may write to`;
  }
  return undefined;
}
