import type { Walk } from '../../walk/walk.ts';
import type { Install, NodeApp } from './app.ts';

/** How the dev dependencies are taken out again. */
export type Removal = { readonly command: string } | { readonly impossible: string };

/**
 * The command that removes dev dependencies from an installation, in the way that the package manager's documentation gives. What
 * install scripts made (native modules, generated clients) stays.
 */
export function pruneCommand(walk: Walk, app: NodeApp, installs: readonly Install[]): Removal {
  if (app.manifest?.workspaces) return { impossible: 'the project has workspaces' };
  const flags = (pattern: RegExp): string => {
    const found = installs.flatMap((install) => install.part.part.commands.flatMap((command) => command.words.map((word) => word.value ?? ''))).filter((word) => pattern.test(word));
    return [...new Set(found)].map((flag) => ` ${flag}`).join('');
  };
  switch (app.manager) {
    case 'npm': {
      // npm 7, with Node 15, knows --omit; npm 6 only --production.
      const major = Number(/^\d+/.exec(walk.base.facts?.language === 'node' ? (walk.base.reference?.version ?? '') : '')?.[0] ?? 99);
      return { command: `npm prune ${major < 15 ? '--production' : '--omit=dev'}${flags(/^(?:--legacy-peer-deps|--force|--no-audit|--no-fund|--ignore-scripts)$/)}` };
    }
    case 'yarn':
      if (app.lockfile?.berry) return { impossible: 'Yarn 2 and later need a plugin to leave dev dependencies out' };
      // https://classic.yarnpkg.com/en/docs/cli/prune: "yarn install will prune"; scripts have run already.
      return { command: `yarn install --production --ignore-scripts --prefer-offline${app.lockfile?.path === undefined ? '' : ' --frozen-lockfile'}${flags(/^(?:--ignore-engines|--network-timeout=.*)$/)}` };
    case 'pnpm':
      // The folder of a package is named after its peers: without the dev dependency prisma it is another one, without the client.
      if (app.manifest && '@prisma/client' in app.manifest.dependencies && 'prisma' in app.manifest.devDependencies) return { impossible: 'pnpm would lose the client that Prisma generates' };
      // Without the option, prune runs the project's own install scripts, such as those that need husky. pnpm knows it since version 8.
      if (pnpmMajor(walk, app) >= 8) return { command: 'CI=true pnpm prune --prod --ignore-scripts' };
      return Object.keys(app.manifest?.scripts ?? {}).some((name) => /^(?:pre|post)?(?:install|prepare)$/.test(name)) ? { impossible: 'pnpm 7 runs the install scripts of the project once more' } : { command: 'CI=true pnpm prune --prod' };
    case 'bun':
      return { impossible: 'Bun has no command that removes dev dependencies' };
  }
}

/** The major version of pnpm that the Dockerfile or the package.json asks for; otherwise it is the newest. */
function pnpmMajor(walk: Walk, app: NodeApp): number {
  const written = walk.stage.instructions.map((instruction) => instruction.logical).join('\n');
  return Number(/\bpnpm@[~^v]?(\d+)/.exec(`${written}\n${app.manifest?.packageManager ?? ''}`)?.[1] ?? 99);
}

/** The words of an install command with dev dependencies left out; undefined when that is not plain. */
export function productionInstall(text: string, install: Install): string | undefined {
  const command = install.part.commands.length === 1 ? install.part.part.simple : undefined;
  const name = command?.words[0]?.value;
  if (!command || command.words.some((word) => word.value === undefined) || install.part.part.commands.length !== 1) return undefined;
  if (name === 'npm') return `${text} --omit=dev`;
  if (name === 'yarn') return `${text}${command.words.length === 1 ? ' install' : ''} --production`;
  return name === 'pnpm' ? `${text} --prod` : name === 'bun' ? `${text} --production` : undefined;
}
