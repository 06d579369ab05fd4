import { describe, expect, it } from 'vitest';
import { readGoMod } from '../../../src/manifests/go-mod.ts';
import { readGoWork } from '../../../src/manifests/go-work.ts';

describe('go.mod', () => {
  it('reads directives alone and in blocks, with comments and quotes', () => {
    const facts = readGoMod('module "example.com/shop" // the shop\r\n\ngo 1.22.3\n\nrequire example.com/a v1.0.0\nrequire (\n\texample.com/b v1.2.3 // indirect\n\t// example.com/c v1.0.0\n)\nexclude example.com/d v1.0.0\n');
    expect(facts.module).toBe('example.com/shop');
    expect(facts.go).toBe(22);
    expect(facts.requires).toEqual([
      { path: 'example.com/a', line: 5, indirect: false },
      { path: 'example.com/b', line: 7, indirect: true },
    ]);
    expect(facts.localReplaces).toEqual([]);
  });

  it('finds folders that take the place of modules', () => {
    expect(readGoMod('replace example.com/a => ../a\nreplace (\n\texample.com/b v1.0.0 => ./b/ // here\n\texample.com/c => example.com/fork v1.0.0\n\texample.com/d => /srv/d\n\texample.com/e => ..\n)\n').localReplaces).toEqual(['../a', './b/', '/srv/d', '..']);
  });

  it('passes over what it does not understand', () => {
    expect(readGoMod('')).toEqual({ module: undefined, go: undefined, requires: [], localReplaces: [] });
    expect(readGoMod('module\ngo next\nrequire\n)\n(\n').requires).toEqual([]);
  });
});

describe('go.work', () => {
  it('reads the folders of modules and of replacements', () => {
    expect(readGoWork('go 1.22\n\nuse ./api\nuse (\n\t.\n\t./lib // shared\n\t"../other"\n)\nreplace example.com/x v1.0.0 => ./x\n')).toEqual({ uses: ['./api', '.', './lib', '../other'], localReplaces: ['./x'] });
  });
});
