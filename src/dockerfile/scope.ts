import { expandWord, type Lookup } from './words.ts';
import type { Dockerfile, Instruction } from './model.ts';
import { withChanges, type Values } from './variables.ts';

/**
 * ARG and ENV in force at one place. A name maps to its value, or to null when it is set to something that cannot be
 * known (an ARG without a default is given at build time). Later changes make a new scope.
 */
export interface Scope {
  readonly args: Values;
  readonly env: Values;
  /** Null for an ENV that a later ARG sets to another value: the reference says that ENV wins, BuildKit takes the later one within the build. */
  readonly contested: Values;
  /** True when the base image may set more variables than these. */
  readonly open: boolean;
}

/** Arguments that BuildKit sets; their values depend on the builder's machine. Source: BuildKit, dockerfile2llb/platform.go. */
const platformArgs = 'TARGETPLATFORM TARGETOS TARGETOSVERSION TARGETARCH TARGETVARIANT TARGETSTAGE BUILDPLATFORM BUILDOS BUILDOSVERSION BUILDARCH BUILDVARIANT'.split(' ');

/** Arguments that a build may be given and RUN sees without an ARG. Source: Dockerfile reference, "Predefined ARGs". */
const proxyArgs = /^(?:https?|ftp|no|all)_proxy$/;
const isProxyArg = (name: string): boolean => proxyArgs.test(name) || (name === name.toUpperCase() && proxyArgs.test(name.toLowerCase()));

export const emptyScope: Scope = { args: new Map(), env: new Map(), contested: new Map(), open: false };

/** ENV wins over ARG, as the Dockerfile reference says. */
export const lookupIn = (scope: Scope): Lookup => (name) => {
  if (scope.contested.get(name) === null) return null;
  const value = scope.env.has(name) ? scope.env.get(name) : scope.args.get(name);
  return value === undefined && (scope.open || isProxyArg(name)) ? null : value;
};

/** The scope in which FROM lines are read: what BuildKit sets, and the ARGs before the first FROM with their defaults. */
export function globalScope(file: Dockerfile): Scope {
  const own: Scope = { ...emptyScope, args: new Map(platformArgs.map((name) => [name, null])) };
  return file.globalArgs.reduce((scope, instruction) => afterInstruction(scope, instruction, file), own);
}

/** The scope after an ARG or ENV instruction; any other instruction leaves it as it is. */
export function afterInstruction(scope: Scope, instruction: Instruction, file: Dockerfile, globals: Scope = emptyScope): Scope {
  // Each default sees the names before it in the same ARG.
  if (instruction.keyword === 'ARG') return instruction.pairs.reduce((known, { name, value }) => withArgument(known, name, value, file, globals), scope);
  if (instruction.keyword === 'ENV') {
    // All values of one ENV see the variables as they were before it.
    const values = instruction.pairs.map(({ name, value }) => [name, expandWord(value ?? '', lookupIn(scope), file.escape) ?? null] as const);
    const settled = values.filter(([name]) => scope.contested.get(name) === null).map(([name]) => [name, ''] as const);
    return { ...scope, env: withChanges(scope.env, values), contested: settled.length === 0 ? scope.contested : withChanges(scope.contested, settled) };
  }
  return scope;
}

/** After one `ARG name` or `ARG name=default`; without a default the value of the ARG before the first FROM counts. */
function withArgument(scope: Scope, name: string, written: string | undefined, file: Dockerfile, globals: Scope): Scope {
  const given = written === undefined ? globals.args.get(name) : (expandWord(written, lookupIn(scope), file.escape) ?? null);
  // Without any value, it changes nothing unless the build is given one.
  const value = given === undefined ? (scope.args.get(name) ?? null) : given;
  const contested = given !== undefined && scope.env.has(name) && (given === null || scope.env.get(name) !== given);
  return { ...scope, args: withChanges(scope.args, [[name, value]]), contested: contested ? withChanges(scope.contested, [[name, null]]) : scope.contested };
}

/** Names of the variables that a text refers to with `$name` or `${name…}`. */
export function variablesIn(text: string): string[] {
  return Array.from(text.matchAll(/\$(?:\{\s*([A-Za-z_]\w*)|([A-Za-z_]\w*))/g), (match) => match[1] ?? match[2]!);
}
