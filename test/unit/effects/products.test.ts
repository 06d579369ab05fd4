import { describe, expect, it } from 'vitest';
import { productsOf } from '../../../src/effects/products.ts';
import { parseShell } from '../../../src/shell/parse.ts';

const products = (text: string, env: Record<string, string | null> = {}): readonly string[] => productsOf(parseShell(text).parts[0]!.commands[0]!, '/app', new Map(Object.entries(env)));

describe('productsOf', () => {
  it.each<[string, string[], Record<string, string | null>?]>([
    ['python3 -m venv /opt/venv', ['/opt/venv']],
    ['python -m venv --copies --prompt app .venv', ['/app/.venv']],
    ['virtualenv -p python3 env', ['/app/env']],
    ['pip install --target /deps -r requirements.txt', ['/deps']],
    ['pip install --target=deps flask', ['/app/deps']],
    ['pip3 install --prefix=/install flask', ['/install']],
    ['python -m pip install --user flask', ['/home/app/.local'], { HOME: '/home/app' }],
    ['pip wheel -w /wheels -r requirements.txt', ['/wheels']],
    ['uv sync --frozen', ['/app/.venv']],
    ['uv sync --frozen', ['/opt/venv'], { UV_PROJECT_ENVIRONMENT: '/opt/venv' }],
    ['uv venv', ['/app/.venv']],
    ['uv venv /opt/venv', ['/opt/venv']],
    ['poetry install --no-root', ['/app/.venv'], { POETRY_VIRTUALENVS_IN_PROJECT: 'true' }],
    ['poetry export -f requirements.txt -o req.txt', ['/app/req.txt']],
    ['conda env create -p /env -f environment.yml', ['/env']],
    ['npm ci --omit=dev', ['/app/node_modules']],
    ['npm i --prefix client', ['/app/client/node_modules']],
    ['npm install -g pm2', ['/usr/local/lib/node_modules', '/usr/local/bin'], { NODE_VERSION: '22.1.0' }],
    ['npm install -g pm2', ['/opt/npm/lib/node_modules', '/opt/npm/bin'], { NODE_VERSION: '22.1.0', NPM_CONFIG_PREFIX: '/opt/npm' }],
    ['yarn --frozen-lockfile', ['/app/node_modules']],
    ['pnpm deploy --filter=api --prod /prod/api', ['/prod/api']],
    ['bun build ./index.ts --outdir ./dist', ['/app/dist']],
    ['npx tsc --outDir lib', ['/app/lib']],
    ['yarn tsc --outDir lib', ['/app/lib']],
    ['CGO_ENABLED=0 go build -ldflags="-s -w" -o /bin/app ./cmd', ['/bin/app']],
    ['go build -o=bin/app', ['/app/bin/app']],
    ['go install ./...', ['/go/bin'], { GOPATH: '/go' }],
    ['GOBIN=/out go install ./cmd', ['/out'], { GOPATH: '/go' }],
    ['env GOBIN=/out go install ./cmd', ['/out'], { GOPATH: '/go' }],
    ['go mod vendor', ['/app/vendor']],
    ['cargo build --release', ['/app/target/release']],
    ['cargo build --release --target x86_64-unknown-linux-musl', ['/app/target/x86_64-unknown-linux-musl/release']],
    ['cargo install --path . --root /out', ['/out/bin']],
    ['dotnet publish -c Release -o /out src/App.csproj', ['/out']],
    ['mvn -B clean package -DskipTests', ['/app/target']],
    ['./mvnw -f api/pom.xml package', ['/app/api/target']],
    ['./gradlew bootJar --no-daemon', ['/app/build', '/app/build/libs']],
    ['make DESTDIR=/out install', ['/out']],
    ['cmake -S . -B build', ['/app/build']],
    ['bundle install', ['/usr/local/bundle'], { GEM_HOME: '/usr/local/bundle' }],
    ['composer install --no-dev', ['/app/vendor']],
    ['gcc -O2 main.c -o main', ['/app/main']],
    ['openssl req -x509 -keyout key.pem -out /etc/cert.pem', ['/etc/cert.pem', '/app/key.pem']],
    ['python -m nltk.downloader -d /data punkt', ['/data']],
    ['sudo npm ci', ['/app/node_modules']],
  ])('of %s', (text, expected, env = {}) => {
    expect(products(text, env)).toEqual(expected);
  });

  it.each<[string, Record<string, string | null>?]>([
    ['go build'], ['go build -o $OUT'], ['pip install flask'], ['npm run build'], ['npm install -g pm2'], ['make'], ['dotnet publish'],
    ['uv sync', { UV_PROJECT_ENVIRONMENT: null }], ['go install ./x', { GOPATH: null }], ['poetry install', { POETRY_VIRTUALENVS_IN_PROJECT: 'false' }], ['constructor x'], ['npm --prefix $X ci'], ['true'],
  ])('are not known for %s', (text, env = {}) => {
    expect(products(text, env)).toEqual([]);
  });

  it('need the folder for a relative path', () => {
    const nowhere = (text: string): readonly string[] => productsOf(parseShell(text).parts[0]!.commands[0]!, undefined, new Map());
    expect(nowhere('npm ci')).toEqual([]);
    expect(nowhere('go build -o /a')).toEqual(['/a']);
  });
});
