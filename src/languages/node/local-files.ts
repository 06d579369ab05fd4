import { join } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import type { NodeApp } from './app.ts';

/** Packages that read `.env` files when the program starts. Source: their documentation. */
const envReaders = ['dotenv', 'dotenv-flow', 'dotenv-safe', 'dotenv-expand', 'dotenv-cli', '@dotenvx/dotenvx', 'env-cmd', '@nestjs/config', '@fastify/env', 'env-schema', 'next', 'nuxt', 'custom-env', 'env-cmd', 'node-env-file', 'envalid', 'config'];

/** Whether the program may read a `.env` that each machine has its own of: it may be in the build context although it is not here. */
export function readsEnvFiles(walk: Walk, app: NodeApp): boolean {
  const ignored = /^\s*(?:\*\*\/|\/)?\.env\*?\s*$/m.test(walk.project.read('.dockerignore') ?? '');
  return !ignored && (envReaders.some((name) => name in (app.manifest?.dependencies ?? {})) || walk.stage.instructions.some((instruction) => instruction.text.includes('--env-file')) || Object.values(app.manifest?.scripts ?? {}).some((script) => script.includes('--env-file')));
}

/** What the templates of .gitignore list: editors, logs, caches and build output. No program needs it. */
const usual =
  /^(?:node_modules|jspm_packages|web_modules|bower_components|dist.*|build.*|out|out-tsc|bazel-out|connect\.lock|lib-cov|coverage|logs?|pids?|tmp|temp|typings|docs|tests?|public|next-env\.d\.ts|thumbs\.db|desktop\.ini|vite\.config\..*|junit.*|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|npm-shrinkwrap\.json|report\..*|.*tsbuildinfo|_?\*[-~].*|__pycache__|venv|\.(?:env|vscode|idea|ds_store|cache|next|nuxt|output|svelte-kit|vercel|netlify|turbo|nyc|eslint|prettier|stylelint|settings|project|classpath|c9|pnp|yarn|npm|node_repl|history|vs|parcel|docusaurus|vuepress|temp|tmp|serverless|fusebox|dynamodb|tern|grunt|lock-wscript|rpt2|rts2|wrangler|astro|sass|angular|gradle|github|husky|swc|firebase|vim|fleet|cursor|claude|aws|terraform|expo|history|spectral|eslintcache|tsbuildinfo|react-router|nx|nitro|vinxi|tanstack|lerna|vite|contentlayer|webpack|esbuild|sublime.*|git|env.*)[\w.*-]*|.*\*.*|.*debug\.log.*)$/i;

/**
 * A name in the project's .gitignore that the program might read and that other machines may have in their build context.
 *
 * @returns undefined when all of them are the usual ones
 */
export function unusualIgnored(walk: Walk, source: string): string | undefined {
  const text = walk.project.read(join(source, '.gitignore')) ?? walk.project.read('.gitignore') ?? '';
  return text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^\/|^\*\*\/|\/\**$/g, '').replace(/\/$/, ''))
    .find((name) => name !== '' && !/^[#!]/.test(name) && !usual.test(name) && !/^(?:node_modules|dist|build|out|coverage|\.\w+)\//.test(name));
}
