import { Collection, type Entry } from './collection.ts';
import { checkIndexKey, type KeySchema, keyAttributes, keySchema, type TableDefinition, textOf } from './schema.ts';
import { attribute, equal, type Item, invalid, itemBytes, MAX_ITEM_BYTES, sameItem } from './values.ts';

export type Index = {
  readonly name: string;
  readonly schema: KeySchema;
  /** The attributes that it projects; undefined for all. */
  readonly projects: readonly string[] | undefined;
  readonly collection: Collection;
};

/** Write units by index. */
export type IndexUnits = ReadonlyMap<string, number>;

export const writeUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / 1024));

const names = (schema: KeySchema) => keyAttributes(schema).map(({ name }) => name);

export class Table {
  readonly definition: TableDefinition;
  readonly name: string;
  readonly schema: KeySchema;
  readonly indexes: ReadonlyMap<string, Index>;
  readonly collection = new Collection();

  constructor(definition: TableDefinition) {
    this.definition = definition;
    this.name = definition.TableName;
    this.schema = keySchema(definition, definition.KeySchema);
    this.indexes = new Map(
      (definition.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => {
        const schema = keySchema(definition, KeySchema);
        const projects = [
          ...new Set([...names(schema), ...names(this.schema), ...(Projection.NonKeyAttributes ?? [])]),
        ];
        const all = Projection.ProjectionType === 'ALL';
        const index = { name: IndexName, schema, projects: all ? undefined : projects, collection: new Collection() };
        return [IndexName, index];
      }),
    );
  }

  /** One text for each primary key. */
  idOf(key: Item): string {
    return keyAttributes(this.schema)
      .map(({ name }) => textOf(key[name] ?? {}))
      .join('\0');
  }

  partitionOf(key: Item): string {
    return textOf(key[this.schema.hash.name] ?? {});
  }

  /** Throws for an item that the table or one of its indexes would not take. */
  checkItem(item: Item) {
    if (itemBytes(item) > MAX_ITEM_BYTES) throw invalid('Item size has exceeded the maximum allowed size');
    for (const { schema, name } of this.indexes.values()) checkIndexKey(item, schema, name);
  }

  /** Puts the item or, for undefined, deletes it; in the indexes, too. */
  write(id: string, next: Item | undefined): { readonly units: number; readonly indexUnits: IndexUnits } {
    const old = this.collection.get(id);
    const bytes = next ? itemBytes(next) : 0;
    const units = writeUnits(Math.max(old?.bytes ?? 0, bytes));
    const indexUnits = new Map<string, number>();
    for (const index of this.indexes.values()) {
      const spent = writeToIndex(index, id, next);
      if (spent) indexUnits.set(index.name, spent);
    }
    if (next) this.collection.put(entryOf(this.schema, id, next, bytes));
    else this.collection.delete(id);
    return { units, indexUnits };
  }
}

const entryOf = ({ hash, range }: KeySchema, id: string, item: Item, bytes = itemBytes(item)): Entry => ({
  id,
  hash: textOf(item[hash.name] ?? {}),
  range: range && item[range.name],
  item,
  bytes,
});

const projected = (item: Item, projects: readonly string[] | undefined): Item =>
  projects
    ? Object.fromEntries(
        projects.flatMap((name) => {
          const value = attribute(item, name);
          return value ? [[name, value]] : [];
        }),
      )
    : item;

/** A change of a key is a deletion and a put; a change of nothing that the index holds is no write. */
const writeToIndex = ({ schema, projects, collection }: Index, id: string, next: Item | undefined): number => {
  const old = collection.get(id);
  const keys = names(schema);
  if (!next || keys.some((name) => !attribute(next, name))) {
    collection.delete(id);
    return old ? writeUnits(old.bytes) : 0;
  }
  const item = projected(next, projects);
  if (old && sameItem(old.item, item)) return 0;
  const entry = entryOf(schema, id, item);
  const moves = old && keys.some((name) => !equal(old.item[name], item[name]));
  const units = moves
    ? writeUnits(old.bytes) + writeUnits(entry.bytes)
    : writeUnits(Math.max(old?.bytes ?? 0, entry.bytes));
  collection.put(entry);
  return units;
};
