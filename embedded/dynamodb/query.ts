import type { Meter } from './capacity.ts';
import { atOrBehind, behind, type Collection, type Entry, firstWhere, type Place } from './collection.ts';
import { attributesOf, type Condition, meets, parseCondition } from './condition.ts';
import { type Path, project } from './document.ts';
import { authorize, type Engine, only, seenBy, tableOf } from './engine.ts';
import { type Placeholders, parseProjection, placeholders } from './expression.ts';
import { inRange, type KeyCondition, parseKeyCondition, spanOf } from './key-condition.ts';
import { timesOf } from './reads.ts';
import { keyAttributes, keyWithin, textOf } from './schema.ts';
import type { Index, Table } from './table.ts';
import { attribute, checkedItem, type Item, invalid } from './values.ts';

export type QueryInput = {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly Select?: string;
  readonly ConsistentRead?: boolean;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
  readonly ReturnConsumedCapacity?: string;
};

/** What a query or a scan reads, and how it shows it. */
type Reading = {
  readonly table: Table;
  readonly index: Index | undefined;
  readonly source: Pick<Index, 'schema'> & { readonly collection: Collection };
  readonly filter: Condition | undefined;
  readonly paths: readonly Path[] | undefined;
  readonly start: Item | undefined;
};

const MAX_PAGE_BYTES = 1024 * 1024;
const SHARED = [
  'TableName',
  'IndexName',
  'FilterExpression',
  'ProjectionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'Select',
  'ConsistentRead',
  'Limit',
  'ExclusiveStartKey',
  'ReturnConsumedCapacity',
];

const indexOf = (table: Table, { IndexName, ConsistentRead, Select }: QueryInput) => {
  if (IndexName === undefined) return undefined;
  const index = table.indexes.get(IndexName);
  if (!index) throw invalid(`The table does not have the specified index: ${IndexName}`);
  if (ConsistentRead) throw invalid('Consistent reads are not supported on global secondary indexes');
  if (Select === 'ALL_ATTRIBUTES' && index.projects) {
    const what = `Select type ALL_ATTRIBUTES is not supported for global secondary index ${IndexName}`;
    throw invalid(`One or more parameter values were invalid: ${what} because its projection type is not ALL`);
  }
  return index;
};

const pathsOf = (input: QueryInput, index: Index | undefined, from: Placeholders) => {
  const { ProjectionExpression: text, Select } = input;
  if (text === undefined) {
    if (Select !== 'SPECIFIC_ATTRIBUTES') return undefined;
    throw invalid('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
  }
  if (Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES')
    throw invalid(`Cannot specify the ProjectionExpression when choosing to get ${Select}`);
  const paths = parseProjection(text, from);
  const missing = paths.filter(([name]) => index?.projects && !index.projects.includes(String(name)));
  if (missing.length) {
    const what = `Global secondary index ${index?.name} does not project [${missing.map(([name]) => name).join(', ')}]`;
    throw invalid(`One or more parameter values were invalid: ${what}`);
  }
  return paths;
};

const filterOf = (input: QueryInput, from: Placeholders) =>
  input.FilterExpression === undefined ? undefined : parseCondition('FilterExpression', input.FilterExpression, from);

const checkFilter = (filter: Condition, { source, index }: Pick<Reading, 'source' | 'index'>) => {
  const read = attributesOf(filter);
  const key = keyAttributes(source.schema).find(({ name }) => read.includes(name));
  if (key) {
    const what = `Primary key attribute: ${key.name}`;
    throw invalid(`Filter Expression can only contain non-primary key attributes: ${what}`);
  }
  const missing = read.filter((name) => index?.projects && !index.projects.includes(name));
  if (missing.length) {
    const what = `Secondary index ${index?.name} does not project one or more filter attributes`;
    throw invalid(`One or more parameter values were invalid: ${what}: [${missing.sort().join(', ')}]`);
  }
};

/** The names of the attributes that say where a page ends. */
const startNames = ({ table, source }: Pick<Reading, 'table' | 'source'>) => [
  ...new Set([...keyAttributes(table.schema), ...keyAttributes(source.schema)].map(({ name }) => name)),
];

const startOf = (input: QueryInput, reading: Pick<Reading, 'table' | 'source'>) => {
  if (!input.ExclusiveStartKey) return undefined;
  const start = checkedItem(input.ExclusiveStartKey);
  if (Object.keys(start).length !== startNames(reading).length)
    throw invalid("Exclusive Start Key must have same size as table's key schema");
  keyWithin(start, reading.table.schema);
  keyWithin(start, reading.source.schema);
  return start;
};

const readingOf = (engine: Engine, operation: string, input: QueryInput, more: readonly string[]) => {
  only(operation, input, [...SHARED, ...more]);
  if (input.Limit !== undefined && input.Limit < 1) throw invalid('Limit must be greater than or equal to 1');
  const table = seenBy(engine, tableOf(engine, input.TableName), input.ConsistentRead);
  const index = indexOf(table, input);
  const source = index ?? table;
  const from = placeholders(input, ['ProjectionExpression'], ['FilterExpression', ...more]);
  return { table, index, source, from };
};

/** One page: at most 1 MB or `Limit` items are read, whatever the filter leaves of them. */
const page = (input: QueryInput, reading: Reading, entries: Iterable<Entry>, meter: Meter) => {
  const { table, index, filter, paths } = reading;
  const items: Item[] = [];
  let [scanned, bytes] = [0, 0];
  let last: Item | undefined;
  for (const entry of entries) {
    scanned += 1;
    bytes += entry.bytes;
    if (!filter || meets(filter, entry.item)) items.push(paths ? project(entry.item, paths) : entry.item);
    if (scanned === input.Limit || bytes >= MAX_PAGE_BYTES) {
      last = entry.item;
      break;
    }
  }
  const units = Math.max(1, Math.ceil(bytes / 4096)) * timesOf(input.ConsistentRead);
  meter.spend('read', table.name, index ? 0 : units, index ? [[index.name, units]] : []);
  const [ConsumedCapacity] = meter.consumed(input.ReturnConsumedCapacity);
  const end = last;
  const LastEvaluatedKey = end && Object.fromEntries(startNames(reading).map((name) => [name, attribute(end, name)]));
  const counts = { Count: items.length, ScannedCount: scanned, LastEvaluatedKey, ConsumedCapacity };
  return input.Select === 'COUNT' ? counts : { Items: items, ...counts };
};

const placeOf = ({ table, source }: Reading, start: Item): Place => ({
  id: table.idOf(start),
  range: source.schema.range && start[source.schema.range.name],
});

/** The entries of the partition that the condition spans, from behind the start. */
function* spanned(reading: Reading, { hash, range }: KeyCondition, forward: boolean): Generator<Entry> {
  const entries = reading.source.collection.partition(textOf(hash));
  let [from, to] = spanOf(entries, range);
  const place = reading.start && placeOf(reading, reading.start);
  if (place && forward) from = Math.max(from, firstWhere(entries, behind(place)));
  if (place && !forward) to = Math.min(to, firstWhere(entries, atOrBehind(place)));
  for (let at = forward ? from : to - 1; at >= from && at < to; at += forward ? 1 : -1) yield entries[at] as Entry;
}

const checkStart = ({ source, start }: Reading, { hash, range }: KeyCondition) => {
  if (!start) return;
  const sameHash = textOf(start[source.schema.hash.name] ?? {}) === textOf(hash);
  const key = range && start[range.name];
  if (!sameHash || (range && key && !inRange(range, key)))
    throw invalid('The provided starting key does not match the range key predicate');
};

export const query = (engine: Engine, input: QueryInput, meter: Meter) => {
  const { from, ...base } = readingOf(engine, 'Query', input, ['KeyConditionExpression', 'ScanIndexForward']);
  if (input.KeyConditionExpression === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  const condition = parseKeyCondition(input.KeyConditionExpression, from, base.source.schema);
  const filter = filterOf(input, from);
  const paths = pathsOf(input, base.index, from);
  from.refuseUnused();
  if (filter) checkFilter(filter, base);
  const reading: Reading = { ...base, filter, paths, start: startOf(input, base) };
  checkStart(reading, condition);
  authorize(meter, 'Query', [textOf(condition.hash)]);
  return page(input, reading, spanned(reading, condition, input.ScanIndexForward !== false), meter);
};

/** Reads all there is, in the order of ids. No function is granted it. */
export const scan = (engine: Engine, input: QueryInput, meter: Meter) => {
  const { from, ...base } = readingOf(engine, 'Scan', input, []);
  const filter = filterOf(input, from);
  const paths = pathsOf(input, base.index, from);
  from.refuseUnused();
  const start = startOf(input, base);
  authorize(meter, 'Scan', []);
  const entries = base.source.collection.all();
  const first = start ? firstWhere(entries, ({ id }) => id > base.table.idOf(start)) : 0;
  return page(input, { ...base, filter, paths, start }, entries.slice(first), meter);
};
