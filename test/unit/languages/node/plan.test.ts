import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Options } from '../../../../src/languages/language.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { transform, type Outcome } from '../../../../src/transform.ts';

const templates = (name: string): string => readFileSync(new URL(`../../../../templates/${name}.eta`, import.meta.url), 'utf8');

const dockerfile = (...lines: string[]): string => `${lines.join('\n')}\n`;

async function outcome(text: string, files: Record<string, string>, options: Partial<Options> = {}): Promise<Outcome> {
  return transform(text, memoryProject(files), options, templates);
}

/** The proposal's text; fails with the findings when there is none. */
async function convert(text: string, files: Record<string, string>, options: Partial<Options> = {}): Promise<string> {
  const result = await outcome(text, files, options);
  if (result.kind !== 'converted') throw new Error(JSON.stringify(result.findings));
  return result.text;
}

const runtimeOf = (text: string): string => text.slice(text.lastIndexOf('\nFROM ') + 1);
const codeOf = async (text: string, files: Record<string, string>): Promise<string> => (await outcome(text, files)).findings[0]!.code;

const service = {
  'package.json': '{"scripts":{"build":"tsc","start":"node dist/index.js"},"dependencies":{"express":"4"},"devDependencies":{"typescript":"5"}}',
  'package-lock.json': '{"packages":{"node_modules/express":{},"node_modules/typescript":{"dev":true}}}',
  'tsconfig.json': '{// comment\n"compilerOptions":{"outDir":"dist","rootDir":"src"}}',
  'src/index.ts': "import express from 'express'; express().listen(3000);",
};
const built = dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', 'RUN npm run build', 'EXPOSE 3000', 'CMD ["npm", "start"]');

describe('a service with a build', () => {
  it('installs before it copies the sources, prunes, and takes what runs', async () => {
    const text = await convert(built, service);
    expect(text.indexOf('COPY package.json package-lock.json ./')).toBeLessThan(text.indexOf('RUN npm ci'));
    expect(text.indexOf('RUN npm ci')).toBeLessThan(text.indexOf('COPY . .'));
    expect(text).toContain('RUN npm prune --omit=dev');
    const runtime = runtimeOf(text);
    expect(runtime).toMatch(/^FROM node:20-slim\n/);
    expect(runtime).toContain('COPY --from=builder /app/dist ./dist');
    expect(runtime).not.toContain('/app/src');
    expect(runtime).toContain('CMD ["npm", "start"]');
  });

  it('uses the option of npm 6 on old images', async () => expect(await convert(built.replace('node:20', 'node:14'), service)).toContain('npm prune --production'));

  it('keeps what the sources name, and names with spaces', async () => {
    const text = await convert(built, { ...service, 'src/index.ts': "import express from 'express'; express().use(express.static('src/web')).listen(3000);", 'price list.pdf': 'x' });
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/src ./src');
    expect(runtimeOf(text)).toContain('["/app/package.json", "/app/price list.pdf", "./"]');
  });

  it('does not reorder when an install script needs the sources, or the context has node_modules', async () => {
    const scripted = { ...service, 'package.json': service['package.json'].replace('"build"', '"postinstall":"node setup.js","build"') };
    for (const files of [scripted, { ...service, 'node_modules/a/index.js': '' }]) {
      const text = await convert(built, files);
      expect(text.indexOf('COPY . .')).toBeLessThan(text.indexOf('RUN npm ci'));
    }
  });

  it('puts the manifests where WORKDIR will be', async () => {
    const text = await convert(dockerfile('FROM node:20', 'COPY . /srv/app', 'WORKDIR /srv/app', 'RUN npm ci', 'RUN npm run build', 'CMD ["node", "dist/index.js"]'), service);
    expect(text.indexOf('WORKDIR /srv/app')).toBeLessThan(text.indexOf('COPY package.json'));
  });

  it('takes the whole folder when it cannot tell what the build writes', async () => {
    const text = await convert(built, { ...service, 'package.json': service['package.json'].replace('"tsc"', '"node build.js"') });
    expect(runtimeOf(text)).toContain('COPY --from=builder /app ./');
  });

  it('copies .next as a folder', async () => {
    const text = await convert(built, { 'package.json': '{"scripts":{"build":"next build","start":"next start"},"dependencies":{"next":"15","react":"19"}}', 'app/page.js': '', 'public/a.txt': '' });
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/.next ./.next');
    expect(runtimeOf(text)).not.toContain('/app/app');
  });
});

describe('dev dependencies that run', () => {
  it.each([
    ['a tool of the start', { ...service, 'package.json': '{"scripts":{"build":"tsc","start":"ts-node src/index.ts"},"dependencies":{"express":"4"},"devDependencies":{"ts-node":"10","typescript":"5"}}' }],
    ['an import', { ...service, 'src/index.ts': "import 'typescript';" }],
    ['a name in the sources', { ...service, 'src/index.ts': "import express from 'express'; express().set('view engine', 'pug');", 'package.json': service['package.json'].replace('"typescript":"5"', '"typescript":"5","pug":"3"') }],
    ['what only a dev dependency brings', { ...service, 'src/index.ts': "import 'body-parser';", 'package-lock.json': '{"packages":{"node_modules/body-parser":{"dev":true}}}' }],
  ])('%s', async (_name, files) => {
    const result = await outcome(built, files);
    if (result.kind !== 'converted') throw new Error(JSON.stringify(result.findings));
    expect(result.text).not.toContain('prune');
    expect(result.findings.map((item) => item.code)).toContain('dev-dependencies-kept');
  });

  it('is not installed where nothing builds', async () => {
    const text = await convert(dockerfile('FROM node:20', 'WORKDIR /app', 'COPY package*.json ./', 'RUN npm install', 'COPY . .', 'CMD ["node", "index.js"]'), { 'package.json': '{"dependencies":{"express":"4"},"devDependencies":{"jest":"29"}}', 'package-lock.json': '{"packages":{"node_modules/express":{}}}', 'index.js': "require('express')" });
    expect(text).toContain('RUN npm install --omit=dev');
  });

  it('is pruned where Prisma generates its client with one', async () => {
    const text = await convert(dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', 'CMD ["node", "index.js"]'), { 'package.json': '{"dependencies":{"@prisma/client":"6"},"devDependencies":{"prisma":"6"}}', 'package-lock.json': '{"packages":{"node_modules/@prisma/client":{}}}', 'index.js': "require('@prisma/client')" });
    expect(text).toContain('RUN npm prune --omit=dev');
    expect(runtimeOf(text)).toContain('openssl');
  });
});

describe('what the system brings', () => {
  const plain = { 'package.json': '{"dependencies":{"express":"4"}}', 'package-lock.json': '{"packages":{"node_modules/express":{}}}' };
  const lines = (...more: string[]): string => dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', ...more, 'CMD ["node", "index.js"]');

  it('adds programs that the sources start, and curl for the health check', async () => {
    const text = await convert(lines('HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1'), { ...plain, 'index.js': "require('child_process').execSync('git log -1'); const { execSync } = require('child_process'); execSync('git status');" });
    expect(runtimeOf(text)).toMatch(/install -y --no-install-recommends ca-certificates curl git openssh-client/);
    // A health check asks its own container.
    expect(runtimeOf(await convert(lines('HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1'), plain))).toMatch(/install -y --no-install-recommends curl \\/);
  });

  it('keeps the types that ts-node checks when it starts', async () => {
    const files = { 'package.json': '{"dependencies":{"express":"4","ts-node":"10","typescript":"5"},"devDependencies":{"@types/express":"4"}}', 'package-lock.json': '{"lockfileVersion":3,"packages":{}}', 'index.ts': 'import express from "express";' };
    const text = (start: string): string => `FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ${start}\n`;
    expect(await convert(text('["npx", "ts-node", "index.ts"]'), files)).not.toMatch(/omit=dev/);
    expect(await convert(text('["npx", "ts-node", "-T", "index.ts"]'), files)).toMatch(/omit=dev/);
  });

  it('keeps the base image when a program is named at run time', async () => {
    const text = await convert(lines(), { ...plain, 'package.json': '{"dependencies":{"express":"4"},"devDependencies":{"jest":"29"}}', 'index.js': "const { exec } = require('child_process'); exec(process.env.TOOL);" });
    expect(runtimeOf(text)).toMatch(/^FROM node:20\n/);
  });

  it('leaves the toolchain of native modules in the builder', async () => {
    const text = await convert(dockerfile('FROM node:20', 'RUN apt-get update && apt-get install -y python3 make g++', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', 'CMD ["node", "index.js"]'), { ...plain, 'index.js': "require('express')" });
    expect(runtimeOf(text)).not.toContain('apt-get');
  });

  it('is no benefit where the same RUN removes it again', async () => {
    expect(await codeOf(dockerfile('FROM node:20-alpine', 'WORKDIR /app', 'COPY . .', 'RUN apk add --no-cache make g++ && npm install && apk del make g++', 'CMD ["node", "index.js"]'), { ...plain, 'index.js': '' })).toBe('no-benefit');
  });

  it('asks for a libc change only when no dependency has machine code', async () => {
    const files = { ...plain, 'index.js': "require('express')" };
    expect(runtimeOf(await convert(lines(), files, { runtime: 'alpine' }))).toMatch(/^FROM node:20-alpine\n/);
    const native = { ...files, 'package.json': '{"dependencies":{"bcrypt":"5"}}', 'package-lock.json': '{"packages":{"node_modules/bcrypt":{"hasInstallScript":true}}}' };
    expect((await outcome(lines(), native, { runtime: 'alpine' })).findings[0]!.code).toBe('runtime-lacks');
  });
});

describe('owners', () => {
  it('gives the files away while copying, before WORKDIR would make the folder', async () => {
    const text = await convert(dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', 'RUN chown -R node:node /app', 'USER node', 'CMD ["node", "index.js"]'), { 'package.json': '{"dependencies":{"express":"4"}}', 'index.js': '' });
    const runtime = runtimeOf(text);
    expect(runtime).toContain('COPY --from=builder --chown=node:node /app /app');
    expect(runtime.indexOf('COPY --from')).toBeLessThan(runtime.indexOf('WORKDIR'));
  });

  it('repeats folders that are made and given away first', async () => {
    const runtime = runtimeOf(await convert(dockerfile('FROM node:20', 'RUN mkdir -p /srv/app/node_modules', 'RUN chown -R node:node /srv/app', 'WORKDIR /srv/app', 'USER node', 'COPY --chown=node:node . .', 'RUN npm ci', 'CMD ["node", "index.js"]'), { 'package.json': '{"dependencies":{"express":"4"}}', 'index.js': '' }));
    expect(runtime).toContain('RUN mkdir -p /srv/app/node_modules\nRUN chown -R node:node /srv/app');
  });
});

describe('refusals', () => {
  const start = (command: string): string => dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', `CMD ${command}`);
  const scripts = (text: string): Record<string, string> => ({ 'package.json': `{"scripts":{"start":"${text}"}}` });
  it.each(['nodemon index.js', 'react-scripts start', 'vite', 'next dev', 'cross-env X=1 ng serve', 'node --watch index.js'])('a start for development: %s', async (text) => expect(await codeOf(start('npm start'), scripts(text))).toBe('interactive-or-dev-start'));
  it.each(['bash', '["tail", "-f", "/dev/null"]', '["node"]'])('no program: %s', async (command) => expect(await codeOf(start(command), {'package.json': '{}'})).toBe('interactive-or-dev-start'));
  it('a start that builds', async () => expect(await codeOf(start('npm run build && npm start'), { 'package.json': '{"scripts":{"build":"next build","start":"next start"}}' })).toBe('unsupported-shape'));
  it('folders that are not known', async () => expect(await codeOf(dockerfile('FROM example.com/node', 'COPY . .', 'RUN npm ci', 'CMD ["node", "index.js"]'), { 'package.json': '{}', 'index.js': '' })).toBe('unknown-base'));
  it('nest start needs its sources', async () => {
    const text = await convert(start('npm start'), { 'package.json': '{"scripts":{"start":"nest start"},"devDependencies":{"@nestjs/cli":"10"}}', 'src/main.ts': '', 'tsconfig.json': '{}' });
    expect(runtimeOf(text)).toContain('COPY --from=builder /app ./');
  });
});

describe('global tools', () => {
  it('stay where the start calls them', async () => {
    const text = await convert(dockerfile('FROM node:20', 'WORKDIR /app', 'RUN npm install -g pm2 typescript', 'COPY . .', 'RUN npm ci', 'RUN tsc', 'CMD ["pm2-runtime", "dist/index.js"]'), service);
    expect(runtimeOf(text)).toContain('RUN npm install -g pm2\n');
    expect(text).toContain('RUN npm install -g pm2 typescript');
  });

  it('does not run husky again with an old pnpm', async () => {
    const files = { ...service, 'pnpm-lock.yaml': '', 'package.json': service['package.json'].replace('"build"', '"prepare":"husky install","build"') };
    expect(await convert(dockerfile('FROM node:20', 'RUN npm i -g pnpm@7', 'WORKDIR /app', 'COPY . .', 'RUN pnpm i && pnpm build', 'CMD ["node", "dist/index.js"]'), files)).not.toContain('prune');
  });

  it('keeps corepack for pnpm', async () => {
    const text = await convert(dockerfile('FROM node:20', 'RUN corepack enable', 'WORKDIR /app', 'COPY . .', 'RUN pnpm install', 'RUN pnpm build', 'CMD ["pnpm", "start"]'), { ...service, 'pnpm-lock.yaml': 'lockfileVersion: 9' });
    expect(runtimeOf(text)).toContain('RUN corepack enable');
    expect(text).toContain('RUN CI=true pnpm prune --prod --ignore-scripts');
  });
});

describe('files that each machine has its own of', () => {
  it('takes .env by a pattern, which may match nothing', async () => {
    const text = await convert(built, { ...service, 'package.json': service['package.json'].replace('"express":"4"', '"express":"4","dotenv":"16"') });
    expect(runtimeOf(text)).toContain('/app/package.json /app/.env* ./');
  });

  it('leaves it out where .dockerignore does', async () => {
    const text = await convert(built, { ...service, '.dockerignore': '.env\n', 'package.json': service['package.json'].replace('"express":"4"', '"express":"4","dotenv":"16"') });
    expect(runtimeOf(text)).not.toContain('.env');
  });

  it('takes the whole folder when .gitignore lists something of its own', async () => {
    expect(runtimeOf(await convert(built, { ...service, '.gitignore': 'node_modules\n*.log\nservice-account.json\n' }))).toContain('COPY --from=builder /app ./');
    expect(runtimeOf(await convert(built, { ...service, '.gitignore': '# x\nnode_modules/\n/dist\n.env*.local\n*.pem\nnpm-debug.log*\n' }))).toContain('./dist');
  });

  it('copies no node_modules where there are no dependencies', async () => {
    const text = await convert(built, { ...service, 'package.json': '{"scripts":{"build":"cp -r src dist","start":"node dist/index.js"}}', 'src/index.ts': '' });
    expect(text).not.toContain('/app/node_modules');
  });
});
