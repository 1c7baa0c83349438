import { Collection, type Entry } from './collection.ts';
import {
  type KeySchema,
  type TableDefinition,
  toKeyAttributes,
  toKeySchema,
  toKeyString,
  validateIndexKey,
} from './key-schema.ts';
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

/** Write units by index. */
export type IndexUnits = ReadonlyMap<string, number>;

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

  /** Puts the item, or deletes it if `next` is undefined, in the table and in its indexes. */
  write(id: string, next: Item | undefined): { readonly units: number; readonly indexUnits: IndexUnits } {
    const old = this.collection.get(id);
    const bytes = next ? itemBytes(next) : 0;
    const units = toWriteUnits(Math.max(old?.bytes ?? 0, bytes));
    const indexUnits = new Map<string, number>();
    for (const index of this.indexes.values()) {
      const consumed = writeToIndex(index, id, next);
      if (consumed) indexUnits.set(index.name, consumed);
    }
    if (next) this.collection.put(toEntry(this.schema, { id, item: next, bytes }));
    else this.collection.delete(id);
    return { units, indexUnits };
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

/** Returns the units consumed: two writes if the index key changes, none if no projected attribute changes. */
const writeToIndex = ({ schema, projects, collection }: Index, id: string, next: Item | undefined): number => {
  const old = collection.get(id);
  const keys = toKeyNames(schema);
  if (!next || keys.some((name) => !findAttribute(next, name))) {
    collection.delete(id);
    return old ? toWriteUnits(old.bytes) : 0;
  }
  const item = projectItem(next, projects);
  if (old && itemsEqual(old.item, item)) return 0;
  const entry = toEntry(schema, { id, item, bytes: itemBytes(item) });
  const keyChanged = old && keys.some((name) => !valuesEqual(old.item[name], item[name]));
  const units = keyChanged
    ? toWriteUnits(old.bytes) + toWriteUnits(entry.bytes)
    : toWriteUnits(Math.max(old?.bytes ?? 0, entry.bytes));
  collection.put(entry);
  return units;
};
