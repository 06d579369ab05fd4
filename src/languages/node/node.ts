import type { Language } from '../language.ts';
import { planNode } from './plan.ts';

export const node: Language = {
  name: 'node',
  title: 'Node.js',
  signs: {
    baseLanguages: ['node', 'bun'],
    buildPrograms: ['npm', 'npx', 'yarn', 'pnpm', 'bun', 'node', 'corepack', 'ng', 'gulp', 'grunt', 'bower', 'vite', 'webpack'],
    startPrograms: ['node', 'nodejs', 'npm', 'npx', 'yarn', 'pnpm', 'bun', 'bunx', 'pm2', 'pm2-runtime', 'pm2-docker', 'serve', 'http-server', 'nodemon', 'ts-node', 'tsx', 'next', 'nest', 'nuxt', 'ng', 'forever', 'supervisor'],
    manifests: ['package.json'],
  },
  plan: planNode,
};
