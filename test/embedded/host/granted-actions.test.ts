import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { sign } from '#payments/http/signature';
import { functionsOf, names, workersOf } from '#platform/manifest';
import { defaultTimes } from '#platform/runtime/times';
import { createSystemRandom } from '../../../embedded/aws/random.ts';
import { ServiceError } from '../../../embedded/aws/service.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { createHost } from '../../../embedded/host/host.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { createRole, type IamRequest } from '../../infra/iam-simulator.ts';
import { statementsOf } from '../../infra/roles.ts';
import { getOnly, settingsOf, synthesise } from '../../infra/synthesis.ts';
import { type Action, grantedActions, iamRequestsOf, usedActions } from './used-actions.ts';

const STEP_MS = 250;
const MAX_WAIT_MS = 5 * 60_000;
/** A promise chain of the host resolves within this many turns of the event loop. */
const SETTLING_TURNS = 30;

const functions = functionsOf(...contexts);
const workers = workersOf(...contexts);
const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

/** What each function has used, by its deployed name. */
const used = new Map(functions.map(({ id }) => [names('dev').fn(id), new Set<Action>()]));
/** Its requests to AWS: one example for each action, resource and list of the contexts whose keys it has. */
const requests = new Map(functions.map(({ id }) => [names('dev').fn(id), new Map<string, IamRequest>()]));
const kindOf = ({ action, resource, leadingKeys = [] }: IamRequest) =>
  [action, resource, ...new Set(leadingKeys.map((key) => key.split('#')[0]))].join(' ');
const metrics = new Set<string>();
let calls = 0;
const times = { ...defaultTimes, standstillMs: 30_000, paymentDeadlineMs: 90_000 };
const clock = createVirtualClock();
/** Workers whose next call of another service than SQS fails, by their deployed names. */
const failingWorkers = new Set<string>();
const host = createHost({
  contexts,
  secrets,
  clock,
  times,
  // every backoff takes half of its maximum
  random: { ...createSystemRandom(), nextFloat: () => 0.5 },
  onMetric: ({ name }) => metrics.add(name),
  interceptors: {
    call: ({ caller, service, input }, proceed) => {
      if (service === 'AmazonSQS' || !failingWorkers.delete(caller.name)) return proceed(input);
      throw new ServiceError('AccessDeniedException', 'a permission is missing for a moment');
    },
  },
  trace: ({ caller, operation, input }) => {
    calls += 1;
    const actions = used.get(caller);
    if (actions) for (const action of usedActions({ operation, input })) actions.add(action);
    const examples = requests.get(caller);
    if (examples) for (const request of iamRequestsOf({ operation, input })) examples.set(kindOf(request), request);
  },
});

/** Resolves once nothing happens any more until time passes. */
const settle = async () => {
  for (let before = -1; before !== calls; ) {
    before = calls;
    for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await nextTurn();
  }
};

/** Lets time pass until `read` returns this value. */
const waitFor = async <T>(read: () => Promise<T>, value: T) => {
  let current = await read();
  for (let waitedMs = 0; current !== value && waitedMs < MAX_WAIT_MS; waitedMs += STEP_MS) {
    await settle();
    await clock.advance(STEP_MS);
    current = await read();
  }
  expect(current).toBe(value);
};

type ApiCall = {
  readonly method: string;
  readonly target: string;
  readonly key: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

const send = async <T = unknown>({ method, target, key, body, headers = {} }: ApiCall) => {
  const response = host.request({
    ...{ method, target, headers: Object.entries({ authorization: `Bearer ${key}`, ...headers }) },
    body: body === undefined ? '' : JSON.stringify(body),
  });
  let isPending = true;
  const done = () => {
    isPending = false;
  };
  response.then(done, done);
  for (await settle(); isPending; await settle()) await clock.advance(1);
  const { status, body: text } = await response;
  return { status, body: JSON.parse(text) as T };
};

type Tenant = { readonly id: string; readonly apiKey: string };
type Order = { readonly id: string; readonly status: string };

/** The API with the key of a new tenant. */
const registerTenant = async () => {
  const { body: tenant } = await send<Tenant>({
    method: 'POST',
    target: '/v1/tenants',
    key: secrets['operator-key'],
    body: { name: 'Acme' },
    headers: { 'idempotency-key': randomUUID() },
  });
  let requests = 0;
  const api = <T>(method: string, path: string, body?: unknown) => {
    requests += 1;
    return send<T>({
      method,
      target: `/v1${path}`,
      key: tenant.apiKey,
      body,
      headers: { 'idempotency-key': `request-${requests}` },
    });
  };
  return {
    ...tenant,
    api,
    place: async (token: string, sku = 'mug') => {
      const order = { lines: [{ sku, quantity: 2 }], customer: { email: 'ada@example.com' }, payment: { token } };
      return (await api<Order>('POST', '/orders', order)).body.id;
    },
    waitForStatus: (id: string, status: string) =>
      waitFor(async () => (await api<Order>('GET', `/orders/${id}`)).body.status, status),
    resume: (id: string, key: string) =>
      send({ method: 'POST', target: `/v1/orders/${id}/resume`, key, body: { tenantId: tenant.id } }).then(
        ({ status }) => status,
      ),
    captureByHand: (id: string) =>
      send({
        method: 'POST',
        target: `/sandbox/charges/${tenant.id}.${id}/capture-by-hand`,
        key: secrets['provider-key'],
        body: { amount: 2_500, currency: 'EUR' },
      }),
    reportCapture: async (id: string) => {
      const callback = { key: `${tenant.id}.${id}`, status: 'captured', amount: 2_500, currency: 'EUR' };
      const seconds = `${Math.floor(clock.now() / 1_000)}`;
      const signature = sign(secrets['provider-callback-key'], seconds, JSON.stringify(callback));
      const headers = { 'breakwater-signature': `t=${seconds},v1=${signature}` };
      return (
        await send({ method: 'POST', target: '/v1/providers/sandbox/callbacks', key: 'none', body: callback, headers })
      ).status;
    },
  };
};
type Shop = Awaited<ReturnType<typeof registerTenant>>;

const stockShop = async ({ api, apiKey }: Shop) => {
  expect((await send({ method: 'POST', target: '/v1/tenants', key: apiKey, body: { name: 'Other' } })).status).toBe(
    403,
  );
  for (const sku of ['mug', 'shirt'])
    expect(
      (await api('PUT', `/products/${sku}`, { name: sku, price: { amount: 1_250, currency: 'EUR' } })).status,
    ).toBe(201);
  const adjust = async (delta: number) =>
    (await api('POST', '/inventory/mug/adjustments', { delta, reason: 'counted' })).status;
  expect([await adjust(100), await adjust(-1), await adjust(-1_000)]).toEqual([201, 201, 409]);
  expect((await api('PUT', '/inventory/mug', { shards: 4 })).status).toBe(200);
  for (const path of ['/products', '/products/mug', '/inventory/mug', '/health/ready'])
    expect((await api('GET', path)).status, path).toBe(200);
};

/** Calls every route that reads for a tenant, also those of contexts that this test does not know. */
const readEverything = async (api: Shop['api'], orderId: string) => {
  const reads = functions
    .flatMap(({ routes }) => routes)
    .filter(({ method, scope }) => method === 'GET' && scope === 'tenant');
  for (const { path } of reads) {
    const target = path
      .replace('/v1', '')
      .replaceAll(/\{sku\}/g, 'mug')
      .replaceAll(/\{\w+\}/g, orderId);
    expect((await api('GET', target)).status, path).toBe(200);
  }
};

/** Confirmed, declined, out of stock, cancelled by the customer, captured without a response. */
const runOrders = async ({ place, waitForStatus, api, captureByHand, reportCapture }: Shop) => {
  const [confirmed, declined, flaky] = [await place('tok_ok'), await place('tok_declined'), await place('tok_flaky')];
  const outOfStock = await place('tok_ok', 'shirt');
  const cancelled = await place('tok_slow');
  expect((await api('POST', `/orders/${cancelled}/cancel`)).status).toBe(202);
  const unanswered = await place('tok_5xx');
  await captureByHand(unanswered);
  await waitFor(() => reportCapture(unanswered), 200);
  for (const id of [confirmed, flaky, unanswered]) await waitForStatus(id, 'confirmed');
  for (const id of [declined, outOfStock, cancelled]) await waitForStatus(id, 'cancelled');
  await readEverything(api, confirmed);
  await captureByHand(declined);
  // one goes back, the other belongs to no order
  await captureByHand('nobody');
  for (const id of [declined, 'nobody']) expect(await reportCapture(id)).toBe(200);
};

const parkAndResume = async ({ id: tenantId, apiKey, place, api, waitForStatus, resume }: Shop) => {
  const id = await place('tok_refund_refused');
  const charge = `/sandbox/charges/${tenantId}.${id}`;
  await waitFor(async () => (await send({ method: 'GET', target: charge, key: secrets['provider-key'] })).status, 200);
  expect((await api('POST', `/orders/${id}/cancel`)).status).toBe(202);
  await waitForStatus(id, 'needs_attention');
  expect(await resume(id, apiKey)).toBe(403);
  await send({ method: 'POST', target: `${charge}/allow-refund`, key: secrets['provider-key'], body: {} });
  expect(await resume(id, secrets['operator-key'])).toBe(202);
  await waitForStatus(id, 'cancelled');
};

const putItem = (Item: object) =>
  host.callAws({
    target: 'DynamoDB_20120810.PutItem',
    body: JSON.stringify({ TableName: names('dev').table, Item }),
  });
const putBreaker = (tenantId: string, state: object) =>
  putItem({ pk: { S: `payments#${tenantId}#breaker#sandbox` }, sk: { S: 'breaker' }, failures: { L: [] }, ...state });
const OPEN_BREAKER = {
  status: { S: 'open' },
  until: { S: '2100-01-01T00:00:00.000Z' },
  generation: { N: '90' },
  v: { N: '90' },
};
const CLOSED_BREAKER = { status: { S: 'closed' }, generation: { N: '99' }, v: { N: '99' } };

/** Orders of a tenant that wants no waiting: one is paid late, within a pause, and one gives way to another. */
const payOffline = async ({ id: tenantId, place, api, waitForStatus }: Shop) => {
  const target = `/v1/tenants/${tenantId}/policy`;
  const policy = { offlineAfterMinutes: 0, giveWayAfterMinutes: 0 };
  for (const call of [{ method: 'PUT', body: policy }, { method: 'GET' }])
    expect((await send({ ...call, target, key: secrets['operator-key'] })).status).toBe(200);
  await putBreaker(tenantId, OPEN_BREAKER);
  const pause = { from: { S: '2000-01-01T00:00:00.000Z' }, reason: { S: 'incident' } };
  const putPause = (M: object) =>
    putItem({ pk: { S: 'due#pause' }, sk: { S: 'pause' }, pauses: { L: [{ M }] }, v: { N: '1' } });
  await putPause(pause);

  const late = await place('tok_ok');
  await waitForStatus(late, 'awaiting_payment');
  const afterSweep = clock.now() + times.paymentDeadlineMs + 61_000;
  await waitFor(async () => clock.now() > afterSweep, true);
  const payment = { amount: 2_500, currency: 'EUR', reference: 'transfer' };
  expect((await api('POST', `/orders/${late}/payments`, payment)).status).toBe(201);

  await putPause({ ...pause, until: pause.from });
  const unpaid = await place('tok_ok');
  await waitForStatus(unpaid, 'awaiting_payment');
  await putBreaker(tenantId, CLOSED_BREAKER);
  await waitFor(async () => {
    const { available } = (await api<{ readonly available: number }>('GET', '/inventory/mug')).body;
    if (available > 0) await api('POST', '/inventory/mug/adjustments', { delta: -available, reason: 'counted' });
    return available;
  }, 0);
  const needed = await place('tok_ok');
  await waitForStatus(needed, 'confirmed');
  await waitForStatus(unpaid, 'cancelled');
};

/** An outage opens the circuit breaker, so an order waits. The sweeper restarts the orders whose charge is unknown, and then this one. */
const surviveOutage = async ({ id: tenantId, place, waitForStatus }: Shop) => {
  await send({
    method: 'POST',
    target: '/sandbox/outages',
    key: secrets['provider-key'],
    body: { tenantId, seconds: 60 },
  });
  const unknown = await place('tok_ok');
  for (let orders = 1; orders < times.breaker.failures; orders += 1) await place('tok_ok');
  await waitFor(async () => metrics.has('BreakerOpened'), true);
  const waiting = await place('tok_ok');
  await waitForStatus(waiting, 'awaiting_payment');
  await waitForStatus(unknown, 'confirmed');
  await waitForStatus(waiting, 'confirmed');
};

/** A key is made, replaced and revoked. */
const manageKeys = async ({ api, apiKey }: Shop) => {
  const { id } = (await api<{ readonly id: string }>('POST', '/keys', { name: 'till 1' })).body;
  const replaces = { id, overlapMinutes: 15 };
  const replaced = await api<{ readonly id: string }>('POST', '/keys', { name: 'till 2', replaces });
  expect((await api('DELETE', `/keys/${replaced.body.id}`)).status).toBe(200);
  expect((await api('GET', '/keys')).status).toBe(200);
  const target = '/v1/tenants/nobody/keys';
  expect((await send({ method: 'GET', target, key: secrets['operator-key'] })).status).toBe(404);
  expect((await send({ method: 'GET', target, key: apiKey })).status).toBe(403);
};

/** The relay quarantines an item with an outbox that no aggregate wrote. */
const writeUnpublishableEvent = async () => {
  const Item = { pk: { S: 'orders#x' }, sk: { S: 'x' }, v: { N: '1' }, out: { M: { v: { N: '1' } } } };
  const put = { TableName: names('dev').table, Item };
  await host.callAws({ target: 'DynamoDB_20120810.PutItem', body: JSON.stringify(put) });
  const QueueUrl = `${host.origin}/000000000000/${names('dev').queue('relay-unpublishable')}`;
  const body = JSON.stringify({ QueueUrl, AttributeNames: ['All'] });
  await waitFor(async () => {
    const { json } = await host.callAws({ target: 'AmazonSQS.GetQueueAttributes', body });
    return JSON.parse(json).Attributes.ApproximateNumberOfMessages;
  }, '1');
};

/** Every worker gets messages that it can never handle. The redrive tries one of them again. */
const sendPoison = async () => {
  for (const worker of workers)
    for (const n of [1, 2]) {
      const QueueUrl = `${host.origin}/000000000000/${names('dev').queue(worker)}`;
      const body = JSON.stringify({ QueueUrl, MessageBody: `poison ${n}` });
      expect((await host.callAws({ target: 'AmazonSQS.SendMessage', body })).status).toBe(200);
    }
  const canaries = `SendMessage of ${names('dev').canaries}`;
  const reported = () => workers.every((worker) => used.get(names('dev').fn(worker))?.has(canaries));
  await waitFor(async () => reported(), true);
  const redrive = used.get(names('dev').fn('operations-redrive'));
  await waitFor(async () => redrive?.has(`DeleteMessage of ${names('dev').canaries}`), true);
};

const synthesis = synthesise(settingsOf.dev);

describe('each function uses what its manifest grants, and nothing else', () => {
  beforeAll(async () => {
    await host.loadFunctions();
    const shop = await registerTenant();
    await manageKeys(shop);
    await stockShop(shop);
    for (const worker of workers) failingWorkers.add(names('dev').fn(worker));
    await runOrders(shop);
    await waitFor(async () => failingWorkers.size, 0);
    await parkAndResume(shop);
    await surviveOutage(shop);
    await payOffline(shop);
    await writeUnpublishableEvent();
    await sendPoison();
    host.close();
  });

  it.each(functions)('$id', (fn) => {
    const actions = used.get(names('dev').fn(fn.id)) ?? new Set();
    expect([...actions].sort()).toEqual([...grantedActions(fn, workflows, workers)].sort());
  });

  // the host allows a batch if it allows each of its keys; IAM allows it only if one statement covers all of them
  it.each(functions)(
    'the role of $id in the template allows its requests, as iam-simulate evaluates them',
    async ({ id }) => {
      const name = names('dev').fn(id);
      const lambda = getOnly(
        synthesis.ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName === name),
        name,
      );
      const isAllowed = createRole(statementsOf(synthesis, lambda), lambda.stack, synthesis);
      const examples = [...(requests.get(name)?.values() ?? [])];
      const denied: IamRequest[] = [];
      for (const request of examples) if (!(await isAllowed(request))) denied.push(request);
      expect(denied).toEqual([]);
      expect(examples.length).toBeGreaterThanOrEqual(used.get(name)?.size ?? 0);
    },
  );
});
