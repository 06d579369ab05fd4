import { describe, expect, it } from 'vitest';
import { convert, dockerfile, outcome, runtimeOf } from './convert.ts';

const text = (...more: string[]): string => dockerfile('FROM node:20-alpine', 'WORKDIR /app', 'COPY . .', 'RUN npm install', 'RUN npm install --prefix client', ...more, 'RUN npm run build --prefix client', 'CMD ["npm", "start"]');
const files = {
  'package.json': '{"scripts":{"start":"node server.js"},"dependencies":{"express":"4"}}',
  'server.js': "const express = require('express'); const path = require('path'); express().use(express.static(path.join(__dirname, 'client', 'build'))).get('/api', (q, r) => r.send('x')).listen(3000);",
  'client/package.json': '{"scripts":{"build":"react-scripts build"},"dependencies":{"react-scripts":"5"}}',
  'client/src/index.js': "import 'react';",
};

const leaves = async (dockerfileText: string, project: Readonly<Record<string, string>>): Promise<boolean> => {
  const result = await outcome(dockerfileText, project);
  return result.kind === 'converted' && result.text.includes('rm -rf');
};

describe('a front end in a folder of its own', () => {
  it('leaves its node_modules in the builder', async () => {
    const proposal = await convert(text(), files);
    expect(proposal).toContain('RUN rm -rf /app/client/node_modules\n');
    expect(runtimeOf(proposal)).toContain('COPY --from=builder /app ./');
  });

  it.each([
    ['the server loads a file of it', text(), { ...files, 'server.js': `${files['server.js']} require('./client/src/render.js');`, 'client/src/render.js': '' }],
    ['the sources name the folder', text(), { ...files, 'server.js': `${files['server.js']} express.static('client/node_modules/bootstrap');` }],
    ['what is loaded is decided at run time', text(), { ...files, 'server.js': `${files['server.js']} require(process.env.PLUGIN);` }],
    ['the start runs in it', text().replace('["npm", "start"]', '["npm", "start", "--prefix", "client"]'), { ...files, 'client/package.json': '{"scripts":{"build":"react-scripts build","start":"node index.js"}}', 'client/index.js': '' }],
  ])('keeps it where %s', async (_what, dockerfileText, project) => expect(await leaves(dockerfileText, project)).toBe(false));

  it('keeps it where another user would have to remove what root installed', async () => expect(await leaves(text('USER node'), files)).toBe(false));
});
