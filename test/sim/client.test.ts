import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { createClient } from './client.ts';

type Response = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** A client of a server that answers with these one after the other, and goes on with the last one. Sleeping takes no time. */
const createFixture = (responses: readonly Response[]) => {
  const sleeps: number[] = [];
  const sent: string[] = [];
  let step = 0;
  const send = createClient({
    async request({ target }) {
      const { status, headers = {} } = responses[Math.min(sent.length, responses.length - 1)] ?? { status: 200 };
      sent.push(target);
      return { status, headers, body: '{}' };
    },
    chance: chanceOf(1, 'clients'),
    // the time-out of a request never passes
    sleep: (ms) => (ms === 29_000 ? new Promise(() => {}) : Promise.resolve(void sleeps.push(ms))),
    step: () => {
      step += 1;
      return step;
    },
  });
  return { send, sleptMs: () => sleeps.reduce((sum, ms) => sum + ms, 0), sentCount: () => sent.length };
};

test('a throttled request is repeated after the time that the response says', async () => {
  const { send, sleptMs, sentCount } = createFixture([
    { status: 429, headers: { 'retry-after': '60' } },
    { status: 202 },
  ]);
  expect((await send('POST', '/v1/orders')).status).toBe(202);
  expect(sentCount()).toBe(2);
  expect(sleptMs()).toBeGreaterThanOrEqual(60_000);
});

test('a client that is always throttled gives up after at least 20 minutes', async () => {
  const { send, sleptMs } = createFixture([{ status: 429 }]);
  expect((await send('POST', '/v1/orders')).status).toBe(429);
  expect(sleptMs()).toBeGreaterThanOrEqual(20 * 60_000);
  expect(sleptMs()).toBeLessThan(60 * 60_000);
});

test('being throttled takes none of the eight tries that failed requests have', async () => {
  const throttled = Array.from({ length: 20 }, (): Response => ({ status: 429, headers: { 'retry-after': '1' } }));
  const { send, sentCount } = createFixture([...throttled, { status: 503 }]);
  expect((await send('GET', '/v1/orders')).status).toBe(503);
  expect(sentCount()).toBe(28);
});

test('another refusal is not repeated', async () => {
  const { send, sentCount } = createFixture([{ status: 409 }]);
  expect((await send('GET', '/v1/orders')).status).toBe(409);
  expect(sentCount()).toBe(1);
});

test('only a request of which every try was answered with 500 has always failed', async () => {
  const failed = Array.from({ length: 7 }, (): Response => ({ status: 500 }));
  const alwaysFailed = async (last: Response) =>
    (await createFixture([...failed, last]).send('POST', '/v1/orders')).alwaysFailed;
  expect(await alwaysFailed({ status: 500 })).toBe(true);
  expect(await alwaysFailed({ status: 503 })).toBe(false);
  expect(await alwaysFailed({ status: 202 })).toBe(false);
  const { send } = createFixture([{ status: 503 }, { status: 500 }]);
  expect((await send('POST', '/v1/orders')).alwaysFailed).toBe(false);
});
