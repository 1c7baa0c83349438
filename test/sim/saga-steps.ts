import { idFrom } from '#platform/http/idempotency';
import { crashError } from '../../embedded/aws/lambda/function-error.ts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import type { Interceptors } from '../../embedded/host/interceptors.ts';
import type { Row } from '../../ops/audit/table-audit.ts';
import { secrets } from '../fixtures/secrets.ts';
import { backend, sleep, times } from './backend.ts';
import { chanceOf } from './chance.ts';
import { createClient } from './client.ts';
import { drive } from './drive.ts';
import { violationsAtQuiescence } from './quiescence.ts';
import { rowsOf } from './rows.ts';
import { runtime } from './runtime.ts';
import { type Scenario, type ScenarioCase, type ScenarioResult, type StepFault, scenarios } from './scenarios.ts';
import { createWatch } from './watch.ts';

const MINUTE = 60_000;
const SECOND = 1_000;
/** Longer than any task's time-out. */
const LATE_MS = 40 * SECOND;
const MAX_STEPS = 500_000;
const MAX_CASE_MS = times.paymentDeadlineMs + 45 * MINUTE;

const tokens: Partial<Record<Scenario, string>> = {
  declined: 'tok_declined',
  'parked and resumed': 'tok_refund_refused',
};

type Tenant = { readonly id: string; readonly apiKey: string };
type Order = { readonly id: string; readonly status: string; readonly total: { readonly amount: number } };

const injectStepFaults = (stepFaults: readonly StepFault[], tasks: string[]): NonNullable<Interceptors['invoke']> => {
  const counts = new Map<string, number>();
  return async (id, event, proceed) => {
    await sleep(2);
    if (!(event as { readonly run?: number } | undefined)?.run) return proceed();
    const n = counts.get(id) ?? 0;
    counts.set(id, n + 1);
    if (n === 0) tasks.push(id);
    const mode = stepFaults.find((fault) => fault.task === id && fault.n === n)?.mode;
    if (mode === 'fails before') throw crashError('before');
    const duplicate = mode === 'runs twice' ? proceed().catch(() => undefined) : undefined;
    const response = await proceed();
    await duplicate;
    if (mode === 'fails after commit') throw crashError('after');
    if (mode === 'times out') await sleep(LATE_MS);
    return response;
  };
};

/** Plays one order's scenario with these faults of its saga's tasks. */
export const playScenario = async ({ scenario, stepFaults }: ScenarioCase): Promise<ScenarioResult> => {
  runtime.reset(1);
  const tasks: string[] = [];
  const { maxMailsPerMailbox: maxMails, paymentDeadlineMs } = times;
  const watch = createWatch({ timeline: { set: () => {} }, now: Date.now, maxMails, paymentDeadlineMs });
  const interceptors = { invoke: injectStepFaults(stepFaults, tasks) };
  const host: Host = createHost({ ...backend, interceptors, onTableChange: watch.onTableChange });
  const send = createClient({ request: host.request, chance: chanceOf(1, 'clients'), sleep, step: runtime.steps });
  let rows: readonly Row[] = [];

  const openShop = async (): Promise<Tenant> => {
    const body = { name: 'shop' };
    const headers: [string, string][] = [['idempotency-key', 'first']];
    const { body: tenant } = await send<Tenant>('POST', '/v1/tenants', {
      ...{ bearer: secrets['operator-key'], body, headers },
    });
    const bearer = tenant.apiKey;
    const price = { amount: 500, currency: 'EUR' };
    await send('PUT', '/v1/products/mug', { bearer, body: { name: 'Mug', price } });
    const delta = scenario === 'out of stock' ? 1 : 9;
    await send('POST', '/v1/inventory/mug/adjustments', { bearer, headers, body: { delta, reason: 'received' } });
    if (scenario === 'paid offline' || scenario === 'payment expired') {
      const policy = { offlineAfterMinutes: 0, giveWayAfterMinutes: null };
      await send('PUT', `/v1/tenants/${tenant.id}/policy`, { bearer: secrets['operator-key'], body: policy });
      await openBreaker(tenant.id, MAX_CASE_MS);
    }
    if (scenario === 'waits and is charged') await openBreaker(tenant.id, MAX_CASE_MS);
    if (scenario === 'unprocessable, repaired and resumed') await putBrokenHold(tenant.id);
    return tenant;
  };
  /** Puts the breaker as the last of five failures leaves it, open for this time. */
  const openBreaker = (tenantId: string, openMs: number) => {
    const until = new Date(Date.now() + openMs).toISOString();
    return putBreaker(tenantId, { status: { S: 'open' }, until: { S: until }, v: { N: '5' }, generation: { N: '1' } });
  };
  /** Puts it as a successful probe leaves it. */
  const closeBreaker = (tenantId: string) =>
    putBreaker(tenantId, { status: { S: 'closed' }, v: { N: '7' }, generation: { N: '3' } });
  const putBreaker = (tenantId: string, state: object) => {
    const key = { pk: { S: `payments#${tenantId}#breaker#sandbox` }, sk: { S: 'breaker' } };
    const Item = { ...key, ...state, failures: { L: [] } };
    return host.callAws({
      target: 'DynamoDB_20120810.PutItem',
      body: JSON.stringify({ TableName: 'breakwater-dev', Item }),
    });
  };

  /** The hold of the order to come, with a state that no hold has. */
  const holdOf = (tenantId: string) => {
    const pk = `inventory#${tenantId}#hold#${idFrom(tenantId, 'one')}`;
    return { pk: { S: pk }, sk: { S: 'hold' } };
  };
  const putBrokenHold = (tenantId: string) =>
    host.callAws({
      target: 'DynamoDB_20120810.PutItem',
      body: JSON.stringify({
        TableName: 'breakwater-dev',
        Item: { ...holdOf(tenantId), state: { S: 'broken' }, draws: { L: [] } },
      }),
    });
  const removeBrokenHold = (tenantId: string) =>
    host.callAws({
      target: 'DynamoDB_20120810.DeleteItem',
      body: JSON.stringify({ TableName: 'breakwater-dev', Key: holdOf(tenantId) }),
    });

  const placeAndFollowOrder = async () => {
    const { id: tenantId, apiKey: bearer } = await openShop();
    const body = {
      lines: [{ sku: 'mug', quantity: 2 }],
      customer: { email: 'ada@example.com' },
      payment: { token: tokens[scenario] ?? 'tok_ok' },
    };
    const headers: [string, string][] = [['idempotency-key', 'one']];
    const { body: order } = await send<Order>('POST', '/v1/orders', { bearer, headers, body });
    const path = `/v1/orders/${order.id}`;
    if (scenario === 'waits and is charged') setTimeout(() => void closeBreaker(tenantId), 2 * MINUTE);
    if (scenario === 'parked and resumed') await sleep(SECOND);
    if (scenario === 'cancelled at once' || scenario === 'parked and resumed') {
      watch.onCustomerCancels(tenantId, order.id);
      await send('POST', `${path}/cancel`, { bearer });
    }
    const until = Date.now() + MAX_CASE_MS;
    for (let status = order.status; status !== scenarios[scenario] && Date.now() < until; ) {
      await sleep(scenario === 'payment expired' ? 30 * SECOND : 5 * SECOND);
      status = (await send<Order>('GET', path, { bearer })).body.status;
      const payment = { amount: order.total.amount, currency: 'EUR', reference: 'by bank' };
      if (status === 'awaiting_payment' && scenario === 'paid offline')
        await send('POST', `${path}/payments`, { bearer, headers, body: payment });
      if (status !== 'needs_attention') continue;
      const key = `${tenantId}.${order.id}`;
      if (scenario === 'unprocessable, repaired and resumed') await removeBrokenHold(tenantId);
      else await send('POST', `/sandbox/charges/${key}/allow-refund`, { bearer: secrets['provider-key'], body: {} });
      await send('POST', `${path}/resume`, { bearer: secrets['operator-key'], body: { tenantId } });
    }
    // longer than the visibility time-out of any message that failed
    await sleep(3 * MINUTE);
    rows = await rowsOf(host.callAws);
    return [{ tenantId, id: order.id, key: 'one' }];
  };

  const { result } = await drive(placeAndFollowOrder(), { maxSteps: MAX_STEPS });
  host.close();
  if (result && 'error' in result) throw result.error;
  const violation = watch.check();
  const status = rows.find(({ sk }) => sk === 'order')?.['status'];
  const violations = [...(violation ? [violation] : []), ...violationsAtQuiescence(rows, result?.value ?? [])];
  return {
    ...{ case: { scenario, stepFaults }, tasks },
    problems: [
      ...violations.map(({ invariant, message }) => `invariant ${invariant}: ${message}`),
      ...(status === scenarios[scenario] ? [] : [`the order is ${status} instead of ${scenarios[scenario]}`]),
    ],
  };
};
