import { expect, it } from 'vitest';
import { systemClock } from '../../../../embedded/aws/clock.ts';
import { createFunctionPool } from '../../../../embedded/aws/lambda/environments.ts';

it('a backlog of invocations lets the event loop handle other events', async () => {
  const order: string[] = [];
  const busy = async () => {
    for (const until = performance.now() + 2; performance.now() < until; );
    order.push('invocation');
  };
  const build = async () => ({ handler: busy, kill: () => {} });
  const pool = createFunctionPool(
    { name: 'busy', timeoutMs: 1_000, maxEnvironments: 1, build },
    systemClock,
    () => 'id',
  );
  const backlog = Promise.all(Array.from({ length: 100 }, () => pool.invoke({})));
  setImmediate(() => order.push('outside'));
  await backlog;
  expect(order.slice(0, 10)).toContain('outside');
});
