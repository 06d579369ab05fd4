import ambiguous from './data/ambiguous.json' with { type: 'json' };
import portable from './data/portable.json' with { type: 'json' };
import { bareName, dataOf, type PackageFamily } from './tables.ts';

/**
 * Packages of which the Dockerfile alone does not say whether the build or the program calls them. They are
 * decided as `runtime`; an analyser that has seen what calls them may drop them.
 */
export const ambiguousTools: ReadonlySet<string> = new Set(ambiguous.names.split(' '));

const same: ReadonlySet<string> = new Set(portable.same.split(' '));
const plain: ReadonlySet<string> = new Set(portable.plain.split(' '));

/** Whether a program is the same one in every distribution, so that another one's package does. */
export const isSameEverywhere = (program: string): boolean => same.has(program);

/** Whether BusyBox has a program that does what others do with it, as scripts commonly use it. */
export const isPlain = (program: string): boolean => plain.has(program);

/**
 * The programs that a well-known package puts on PATH.
 *
 * @param packageName as written; a version or architecture is ignored
 * @returns [] for a package without programs, or an unknown one
 */
export function programsOf(packageName: string, family: PackageFamily): string[] {
  const { bare } = bareName(packageName, family);
  const programs = bare === undefined ? undefined : lookup(dataOf(family).programs, bare);
  return programs ? programs.split(' ') : [];
}

/**
 * The package to install for a program; of several the one that the distribution installs by default.
 *
 * @param program bare name, without a folder
 */
export function packageOfProgram(program: string, family: PackageFamily): string | undefined {
  return lookup(preferred[family], program) ?? reverse(family).get(program);
}

/** Where several packages have the program, the usual one. Source: Debian's and Alpine's default providers. */
const preferred: Readonly<Record<PackageFamily, Readonly<Record<string, string>>>> = {
  debian: shared(),
  ubuntu: { ...shared(), mysql: 'mysql-client', mysqldump: 'mysql-client', mysqladmin: 'mysql-client' },
  alpine: {
    ssh: 'openssh-client', scp: 'openssh-client', sftp: 'openssh-client', 'ssh-keygen': 'openssh-client', 'ssh-keyscan': 'openssh-client', sshd: 'openssh-server',
    node: 'nodejs', java: 'openjdk17-jre-headless', mysql: 'mariadb-client', mysqldump: 'mariadb-client', mysqladmin: 'mariadb-client', envsubst: 'gettext-envsubst',
    npm: 'npm', npx: 'npm', pip: 'py3-pip', psql: 'postgresql-client', postgres: 'postgresql', gcc: 'gcc', cc: 'gcc', 'g++': 'g++', 'c++': 'g++', make: 'make', git: 'git', ps: 'procps', top: 'procps', nc: 'netcat-openbsd', setcap: 'libcap', cargo: 'cargo',
  },
  rhel: { curl: 'curl', vim: 'vim-enhanced', nc: 'nmap-ncat', java: 'java-17-openjdk-headless', javac: 'java-17-openjdk-devel', mysql: 'mariadb' },
};

function shared(): Record<string, string> {
  return {
    nc: 'netcat-openbsd', netcat: 'netcat-openbsd', ping: 'iputils-ping', dig: 'dnsutils', nslookup: 'dnsutils', java: 'default-jre-headless', javac: 'default-jdk', jar: 'default-jdk',
    keytool: 'default-jre-headless', jshell: 'default-jdk', mysql: 'default-mysql-client', mysqldump: 'default-mysql-client', mysqladmin: 'default-mysql-client', node: 'nodejs',
    vi: 'vim-tiny', gpg: 'gnupg', python3: 'python3', nginx: 'nginx', 'redis-cli': 'redis-tools', 'redis-server': 'redis-server', gcc: 'gcc', cc: 'gcc', 'g++': 'g++', 'c++': 'g++', make: 'make',
    exiftool: 'libimage-exiftool-perl', pdftk: 'pdftk-java', bsdtar: 'libarchive-tools', soffice: 'libreoffice', chromedriver: 'chromium-driver', docker: 'docker.io', go: 'golang-go', gofmt: 'golang-go',
    envsubst: 'gettext-base', gettext: 'gettext-base', uwsgi: 'uwsgi', odbcinst: 'odbcinst', R: 'r-base-core', Rscript: 'r-base-core', ruby: 'ruby', python2: 'python2',
  };
}

const reversed = new Map<PackageFamily, Map<string, string>>();

function reverse(family: PackageFamily): Map<string, string> {
  let map = reversed.get(family);
  if (!map) {
    map = new Map();
    for (const [name, programs] of Object.entries(dataOf(family).programs)) {
      for (const program of programs.split(' ')) if (program !== '' && !map.has(program)) map.set(program, name);
    }
    reversed.set(family, map);
  }
  return map;
}

function lookup(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
