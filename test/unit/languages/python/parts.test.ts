import { describe, expect, it } from 'vitest';
import { withVariables } from '../../../../src/languages/python/base.ts';
import { allows } from '../../../../src/languages/python/managed-python.ts';
import { useOf } from '../../../../src/languages/python/uses.ts';
import { parseShell } from '../../../../src/shell/parse.ts';

const use = (text: string, cwd = '/app') => useOf(parseShell(text).parts[0]!.commands[0]!, cwd);

describe('useOf', () => {
  it.each([
    ['pip install -r requirements.txt', { kind: 'install', install: { files: ['/app/requirements.txt'], sources: false } }],
    ['pip3 install --no-cache-dir --requirement=/tmp/r.txt -c c.txt', { kind: 'install', install: { files: ['/tmp/r.txt', '/app/c.txt'], noCache: true } }],
    ['python -m pip install "uvicorn[standard]>=0.2" -i https://example.com/simple', { kind: 'install', install: { names: ['uvicorn'], specs: ['uvicorn[standard]'], files: [] } }],
    ['pip install -e ".[dev]"', { kind: 'install', install: { local: ['/app'], editable: true, sources: true } }],
    ['pip install ./lib git+https://example.com/x.git', { kind: 'install', install: { local: ['/app/lib'], fromGit: true } }],
    ['sudo -H pip install six', { kind: 'install', install: { program: 'pip' } }],
    ['cat r.txt', undefined],
    ['pip install poetry==1.8', { kind: 'tool' }],
    ['pip install poetry flask', { kind: 'install' }],
    ['pip --version', undefined],
    ['pip cache purge', { kind: 'installer' }],
    ['poetry install --no-root', { kind: 'install', install: { tool: 'poetry', sources: false } }],
    ['poetry config virtualenvs.create false', { kind: 'installer' }],
    ['uv pip install --system -r r.txt', { kind: 'install', install: { tool: 'uv pip', files: ['/app/r.txt'] } }],
    ['uv sync --frozen', { kind: 'install', install: { tool: 'uv', sources: true } }],
    ['python3 -m venv --system-site-packages /venv', { kind: 'venv', path: '/venv', systemPackages: true }],
    ['. venv/bin/activate', { kind: 'activate', path: '/app/venv' }],
    ['python setup.py develop', { kind: 'install', install: { tool: 'setup.py', editable: true, local: ['/app'] } }],
    ['python setup.py build_ext --inplace', { kind: 'inPlace', folder: '/app' }],
    ['python manage.py migrate', { kind: 'python' }],
    ['python -m spacy download en_core_web_sm', { kind: 'install' }],
    ['pip install $PACKAGES', { kind: 'install', install: { sources: true } }],
    ['pip install -U pip', { kind: 'install', install: { names: ['pip'] } }],
  ])('%s', (text, expected) => (expected === undefined ? expect(use(text)).toBeUndefined() : expect(use(text)).toMatchObject(expected)));
});

it.each([
  ['python:${V}', 'python:3.11', 'python:3.11-slim', 'python:${V}-slim'],
  ['python:${V}-bookworm', 'python:3.11-bookworm', 'python:3.11-slim-bookworm', 'python:${V}-slim-bookworm'],
  ['python:$V', 'python:3.11', 'python:3.11-slim', 'python:$V-slim'],
  ['python:3', 'python:3', 'python:3-slim', 'python:3-slim'],
  ['$IMAGE', 'python:3.11', 'python:3.11-slim', undefined],
  ['python:3.11-${SUITE}', 'python:3.11-bookworm', 'python:3.11-slim-bookworm', undefined],
])('withVariables %s', (written, image, counterpart, expected) => expect(withVariables(written, image, counterpart)).toBe(expected));

it.each([
  ['>=3.11', '3.11', true], ['>=3.12', '3.11', false], ['>=3.9,<3.12', '3.12', false], ['^3.10', '3.12', true], ['==3.11.*', '3.11', true], ['~=3.11', '3.12', true], ['>=3.14', undefined, true], ['<3.13', undefined, false],
])('allows %s in %s', (specifier, minor, expected) => expect(allows(specifier, minor)).toBe(expected));
