import { parse as parseJsonc } from 'jsonc-parser';
import { dirname, inImage, join } from '../../project/project.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import type { Walk } from '../../walk/walk.ts';
import { resolveCommand, type Leaf } from './start.ts';
import type { ClassifiedStep } from './steps.ts';

/** What the build writes: folders and files of the image. */
export interface Outputs {
  readonly paths: readonly string[];
  /** Those of a compiler that makes one file of each source, under the same name. */
  readonly compiled: readonly string[];
  /** A step whose output cannot be told; then anything in the project's folders may be one. */
  readonly unknown: string | undefined;
}

/** Tools that write nothing into the project, or only its caches. */
const silent = new Set('eslint prettier jest mocha vitest tsc-alias tscpaths rimraf del del-cli husky tslint stylelint wait-on cross-env env-cmd dotenv echo rm exit true test chmod npm-run-all run-s run-p patch-package is-ci depcheck typesync ngcc playwright cypress madge'.split(' '));

/** What all steps after the installation write. */
export function outputsOf(walk: Walk, steps: readonly ClassifiedStep[]): Outputs {
  const paths = new Set<string>();
  const compiled = new Set<string>();
  for (const { step, parts } of steps) {
    for (const { part, role, commands } of parts) {
      if (role !== 'project' && role !== 'unknown') continue;
      const { effect } = part;
      if (effect.kind === 'files' || (effect.kind === 'fetch' && effect.writes !== undefined)) {
        if (effect.kind === 'files' && /^(?:rm|rmdir|unlink|prune)$/.test(effect.verb)) continue;
        // Credentials that are written for an installation, and deleted after it.
        for (const path of effect.writes!) if (!isRemovedAfter(walk, path, { step, part })) paths.add(path);
        continue;
      }
      if (commands.length === 0 || commands.length < part.commands.filter((command) => command.name !== undefined && command.name !== 'cd').length) return { paths: [], compiled: [], unknown: part.text.trim() };
      for (const command of part.commands) {
        const found = outputsOfCommand(walk, command.words.map((word) => word.value), part.cwd, step.instruction.line, compiled);
        if (found === undefined) return { paths: [], compiled: [], unknown: part.text.trim() };
        for (const path of found) paths.add(path);
      }
    }
  }
  return { paths: [...paths], compiled: [...compiled], unknown: undefined };
}

function outputsOfCommand(walk: Walk, words: readonly (string | undefined)[], cwd: string | undefined, line: number, compiled: Set<string>): string[] | undefined {
  const resolved = resolveCommand(walk, words, cwd, line);
  if (resolved.unresolved !== undefined || cwd === undefined) return undefined;
  const found: string[] = [];
  for (const leaf of resolved.leaves) {
    const outputs = isInstallLeaf(leaf) ? installOutputs(walk, leaf) : outputsOfLeaf(walk, leaf);
    if (outputs === undefined) return undefined;
    found.push(...outputs);
    if (/^(?:tsc|nest|swc|babel)$/.test(leaf.program)) for (const path of outputs) compiled.add(path);
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
  if (text !== undefined && /"(?:preinstall|install|postinstall|prepare|prepublish)"\s*:\s*"(?!(?:npx )?(?:husky|is-ci|simple-git-hooks|lefthook|patch-package|prisma generate|ngcc|electron-builder|nuxt prepare|nuxi prepare|nuxt-module-build prepare|svelte-kit sync)\b)/.test(text)) return undefined;
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
  // A folder after `build` is the root of another project, whose output lies below it.
  if (/^(?:next|nuxt|nuxi|vite|astro)$/.test(leaf.program) && words[0] === 'build' && words[1] !== undefined && !words[1].startsWith('-')) return undefined;
  switch (leaf.program) {
    case 'tsc':
      return words.includes('--noEmit') || words.includes('--version') ? [] : compilerOut(walk, cwd, words as string[], option('-p', '--project'), option('--outDir'));
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
      if (/\broot\s*:/.test(config(/^vite\.config\./))) return undefined;
      if (words[0] === 'build' && isFramework(walk, cwd)) return /"@sveltejs\/adapter-node"/.test(manifestText(walk, cwd)) && !/\bout\s*:/.test(config(/^svelte\.config\./)) ? here('build', '.svelte-kit') : undefined;
      return words[0] === 'build' ? (option('--outDir') !== undefined ? here(option('--outDir')) : literalOr(config(/^vite\.config\./), 'outDir', 'dist')) : undefined;
    case 'svelte-kit':
      return words[0] === 'sync' ? here('.svelte-kit') : undefined;
    case 'react-scripts':
      return words[0] === 'build' && !leaf.assignments.some((item) => item.name === 'BUILD_PATH') && !walk.steps.some((step) => step.instruction.pairs.some((pair) => pair.name === 'BUILD_PATH')) ? here('build') : undefined;
    case 'vue-cli-service':
      if (words[0] !== 'build') return undefined;
      return option('--dest') === undefined ? literalOr(config(/^vue\.config\./), 'outputDir', 'dist') : here(option('--dest'));
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

/** What tsc writes. With files it ignores tsconfig.json; with --build it takes the projects that it is given. Source: its handbook, "tsc CLI Options". */
function compilerOut(walk: Walk, cwd: string, words: readonly string[], project: string | undefined, given: string | undefined): string[] | undefined {
  if (words.some((word) => /\.[cm]?[jt]sx?$/.test(word))) return given === undefined ? undefined : [inImage(cwd, given)];
  if (words[0] !== '--build' && words[0] !== '-b') return typescriptOut(walk, cwd, project, given);
  const projects = words.slice(1).filter((word) => !word.startsWith('-'));
  const found = (projects.length > 0 ? projects : ['.']).map((name) => typescriptOut(walk, cwd, name, undefined, true));
  return found.includes(undefined) ? undefined : found.flatMap((paths) => paths!);
}

/** outDir of a tsconfig, through `extends`; undefined when it compiles beside the sources. */
function typescriptOut(walk: Walk, cwd: string, project: string | undefined, given: string | undefined, alone = false): string[] | undefined {
  if (given !== undefined) return [inImage(cwd, given)];
  let path = inImage(cwd, project === undefined || project === '.' ? 'tsconfig.json' : project);
  if (!path.endsWith('.json')) path = inImage(path, 'tsconfig.json');
  for (let depth = 0; depth < 8; depth += 1) {
    const source = walk.locate(path);
    const text = source === undefined ? undefined : walk.project.read(source);
    const value: unknown = text === undefined ? undefined : parseJsonc(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { compilerOptions, extends: base, references } = value as { compilerOptions?: { outDir?: unknown; noEmit?: unknown; outFile?: unknown }; extends?: unknown; references?: unknown };
    // A project that it refers to has an output of its own.
    if (alone && Array.isArray(references) && references.length > 0) return undefined;
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
