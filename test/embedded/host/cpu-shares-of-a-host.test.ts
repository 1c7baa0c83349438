import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { contexts } from '#contexts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { createHost } from '../../../embedded/host/host.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { type Create, openShop } from './shop.ts';

const ORDERS = 100;

/** A places many orders, then B places one. Returns how many orders of A are confirmed before it. Without shares these are some 90. */
const countConfirmedBefore = async (): Promise<number> => {
  const confirmed: string[] = [];
  const host = createHost({
    ...{ contexts, secrets, waitForCpu: true },
    onTableChange({ dynamodb: { NewImage: item, OldImage: before } }) {
      const [context, tenantId = '', kind] = item?.['pk']?.S?.split('#') ?? [];
      const isNow = item?.['status']?.S === 'confirmed' && before?.['status']?.S !== 'confirmed';
      if (context === 'orders' && kind === 'order' && isNow) confirmed.push(tenantId);
    },
  });
  let requests = 0;
  const send = async (key: string, [method, target, content]: readonly [string, string, object]) => {
    requests += 1;
    const headers = [
      ['authorization', `Bearer ${key}`],
      ['content-type', 'application/json'],
      ['idempotency-key', `request-${requests}`],
    ] as const;
    const { body } = await host.request({ method, target, headers, body: JSON.stringify(content) });
    return JSON.parse(body);
  };
  const openShop = async (name: string) => {
    const { id, apiKey } = await send(secrets['operator-key'], ['POST', '/v1/tenants', { name }]);
    await send(apiKey, ['PUT', '/v1/products/mug', { name: 'Mug', price: { amount: 500, currency: 'EUR' } }]);
    await send(apiKey, ['PUT', '/v1/inventory/mug', { shards: 8 }]);
    await send(apiKey, ['POST', '/v1/inventory/mug/adjustments', { delta: 1_000, reason: 'received' }]);
    return { id, apiKey };
  };
  const placeOrder = (apiKey: string) =>
    send(apiKey, [
      'POST',
      '/v1/orders',
      {
        lines: [{ sku: 'mug', quantity: 1 }],
        customer: { email: 'ada@example.com' },
        payment: { token: 'tok_ok' },
      },
    ]);
  try {
    const [a, b] = [await openShop('A'), await openShop('B')];
    await Promise.all([...Array.from({ length: ORDERS }, () => placeOrder(a.apiKey)), placeOrder(b.apiKey)]);
    await host.whenIdle();
    expect(confirmed).toHaveLength(ORDERS + 1);
    return confirmed.indexOf(b.id);
  } finally {
    host.close();
  }
};

test('an order is confirmed long before the flood of another tenant if tenants share the CPU', async () => {
  expect(await countConfirmedBefore()).toBeLessThan(ORDERS / 2);
});

test('an invocation that sleeps keeps no other one waiting', async () => {
  const clock = createVirtualClock();
  const sell: Create = (rt) => async (event: APIGatewayProxyEvent) => {
    if (event.httpMethod === 'POST') await rt.sleep(5_000);
    return { statusCode: 200, body: '{}' };
  };
  const { host, request } = openShop({ sell }, { clock, waitForCpu: true });
  const answered: string[] = [];
  const send = async (method: string, name: string) => {
    await request({ method, target: `/v1/sales/${name}` });
    answered.push(name);
  };
  try {
    // more than may run at a time
    const slow = Array.from({ length: 5 }, (_, n) => send('POST', `slow-${n}`));
    await clock.advance(1_000);
    const quick = send('GET', 'quick');
    await clock.advance(1_000);
    expect(answered).toEqual(['quick']);
    await clock.advance(5_000);
    await Promise.all([...slow, quick]);
  } finally {
    host.close();
  }
});
