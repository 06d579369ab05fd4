import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/dockerfile/parse.ts';
import { afterInstruction, emptyScope, globalScope, lookupIn, variablesIn } from '../../../src/dockerfile/scope.ts';

/** What a name stands for at the end of the only stage. */
function valueOf(name: string, text: string): string | null | undefined {
  const file = parse(text);
  const globals = globalScope(file);
  const scope = file.stages[0]!.instructions.reduce((before, instruction) => afterInstruction(before, instruction, file, globals), emptyScope);
  return lookupIn(scope)(name);
}

describe('scope', () => {
  it('takes the default of an ARG', () => {
    expect(valueOf('A', 'FROM x\nARG A=1\n')).toBe('1');
  });

  it('does not know an ARG without default', () => {
    expect(valueOf('A', 'FROM x\nARG A\n')).toBeNull();
  });

  it('takes the default of a global ARG once it is declared again', () => {
    expect(valueOf('A', 'ARG A=1\nFROM x\nARG A\n')).toBe('1');
    expect(valueOf('A', 'ARG A=1\nFROM x\n')).toBeUndefined();
  });

  it.each(['TARGETARCH', 'BUILDPLATFORM', 'TARGETOSVERSION', 'TARGETSTAGE'])('does not know %s, which the build gives once it is declared', (name) => {
    expect(valueOf(name, `FROM x\nARG ${name}\n`)).toBeNull();
    expect(valueOf(name, 'FROM x\n')).toBeUndefined();
    expect(lookupIn(globalScope(parse('FROM x\n')))(name)).toBeNull();
  });

  it('takes the default of such an argument, as BuildKit does', () => {
    expect(valueOf('TARGETARCH', 'FROM x\nARG TARGETARCH=amd64\n')).toBe('amd64');
    expect(valueOf('TARGETARCH', 'ARG TARGETARCH=amd64\nFROM x\nARG TARGETARCH\n')).toBe('amd64');
  });

  it.each(['HTTP_PROXY', 'https_proxy', 'NO_PROXY'])('does not know %s, which a build may be given without an ARG', (name) => {
    expect(valueOf(name, 'FROM x\n')).toBeNull();
    expect(valueOf(name, `FROM x\nENV ${name}=a\n`)).toBe('a');
  });

  it('prefers ENV to an ARG before it', () => {
    expect(valueOf('A', 'FROM x\nARG A=arg\nENV A=env\n')).toBe('env');
  });

  it('does not know an ENV that a later ARG sets to something else: builders differ', () => {
    expect(valueOf('A', 'FROM x\nENV A=env\nARG A=arg\n')).toBeNull();
    expect(valueOf('A', 'ARG A=arg\nFROM x\nENV A=env\nARG A\n')).toBeNull();
    expect(valueOf('A', 'FROM x\nENV A=same\nARG A=same\n')).toBe('same');
    expect(valueOf('A', 'FROM x\nENV A=env\nARG A\n')).toBe('env');
    expect(valueOf('A', 'FROM x\nENV A=env\nARG A=arg\nENV A=last\n')).toBe('last');
  });

  it('keeps the default of an ARG that is declared again without one', () => {
    expect(valueOf('A', 'FROM x\nARG A=1\nARG A\n')).toBe('1');
  });

  it('does not know what an unknown base image may set', () => {
    expect(lookupIn({ ...emptyScope, open: true })('A')).toBeNull();
  });

  it('reads the values of one ENV with the variables before it', () => {
    // The example of Docker's reference.
    expect(valueOf('def', 'FROM x\nENV abc=hello\nENV abc=bye def=$abc\n')).toBe('hello');
  });

  it('does not know what depends on something unknown', () => {
    expect(valueOf('B', 'FROM x\nARG A\nENV B=$A/x\n')).toBeNull();
  });

  it('takes quotes off', () => {
    expect(valueOf('A', 'FROM x\nENV A="a b"\n')).toBe('a b');
  });

  it('reads the legacy form', () => {
    expect(valueOf('A', 'FROM x\nENV A a b\n')).toBe('a b');
  });
});

describe('variablesIn', () => {
  it('finds names in both forms', () => {
    expect(variablesIn('$A ${B:-$C} ${D} $1 $$ E')).toEqual(['A', 'B', 'C', 'D']);
  });
});
