import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { transform, type Outcome } from '../../../../src/transform.ts';

const templates = (name: string): string => readFileSync(new URL(`../../../../templates/${name}.eta`, import.meta.url), 'utf8');
const project = { 'package.json': '{"scripts":{"build":"vite build"},"devDependencies":{"vite":"6"}}', 'package-lock.json': '{"packages":{}}', 'src/main.ts': '' };

async function outcome(start: string, files: Record<string, string> = {}, before: readonly string[] = []): Promise<Outcome> {
  const text = ['FROM node:20', 'WORKDIR /app', 'COPY . .', ...before, 'RUN npm ci', 'RUN npm run build', 'EXPOSE 3000', start].join('\n');
  return transform(text, memoryProject({ ...project, ...files }), {}, templates);
}

async function convert(start: string, files: Record<string, string> = {}, before: readonly string[] = []): Promise<{ text: string; runtime: string }> {
  const result = await outcome(start, files, before);
  if (result.kind !== 'converted') throw new Error(JSON.stringify(result.findings));
  return { text: result.text, runtime: result.plan.runtime };
}

describe('servers of files', () => {
  it('serve -s becomes nginx with the same port and fallback', async () => {
    const { text, runtime } = await convert('CMD ["npx", "serve", "-s", "dist", "-l", "3000"]');
    expect(runtime).toBe('nginx');
    expect(text).toContain('listen 3000;');
    expect(text).toContain('try_files $uri /index.html;');
    expect(text).toContain('gzip on;');
    expect(text).toContain('COPY --from=builder /app/dist /srv/www');
    expect(text).toContain('USER 101');
    expect(text).not.toContain('autoindex');
  });

  it('serve without -s answers 404, cleans addresses and lists folders', async () => {
    const { text } = await convert('CMD ["npx", "serve", "dist", "-l", "tcp://0.0.0.0:8000"]');
    expect(text).toContain('listen 8000;');
    expect(text).toContain('=404;');
    expect(text).toContain('return 301 $clean_path;');
    expect(text).toContain('autoindex on;');
  });

  it('drops the global server, and nothing else', async () => {
    const { text } = await convert('CMD ["serve", "-s", "dist", "-l", "3000"]', {}, ['RUN npm install -g serve', 'RUN npm install -g typescript']);
    expect(text).not.toContain('-g serve');
    expect(text).toContain('npm install -g typescript');
  });

  it('heeds PORT when the container starts', async () => {
    expect((await convert('CMD ["npx", "serve", "-s", "dist"]')).text).toContain('${PORT:-3000}');
    expect((await convert('CMD npx serve -s dist -l $PORT', {}, ['ENV PORT=4000'])).text).toContain('${PORT:-4000}');
  });

  it('a port below 1024 keeps root for nginx', async () => expect((await convert('CMD ["npx", "serve", "-s", "dist", "-l", "80"]')).text).not.toContain('USER'));

  it('http-server is mapped with its cache time', async () => {
    const { text } = await convert('CMD ["npx", "http-server", "dist", "-p", "8080"]');
    expect(text).toContain('Cache-Control "max-age=3600"');
    expect(text).not.toContain('gzip on');
  });

  it('http-server takes the word after any option for its value', async () => {
    const { text } = await convert('CMD ["npx", "http-server", "dist", "-c", "60", "-d", "false", "-p", "8000"]');
    expect(text).toContain('Cache-Control "max-age=60"');
    expect(text).toContain('COPY --from=builder /app/dist /srv/www');
    expect(text).not.toContain('autoindex');
    expect((await convert('CMD ["npx", "http-server", "--cors", "dist"]')).runtime).not.toBe('nginx');
  });

  it('translates a health check', async () => {
    const { text } = await convert('HEALTHCHECK --interval=5s CMD curl -f http://localhost:3000/ok || exit 1\nCMD ["npx", "serve", "-s", "dist", "-l", "3000"]');
    expect(text).toContain('HEALTHCHECK --interval=5s CMD wget -q -O /dev/null http://127.0.0.1:3000/ok || exit 1');
  });

  it('vite preview of a plain front end; a comment with an address does not matter', async () => {
    const { text, runtime } = await convert('CMD ["npx", "vite", "preview", "--host", "0.0.0.0", "--port", "5000"]', { 'vite.config.ts': '// https://vite.dev/config/\nexport default { build: { outDir: "out" } }' });
    expect(runtime).toBe('nginx');
    expect(text).toContain('listen 5000;');
    expect(text).toContain('/app/out /srv/www');
  });

  it.each([
    ['serve.json', 'CMD ["npx", "serve", "-s", "dist"]', { 'public/serve.json': '{}' }],
    ['an option that nginx has not', 'CMD ["npx", "http-server", "dist", "--proxy", "http://api"]', {}],
    ['a server of a framework', 'CMD ["npx", "vite", "preview"]', { 'package.json': '{"scripts":{"build":"vite build"},"devDependencies":{"vite":"6","@sveltejs/kit":"2"}}' }],
  ])('keeps node for %s', async (_name, start, files) => expect((await convert(start, files)).runtime).not.toBe('nginx'));
});

describe('a small express server', () => {
  const server = (extra = ''): string => `const express = require('express');\nconst path = require('path');\nconst app = express();\nconst port = process.env.PORT || 8080;\napp.use(express.static(path.join(__dirname, 'dist')));\n${extra}app.get('*', (req, res) => {\n  res.sendFile(path.join(__dirname, 'dist', 'index.html'));\n});\napp.listen(port, () => console.log('ready'));\n`;
  const files = (extra?: string): Record<string, string> => ({ 'server.js': server(extra), 'package.json': '{"scripts":{"build":"vite build"},"dependencies":{"express":"4"},"devDependencies":{"vite":"6"}}' });

  it('is nginx when it does nothing else', async () => {
    const { text, runtime } = await convert('CMD ["node", "server.js"]', files());
    expect(runtime).toBe('nginx');
    expect(text).toContain('listen 8080;');
    expect(text).toContain('/index.html;');
  });

  it('stays when it does', async () => expect((await convert('CMD ["node", "server.js"]', files("app.get('/api', (req, res) => res.json({}));\n"))).runtime).toBe('slim'));
});
