import { expect, test } from 'vitest';
import type { Page, Product } from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectStatus } from './request.ts';
import { openShop, PRICE } from './shop.ts';

test('a product is created, read and replaced', async () => {
  const shop = await openShop();
  const first = await shop.putProduct('mug', { name: 'Mug', price: PRICE });
  expect(first).toMatchObject({ status: 201, body: { sku: 'mug', name: 'Mug', price: PRICE } });
  const replacement = { name: 'Mug, blue', price: { amount: 1_400, currency: 'EUR' } };
  expect(await shop.putProduct('mug', replacement)).toMatchObject({ status: 200, body: replacement });
  expect(await shop.product('mug')).toMatchObject({ status: 200, body: { sku: 'mug', ...replacement } });
});

test('the pages of the list of products have no gap and no overlap', async () => {
  const shop = await openShop();
  const skus = ['apron', 'bowl', 'cup', 'dish', 'ewer'];
  await Promise.all(skus.map((sku) => expectStatus(shop.putProduct(sku, { name: sku, price: PRICE }), 201)));
  const all = await pollUntil(
    host.limits.orderMs,
    () => expectStatus(shop.products(), 200),
    ({ items }) => items.length === skus.length,
  );
  expect(all.next).toBeNull();

  const pages: (readonly Product[])[] = [];
  for (let query = '?limit=2'; query !== ''; ) {
    const { items, next }: Page<Product> = await expectStatus(shop.products(query), 200);
    pages.push(items);
    query = next === null ? '' : `?limit=2&cursor=${encodeURIComponent(next)}`;
  }
  expect(pages.map((page) => page.map(({ sku }) => sku))).toEqual([['apron', 'bowl'], ['cup', 'dish'], ['ewer']]);
});
