import { parse as parseJsonc } from 'jsonc-parser';
import { dirname, inImage, join } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import { resolveCommand, type Leaf } from './start.ts';
import type { ClassifiedStep } from './steps.ts';

/** What the build writes: folders and files of the image. */
export interface Outputs {
  readonly paths: readonly string[];
  /** A step whose output cannot be told; then anything in the project's folders may be one. */
  readonly unknown: string | undefined;
}

/** Tools that write nothing into the project, or only its caches. */
const silent = new Set('eslint prettier jest mocha vitest tsc-alias tscpaths rimraf del del-cli husky tslint stylelint wait-on cross-env env-cmd dotenv echo rm exit true test chmod npm-run-all run-s run-p patch-package is-ci depcheck typesync ngcc playwright cypress madge'.split(' '));

/** What all steps after the installation write. */
export function outputsOf(walk: Walk, steps: readonly ClassifiedStep[]): Outputs {
  const paths = new Set<string>();
  for (const { step, parts } of steps) {
    for (const { part, role, commands } of parts) {
      if (role !== 'project' && role !== 'unknown') continue;
      const { effect } = part;
      if (effect.kind === 'files' || (effect.kind === 'fetch' && effect.writes !== undefined)) {
        for (const path of effect.writes!) paths.add(path);
        continue;
      }
      if (commands.length === 0 || commands.length < part.commands.filter((command) => command.name !== undefined && command.name !== 'cd').length) return { paths: [], unknown: part.text.trim() };
      for (const command of part.commands) {
        const found = outputsOfCommand(walk, command.words.map((word) => word.value), part.cwd, step.instruction.line);
        if (found === undefined) return { paths: [], unknown: part.text.trim() };
        for (const path of found) paths.add(path);
      }
    }
  }
  return { paths: [...paths], unknown: undefined };
}

function outputsOfCommand(walk: Walk, words: readonly (string | undefined)[], cwd: string | undefined, line: number): string[] | undefined {
  const resolved = resolveCommand(walk, words, cwd, line);
  if (resolved.unresolved !== undefined || cwd === undefined) return undefined;
  const found: string[] = [];
  for (const leaf of resolved.leaves) {
    const outputs = isInstallLeaf(leaf) ? installOutputs(walk, leaf) : outputsOfLeaf(walk, leaf);
    if (outputs === undefined) return undefined;
    found.push(...outputs);
  }
  return found;
}

const isInstallLeaf = (leaf: Leaf): boolean => /^(?:npm|yarn|pnpm|bun|corepack)$/.test(leaf.program);

/** An installation writes node_modules; scripts of the package that run with it may write anything. */
function installOutputs(walk: Walk, leaf: Leaf): string[] | undefined {
  if (leaf.cwd === undefined) return undefined;
  const at = leaf.words.findIndex((word) => word === '--prefix' || word === '--cwd' || word === '-C');
  const folder = at < 0 ? leaf.cwd : inImage(leaf.cwd, leaf.words[at + 1] ?? '');
  const source = walk.locate(inImage(folder, 'package.json'));
  const text = source === undefined ? undefined : walk.project.read(source);
  if (text !== undefined && /"(?:preinstall|install|postinstall|prepare|prepublish)"\s*:\s*"(?!(?:npx )?(?:husky|is-ci|simple-git-hooks|lefthook|patch-package|prisma generate|ngcc|electron-builder)\b)/.test(text)) return undefined;
  return [inImage(folder, 'node_modules')];
}

function outputsOfLeaf(walk: Walk, leaf: Leaf): string[] | undefined {
  const cwd = leaf.cwd;
  if (cwd === undefined) return undefined;
  const words = leaf.words.slice(1);
  if (words.includes(undefined)) return undefined;
  const option = (...names: string[]): string | undefined => {
    const at = words.findIndex((word) => names.includes(word!));
    if (at >= 0) return words[at + 1];
    const inline = words.find((word) => names.some((name) => word!.startsWith(`${name}=`)));
    return inline?.slice(inline.indexOf('=') + 1);
  };
  const here = (...paths: (string | undefined)[]): string[] | undefined => (paths.includes(undefined) ? undefined : paths.map((path) => inImage(cwd, path!)));
  const config = (pattern: RegExp): string => {
    const source = walk.locate(cwd);
    const name = source === undefined ? undefined : walk.project.list(source).find((file) => pattern.test(file));
    return name === undefined ? '' : (walk.project.read(join(source!, name)) ?? '');
  };
  const outDirIn = (text: string, key = 'outDir'): string | undefined => new RegExp(String.raw`\b${key}\s*:\s*(['"\`])([^'"\`$]+)\1`).exec(text)?.[2];
  const literalOr = (text: string, key: string, standard: string): string[] | undefined => (new RegExp(String.raw`\b${key}\b`).test(text) ? here(outDirIn(text, key)) : here(standard));
  if (silent.has(leaf.program)) return [];
  switch (leaf.program) {
    case 'tsc':
      return words.includes('--noEmit') || words.includes('--version') ? [] : typescriptOut(walk, cwd, option('-p', '--project'), option('--outDir'));
    case 'nest':
      return words[0] === 'build' ? (typescriptOut(walk, cwd, option('-p', '--path') ?? 'tsconfig.json', undefined) ?? here('dist')) : undefined;
    case 'esbuild':
      return here(option('--outdir') ?? option('--outfile'));
    case 'next':
      return words[0] === 'build' ? literalOr(config(/^next\.config\./), 'distDir', '.next') : words[0] === 'telemetry' ? [] : undefined;
    case 'nuxt':
    case 'nuxi':
      return words[0] === 'build' ? here('.output', '.nuxt') : words[0] === 'prepare' ? here('.nuxt') : undefined;
    case 'vite':
      if (words[0] === 'build' && isFramework(walk, cwd)) return /"@sveltejs\/adapter-node"/.test(manifestText(walk, cwd)) && !/\bout\s*:/.test(config(/^svelte\.config\./)) ? here('build', '.svelte-kit') : undefined;
      return words[0] === 'build' ? (option('--outDir') !== undefined ? here(option('--outDir')) : literalOr(config(/^vite\.config\./), 'outDir', 'dist')) : undefined;
    case 'react-scripts':
      return words[0] === 'build' ? here('build') : undefined;
    case 'vue-cli-service':
      return words[0] === 'build' ? literalOr(config(/^vue\.config\./), 'outputDir', 'dist') : undefined;
    case 'astro':
      return words[0] === 'build' ? literalOr(config(/^astro\.config\./), 'outDir', 'dist') : [];
    case 'tsup':
      return option('-d', '--out-dir') !== undefined ? here(option('-d', '--out-dir')) : literalOr(config(/^tsup\.config\./), 'outDir', 'dist');
    case 'swc':
    case 'babel':
      return here(option('-d', '--out-dir') ?? option('-o', '--out-file'));
    case 'ncc':
      return words[0] === 'build' ? here(option('-o', '--out') ?? 'dist') : undefined;
    case 'prisma':
      return words[0] === 'generate' ? prismaOut(walk, cwd, option('--schema')) : undefined;
    case 'copyfiles':
    case 'cpx':
    case 'cp':
    case 'cpy':
    case 'ncp':
    case 'mkdir':
    case 'mkdirp':
    case 'touch':
    case 'mv':
    case 'shx':
      return here(words.filter((word) => !word!.startsWith('-')).at(-1));
    default:
      return undefined;
  }
}

const manifestText = (walk: Walk, cwd: string): string => walk.project.read(walk.locate(inImage(cwd, 'package.json')) ?? '') ?? '';

/** Frameworks whose vite plugin decides the output folder. */
const isFramework = (walk: Walk, cwd: string): boolean => /"(?:@sveltejs\/kit|@remix-run\/dev|@react-router\/dev|vike|vite-plugin-ssr|@builder\.io\/qwik-city|@analogjs\/platform|solid-start|@solidjs\/start|@tanstack\/[\w-]*start|astro|nuxt|waku|vinxi)"\s*:/.test(manifestText(walk, cwd));

/** outDir of a tsconfig, through `extends`; undefined when it compiles beside the sources. */
function typescriptOut(walk: Walk, cwd: string, project: string | undefined, given: string | undefined): string[] | undefined {
  if (given !== undefined) return [inImage(cwd, given)];
  let path = inImage(cwd, project === undefined || project === '.' ? 'tsconfig.json' : project);
  if (!path.endsWith('.json')) path = inImage(path, 'tsconfig.json');
  for (let depth = 0; depth < 8; depth += 1) {
    const source = walk.locate(path);
    const text = source === undefined ? undefined : walk.project.read(source);
    const value: unknown = text === undefined ? undefined : parseJsonc(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { compilerOptions, extends: base } = value as { compilerOptions?: { outDir?: unknown; noEmit?: unknown; outFile?: unknown }; extends?: unknown };
    if (compilerOptions?.noEmit === true) return [];
    const out = compilerOptions?.outDir ?? compilerOptions?.outFile;
    if (typeof out === 'string' && !out.includes('$')) return inImage(dirname(path), out) === dirname(path) ? undefined : [inImage(dirname(path), out)];
    if (typeof base !== 'string' || !base.startsWith('.')) return undefined;
    path = inImage(dirname(path), base.endsWith('.json') ? base : `${base}.json`);
  }
  return undefined;
}

/** The generated client lies in node_modules unless the schema says otherwise. */
function prismaOut(walk: Walk, cwd: string, schema: string | undefined): string[] | undefined {
  const path = [schema, 'prisma/schema.prisma', 'schema.prisma'].map((name) => (name === undefined ? undefined : inImage(cwd, name))).find((name) => name !== undefined && walk.locate(name) !== undefined && walk.project.kind(walk.locate(name)!) === 'file');
  if (path === undefined) return undefined;
  const text = walk.project.read(walk.locate(path)!) ?? '';
  const written = Array.from(text.matchAll(/^\s*output\s*=\s*"([^"]+)"/gm), (match) => inImage(dirname(path), match[1]!));
  return [inImage(cwd, 'node_modules'), ...written];
}
