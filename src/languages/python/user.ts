import { finding, type Finding } from '../../findings.ts';
import { containerAction } from '../../project/action.ts';
import { basename } from '../../project/project.ts';
import { closedToOthers } from '../../walk/modes.ts';
import { isRoot, exposedPorts, lastOf } from '../../walk/walk.ts';
import type { Analysis } from './analysis.ts';
import { homeOf } from './carry.ts';
import { writingPackages } from './data.ts';
import { firstWrite } from './evidence.ts';
import { startLine } from '../../walk/place.ts';

/** User and group that are added: a number needs no entry in /etc/passwd, and orchestrators can see that it is not root. */
export const addedUser = '10001:10001';

/**
 * Decides whether the runtime stage may run as a user of its own: only where nothing is found that writes, listens on a port below 1024,
 * or starts other programs.
 */
export function decideUser(analysis: Analysis): { user: string | undefined; finding: Finding | undefined } {
  const { walk, options } = analysis.context;
  if (lastOf(walk, 'USER') || options.user === 'keep') return { user: undefined, finding: undefined };
  const reason = whyRoot(analysis);
  if (reason !== undefined) return { user: undefined, finding: finding('user-kept', { reason }, { line: startLine(walk) }) };
  return { user: addedUser, finding: finding('user-added', { user: addedUser, writable: '/tmp' }, { line: startLine(walk) }) };
}

/** Where `pip install --user` puts packages for the runtime stage's user, for `--python-deps user`. */
export interface UserBase {
  readonly path: string;
  /** Value for --chown; undefined for root. */
  readonly owner: string | undefined;
  /** The user that the runtime stage makes for it. */
  readonly make: string | undefined;
}

/** The user's home: that of the Dockerfile's own user, of one that is made for it, or root's. */
export function userBaseOf(analysis: Analysis, user: string | undefined): UserBase {
  const { walk } = analysis.context;
  if (user !== undefined) {
    const make = analysis.base.family === 'alpine' ? 'adduser -D -u 10001 app' : 'useradd --create-home --uid 10001 app';
    return { path: '/home/app/.local', owner: user, make };
  }
  const own = lastOf(walk, 'USER');
  const name = own?.user?.replace(/:.*$/, '');
  if (analysis.carry?.kind !== 'user' || own === undefined || name === undefined || isRoot(name) || /^\d+$/.test(name)) return { path: '/root/.local', owner: undefined, make: undefined };
  return { path: `${homeOf(walk, name, own)}/.local`, owner: own.user, make: undefined };
}

const quietStarts = /^(?:python[\d.]*|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|flask|fastapi)$/;
const writingOptions = /^(?:--?(?:pid(?:file)?|p|log-file|logfile|access-logfile|accesslog|error-logfile|errorlog|log-config|logto|daemonize|D|daemon|statistics-path|unix|uds|socket|worker-tmp-dir|statedb|certfile|keyfile|ssl-\w+|user|uid|u|chroot))(?:=(?!-$).*)?$/;

function whyRoot(analysis: Analysis): string | undefined {
  const { context, sources, carry, image, names, base } = analysis;
  const { walk, start } = context;
  if (!walk.project.known) return 'without the project it cannot be seen what the program writes';
  if (!sources.complete) return 'the project has more sources than are read';
  if (base.kind === 'other' || image.facts === undefined) return 'what the base image sets up is not known';
  if (carry?.kind === 'own-user') return 'packages lie in the home of the user';
  const closed = closedToOthers(walk);
  if (closed !== undefined) return `only its owner may read ${closed}`;
  const action = containerAction(walk.project);
  if (action !== undefined) return `${action}: the workspace of an action belongs to root`;
  if (start.scripts.length > 0) return `${start.scripts[0]!.source ?? start.scripts[0]!.imagePath} may change files`;
  if (walk.steps.some((step) => step.instruction.keyword === 'VOLUME')) return 'a VOLUME belongs to root';
  const other = start.commands.find((command) => !quietStarts.test(basename(command.program)));
  if (other || start.commands.length === 0) return `it is not known what ${other ? basename(other.program) : 'the start'} writes`;
  const words = start.commands.flatMap((command) => command.words);
  const option = words.find((word, index) => word !== undefined && (word.startsWith('unix:') || (writingOptions.test(word) && words[index + 1] !== '-')));
  if (option !== undefined) return `the start has ${option}`;
  if (words.some((word) => word !== undefined && /^(?:migrate|runserver|makemigrations|collectstatic|db)$/.test(word) && start.commands.some((command) => /manage\.py|flask/.test(command.words.join(' '))))) return 'the start changes a data base or files';
  const port = lowPort(analysis, words);
  if (port !== undefined) return `it listens on port ${port}`;
  const writer = [...names].find((name) => writingPackages.has(name));
  if (writer !== undefined) return `${writer} writes files`;
  const call = firstWrite(sources);
  if (call !== undefined) return `${call.what} (${call.file}:${call.line})`;
  const run = analysis.roles.find((step) => step.parts.some((part) => part.role === 'runtime' && /(?:chmod|chown|useradd|adduser|\$HOME|~\/|\/root\b|nltk|download)/.test(part.part.text)));
  if (run) return `line ${run.step.instruction.line} prepares files for root`;
  return undefined;
}

function lowPort(analysis: Analysis, words: readonly (string | undefined)[]): number | undefined {
  const { walk } = analysis.context;
  const exposed = exposedPorts(walk).find((port) => port < 1024);
  if (exposed !== undefined) return exposed;
  const fromStart = words.flatMap((word, index) => {
    const match = /(?::|^--port=|^-p)(\d+)$/.exec(word ?? '') ?? (/^(?:--port|-p|-b|--bind)$/.test(words[index - 1] ?? '') ? /^(\d+)$/.exec(word ?? '') : null);
    return match ? [Number(match[1])] : [];
  });
  const low = fromStart.find((port) => port < 1024);
  if (low !== undefined) return low;
  const env = Number(walk.end.scope.env.get('PORT') ?? Number.NaN);
  if (env < 1024) return env;
  for (const file of analysis.sources.files) {
    const match = /\bport\s*=\s*(?:int\()?["']?(\d{2,3})\b(?!\d)/i.exec(file.text) ?? /["']PORT["']\s*,\s*["']?(\d{2,3})\b(?!\d)/.exec(file.text);
    if (match) return Number(match[1]);
  }
  return undefined;
}
