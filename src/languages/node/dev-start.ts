import { refuse } from '../../findings.ts';
import type { Leaf, NodeStart } from './start.ts';

/** Programs that watch the sources or serve them from memory, with what to start instead. */
const devPrograms: readonly (readonly [program: RegExp, words: RegExp | undefined, help: string])[] = [
  [/^(?:nodemon|ts-node-dev|tsnd|node-dev|supervisor|npm-watch|tsc-watch|webpack-dev-server|webpack-dashboard|live-server|browser-sync|budo|watchify|bs-config|lite-server|next-remote-watch|onchange|chokidar|esbuild-register-watch)$/, undefined, 'Start the program itself, `node …` on plain or built files, and keep this Dockerfile for development.'],
  [/^react-scripts$/, /\bstart\b/, 'Build in a RUN (`npm run build`) and serve the folder build, e.g. `CMD ["npx", "serve", "-s", "build"]`; that converts to nginx.'],
  [/^(?:react-app-rewired|craco)$/, /\bstart\b/, 'Build in a RUN (`npm run build`) and serve the folder build, e.g. `CMD ["npx", "serve", "-s", "build"]`; that converts to nginx.'],
  [/^ng$/, /\b(?:serve|s|start|dev)\b/, 'Build in a RUN (`ng build`) and serve the folder dist/…; that converts to nginx.'],
  [/^vue-cli-service$/, /\bserve\b/, 'Build in a RUN (`npm run build`) and serve the folder dist; that converts to nginx.'],
  [/^vite$/, /^vite(?!\s+(?:preview|build|optimize))(?:\s|$)/, 'Build in a RUN (`npm run build`) and serve the folder dist, or start `vite preview`; both convert to nginx.'],
  [/^(?:next|nuxt|nuxi|astro|remix|react-router|vinxi|svelte-kit|wrangler|blitz|redwood|docusaurus|vuepress|vitepress|gridsome|strapi|medusa|directus|keystone|payload|quasar|wmr|rsbuild|rspack|farm|umi|max|dumi|storybook|solid-start)$/, /\b(?:dev|develop|start-storybook)\b/, 'Build in a RUN and start the production server.'],
  [/^nuxt$/, /^nuxt\s*$/, 'Build in a RUN (`nuxt build`) and start `nuxt start` or `node .output/server/index.mjs`.'],
  [/^next$/, /^next\s*$/, 'Build in a RUN (`next build`) and start `next start`.'],
  [/^(?:gatsby)$/, /\b(?:develop|dev)\b/, 'Build in a RUN (`gatsby build`) and serve the folder public.'],
  [/^(?:docusaurus)$/, /\bstart\b/, 'Build in a RUN (`docusaurus build`) and serve the folder build.'],
  [/^(?:ember|ionic|expo|polymer|snowpack|parcel|parcel-bundler|stencil|preact|elm-app|web-dev-server|wds|es-dev-server|eleventy|hexo|metalsmith|start-storybook|react-native|ganache-cli|hardhat)$/, /^(?!.*\bbuild\b)/, 'Build in a RUN and serve the result.'],
  [/^(?:webpack|webpack-cli)$/, /(?:\bserve\b|--watch|\s-w\b)/, 'Build in a RUN and start what it makes.'],
  [/^(?:tsc|rollup|esbuild|babel|swc|tsup|nest|tsx|bun|node|sass|tailwindcss|lessc|node-sass|postcss|ng|vite|unbuild|nodejs)$/, /(?:--watch\b|--watch-path|\s-w\b|\btsx watch\b|--hot\b)/, 'Start the built program without watching its sources.'],
  [/^(?:bash|sh|ash|zsh|fish)$/, /^\w+(?:\s+-(?:i|l|il|li))?\s*$/, 'Start the application instead of a shell.'],
  [/^(?:node|nodejs|bun)$/, /^\w+\s*$/, 'Start a file of the application instead of the prompt.'],
  [/^(?:tail|sleep)$/, /\/dev\/null|infinity/, 'Start the application instead of waiting for someone to attach.'],
  [/^(?:gulp|grunt)$/, undefined, 'Build in a RUN and start the server itself.'],
];

/**
 * Refuses starts that are for development.
 *
 * @throws Refusal `interactive-or-dev-start`
 */
export function refuseDevStart(start: NodeStart): void {
  for (const leaf of start.leaves) {
    const help = leaf === start.leaves.at(-1) || !/^(?:sh|bash|ash|sleep|tail)$/.test(leaf.program) ? devHelp(leaf) : undefined;
    if (help === undefined) continue;
    const through = start.scripts[0] ? `${start.scripts[0].manager} run ${start.scripts[0].name} runs ` : '';
    throw refuse('interactive-or-dev-start', { command: `${through}${leaf.words.map((word) => word ?? '…').join(' ')}`, help }, { file: leaf.file, line: leaf.line });
  }
}

function devHelp(leaf: Leaf): string | undefined {
  const text = [leaf.program, ...leaf.words.slice(1).map((word) => word ?? '')].join(' ');
  return devPrograms.find(([program, words]) => program.test(leaf.program) && (words === undefined || words.test(text)))?.[2];
}
