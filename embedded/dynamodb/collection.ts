import { compare, type Item, type Value } from './values.ts';

/** An item in its place: `hash` is its partition, `range` its order within, `id` breaks ties and is unique. */
export type Entry = {
  readonly id: string;
  readonly hash: string;
  readonly range: Value | undefined;
  item: Item;
  bytes: number;
};

/** Where in a partition: between entries that order by range, then by id. */
export type Place = Pick<Entry, 'id' | 'range'>;

const order = (a: Place, b: Place) => {
  const byRange = a.range && b.range ? (compare(a.range, b.range) ?? 0) : 0;
  return byRange || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
};

/** The first position of which the predicate holds; it holds for all behind, too. */
export const firstWhere = (entries: readonly Entry[], holds: (entry: Entry) => boolean): number => {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(entries[middle] as Entry)) to = middle;
    else from = middle + 1;
  }
  return from;
};

export const atOrBehind = (place: Place) => (entry: Entry) => order(entry, place) >= 0;
export const behind = (place: Place) => (entry: Entry) => order(entry, place) > 0;

/** The items of a table or of an index: by id, and ordered within each partition. */
export class Collection {
  readonly #entries = new Map<string, Entry>();
  readonly #partitions = new Map<string, Entry[]>();
  bytes = 0;

  get size() {
    return this.#entries.size;
  }

  get(id: string) {
    return this.#entries.get(id);
  }

  partition(hash: string): readonly Entry[] {
    return this.#partitions.get(hash) ?? [];
  }

  all(): readonly Entry[] {
    return [...this.#entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  put(entry: Entry) {
    const old = this.#entries.get(entry.id);
    this.bytes += entry.bytes - (old?.bytes ?? 0);
    if (old && old.hash === entry.hash && order(old, entry) === 0) {
      old.item = entry.item;
      old.bytes = entry.bytes;
      return;
    }
    if (old) this.#take(old);
    this.#entries.set(entry.id, entry);
    const partition = this.#partitions.get(entry.hash);
    if (!partition) this.#partitions.set(entry.hash, [entry]);
    else partition.splice(firstWhere(partition, behind(entry)), 0, entry);
  }

  delete(id: string) {
    const old = this.#entries.get(id);
    if (!old) return;
    this.bytes -= old.bytes;
    this.#entries.delete(id);
    this.#take(old);
  }

  #take(entry: Entry) {
    const partition = this.#partitions.get(entry.hash);
    if (!partition || partition.length === 1) this.#partitions.delete(entry.hash);
    else partition.splice(firstWhere(partition, atOrBehind(entry)), 1);
  }
}
