import { describe, expect, it } from 'vitest';
import { lockedNames, pipfileNames, readPyproject } from '../../../src/manifests/pyproject.ts';

describe('readPyproject', () => {
  it('reads PEP 621, groups and scripts', async () => {
    const found = await readPyproject('[build-system]\nbuild-backend = "hatchling.build"\n[project]\nname = "x"\nrequires-python = ">=3.11"\ndependencies = ["Flask>=2", "lib @ git+https://example.com/l"]\n[project.scripts]\nrun-x = "x:main"\n[dependency-groups]\ndev = ["pytest"]\n');
    expect(found).toMatchObject({ name: 'x', dependencies: ['flask', 'lib', 'pytest'], scripts: ['run-x'], requiresPython: '>=3.11', fromGit: true, isPackage: true, poetry: false });
  });

  it('reads poetry with path and git dependencies', async () => {
    const found = await readPyproject('[tool.poetry]\nname = "y"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.10"\nrequests = "*"\nown = { path = "../own" }\n[tool.poetry.group.dev.dependencies]\nblack = "*"\n');
    expect(found).toMatchObject({ name: 'y', dependencies: ['requests', 'own', 'black'], requiresPython: '^3.10', localPaths: ['../own'], poetry: true, isPackage: false });
  });

  it('knows a uv project without a build system as no package', async () => {
    expect(await readPyproject('[project]\nname = "z"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n')).toMatchObject({ isPackage: false, localPaths: ['packages/*'] });
  });

  it('gives nothing for broken or hostile text', async () => {
    expect(await readPyproject('[project\nname')).toBeUndefined();
    expect(await readPyproject('__proto__ = 1\nproject = 3\ntool = []\n')).toMatchObject({ dependencies: [], isPackage: false });
  });
});

it('lock files and Pipfiles give their names', async () => {
  expect(await lockedNames('poetry.lock', '[[package]]\nname = "Jinja2"\nversion = "3"\n\n[[package]]\nname = "a_b"\n')).toEqual(['jinja2', 'a-b']);
  expect(await lockedNames('Pipfile.lock', '{"default": {"Flask": {}}, "develop": {"pytest": {}}}')).toEqual(['flask']);
  expect(await lockedNames('Pipfile.lock', '{')).toEqual([]);
  expect(await pipfileNames('[packages]\nFlask = "*"\n')).toEqual(['flask']);
});
