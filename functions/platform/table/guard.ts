import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DUE_INDEX, SHARED_READ_KEYS, TABLE } from '#platform/manifest';
import type { BaseRuntime } from '#platform/runtime/runtime';

/** A call of the table names a key of another tenant than the work is for. The message names no tenant and no key. */
export class ForeignKey extends Error {
  override readonly name = 'ForeignKey';
}

/**
 * Where a call names a partition key, and whose it must be. `own`: of the tenant. `readable`: of the tenant, or shared for reading.
 * `due`: of the tenant, or a list of what is due for all of them. `tenant`: it is the tenant's id itself.
 */
type KeyUse = {
  readonly place: string;
  readonly key: unknown;
  readonly kind: 'own' | 'readable' | 'due' | 'tenant';
};

const isDueKey = (key: unknown): boolean => typeof key === 'string' && key.startsWith(`${DUE_INDEX}#`);

/** The tenant of a partition key, `<context>#<tenant>#...`. Undefined for a key of another form, and for those of the due lists. */
const ownerOf = (key: unknown): string | undefined => {
  if (typeof key !== 'string' || isDueKey(key)) return undefined;
  const start = key.indexOf('#') + 1;
  const end = key.indexOf('#', start);
  return start > 1 && end > start ? key.slice(start, end) : undefined;
};

const isAllowed = ({ key, kind }: KeyUse, tenantId: string | undefined): boolean => {
  if (kind === 'readable' && SHARED_READ_KEYS.some((shared) => shared === key)) return true;
  if (kind === 'due' && isDueKey(key)) return true;
  return tenantId !== undefined && (kind === 'tenant' ? key : ownerOf(key)) === tenantId;
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
/** A value of another form counts as one entry without a key, which is refused. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [undefined]);
const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [['', undefined]];

const refusedUse = (place: string): KeyUse => ({ place, key: undefined, kind: 'own' });
const keyUse = (kind: KeyUse['kind'], params: unknown): readonly KeyUse[] => [
  { place: 'Key', key: fieldOf(fieldOf(params, 'Key'), TABLE.partitionKey), kind },
];

/** The attributes by which an item becomes visible elsewhere: in an index, and in the events that the relay publishes. */
const guardedAttributes = new Map<string, (value: unknown) => readonly KeyUse[]>([
  ...TABLE.indexes.map(({ name, partitionKey }) => {
    const kind = name === DUE_INDEX ? 'due' : 'own';
    return [partitionKey, (key: unknown): readonly KeyUse[] => [{ place: partitionKey, key, kind }]] as const;
  }),
  [
    'out',
    (out) =>
      listOf(fieldOf(out, 'events')).map((event) => ({
        ...{ place: 'out', key: fieldOf(event, 'tenantId'), kind: 'tenant' },
      })),
  ],
]);

const putUses = (params: unknown): readonly KeyUse[] => {
  const item = fieldOf(params, 'Item');
  const attributes = [...guardedAttributes].flatMap(([name, usesOf]) => {
    const value = fieldOf(item, name);
    return value === undefined ? [] : usesOf(value);
  });
  return [{ place: 'Item', key: fieldOf(item, TABLE.partitionKey), kind: 'own' }, ...attributes];
};

const EQUALITY = /(?<![:#\w])(#?\w+)\s*=\s*(:\w+)/g;
const NAME = /(?<![:#\w])#?\w+/g;
/** Up to the next clause. It makes an item visible nowhere. */
const REMOVE_CLAUSE = /(?<![:#\w])REMOVE\s.*?(?=(?<![:#\w])(?:SET|ADD|DELETE)\s|$)/gis;

/** An expression with what its placeholders stand for. */
const expressionOf = (params: unknown, expression: string) => ({
  text: String(fieldOf(params, expression) ?? ''),
  nameFor: (name: string) =>
    name.startsWith('#') ? String(fieldOf(fieldOf(params, 'ExpressionAttributeNames'), name)) : name,
  valueFor: (placeholder: string) => fieldOf(fieldOf(params, 'ExpressionAttributeValues'), placeholder),
});

/** An update may set a guarded attribute to a value, or remove it, and do nothing else with it: the guard does not evaluate expressions. */
const updateUses = (params: unknown): readonly KeyUse[] => {
  const { text, nameFor, valueFor } = expressionOf(params, 'UpdateExpression');
  const uses: KeyUse[] = [];
  const rest = text
    .replaceAll(REMOVE_CLAUSE, '')
    .replaceAll(EQUALITY, (assignment, name: string, placeholder: string) => {
      const usesOf = guardedAttributes.get(nameFor(name));
      if (!usesOf) return assignment;
      uses.push(...usesOf(valueFor(placeholder)));
      return '';
    });
  const others = (rest.match(NAME) ?? []).map(nameFor).filter((name) => guardedAttributes.has(name));
  const legacy = fieldOf(params, 'AttributeUpdates') === undefined ? [] : ['AttributeUpdates'];
  return [...keyUse('own', params), ...uses, ...[...others, ...legacy].map(refusedUse)];
};

/** The partition is the value that the key condition compares with the partition key; a condition of another form has none. */
const queryUses = (params: unknown): readonly KeyUse[] => {
  const indexName = fieldOf(params, 'IndexName');
  const index = TABLE.indexes.find(({ name }) => name === indexName);
  const partitionKey = indexName === undefined ? TABLE.partitionKey : index?.partitionKey;
  const { text, nameFor, valueFor } = expressionOf(params, 'KeyConditionExpression');
  const partitions = [...text.matchAll(EQUALITY)].flatMap(([, name = '', placeholder = '']) =>
    nameFor(name) === partitionKey ? [valueFor(placeholder)] : [],
  );
  const key = partitions.length === 1 ? partitions[0] : undefined;
  const start = fieldOf(params, 'ExclusiveStartKey');
  const startKeys =
    start === undefined
      ? []
      : [TABLE.partitionKey, ...(index ? [index.partitionKey] : [])].map((name) => fieldOf(start, name));
  return [
    { place: 'KeyConditionExpression', key, kind: 'own' },
    ...startKeys.map((key): KeyUse => ({ place: 'ExclusiveStartKey', key, kind: 'own' })),
  ];
};

type UsesOf = (params: unknown) => readonly KeyUse[];
const itemUses: ReadonlyMap<string, UsesOf> = new Map([
  ['Get', (params) => keyUse('own', params)],
  ['Put', putUses],
  ['Update', updateUses],
  ['Delete', (params) => keyUse('own', params)],
  ['ConditionCheck', (params) => keyUse('own', params)],
]);
const transactionUses: UsesOf = (params) =>
  listOf(fieldOf(params, 'TransactItems')).flatMap((part) =>
    entriesOf(part).flatMap(([action, params]) => itemUses.get(action)?.(params) ?? [refusedUse(action)]),
  );

/** The commands of the table that functions use. The guard refuses any other, such as a scan. */
const commandUses: ReadonlyMap<string, UsesOf> = new Map([
  ['GetItemCommand', (params) => keyUse('readable', params)],
  [
    'BatchGetItemCommand',
    (params) =>
      entriesOf(fieldOf(params, 'RequestItems')).flatMap(([, request]) =>
        listOf(fieldOf(request, 'Keys')).flatMap((Key) => keyUse('own', { Key })),
      ),
  ],
  ['QueryCommand', queryUses],
  ['PutItemCommand', putUses],
  ['UpdateItemCommand', updateUses],
  ['DeleteItemCommand', (params) => keyUse('own', params)],
  ['TransactGetItemsCommand', transactionUses],
  ['TransactWriteItemsCommand', transactionUses],
]);

/**
 * Refuses every call of this client that names a key of another tenant than the current work is for, before anything is sent. Where no
 * tenant is set it refuses the keys of all tenants, unless the function's manifest declares that it works for all of them (ADR 89).
 * A refusal is a defect, so it is counted.
 * Returns the same client.
 */
export const guardTenants = <C extends DynamoDBDocumentClient>(
  client: C,
  rt: Pick<BaseRuntime, 'functionName' | 'metric' | 'tenants'>,
): C => {
  client.middlewareStack.add(
    (next, { commandName = 'an unknown command' }) =>
      async (args) => {
        const tenantId = rt.tenants.id();
        if (tenantId === undefined && rt.tenants.worksForAll) return next(args);
        const uses = commandUses.get(commandName)?.(args.input) ?? [];
        const refused = uses.length === 0 ? refusedUse('command') : uses.find((use) => !isAllowed(use, tenantId));
        if (!refused) return next(args);
        const reason = tenantId === undefined ? 'no tenant is set' : 'it is of another tenant';
        rt.metric('ForeignKeysRefused', 1, { function: rt.functionName, command: commandName, place: refused.place });
        throw new ForeignKey(`${rt.functionName} may not use the ${refused.place} of its ${commandName}: ${reason}`);
      },
    { step: 'initialize', name: 'tenantGuard' },
  );
  return client;
};
