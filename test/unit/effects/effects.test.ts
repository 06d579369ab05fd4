import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/effects/effect.ts';
import { effectOf } from '../../../src/effects/effects.ts';
import { parseShell } from '../../../src/shell/parse.ts';

const effect = (text: string, cwd: string | undefined = '/app'): Effect => effectOf(parseShell(text).parts[0]!, cwd);

describe('packages', () => {
  it.each([
    ['apt-get install -y --no-install-recommends gcc libpq-dev=15.3-1', { manager: 'apt', action: 'install', packages: ['gcc', 'libpq-dev=15.3-1'], unknown: false }],
    ['apt-get -qq -o Debug=1 install curl', { action: 'install', packages: ['curl'] }],
    ['apt-get install -t bookworm-backports git', { packages: ['git'] }],
    ['sudo apt install -y git', { action: 'install', packages: ['git'] }],
    ['DEBIAN_FRONTEND=noninteractive apt-get install tzdata', { packages: ['tzdata'] }],
    ['apt-get install -y $PACKAGES git', { packages: ['git'], unknown: true }],
    ['apt-get update', { action: 'refresh', packages: [] }],
    ['apt-get clean', { action: 'clean', packages: [] }],
    ['apt-get purge -y gcc', { action: 'remove', packages: ['gcc'] }],
    ['apt-get autoremove -y', { action: 'remove', packages: [] }],
    ['add-apt-repository ppa:x/y', { manager: 'apt', action: 'repository' }],
    ['apk add --no-cache git', { manager: 'apk', action: 'install', packages: ['git'], virtual: undefined }],
    ['apk --no-cache add git', { action: 'install', packages: ['git'] }],
    ['apk add --virtual .deps gcc', { virtual: '.deps', packages: ['gcc'] }],
    ['apk add -t .deps gcc', { virtual: '.deps', packages: ['gcc'] }],
    ['apk add --virtual=.deps gcc', { virtual: '.deps', packages: ['gcc'] }],
    ['apk del .deps', { action: 'remove', packages: ['.deps'] }],
    ['dnf install -y gcc', { manager: 'dnf', action: 'install', packages: ['gcc'] }],
    ['yum -y install gcc', { manager: 'dnf', action: 'install', packages: ['gcc'] }],
  ])('of %s', (text, expected) => {
    expect(effect(text)).toMatchObject({ kind: 'packages', ...expected });
  });

  it('are not changed by a query', () => {
    expect(effect('apt-get --version').kind).not.toBe('packages');
  });

  it.each(['valueOf', 'constructor', '__proto__', 'apt-get constructor'])('are not looked up in the prototype: %s', (text) => {
    expect(effect(text)).toMatchObject({ kind: 'unknown' });
  });
});

describe('files', () => {
  it.each([
    ['mkdir -p /a b', ['/a', '/app/b']],
    ['touch x', ['/app/x']],
    ['cp a b /dst/', ['/dst/a', '/dst/b']],
    ['chmod +x run.sh', ['/app/run.sh']],
    ['chown -R app:app /data /app', ['/data', '/app']],
    ['ln -s /a/b /usr/bin/c', ['/usr/bin/c']],
    ['rm -rf /var/lib/apt/lists/*', ['/var/lib/apt/lists/*']],
    ['sed -i s/a/b/ x.conf', ['/app/x.conf']],
    ['sed -i -e s/a/b/ x.conf', undefined],
    ['echo a > /etc/motd', ['/etc/motd']],
    ['echo a | tee /etc/motd', ['/etc/motd']],
    ['{ echo a; echo b; } > /etc/motd', ['/etc/motd']],
    ['(echo a) >> b', ['/app/b']],
    ['if true; then echo a; fi > b', ['/app/b']],
    ['cat a >> b', ['/app/b']],
  ])('that %s writes', (text, writes) => {
    const found = effect(text);
    expect(found.kind).toBe('files');
    if (writes) expect(found).toMatchObject({ writes });
  });

  it('counts both ends of a move', () => {
    // A folder that every image has.
    expect(effect('mv dir/a /usr/local/bin')).toMatchObject({ writes: ['/usr/local/bin/a', '/app/dir/a'] });
    expect(effect('cp a /tmp')).toMatchObject({ writes: ['/tmp/a'] });
    expect(effect('mv a /b')).toMatchObject({ writes: ['/b', '/app/a'], reads: ['/app/a'] });
  });

  it('resolves ..', () => {
    expect(effect('touch ../x')).toMatchObject({ writes: ['/x'] });
  });

  it('are unknown where the folder is', () => {
    expect(effectOf(parseShell('touch x').parts[0]!, undefined)).toMatchObject({ kind: 'unknown' });
  });

  it('are unknown where the name is', () => {
    expect(effect('echo a > $FILE')).toMatchObject({ kind: 'unknown' });
  });

  it('are not written to /dev/null', () => {
    expect(effect('echo a > /dev/null 2>&1')).toEqual({ kind: 'none' });
  });

  it('are not written by sed without -i', () => {
    expect(effect('sed s/a/b/ x')).toEqual({ kind: 'none' });
  });
});

describe('words that are not fully known', () => {
  it.each([
    ['mv a-$V/* /opt/x', 'mv', ['/opt/x/*', '/app/a-*/*']],
    ['cp -r $SRC/. /opt/x/', 'cp', ['/opt/x']],
    ['cp -r dist /opt/x/', 'cp', ['/opt/x']],
    ['cp -r dist /usr/share/', 'cp', ['/usr/share/dist']],
    ['mv a-$V/ /opt/x/', 'mv', ['/opt/x', '/app/a-*']],
    ['rm a-$V.tgz', 'rm', ['/app/a-*.tgz']],
    ['rm -rf "/opt/a-${V}"', 'rm', ['/opt/a-*']],
    ['echo a >> /etc/a-$V.conf', '>', ['/etc/a-*.conf']],
    ['mkdir -p /opt/$V/bin', 'mkdir', ['/opt/*/bin']],
    ['chmod +x $(pwd)/x', undefined, undefined],
    ['mkdir $X', undefined, undefined],
  ])('are a pattern: %s', (text, verb, writes) => {
    expect(effect(text)).toMatchObject(verb === undefined ? { kind: 'unknown' } : { kind: 'files', verb, writes });
  });

  it.each([
    ['install -d -m 755 /a /b', 'install', ['/a', '/b']],
    ['install -m 755 a /usr/bin/b', 'install', ['/usr/bin/b']],
    ['cp -t /opt a b', 'cp', ['/opt/a', '/opt/b']],
    ['ln -s /a/b', 'ln', ['/app/b']],
    ['chmod --reference=a b', 'chmod', ['/app/b']],
    ['sed -i.bak -e s/a/b/ x', 'sed', ['/app/x']],
    ['perl -pi -e s/a/b/ x', 'perl', ['/app/x']],
    ['find /opt -name "*.sh" -exec chmod +x {} +', 'chmod', ['/opt']],
    ['find . -name x -delete', 'prune', ['/app']],
    ['find / -name "*.pyc" | xargs rm -f', 'prune', ['/']],
    ['find bin -type f -print0 | xargs -0 -n 1 chmod +x', 'chmod', ['/app/bin']],
    ['sh -c "echo a > /etc/x"', '>', ['/etc/x']],
    ['su app -c "touch /x"', 'touch', ['/x']],
    ['openssl req -x509 -keyout key.pem -out /etc/cert.pem', 'openssl', ['/etc/cert.pem', '/app/key.pem']],
    ['timeout -s KILL 5 touch x', 'touch', ['/app/x']],
    ['if [ ! -d /x ]; then mkdir /x; fi', 'mkdir', ['/x']],
    ['chmod +x a || true', 'chmod', ['/app/a']],
  ])('and further forms: %s', (text, verb, writes) => {
    expect(effect(text)).toMatchObject({ kind: 'files', verb, writes });
  });

  it('know the home folder where it is known', () => {
    expect(effectOf(parseShell('touch ~/.x').parts[0]!, '/app', '/root')).toMatchObject({ writes: ['/root/.x'] });
    expect(effect('touch ~/.x')).toMatchObject({ kind: 'unknown' });
  });
});

describe('system configuration', () => {
  it.each([
    ['ldconfig', ['/etc/ld.so.cache'], []],
    ['update-ca-certificates --fresh', ['/etc/ssl/certs'], []],
    ['dpkg-reconfigure -f noninteractive tzdata', ['/var/cache/debconf', '/etc/localtime', '/etc/timezone'], []],
    ['echo x | debconf-set-selections', ['/var/cache/debconf'], []],
    ['dpkg -i /tmp/a.deb', ['/var/lib/dpkg'], ['/tmp/a.deb']],
    ['dpkg -i a_*.deb', ['/var/lib/dpkg'], ['/app/a_*.deb']],
    ['rpm -ivh https://example.com/a.rpm', ['/var/lib/rpm'], []],
    ['setcap cap_net_raw+ep /usr/bin/a', ['/usr/bin/a'], []],
    ['a2enmod rewrite && true', ['/etc/apache2'], []],
    ['echo "en_US.UTF-8 UTF-8" > /etc/locale.gen | locale-gen', ['/usr/lib/locale', '/etc/locale.gen', '/etc/locale.gen'], []],
  ])('of %s', (text, writes, reads) => {
    expect(effect(text)).toMatchObject({ kind: 'system', writes, reads });
  });
});

describe('repositories', () => {
  it.each([
    ['curl -sL https://deb.nodesource.com/setup_18.x | bash -', 'apt'],
    ['curl --silent --location https://rpm.nodesource.com/setup_8.x | sudo -E bash -', 'dnf'],
    ['wget -qO- https://deb.nodesource.com/setup_$V | bash', 'apt'],
    ['bash nodesource_setup.sh', 'apt'],
    ['curl -sS https://dl.yarnpkg.com/debian/pubkey.gpg | apt-key add -', 'apt'],
    ['wget -qO- https://x/y | gpg --dearmor > /etc/apt/trusted.gpg.d/y.gpg', 'apt'],
    ['curl -fsSL https://x/y | gpg --dearmor -o /usr/share/keyrings/y.gpg', 'apt'],
    ['curl -fsSL https://x/y -o /etc/apt/keyrings/y.asc', 'apt'],
    ['echo "deb https://x stable main" | tee /etc/apt/sources.list.d/x.list', 'apt'],
    ['sh -c \'echo "deb https://x stable main" >> /etc/apt/sources.list.d/x.list\'', 'apt'],
    ['echo "[x]" > /etc/yum.repos.d/x.repo', 'dnf'],
    ['mkdir -p /etc/apt/keyrings', 'apt'],
    ['apt-add-repository ppa:x/y', 'apt'],
    ['rpm --import https://x/key', 'dnf'],
    ['rpm -ivh https://x/epel-release-latest-7.noarch.rpm', 'dnf'],
    ['dpkg --add-architecture i386', 'apt'],
    ['echo https://x/edge/main >> /etc/apk/repositories', 'apk'],
  ])('of %s', (text, manager) => {
    expect(effect(text)).toMatchObject({ kind: 'packages', action: 'repository', manager, packages: [] });
  });

  it('that are rewritten in place are files', () => {
    expect(effect('sed -i s/a/b/ /etc/apt/sources.list')).toMatchObject({ kind: 'files', verb: 'sed' });
  });
});

describe('accounts', () => {
  it.each([
    ['useradd -m -u 1001 app', 'app', '1001'],
    ['useradd --uid=1001 --create-home app', 'app', '1001'],
    ['adduser -D -u 1000 app', 'app', '1000'],
    ['addgroup -S app', 'app', undefined],
    ['adduser --system --group app', 'app', undefined],
    ['groupadd -g 10 app', 'app', undefined],
  ])('of %s', (text, name, uid) => {
    expect(effect(text)).toMatchObject({ kind: 'account', name, uid });
  });
});

describe('downloads', () => {
  it.each([
    ['curl -fsSLo /x/y https://example.com/y', ['/x/y']],
    ['curl --output y https://example.com/y', ['/app/y']],
    ['curl -O https://example.com/y?z=1', ['/app/y']],
    ['curl -LO --output-dir /opt https://example.com/y', ['/opt/y']],
    ['curl -JLO https://example.com/y', ['/app']],
    ['curl -O https://example.com/y-$V.tgz', ['/app/y-*.tgz']],
    ['curl https://example.com/y', []],
    ['wget https://example.com/y', ['/app/y']],
    ['wget -P /opt https://example.com/a/y', ['/opt/y']],
    ['wget $URL/y.zip', ['/app/y.zip']],
    ['wget $URL', ['/app']],
    ['wget -O /opt/y-$V.zip $URL', ['/opt/y-*.zip']],
    ['wget -i list.txt', ['/app']],
    ['wget -O /x https://example.com/y', ['/x']],
    ['wget -qO- https://example.com/y', []],
    ['tar xzf a.tgz -C /opt', ['/opt']],
    ['tar xzf a.tgz', ['/app']],
    ['tar czf a.tgz x', ['/app/a.tgz']],
    ['tar tf a.tgz', []],
    ['gunzip /opt/a.gz', ['/opt']],
    ['curl $URL | gunzip > /opt/a', ['/opt/a']],
    ['git clone -b $BRANCH $URL/b', ['/app/b']],
    ['git -C /src checkout x', ['/src']],
    ['unzip a.zip -d /opt', ['/opt']],
    ['git clone --depth 1 https://example.com/a/b.git', ['/app/b']],
    ['git clone https://example.com/a/b.git /src', ['/src']],
    ['curl https://example.com/y | tar xz -C /opt', ['/opt']],
    ['curl https://example.com/y > /opt/y', ['/opt/y']],
  ])('of %s', (text, writes) => {
    expect(effect(text)).toMatchObject({ kind: 'fetch', writes });
  });

  it('keep the folder of a group', () => {
    expect(effect('(cd /src && git checkout x && touch a)')).toMatchObject({ kind: 'fetch', writes: ['/src', '/src/a'] });
    expect(effect('if true; then cd /src; touch a; fi')).toMatchObject({ kind: 'unknown' });
  });

  it('land at an unknown place where a word is unknown', () => {
    expect(effect('tar xzf a.tgz -C $DIR')).toMatchObject({ kind: 'fetch', writes: undefined });
  });
});

describe('the rest', () => {
  it.each(['true', 'echo a', 'node --version', 'which python', 'find . -name x', '[ -f x ]', 'git config --global user.name x', 'env', 'sleep 1 | cat', 'echo "$SUM f" | sha1sum -c -', 'tini -h', 'find . | xargs grep x', 'mktemp -d', 'dpkg --print-architecture', 'apt-mark showmanual', 'curl -V'])('%s changes nothing', (text) => {
    expect(effect(text)).toEqual({ kind: 'none' });
  });

  it.each(['cd /x', 'export A=1', 'set -eux', 'A=1', '. ./env.sh', 'umask 077'])('%s changes the shell', (text) => {
    expect(effect(text)).toEqual({ kind: 'shell' });
  });

  it.each(['make', './configure', 'go build', '$TOOL x', 'true && make', 'if true; then make; fi', 'echo `make`', 'echo a | sh', 'env A=1 make', 'exec make', 'find . -exec ./x.sh {} +', 'find . -fprint x', 'ls | xargs rm', 'ls | xargs ./x.sh', 'sh -c make', 'curl $URL | sh', 'curl https://deb.nodesource.com/setup_8.x | php', 'awk \'{ print > "x" }\' y', 'perl x.pl', 'setcap x $BIN', 'systemctl start x', 'dpkg -i $FILE', 'cp a $DEST', 'touch $X', 'echo a > ~app/x', 'gpg --import $KEY'])('%s is not known', (text) => {
    const script = parseShell(text);
    expect(script.parts.map((part) => effectOf(part, '/app').kind)).toContain('unknown');
  });

  it('installs in one part are taken together', () => {
    expect(effect('if [ a = b ]; then apt-get update && apt-get install -y x; else apt-get install -y y; fi')).toMatchObject({ kind: 'packages', action: 'install', packages: ['x', 'y'] });
    expect(effect('echo x y | xargs apt-get install -y')).toMatchObject({ kind: 'packages', action: 'install', unknown: true });
    expect(effect('(apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*)')).toMatchObject({ kind: 'packages', action: 'install', packages: ['x'] });
    expect(effect('yum groupinstall -y "Development Tools"')).toMatchObject({ kind: 'packages', manager: 'dnf', packages: ['Development Tools'] });
  });

  it('an install within a loop with other commands is not known', () => {
    expect(effect('for p in a b; do apt-get install -y x; useradd y; done')).toMatchObject({ kind: 'unknown' });
  });
});
