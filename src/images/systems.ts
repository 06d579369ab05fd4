import bookworm from './data/buildpack-bookworm.json' with { type: 'json' };
import trixie from './data/buildpack-trixie.json' with { type: 'json' };
import buildpack from './data/buildpack-packages.json' with { type: 'json' };
import data from './data/suites.json' with { type: 'json' };
import { librariesBehind } from '../packages/tables.ts';
import { compareVersions, unique, words, type System } from './facts.ts';

const core = 'sh tar gzip gunzip sed grep awk find xargs id su env chown chmod install timeout mktemp sort cut tr head tail wc date sleep tee stat hostname mount umount cp mv ln rm mkdir touch cat echo printf test basename dirname realpath readlink sha256sum md5sum base64 nproc seq expr uname which ls pwd printenv dd df du chgrp rmdir sha1sum sha512sum nice nohup od paste comm split tac yes sync mkfifo mknod unlink groups';
const debianCore = words(`${core} bash dash perl useradd groupadd usermod groupmod userdel chpasswd passwd apt apt-get apt-cache apt-mark dpkg dpkg-query ldconfig ldd getent setpriv runuser update-alternatives diff cmp`);
const busyboxCore = words(`${core} ash vi wget nc ps pgrep pkill kill top free watch less unzip bunzip2 unxz adduser addgroup deluser crond crontab nslookup ping telnet httpd hexdump xxd killall pidof ifconfig ip route netstat traceroute setsid nohup flock usleep diff cmp patch od dd du df getopt time`);
const scm = 'git svn hg ssh scp sftp ssh-keygen ssh-keyscan ssh-agent ps pgrep pkill top free uptime watch';
const fetchers = 'curl wget gpg gpgconf gpg-agent dirmngr openssl update-ca-certificates';
const compilers = 'gcc cc g++ c++ make autoconf automake libtoolize patch file bzip2 unzip xz ld as ar nm objdump strip readelf dpkg-buildpackage convert identify mogrify composite python3 pkg-config m4 perl mysql_config pg_config xml2-config xslt-config';

const indexed: Readonly<Record<string, { minimal: string; full: string }>> = { bookworm: bookworm.packages, trixie: trixie.packages };

/** Which suites a tag may stand for; the last one as of the data's date. */
export interface Suites {
  suite: string | undefined;
  certain: boolean;
  all: string[];
}

export const certainly = (suite: string): Suites => ({ suite, certain: true, all: [suite] });
export const perhaps = (all: readonly string[]): Suites => ({ suite: all.at(-1), certain: false, all: [...all] });

export type DebianLevel = 'slim' | 'standard' | 'curl' | 'scm' | 'full';

/**
 * Debian, and the levels that docker-library/buildpack-deps builds on it. Sources: dpkg's list of debian:bookworm-slim;
 * the Dockerfiles of buildpack-deps.
 */
export function debian({ suite, certain, all }: Suites, level: DebianLevel): System {
  const ca = level === 'curl' || level === 'scm' || level === 'full';
  const full = level === 'full';
  return {
    libc: 'glibc',
    family: 'debian',
    ...(suite === undefined ? {} : { suite }),
    suiteCertain: certain,
    suites: all,
    shell: 'bash',
    bash: true,
    packageManager: 'apt',
    programs: unique([
      ...debianCore,
      ...(suite === undefined || !['trixie', 'forky', 'sid'].includes(suite) ? ['adduser', 'addgroup'] : []),
      ...(ca ? words(fetchers) : []),
      ...(level === 'scm' || full ? words(scm) : []),
      ...(full ? words(compilers) : []),
    ]),
    libraries: debianLibraries(all, full),
    certificates: ca,
    timezones: true,
    endOfLife: suite !== undefined && data.debian.endOfLife.includes(suite),
    cmd: ['bash'],
  };
}

/** Only what all suites in question have: from the package index where there is one, else what lies behind the -dev packages. */
function debianLibraries(suites: readonly string[], full: boolean): string[] {
  const lists = (suites.length > 0 ? suites : ['']).map((suite) => {
    const own = indexed[suite];
    if (own) return words(full ? `${own.minimal} ${own.full}` : own.minimal);
    const minimal = words('libacl1 libattr1 libaudit1 libblkid1 libbz2-1.0 libc6 libgmp10 liblz4-1 liblzma5 libmount1 libpam0g libselinux1 libstdc++6 libsystemd0 libtinfo6 libudev1 libuuid1 libzstd1 zlib1g');
    if (!full) return minimal;
    const behind = buildpack.packages.flatMap((name) => {
      const found = librariesBehind(name, 'debian', suite);
      return found.kind === 'libraries' ? found.libraries : [];
    });
    return unique([...minimal, ...behind]);
  });
  // On 64-bit machines libssl3t64 provides libssl3: the old name counts as there.
  const named = lists.map((list) => new Set(list.flatMap((name) => [name, name.replace(/t64(?=$|-)/, '')])));
  return [...named[0]!].filter((name) => named.every((list) => list.has(name)));
}

/** Ubuntu's base image: no certificates, no time zones. Source: its manifest (`ubuntu-base`). */
export function ubuntu({ suite, certain, all }: Suites): System {
  return {
    ...debian({ suite, certain, all }, 'slim'),
    family: 'ubuntu',
    programs: unique([...debianCore, 'ps', 'top', 'pgrep', 'pkill', 'free', ...(suite !== undefined && ['focal', 'jammy', 'bionic', 'xenial'].includes(suite) ? ['adduser', 'addgroup'] : [])]),
    libraries: words('libacl1 libattr1 libbz2-1.0 libc6 liblz4-1 liblzma5 libpam0g libselinux1 libstdc++6 libsystemd0 libtinfo6 libudev1 libuuid1 libzstd1 zlib1g'),
    timezones: false,
    endOfLife: suite !== undefined && data.ubuntu.endOfLife.includes(suite),
    cmd: ['/bin/bash'],
  };
}

/** Alpine: BusyBox, musl, and the certificate bundle that apk itself needs (since 3.10 or so a package of its own). */
export function alpine(version: string | undefined, certain: boolean): System {
  return {
    libc: 'musl',
    family: 'alpine',
    ...(version === undefined ? {} : { suite: version }),
    suiteCertain: certain,
    suites: version === undefined ? [] : [version],
    shell: 'sh',
    bash: false,
    packageManager: 'apk',
    programs: [...busyboxCore, 'apk', 'getent', 'ldd'],
    libraries: version !== undefined && compareVersions(version, '3.17') < 0 ? ['musl', 'zlib', 'libssl1.1', 'libcrypto1.1'] : version === undefined && !certain ? ['musl', 'zlib'] : ['musl', 'zlib', 'libssl3', 'libcrypto3'],
    certificates: true,
    timezones: false,
    endOfLife: version !== undefined && /^\d+\.\d+/.test(version) && compareVersions(version, data.alpine.oldestMaintained) < 0,
    cmd: ['/bin/sh'],
  };
}

export function busybox(libc: 'glibc' | 'musl'): System {
  return {
    libc, family: 'none', suiteCertain: false, suites: [], shell: 'sh', bash: false, packageManager: 'none',
    programs: busyboxCore, libraries: [], certificates: false, timezones: false, endOfLife: false, cmd: ['sh'],
  };
}

/** Red Hat's relatives: what is certain of all of them. */
export function redHat(suite: string | undefined, packageManager: 'dnf' | 'none'): System {
  return {
    libc: 'glibc', family: 'rhel', ...(suite === undefined ? {} : { suite }), suiteCertain: suite !== undefined, suites: suite === undefined ? [] : [suite], shell: 'bash', bash: true,
    packageManager, programs: words(`${core} bash`).filter((name) => !['which', 'tar', 'find', 'xargs', 'su', 'hostname', 'awk', 'mount', 'umount'].includes(name)).concat('curl', 'rpm'),
    libraries: [], certificates: true, timezones: false, endOfLife: false, cmd: ['/bin/bash'],
  };
}

/** Nothing but what is copied into it. */
export function empty(libc: 'glibc' | 'none'): System {
  return {
    libc, family: 'none', suiteCertain: false, suites: [], shell: 'none', bash: false, packageManager: 'none',
    programs: [], libraries: [], certificates: false, timezones: false, endOfLife: false, cmd: [],
  };
}
