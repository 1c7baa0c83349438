import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { contexts, problems } from '#contexts';
import type { RouteDefinition } from '#platform/http/route';
import { functionsOf } from '#platform/manifest';
import { allNastyNames, nastyNames, noSkus, prototypeNames } from '../../fixtures/nasty-names.ts';
import { startHost } from '../../fixtures/tenants.ts';

const { acme, sendRaw, whenIdle, close } = await startHost();
afterAll(close);

const routes: readonly RouteDefinition[] = functionsOf(...contexts).flatMap((fn) => fn.routes);
const skuRoutes = routes.filter(({ path }) => path.includes('{sku}'));
const price = { amount: 100, currency: 'EUR' };
const orderOf = (...skus: readonly unknown[]) => ({
  lines: skus.map((sku) => ({ sku, quantity: 1 })),
  customer: { email: 'ada@example.com' },
  payment: { token: 'tok_ok' },
});

let requests = 0;
const send = async (method: string, target: string, more: Readonly<Record<string, unknown>> = {}) => {
  const { body, headers = [] } = more as { body?: unknown; headers?: readonly [string, string][] };
  requests += 1;
  const own = [
    ['authorization', `Bearer ${acme.apiKey}`],
    ['content-type', 'application/json'],
    ['idempotency-key', `names-${requests}`],
  ] as const;
  const text = body === undefined ? '' : JSON.stringify(body);
  const response = await sendRaw({ method, target, headers: [...own, ...headers], body: text });
  return { status: response.status, body: JSON.parse(response.body || '{}') };
};

describe('a SKU', () => {
  it.each(Object.entries(nastyNames))('of the kind %s is put, stocked, ordered and sold', async (_, names) => {
    const skus = names.filter((name) => name !== 'mug').slice(0, 20);
    const readStock = async (sku: string) => (await send('GET', `/v1/inventory/${encodeURIComponent(sku)}`)).body;
    for (const sku of skus) {
      const path = encodeURIComponent(sku);
      expect(await send('PUT', `/v1/products/${path}`, { body: { name: sku, price } })).toMatchObject({
        body: { sku },
      });
      const adjustment = { delta: 5, reason: 'received' };
      expect((await send('POST', `/v1/inventory/${path}/adjustments`, { body: adjustment })).status).toBe(201);
      expect(await send('GET', `/v1/products/${sku}`)).toMatchObject({ status: 200, body: { sku, name: sku } });
      const placed = await send('POST', '/v1/orders', { body: orderOf(sku) });
      expect(placed.status, JSON.stringify(placed.body)).toBe(202);
      await whenIdle();
      expect((await send('GET', `/v1/orders/${placed.body.id}`)).body.status, sku).toBe('confirmed');
      expect(await readStock(sku)).toMatchObject({ sku, available: 4, taken: 1 });
    }
    // a count at most every two seconds
    for (const sku of skus)
      await expect.poll(() => readStock(sku), { timeout: 20_000 }).toMatchObject({ sku, held: 0, sold: 1 });
  });

  test('differs from every other, whatever they share', async () => {
    const skus = ['mug', 'MUG', 'Mug', 'mug.', '.mug', 'mug.0', 'mug.1', 'mug+0', 'mug:0', 'mug~0', 'mug-0', 'mug_0'];
    for (const [n, sku] of skus.entries())
      await send('PUT', `/v1/products/${encodeURIComponent(sku)}`, { body: { name: `${n}`, price } });
    for (const [n, sku] of skus.entries())
      expect((await send('GET', `/v1/products/${encodeURIComponent(sku)}`)).body).toMatchObject({ sku, name: `${n}` });
  });

  test('is listed once, in the order of its bytes, on pages without gap or overlap', async () => {
    const listed: string[] = [];
    for (let query = '?limit=7'; query !== ''; ) {
      const { body } = await send('GET', `/v1/products${query}`);
      listed.push(...body.items.map(({ sku }: { sku: string }) => sku));
      query = body.next === null ? '' : `?limit=7&cursor=${body.next}`;
    }
    expect(listed).toContain('a+b');
    expect(listed).toContain('__proto__');
    expect(listed).toEqual([...new Set(listed)].sort());
  });
});

/** The value in a path and what the route must take it for: a SKU, or none. */
const inPaths: readonly (readonly [string, string | undefined])[] = [
  ...[['a+b', 'a+b'] as const, ['a%2Bb', 'a+b'] as const, ['a%2bb', 'a+b'] as const, ['%61', 'a'] as const],
  ...[['a%3Ab', 'a:b'] as const, ['%7Ea', '~a'] as const, ['a%2E', 'a.'] as const, ['%2e%2ea', '..a'] as const],
  ...['.', '..', '...', '%2e', '%2E%2e', '.%2e'].map((value) => [value, undefined] as const),
  ...['a%2Fb', 'a%2fb', '%2F', 'a%20b', '%20', '%00', 'a%23', 'a%25', '%252B', 'a%252Fb', '%C3%A9', 'x'.repeat(65)].map(
    (value) => [value, undefined] as const,
  ),
  ...['%', '%z', '%zz', 'a%2', '%c0%af', '%ff', '%ed%a0%80', 'a%2B%zz'].map((value) => [value, undefined] as const),
  ...['a;b', 'a=b', 'a,b', '$', '*', '(a)', '@', "'", '!'].map((value) => [value, undefined] as const),
];

describe.each(skuRoutes)('$method $path', ({ method, path }) => {
  const body = method === 'GET' ? undefined : {};

  it.each(inPaths.filter(([, sku]) => sku === undefined))('answers %s with the form of a SKU', async (value) => {
    const response = await send(method, path.replace('{sku}', value), { body });
    expect(response).toMatchObject({ status: 422, body: { code: 'invalid_sku', detail: problems.invalid_sku.detail } });
  });

  it.each(inPaths.filter(([, sku]) => sku !== undefined))('takes %s for the SKU %s', async (value) => {
    const { body: answer } = await send(method, path.replace('{sku}', value), { body });
    expect(['invalid_sku', 'not_found', 'internal']).not.toContain(answer.code);
  });

  it('answers any text that is no SKU with its form', async () => {
    const texts = fc.oneof(
      fc.constantFrom(...noSkus.filter((text) => text !== '')),
      fc.string({ unit: 'binary', minLength: 1 }),
    );
    const property = fc.asyncProperty(texts, async (text) => {
      fc.pre(!/^[A-Za-z0-9_.~:+-]{1,64}$/.test(text) || /^\.+$/.test(text));
      // a lone surrogate has no UTF-8, so no URL has it
      fc.pre(text.isWellFormed());
      const { status, body: answer } = await send(method, path.replace('{sku}', encodeURIComponent(text)), { body });
      expect([status, answer.code]).toEqual([422, 'invalid_sku']);
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

describe('a line of an order', () => {
  it.each([...noSkus, 5, null, true, [], {}])(
    'with the SKU %j is answered with its form and its position',
    async (sku) => {
      const { status, body } = await send('POST', '/v1/orders', { body: orderOf('mug', sku) });
      expect([status, body.code]).toEqual([422, 'invalid_sku']);
      expect(body.errors).toEqual([{ pointer: '#/lines/1/sku', detail: expect.any(String) }]);
      expect(body.detail).toContain('#/lines/1/sku');
    },
  );

  test('with an invalid SKU and another error is answered with both', async () => {
    const body = { ...orderOf('a b'), lines: [{ sku: 'a b', quantity: 0 }] };
    const response = await send('POST', '/v1/orders', { body });
    expect(response).toMatchObject({ status: 422, body: { code: 'invalid_sku' } });
    expect(response.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/lines/0/quantity',
      '#/lines/0/sku',
    ]);
  });

  test('without a SKU is an invalid body', async () => {
    const response = await send('POST', '/v1/orders', { body: { ...orderOf(), lines: [{ quantity: 1 }] } });
    expect(response).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
  });
});

describe('a name that every object inherits', () => {
  const names = [...prototypeNames, ...prototypeNames.map((name) => name.toLowerCase())];

  it.each(routes.map(({ method, path, query }) => [method, path, query]))(
    'is an unknown query or header of %s %s',
    async (method, path, query) => {
      for (const name of names) {
        const target = path.replaceAll(/\{\w+\}/g, 'nothing');
        const plain = await send(method, target, { body: method === 'GET' ? undefined : {} });
        const headers = [[name, 'a value']] as const;
        const answer = await send(method, `${target}?${name}=1&${name}=2`, {
          ...{ headers, body: method === 'GET' ? undefined : {} },
        });
        // a route with a query refuses names that it does not know, once it knows the caller
        expect(answer.status, name).toBe(query && plain.status === 200 ? 400 : plain.status);
        expect(answer.status).toBeLessThan(500);
      }
    },
  );

  it.each(names)('is %s: in no body more than an unknown field', async (name) => {
    const text = JSON.stringify(orderOf('mug')).replace('{', `{${JSON.stringify(name)}:{},`);
    const headers = [
      ['authorization', `Bearer ${acme.apiKey}`],
      ['content-type', 'application/json'],
      ['idempotency-key', name],
    ] as const;
    const { status, body } = await sendRaw({ method: 'POST', target: '/v1/orders', headers, body: text });
    expect([status, JSON.parse(body).code], body).toEqual([422, 'invalid_body']);
  });

  it.each(names)('is %s: a token that the provider declines, and an id of nothing', async (name) => {
    const placed = await send('POST', '/v1/orders', { body: { ...orderOf('mug'), payment: { token: name } } });
    expect(placed.status).toBe(202);
    await whenIdle();
    const { body } = await send('GET', `/v1/orders/${placed.body.id}`);
    expect(body).toMatchObject({ status: 'cancelled', reason: 'payment_declined' });
    expect(await send('GET', `/v1/orders/${name}`)).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
    expect(await send('POST', `/v1/providers/${name}/callbacks`, { body: {} })).toMatchObject({ status: 404 });
  });
});

test('an idempotency key may be any name', async () => {
  for (const key of allNastyNames.slice(0, 60)) {
    const headers = [
      ['authorization', `Bearer ${acme.apiKey}`],
      ['content-type', 'application/json'],
      ['idempotency-key', key],
    ] as const;
    const order = { method: 'POST', target: '/v1/orders', headers, body: JSON.stringify(orderOf('mug')) };
    const [first, second] = [await sendRaw(order), await sendRaw(order)];
    expect([first.status, JSON.parse(second.body).id]).toEqual([202, JSON.parse(first.body).id]);
  }
});
