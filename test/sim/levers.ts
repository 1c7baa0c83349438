import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { recountOf } from '#inventory/table/recount';
import { eventsOf } from '#orders/table/history-events';
import { sign } from '#payments/http/signature';
import type { TenantId } from '#platform/kernel';
import type { FunctionId } from '#platform/manifest';
import { outgoingEvents, toEntry } from '#relay/stream-record';
import { formatApiKey } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import type { Host } from '../../embedded/host/host.ts';
import type { Row } from '../../ops/audit/table-audit.ts';
import { secrets } from '../fixtures/secrets.ts';
import type { ClientResponse, SendRequest } from './client.ts';

/** What persons and the provider can do from outside. Every name of the product and of its sandbox that they need is stated here, once. */

export type Money = { readonly amount: number; readonly currency: string };
export type Charge = Money & {
  readonly key: string;
  readonly status: string;
  readonly captured: number;
  readonly refunded: number;
};
export type CallbackStatus = 'captured' | 'declined' | 'refunded' | 'disputed';
export type Callback = Money & { readonly key: string; readonly status: CallbackStatus };

const SECOND = 1_000;
const PREFIX = 'breakwater-dev-';
/** Also the name of the bus. */
const TABLE_NAME = 'breakwater-dev';

/** The provider's key of an order's n-th attempt. */
export const attemptKeyOf = (tenantId: string, orderId: string, n = 1): string =>
  n === 1 ? `${tenantId}.${orderId}` : `${tenantId}.${orderId}.${n}`;

/** The tenant, the order and the attempt of a provider's key. */
export const partsOfKey = (
  key: string,
): { readonly tenantId: string; readonly orderId: string; readonly n: number } => {
  const [tenantId = '', orderId = '', n = '1'] = key.split('.');
  return { tenantId, orderId, n: Number(n) };
};

type Call = Host['callAws'];
const callTable = async (call: Call, operation: string, input: object) => {
  const body = JSON.stringify({ TableName: TABLE_NAME, ...input });
  const { status, json } = await call({ target: `DynamoDB_20120810.${operation}`, body });
  if (status !== 200) throw new Error(`${operation}: ${json}`);
  return JSON.parse(json);
};

/** What `npm run ops -- pause` does: deadlines do not pass from one moment to the other, in milliseconds since 1970. */
export const pauseDeadlines = async (
  call: Call,
  { from, until }: { readonly from: number; readonly until: number },
) => {
  const key = { pk: 'due#pause', sk: 'pause' };
  const { Item } = await callTable(call, 'GetItem', { Key: marshall(key), ConsistentRead: true });
  const { pauses = [], v = 0 } = Item ? unmarshall(Item) : {};
  const pause = { from: new Date(from).toISOString(), until: new Date(until).toISOString(), reason: 'simulated' };
  await callTable(call, 'PutItem', { Item: marshall({ ...key, pauses: [...pauses, pause], v: v + 1 }) });
};

/** Puts a tenant's breaker as the last of five failures leaves it, open until this time, in milliseconds since 1970. */
export const putOpenBreaker = async (call: Call, tenantId: string, until: number) => {
  const pk = `payments#${tenantId}#breaker#sandbox`;
  const state = { status: 'open', until: new Date(until).toISOString(), generation: 1, failures: [], v: 5 };
  await callTable(call, 'PutItem', { Item: marshall({ pk, sk: 'breaker', ...state }) });
};

const chargeKey = (key: string) => ({ pk: `sandbox#${partsOfKey(key).tenantId}#charge#${key}`, sk: 'charge' });

/** The number of a consumer's dead letters. */
export const countDeadLetters = async ({ callAws, origin }: Host, fn: FunctionId): Promise<number> => {
  const body = JSON.stringify({ QueueUrl: `${origin}/000000000000/${PREFIX}${fn}-dead`, AttributeNames: ['All'] });
  const { status, json } = await callAws({ target: 'AmazonSQS.GetQueueAttributes', body });
  if (status !== 200) throw new Error(`GetQueueAttributes: ${json}`);
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } =
    JSON.parse(json).Attributes;
  // the redrive hides them while it looks at them
  return Number(visible) + Number(hidden);
};

/** What `npm run republish -- --given-up` does: publishes the events of the stream records that the relay has given up. */
export const republishGivenUp = async (host: Host): Promise<void> => {
  const { callS3 } = host;
  const valuesOf = (tag: string, target: string) =>
    [...callS3({ method: 'GET', target }).body.matchAll(new RegExp(`<${tag}>([^<]+)</${tag}>`, 'g'))].map(
      ([, text = '']) => text,
    );
  for (const bucket of valuesOf('Name', '/'))
    for (const key of valuesOf('Key', `/${bucket}?list-type=2`)) {
      const { payload } = JSON.parse(callS3({ method: 'GET', target: `/${bucket}/${key}` }).body);
      const { Records } = (typeof payload === 'string' ? JSON.parse(payload) : payload) as {
        Records: DynamoDBRecord[];
      };
      for (const event of Records.flatMap((record) => outgoingEvents(record, TABLE_NAME))) {
        if (!('entry' in event)) throw new Error(`a record that was given up cannot be published: ${event.reason}`);
        await host.callAws({ target: 'AWSEvents.PutEvents', body: JSON.stringify({ Entries: [event.entry] }) });
      }
    }
};

/** What `npm run republish` does: publishes the events of all orders again, and has all summaries of stock counted again. */
export const republish = async ({ callAws }: Host, rows: readonly Row[]): Promise<void> => {
  const at = new Date().toISOString();
  const entries = [
    ...rows
      .filter(({ sk }) => sk === 'order')
      .flatMap((row) => eventsOf(row).map((event) => toEntry(event, 'orders', TABLE_NAME))),
    ...rows.filter(({ sk }) => sk === 'head').map((row) => toEntry(recountOf(row, at), 'inventory', TABLE_NAME)),
  ];
  for (const entry of entries)
    await callAws({ target: 'AWSEvents.PutEvents', body: JSON.stringify({ Entries: [entry] }) });
};

/** The keys that `npm run ops -- strays` lists: captures that no attempt of an order has recorded. */
export const straysOf = (rows: readonly Row[]): readonly string[] => {
  type Attempts = readonly { readonly key: string; readonly captured: number }[];
  const attempts = rows.flatMap((row) => (row['attempts'] as Attempts | undefined) ?? []);
  const keys = new Set(attempts.filter(({ captured }) => captured > 0).map(({ key }) => key));
  return rows.flatMap(({ sk, key }) => (sk === 'stray' && !keys.has(String(key)) ? [String(key)] : []));
};

/** Deletes the messages of a consumer's queue. */
export const purgeQueue = async ({ callAws, origin }: Host, fn: FunctionId): Promise<void> => {
  const body = JSON.stringify({ QueueUrl: `${origin}/000000000000/${PREFIX}${fn}` });
  const { status, json } = await callAws({ target: 'AmazonSQS.PurgeQueue', body });
  if (status !== 200) throw new Error(`PurgeQueue: ${json}`);
};

export const stopExecution = async (call: Call, executionArn: string): Promise<void> => {
  const { status, json } = await call({
    target: 'AWSStepFunctions.StopExecution',
    body: JSON.stringify({ executionArn }),
  });
  if (status !== 200) throw new Error(`StopExecution: ${json}`);
};

/** The provider's records and its console, in which a person acts by hand. */
export const createProviderConsole = (send: SendRequest, call: Call) => {
  const bearer = secrets['provider-key'];
  const readItem = async (key: string) => {
    const { Item } = await callTable(call, 'GetItem', { Key: marshall(chargeKey(key)), ConsistentRead: true });
    return Item && unmarshall(Item);
  };
  return {
    /** The provider's record of a charge. Reading it changes nothing, which a request of a merchant does. */
    find: async (key: string) => (await readItem(key)) as Charge | undefined,
    charge: (key: string, { amount, currency }: Money, token: string): Promise<ClientResponse<Charge>> =>
      send('POST', '/sandbox/charges', { bearer, body: { key, amount, currency, token } }),
    /** Refunds a part or all of what was captured. */
    refund: ({ key }: Charge, amount: number): Promise<ClientResponse<Charge>> =>
      send('POST', `/sandbox/charges/${key}/refund-by-hand`, { bearer, body: { amount } }),
    /** Captures what was declined or voided. */
    capture: ({ key, amount, currency }: Charge) =>
      send('POST', `/sandbox/charges/${key}/capture-by-hand`, { bearer, body: { amount, currency } }),
    allowRefund: (key: string) => send('POST', `/sandbox/charges/${key}/allow-refund`, { bearer, body: {} }),
    /** Sends a signed callback. */
    notify(callback: Callback, now: number): Promise<ClientResponse<unknown>> {
      const text = JSON.stringify(callback);
      const at = `${Math.floor(now / SECOND)}`;
      const signature = `t=${at},v1=${sign(secrets['provider-callback-key'], at, text)}`;
      return send('POST', '/v1/providers/sandbox/callbacks', {
        headers: [['breakwater-signature', signature]],
        body: text,
      });
    },
  };
};
export type ProviderConsole = ReturnType<typeof createProviderConsole>;

/** Which channel an order takes while the provider is unavailable, in minutes; `null` is never. */
export type Policy = { readonly offlineAfterMinutes: number | null; readonly giveWayAfterMinutes: number | null };

/** Sets the policy of a tenant, as the operator. */
export const putPolicy = async (send: SendRequest, tenantId: string, policy: Policy): Promise<number> =>
  (await send('PUT', `/v1/tenants/${tenantId}/policy`, { bearer: secrets['operator-key'], body: policy })).status;

const REGISTRATION_TIMEOUT_MS = 30 * SECOND;
const MAX_REGISTRATIONS = 20;
export type RegisterTenant = (id: string, name: string) => Promise<{ readonly id: string; readonly apiKey: string }>;

type RegistrationOptions = {
  readonly host: () => Host;
  readonly sleep: (ms: number) => Promise<void>;
  readonly report: (invariant: number, message: string) => void;
};

/**
 * Creates a tenant with an id of our choice, as a host does that seeds one. What comes of a request that crashes is not known, so it is
 * repeated. The id is free, so what is refused, or fails again and again, takes the tenant for another.
 */
export const createRegistration =
  ({ host, sleep, report }: RegistrationOptions): RegisterTenant =>
  async (id, name) => {
    const key = { tenantId: id as TenantId, secret: `secret-of-tenant-${id}` };
    const tryOnce = () => {
      const register = tenantRegistration(host().createRuntime('tenants-write').runtime);
      return Promise.race([register({ name, key }).catch(() => undefined), sleep(REGISTRATION_TIMEOUT_MS)]);
    };
    let registered = await tryOnce();
    for (let n = 1; !registered && n < MAX_REGISTRATIONS; n += 1) registered = await tryOnce();
    if (!registered?.ok) report(17, `the tenant ${id} was not registered: ${registered?.error ?? 'every try failed'}`);
    return { id, apiKey: formatApiKey(key) };
  };
