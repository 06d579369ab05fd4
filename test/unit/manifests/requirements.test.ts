import { describe, expect, it } from 'vitest';
import { isLocalPath, readRequirements } from '../../../src/manifests/requirements.ts';
import { memoryProject } from '../../../src/project/memory.ts';

const read = (files: Record<string, string>, ...paths: string[]) => readRequirements(memoryProject(files), paths);

describe('readRequirements', () => {
  it('follows nested files and constraints, relative to the file that names them', () => {
    const found = read({ 'requirements/prod.txt': '-r base.txt\n-c ../constraints.txt\ngunicorn', 'requirements/base.txt': 'Flask>=2', 'constraints.txt': 'click<9' }, 'requirements/prod.txt');
    expect(found.files).toEqual(['requirements/prod.txt', 'requirements/base.txt', 'constraints.txt']);
    expect(found.names.map((item) => item.name)).toEqual(['flask', 'click', 'gunicorn']);
    expect(found.missing).toEqual([]);
  });

  it('ends where files name each other', () => {
    expect(read({ 'a.txt': '-r b.txt', 'b.txt': '-r a.txt\nsix' }, 'a.txt').names.map((item) => item.name)).toEqual(['six']);
  });

  it('says which file is missing, and where it is named', () => {
    expect(read({ 'requirements.txt': 'six\n-r gone.txt' }, 'requirements.txt').missing).toMatchObject([{ file: 'requirements.txt', line: 2 }]);
  });

  it('normalises names and keeps extras', () => {
    const found = read({ 'r.txt': 'Psycopg_2.Binary[pool] == 3 ; python_version > "3"  # comment\nuvicorn[standard]>=0.2 \\\n    --hash=sha256:00\n' }, 'r.txt');
    expect(found.names.map((item) => item.spec)).toEqual(['psycopg-2-binary[pool]', 'uvicorn[standard]']);
  });

  it('tells local paths and repositories from names', () => {
    const found = read({ 'r.txt': '-e .\n./libs/core\nwheels/own-1.0-py3-none-any.whl\n-e git+https://example.com/x.git#egg=thing\nother @ git+https://example.com/y.git\nlib @ file:///srv/lib\n--index-url https://example.com/simple\n' }, 'r.txt');
    expect(found.local.map((item) => item.text)).toEqual(['-e .', './libs/core', 'wheels/own-1.0-py3-none-any.whl', 'lib @ file:///srv/lib']);
    expect(found.fromGit).toHaveLength(2);
    expect(found.names.map((item) => item.name)).toEqual(['thing', 'other', 'lib']);
  });
});

it('isLocalPath follows pip', () => {
  for (const path of ['.', './x', '../lib', '/srv/x', 'file:x', 'dist/x.whl', 'x.tar.gz', '.[dev]']) expect(isLocalPath(path), path).toBe(true);
  for (const name of ['flask', 'flask==2', 'uvicorn[standard]', 'a.b']) expect(isLocalPath(name), name).toBe(false);
});
