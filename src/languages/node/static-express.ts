import { dirname, inImage, join } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import { scanSource } from './scan.ts';
import type { Leaf } from './start.ts';
import type { StaticAnswer } from './static-server.ts';

/**
 * Statements of the small express server that many front ends carry: it serves one folder and sends index.html for every other path.
 * Each is taken out of the source; a server of which nothing remains does nothing else.
 */
const statements: readonly RegExp[] = [
  /(?:const|let|var)\s+(?:express|path|compression)\s*=\s*require\(\s*['"](?:node:)?(?:express|path|compression)['"]\s*\)\s*[;,]?/g,
  /import\s+(?:\*\s+as\s+)?(?:express|path|compression)\s+from\s+['"](?:node:)?(?:express|path|compression)['"]\s*;?/g,
  /['"]use strict['"]\s*;?/g,
  /(?:const|let|var)\s+(?:app|server)\s*=\s*express\(\s*\)\s*;?/g,
  /(?:const|let|var)\s+(?:port|PORT)\s*=\s*(?:process\.env\.PORT\s*\|\|\s*)?['"]?\d+['"]?\s*;?/g,
  /app\.use\(\s*compression\(\s*\)\s*\)\s*;?/g,
  /app\.use\(\s*express\.static\(\s*FOLDER\s*\)\s*\)\s*;?/g,
  /app\.get\(\s*['"](?:\/?\*|\/\*)['"]\s*,\s*(?:function\s*)?\(?\s*\w+\s*,\s*\w+\s*\)?\s*(?:=>)?\s*\{?\s*(?:return\s+)?res(?:ponse)?\.sendFile\(\s*INDEX\s*\)\s*;?\s*\}?\s*\)\s*;?/g,
  /app\.get\(\s*['"]\/['"]\s*,\s*(?:function\s*)?\(?\s*\w+\s*,\s*\w+\s*\)?\s*(?:=>)?\s*\{?\s*(?:return\s+)?res(?:ponse)?\.sendFile\(\s*INDEX\s*\)\s*;?\s*\}?\s*\)\s*;?/g,
  /app\.listen\(\s*(?:port|PORT|process\.env\.PORT\s*\|\|\s*\d+|\d+)\s*(?:,\s*['"]0\.0\.0\.0['"]\s*)?(?:,\s*(?:function\s*)?\(\s*\)\s*(?:=>)?\s*(?:\{\s*console\.log\([^)]*\)\s*;?\s*\}|console\.log\([^)]*\))\s*)?\)\s*;?/g,
];

/** A start that is such a server, and nothing but such a server. */
export function expressSite(walk: Walk, leaf: Leaf, cwd: string): StaticAnswer {
  const file = leaf.words[1];
  if (leaf.words.length !== 2 || file === undefined || !walk.project.known) return undefined;
  const entry = inImage(cwd, /\.[cm]?js$/.test(file) ? file : `${file}.js`);
  const source = walk.locate(entry);
  const text = source === undefined ? undefined : walk.project.read(source);
  if (text === undefined || text.length > 4000 || !/express\.static/.test(text)) return undefined;
  const folders: string[] = [];
  const here = dirname(entry);
  const note = (base: string, parts: string): string => {
    const words = Array.from(parts.matchAll(/['"`]([^'"`$]*)['"`]/g), (match) => match[1]!.replace(/^\/+/, ''));
    folders.push(inImage(base, join(words.join('/'), '')));
    return folders.at(-1)!;
  };
  let rest = scanSource(text).code;
  const indexes: string[] = [];
  const argument = String.raw`((?:\s*,\s*['"\`][^'"\`$]*['"\`])+)\s*\)`;
  rest = rest.replace(new RegExp(String.raw`sendFile\(\s*path\.(?:join|resolve)\(\s*__dirname${argument}`, 'g'), (_whole, parts: string) => {
    indexes.push(note(here, parts));
    folders.pop();
    return 'sendFile( INDEX ';
  });
  rest = rest.replace(new RegExp(String.raw`static\(\s*path\.(?:join|resolve)\(\s*__dirname${argument}`, 'g'), (_whole, parts: string) => {
    note(here, parts);
    return 'static( FOLDER ';
  });
  rest = rest.replace(/static\(\s*(['"][^'"]+['"])\s*\)/g, (_whole, part: string) => {
    note(cwd, part);
    return 'static( FOLDER )';
  });
  rest = rest.replace(/static\(\s*__dirname\s*\+\s*(['"][^'"]+['"])\s*\)/g, (_whole, part: string) => {
    note(here, part);
    return 'static( FOLDER )';
  });
  const before = rest;
  const left = statements.reduce((code, statement) => code.replace(statement, ''), rest).trim();
  const root = folders[0];
  if (left !== '' || root === undefined || folders.length !== 1 || root === '/' || root === here || indexes.some((path) => path !== `${root}/index.html`)) return undefined;
  const everything = /app\.get\(\s*['"](?:\/?\*|\/\*)['"]/.test(before);
  const listens = /(?:process\.env\.PORT\s*\|\|\s*)?(?<!\w)['"]?(\d{2,5})['"]?/.exec(/(?:port|PORT)\s*=\s*[^;\n]*|app\.listen\([^)]*/.exec(before)?.[0] ?? '');
  const environment = /process\.env\.PORT/.test(before);
  const port = Number((environment ? walk.end.scope.env.get('PORT') : undefined) ?? listens?.[1]);
  if (!Number.isInteger(port) || port <= 0) return undefined;
  return {
    site: {
      server: 'express.static',
      root,
      port,
      portVariable: environment ? 'PORT' : undefined,
      fallback: everything ? 'index' : 'plain',
      cleanUrls: false,
      extensions: false,
      listing: false,
      gzip: /compression\(/.test(before),
      cors: false,
      cacheControl: 'public, max-age=0',
      leaf,
    },
  };
}
