import { describe, expect, it } from 'vitest';
import { splitPackages, type PackageFamily } from '../../../src/packages/resolve.ts';
import { coverage, dataOf, isBuildOnly, librariesBehind } from '../../../src/packages/tables.ts';

const split = (names: string, family: PackageFamily, suite?: string | readonly string[]) => splitPackages(names.split(' '), family, suite);
const runtime = (names: string, family: PackageFamily, suite?: string | readonly string[]): string[] => split(names, family, suite).flatMap((decision) => decision.runtime);

describe('splitPackages', () => {
  it('keeps order and spelling, one decision per name', () => {
    const names = ['gcc', 'libpq-dev=15.1-0', 'git', 'no-such-package'];
    const decisions = splitPackages(names, 'debian', 'bookworm');
    expect(decisions.map((decision) => decision.name)).toEqual(names);
    expect(decisions.map((decision) => decision.role)).toEqual(['build', 'translated', 'runtime', 'unknown']);
    expect(decisions.map((decision) => decision.runtime)).toEqual([[], ['libpq5'], ['git'], ['no-such-package']]);
    expect(decisions.every((decision) => decision.reason.length > 0)).toBe(true);
  });

  it.each(['Development Tools', '@development', '@Development Tools', 'development-tools'])('knows the group %s of Red Hat', (name) => {
    expect(splitPackages([name], 'rhel')[0]).toMatchObject({ role: 'build', runtime: [] });
  });

  it('translates for a suite that is in no table only what has kept its name', () => {
    expect(runtime('libpq-dev', 'debian', 'stretch')).toEqual(['libpq5']);
    expect(runtime('libgdbm-dev', 'debian', 'stretch')).toEqual(['libgdbm-dev']);
    expect(runtime('libreadline-dev', 'ubuntu', 'bionic')).toEqual(['libreadline-dev']);
  });

  it('keeps packages that name a repository', () => {
    expect(splitPackages(['epel-release'], 'rhel')[0]).toMatchObject({ role: 'runtime' });
  });

  it('says why, for a reviewer', () => {
    const [gcc, pq, git, unknown] = split('gcc libpq-dev git libfoobar-dev', 'debian', 'bookworm');
    expect(gcc!.reason).toBe('compiler or linker');
    expect(pq!.reason).toBe('headers of libpq5; the library itself is needed at run time');
    expect(git!.reason).toBe('may be called at run time');
    expect(unknown!.reason).toBe('headers of a library that is not in the tables');
  });

  it.each(['gcc', 'g++-12', 'build-essential', 'make', 'cmake', 'pkg-config', 'autoconf', 'python3-dev', 'python3.11-dev', 'libc6-dev', 'linux-headers-amd64', 'cargo', 'golang-go', 'gcc-aarch64-linux-gnu', 'libeigen3-dev', 'zlib1g-doc', 'golang-github-foo-dev'])(
    'needs %s for the build only',
    (name) => expect(split(name, 'debian', 'bookworm')[0]).toMatchObject({ role: 'build', runtime: [] }),
  );

  it.each([
    ['libpq-dev', 'bookworm', 'libpq5'],
    ['default-libmysqlclient-dev', 'bookworm', 'libmariadb3'],
    ['libxml2-dev', 'bookworm', 'libxml2'],
    ['libxslt1-dev', 'trixie', 'libxslt1.1'],
    ['libxslt-dev', 'bookworm', 'libxslt1.1'],
    ['libjpeg-dev', 'bookworm', 'libjpeg62-turbo'],
    ['libffi-dev', 'buster', 'libffi6'],
    ['libffi-dev', 'bullseye', 'libffi7'],
    ['libffi-dev', 'trixie', 'libffi8'],
    ['libssl-dev', 'bullseye', 'libssl1.1'],
    ['libssl-dev', 'bookworm', 'libssl3'],
    ['libssl-dev', 'trixie', 'libssl3t64'],
    ['libicu-dev', 'bullseye', 'libicu67'],
    ['libicu-dev', 'bookworm', 'libicu72'],
    ['libicu-dev', 'trixie', 'libicu76'],
    ['zlib1g-dev', 'bookworm', 'zlib1g'],
    ['tk-dev', 'bookworm', 'libtk8.6'],
    ['libz-dev', 'bookworm', 'zlib1g'],
    ['libmagickwand-dev', 'trixie', 'libmagickwand-7.q16-10'],
    ['libgl1-mesa-dev', 'trixie', 'libgl1'],
    ['libtiff5-dev', 'bookworm', 'libtiff6 libtiffxx6'],
    ['unixodbc-dev', 'bookworm', 'libodbc2 libodbccr2 libodbcinst2'],
  ])('translates %s in Debian %s', (name, suite, expected) => expect(runtime(name, 'debian', suite)).toEqual(expected.split(' ')));

  it.each([
    ['libssl-dev', 'focal', 'libssl1.1'],
    ['libssl-dev', 'jammy', 'libssl3'],
    ['libssl-dev', 'noble', 'libssl3t64'],
    ['libjpeg-dev', 'jammy', 'libjpeg-turbo8'],
    ['libmysqlclient-dev', 'noble', 'libmysqlclient21'],
    ['libglib2.0-dev', 'noble', 'libglib2.0-0t64'],
  ])('translates %s in Ubuntu %s', (name, suite, expected) => expect(runtime(name, 'ubuntu', suite)).toEqual([expected]));

  it.each([
    ['postgresql-dev', 'libpq'],
    ['mariadb-dev', 'mariadb-connector-c'],
    ['mariadb-connector-c-dev', 'mariadb-connector-c'],
    ['libffi-dev', 'libffi'],
    ['openssl-dev', 'libcrypto3 libssl3'],
    ['jpeg-dev', 'libjpeg-turbo'],
    ['zlib-dev', 'zlib'],
    ['freetype-dev', 'freetype'],
    ['vips-dev', 'vips'],
    ['gtk+3.0-dev', 'gtk+3.0'],
  ])('translates %s in Alpine', (name, expected) => expect(runtime(name, 'alpine', '3.19')).toEqual(expected.split(' ')));

  it('knows the OpenSSL of old Alpine releases', () => expect(runtime('openssl-dev', 'alpine', '3.14')).toEqual(['libcrypto1.1', 'libssl1.1']));
  it('does not guess where the release is not known, or older than the tables', () => {
    expect(runtime('openssl-dev', 'alpine')).toEqual(['openssl-dev']);
    expect(runtime('openssl-dev', 'alpine', '3.4')).toEqual(['openssl-dev']);
    expect(runtime('postgresql-dev', 'alpine')).toEqual(['libpq']);
  });

  it('follows Red Hat by table, and by naming rule otherwise', () => {
    expect(runtime('openssl-devel libpq-devel foobar-devel gcc-c++ python3-devel kernel-devel', 'rhel')).toEqual(['openssl-libs', 'libpq', 'foobar']);
    expect(split('foobar-devel', 'rhel')[0]!.reason).toContain('naming rule');
    expect(runtime('openssl-devel.x86_64', 'rhel')).toEqual(['openssl-libs']);
  });

  it('keeps an architecture and drops a version with the headers', () => {
    expect(runtime('libpq-dev:arm64 libpq-dev=15.5-0+deb12u1 git:amd64 git=1:2.39', 'debian', 'bookworm')).toEqual(['libpq5:arm64', 'libpq5', 'git:amd64', 'git=1:2.39']);
    expect(runtime('libffi-dev>3.4 git~=2.40 postgresql-dev@edge', 'alpine')).toEqual(['libffi', 'git~=2.40', 'libpq']);
  });

  it('leaves what it cannot read as it is', () => {
    for (const name of ['$PACKAGES', 'python${VERSION}-dev', './local.deb', '/tmp/x.deb', 'https://example.com/x.deb', '', '.build-deps', 'lib*-dev', 'constructor', '__proto__']) {
      expect(split(name === '' ? '' : name, 'debian', 'bookworm')[0]).toMatchObject({ role: 'unknown', runtime: [name] });
    }
  });

  it('does not guess a suite: only names that hold everywhere', () => {
    expect(runtime('libpq-dev', 'debian')).toEqual(['libpq5']);
    expect(split('libffi-dev', 'debian')[0]).toMatchObject({ role: 'unknown', runtime: ['libffi-dev'] });
    expect(split('libssl-dev', 'debian', 'no-such-suite')[0]!.role).toBe('unknown');
  });

  it('takes several suites for a tag that moved: the old name also installs a t64 library', () => {
    expect(runtime('libssl-dev libffi-dev libpq-dev libglib2.0-dev', 'debian', ['bookworm', 'trixie'])).toEqual(['libssl3', 'libffi8', 'libpq5', 'libglib2.0-0']);
    expect(split('libicu-dev', 'debian', ['bookworm', 'trixie'])[0]!.role).toBe('unknown');
    // libaio changed its ABI, and does not provide its old name.
    expect(split('libaio-dev', 'debian', ['bookworm', 'trixie'])[0]!.role).toBe('unknown');
    expect(split('libasound2-dev', 'ubuntu', ['jammy', 'noble'])[0]!.role).toBe('unknown');
  });

  it('keeps tools, libraries, fonts and modules', () => {
    expect(split('ffmpeg libgl1 libgomp1 fonts-dejavu python3-numpy postgresql-client', 'debian', 'bookworm').map((decision) => decision.role)).toEqual(Array(6).fill('runtime'));
    expect(split('bash icu-libs libstdc++ gcompat python3 ttf-dejavu', 'alpine').map((decision) => decision.role)).toEqual(Array(6).fill('runtime'));
  });
});

describe('the tables', () => {
  it('cover several hundred -dev packages where there is an index', () => {
    expect(coverage('debian', 'bookworm')).toBeGreaterThan(2000);
    expect(coverage('debian', 'trixie')).toBeGreaterThan(2000);
    expect(coverage('debian', 'bullseye')).toBeGreaterThan(200);
    expect(coverage('ubuntu', 'noble')).toBeGreaterThan(200);
    expect(coverage('alpine')).toBeGreaterThan(150);
    expect(coverage('rhel')).toBeGreaterThan(100);
  });

  it('never call a package both build-only and a program to keep', () => {
    for (const family of ['debian', 'alpine', 'rhel'] as const) {
      for (const name of Object.keys(dataOf(family).libraries)) {
        const behind = librariesBehind(name, family);
        if (behind.kind === 'libraries') expect(isBuildOnly(name, family), name).toBeUndefined();
      }
    }
  });

  it('name libraries, not headers, as what runs', () => {
    for (const [family, suite] of [['debian', 'bookworm'], ['debian', 'trixie'], ['debian', 'bullseye'], ['ubuntu', 'noble'], ['alpine', '3.19'], ['rhel', '9']] as const) {
      for (const name of ['libpq-dev', 'libxml2-dev', 'libcurl4-openssl-dev', 'libgtk-3-dev', 'libopencv-dev', 'libboost-all-dev', 'cairo-dev', 'cairo-devel']) {
        const behind = librariesBehind(name, family, suite);
        if (behind.kind === 'libraries') for (const library of behind.libraries) expect(library).not.toMatch(/-dev(el)?$|^~|^$/);
      }
    }
  });
});
