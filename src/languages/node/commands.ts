import type { PackageManagerName } from '../../manifests/node-lockfile.ts';
import type { ShellCommand } from '../../shell/parse.ts';

/** What a command of the Node.js world does. */
export type NodeCommand =
  /** Installs the dependencies of the folder in which it runs; `named` when it adds packages by name. */
  | { readonly kind: 'install'; readonly manager: PackageManagerName; readonly production: boolean; readonly named: boolean; readonly prefix: string | undefined }
  /** Installs programs for the whole image. */
  | { readonly kind: 'global'; readonly manager: PackageManagerName; readonly packages: readonly string[] }
  /** Runs a script of package.json. */
  | { readonly kind: 'script'; readonly manager: PackageManagerName; readonly script: string; readonly prefix: string | undefined; readonly args: readonly (string | undefined)[] }
  /** Runs a program: by npx and the like, from node_modules/.bin, or `node x.js`. */
  | { readonly kind: 'exec'; readonly tool: string; readonly words: readonly (string | undefined)[]; readonly via: PackageManagerName | undefined }
  /** Removes packages again. */
  | { readonly kind: 'prune'; readonly manager: PackageManagerName }
  /** Changes nothing that the program could see: caches, settings of the package manager, audits. */
  | { readonly kind: 'upkeep'; readonly manager: PackageManagerName | 'corepack' };

/** Options that take the next word as their value. Source: the command references of npm, Yarn, pnpm and Bun. */
const withValue = new Set('--prefix -C --dir --cwd --registry --loglevel --cache --userconfig -w --workspace --filter -F --fetch-timeout --fetch-retries --network-timeout --network-concurrency --store-dir --target --omit --include --only --location'.split(' '));

const installVerbs = new Set('install i in ins inst insta instal isnt isnta isntal isntall add ci clean-install ic install-clean cit install-test it'.split(' '));
const upkeepVerbs = new Set('cache config c set get audit outdated ls list ll la la version view info whoami login adduser ping fund doctor store policies why pack help bin root explain dedupe ddp completion'.split(' '));
const removeVerbs = new Set('uninstall un remove rm r unlink'.split(' '));

/** Programs that belong to the Node.js world beside the package managers: their results lie in the project's folder. */
const projectTools = new Set(
  'tsc ng vite webpack rollup esbuild swc babel gulp grunt bower next nuxt nuxi nest tsup parcel gatsby astro remix vue-cli-service react-scripts prisma turbo nx lerna tsx ts-node eslint jest mocha vitest prettier sequelize sequelize-cli knex typeorm ncc pkg ember hugo jekyll eleventy hexo vuepress docusaurus quasar ionic polymer snowpack microbundle unbuild rspack sass less node-gyp node-sass tailwindcss postcss browserify uglifyjs terser patch-package husky graphql-codegen rush wait-on cross-env rimraf copyfiles cpx concurrently dotenv env-cmd run-s run-p npm-run-all npm-run-all2 strapi medusa keystone payload directus blitz redwood'.split(' '),
);

const bare = (program: string): string => program.slice(program.lastIndexOf('/') + 1);

/** Reads the words of a command; undefined when it is not of the Node.js world. */
export function readNodeCommand(words: readonly (string | undefined)[]): NodeCommand | undefined {
  if (words[0] === undefined) return undefined;
  const program = bare(words[0]);
  const rest = words.slice(1);
  switch (program) {
    case 'npm':
      return npmLike('npm', rest);
    case 'pnpm':
      return npmLike('pnpm', rest);
    case 'bun':
      return bun(rest);
    case 'yarn':
    case 'yarnpkg':
      return yarn(rest);
    case 'npx':
    case 'pnpx':
    case 'bunx':
      return executed(rest, program === 'npx' ? 'npm' : program === 'pnpx' ? 'pnpm' : 'bun');
    case 'corepack':
      return { kind: 'upkeep', manager: 'corepack' };
    case 'lerna':
      return rest[0] === 'bootstrap' ? { kind: 'install', manager: 'npm', production: false, named: false, prefix: undefined } : { kind: 'exec', tool: program, words, via: undefined };
    case 'node':
    case 'nodejs': {
      // `node --run x` runs a script of package.json, since Node 22.
      const at = rest.findIndex((word) => word === '--run' || word?.startsWith('--run='));
      if (at < 0) return { kind: 'exec', tool: 'node', words: [program, ...rest], via: undefined };
      const inline = rest[at]!.startsWith('--run=') ? rest[at]!.slice('--run='.length) : undefined;
      return { kind: 'script', manager: 'npm', script: inline ?? rest[at + 1] ?? '', prefix: undefined, args: withoutDashes(rest.slice(inline === undefined ? at + 2 : at + 1)) };
    }
    default: {
      const local = /(?:^|\/)node_modules\/(?:\.bin\/)?/.test(words[0]);
      return projectTools.has(program) || local ? { kind: 'exec', tool: program, words: [program, ...rest], via: undefined } : undefined;
    }
  }
}

/** The same for a command of a RUN; the environment before it does not matter. */
export const nodeCommandOf = (command: ShellCommand): NodeCommand | undefined => readNodeCommand(command.words.map((word) => word.value));

interface Split {
  readonly operands: (string | undefined)[];
  readonly flags: readonly string[];
  readonly prefix: string | undefined;
}

/** Operands and flags up to `--`, or up to the first operand when `stop` is set. */
function split(words: readonly (string | undefined)[], stop = false): Split & { rest: readonly (string | undefined)[] } {
  const operands: (string | undefined)[] = [];
  const flags: string[] = [];
  let prefix: string | undefined;
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (word === '--') break;
    if (word?.startsWith('-')) {
      flags.push(word);
      const inline = /^(?:--prefix|--cwd|--dir)=(.*)$/.exec(word)?.[1];
      if (inline !== undefined) prefix = inline;
      if (withValue.has(word)) {
        if (/^(?:--prefix|-C|--cwd|--dir)$/.test(word)) prefix = words[at + 1];
        flags.push(words[at + 1] ?? '');
        at += 1;
      }
      continue;
    }
    if (stop) break;
    operands.push(word);
  }
  return { operands, flags, prefix, rest: words.slice(at) };
}

const isProduction = (flags: readonly string[]): boolean =>
  flags.some((flag, index) => /^(?:--production(?:=true)?|--prod|-P|--omit=dev|--only=prod(?:uction)?|--no-dev)$/.test(flag) || (flag === '--omit' && flags[index + 1] === 'dev') || (flag === '--only' && (flags[index + 1] ?? '').startsWith('prod')));
const isGlobal = (flags: readonly string[]): boolean => flags.some((flag) => /^(?:-g|--global|-gf|-fg|-gq|--location=global)$/.test(flag));

function npmLike(manager: 'npm' | 'pnpm', words: readonly (string | undefined)[]): NodeCommand {
  const first = split(words, true);
  const verb = first.rest[0];
  const after = split(first.rest.slice(1));
  const flags = [...first.flags, ...after.flags];
  const prefix = first.prefix ?? after.prefix;
  if (verb === undefined) return { kind: 'upkeep', manager };
  const packages = after.operands.map((word) => word ?? '?');
  if (installVerbs.has(verb)) {
    if (isGlobal(flags)) return { kind: 'global', manager, packages };
    return { kind: 'install', manager, production: isProduction(flags), named: packages.length > 0, prefix };
  }
  if (/^(?:run|run-script|rum|urn)$/.test(verb)) {
    const script = split(first.rest.slice(1), true);
    return { kind: 'script', manager, script: script.rest[0] ?? '', prefix: prefix ?? script.prefix, args: withoutDashes(script.rest.slice(1)) };
  }
  if (/^(?:start|test|stop|restart|t)$/.test(verb)) return { kind: 'script', manager, script: verb === 't' ? 'test' : verb, prefix, args: withoutDashes(first.rest.slice(1)) };
  if (/^(?:exec|x|dlx)$/.test(verb)) return executed(withoutDashes(first.rest.slice(1)), manager);
  if (verb === 'prune') return { kind: 'prune', manager };
  if (verb === 'link' || verb === 'ln') return packages.length === 0 ? { kind: 'global', manager, packages: ['.'] } : { kind: 'install', manager, production: false, named: true, prefix };
  if (verb === 'update' || verb === 'up' || verb === 'upgrade' || verb === 'rebuild' || verb === 'rb' || verb === 'fetch' || removeVerbs.has(verb)) {
    if (isGlobal(flags)) return { kind: 'global', manager, packages };
    return { kind: 'install', manager, production: isProduction(flags), named: true, prefix };
  }
  if (upkeepVerbs.has(verb)) return { kind: 'upkeep', manager };
  if (manager === 'pnpm') return { kind: 'script', manager, script: verb, prefix, args: withoutDashes(first.rest.slice(1)) };
  return { kind: 'exec', tool: `npm ${verb}`, words: ['npm', ...words], via: 'npm' };
}

function yarn(words: readonly (string | undefined)[]): NodeCommand {
  const manager = 'yarn' as const;
  const first = split(words, true);
  const verb = first.rest[0];
  const after = split(first.rest.slice(1));
  const flags = [...first.flags, ...after.flags];
  const prefix = first.prefix ?? after.prefix;
  if (verb === undefined || verb === 'install') return { kind: 'install', manager, production: isProduction(flags), named: false, prefix };
  if (verb === 'add' || verb === 'upgrade' || verb === 'up' || verb === 'remove' || verb === 'link' || verb === 'rebuild') return { kind: 'install', manager, production: false, named: true, prefix };
  if (verb === 'global') return after.operands[0] === 'add' ? { kind: 'global', manager, packages: after.operands.slice(1).map((word) => word ?? '?') } : { kind: 'upkeep', manager };
  if (verb === 'run') {
    const script = split(first.rest.slice(1), true);
    return { kind: 'script', manager, script: script.rest[0] ?? '', prefix, args: withoutDashes(script.rest.slice(1)) };
  }
  if (verb === 'workspace') return yarn(first.rest.slice(2));
  if (verb === 'workspaces') return /^focus$/.test(after.operands[0] ?? '') ? { kind: 'install', manager, production: isProduction(flags), named: false, prefix } : { kind: 'script', manager, script: 'workspaces', prefix, args: [] };
  if (verb === 'exec' || verb === 'dlx') return executed(withoutDashes(first.rest.slice(1)), manager);
  if (verb === 'set' || verb === 'plugin' || upkeepVerbs.has(verb) || verb === 'autoclean') return { kind: 'upkeep', manager };
  return { kind: 'script', manager, script: verb, prefix, args: withoutDashes(first.rest.slice(1)) };
}

function bun(words: readonly (string | undefined)[]): NodeCommand {
  const manager = 'bun' as const;
  const first = split(words, true);
  const verb = first.rest[0];
  const after = split(first.rest.slice(1));
  if (verb === undefined) return { kind: 'upkeep', manager };
  if (installVerbs.has(verb)) {
    const flags = [...first.flags, ...after.flags];
    const packages = after.operands.map((word) => word ?? '?');
    return isGlobal(flags) ? { kind: 'global', manager, packages } : { kind: 'install', manager, production: isProduction(flags), named: packages.length > 0, prefix: undefined };
  }
  if (verb === 'x') return executed(first.rest.slice(1), manager);
  if (verb === 'build') return { kind: 'exec', tool: 'bun', words: ['bun', ...words], via: undefined };
  if (verb === 'pm' || verb === 'upgrade') return { kind: 'upkeep', manager };
  const target = verb === 'run' ? first.rest.slice(1) : first.rest;
  const script = split(target, true);
  const name = script.rest[0] ?? '';
  if (/[./]/.test(name)) return { kind: 'exec', tool: 'bun', words: ['bun', ...first.flags, ...script.flags, ...script.rest], via: undefined };
  return { kind: 'script', manager, script: name, prefix: undefined, args: script.rest.slice(1) };
}

function executed(words: readonly (string | undefined)[], manager: PackageManagerName): NodeCommand {
  let rest = [...words];
  while (rest.length > 0 && (rest[0]?.startsWith('-') ?? false)) rest = rest.slice(/^(?:-p|--package)$/.test(rest[0]!) ? 2 : 1);
  const tool = rest[0] ?? '?';
  // `npx tsc@5`: the version is npm's, not the program's name.
  const name = bare(tool.replace(/^(@[^/]+\/)?([^@]+)@.*$/, '$1$2'));
  const scoped = /^@([^/]+)\/cli$/.exec(tool);
  return { kind: 'exec', tool: scoped ? scopedTools[scoped[1]!] ?? name : name, words: [name, ...rest.slice(1)], via: manager };
}

/** Programs of packages that are called by their package's name. */
const scopedTools: Readonly<Record<string, string>> = { angular: 'ng', nestjs: 'nest', vue: 'vue' };

const withoutDashes = (words: readonly (string | undefined)[]): readonly (string | undefined)[] => (words[0] === '--' ? words.slice(1) : words);
