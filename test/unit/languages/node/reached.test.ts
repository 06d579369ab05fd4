import { describe, expect, it } from 'vitest';
import { answer, convert, dockerfile, notes, runtimeOf } from './convert.ts';

const manifest = (dependencies: object, devDependencies: object = {}, scripts: object = { build: 'tsc', start: 'node dist/main.js' }): string => JSON.stringify({ scripts, dependencies, devDependencies });
const tsconfig = '{"compilerOptions":{"outDir":"dist","rootDir":"src"}}';
const built = dockerfile('FROM node:20', 'WORKDIR /app', 'COPY package*.json ./', 'RUN npm ci', 'COPY . .', 'RUN npm run build', 'CMD ["node", "dist/main.js"]');
const plain = dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', 'CMD ["node", "server.js"]');

describe('sources that the start reaches', () => {
  const files = { 'package.json': manifest({ express: '4' }, { typescript: '5', '@faker-js/faker': '8' }), 'package-lock.json': '{"packages":{"node_modules/express":{}}}', 'tsconfig.json': tsconfig };
  const mock = { 'src/movies.mock.ts': "import { faker } from '@faker-js/faker'; export const movie = faker.word.noun();" };

  it('leave out what only tests import, although the compiler takes it', async () => {
    const text = await convert(built, { ...files, ...mock, 'src/main.ts': "import express from 'express'; import './routes.js'; express().listen(3000);", 'src/routes.ts': 'export {};' });
    expect(text).toContain('RUN npm prune --omit=dev');
    expect(runtimeOf(text)).not.toContain('/app/src');
  });

  it.each([
    ['an import made at run time', "import express from 'express'; for (const name of ['./movies.mock.js']) import(name);"],
    ['a pattern of files', "import express from 'express'; load(__dirname + '/**/*.mock{.ts,.js}');"],
    ['a package that loads a folder', "import express from 'express'; import autoload from '@fastify/autoload';"],
    ['the file of a worker', "import express from 'express'; new Worker('./movies.mock.js');"],
  ])('do not, with %s', async (_what, main) => {
    const text = await convert(built, { ...files, ...mock, 'package.json': manifest({ express: '4', '@fastify/autoload': '5' }, { typescript: '5', '@faker-js/faker': '8' }), 'src/main.ts': main });
    expect(text).not.toContain('prune');
  });

  it('follow names that lead into the project by its settings', async () => {
    for (const name of ['@/movies.mock', 'src/movies.mock', '~/movies.mock']) {
      expect(await convert(built, { ...files, ...mock, 'src/main.ts': `import express from 'express'; import '${name}';` }), name).not.toContain('prune');
    }
  });

  it('say nothing of dev dependencies that the Dockerfile removes itself', async () => {
    const text = built.replace('RUN npm run build', 'RUN npm run build\nRUN npm prune --production');
    expect(await notes(text, { ...files, ...mock, 'src/main.ts': "import './movies.mock';" }, 'dev-dependencies-kept')).toEqual([]);
  });

  it('say which one needs a dev dependency where nothing is gained', async () => {
    const text = plain.replace('node:20', 'node:20-alpine');
    expect(await answer(text, { ...files, 'server.js': "require('@faker-js/faker')" })).toBe(
      'no-benefit: splitting would not make the image smaller: node:20-alpine is small already, and the dev dependencies stay: @faker-js/faker is needed at run time (the sources import it, server.js:1)',
    );
  });
});

describe('what tsc writes', () => {
  const files = (build: string, configs: Record<string, string>): Record<string, string> => ({ 'package.json': manifest({ express: '4' }, { typescript: '5' }, { build }), 'package-lock.json': '{}', 'src/main.ts': "import express from 'express'; express();", 'README.md': '', ...configs });
  const copies = async (build: string, configs: Record<string, string>): Promise<string> => runtimeOf(await convert(built.replace('dist/main.js', 'out/main.js'), files(build, configs)));

  it('is named by the project that --build is given', async () => {
    const configs = { 'tsconfig.json': tsconfig, 'tsconfig.prod.json': '{"extends":"./tsconfig.json","compilerOptions":{"outDir":"out"}}' };
    for (const build of ['tsc --build tsconfig.prod.json', 'tsc -b ./tsconfig.prod.json --force', 'tsc -p tsconfig.prod.json']) expect(await copies(build, configs), build).toContain('COPY --from=builder /app/out ./out');
  });

  it.each([
    ['files are named', 'tsc src/main.ts', { 'tsconfig.json': '{"compilerOptions":{"outDir":"out"}}' }],
    ['a project refers to others', 'tsc --build', { 'tsconfig.json': '{"compilerOptions":{"outDir":"out"},"references":[{"path":"lib"}]}' }],
  ])('is not known where %s', async (_what, build, configs) => expect(await copies(build, configs)).toContain('COPY --from=builder /app ./'));
});

describe('what other builds write', () => {
  const files = { 'package.json': manifest({ express: '4' }, { vite: '6' }, { build: 'vite build' }), 'package-lock.json': '{}', 'server.js': "const express = require('express'); express().use(express.static('dist')).get('/api', (q, r) => r.send()).listen(3000);", 'web/main.js': '', 'vite.config.js': 'export default {};' };
  const text = built.replace('dist/main.js', 'server.js');
  const whole = 'COPY --from=builder /app ./';
  it('lies in the project itself', async () => expect(runtimeOf(await convert(text, files))).toContain('COPY --from=builder /app/dist ./dist'));

  it.each([
    ['the settings name another root', { ...files, 'vite.config.js': "export default { root: 'web' };" }],
    ['the command names another root', { ...files, 'package.json': files['package.json'].replace('vite build', 'vite build web') }],
    ['the environment names the folder', { ...files, 'package.json': files['package.json'].replace('vite build', 'BUILD_PATH=./public react-scripts build') }],
  ])('is not known where %s', async (_what, project) => expect(runtimeOf(await convert(text, project))).toContain(whole));
});

describe('scripts of package.json that the sources run', () => {
  const files = { 'package.json': manifest({ express: '4' }, { 'drizzle-kit': '1' }, { migrate: 'drizzle-kit push' }), 'package-lock.json': '{"packages":{"node_modules/express":{}}}' };
  it.each(["execSync('npm run migrate')", "spawn('npx', ['drizzle-kit', 'push'])", "execSync('node --run migrate')", "execSync('./node_modules/.bin/drizzle-kit push')"])('keep the dev dependencies: %s', async (call) => {
    const sources = { ...files, 'server.js': `const { execSync, spawn } = require('child_process'); require('express')().listen(3000); ${call};` };
    expect(await convert(plain, sources)).not.toContain('--omit=dev');
    expect(await notes(plain, sources, 'dev-dependencies-kept')).toHaveLength(1);
  });

  it('are only words where nothing starts programs', async () => {
    expect(await convert(plain, { ...files, 'server.js': "require('express')().listen(3000, () => console.log('npm run migrate'));" })).toContain('--omit=dev');
  });

  it('include those of `node --run`', async () => {
    const start = plain.replace('"server.js"', '"--run", "migrate"').replace('node:20', 'node:22');
    expect(await convert(start, { ...files, 'server.js': '' })).not.toContain('--omit=dev');
    expect(await notes(start, { ...files, 'server.js': '' }, 'dev-dependencies-kept')).toEqual(['the dev dependencies stay in the image: drizzle-kit is needed at run time: the start runs drizzle-kit']);
  });
});

describe('settings of Next.js in TypeScript', () => {
  const text = dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', 'RUN npm run build', 'CMD ["npm", "start"]');
  const files = { 'package.json': manifest({ next: '15', react: '19' }, { typescript: '5', tailwindcss: '4' }, { build: 'next build', start: 'next start' }), 'package-lock.json': '{}', 'app/page.tsx': 'export default () => null;' };
  it('need the compiler at every start', async () => {
    expect(await convert(text, { ...files, 'next.config.ts': 'export default {};' })).toContain('RUN mv node_modules/typescript /tmp/ && npm prune --omit=dev && mv /tmp/typescript node_modules/\n');
    expect(await convert(text, { ...files, 'next.config.mjs': 'export default {};' })).toContain('RUN npm prune --omit=dev\n');
    const pnpm = { ...files, 'next.config.ts': 'export default {};', 'pnpm-lock.yaml': "lockfileVersion: '9.0'" };
    expect(await convert(text.replaceAll('npm', 'pnpm').replace('ci', 'install'), pnpm)).not.toContain('prune');
  });
});

describe('what the settings of Next.js load at every start', () => {
  const text = dockerfile('FROM node:20', 'WORKDIR /app', 'COPY . .', 'RUN npm ci', 'RUN npm run build', 'CMD ["npm", "start"]');
  const files = { 'package.json': manifest({ next: '15', react: '19' }, { typescript: '5' }, { build: 'next build', start: 'next start' }), 'package-lock.json': '{}', 'src/app/page.tsx': 'export default () => null;', 'src/env.js': '', 'tsconfig.json': '{}', 'README.md': '' };
  it('is there, the settings themselves included', async () => {
    const runtime = runtimeOf(await convert(text, { ...files, 'next.config.ts': "import type { NextConfig } from 'next'; import path from 'path'; export default { basePath: '/shop' };" }));
    expect(runtime).toMatch(/COPY --from=builder .*\/app\/next\.config\.ts/);
    expect(runtime).toMatch(/COPY --from=builder .*\/app\/tsconfig\.json/);
    expect(runtime).not.toContain('/app/src');
  });

  it.each(["import './src/env.js';", "await import('./src/env.js');", "const plugin = require('next-intl/plugin')('./src/i18n.ts');", "import settings from '@/settings';"])('is there with the sources: %s', async (line) => {
    const runtime = runtimeOf(await convert(text, { ...files, 'next.config.mjs': `${line} export default {};` }));
    expect(runtime).toMatch(/\/app\/src|\/app \.\//);
  });
});

describe('OpenSSL for Prisma', () => {
  const files = (prisma: object): Record<string, string> => ({ 'package.json': JSON.stringify(prisma), 'package-lock.json': '{}', 'server.js': "const { PrismaClient } = require('@prisma/client'); new PrismaClient();" });
  const added = /apt-get install -y --no-install-recommends openssl|apk add --no-cache openssl/;

  it('comes along to the slim image, also for a dev dependency', async () => {
    expect(await convert(plain, files({ dependencies: { '@prisma/client': '5' } }))).toMatch(added);
    expect(await convert(plain, files({ devDependencies: { '@prisma/client': '5' } }))).toMatch(added);
  });

  it('is not added where the original did without', async () => {
    const text = plain.replace('node:20', 'node:20-alpine').replace('RUN npm ci', 'RUN npm ci && npx prisma generate && npm prune --omit=dev');
    expect(await convert(text, files({ dependencies: { '@prisma/client': '5' }, devDependencies: { prisma: '5' } }), { force: true })).not.toMatch(added);
  });

  it('is no benefit where it is all that is installed', async () => {
    const text = dockerfile('FROM node:22-slim', 'RUN apt-get update && apt-get install -y openssl', 'WORKDIR /app', 'COPY . .', 'RUN npm ci --omit=dev', 'CMD ["node", "server.js"]');
    expect(await answer(text, files({ dependencies: { '@prisma/client': '5' } }))).toMatch(/^no-benefit: /);
  });
});

describe('packages of the system', () => {
  it('are installed before the user changes', async () => {
    const text = dockerfile('FROM node:20', 'WORKDIR /app', 'COPY package*.json ./', 'RUN useradd -m clerk', 'RUN chown -R clerk:clerk /app', 'USER clerk', 'RUN npm install', 'COPY . .', 'CMD ["node", "server.js"]');
    const runtime = runtimeOf(await convert(text, { 'package.json': '{"dependencies":{"express":"4"}}', 'package-lock.json': '{}', 'server.js': "require('child_process').execSync('git log -1'); require('express')().listen(3000);" }));
    expect(runtime.indexOf('apt-get install')).toBeGreaterThan(0);
    expect(runtime.indexOf('apt-get install')).toBeLessThan(runtime.indexOf('USER clerk'));
    expect(runtime.indexOf('chown clerk:clerk /app')).toBeLessThan(runtime.indexOf('USER clerk'));
  });
});

describe('a project in /', () => {
  const text = dockerfile('FROM node:20', 'COPY . .', 'RUN npm ci', 'RUN npm run build', 'CMD ["node", "dist/main.js"]');
  const files = { 'package.json': manifest({ express: '4' }, { typescript: '5' }), 'package-lock.json': '{}', 'tsconfig.json': tsconfig, 'src/main.ts': "import express from 'express'; express().listen(3000);" };
  it('is told from the system', async () => expect(runtimeOf(await convert(text, files))).toContain('COPY --from=builder /dist /dist'));
  it('is not where both have a folder of the same name', async () => expect(await answer(text, { ...files, 'lib/data.json': '{}' })).toMatch(/^unsupported-shape: .*\/lib holds files of both/));
});
