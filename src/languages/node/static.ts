import { variablesIn } from '../../dockerfile/scope.ts';
import { finding, refuse, type Finding } from '../../findings.ts';
import { Draft, type StageDraft } from '../../plan/draft.ts';
import type { ConfigField, Plan } from '../../plan/plan.ts';
import { presenceOf } from '../../walk/contents.ts';
import { lastOf, type Step, type Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { NodeApp } from './app.ts';
import { configures, fillBuilder } from './builder.ts';
import { reorderingOf } from './manifest-layer.ts';
import { staticServers, type StaticSite } from './static-server.ts';
import type { ClassifiedStep } from './steps.ts';
import { startLine } from '../../walk/place.ts';

/** Follows nginx's stable branch; the slim variant leaves out modules that serve no files. */
const nginxImage = 'nginx:stable-alpine-slim';

/** The user `nginx` of the official images. */
const nginxUser = '101';

const siteRoot = '/srv/www';

/**
 * Why nginx cannot stand in for the server although its options can be mapped; undefined when it can.
 *
 * @throws Refusal `no-program` when nothing brings the files
 */
export function nginxLacks(context: Context, site: StaticSite, steps: readonly ClassifiedStep[]): string | undefined {
  const { walk } = context;
  if (presenceOf(site.root, walk) === 'absent') throw refuse('no-program', { reason: `nothing brings ${site.root}`, help: 'Add the COPY or the RUN that brings the files.' }, { file: site.leaf.file, line: site.leaf.line });
  if (!walk.base.facts) return `what ${walk.base.written} brings is not known`;
  if (site.root === '/') return 'the server serves the whole file system';
  if (lastOf(walk, 'HEALTHCHECK') && healthcheckFor(walk, site) === undefined && context.health !== undefined) return 'the health check calls a program that nginx\'s image lacks';
  if (steps.some((item) => item.copies === 'system' && item.step.copy?.from !== undefined)) return 'the image takes files of another image';
  const low = steps.flatMap((item) => item.parts).find((part) => part.role === 'unknown');
  return low ? `it is not known what this changes: ${low.part.text.trim().slice(0, 60)}` : undefined;
}

/** The plan for a front end: a builder that is the original up to the build, and nginx with the files that it made. */
export function planStatic(context: Context, app: NodeApp, steps: readonly ClassifiedStep[], site: StaticSite): Plan {
  const { walk } = context;
  const draft = new Draft(walk);
  const findings: Finding[] = [];
  const reordering = reorderingOf(walk, app, steps);
  const whyWithout = `nginx serves the files instead of ${site.server}`;
  fillBuilder(draft, walk, app, steps, { withoutGlobals: staticServers, whyWithout, after: [], rewritten: new Map(), withoutParts: new Set(), reordering });

  const runtime = draft.runtime(nginxImage);
  const announced: Partial<Record<ConfigField, string>> = {
    env: 'environment variables were there for the build; nginx reads none',
    workdir: 'nginx serves an absolute folder',
    cmd: whyWithout,
    entrypoint: whyWithout,
    stopsignal: 'nginx finishes its requests on SIGQUIT',
    shell: 'it only served the build',
  };
  const root = site.port >= 1024 ? nginxUser : undefined;
  for (const step of walk.steps) placeConfiguration(step, walk, draft, runtime, site, announced);
  if (root === undefined) announced.user = 'nginx starts as root for its port, and serves as the user nginx';
  else {
    runtime.add(`USER ${root}`, { apart: true });
    announced.user = 'nginx runs as its own user';
    findings.push(finding('user-added', { user: `${root} (nginx)`, writable: '/tmp' }, { line: startLine(walk) }));
  }
  if (site.portVariable !== undefined) {
    runtime.add(startWithPort(site), { comment: `${site.portVariable} may set another port when the container starts`, apart: true });
  }
  for (const step of draft.open()) draft.drop(step, step.instruction.keyword === 'COPY' || step.instruction.keyword === 'ADD' ? 'neither the build nor nginx reads it' : 'only the original image needed it');
  findings.push(finding('server-replaced', { server: site.server, port: site.port }, { line: startLine(walk) }));
  return {
    language: 'node',
    runtime: 'nginx',
    choice: `${nginxImage}: the start only serves the files of ${site.root}`,
    requirements: [{ need: 'program:nginx', why: `${site.server} serves static files`, file: site.leaf.file, line: site.leaf.line }],
    stages: [draft.builder.plan(), runtime.plan()],
    values: {
      server: site.server,
      root: siteRoot,
      built: site.root,
      port: site.port,
      gzip: site.gzip,
      cors: site.cors,
      cacheControl: site.cacheControl,
      cleanUrls: site.cleanUrls,
      pages: site.fallback === 'pages',
      listing: site.listing,
      notFound: site.fallback !== 'index' && site.server !== 'express.static',
      tryFiles: tryFilesOf(site),
    },
    ledger: draft.ledger(),
    findings,
    announced,
    changedEnv: Object.fromEntries([...walk.end.scope.env.keys()].map((name) => [name, 'nginx does not read it'])),
    noBenefit: undefined,
  };
}

/** nginx's try_files for the order in which the server looks for a file. */
function tryFilesOf(site: StaticSite): string {
  if (site.fallback === 'index') return site.extensions ? '$uri $uri.html $uri/index.html /index.html' : site.server === 'express.static' ? '$uri $uri/index.html /index.html' : '$uri /index.html';
  if (site.fallback === 'pages') return '$uri $page/index.html $page.html $uri/ =404';
  return site.extensions ? '$uri $uri/ $uri.html =404' : '$uri $uri/ =404';
}

/** nginx reads no environment: the port is put into a copy of the configuration. */
function startWithPort(site: StaticSite): string {
  const command = `sed "s/listen ${site.port};/listen \${${site.portVariable}:-${site.port}};/" /etc/nginx/nginx.conf > /tmp/nginx.conf && exec nginx -c /tmp/nginx.conf -g 'daemon off;'`;
  return `CMD ["sh", "-c", ${JSON.stringify(command)}]`;
}

function placeConfiguration(step: Step, walk: Walk, draft: Draft, runtime: StageDraft, site: StaticSite, announced: Partial<Record<ConfigField, string>>): void {
  const { instruction } = step;
  const { keyword } = instruction;
  if (!configures.has(keyword)) {
    if ((keyword === 'ARG' || keyword === 'ENV') && usedBy(instruction.pairs.map((pair) => pair.name), walk, step)) runtime.keep(step, `${keyword} holds for one stage only, and a later line names it`);
    return;
  }
  if (keyword === 'CMD' || keyword === 'ENTRYPOINT') {
    draft.replace(step, `nginx serves the files that ${site.server} served, on the same port`);
  } else if (keyword === 'HEALTHCHECK') {
    if (step !== lastOf(walk, keyword)) return draft.drop(step, 'a later one replaces it');
    const text = healthcheckFor(walk, site)!;
    if (text === instruction.text) return runtime.keep(step, 'configures the image');
    runtime.rewrite(step, text, 'the same request with the wget of nginx\'s image');
    announced.healthcheck = 'the same request with the wget of nginx\'s image';
  } else if (keyword === 'STOPSIGNAL') {
    draft.drop(step, 'nginx has a stop signal of its own');
  } else if (keyword === 'VOLUME') {
    draft.drop(step, 'nginx writes to no folder of the project');
    announced.volume = 'the program that wrote there is not in the image any more';
  } else {
    runtime.keep(step, 'configures the image');
  }
}

const usedBy = (names: readonly string[], walk: Walk, after: Step): boolean =>
  walk.steps.some((other) => other.instruction.index > after.instruction.index && /^(?:LABEL|EXPOSE)$/.test(other.instruction.keyword) && variablesIn(other.instruction.text).some((name) => names.includes(name)));

/** The health check with programs that nginx's image has; undefined when it asks for something else than a page of the server. */
function healthcheckFor(walk: Walk, site: StaticSite): string | undefined {
  const health = lastOf(walk, 'HEALTHCHECK');
  if (!health) return undefined;
  const { text, logical } = health.instruction;
  if (/^NONE$/i.test(logical)) return text;
  const url = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(\d+))?(\/[^\s"'\\\])]*)?/.exec(logical);
  if (!url || Number(url[1] ?? 80) !== site.port || !/\b(?:curl|wget|node)\b/.test(logical)) return undefined;
  const head = text.slice(0, health.instruction.bodyStart);
  // localhost may be ::1 first, where nginx does not listen.
  return `${head}CMD wget -q -O /dev/null http://127.0.0.1:${site.port}${url[2] ?? '/'} || exit 1`;
}

