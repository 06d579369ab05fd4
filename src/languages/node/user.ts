import { closedToOthers } from '../../walk/modes.ts';
import { exposedPorts, lastOf, type Walk } from '../../walk/walk.ts';
import type { NodeApp } from './app.ts';
import { firstLiteral, firstMatch, importedPackages, type NodeSources } from './sources.ts';
import type { NodeStart } from './start.ts';

/** Packages that are known to write no files. Source: their documentation. */
const writesNothing = new Set(
  'express fastify koa @koa/router koa-router koa-bodyparser @hapi/hapi cors @fastify/cors helmet @fastify/helmet morgan body-parser cookie-parser compression express-session ejs pug mustache hbs handlebars nunjucks dotenv debug pg mysql mysql2 mongodb mongoose redis ioredis axios node-fetch undici got lodash moment dayjs date-fns uuid nanoid jsonwebtoken bcryptjs passport passport-local passport-jwt joi zod yup ajv validator express-validator express-rate-limit http-errors method-override ws socket.io socket.io-client graphql apollo-server apollo-server-express @apollo/server graphql-http express-async-handler express-async-errors http-status-codes http-status ms qs chalk statuses serve-static path-to-regexp cookie-session connect-redis connect-mongo @nestjs/common @nestjs/core @nestjs/platform-express @nestjs/config @nestjs/swagger reflect-metadata rxjs class-validator class-transformer swagger-ui-express tslib amqplib kafkajs nodemailer stripe cheerio he marked luxon ramda immutable express-handlebars consolidate response-time serve-favicon errorhandler vhost csurf hpp xss xss-clean slugify bluebird async underscore semver yargs minimist commander inversify awilix openai discord.js telegraf @fastify/static fastify-plugin hono @hono/node-server'.split(
    ' ',
  ),
);

/** Code that writes files, or starts programs that might. */
const writes =
  /\b(?:writeFile|appendFile|createWriteStream|mkdir|mkdtemp|rename|unlink|rm|rmdir|copyFile|cp|symlink|truncate|chmod|utimes|outputFile|ensureDir|emptyDir|move|writeJson|outputJson|openSync)(?:Sync)?\s*\(|\bfs(?:\.promises)?\.open\s*\(|child_process|\bexecFile\b|process\.set[ug]id|\bdest\s*:\s*['"]/;

/**
 * Why the runtime must keep the user of the original; undefined when it is proven that a user without rights does.
 */
export function userMustStay(walk: Walk, app: NodeApp, start: NodeStart, sources: NodeSources): string | undefined {
  const at = (evidence: { file: string; line: number }): string => `${evidence.file}:${evidence.line}`;
  if (lastOf(walk, 'VOLUME')) return 'VOLUME says that it writes there';
  if (!sources.known || !app.manifest || sources.files.size === 0) return 'the sources are not at hand';
  if (walk.base.facts?.users.every((user) => user.name !== 'node') ?? true) return 'the base image is not known to have the user node';
  const closed = closedToOthers(walk);
  if (closed !== undefined) return `only its owner may read ${closed}`;
  const low = exposedPorts(walk).find((port) => port < 1024);
  if (low !== undefined) return `port ${low} is below 1024`;
  const privileged = firstMatch(sources, /\.listen\s*\(\s*['"]?(?:\d{1,2}|[1-9]\d{2}|10[01]\d|102[0-3])['"]?\s*[,)]|(?:\|\||\?\?|=)\s*['"]?(?:80|443)['"]?\s*[;,)\n]/);
  if (privileged) return `it may listen on a port below 1024 (${at(privileged)})`;
  if (start.leaves.some((leaf) => !/^(?:node|nodejs|npm|yarn|tini|dumb-init)$/.test(leaf.program))) return `it is not known what ${start.leaves.find((leaf) => !/^(?:node|nodejs|npm|yarn)$/.test(leaf.program))!.program} writes`;
  const write = firstMatch(sources, writes);
  if (write) return `${write.text.replace(/\s*\($/, '')} (${at(write)})`;
  const isImport = (text: string, file: string): boolean => sources.files.get(file)!.imports.some((item) => item.name === text);
  const home = firstLiteral(sources, (text, file) => /^(?:~\/|\/(?:root|var|data|etc|opt|home)\/)/.test(text) && !isImport(text, file));
  if (home) return `it names ${home.text} (${at(home)})`;
  const dependency = Object.keys({ ...app.manifest.dependencies, ...app.manifest.optionalDependencies }).find((name) => !writesNothing.has(name) && !name.startsWith('@types/'));
  if (dependency !== undefined) return `it is not known what ${dependency} writes`;
  const imported = [...importedPackages(sources)].find(([name]) => !writesNothing.has(name) && !(name in app.manifest!.devDependencies));
  return imported ? `it is not known what ${imported[0]} writes (${at(imported[1])})` : undefined;
}
