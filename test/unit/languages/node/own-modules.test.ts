import { describe, expect, it } from 'vitest';
import { convert, dockerfile, runtimeOf } from './convert.ts';

const nuxt = dockerfile('FROM node:20-alpine', 'WORKDIR /app', 'COPY package*.json ./', 'RUN npm ci', 'COPY . .', 'RUN npm run build', 'CMD ["node", ".output/server/index.mjs"]');
const manifest = (more: object = {}): string => JSON.stringify({ scripts: { build: 'nuxt build', postinstall: 'nuxt prepare' }, dependencies: { nuxt: '3', ...more } });
const files = { 'package.json': manifest(), 'nuxt.config.ts': 'export default defineNuxtConfig({})', 'pages/index.vue': '<template>hello</template>', 'app.vue': '', 'public/a.txt': 'a' };

describe('a build output with its own node_modules', () => {
  it('needs no other one', async () => {
    const text = await convert(nuxt, files);
    expect(runtimeOf(text)).toContain('COPY --from=builder /app/.output ./.output');
    expect(runtimeOf(text)).not.toMatch(/node_modules|pages/);
    expect(text).not.toContain('prune');
  });

  it('loses it in the builder where the whole folder is taken', async () => {
    const text = await convert(nuxt, { ...files, '.gitignore': 'catalog.bin\n' });
    expect(text).toContain('RUN rm -rf /app/node_modules\n');
    expect(runtimeOf(text)).toContain('COPY --from=builder /app ./');
  });

  it.each([
    ['machine code', { ...files, 'package.json': manifest({ sharp: '0.33' }) }, nuxt],
    ['packages that the settings leave outside', { ...files, 'nuxt.config.ts': "export default defineNuxtConfig({ nitro: { externals: { trace: false } } })" }, nuxt],
    ['a package that the start loads', files, nuxt.replace('"node", ', '"node", "--import", "dotenv/config", ')],
  ])('keeps the folder with %s', async (_what, project, text) => expect(runtimeOf(await convert(text, project))).toMatch(/node_modules|\/app \.\//));

  it('is known for the standalone output of Next.js', async () => {
    const text = nuxt.replace('.output/server/index.mjs', '.next/standalone/server.js');
    const project = { 'package.json': '{"scripts":{"build":"next build"},"dependencies":{"next":"15","react":"19"}}', 'next.config.mjs': "export default { output: 'standalone' }", 'app/page.js': '' };
    expect(runtimeOf(await convert(text, project))).not.toContain('node_modules');
  });
});
