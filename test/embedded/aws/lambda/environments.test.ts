import { expect, it } from 'vitest';
import { systemClock } from '../../../../embedded/aws/clock.ts';
import { createConcurrency } from '../../../../embedded/aws/lambda/concurrency.ts';
import { createFunctionPool } from '../../../../embedded/aws/lambda/environments.ts';

it('a backlog of invocations lets the event loop handle other events', async () => {
  const order: string[] = [];
  const busy = async () => {
    for (const until = performance.now() + 2; performance.now() < until; );
    order.push('invocation');
  };
  const build = async () => ({ handler: busy, kill: () => {} });
  const pool = createFunctionPool(
    { name: 'busy', timeoutMs: 1_000, concurrency: createConcurrency(100), maxEnvironments: 1, build },
    systemClock,
    () => 'id',
  );
  const backlog = Promise.all(Array.from({ length: 100 }, () => pool.invoke({})));
  setImmediate(() => order.push('outside'));
  await backlog;
  expect(order.slice(0, 10)).toContain('outside');
});

it('throttles an invocation beyond the concurrency that functions share, and does not wait', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const concurrency = createConcurrency(2);
  const build = async () => ({ handler: () => released, kill: () => {} });
  const [a, b] = ['a', 'b'].map((name) =>
    createFunctionPool({ name, timeoutMs: 60_000, concurrency, build }, systemClock, () => 'id'),
  );
  const running = [a?.invoke({}), b?.invoke({})];
  await expect(a?.invoke({})).rejects.toMatchObject({ errorType: 'Lambda.TooManyRequestsException' });
  release();
  await Promise.all(running);
  await a?.invoke({});
});

it('gives back the concurrency of an invocation that fails', async () => {
  const concurrency = createConcurrency(1);
  const build = async () => ({ handler: () => Promise.reject(new Error('broken')), kill: () => {} });
  const pool = createFunctionPool({ name: 'a', timeoutMs: 60_000, concurrency, build }, systemClock, () => 'id');
  for (let n = 0; n < 3; n += 1) await expect(pool.invoke({})).rejects.toMatchObject({ message: 'broken' });
});

it('gives back the environment that a throttled invocation has waited for', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const concurrency = createConcurrency(1);
  const build = async () => ({ handler: () => released, kill: () => {} });
  const [a, b] = ['a', 'b'].map((name) =>
    createFunctionPool({ name, timeoutMs: 60_000, concurrency, maxEnvironments: 1, build }, systemClock, () => 'id'),
  );
  const running = a?.invoke({});
  for (let n = 0; n < 3; n += 1)
    await expect(b?.invoke({})).rejects.toMatchObject({ errorType: 'Lambda.TooManyRequestsException' });
  release();
  await running;
  await b?.invoke({});
});
