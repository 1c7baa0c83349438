import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import { AWS_PARTITION_LIMITS, type TableCall } from '../../../embedded/aws/dynamodb/dynamodb.ts';
import { createHost } from '../../../embedded/host/host.ts';
import { seed, toApiKey } from '../../../embedded/host/seed.ts';
import { createLeapingClock } from '../../fixtures/leaping-clock.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { unbounded } from '../../fixtures/unbounded.ts';

/** More than the entries that one partition of an index takes in a second. */
const ORDERS = 1_500;
const ENVIRONMENTS = 100;
const MAX_REPETITIONS = 20;
/** Longer than the five minutes without progress after which the sweeper restarts an order. */
const SWEPT_AFTER_MS = 8 * 60_000;
const timeout = 300_000;
const demo = { tenantId: 'demo', secret: '0123456789abcdef' };

type Page = {
  readonly items: readonly { readonly id: string; readonly status: string }[];
  readonly next: string | null;
};

type Request = { readonly method: string; readonly target: string; readonly body?: object; readonly key?: string };

const isThrottled = ({ outcome, cancellationReasonCodes }: TableCall) =>
  outcome === 'ThrottlingException' || cancellationReasonCodes.includes('ThrottlingError');

it('confirms 1,500 orders of one tenant that arrive at once, although their lists are throttled', {
  timeout,
}, async () => {
  const clock = createLeapingClock();
  const throttledBy = new Map<string, number>();
  const host = createHost({
    ...{ contexts, secrets, clock, maxEnvironments: ENVIRONMENTS, tableThrottle: AWS_PARTITION_LIMITS },
    // only the table refuses
    ...unbounded,
    onTableCall: (call) => {
      if (isThrottled(call)) throttledBy.set(call.caller.name, (throttledBy.get(call.caller.name) ?? 0) + 1);
    },
  });
  const send = async <T>({ method, target, body, key = target }: Request) => {
    const headers = Object.entries({ authorization: `Bearer ${toApiKey(demo)}`, 'idempotency-key': key });
    const response = await host.request({ method, target, headers, body: body ? JSON.stringify(body) : '' });
    return { ...response, body: JSON.parse(response.body) as T };
  };
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));
  const refusals: { readonly status: number; readonly code: string; readonly retryAfter: unknown }[] = [];
  /** Sends an order as a client does: again with the same key where the response says so. */
  const place = async (key: string) => {
    const order = {
      lines: [{ sku: 'mug', quantity: 1 }],
      customer: { email: `${key}@example.com` },
      payment: { token: 'tok_ok' },
    };
    for (let n = 0; n < MAX_REPETITIONS; n += 1) {
      const { status, headers, body } = await send<{ id: string; code: string }>({
        method: 'POST',
        target: '/v1/orders',
        body: order,
        key,
      });
      if (status === 202) return body.id;
      const retryAfter = headers['retry-after'];
      refusals.push({ status, code: body.code, retryAfter });
      await wait(Number(retryAfter) * 1_000);
    }
    throw new Error(`${key} was refused ${MAX_REPETITIONS} times`);
  };
  const findStatuses = async () => {
    const statuses = new Map<string, string>();
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: Page } = await send<Page>({
        method: 'GET',
        target: `/v1/orders?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      });
      for (const { id, status } of body.items) statuses.set(id, status);
      cursor = body.next;
    }
    return statuses;
  };

  try {
    await host.loadFunctions();
    await clock.driven(seed(host, demo));
    const price = { amount: 1_250, currency: 'EUR' };
    await clock.driven(send({ method: 'PUT', target: '/v1/products/mug', body: { name: 'Mug', price } }));
    await clock.driven(send({ method: 'PUT', target: '/v1/inventory/mug', body: { shards: 16 } }));
    const adjustment = { delta: ORDERS, reason: 'received' };
    await clock.driven(send({ method: 'POST', target: '/v1/inventory/mug/adjustments', body: adjustment }));
    const before = await clock.driven(send<{ available: number }>({ method: 'GET', target: '/v1/inventory/mug' }));

    const ids = await clock.driven(Promise.all(Array.from({ length: ORDERS }, (_, n) => place(`buyer-${n}`))));
    await clock.driven(host.whenIdle());
    // a task that was throttled in each of its attempts has left its order to the sweeper
    await clock.driven(wait(SWEPT_AFTER_MS));
    await clock.driven(host.whenIdle());

    expect(new Set(ids).size).toBe(ORDERS);
    const statuses = await clock.driven(findStatuses());
    const confirmed = ids.filter((id) => statuses.get(id) === 'confirmed');
    expect(confirmed).toHaveLength(ORDERS);
    const after = await clock.driven(
      send<{ available: number; held: number }>({ method: 'GET', target: '/v1/inventory/mug' }),
    );
    expect(after.body).toMatchObject({ available: before.body.available - ORDERS, held: 0 });
    // the throttle struck, and the client's error says what to do
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals)
      expect(refusal).toEqual({ status: 503, code: 'unavailable', retryAfter: expect.stringMatching(/^\d+$/) });
  } finally {
    host.close();
  }
});
