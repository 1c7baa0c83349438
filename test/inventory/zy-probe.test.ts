import { appendFileSync } from 'node:fs';
import { it } from 'vitest';
import { manifests } from '#manifests';
import { projectSources } from '../../embedded/functions.ts';
import { createHost } from '../../embedded/host.ts';
import { apiKeyOf, seed } from '../../embedded/seed.ts';
import { leapingClock } from './fixtures/leaping-clock.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };
const N = 150;
const say = (x: unknown) => appendFileSync('/tmp/ovl/probe3', JSON.stringify(x) + '\n');
it.each([20, 100, 300].flatMap((rate) => [1, 4, 16, 64].map((shards) => [rate, shards] as const)))(
  'probe %i %i',
  { timeout: 200_000 },
  async (rate, shards) => {
    const clock = leapingClock();
    const { driven, now } = clock;
    let tries = 0;
    const took: number[] = [];
    let on = false;
    const host = createHost({
      manifests,
      clock,
      environments: 100,
      latency: () => 5 + Math.random() * 10,
      secrets: { 'operator-key': 'o', 'provider-key': 'p', 'provider-callback-key': 'c' },
      observe: (c) => {
        if (on && c.caller.includes('inventory-hold') && c.operation === 'TransactWriteItems') tries++;
      },
      sources: {
        ...projectSources,
        async load(entry) {
          const { create } = await projectSources.load(entry);
          return {
            create(rt) {
              const h = create(rt);
              return async (e, c) => {
                const t = now();
                try {
                  return await h(e, c);
                } finally {
                  if (entry.includes('inventory/hold')) took.push(now() - t);
                }
              };
            },
          };
        },
      },
    });
    await host.warm();
    await driven(seed(host, demo));
    let r = 0;
    const send = async (method: string, target: string, body?: unknown) => {
      const a = await host.request({
        method,
        target,
        headers: [
          ['authorization', `Bearer ${apiKeyOf(demo)}`],
          ['content-type', 'application/json'],
          ['idempotency-key', `r${++r}`],
        ],
        body: body ? JSON.stringify(body) : '',
      });
      return { status: a.status, body: JSON.parse(a.body) };
    };
    await driven(send('PUT', '/v1/products/x', { name: 's', price: { amount: 1250, currency: 'EUR' } }));
    await driven(send('PUT', '/v1/inventory/x', { shards }));
    await driven(send('POST', '/v1/inventory/x/adjustments', { delta: 10 * N, reason: 'r' }));
    await driven(host.settled());
    on = true;
    let at = 0;
    await driven(
      Promise.all(
        Array.from({ length: N }, () => {
          at += (-Math.log(1 - Math.random()) * 1000) / rate;
          return new Promise<void>(
            (ok) =>
              void clock.after(
                at,
                () =>
                  void send('POST', '/v1/orders', {
                    lines: [{ sku: 'x', quantity: 1 }],
                    customer: { email: 'a@example.com' },
                    payment: { token: 'tok_ok' },
                  }).then(() => ok()),
              ),
          );
        }),
      ),
    );
    await driven(host.settled());
    took.sort((a, b) => a - b);
    say({
      rate,
      shards,
      tries: tries / N,
      p50: took[Math.floor(took.length / 2)],
      p99: took[Math.floor(took.length * 0.99)],
      n: took.length,
    });
    host.close();
  },
);
