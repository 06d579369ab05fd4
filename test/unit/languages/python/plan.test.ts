import { describe, expect, it } from 'vitest';
import type { Options } from '../../../../src/languages/language.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const templates = packagedTemplates();

async function convert(lines: readonly string[], files: Record<string, string> | null = { 'app.py': '', 'requirements.txt': 'flask' }, options: Partial<Options> = {}): Promise<{ code: string; builder: string; runtime: string; message: string }> {
  const outcome = await transform(`${lines.join('\n')}\n`, files === null ? unknownProject : memoryProject(files), { language: 'python', ...options }, templates);
  if (outcome.kind !== 'converted') return { code: outcome.findings[0]!.code, builder: '', runtime: '', message: outcome.findings[0]!.message };
  const [builder = '', runtime = ''] = outcome.text.split(/\n(?=FROM )/).slice(-2);
  return { code: 'converted', builder, runtime, message: outcome.findings.map((item) => item.code).join(' ') };
}

const install = ['COPY . .', 'RUN pip install -r requirements.txt'];
const start = 'CMD ["python", "app.py"]';

describe('system packages', () => {
  it('leave, are translated or stay, each by itself', async () => {
    const { builder, runtime } = await convert(['FROM python:3.11-slim-bookworm', 'RUN apt-get update && apt-get install -y --no-install-recommends gcc \\', '    libpq-dev ffmpeg && rm -rf /var/lib/apt/lists/*', ...install, start]);
    expect(builder).toContain('gcc \\\n    libpq-dev ffmpeg');
    expect(runtime).toContain('apt-get install -y --no-install-recommends \\\n    libpq5 ffmpeg && rm -rf /var/lib/apt/lists/*');
    expect(runtime).not.toMatch(/gcc|libpq-dev/);
  });

  it('come with a refresh and leave no lists, however they were written', async () => {
    const { builder, runtime } = await convert(['FROM python:3.11', 'RUN apt-get update', 'RUN apt-get install -y ffmpeg gcc', ...install, start]);
    expect(builder).toContain('RUN apt-get update\nRUN apt-get install -y ffmpeg gcc');
    expect(runtime).toContain('RUN apt-get update && apt-get install -y ffmpeg && rm -rf /var/lib/apt/lists/*');
  });

  it('that the same RUN removes again are no gain', async () => {
    expect((await convert(['FROM python:3.11-alpine', 'RUN apk add --virtual .b gcc musl-dev && pip install flask && apk del .b', 'COPY . .', start])).code).toBe('no-benefit');
  });

  it('bring the libraries that compiled packages need', async () => {
    const { runtime } = await convert(['FROM python:3.11', ...install, start], { 'app.py': '', 'requirements.txt': 'psycopg2==2.9' });
    expect(runtime).toContain('libpq5: psycopg2');
    expect((await convert(['FROM python:3.11', ...install, start], { 'app.py': '', 'requirements.txt': 'psycopg[binary]' })).runtime).not.toContain('libpq5');
  });

  it('keep git when the sources call it, and drop it when only pip does', async () => {
    const lines = ['FROM python:3.11-slim', 'RUN apt-get update && apt-get install -y git gcc', ...install, start];
    const fromGit = 'x @ git+https://example.com/x.git';
    expect((await convert(lines, { 'app.py': '', 'requirements.txt': fromGit })).runtime).not.toContain('git');
    expect((await convert(lines, { 'app.py': 'import subprocess\nsubprocess.run(["git", "log"])\n', 'requirements.txt': fromGit })).runtime).toContain('install -y git');
    expect((await convert(lines)).runtime).toContain('install -y git');
  });
});

describe('installations', () => {
  it('get their manifests alone, all of them', async () => {
    const { builder } = await convert(['FROM python:3.11', 'WORKDIR /app', 'COPY . .', 'RUN pip install -r req/prod.txt', start], { 'app.py': '', 'req/prod.txt': '-r base.txt', 'req/base.txt': 'flask' });
    expect(builder).toContain('COPY req/prod.txt req/base.txt ./req/');
    expect(builder).not.toContain('COPY . .');
  });

  it('get the sources when they refer to them', async () => {
    expect((await convert(['FROM python:3.11', 'WORKDIR /app', ...install, start], { 'app.py': '', 'requirements.txt': './lib', 'lib/setup.py': '' })).builder).toContain('COPY . .');
  });

  it('get what the Dockerfile copies when there is no project at hand', async () => {
    expect((await convert(['FROM python:3.11', 'WORKDIR /app', ...install, start], null)).builder).toContain('COPY . .');
  });

  it('keep a cache only where the user did not switch it off', async () => {
    expect((await convert(['FROM python:3.11', ...install, start])).builder).toContain('--mount=type=cache,target=/root/.cache/pip');
    expect((await convert(['FROM python:3.11', 'ENV PIP_NO_CACHE_DIR=1', ...install, start])).builder).not.toContain('--mount');
    expect((await convert(['FROM python:3.11', ...install, start], null, { cacheMounts: false })).builder).not.toContain('--mount');
  });

  it('of poetry run with python -m keep poetry in the environment', async () => {
    const { builder } = await convert(['FROM python:3.11', 'RUN pip install poetry', 'WORKDIR /app', 'COPY . .', 'RUN python -m poetry install --no-root', start], { 'app.py': '', 'pyproject.toml': '[tool.poetry]\nname="x"\n' });
    expect(builder.indexOf('-m venv')).toBeLessThan(builder.indexOf('pip install poetry'));
  });

  it('by uv into the system go to the environment instead', async () => {
    expect((await convert(['FROM python:3.11', 'RUN pip install uv', 'COPY . .', 'RUN uv pip install --system -r requirements.txt', start])).builder).toContain('RUN uv pip install -r requirements.txt');
  });

  it('of Python 2, by absolute path or for cron stay below /usr/local', async () => {
    for (const lines of [['FROM python:2.7', ...install, start], ['FROM python:3.11', 'ENV RUNNER=/usr/local/bin/ansible-playbook', ...install, start], ['FROM python:3.11', ...install, 'CMD ["/usr/local/bin/python", "app.py"]'], ['FROM python:3.11', 'RUN apt-get update && apt-get install -y cron', ...install, 'CMD ["cron", "-f"]']]) {
      expect((await convert(lines)).runtime).toContain('COPY --from=builder /usr/local /usr/local');
    }
  });

  it('for a user lie in its home, and belong to it', async () => {
    const { builder, runtime } = await convert(['FROM python:3.11', 'RUN useradd -m bob', 'USER bob', 'WORKDIR /home/bob', ...install, start]);
    expect(builder).toContain('USER bob');
    expect(runtime).toContain('COPY --from=builder --chown=bob /home/bob/.local /home/bob/.local');
  });
});

describe('starts', () => {
  it.each([
    ['CMD ["poetry", "run", "python", "app.py"]', 'CMD ["python", "app.py"]'],
    ['CMD poetry run python app.py', 'CMD python app.py'],
    ['CMD ["poetry", "run", "serve"]', undefined],
  ])('%s', async (line, expected) => {
    const { runtime } = await convert(['FROM python:3.11', 'RUN pip install poetry', 'WORKDIR /app', 'COPY . .', 'RUN poetry install --no-root', line], { 'app.py': '', 'pyproject.toml': '[tool.poetry]\nname="x"\n[tool.poetry.scripts]\nserve="x:y"\n' });
    expect(runtime).toContain(expected ?? line);
    if (expected === undefined) expect(runtime).toContain('ENV VIRTUAL_ENV=/opt/venv');
  });
});

describe('refusals', () => {
  it.each([
    ['no-program', ['FROM python:3.11', ...install]],
    ['missing-source', ['FROM python:3.11', 'COPY gone.py .', ...install, start]],
    ['unknown-base', ['FROM example.com/team/base', 'RUN pip install flask', start]],
    ['unsupported-shape', ['FROM python:3.11', 'RUN conda install numpy', start]],
    ['unsupported-shape', ['FROM python:3-onbuild', start]],
    ['unsupported-shape', ['FROM python:3.11', ...install, 'CMD pip install -r requirements.txt && python app.py']],
    ['unknown-command', ['FROM python:3.11', ...install, 'RUN npm install', start]],
    ['unknown-command', ['FROM python:3.11', 'RUN ./configure --prefix=/usr && make && make install', ...install, start]],
    ['no-benefit', ['FROM python:3.11-slim', ...install, start]],
    ['no-benefit', ['FROM python:3.11', 'COPY . .', start]],
  ])('%s', async (code, lines) => expect((await convert(lines)).code).toBe(code));
});

describe('the user', () => {
  const lines = ['FROM python:3.11', ...install, start];
  it('is added where nothing writes', async () => expect((await convert(lines)).runtime).toContain('USER 10001:10001'));
  it.each([
    ['open("x", "w")', 'requirements.txt'], ['import sqlite3', 'requirements.txt'], ['app.run(port=80)', 'requirements.txt'],
  ])('is kept for %s', async (text) => expect((await convert(lines, { 'app.py': `${text}\n`, 'requirements.txt': 'flask' })).message).toContain('user-kept'));
  it('is kept without a project', async () => expect((await convert(lines, null)).runtime).not.toContain('USER'));
});

it('writes a variable of the base image where it was', async () => {
  const outcome = await transform('ARG V=3.11\nFROM python:${V}\nRUN pip install flask\nCOPY app.py .\nCMD ["python", "app.py"]\n', memoryProject({ 'app.py': '' }), {}, templates);
  expect(outcome.kind === 'converted' && outcome.text).toContain('FROM python:${V}-slim\n');
});

it('keeps the programs that a compose file runs in the image', async () => {
  const files = { 'app.py': '', 'requirements.txt': 'flask', 'compose.yaml': 'services:\n  web:\n    build: .\n    healthcheck:\n      test: curl -f http://localhost:5000\n' };
  expect((await convert(['FROM python:3.11', ...install, start], files)).runtime).toContain('curl: a compose file runs it');
});

it('says what makes a slim image smaller where a second stage does not', async () => {
  const slim = 'FROM python:3.11-slim';
  expect((await convert([slim, ...install, start])).message).toMatch(/--no-cache-dir in line 3$/);
  expect((await convert([slim, 'COPY . .', 'RUN pip install --no-cache-dir -r requirements.txt', start])).message).toMatch(/only the build needs$/);
  expect((await convert([slim, 'ENV PIP_NO_CACHE_DIR=1', ...install, start])).message).toMatch(/only the build needs$/);
});

it('adds no library to a slim image that no headers can have brought', async () => {
  const lines = (headers: string): string[] => ['FROM python:3.11-slim', `RUN apt-get update && apt-get install -y gcc${headers}`, ...install, 'CMD ["uwsgi", "app.ini"]'];
  const files = { 'app.py': '', 'requirements.txt': 'uwsgi' };
  expect((await convert(lines(''), files)).runtime).not.toContain('libxml2');
  expect((await convert(lines(' libxml2-dev'), files)).runtime).toContain('libxml2');
});

it('keeps a manager that a compose file calls', async () => {
  const lines = ['FROM python:3.11', 'WORKDIR /app', 'RUN pip install poetry', 'COPY . .', 'RUN poetry install --no-root', 'CMD ["poetry", "run", "python", "app.py"]'];
  const files = { 'app.py': '', 'pyproject.toml': '[tool.poetry]\nname = "x"\n', 'poetry.lock': '' };
  expect((await convert(lines, files)).runtime).toContain('CMD ["python", "app.py"]');
  const { builder, runtime } = await convert(lines, { ...files, 'docker-compose.yml': 'services:\n  web:\n    build: .\n    command: poetry run python other.py\n' });
  expect(runtime).toContain('CMD ["poetry", "run", "python", "app.py"]');
  expect(builder.indexOf('pip install poetry')).toBeGreaterThan(builder.indexOf('-m venv'));
});

it('takes what an editable installation added beside the sources, also when several COPYs brought them', async () => {
  const files = { 'setup.py': 'from setuptools import setup\nsetup(name="tool", package_dir={"": "src"}, entry_points={"console_scripts": ["tool=tool:main"]})', 'src/tool/__init__.py': '' };
  const { runtime } = await convert(['FROM python:3.9', 'WORKDIR /srv/tool', 'COPY setup.py ./', 'COPY src ./src', 'RUN pip install -e .', 'CMD ["tool"]'], files);
  expect(runtime).toContain('COPY --from=builder /srv/tool /srv/tool');
  expect(runtime).not.toContain('COPY src');
});
