import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { startHost } from '../fixtures/tenants.ts';

/** What a shop does first, through functions that get every path behind this base path, as API Gateway passes it on behind a domain. */
const openShop = async (basePath: string) => {
  const isRequest = (event: unknown): event is APIGatewayProxyEvent =>
    typeof event === 'object' && !!event && 'httpMethod' in event;
  const paths: string[] = [];
  const { acme, whenIdle, close } = await startHost({
    interceptors: {
      invoke: (_, event, proceed) => {
        if (isRequest(event)) {
          event.path = `${basePath}${event.path}`;
          event.requestContext.path = event.path;
          paths.push(event.path);
        }
        return proceed();
      },
    },
  });
  const order = {
    lines: [{ sku: 'poster', quantity: 1 }],
    customer: { email: 'ada@example.com' },
    payment: { token: 'tok_ok' },
  };
  const responses = [
    await acme.request('PUT', '/v1/products/poster', { name: 'Poster', price: { amount: 1_250, currency: 'EUR' } }),
    await acme.request('POST', '/v1/inventory/poster/adjustments', { delta: 10, reason: 'received' }),
    await acme.request('POST', '/v1/orders', order),
    await acme.request('POST', '/v1/orders/', order),
  ];
  await whenIdle();
  const [first, second] = responses.slice(2).map(({ body }) => body.id as string);
  for (const target of [
    `/v1/orders/${first}`,
    `/v1/orders/${second}/`,
    '/v1/orders?limit=1',
    '/v1/products/cup',
    '/v1/keys',
  ])
    responses.push(await acme.request('GET', target));
  await close();
  return {
    paths,
    statuses: responses.map(({ status }) => status),
    locations: responses.flatMap(({ headers: { location } }) =>
      location === undefined ? [] : [String(location).replace(String(first), '<1>').replace(String(second), '<2>')],
    ),
    orders: responses.slice(4, 6).map(({ body }) => body.status),
  };
};

test('no function depends on the base path of a domain', async () => {
  const [behindDomain, plain] = [await openShop('/shop'), await openShop('')];
  expect(behindDomain).toEqual({ ...plain, paths: plain.paths.map((path) => `/shop${path}`) });
  expect(behindDomain.paths.length).toBeGreaterThan(5);
  expect(plain.statuses).toEqual([201, 201, 202, 202, 200, 200, 200, 404, 200]);
  expect(behindDomain.orders).toEqual(['confirmed', 'confirmed']);
  // relative to the request's own URL, so the base path stays in it
  expect(behindDomain.locations).toEqual(['orders/<1>', '../orders/<2>']);
});
