import { cp, rm } from 'node:fs/promises';
import * as esbuild from 'esbuild';

const options = {
  entryPoints: ['src/app.ts', 'src/app.css'],
  outdir: 'dist',
  bundle: true,
  minify: true,
  sourcemap: true,
  target: 'es2020',
};

await rm('dist', { recursive: true, force: true });
await cp('public', 'dist', { recursive: true });

if (process.argv.includes('--watch')) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
