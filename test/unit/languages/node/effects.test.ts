import { describe, expect, it } from 'vitest';
import { answer, convert, dockerfile, runtimeOf } from './convert.ts';

const files = { 'package.json': '{"dependencies":{"express":"4"},"devDependencies":{"jest":"29"}}', 'package-lock.json': '{}', 'server.js': "require('express')().listen(3000);" };
const install = ['WORKDIR /app', 'COPY package*.json ./', 'RUN npm ci', 'COPY . .'];
const start = 'CMD ["node", "server.js"]';
const of = (...lines: string[]): string => dockerfile('FROM node:22-bookworm', ...lines, start);

describe('what RUNs do beside the project', () => {
  it('sets the system up again where its packages are', async () => {
    const text = await convert(of('COPY own.crt /usr/local/share/ca-certificates/', 'RUN update-ca-certificates', ...install), { ...files, 'own.crt': '' });
    expect(text).toMatch(/COPY own\.crt[^\n]*\nRUN update-ca-certificates[\s\S]*RUN npm ci/);
    expect(runtimeOf(text)).toMatch(/COPY own\.crt \/usr\/local\/share\/ca-certificates\/\n[\s\S]*apt-get install -y --no-install-recommends ca-certificates[\s\S]*\nRUN update-ca-certificates/);
  });

  it('carries what the build made and moved elsewhere', async () => {
    expect(runtimeOf(await convert(of('WORKDIR /app', 'COPY package*.json ./', 'RUN npm ci', 'RUN mv /app/node_modules /node_modules', 'COPY . .'), files))).toContain('COPY --from=builder /node_modules /node_modules');
    expect(runtimeOf(await convert(of(...install, 'RUN cp -r /app/public /out/'), { ...files, 'public/a': '' }))).toContain('COPY --from=builder /out /out');
    expect(runtimeOf(await convert(of('RUN curl -LO https://example.com/tool', 'RUN chmod +x tool', 'RUN mv tool /usr/local/bin/', ...install), files))).toContain('COPY --from=builder /usr/local/bin/tool /usr/local/bin/tool');
  });

  it('does not carry a download that is removed again', async () => {
    const runtime = runtimeOf(await convert(of('RUN wget https://example.com/a.tgz && tar xzf a.tgz -C /opt/a && rm a.tgz', ...install), files));
    expect(runtime).toContain('COPY --from=builder /opt/a /opt/a');
    expect(runtime).not.toContain('a.tgz');
  });

  it('drops clean-ups of the builder', async () => {
    expect(runtimeOf(await convert(of(...install, 'RUN find /app -name "*.md" -delete', 'RUN find /usr -name "*.a" -exec rm -f {} +'), files))).not.toContain('find');
  });

  it('needs the file that a package manager is given', async () => {
    expect(await answer(dockerfile('FROM node:22-alpine', ...install, 'RUN wget https://example.com/a.apk && apk add ./a.apk', start), files)).toMatch(/^unknown-command/);
    expect(await answer(of(...install, 'RUN wget https://example.com/a.deb && dpkg -i a.deb'), files)).toMatch(/^unknown-command/);
  });
});

describe('further repositories', () => {
  const yarn = ['RUN curl -sS https://dl.yarnpkg.com/debian/pubkey.gpg | apt-key add - && echo "deb https://dl.yarnpkg.com/debian/ stable main" > /etc/apt/sources.list.d/yarn.list && apt-get update && apt-get install -y yarn'];

  it('are of no use to the runtime stage when nothing of them stays', async () => {
    const runtime = runtimeOf(await convert(of(...yarn, ...install), files));
    expect(runtime).toMatch(/^FROM node:22-bookworm-slim/);
    expect(runtime).not.toContain('yarn');
  });

  it('keep the base image and its RUNs when a package may come from them', async () => {
    const chrome = 'RUN curl -sS https://dl.google.com/linux/linux_signing_key.pub | apt-key add - && echo "deb http://dl.google.com/linux/chrome/deb/ stable main" > /etc/apt/sources.list.d/google.list && apt-get update && apt-get install -y google-chrome-stable';
    const runtime = runtimeOf(await convert(of(chrome, ...install), files));
    expect(runtime).toMatch(/^FROM node:22-bookworm\n/);
    expect(runtime).toContain(chrome);
  });
});
