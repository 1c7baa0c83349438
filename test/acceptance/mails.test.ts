import { expect, test } from 'vitest';
import { findMail } from './find-mail.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { openShop, placeOrder, waitForOrderEnd } from './shop.ts';

test.each([
  ['confirmed', 'tok_ok'],
  ['cancelled', 'tok_declined'],
])('the customer of an order that was %s gets a mail', async (kind, token) => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 2]], token);
  expect(await waitForOrderEnd(shop, id)).toMatchObject({ status: kind });
  const delivery = await pollUntil(
    host.limits.orderMs,
    () => findMail(shop.tenantId, id, kind),
    (item) => item?.['status'] === 'sent',
  );
  expect(JSON.stringify(delivery)).toContain('ada@example.com');
  expect(JSON.stringify(delivery)).toContain(id);
});
