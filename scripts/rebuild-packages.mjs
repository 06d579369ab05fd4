// Rebuilds the generated package data from the package indexes that apt on this machine knows.
//
//   apt-get update && node scripts/rebuild-packages.mjs bookworm trixie
//
// For each suite it writes
//   src/packages/data/debian-<suite>.json    -dev package -> run-time libraries
//   src/images/data/buildpack-<suite>.json   libraries that a full (buildpack-deps based) image carries
//
// The indexes are found with `apt-get indextargets` and read with apt's own helper: the script opens
// no connection and names no host.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);

/** Packages in which a program never finds its C libraries: other languages' source packages. */
const foreignSections = new Set(['rust', 'golang', 'haskell', 'ocaml', 'php', 'cli-mono', 'lisp', 'javascript', 'perl', 'ruby', 'gnu-r', 'doc', 'debug']);
const foreignNames = /^(librust-|golang-|libghc-|lib.*-ocaml-dev$|node-|lib.*-java-dev$)/;
/** Halves of a library's source package that are no shared library. */
const notLibraries = /-(dev|dev-compat|doc|dbg|dbgsym|bin|common|data|utils|tools|perl|java|examples|devtools|headers|test|tests|static)$|^gir1\.2-|^libjs-|-dev-|-tools-|^fonts-/;

function loadSuite(suite) {
  const listing = execFileSync('apt-get', ['indextargets', '--format', '$(CODENAME)\t$(FILENAME)', 'Identifier: Packages'], { encoding: 'utf8' });
  const packages = new Map();
  for (const line of listing.split('\n')) {
    const [codename, file] = line.split('\t');
    if (codename !== suite || file === undefined) continue;
    const text = execFileSync('/usr/lib/apt/apt-helper', ['cat-file', file], { encoding: 'utf8', maxBuffer: 1 << 30 });
    for (const stanza of text.split('\n\n')) {
      const fields = {};
      for (const row of stanza.split('\n')) {
        const at = row.indexOf(': ');
        if (at > 0 && row[0] !== ' ') fields[row.slice(0, at)] = row.slice(at + 2);
      }
      if (fields.Package === undefined) continue;
      packages.set(fields.Package, {
        name: fields.Package,
        source: (fields.Source ?? fields.Package).split(' ')[0],
        section: fields.Section ?? '',
        priority: fields.Priority ?? '',
        essential: fields.Essential === 'yes',
        depends: dependencyNames(fields.Depends).concat(dependencyNames(fields['Pre-Depends'])),
        provides: dependencyNames(fields.Provides).flat(),
      });
    }
  }
  return packages;
}

/** `a (= 1) | b, c:any` -> [['a', 'b'], ['c']]. */
function dependencyNames(text = '') {
  return text.split(',').filter((part) => part.trim() !== '')
    .map((part) => part.split('|').map((name) => name.trim().split(/[\s(:[]/)[0]));
}

/** Of several providers of a virtual package apt takes what is installed already: the more important one. */
function byImportance(a, b) {
  const ranks = ['required', 'important', 'standard', 'optional', 'extra'];
  return ranks.indexOf(a.priority) - ranks.indexOf(b.priority) || (a.name < b.name ? -1 : 1);
}

function providersOf(packages) {
  const providers = new Map();
  for (const entry of packages.values()) {
    for (const name of entry.provides) {
      if (!providers.has(name)) providers.set(name, []);
      providers.get(name).push(entry.name);
    }
  }
  return providers;
}

/**
 * The shared libraries behind a -dev package: those of its own source package that it depends on,
 * its sibling -dev packages included; a mere collection (no library of its own) is followed further.
 */
function librariesOf(name, packages, resolve, seen = new Set()) {
  if (seen.has(name)) return new Set();
  seen.add(name);
  const entry = packages.get(name);
  const found = new Set();
  const others = [];
  for (const alternatives of entry.depends) {
    const target = resolve(alternatives);
    if (target === undefined) continue;
    const sibling = target.source === entry.source;
    if (/-dev(-compat)?$/.test(target.name)) {
      if (sibling) for (const library of librariesOf(target.name, packages, resolve, seen)) found.add(library);
      else if (!toolchain.test(target.source)) others.push(target.name);
    } else if (sibling && !toolchain.test(target.source) && !notLibraries.test(target.name) && (/(^|-)lib/.test(target.name) || /(^|\/)(old)?libs$/.test(target.section))) {
      found.add(target.name);
    }
  }
  if (found.size === 0 && isCollection(entry, others)) {
    for (const other of others) for (const library of librariesOf(other, packages, resolve, seen)) found.add(library);
  }
  return found;
}

/** Compilers' and the C library's own parts are in every image, or only used while building. */
const toolchain = /^(gcc-\d+|glibc|linux|gcc-defaults|python3-defaults|python3\.\d+)$/;

/** Defaults and transitional packages carry no file of their own: everything is in what they depend on. */
function isCollection(entry, others) {
  if (others.length === 0) return false;
  return /-defaults$|^meta-/.test(entry.source) || entry.section.endsWith('metapackages') || entry.section.endsWith('oldlibs') || collections.has(entry.name) || others.length === 1;
}
const collections = new Set(['libgl1-mesa-dev', 'libegl1-mesa-dev', 'libgles2-mesa-dev', 'libglvnd-dev', 'xorg-dev', 'libblas-dev']);

/** A library that fewer sources of the whole archive use is left out: its -dev package then stays as it is. */
const enoughUsers = 2;

/** Package -> the sources whose packages depend on it. */
function usersOf(packages) {
  const used = new Map();
  for (const entry of packages.values()) {
    for (const name of entry.depends.flat()) {
      if (!used.has(name)) used.set(name, new Set());
      used.get(name).add(entry.source);
    }
  }
  return used;
}

/** Everything that apt installs for these packages without recommendations. */
function closure(names, packages, resolve) {
  const all = new Set(names);
  const queue = [...names];
  while (queue.length > 0) {
    for (const alternatives of packages.get(queue.shift()).depends) {
      const present = alternatives.some((alternative) => all.has(alternative));
      const target = present ? undefined : resolve(alternatives);
      if (target === undefined || all.has(target.name)) continue;
      all.add(target.name);
      queue.push(target.name);
    }
  }
  return all;
}

/** `libfoo-dev` -> `libfoo1` is written `libfoo: ~1`: four times as small, still readable. */
function shorten(name, libraries) {
  const stem = name.replace(/-dev$/, '');
  return [...libraries].sort().map((library) => (library.startsWith(stem) ? `~${library.slice(stem.length)}` : library)).join(' ');
}

/** The package list of docker-library/buildpack-deps (its curl, scm and full levels). */
const buildpack = JSON.parse(readFileSync(new URL('src/images/data/buildpack-packages.json', root), 'utf8'));

function writeLines(path, header, pairs) {
  const rows = pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const text = `{${header}\n"packages":{\n${rows.join(',\n')}\n}}\n`;
  JSON.parse(text);
  writeFileSync(new URL(path, root), text);
  console.log(`${fileURLToPath(new URL(path, root))}: ${pairs.length} entries, ${text.length} bytes`);
}

for (const suite of process.argv.slice(2)) {
  const packages = loadSuite(suite);
  if (packages.size === 0) throw new Error(`apt knows no index of ${suite}`);
  const providers = providersOf(packages);
  const resolve = (alternatives) => {
    for (const name of alternatives) if (packages.has(name)) return packages.get(name);
    const provider = alternatives.flatMap((name) => providers.get(name) ?? []).map((name) => packages.get(name)).sort(byImportance)[0];
    return provider;
  };
  const used = usersOf(packages);
  const rows = [];
  for (const entry of [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name, section } = entry;
    if (!name.endsWith('-dev') || foreignNames.test(name) || foreignSections.has(section.replace(/^.*\//, ''))) continue;

    const libraries = librariesOf(name, packages, resolve);
    const sources = new Set([...libraries, name].flatMap((each) => [...(used.get(each) ?? [])]));
    sources.delete(entry.source);
    const certain = libraries.size > 0 || !entry.depends.flat().some((each) => packages.get(each)?.source === entry.source && !notLibraries.test(each));
    if (certain && sources.size >= enoughUsers) rows.push([name.replace(/-dev$/, ''), shorten(name, libraries)]);
  }
  // A library renamed for 64-bit time_t provides its old name, with few exceptions.
  const renamed = [...packages.values()].filter((entry) => /t64(?=$|-)/.test(entry.name) && entry.name.startsWith('lib') && used.has(entry.name));
  const noOldName = renamed.filter((entry) => !entry.provides.includes(entry.name.replace(/t64(?=$|-)/, ''))).map((entry) => entry.name).sort().join(' ');
  writeLines(`src/packages/data/debian-${suite}.json`, `"suite":"${suite}",\n"noOldName":"${noOldName}",`, rows);

  const minimal = new Set([...packages.values()].filter((entry) => entry.essential || entry.priority === 'required').map((entry) => entry.name).concat('apt', 'usr-is-merged'));
  const base = closure(minimal, packages, resolve);
  const full = closure(new Set([...base, ...buildpack.packages.filter((name) => packages.has(name))]), packages, resolve);
  const isRuntime = (name) => !/-(dev|doc|dbg|common|data|perl)$|^(gir1\.2-|libc-dev-bin)/.test(name) && name.startsWith('lib') || name === 'zlib1g';
  const list = (set) => [...set].filter(isRuntime).sort().join(' ');
  const added = new Set([...full].filter((name) => !base.has(name)));
  writeLines(`src/images/data/buildpack-${suite}.json`, `"suite":"${suite}",`, [['minimal', list(base)], ['full', list(added)]]);
}
