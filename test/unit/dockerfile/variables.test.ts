import { describe, expect, it } from 'vitest';
import { layered, withChanges } from '../../../src/dockerfile/variables.ts';

describe('withChanges', () => {
  it('leaves what was before as it was', () => {
    const first = withChanges(new Map([['A', '1']]), [['B', '2']]);
    const second = withChanges(first, [['A', null], ['C', '3']]);
    expect([...first]).toEqual([['A', '1'], ['B', '2']]);
    expect([...second]).toEqual([['A', null], ['B', '2'], ['C', '3']]);
    expect([first.has('C'), first.size, second.get('A'), second.get('D')]).toEqual([false, 2, null, undefined]);
  });

  it('goes different ways from one place', () => {
    const base = withChanges(new Map(), [['A', '1']]);
    const one = withChanges(base, [['A', '2']]);
    const two = withChanges(base, [['A', '3']]);
    const three = withChanges(one, [['B', '4']]);
    expect([base, one, two, three].map((values) => [...values.values()])).toEqual([['1'], ['2'], ['3'], ['2', '4']]);
  });

  it('takes ten thousand changes', () => {
    let values = withChanges(new Map(), []);
    const all = Array.from({ length: 10_000 }, (_, index) => (values = withChanges(values, [[`A${index}`, `${index}`], ['LAST', `${index}`]])));
    expect(all[5000]!.get('LAST')).toBe('5000');
    expect(all[5000]!.has('A5001')).toBe(false);
    expect(values.size).toBe(10_001);
  });
});

describe('layered', () => {
  it('hides what is below', () => {
    const values = layered(new Map([['A', null]]), new Map([['A', '1'], ['B', '2']]));
    expect([...values]).toEqual([['A', null], ['B', '2']]);
    expect(values.has('A')).toBe(true);
  });
});
