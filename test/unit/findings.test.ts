import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { finding, findingCodes, Refusal, refuse, type FindingCode } from '../../src/findings.ts';
import { root } from '../support/examples.ts';

const sources = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
  });

interface Use {
  readonly code: string;
  /** Names of the values given; undefined when they are not written out at the call. */
  readonly values: readonly string[] | undefined;
  readonly place: string;
  /** Whether it says where in the project. */
  readonly placed: boolean;
}

/** Every `finding('code', { … })` and `refuse('code', { … })` in the sources. */
function uses(): Use[] {
  return sources(join(root, 'src')).flatMap((path) => {
    const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    const found: Use[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && /^(?:finding|refuse)$/.test(node.expression.text)) {
        const [code, values] = node.arguments;
        const place = `${path.slice(root.length)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
        if (code && ts.isStringLiteral(code)) found.push({ code: code.text, values: namesOf(values), place, placed: node.arguments.length > 2 });
      }
      node.forEachChild(visit);
    };
    visit(file);
    return found;
  });
}

function namesOf(node: ts.Expression | undefined): string[] | undefined {
  if (node === undefined) return [];
  if (!ts.isObjectLiteralExpression(node) || node.properties.some((property) => ts.isSpreadAssignment(property))) return undefined;
  return node.properties.map((property) => property.name!.getText());
}

const wanted = (code: string): string[] => {
  const { message, help } = finding(code as FindingCode);
  return [...new Set(Array.from(`${message} ${help}`.matchAll(/\{(\w+)\}/g), (match) => match[1]!))];
};

describe('wordings', () => {
  it.each(findingCodes)('%s says what is the matter and what to do', (code) => {
    const { message, help } = finding(code);
    expect(message).not.toBe('');
    expect(help).toMatch(/^(?:\{help\}|.*[.:)])$/);
  });

  it('get every value that they name, wherever they are used', () => {
    const lacking = uses().flatMap(({ code, values, place }) => (values === undefined ? [] : wanted(code).filter((name) => !values.includes(name)).map((name) => `${place}: ${code} needs ${name}`)));
    expect(lacking).toEqual([]);
  });

  it('get no value that they do not name', () => {
    const unused = uses().flatMap(({ code, values = [], place }) => values.filter((name) => !wanted(code).includes(name)).map((name) => `${place}: ${code} does not say ${name}`));
    expect(unused).toEqual([]);
  });

  it('say where, except for what is wrong with a path of the command line', () => {
    const placeless = new Set(['no-dockerfile', 'not-readable', 'write-failed']);
    expect(uses().flatMap(({ code, place, placed }) => (placed || placeless.has(code) ? [] : [`${place}: ${code}`]))).toEqual([]);
  });

  it('are all used', () => {
    const used = new Set(uses().map((use) => use.code));
    expect(findingCodes.filter((code) => !used.has(code))).toEqual([]);
  });
});

describe('finding', () => {
  it('fills values in', () => {
    expect(finding('no-dockerfile', { path: 'x/Dockerfile' }).message).toBe('no Dockerfile at x/Dockerfile');
  });

  it('does not fill in what a value contains', () => {
    expect(finding('not-readable', { path: '{reason}', reason: 'x' }).message).toBe('cannot read {reason}: x');
  });

  it('takes no value from the prototype', () => {
    expect(finding('template-file', { text: '{{ constructor }}' }).message).toContain('{{ constructor }}');
  });

  it('points to its place', () => {
    expect(finding('syntax', { problem: 'x' }, { file: 'a', line: 3 })).toMatchObject({ level: 'error', file: 'a', line: 3 });
  });

  it('points to the first line of a file that it concerns as a whole', () => {
    expect(finding('syntax', { problem: 'x' }, { file: 'a' })).toMatchObject({ file: 'a', line: 1 });
  });

  it('is carried by a refusal', () => {
    expect(refuse('windows')).toBeInstanceOf(Refusal);
    expect(refuse('windows').finding.code).toBe('windows');
  });
});
