import type { Meter } from './capacity.ts';
import { type Collection, type Entry, type EntryPosition, isAfter, isAtOrAfter, partitionPoint } from './collection.ts';
import { type Condition, conditionAttributes, matchesCondition, parseCondition } from './condition.ts';
import { type Path, project } from './document.ts';
import { authorizeKeys, type Engine, getTable, rejectUnsupported, tableForRead } from './engine.ts';
import { type Placeholders, parsePlaceholders, parseProjection } from './expression.ts';
import { findSpan, isInRange, type KeyCondition, parseKeyCondition } from './key-condition.ts';
import { readCostFactor } from './reads.ts';
import { extractKey, keyAttributes, keyText } from './schema.ts';
import type { Index, Table } from './table.ts';
import { findAttribute, type Item, validateItem, validationError } from './values.ts';

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

/** What a query or a scan reads and which attributes it returns. */
type PagedRead = {
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

const findIndex = (table: Table, { IndexName, ConsistentRead, Select }: QueryInput) => {
  if (IndexName === undefined) return undefined;
  const index = table.indexes.get(IndexName);
  if (!index) throw validationError(`The table does not have the specified index: ${IndexName}`);
  if (ConsistentRead) throw validationError('Consistent reads are not supported on global secondary indexes');
  if (Select === 'ALL_ATTRIBUTES' && index.projects) {
    const what = `Select type ALL_ATTRIBUTES is not supported for global secondary index ${IndexName}`;
    throw validationError(`One or more parameter values were invalid: ${what} because its projection type is not ALL`);
  }
  return index;
};

const parsePaths = (input: QueryInput, index: Index | undefined, from: Placeholders) => {
  const { ProjectionExpression: text, Select } = input;
  if (text === undefined) {
    if (Select !== 'SPECIFIC_ATTRIBUTES') return undefined;
    throw validationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES')
    throw validationError(`Cannot specify the ProjectionExpression when choosing to get ${Select}`);
  const paths = parseProjection(text, from);
  const missing = paths.filter(([name]) => index?.projects && !index.projects.includes(String(name)));
  if (missing.length) {
    const what = `Global secondary index ${index?.name} does not project [${missing.map(([name]) => name).join(', ')}]`;
    throw validationError(`One or more parameter values were invalid: ${what}`);
  }
  return paths;
};

const parseFilter = (input: QueryInput, from: Placeholders) =>
  input.FilterExpression === undefined ? undefined : parseCondition('FilterExpression', input.FilterExpression, from);

const checkFilter = (filter: Condition, { source, index }: Pick<PagedRead, 'source' | 'index'>) => {
  const read = conditionAttributes(filter);
  const key = keyAttributes(source.schema).find(({ name }) => read.includes(name));
  if (key) {
    const what = `Primary key attribute: ${key.name}`;
    throw validationError(`Filter Expression can only contain non-primary key attributes: ${what}`);
  }
  const missing = read.filter((name) => index?.projects && !index.projects.includes(name));
  if (missing.length) {
    const what = `Secondary index ${index?.name} does not project one or more filter attributes`;
    throw validationError(`One or more parameter values were invalid: ${what}: [${missing.sort().join(', ')}]`);
  }
};

/** The names of the attributes in LastEvaluatedKey and ExclusiveStartKey. */
const startKeyNames = ({ table, source }: Pick<PagedRead, 'table' | 'source'>) => [
  ...new Set([...keyAttributes(table.schema), ...keyAttributes(source.schema)].map(({ name }) => name)),
];

const parseStartKey = (input: QueryInput, reading: Pick<PagedRead, 'table' | 'source'>) => {
  if (!input.ExclusiveStartKey) return undefined;
  const start = validateItem(input.ExclusiveStartKey);
  if (Object.keys(start).length !== startKeyNames(reading).length)
    throw validationError("Exclusive Start Key must have same size as table's key schema");
  extractKey(start, reading.table.schema);
  extractKey(start, reading.source.schema);
  return start;
};

const prepareRead = (engine: Engine, operation: string, input: QueryInput, more: readonly string[]) => {
  rejectUnsupported(operation, input, [...SHARED, ...more]);
  if (input.Limit !== undefined && input.Limit < 1) throw validationError('Limit must be greater than or equal to 1');
  const table = tableForRead(engine, getTable(engine, input.TableName), input.ConsistentRead);
  const index = findIndex(table, input);
  const source = index ?? table;
  const from = parsePlaceholders(input, ['ProjectionExpression'], ['FilterExpression', ...more]);
  return { table, index, source, from };
};

/** Reads one page: at most 1 MB or `Limit` items, counted before the filter. */
const readPage = (input: QueryInput, reading: PagedRead, entries: Iterable<Entry>, meter: Meter) => {
  const { table, index, filter, paths } = reading;
  const items: Item[] = [];
  let [scanned, bytes] = [0, 0];
  let last: Item | undefined;
  for (const entry of entries) {
    scanned += 1;
    bytes += entry.bytes;
    if (!filter || matchesCondition(filter, entry.item)) items.push(paths ? project(entry.item, paths) : entry.item);
    if (scanned === input.Limit || bytes >= MAX_PAGE_BYTES) {
      last = entry.item;
      break;
    }
  }
  const units = Math.max(1, Math.ceil(bytes / 4096)) * readCostFactor(input.ConsistentRead);
  meter.spend('read', table.name, index ? 0 : units, index ? [[index.name, units]] : []);
  const [ConsumedCapacity] = meter.consumed(input.ReturnConsumedCapacity);
  const lastItem = last;
  const LastEvaluatedKey =
    lastItem && Object.fromEntries(startKeyNames(reading).map((name) => [name, findAttribute(lastItem, name)]));
  const counts = { Count: items.length, ScannedCount: scanned, LastEvaluatedKey, ConsumedCapacity };
  return input.Select === 'COUNT' ? counts : { Items: items, ...counts };
};

const positionOf = ({ table, source }: PagedRead, start: Item): EntryPosition => ({
  id: table.idOf(start),
  range: source.schema.range && start[source.schema.range.name],
});

/** The entries of the partition that fulfil the key condition, after the start key. */
function* entriesInSpan(reading: PagedRead, { hash, range }: KeyCondition, forward: boolean): Generator<Entry> {
  const entries = reading.source.collection.partition(keyText(hash));
  let [from, to] = findSpan(entries, range);
  const position = reading.start && positionOf(reading, reading.start);
  if (position && forward) from = Math.max(from, partitionPoint(entries, isAfter(position)));
  if (position && !forward) to = Math.min(to, partitionPoint(entries, isAtOrAfter(position)));
  for (let n = forward ? from : to - 1; n >= from && n < to; n += forward ? 1 : -1) yield entries[n] as Entry;
}

const checkStartKey = ({ source, start }: PagedRead, { hash, range }: KeyCondition) => {
  if (!start) return;
  const sameHash = keyText(start[source.schema.hash.name] ?? {}) === keyText(hash);
  const key = range && start[range.name];
  if (!sameHash || (range && key && !isInRange(range, key)))
    throw validationError('The provided starting key does not match the range key predicate');
};

export const query = (engine: Engine, input: QueryInput, meter: Meter) => {
  const { from, ...base } = prepareRead(engine, 'Query', input, ['KeyConditionExpression', 'ScanIndexForward']);
  if (input.KeyConditionExpression === undefined)
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  const condition = parseKeyCondition(input.KeyConditionExpression, from, base.source.schema);
  const filter = parseFilter(input, from);
  const paths = parsePaths(input, base.index, from);
  from.rejectUnused();
  if (filter) checkFilter(filter, base);
  const reading: PagedRead = { ...base, filter, paths, start: parseStartKey(input, base) };
  checkStartKey(reading, condition);
  authorizeKeys(meter, 'Query', [keyText(condition.hash)]);
  return readPage(input, reading, entriesInSpan(reading, condition, input.ScanIndexForward !== false), meter);
};

/** Reads the whole table in the order of ids, page by page. */
export const scan = (engine: Engine, input: QueryInput, meter: Meter) => {
  const { from, ...base } = prepareRead(engine, 'Scan', input, []);
  const filter = parseFilter(input, from);
  const paths = parsePaths(input, base.index, from);
  from.rejectUnused();
  const start = parseStartKey(input, base);
  authorizeKeys(meter, 'Scan', []);
  const entries = base.source.collection.all();
  const first = start ? partitionPoint(entries, ({ id }) => id > base.table.idOf(start)) : 0;
  return readPage(input, { ...base, filter, paths, start }, entries.slice(first), meter);
};
