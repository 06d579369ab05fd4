import type { Pyproject } from '../../manifests/pyproject.ts';
import { isBelow } from '../../walk/place.ts';
import type { Step, Walk } from '../../walk/walk.ts';
import type { Context } from '../language.ts';
import type { PythonBase } from './base.ts';
import type { Install } from './uses.ts';

export interface PartInstall {
  readonly install: Install;
  readonly step: Step;
}

/** Where the proposal has uv put Pythons that it downloads: root's home, the usual place, is closed to other users. */
export const pythonFolder = '/opt/uv-python';

/**
 * Whether uv downloads a Python, since the image's does not fit the project: the environment then points to that one. Also true where it cannot
 * be told.
 */
export function mayDownloadPython(context: Context, base: PythonBase, installs: readonly PartInstall[], pyproject: Pyproject | undefined): boolean {
  const found = installs.find((item) => item.install.tool === 'uv');
  if (!found) return false;
  const { walk } = context;
  const env = walk.end.scope.env;
  if (/^(?:never|manual)$/.test(env.get('UV_PYTHON_DOWNLOADS') ?? '') || env.get('UV_NO_MANAGED_PYTHON') || env.get('UV_SYSTEM_PYTHON') || (env.get('UV_PYTHON') ?? '').startsWith('/')) return false;
  if (base.kind !== 'official') return true;
  const pinned = pinnedVersion(walk, found);
  if (pinned !== undefined && pinned !== '3') return !(pinned === base.minor || pinned === walk.base.reference?.version);
  const required = pyproject?.requiresPython;
  return required !== undefined && !allows(required, base.minor);
}

/** What `.python-version` says, where a COPY above the installation brings it. */
function pinnedVersion(walk: Walk, { install, step }: PartInstall): string | undefined {
  const file = install.files.find((path) => path?.endsWith('/.python-version'));
  if (file === undefined) return undefined;
  const before = walk.steps.slice(0, walk.steps.indexOf(step));
  const source = walk.locate(file);
  const brought = source !== undefined && before.some((other) => other.copy?.entries.some((entry) => (entry.kind === 'folder' ? isBelow(file, entry.target) : entry.target === file)));
  return brought ? walk.project.read(source)?.trim().split('\n')[0]?.trim() : undefined;
}

/** Whether a version specifier of PEP 440 allows a minor version; an unknown one is the newest. */
export function allows(specifier: string, minor: string | undefined): boolean {
  const number = (text: string): number => {
    const [major = 0, second = 0] = text.split('.').map(Number);
    return major * 1000 + second;
  };
  const own = minor === undefined ? 3999 : number(minor);
  return specifier.split(',').every((clause) => {
    const match = /^\s*(>=|<=|>|<|==|!=|~=|\^|~)?\s*(\d+(?:\.\d+)?)/.exec(clause);
    if (!match) return true;
    const [, operator = '==', text = ''] = match;
    const wanted = number(text);
    if (operator === '>=') return own >= wanted;
    if (operator === '>') return own > wanted || (own === wanted && /\d+\.\d+\.\d+/.test(clause));
    if (operator === '<') return own < wanted || (own === wanted && /\.\d+\.[1-9]/.test(clause));
    if (operator === '<=') return own <= wanted;
    if (operator === '!=') return own !== wanted || /\.\d+\.\d+/.test(clause);
    if (operator === '^') return own >= wanted && own < 4000;
    if (operator === '~=') return own >= wanted && own < 4000 && (/\.\d+\.\d+/.test(clause) ? own === wanted : true);
    return text.includes('.') ? own === wanted : true;
  });
}
