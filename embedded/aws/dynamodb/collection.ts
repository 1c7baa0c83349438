import { type AttributeValue, compareValues, type Item } from './values.ts';

/** An item in a collection: `hash` is its partition, `range` its sort key, `id` is unique and breaks ties. */
export type Entry = {
  readonly id: string;
  readonly hash: string;
  readonly range: AttributeValue | undefined;
  item: Item;
  bytes: number;
};

/** A position in a partition, whose entries are sorted by range, then by id. */
export type EntryPosition = Pick<Entry, 'id' | 'range'>;

const compareEntries = (a: EntryPosition, b: EntryPosition) => {
  const byRange = a.range && b.range ? (compareValues(a.range, b.range) ?? 0) : 0;
  return byRange || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
};

/** Returns the index of the first entry that fulfils the predicate. Every later entry must fulfil it, too. */
export const findPartitionPoint = (entries: readonly Entry[], predicate: (entry: Entry) => boolean): number => {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (predicate(entries[middle] as Entry)) to = middle;
    else from = middle + 1;
  }
  return from;
};

export const isAtOrAfter = (position: EntryPosition) => (entry: Entry) => compareEntries(entry, position) >= 0;
export const isAfter = (position: EntryPosition) => (entry: Entry) => compareEntries(entry, position) > 0;

/** The items of a table or an index: by id, and sorted within each partition. */
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
    if (old && old.hash === entry.hash && compareEntries(old, entry) === 0) {
      old.item = entry.item;
      old.bytes = entry.bytes;
      return;
    }
    if (old) this.#removeFromPartition(old);
    this.#entries.set(entry.id, entry);
    const partition = this.#partitions.get(entry.hash);
    if (!partition) this.#partitions.set(entry.hash, [entry]);
    else partition.splice(findPartitionPoint(partition, isAfter(entry)), 0, entry);
  }

  delete(id: string) {
    const old = this.#entries.get(id);
    if (!old) return;
    this.bytes -= old.bytes;
    this.#entries.delete(id);
    this.#removeFromPartition(old);
  }

  #removeFromPartition(entry: Entry) {
    const partition = this.#partitions.get(entry.hash);
    if (!partition || partition.length === 1) this.#partitions.delete(entry.hash);
    else partition.splice(findPartitionPoint(partition, isAtOrAfter(entry)), 1);
  }
}
