import { type CapacityMeter, toReadUnits } from './capacity.ts';
import {
  type Collection,
  type Entry,
  type EntryPosition,
  findPartitionPoint,
  isAfter,
  isAtOrAfter,
} from './collection.ts';
import { type Condition, matchesCondition, parseCondition, toAttributeNames } from './condition.ts';
import { type Path, project } from './document.ts';
import { authorizeKeys, type Engine, getTable, getTableForRead, rejectUnsupported } from './engine.ts';
import { type Placeholders, parsePlaceholders, parseProjection } from './expression.ts';
import { findSpan, isInRange, type KeyCondition, parseKeyCondition } from './key-condition.ts';
import { extractKey, toKeyAttributes, toKeyString } from './key-schema.ts';
import { readCostFactor } from './reads.ts';
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
    const detail = `Select type ALL_ATTRIBUTES is not supported for global secondary index ${IndexName}`;
    throw validationError(
      `One or more parameter values were invalid: ${detail} because its projection type is not ALL`,
    );
  }
  return index;
};

const parsePaths = (input: QueryInput, index: Index | undefined, placeholders: Placeholders) => {
  const { ProjectionExpression: text, Select } = input;
  if (text === undefined) {
    if (Select !== 'SPECIFIC_ATTRIBUTES') return undefined;
    throw validationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES')
    throw validationError(`Cannot specify the ProjectionExpression when choosing to get ${Select}`);
  const paths = parseProjection(text, placeholders);
  const missing = paths.filter(([name]) => index?.projects && !index.projects.includes(String(name)));
  if (missing.length) {
    const detail = `Global secondary index ${index?.name} does not project [${missing.map(([name]) => name).join(', ')}]`;
    throw validationError(`One or more parameter values were invalid: ${detail}`);
  }
  return paths;
};

const parseFilter = (input: QueryInput, placeholders: Placeholders) =>
  input.FilterExpression === undefined
    ? undefined
    : parseCondition('FilterExpression', input.FilterExpression, placeholders);

const checkFilter = (filter: Condition, { source, index }: Pick<PagedRead, 'source' | 'index'>) => {
  const read = toAttributeNames(filter);
  const key = toKeyAttributes(source.schema).find(({ name }) => read.includes(name));
  if (key) {
    const detail = `Primary key attribute: ${key.name}`;
    throw validationError(`Filter Expression can only contain non-primary key attributes: ${detail}`);
  }
  const missing = read.filter((name) => index?.projects && !index.projects.includes(name));
  if (missing.length) {
    const detail = `Secondary index ${index?.name} does not project one or more filter attributes`;
    throw validationError(`One or more parameter values were invalid: ${detail}: [${missing.sort().join(', ')}]`);
  }
};

/** The names of the attributes in LastEvaluatedKey and ExclusiveStartKey. */
const toStartKeyNames = ({ table, source }: Pick<PagedRead, 'table' | 'source'>) => [
  ...new Set([...toKeyAttributes(table.schema), ...toKeyAttributes(source.schema)].map(({ name }) => name)),
];

const parseStartKey = (input: QueryInput, reading: Pick<PagedRead, 'table' | 'source'>) => {
  if (!input.ExclusiveStartKey) return undefined;
  const start = validateItem(input.ExclusiveStartKey);
  if (Object.keys(start).length !== toStartKeyNames(reading).length)
    throw validationError("Exclusive Start Key must have same size as table's key schema");
  extractKey(start, reading.table.schema);
  extractKey(start, reading.source.schema);
  return start;
};

type ReadOperation = { readonly operation: 'Query' | 'Scan'; readonly moreParameters: readonly string[] };

const prepareRead = (engine: Engine, input: QueryInput, { operation, moreParameters }: ReadOperation) => {
  rejectUnsupported(operation, input, [...SHARED, ...moreParameters]);
  if (input.Limit !== undefined && input.Limit < 1) throw validationError('Limit must be greater than or equal to 1');
  const table = getTableForRead(engine, getTable(engine, input.TableName), input.ConsistentRead);
  const index = findIndex(table, input);
  const source = index ?? table;
  const expressions = ['FilterExpression', ...moreParameters];
  const placeholders = parsePlaceholders(input, ['ProjectionExpression'], expressions);
  return { table, index, source, placeholders };
};

type Page = {
  readonly input: QueryInput;
  readonly reading: PagedRead;
  readonly entries: Iterable<Entry>;
  /** Undefined for a scan. */
  readonly partitionKey: string | undefined;
  readonly meter: CapacityMeter;
};

/** Reads one page: at most 1 MB or `Limit` items, counted before the filter. */
const readPage = ({ input, reading, entries, partitionKey, meter }: Page) => {
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
  const units = toReadUnits(bytes) * readCostFactor(input.ConsistentRead);
  meter.consume([{ kind: 'read', table: table.name, index: index?.name, partitionKey, units }]);
  const [ConsumedCapacity] = meter.toConsumedCapacity(input.ReturnConsumedCapacity);
  const lastItem = last;
  const LastEvaluatedKey =
    lastItem && Object.fromEntries(toStartKeyNames(reading).map((name) => [name, findAttribute(lastItem, name)]));
  const counts = { Count: items.length, ScannedCount: scanned, LastEvaluatedKey, ConsumedCapacity };
  return input.Select === 'COUNT' ? counts : { Items: items, ...counts };
};

const toPosition = ({ table, source }: PagedRead, start: Item): EntryPosition => ({
  id: table.toItemId(start),
  range: source.schema.range && start[source.schema.range.name],
});

/** The entries of the partition that fulfil the key condition, after the start key. */
function* entriesInSpan(reading: PagedRead, { hash, range }: KeyCondition, forward: boolean): Generator<Entry> {
  const entries = reading.source.collection.partition(toKeyString(hash));
  let [from, to] = findSpan(entries, range);
  const position = reading.start && toPosition(reading, reading.start);
  if (position && forward) from = Math.max(from, findPartitionPoint(entries, isAfter(position)));
  if (position && !forward) to = Math.min(to, findPartitionPoint(entries, isAtOrAfter(position)));
  for (let n = forward ? from : to - 1; n >= from && n < to; n += forward ? 1 : -1) yield entries[n] as Entry;
}

const checkStartKey = ({ source, start }: PagedRead, { hash, range }: KeyCondition) => {
  if (!start) return;
  const sameHash = toKeyString(start[source.schema.hash.name] ?? {}) === toKeyString(hash);
  const key = range && start[range.name];
  if (!sameHash || (range && key && !isInRange(range, key)))
    throw validationError('The provided starting key does not match the range key predicate');
};

export const query = (engine: Engine, input: QueryInput, meter: CapacityMeter) => {
  const moreParameters = ['KeyConditionExpression', 'ScanIndexForward'];
  const { placeholders, ...base } = prepareRead(engine, input, { operation: 'Query', moreParameters });
  if (input.KeyConditionExpression === undefined)
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  const condition = parseKeyCondition(input.KeyConditionExpression, placeholders, base.source.schema);
  const filter = parseFilter(input, placeholders);
  const paths = parsePaths(input, base.index, placeholders);
  placeholders.rejectUnused();
  if (filter) checkFilter(filter, base);
  const reading: PagedRead = { ...base, filter, paths, start: parseStartKey(input, base) };
  checkStartKey(reading, condition);
  const partitionKey = toKeyString(condition.hash);
  authorizeKeys(meter, 'Query', [partitionKey]);
  const entries = entriesInSpan(reading, condition, input.ScanIndexForward !== false);
  return readPage({ input, reading, entries, partitionKey, meter });
};

/** Reads the whole table in the order of ids, page by page. */
export const scan = (engine: Engine, input: QueryInput, meter: CapacityMeter) => {
  const { placeholders, ...base } = prepareRead(engine, input, { operation: 'Scan', moreParameters: [] });
  const filter = parseFilter(input, placeholders);
  const paths = parsePaths(input, base.index, placeholders);
  placeholders.rejectUnused();
  const start = parseStartKey(input, base);
  authorizeKeys(meter, 'Scan', []);
  const entries = base.source.collection.all();
  const first = start ? findPartitionPoint(entries, ({ id }) => id > base.table.toItemId(start)) : 0;
  const reading = { ...base, filter, paths, start };
  return readPage({ input, reading, entries: entries.slice(first), partitionKey: undefined, meter });
};
