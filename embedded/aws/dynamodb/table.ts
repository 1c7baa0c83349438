import { Collection, type Entry } from './collection.ts';
import {
  type KeySchema,
  type TableDefinition,
  toKeyAttributes,
  toKeySchema,
  toKeyString,
  validateIndexKey,
} from './key-schema.ts';
import type { Charge } from './throttle.ts';
import {
  findAttribute,
  type Item,
  itemBytes,
  itemsEqual,
  MAX_ITEM_BYTES,
  validationError,
  valuesEqual,
} from './values.ts';

export type Index = {
  readonly name: string;
  readonly schema: KeySchema;
  /** The projected attributes. Undefined means all. */
  readonly projects: readonly string[] | undefined;
  readonly collection: Collection;
};

/** A change of an item before it is stored: the write units that the table and its indexes consume, and the function that stores it. */
export type PreparedChange = {
  readonly units: number;
  readonly indexCharges: readonly Charge[];
  readonly store: () => void;
};

export const toWriteUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / 1024));

const toKeyNames = (schema: KeySchema) => toKeyAttributes(schema).map(({ name }) => name);

export class Table {
  readonly definition: TableDefinition;
  readonly name: string;
  readonly schema: KeySchema;
  readonly indexes: ReadonlyMap<string, Index>;
  readonly collection = new Collection();

  constructor(definition: TableDefinition) {
    this.definition = definition;
    this.name = definition.TableName;
    this.schema = toKeySchema(definition, definition.KeySchema);
    this.indexes = new Map(
      (definition.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => {
        const schema = toKeySchema(definition, KeySchema);
        const projects = [
          ...new Set([...toKeyNames(schema), ...toKeyNames(this.schema), ...(Projection.NonKeyAttributes ?? [])]),
        ];
        const all = Projection.ProjectionType === 'ALL';
        const index = { name: IndexName, schema, projects: all ? undefined : projects, collection: new Collection() };
        return [IndexName, index];
      }),
    );
  }

  /** Converts a primary key to a string that identifies the item. */
  toItemId(key: Item): string {
    return toKeyAttributes(this.schema)
      .map(({ name }) => toKeyString(key[name] ?? {}))
      .join('\0');
  }

  toPartitionKey(key: Item): string {
    return toKeyString(key[this.schema.hash.name] ?? {});
  }

  /** Throws for an item that the table or one of its indexes rejects. */
  checkItem(item: Item) {
    if (itemBytes(item) > MAX_ITEM_BYTES) throw validationError('Item size has exceeded the maximum allowed size');
    for (const { schema, name } of this.indexes.values()) validateIndexKey(item, schema, name);
  }

  /** Prepares to put the item, or to delete it if `next` is undefined, in the table and in its indexes. */
  prepareChange(id: string, next: Item | undefined): PreparedChange {
    const old = this.collection.get(id);
    const entry = next && toEntry(this.schema, { id, item: next, bytes: itemBytes(next) });
    const changes = [...this.indexes.values()].map((index) => prepareIndexChange(index, id, next));
    return {
      units: toWriteUnits(Math.max(old?.bytes ?? 0, entry?.bytes ?? 0)),
      indexCharges: changes.flatMap(({ index, consumed }) =>
        consumed.map(([partitionKey, units]): Charge => {
          return { kind: 'write', table: this.name, index: index.name, partitionKey, units };
        }),
      ),
      store: () => {
        for (const { index, entry } of changes) setEntry(index.collection, id, entry);
        setEntry(this.collection, id, entry);
      },
    };
  }

  /** Puts the item, or deletes it if `next` is undefined, without counting its units. */
  write(id: string, next: Item | undefined) {
    this.prepareChange(id, next).store();
  }
}

const toEntry = ({ hash, range }: KeySchema, { id, item, bytes }: Pick<Entry, 'id' | 'item' | 'bytes'>): Entry => ({
  id,
  hash: toKeyString(item[hash.name] ?? {}),
  range: range && item[range.name],
  item,
  bytes,
});

const projectItem = (item: Item, projects: readonly string[] | undefined): Item =>
  projects
    ? Object.fromEntries(
        projects.flatMap((name) => {
          const value = findAttribute(item, name);
          return value ? [[name, value]] : [];
        }),
      )
    : item;

const setEntry = (collection: Collection, id: string, entry: Entry | undefined) => {
  if (entry) collection.put(entry);
  else collection.delete(id);
};

type IndexChange = {
  readonly index: Index;
  readonly entry: Entry | undefined;
  /** Units by partition key: two writes if the index key changes, none if no projected attribute changes. */
  readonly consumed: readonly (readonly [partitionKey: string, units: number])[];
};

const prepareIndexChange = (index: Index, id: string, next: Item | undefined): IndexChange => {
  const { schema, projects, collection } = index;
  const old = collection.get(id);
  const keys = toKeyNames(schema);
  if (!next || keys.some((name) => !findAttribute(next, name)))
    return { index, entry: undefined, consumed: old ? [[old.hash, toWriteUnits(old.bytes)]] : [] };
  const item = projectItem(next, projects);
  if (old && itemsEqual(old.item, item)) return { index, entry: old, consumed: [] };
  const entry = toEntry(schema, { id, item, bytes: itemBytes(item) });
  const keyChanged = old && keys.some((name) => !valuesEqual(old.item[name], item[name]));
  const consumed: IndexChange['consumed'] = keyChanged
    ? [old, entry].map(({ hash, bytes }) => [hash, toWriteUnits(bytes)])
    : [[entry.hash, toWriteUnits(Math.max(old?.bytes ?? 0, entry.bytes))]];
  return { index, entry, consumed };
};
