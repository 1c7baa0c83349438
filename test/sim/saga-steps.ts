import { crashError } from '../../embedded/aws/lambda/function-error.ts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import type { Interceptors } from '../../embedded/host/interceptors.ts';
import type { Row } from '../../ops/audit/table-audit.ts';
import { backend, sleep, times } from './backend.ts';
import { chanceOf } from './chance.ts';
import { realm } from './realm.ts';
import { atRest } from './rest.ts';
import { rowsOf } from './rows.ts';
import { makeWatch } from './watch.ts';
import { type Blow, type Walk, type Walked, type Way, ways } from './ways.ts';
import { makeAsk, secrets } from './world.ts';

const MINUTE = 60_000;
const SECOND = 1_000;
/** Longer than any task may take. */
const LATE_MS = 40 * SECOND;
const MOST_STEPS = 500_000;
const LONGEST_MS = times.orderDeadlineMs + times.paymentDeadlineMs + 30 * MINUTE;

const tokens: Partial<Record<Way, string>> = { declined: 'tok_declined', 'parked and resumed': 'tok_refund_refused' };

type Tenant = { readonly id: string; readonly apiKey: string };
type Order = { readonly id: string; readonly status: string; readonly total: { readonly amount: number } };

const striking = (blows: readonly Blow[], tasks: string[]): NonNullable<Interceptors['invoke']> => {
  const counts = new Map<string, number>();
  return async (id, event, act) => {
    await sleep(2);
    if (!(event as { readonly run?: number } | undefined)?.run) return act();
    const n = counts.get(id) ?? 0;
    counts.set(id, n + 1);
    if (n === 0) tasks.push(id);
    const mode = blows.find((blow) => blow.task === id && blow.n === n)?.mode;
    if (mode === 'fails before') throw crashError('before');
    const twin = mode === 'runs twice' ? act().catch(() => undefined) : undefined;
    const answer = await act();
    await twin;
    if (mode === 'fails after commit') throw crashError('after');
    if (mode === 'times out') await sleep(LATE_MS);
    return answer;
  };
};

/** One order on its way, with these blows to its saga's tasks. */
export const walk = async ({ way, blows }: Walk): Promise<Walked> => {
  realm.begin(1);
  const tasks: string[] = [];
  const watch = makeWatch({ set: () => {} });
  const between = { invoke: striking(blows, tasks) };
  const host: Host = createHost({ ...backend, interceptors: between, onTableChange: watch.changed });
  const ask = makeAsk({ request: host.request, chance: chanceOf(1, 'clients'), sleep, step: realm.steps });
  let rows: readonly Row[] = [];

  const open = async (): Promise<Tenant> => {
    const body = { name: 'shop' };
    const { body: tenant } = await ask<Tenant>('POST', '/v1/tenants', { bearer: secrets['operator-key'], body });
    const bearer = tenant.apiKey;
    const price = { amount: 500, currency: 'EUR' };
    await ask('PUT', '/v1/products/mug', { bearer, body: { name: 'Mug', price } });
    const headers: [string, string][] = [['idempotency-key', 'first']];
    const delta = way === 'out of stock' ? 1 : 9;
    await ask('POST', '/v1/inventory/mug/adjustments', { bearer, headers, body: { delta, reason: 'received' } });
    if (way === 'paid offline' || way === 'payment expired') await openBreaker(tenant.id);
    return tenant;
  };
  /** As the last of five failures leaves it, and open for as long as the simulation goes. */
  const openBreaker = (tenantId: string) => {
    const until = new Date(Date.now() + LONGEST_MS).toISOString();
    const pk = `payments#${tenantId}#breaker#sandbox`;
    const fields = { pk: { S: pk }, sk: { S: 'breaker' }, status: { S: 'open' }, until: { S: until }, v: { N: '5' } };
    const Item = { ...fields, generation: { N: '1' }, failures: { L: [] } };
    return host.callAws({
      target: 'DynamoDB_20120810.PutItem',
      body: JSON.stringify({ TableName: 'breakwater-dev', Item }),
    });
  };

  const go = async () => {
    const { id: tenantId, apiKey: bearer } = await open();
    const body = {
      lines: [{ sku: 'mug', quantity: 2 }],
      customer: { email: 'ada@example.com' },
      payment: { token: tokens[way] ?? 'tok_ok' },
    };
    const headers: [string, string][] = [['idempotency-key', 'one']];
    const { body: order } = await ask<Order>('POST', '/v1/orders', { bearer, headers, body });
    const at = `/v1/orders/${order.id}`;
    if (way === 'parked and resumed') await sleep(SECOND);
    if (way === 'cancelled at once' || way === 'parked and resumed') await ask('POST', `${at}/cancel`, { bearer });
    const until = Date.now() + LONGEST_MS;
    for (let status = order.status; status !== ways[way] && Date.now() < until; ) {
      await sleep(way === 'payment expired' ? 30 * SECOND : 5 * SECOND);
      status = (await ask<Order>('GET', at, { bearer })).body.status;
      const paid = { amount: order.total.amount, currency: 'EUR', reference: 'by bank' };
      if (status === 'awaiting_payment' && way === 'paid offline')
        await ask('POST', `${at}/payments`, { bearer, headers, body: paid });
      if (status !== 'needs_attention') continue;
      const key = `${tenantId}.${order.id}`;
      await ask('POST', `/sandbox/charges/${key}/allow-refund`, { bearer: secrets['provider-key'], body: {} });
      await ask('POST', `${at}/resume`, { bearer: secrets['operator-key'], body: { tenantId } });
    }
    // longer than any message that came to naught stays hidden
    await sleep(3 * MINUTE);
    rows = await rowsOf(host.callAws);
    return [{ tenantId, id: order.id, key: 'one' }];
  };

  let accepted: Awaited<ReturnType<typeof go>> | undefined;
  let failed: unknown;
  go().then(
    (value) => {
      accepted = value;
    },
    (error: unknown) => {
      failed = error;
    },
  );
  await realm.settle();
  for (let n = 0; n < MOST_STEPS && !accepted && !failed; n += 1) if (!(await realm.step())) break;
  host.close();
  if (failed) throw failed;
  const violation = watch.check();
  const status = rows.find(({ sk }) => sk === 'order')?.['status'];
  const found = [...(violation ? [violation] : []), ...atRest(rows, accepted ?? [])];
  return {
    ...{ walk: { way, blows }, tasks },
    wrong: [
      ...found.map(({ invariant, message }) => `invariant ${invariant}: ${message}`),
      ...(status === ways[way] ? [] : [`the order is ${status} instead of ${ways[way]}`]),
    ],
  };
};
