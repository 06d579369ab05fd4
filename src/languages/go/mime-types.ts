import { extname } from 'node:path/posix';
import { filesBelow, type Project } from '../../project/project.ts';
import type { Walk } from '../../walk/walk.ts';
import type { GoAnalysis } from './analysis.ts';

/** Extensions that Go's own table has always had, with the types that Debian's has for them. Source: mime/type.go; measured beside /etc/mime.types. */
const inEveryGo: ReadonlySet<string> = new Set(['', '.css', '.gif', '.htm', '.html', '.jpg', '.pdf', '.png', '.svg']);

/** Those that it has besides in the versions of the suites below. `.xml` is not among them: Debian says application/xml, Go text/xml. */
const inNewGo: ReadonlySet<string> = new Set([...inEveryGo, '.avif', '.jpeg', '.js', '.json', '.mjs', '.wasm', '.webp']);

/** Debian's releases whose images have such a Go, and whose type of JavaScript is Go's. */
const newSuites = /^(?:bookworm|trixie|forky|duke|sid)$/;

/** Files that are served as text of the same type with and without the table, or that no browser asks for: sources, templates and settings. */
const ofNoAccount = /\.(?:txt|map|go|mod|sum|work|tmpl|gohtml|gotmpl|sql|ya?ml|toml|env)$/;

/**
 * Whether the runtime stage needs Debian's table of content types, by which net/http and `mime` name what a file is. Go's own is shorter.
 * golang's Debian images have it, through Mercurial and Python; those of Alpine do not.
 */
export function needsMimeTypes(walk: Walk, { sources, assets, furtherPaths }: Pick<GoAnalysis, 'sources' | 'assets' | 'furtherPaths'>): boolean {
  const { facts } = walk.base;
  if (facts?.language !== 'go' || facts.family !== 'debian') return false;
  if (!sources.known || sources.contentTypes.some(({ text }) => text.startsWith('mime.'))) return true;
  if (sources.contentTypes.length === 0) return false;
  // What a front end's build makes may be of any type.
  if (assets.unproven !== undefined || furtherPaths.length > 0) return true;
  const same = facts.suites.length > 0 && facts.suites.every((suite) => newSuites.test(suite)) ? inNewGo : inEveryGo;
  return [...assets.found.map(({ source }) => source), ...sources.embedded].some((path) => filesAt(walk.project, path).some((file) => !same.has(extname(file).toLowerCase()) && !ofNoAccount.test(file)));
}

const filesAt = (project: Project, path: string): string[] => (project.kind(path) === 'folder' ? filesBelow(project, path, () => true) : [path]);
