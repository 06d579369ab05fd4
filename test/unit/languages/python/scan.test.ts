import { describe, expect, it } from 'vitest';
import { firstWrite, mentioned, packagesImported, programsCalled } from '../../../../src/languages/python/evidence.ts';
import { scanFile, scanSources, tokenize } from '../../../../src/languages/python/scan.ts';
import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';

const sources = (text: string) => scanSources(memoryProject({ 'app.py': text }));
const programs = (text: string, ...candidates: string[]) => programsCalled(sources(text), new Set(candidates)).map((item) => item.need);

describe('scan', () => {
  it('leaves comments and docstrings out', () => {
    const file = scanFile('a.py', '"""Calls git."""\n# subprocess.run(["git"])\ndef f():\n    "also git"\n    return \'x\'\n');
    expect(file.strings.map((token) => token.text)).toEqual(['x']);
    expect(file.calls).toEqual([]);
  });

  it('reads strings of every form, with their line', () => {
    expect(tokenize("a = r'\\d' + f\"{x}\" + '''two\nlines''' + b'z'\ny = 'open\n").filter((token) => token.kind === 'string').map((token) => [token.text, token.line])).toEqual([['\\d', 1], ['{x}', 1], ['two\nlines', 1], ['z', 2], ['open', 3]]);
  });

  it('reads imports', () => {
    expect(scanFile('a.py', 'import os, git as g\nfrom a.b import (\n    c,\n    d as e,\n)\n').imports.map((item) => item.module)).toEqual(['os', 'git', 'a.b', 'a.b.c', 'a.b.d']);
  });

  it('is complete only for a known project, and passes tests by', () => {
    expect(scanSources(unknownProject).complete).toBe(false);
    expect(scanSources(memoryProject({ 'tests/a.py': 'x = 1', 'b.py': '' })).files.map((file) => file.path)).toEqual(['b.py']);
  });
});

describe('programsCalled', () => {
  it.each([
    ['subprocess.run(["git", "log"])', ['program:git']],
    ['subprocess.check_output("cat x | curl -s y", shell=True)', ['program:cat', 'program:curl']],
    ['os.system(f"convert {a} {b}")', ['program:convert']],
    ['shutil.which("ffmpeg")', ['program:ffmpeg']],
    ['import git', ['program:git']],
    ['print("git log")', []],
    ['subprocess.run(command)', []],
  ])('%s', (text, expected) => expect(programs(`${text}\n`)).toEqual(expected));

  it('takes strings of a file that starts programs for commands when they look like one', () => {
    expect(programs('cmd = ["git", "clone"]\nmessage = "make a wish"\nsubprocess.run(cmd)\n', 'git', 'make')).toEqual(['program:git']);
  });
});

describe('what a program writes', () => {
  it.each([
    'open("a.txt", "w")', 'Path("x").write_text("y")', 'os.makedirs("logs")', 'db = "sqlite:///app.db"', 'f.save(path)', 'logging.FileHandler("app.log")', 'open(path, mode)', 'subprocess.run(["ls"])', 'UPLOAD_FOLDER = "up"', 'import sqlite3', 'x.open("a")',
  ])('%s', (text) => expect(firstWrite(sources(`${text}\n`))).toBeDefined());

  it.each(['open("a.txt")', 'open("a.txt", "rb")', 'open("a.csv", newline="")', 'path.open(newline="")', 'user.save()', 'json.loads(text)', 'shutil.which("x")'])('not %s', (text) => expect(firstWrite(sources(`${text}\n`))).toBeUndefined());
});

it('imports of Tk and mentions of files are found', () => {
  expect(packagesImported(sources('import tkinter as tk\n')).map((item) => item.need)).toEqual(['package:tk']);
  expect(mentioned(sources('open("requirements.txt")\n'), /requirements\.txt/)).toMatchObject({ file: 'app.py', line: 1 });
});
