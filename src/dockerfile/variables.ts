/** Names with their values; null for one that is set to something that cannot be known. */
export type Values = ReadonlyMap<string, string | null>;

/** What the readers of a map need, from `get` and the names. */
abstract class View implements Values {
  abstract get(name: string): string | null | undefined;
  abstract keys(): MapIterator<string>;

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *entries(): MapIterator<[string, string | null]> {
    for (const name of this.keys()) yield [name, this.get(name)!];
  }

  *values(): MapIterator<string | null> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, string | null]> {
    return this.entries();
  }

  forEach(call: (value: string | null, name: string, map: Values) => void): void {
    for (const [name, value] of this.entries()) call(value, name, this);
  }

  get size(): number {
    return [...this.keys()].length;
  }
}

interface History {
  /** By name: the values in the order in which they were set, each with its time. */
  readonly changes: Map<string, { readonly time: number; readonly value: string | null }[]>;
  last: number;
}

/**
 * The variables at one place of a file. All places share one history: a copy of every variable at every ENV would make a file of ten thousand
 * lines take gigabytes.
 */
class Snapshot extends View {
  constructor(
    private readonly history: History,
    private readonly time: number,
  ) {
    super();
  }

  override get(name: string): string | null | undefined {
    const changes = this.history.changes.get(name);
    if (!changes) return undefined;
    let [low, high] = [0, changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (changes[middle]!.time <= this.time) low = middle + 1;
      else high = middle;
    }
    return changes[low - 1]?.value;
  }

  override *keys(): MapIterator<string> {
    for (const [name, changes] of this.history.changes) if (changes[0]!.time <= this.time) yield name;
  }

  with(changes: Iterable<readonly [string, string | null]>): Snapshot {
    if (this.history.last !== this.time) return beginning(this).with(changes);
    const time = (this.history.last += 1);
    for (const [name, value] of changes) {
      const known = this.history.changes.get(name);
      if (known) known.push({ time, value });
      else this.history.changes.set(name, [{ time, value }]);
    }
    return new Snapshot(this.history, time);
  }
}

const beginning = (values: Values): Snapshot => new Snapshot({ changes: new Map(Array.from(values, ([name, value]) => [name, [{ time: 0, value }]])), last: 0 }, 0);

/** The variables after some were set; `before` stays as it is. */
export const withChanges = (before: Values, changes: Iterable<readonly [string, string | null]>): Values => (before instanceof Snapshot ? before : beginning(before)).with(changes);

/** Variables in front of others, which they hide: what a shell sets for itself. */
class Layer extends View {
  constructor(
    private readonly top: Values,
    private readonly below: Values,
  ) {
    super();
  }

  override get(name: string): string | null | undefined {
    const own = this.top.get(name);
    return own === undefined ? this.below.get(name) : own;
  }

  override *keys(): MapIterator<string> {
    yield* new Set([...this.below.keys(), ...this.top.keys()]);
  }
}

/** `top` in front of `below`, both as they are at the time of reading. */
export const layered = (top: Values, below: Values): Values => new Layer(top, below);
