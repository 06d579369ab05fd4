import { expandWord, type Lookup } from './words.ts';
import type { Dockerfile, Instruction } from './model.ts';

/**
 * ARG and ENV in force at one place. A name maps to its value, or to null when it is set to something that cannot be
 * known (an ARG without a default is given at build time). Later changes make a new scope.
 */
export interface Scope {
  readonly args: ReadonlyMap<string, string | null>;
  readonly env: ReadonlyMap<string, string | null>;
}

/** Arguments that BuildKit sets when they are declared; their values depend on the builder's machine. */
const platformArgs = new Set('TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT BUILDPLATFORM BUILDOS BUILDARCH BUILDVARIANT'.split(' '));

export const emptyScope: Scope = { args: new Map(), env: new Map() };

/** ENV wins over ARG, as the Dockerfile reference says. */
export const lookupIn = (scope: Scope): Lookup => (name) => (scope.env.has(name) ? scope.env.get(name) : scope.args.get(name));

/** The scope in which FROM lines are read: the ARGs before the first FROM with their defaults. */
export function globalScope(file: Dockerfile): Scope {
  return file.globalArgs.reduce((scope, instruction) => afterInstruction(scope, instruction, file), emptyScope);
}

/** The scope after an ARG or ENV instruction; any other instruction leaves it as it is. */
export function afterInstruction(scope: Scope, instruction: Instruction, file: Dockerfile, globals: Scope = emptyScope): Scope {
  if (instruction.keyword === 'ARG') {
    const args = new Map(scope.args);
    for (const { name, value } of instruction.pairs) {
      const declared = value ?? undefined;
      if (declared !== undefined) args.set(name, expandWord(declared, lookupIn({ ...scope, args }), file.escape) ?? null);
      else args.set(name, platformArgs.has(name) ? null : (globals.args.get(name) ?? null));
    }
    return { ...scope, args };
  }
  if (instruction.keyword === 'ENV') {
    const env = new Map(scope.env);
    // All values of one ENV see the variables as they were before it.
    for (const { name, value } of instruction.pairs) env.set(name, expandWord(value ?? '', lookupIn(scope), file.escape) ?? null);
    return { ...scope, env };
  }
  return scope;
}

/** Names of the variables that a text refers to with `$name` or `${name…}`. */
export function variablesIn(text: string): string[] {
  return Array.from(text.matchAll(/\$(?:\{\s*([A-Za-z_]\w*)|([A-Za-z_]\w*))/g), (match) => match[1] ?? match[2]!);
}
