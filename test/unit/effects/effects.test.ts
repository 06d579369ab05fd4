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
    ['cat a >> b', ['/app/b']],
  ])('that %s writes', (text, writes) => {
    const found = effect(text);
    expect(found.kind).toBe('files');
    if (writes) expect(found).toMatchObject({ writes });
  });

  it('counts both ends of a move', () => {
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
    ['curl -O https://example.com/y', ['/app']],
    ['curl https://example.com/y', []],
    ['wget https://example.com/y', ['/app']],
    ['wget -O /x https://example.com/y', ['/x']],
    ['wget -qO- https://example.com/y', []],
    ['tar xzf a.tgz -C /opt', ['/opt']],
    ['tar xzf a.tgz', ['/app']],
    ['unzip a.zip -d /opt', ['/opt']],
    ['git clone --depth 1 https://example.com/a/b.git', ['/app/b']],
    ['git clone https://example.com/a/b.git /src', ['/src']],
    ['curl https://example.com/y | tar xz -C /opt', ['/opt']],
    ['curl https://example.com/y > /opt/y', ['/opt/y']],
  ])('of %s', (text, writes) => {
    expect(effect(text)).toMatchObject({ kind: 'fetch', writes });
  });

  it('land at an unknown place where a word is unknown', () => {
    expect(effect('tar xzf a.tgz -C $DIR')).toMatchObject({ kind: 'fetch', writes: undefined });
  });
});

describe('the rest', () => {
  it.each(['true', 'echo a', 'node --version', 'which python', 'find . -name x', '[ -f x ]', 'git config --global user.name x', 'env', 'sleep 1 | cat'])('%s changes nothing', (text) => {
    expect(effect(text)).toEqual({ kind: 'none' });
  });

  it.each(['cd /x', 'export A=1', 'set -eux', 'A=1', '. ./env.sh', 'umask 077'])('%s changes the shell', (text) => {
    expect(effect(text)).toEqual({ kind: 'shell' });
  });

  it.each(['make', './configure', 'go build', '$TOOL x', 'true && make', 'if true; then make; fi', 'echo `make`', 'echo a | sh', 'env A=1 make', 'exec make', 'find . -name "*.sh" -exec chmod +x {} +', 'find . -name x -delete', 'ldconfig'])('%s is not known', (text) => {
    const script = parseShell(text);
    expect(script.parts.map((part) => effectOf(part, '/app').kind)).toContain('unknown');
  });

  it('an install within a loop with other commands is not known', () => {
    expect(effect('for p in a b; do apt-get install -y x; useradd y; done')).toMatchObject({ kind: 'unknown' });
  });
});
