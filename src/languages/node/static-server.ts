import { basename, dirname, filesBelow, inImage, join } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import { scanSource } from './scan.ts';
import { expressSite } from './static-express.ts';
import type { Leaf, NodeStart } from './start.ts';

/** How a static file server answers, as far as nginx has to do the same. */
export interface StaticSite {
  /** For people: `serve`, `http-server`, `vite preview`. */
  readonly server: string;
  /** Folder of the image that it serves. */
  readonly root: string;
  readonly port: number;
  /** The environment variable that can set another port when the container starts. */
  readonly portVariable: string | undefined;
  /** `index`: unknown paths get index.html. `pages`: `/about` is about.html, with `/about.html` sent there. `plain`: files and folders. */
  readonly fallback: 'index' | 'pages' | 'plain';
  /** serve sends `/about.html` to `/about`. */
  readonly cleanUrls: boolean;
  /** A path without a file is tried with `.html`, and with `/index.html`. */
  readonly extensions: boolean;
  /** Folders without an index.html are listed. */
  readonly listing: boolean;
  readonly gzip: boolean;
  readonly cors: boolean;
  /** The value of Cache-Control, when the server sends one. */
  readonly cacheControl: string | undefined;
  readonly leaf: Leaf;
}

export type StaticAnswer = { readonly site: StaticSite } | { readonly unmapped: string } | undefined;

/** Packages that only serve files; where nginx does it, they are not installed any more. */
export const staticServers: ReadonlySet<string> = new Set(['serve', 'http-server', 'serve-handler', 'local-web-server', 'superstatic']);

/** The static file server that the start is; undefined when it is something else, `unmapped` when nginx cannot do the same. */
export function staticSite(walk: Walk, start: NodeStart, scripts: number): StaticAnswer {
  const servers = start.leaves.filter((leaf) => !/^(?:cross-env|dotenv|tini|dumb-init)$/.test(leaf.program));
  const leaf = servers[0];
  if (!leaf || servers.length !== 1 || start.unresolved !== undefined) return undefined;
  const read = leaf.program === 'serve' ? readServe : leaf.program === 'http-server' ? readHttpServer : leaf.program === 'vite' && leaf.words.includes('preview') ? readVitePreview : leaf.program === 'node' ? expressSite : undefined;
  if (!read) return undefined;
  if (scripts > 0) return leaf.program === 'node' ? undefined : { unmapped: 'a script runs before the server' };
  if (leaf.cwd === undefined) return { unmapped: 'the folder in which the server starts is not known' };
  return read(walk, leaf, leaf.cwd);
}

/** Options of `serve` that nginx does as well. Source: its README, version 14. */
function readServe(walk: Walk, leaf: Leaf, cwd: string): StaticAnswer {
  const options = new Options(leaf.words.slice(1), { '-l': true, '--listen': true, '-p': true, '--port': true, '-c': true, '--config': true });
  let single = false;
  let cors = false;
  let gzip = true;
  let port: string | undefined | null = null;
  for (const { name, value } of options.all) {
    if (name === '-s' || name === '--single') single = true;
    else if (name === '-C' || name === '--cors') cors = true;
    else if (name === '-u' || name === '--no-compression') gzip = false;
    else if (/^(?:-l|--listen|-p|--port)$/.test(name) && port === null) port = value;
    else if (!/^(?:-d|--debug|-n|--no-clipboard|-L|--no-request-logging|--no-port-switching|--no-etag|-S|--symlinks|-y|--yes)$/.test(name)) return { unmapped: `serve is given ${name}` };
  }
  if (options.operands.length > 1) return { unmapped: 'serve is given several folders' };
  const folder = options.operands.length === 0 ? '.' : options.operands[0];
  if (folder === undefined) return { unmapped: 'the folder that serve is given is not known' };
  const root = inImage(cwd, folder);
  const settings = settingsFile(walk, root, cwd);
  if (settings) return { unmapped: `${settings} configures serve` };
  const listen = portOf(walk, leaf, port, servePort(walk, leaf));
  if (typeof listen === 'string') return { unmapped: listen };
  return { site: { server: 'serve', root, ...listen, fallback: single ? 'index' : 'pages', cleanUrls: true, extensions: !single, listing: !single, gzip, cors, cacheControl: undefined, leaf } };
}

/** Options of http-server that nginx does as well. Source: its README, version 14. */
function readHttpServer(walk: Walk, leaf: Leaf, cwd: string): StaticAnswer {
  const options = new Options(leaf.words.slice(1), { '-p': true, '--port': true, '-a': true, '-e': true, '--ext': true, '-P': true, '--proxy': true, '-t': true, '-A': false }, true);
  let port: string | undefined | null = null;
  let cache = '3600';
  let cors = false;
  let listing = true;
  for (const { name, value } of options.all) {
    if (name === '-p' || name === '--port') port = value;
    else if (name === '-c' && value === undefined) return { unmapped: 'http-server is given -c without a value' };
    else if (name === '-c') cache = value!;
    else if (name === '--cors' && value !== undefined) return { unmapped: 'http-server is given --cors with headers' };
    else if (/^-c-?\d+$/.test(name)) cache = name.slice(2);
    else if (name === '--cors') cors = true;
    else if (name === '-d' || name === '-i') listing = !/^false$/i.test(value ?? '');
    else if (!/^(?:-a|-s|--silent|-U|--utc|--log-ip|-r|--robots|-N)$/.test(name)) return { unmapped: `http-server is given ${name}` };
  }
  if (options.operands.length > 1) return { unmapped: 'http-server is given several folders' };
  const source = walk.locate(cwd);
  const folder = options.operands.length > 0 ? options.operands[0] : source !== undefined && walk.project.kind(join(source, 'public')) === 'folder' ? 'public' : walk.project.known ? '.' : undefined;
  if (folder === undefined) return { unmapped: 'the folder that http-server serves is not known' };
  const listen = portOf(walk, leaf, port, 8080);
  if (typeof listen === 'string') return { unmapped: listen };
  const cacheControl = Number(cache) < 0 ? 'no-cache, no-store, must-revalidate' : `max-age=${cache}`;
  return { site: { server: 'http-server', root: inImage(cwd, folder), ...listen, fallback: 'plain', cleanUrls: false, extensions: true, listing, gzip: false, cors, cacheControl, leaf } };
}

/** `vite preview`, with the few settings of vite.config that matter to it. */
function readVitePreview(walk: Walk, leaf: Leaf, cwd: string): StaticAnswer {
  const options = new Options(leaf.words.slice(1).filter((word) => word !== 'preview'), { '--port': true, '--outDir': true, '--base': true, '--mode': true, '-m': true, '-l': true });
  const source = walk.locate(cwd);
  if (!walk.project.known || source === undefined) return { unmapped: 'vite.config is not at hand' };
  const file = walk.project.list(source).find((name) => /^vite\.config\.[cm]?[jt]s$/.test(name));
  const config = file === undefined ? '' : scanSource(walk.project.read(join(source, file)) ?? '').code;
  if (/\b(?:base|proxy|appType|root|configurePreviewServer|https)\s*(?:\(|:(?!\/\/))/.test(config) || /\bpreview\s*:\s*\w+\s*[,}]/.test(config)) return { unmapped: `${file} changes what vite preview answers` };
  const manifest = walk.project.read(join(source, 'package.json')) ?? '';
  const framework = /"(@sveltejs\/kit|@remix-run\/dev|@react-router\/dev|vike|vite-plugin-ssr|@builder\.io\/qwik-city|@analogjs\/platform|solid-start|@solidjs\/start|@tanstack\/(?:react-|solid-)?start|astro|nuxt|waku|vinxi)"\s*:/.exec(manifest)?.[1];
  if (framework !== undefined) return { unmapped: `vite preview runs the server of ${framework}` };
  let port: string | undefined | null = /\bpreview\s*:\s*\{[^}]*\bport\s*:\s*(\d+)/.exec(config)?.[1] ?? null;
  let outDir: string | undefined = /\boutDir\s*:\s*(['"`])([^'"`$]+)\1/.exec(config)?.[2];
  if (outDir === undefined && /\boutDir\b/.test(config)) return { unmapped: `${file} makes the output folder's name` };
  for (const { name, value } of options.all) {
    if (name === '--port') port = value;
    else if (name === '--outDir') outDir = value;
    else if (!/^(?:--host|--strictPort|--mode|-m|--open|-l)$/.test(name)) return { unmapped: `vite preview is given ${name}` };
  }
  const listen = portOf(walk, leaf, port, 4173);
  if (typeof listen === 'string') return { unmapped: listen };
  return { site: { server: 'vite preview', root: inImage(cwd, outDir ?? 'dist'), ...listen, portVariable: undefined, fallback: 'index', cleanUrls: false, extensions: true, listing: false, gzip: true, cors: false, cacheControl: 'no-cache', leaf } };
}

/** Words as options with their values, and operands. `value` is undefined where it depends on a variable. */
class Options {
  readonly all: { name: string; value: string | undefined }[] = [];
  readonly operands: (string | undefined)[] = [];
  /** @param greedy any option takes the word after it, as in minimist */
  constructor(words: readonly (string | undefined)[], takesValue: Readonly<Record<string, boolean>>, greedy = false) {
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at];
      if (word === undefined || !word.startsWith('-') || word === '-') this.operands.push(word);
      else if (/^--?[\w-]+=/.test(word)) this.all.push({ name: word.slice(0, word.indexOf('=')), value: word.slice(word.indexOf('=') + 1) });
      else if (takesValue[word]) this.all.push({ name: word, value: words[(at += 1)] });
      else if (/^-p\d+$/.test(word)) this.all.push({ name: '-p', value: word.slice(2) });
      else if ((word === '--host' || (greedy && !/^-c-?\d+$/.test(word))) && words[at + 1] !== undefined && !words[at + 1]!.startsWith('-')) this.all.push({ name: word, value: words[(at += 1)] });
      else this.all.push({ name: word, value: undefined });
    }
  }
}

/**
 * The port in the container.
 *
 * @param given what the option says; undefined for a variable, null when the option is not given
 * @returns a reason in words when it cannot be told
 */
function portOf(walk: Walk, leaf: Leaf, given: string | undefined | null, standard: number): { port: number; portVariable: string | undefined } | string {
  const assigned = leaf.assignments.find((item) => item.name === 'PORT')?.value;
  const environment = assigned ?? walk.end.scope.env.get('PORT') ?? undefined;
  if (given === null) {
    const port = environment !== undefined ? Number(environment) : standard;
    return Number.isInteger(port) && port > 0 ? { port, portVariable: assigned === undefined ? 'PORT' : undefined } : 'the port is set when the container starts';
  }
  // `-l $PORT`: whoever starts the container may set another one.
  const written = walk.steps.findLast((step) => /^(?:CMD|ENTRYPOINT)$/.test(step.instruction.keyword))?.instruction.logical ?? '';
  const variable = /(?:-l|--listen|-p|--port)[\s="',]+(?:tcp:\/\/[\w.]*:)?\$\{?([A-Z_]+)\b(?::-(\d+))?/.exec(written);
  if (variable) {
    const port = Number(walk.end.scope.env.get(variable[1]!) ?? variable[2]);
    return Number.isInteger(port) && port > 0 ? { port, portVariable: variable[1]! } : 'the port is set when the container starts';
  }
  if (given === undefined) return 'the port is set when the container starts';
  const port = Number(/^(?:(?:tcp|http):\/\/)?(?:[\w.*[\]-]*:)?(\d+)\/?$/.exec(given)?.[1]);
  return Number.isInteger(port) && port > 0 && port < 65536 ? { port, portVariable: undefined } : `it listens on ${given}`;
}

/** serve listens on 3000 from version 13 on, before on 5000. */
function servePort(walk: Walk, leaf: Leaf): number {
  const manifest = leaf.cwd === undefined ? undefined : walk.locate(inImage(leaf.cwd, 'package.json'));
  const text = manifest === undefined ? '' : (walk.project.read(manifest) ?? '');
  const runs = walk.stage.instructions.map((instruction) => instruction.logical).join('\n');
  const version = /\bserve@[~^]?v?(\d+)/.exec(runs)?.[1] ?? (/\bglobal add|-g\b/.test(runs) && /\bserve\b/.test(runs) ? undefined : /"serve"\s*:\s*"[~^>=v]*(\d+)/.exec(text)?.[1]);
  return version !== undefined && Number(version) < 13 ? 5000 : 3000;
}

/** serve.json in the folder that is served, wherever the build may take it from. */
function settingsFile(walk: Walk, root: string, cwd: string): string | undefined {
  const folder = walk.locate(cwd) ?? walk.locate(dirname(root));
  if (!walk.project.known || folder === undefined) return undefined;
  return filesBelow(walk.project, folder, (path) => /^(?:serve|now)\.json$/.test(basename(path)))[0];
}
