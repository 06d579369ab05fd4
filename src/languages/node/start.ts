import { readPackageJson, type PackageJson } from '../../manifests/package-json.ts';
import type { PackageManagerName } from '../../manifests/node-lockfile.ts';
import { inImage } from '../../project/project.ts';
import { parseShell, type ShellCommand } from '../../shell/parse.ts';
import { shellBuiltins, type Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import { readNodeCommand } from './commands.ts';

/** A program that really runs, after `npm start` and the like are looked up in package.json. */
export interface Leaf {
  /** `node`, `next`, `ts-node`, `pm2-runtime` …, without a folder. */
  readonly program: string;
  readonly words: readonly (string | undefined)[];
  /** The folder in the image in which it runs; undefined when a `cd` hides it. */
  readonly cwd: string | undefined;
  /** `NODE_ENV=production` before it. */
  readonly assignments: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Where it is written: a package.json or a script of the project; undefined for the Dockerfile. */
  readonly file: string | undefined;
  readonly line: number;
  /** `npx serve` and the like. */
  readonly viaRunner: PackageManagerName | undefined;
}

/** The start, resolved through the scripts of package.json. */
export interface NodeStart {
  readonly leaves: readonly Leaf[];
  /** Scripts that it goes through, outermost first. */
  readonly scripts: readonly { readonly manager: PackageManagerName; readonly name: string; readonly text: string }[];
  /** A script that package.json does not have, or a package.json that is not at hand. */
  readonly unresolved: string | undefined;
}

/** Programs that set up the environment of another one and start it. */
const environmentTools = new Set(['cross-env', 'cross-env-shell', 'dotenv', 'env-cmd', 'dotenvx', 'dotenv-flow']);

/** Looks the start up until only programs are left. */
export function resolveStart(walk: Walk, start: Start): NodeStart {
  const resolver = new Resolver(walk);
  const folder = changedFolder(walk, start);
  for (const command of start.commands) resolver.command(command.words, [], folder, command.file || undefined, command.line, 0);
  return { leaves: resolver.leaves, scripts: resolver.scripts, unresolved: resolver.unresolved };
}

/** Looks one command of a RUN up in the same way. */
export function resolveCommand(walk: Walk, words: readonly (string | undefined)[], cwd: string | undefined, line: number): NodeStart {
  const resolver = new Resolver(walk);
  resolver.command(words, [], cwd, undefined, line, 0);
  return { leaves: resolver.leaves, scripts: resolver.scripts, unresolved: resolver.unresolved };
}

/** The package.json that lies in a folder of the image. */
export function manifestAt(walk: Walk, folder: string | undefined): { readonly path: string; readonly manifest: PackageJson } | undefined {
  if (folder === undefined) return undefined;
  const path = walk.locate(inImage(folder, 'package.json'));
  const text = path === undefined ? undefined : walk.project.read(path);
  const manifest = text === undefined ? undefined : readPackageJson(text);
  return manifest && { path: path!, manifest };
}

class Resolver {
  readonly leaves: Leaf[] = [];
  readonly scripts: { manager: PackageManagerName; name: string; text: string }[] = [];
  unresolved: string | undefined;
  constructor(private readonly walk: Walk) {}

  command(words: readonly (string | undefined)[], assignments: Leaf['assignments'], cwd: string | undefined, file: string | undefined, line: number, depth: number): void {
    const program = words[0]?.slice(words[0].lastIndexOf('/') + 1);
    if (program === undefined || shellBuiltins.has(program)) return;
    const node = readNodeCommand(words);
    if (node?.kind === 'script' && node.script !== '') {
      const folder = node.prefix === undefined ? cwd : cwd === undefined && !node.prefix.startsWith('/') ? undefined : inImage(cwd ?? '/', node.prefix);
      return this.script(node.manager, node.script, node.args, assignments, folder, { file, line, depth, words });
    }
    if (node?.kind === 'exec') return this.executed(node.tool, node.words, node.via, assignments, cwd, file, line, depth);
    if (environmentTools.has(program)) return this.executed(program, [program, ...words.slice(1)], undefined, assignments, cwd, file, line, depth);
    this.leaves.push({ program, words, cwd, assignments, file, line, viaRunner: undefined });
  }

  private executed(tool: string, words: readonly (string | undefined)[], via: PackageManagerName | undefined, assignments: Leaf['assignments'], cwd: string | undefined, file: string | undefined, line: number, depth: number): void {
    this.leaves.push({ program: tool, words, cwd, assignments, file, line, viaRunner: via });
    if (depth > 10) return;
    if (environmentTools.has(tool)) {
      let rest = words.slice(1);
      const dashes = rest.indexOf('--');
      if (dashes >= 0) rest = rest.slice(dashes + 1);
      while (rest.length > 0 && /^(?:-[^-]|--\w|\w+=)/.test(rest[0] ?? '')) rest = rest.slice(/^(?:-f|-e|-r|--file)$/.test(rest[0]!) ? 2 : 1);
      this.command(rest, assignments, cwd, file, line, depth + 1);
    }
    if (/^(?:run-s|run-p|npm-run-all2?|concurrently)$/.test(tool)) {
      for (const word of words.slice(1)) {
        if (word === undefined || word.startsWith('-')) continue;
        const name = /^(?:npm|yarn|pnpm):(.+)$/.exec(word)?.[1] ?? (tool === 'concurrently' ? undefined : word);
        if (name === undefined) this.text(word, assignments, cwd, file, line, depth + 1);
        else this.script('npm', name, [], assignments, cwd, { file, line, depth: depth + 1, words });
      }
    }
  }

  private script(manager: PackageManagerName, name: string, args: readonly (string | undefined)[], assignments: Leaf['assignments'], cwd: string | undefined, from: { file: string | undefined; line: number; depth: number; words: readonly (string | undefined)[] }): void {
    const found = manifestAt(this.walk, cwd);
    const text = found?.manifest.scripts[name];
    if (from.depth > 10) return;
    if (!found) {
      this.unresolved ??= `${from.words.join(' ')} runs a script of a package.json that is not at hand`;
      return;
    }
    const line = lineOf(this.walk.project.read(found.path) ?? '', name);
    if (text === undefined) {
      if (name === 'start') {
        this.scripts.push({ manager, name, text: 'node server.js' });
        this.command(['node', 'server.js'], assignments, cwd, found.path, line, from.depth + 1);
      } else if (manager === 'npm' || !hasBin(found.manifest, name)) {
        this.unresolved ??= `${found.path} has no script ${name}`;
      } else this.executed(name, [name, ...args], manager, assignments, cwd, from.file, from.line, from.depth);
      return;
    }
    this.scripts.push({ manager, name, text });
    const before = found.manifest.scripts[`pre${name}`];
    const after = found.manifest.scripts[`post${name}`];
    if (before !== undefined) this.text(before, assignments, cwd, found.path, lineOf(this.walk.project.read(found.path) ?? '', `pre${name}`), from.depth + 1);
    this.text(text, assignments, cwd, found.path, line, from.depth + 1, args);
    if (after !== undefined) this.text(after, assignments, cwd, found.path, lineOf(this.walk.project.read(found.path) ?? '', `post${name}`), from.depth + 1);
  }

  /** Shell text of a script; `args` are put after its last command. */
  private text(text: string, assignments: Leaf['assignments'], cwd: string | undefined, file: string | undefined, line: number, depth: number, args: readonly (string | undefined)[] = []): void {
    let folder = cwd;
    const commands: { command: ShellCommand; folder: string | undefined }[] = [];
    for (const part of parseShell(text).parts) {
      for (const command of part.commands) {
        if (command.name === 'cd') {
          const target = command.words[1]?.value;
          folder = target === undefined || folder === undefined ? undefined : inImage(folder, target);
        } else commands.push({ command, folder });
      }
    }
    commands.forEach(({ command, folder: here }, index) => {
      const words = command.words.map((word) => word.value ?? (word.text.startsWith('$') ? word.text : undefined));
      const rest = words[0] === 'exec' || words[0] === 'env' ? words.slice(1).filter((word, at, all) => at > 0 || !/^\w+=/.test(word ?? '') || all.length === 1) : words;
      this.command(index === commands.length - 1 ? [...rest, ...args] : rest, [...assignments, ...command.assignments], here, file, line, depth);
    });
  }
}

/** Yarn, pnpm and Bun also run a dependency's program by its name. */
const hasBin = (manifest: PackageJson, name: string): boolean => packagesOfTool(name).some((item) => item in manifest.dependencies || item in manifest.devDependencies || item in manifest.optionalDependencies);

/** Packages that bring a program whose name differs from theirs. Source: the `bin` field of the packages. */
const toolPackages: Readonly<Record<string, readonly string[]>> = {
  nest: ['@nestjs/cli'], tsc: ['typescript'], ng: ['@angular/cli'], sequelize: ['sequelize-cli'], 'babel-node': ['@babel/node', 'babel-cli'], 'vue-cli-service': ['@vue/cli-service'], dotenv: ['dotenv-cli'],
  dotenvx: ['@dotenvx/dotenvx'], 'run-s': ['npm-run-all', 'npm-run-all2'], 'run-p': ['npm-run-all', 'npm-run-all2'], tsnd: ['ts-node-dev'], 'pm2-runtime': ['pm2'], 'pm2-docker': ['pm2'], nuxi: ['nuxt', 'nuxi'], 'remix-serve': ['@remix-run/serve'],
  'react-router-serve': ['@react-router/serve'], medusa: ['@medusajs/cli', '@medusajs/medusa-cli'], strapi: ['@strapi/strapi', 'strapi'], typeorm: ['typeorm'], 'typeorm-ts-node-commonjs': ['typeorm'], 'mikro-orm': ['@mikro-orm/cli'], swc: ['@swc/cli'],
  'swc-node': ['@swc-node/register'], 'cross-env-shell': ['cross-env'], 'http-server': ['http-server'], webpack: ['webpack-cli', 'webpack'], babel: ['@babel/cli', 'babel-cli'], docusaurus: ['@docusaurus/core'], 'next-remote-watch': ['next-remote-watch'],
};

/** The packages that may bring a program. */
export const packagesOfTool = (tool: string): readonly string[] => (Object.hasOwn(toolPackages, tool) ? toolPackages[tool]! : [tool]);

const lineOf = (text: string, script: string): number => {
  const at = text.indexOf(`"${script}"`, Math.max(0, text.indexOf('"scripts"')));
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
};

/** The folder after a `cd x &&` in front of the start; undefined when it cannot be told. */
function changedFolder(walk: Walk, start: Start): string | undefined {
  const cwd = walk.end.cwd;
  const written = start.entrypoint ?? start.cmd;
  const text = written?.json ? (written.json[1] === '-c' ? (written.json[2] ?? '') : '') : (written?.logical ?? '');
  const targets = [...Array.from(text.matchAll(/(?:^|[;&|]\s*)cd\s+(\S+)/g), (match) => match[1]!), ...start.scripts.flatMap((script) => Array.from((script.text ?? '').matchAll(/^\s*cd\s+(\S+)/gm), (match) => match[1]!))];
  if (targets.length === 0) return cwd;
  if (targets.length > 1 || /[$`"']/.test(targets[0]!)) return undefined;
  return cwd === undefined && !targets[0]!.startsWith('/') ? undefined : inImage(cwd ?? '/', targets[0]!.replace(/[;&]+$/, ''));
}
