import fc from 'fast-check';

// The same cases in every run, so that a change is judged by what it changes. FC_SEED=<number> looks at others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_240_601) });

/** Characters and pieces that parsers of Dockerfiles trip over. */
const piece = fc.constantFrom(
  'FROM', 'from', 'RUN', 'run', 'COPY', 'CMD', 'ENV', 'ARG', 'LABEL', 'HEALTHCHECK', 'ONBUILD', 'WORKDIR', 'alpine', 'a', 'b=c', 'x="y z"', '$x', '${x:-y}', '--from=a', '--mount=type=cache,target=/x', '--',
  '#', '# comment', '# escape=`', '# syntax=docker/dockerfile:1', '<<EOF', '<<-"EOF"', "<<'A'", 'EOF', '\tEOF', 'A', '["a", "b"]', "['a']", '["a",]', '[', ']', '"', "'", '\\', '`', '&&', '||', ';', '|', '>', '=', ' ', '  ', '\t',
  '\n', '\n', '\n', '\\\n', '\\ \n', '\r\n', '\\\r\n', '\r', '\uFEFF', '\u00a0', '\u2028', '\u0000', '\u{1F433}', 'é', '{{ x }}', 'constructor', 'toString', '__proto__', '$(', ')', '`x`', '\u000b', '\u000c', '\u0085',
);

/** Text that looks a little like a Dockerfile, or not at all. */
export const wildText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(' ')),
);

const word = fc.constantFrom('app', 'server', 'src', 'main.go', 'app.py', 'index.js', 'data.json', 'requirements.txt', 'package.json', '.', './', '*', '/opt/x', '/app/bin', 'constructor', 'valueOf', '"a b"', '$NAME', '${VERSION:-1}', '-v', '--flag=1', '2>/dev/null', "'q'");
const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
const json = fc.array(fc.constantFrom('./server', 'python', 'app.py', 'node', 'index.js', 'sh', '-c', 'npm', 'start', 'echo "x"', '/app/run.sh'), { minLength: 1, maxLength: 4 }).map((list) => JSON.stringify(list));

interface Shape {
  readonly bases: readonly string[];
  readonly runs: readonly string[];
  readonly copies: readonly string[];
  readonly starts: readonly string[];
}

const common = {
  runs: [
    'apt-get update && apt-get install -y gcc libpq-dev curl', 'apk add --no-cache git build-base', 'apk add --virtual .deps gcc && apk del .deps', 'mkdir -p /data && chown 1000 /data', 'useradd -m app', 'adduser -D app',
    'cd src && make', 'echo hello > /etc/motd', 'curl -fsSL https://example.com/x.tgz | tar xz -C /opt', 'chmod +x entrypoint.sh', 'set -eux; true; false || true', '--mount=type=cache,target=/root/.cache true', 'if [ -f x ]; then echo y; fi', 'rm -rf /tmp/*', './build.sh', 'ln -s /app/x /usr/local/bin/x',
  ],
  copies: ['COPY . .', 'COPY . /app', 'ADD . /src', 'COPY entrypoint.sh /', 'COPY --chown=app:app . .', 'COPY ["src", "/app/src/"]', 'ADD https://example.com/a.tar.gz /opt/', 'COPY *.txt ./', 'COPY src/ ./src/', 'COPY nothing-here /x'],
};

/** Instructions as they occur in the projects of each language. */
export const shapes: Readonly<Record<string, Shape>> = {
  go: {
    bases: ['golang:1.22', 'golang:1.21-alpine', 'golang', 'golang:1.22-bookworm', 'golang:${GO_VERSION}'],
    runs: ['go mod download', 'go build -o /app/server .', 'CGO_ENABLED=0 go build -ldflags="-s -w" -o server ./cmd/api', 'go install ./...', 'go get -d -v ./...', 'go build', 'go vet ./... && go test ./...', 'go generate', ...common.runs],
    copies: ['COPY go.mod go.sum ./', 'COPY go.mod .', 'COPY main.go .', 'COPY cmd cmd', ...common.copies],
    starts: ['CMD ["./server"]', 'CMD ["/app/server"]', 'ENTRYPOINT ["/app/server"]', 'CMD ./server', 'CMD ["go", "run", "."]', 'CMD go run main.go', 'CMD ["api"]'],
  },
  rust: {
    bases: ['rust:1.80', 'rust:1-slim-bookworm', 'rust', 'rust:1-alpine', 'rustlang/rust:nightly', 'debian:bookworm', 'rust:${RUST_VERSION}'],
    runs: ['cargo build --release', 'cargo build', 'cargo install --path .', 'cargo fetch', 'cargo build --release && cp target/release/app /usr/local/bin/app', 'rustup target add x86_64-unknown-linux-musl', 'cargo build --release --target x86_64-unknown-linux-musl', 'mkdir src && echo "fn main() {}" > src/main.rs && cargo build --release && rm -rf src', 'cargo test', 'cargo build --release -p tool --target-dir /out', 'cargo install ripgrep', 'rm -rf target', 'CARGO_TARGET_DIR=$OUT cargo build -r', 'cargo chef cook --release', ...common.runs],
    copies: ['COPY Cargo.toml Cargo.lock ./', 'COPY src src', 'COPY Cargo.* ./', 'COPY .cargo .cargo', ...common.copies],
    starts: ['CMD ["./target/release/app"]', 'CMD ["app"]', 'ENTRYPOINT ["/app/target/release/app"]', 'CMD ["cargo", "run", "--release"]', 'CMD cargo run', 'CMD ./target/debug/app --port $PORT', 'CMD ["/usr/local/cargo/bin/app"]', 'CMD ["./target/x86_64-unknown-linux-musl/release/app"]'],
  },
  python: {
    bases: ['python:3.12', 'python:3.11-slim', 'python:3', 'python:3.12-alpine', 'registry.example.com/team/python:3.12', 'python:3.8'],
    runs: ['pip install -r requirements.txt', 'pip install --no-cache-dir flask gunicorn', 'python -m venv /opt/venv && /opt/venv/bin/pip install -r requirements.txt', 'pip install .', 'pip install -e .', 'poetry install --no-dev', 'uv sync --frozen', 'python manage.py collectstatic --noinput', 'pip install --upgrade pip', 'pipenv install --system', ...common.runs],
    copies: ['COPY requirements.txt .', 'COPY app.py .', 'COPY pyproject.toml uv.lock ./', ...common.copies],
    starts: ['CMD ["python", "app.py"]', 'CMD python app.py', 'CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]', 'CMD ["uvicorn", "app:app"]', 'ENTRYPOINT ["python", "-m", "app"]', 'CMD gunicorn app:app --bind 0.0.0.0:$PORT', 'ENTRYPOINT ["/entrypoint.sh"]'],
  },
  node: {
    bases: ['node:20', 'node:18-alpine', 'node', 'node:22-slim', 'node:lts', 'node:10'],
    runs: ['npm ci', 'npm install', 'npm run build', 'npm ci && npm run build && npm prune --production', 'yarn install --frozen-lockfile', 'yarn build', 'pnpm install', 'npm install -g serve', 'npm install -g pm2 typescript', 'npx tsc', 'corepack enable', 'npm ci --omit=dev', ...common.runs],
    copies: ['COPY package.json package-lock.json ./', 'COPY package*.json ./', 'COPY index.js .', ...common.copies],
    starts: ['CMD ["node", "index.js"]', 'CMD npm start', 'CMD ["npm", "start"]', 'CMD ["serve", "-s", "dist", "-l", "3000"]', 'CMD ["npx", "serve", "dist"]', 'CMD ["npm", "run", "dev"]', 'CMD ["yarn", "start"]', 'CMD ["pm2-runtime", "index.js"]', 'ENTRYPOINT ["docker-entrypoint.sh", "node"]'],
  },
  dotnet: {
    bases: ['mcr.microsoft.com/dotnet/sdk:8.0', 'mcr.microsoft.com/dotnet/sdk:6.0-alpine', 'microsoft/dotnet:2.1-sdk', 'mcr.microsoft.com/dotnet/aspnet:8.0'],
    runs: ['dotnet restore', 'dotnet publish -c Release -o /app/publish', 'dotnet build -c Release', 'dotnet publish -c Release', 'dotnet test', ...common.runs],
    copies: ['COPY *.csproj ./', 'COPY App.csproj .', 'COPY src/App/App.csproj src/App/', ...common.copies],
    starts: ['CMD ["dotnet", "App.dll"]', 'ENTRYPOINT ["dotnet", "/app/publish/App.dll"]', 'CMD dotnet run', 'ENTRYPOINT ["dotnet", "run", "--urls", "http://+:5000"]', 'CMD ["dotnet", "bin/Release/net8.0/App.dll"]'],
  },
  other: { bases: ['ubuntu:22.04', 'alpine', 'php:8', 'scratch', 'debian:bookworm-slim', '$BASE'], runs: common.runs, copies: common.copies, starts: ['CMD ["bash"]', 'CMD nginx -g "daemon off;"', 'ENTRYPOINT []'] },
};

const configuration = fc.constantFrom(
  'ENV PORT=8080', 'ENV PORT 8080', 'ENV A=1 B="two words" C=$A', 'ENV PATH=/opt/venv/bin:$PATH', 'ENV NODE_ENV=production', 'ENV PYTHONUNBUFFERED 1', 'ARG VERSION', 'ARG VERSION=1.0', 'ARG API_TOKEN', 'EXPOSE 8080', 'EXPOSE 80/tcp 443/udp $PORT',
  'LABEL a=b "c d"="e f"', 'MAINTAINER someone', 'USER app', 'USER 1000:1000', 'VOLUME /data', 'VOLUME ["/data", "/logs"]', 'STOPSIGNAL SIGINT', 'SHELL ["/bin/bash", "-c"]', 'HEALTHCHECK CMD curl -f http://localhost:8080/ || exit 1',
  'HEALTHCHECK --interval=5s CMD ["wget", "-q", "http://localhost"]', 'HEALTHCHECK NONE', 'WORKDIR /app', 'WORKDIR src', 'WORKDIR /srv/$NAME', '# a comment', '', 'workdir /app', 'ONBUILD RUN true', 'RUN <<EOF\necho hi\nmake\nEOF', 'COPY <<EOF /etc/x.conf\na=1\nEOF',
  'RUN apt-get update \\\n    # why\n    && apt-get install -y \\\n\n      curl',
);

/**
 * The text of a Dockerfile with one stage, with what projects of that language do, in any order.
 *
 * @param sense without instructions that make none
 */
export function dockerfileOf(language: string, sense = false): fc.Arbitrary<string> {
  const shape = shapes[language]!;
  const line = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...shape.runs).map((body) => `RUN ${body}`) },
    { weight: 3, arbitrary: fc.constantFrom(...shape.copies) },
    { weight: 4, arbitrary: configuration },
    { weight: sense ? 0 : 1, arbitrary: fc.oneof(fc.tuple(fc.constantFrom('RUN', 'CMD', 'ENTRYPOINT', 'COPY', 'ADD'), fc.oneof(words, json)), fc.tuple(fc.constantFrom('ENV', 'USER', 'LABEL', 'ARG', 'EXPOSE'), words)).map(([keyword, rest]) => `${keyword} ${rest}`) },
    { weight: 2, arbitrary: fc.constantFrom(...shape.starts) },
  );
  const head = fc.constantFrom('', 'ARG GO_VERSION=1.22\n', '# syntax=docker/dockerfile:1\n', '# what this is\n\n', 'ARG BASE\n', '# escape=\\\n');
  return fc
    .tuple(head, fc.constantFrom(...shape.bases), fc.constantFrom('', ' AS build', ' as base'), fc.array(line, { maxLength: 12 }), fc.constantFrom(...shape.starts), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\n', '\n\n'))
    .map(([top, base, name, lines, start, eol, end]) => `${top}FROM ${base}${name}\n${[...lines, start].join('\n')}${end}`.replaceAll('\n', eol));
}

/** Any language's Dockerfile. */
export const anyDockerfile = fc.constantFrom(...Object.keys(shapes)).chain(dockerfileOf);

const fileTexts: Readonly<Record<string, readonly string[]>> = {
  'go.mod': ['module example.com/app\n\ngo 1.22\n', 'module app', '', 'not a module file'],
  'go.sum': [''],
  'main.go': ['package main\n\nfunc main() {}\n', 'package main\n\nimport "os"\n\nfunc main() { os.ReadFile("data.json") }\n', 'package lib\n'],
  'cmd/api/main.go': ['package main\n\nfunc main() {}\n'],
  'Cargo.toml': ['[package]\nname = "app"\nversion = "0.1.0"\n\n[dependencies]\nopenssl = { version = "0.10", features = ["vendored"] }\n', '[workspace]\nmembers = ["*"]\n', '[package', ''],
  'Cargo.lock': ['version = 4\n\n[[package]]\nname = "openssl-sys"\nversion = "0.9.0"\nsource = "registry+x"\n', 'x'],
  'src/main.rs': ['fn main() {}\n', 'fn main() { std::fs::write("a\\", "b").unwrap(); let _ = std::fs::read("app.py"); }\n', 'fn main() { "'],
  '.cargo/config.toml': ['[build]\ntarget-dir = "out"\n', '['],
  'requirements.txt': ['flask==3.0\ngunicorn\n', '-r more.txt\n-e .\ngit+https://example.com/x.git\n', ''],
  'app.py': ['from flask import Flask\napp = Flask(__name__)\n', 'open("out.txt", "w").write("x")\n'],
  'pyproject.toml': ['[project]\nname = "app"\nversion = "1"\n', '[tool.poetry]\nname = "app"\n', '[broken'],
  'uv.lock': ['version = 1\n'],
  'package.json': ['{"name":"app","scripts":{"start":"node index.js","build":"tsc","dev":"nodemon"},"dependencies":{"express":"^4"}}', '{}', '{"scripts":', '[]', 'null', '{"scripts":"x","dependencies":[]}'],
  'package-lock.json': ['{"lockfileVersion":3,"packages":{}}', 'x'],
  'yarn.lock': ['# yarn lockfile v1\n'],
  'index.js': ['require("fs").writeFileSync("x","y")', 'console.log(1)'],
  'src/index.ts': ['export {}'],
  'App.csproj': ['<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>', '<Project', '<a/>', ''],
  'src/App/App.csproj': ['<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>'],
  'entrypoint.sh': ['#!/bin/sh\nset -e\nexec "$@"\n', '#!/bin/bash\npython app.py\n', 'exec ./entrypoint.sh', '#!/usr/bin/env node\n'],
  'build.sh': ['#!/bin/sh\ngo build -o server\n'],
  '.dockerignore': ['*.md\n', '*\n!src\n', 'node_modules\n# x\n\n'],
};

/** Files of a project, some of them broken. */
export const projectFiles: fc.Arbitrary<Record<string, string>> = fc
  .record(Object.fromEntries(Object.entries(fileTexts).map(([path, texts]) => [path, fc.constantFrom(...texts)])), { requiredKeys: [] })
  .map((files) => Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined)));
