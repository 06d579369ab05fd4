// Bundles the command line and the library, one file each, into dist/. The eta templates stay files of their own.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
const common = { bundle: true, format: 'esm', platform: 'node', target: 'node20.19', mainFields: ['module', 'main'], outdir: 'dist', logLevel: process.argv.includes('--quiet') ? 'error' : 'warning' };
// Some dependencies are CommonJS and call require() for Node's own modules.
const banner = { js: "import { createRequire as dockerizeMultiRequire } from 'node:module'; const require = dockerizeMultiRequire(import.meta.url);" };
await build({ ...common, entryPoints: { cli: 'src/cli.ts' }, banner: { js: `#!/usr/bin/env node\n${banner.js}` } });
await build({ ...common, entryPoints: { index: 'src/index.ts' }, banner });
chmodSync('dist/cli.js', 0o755);
