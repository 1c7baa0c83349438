import { expect, it } from 'vitest';
import { machineClock } from '../../embedded/clock.ts';
import { environments } from '../../embedded/lambda/environments.ts';

it('a backlog of invocations lets in what comes from outside', async () => {
  const seen: string[] = [];
  const busy = async () => {
    for (const until = performance.now() + 2; performance.now() < until; );
    seen.push('invocation');
  };
  const build = async () => ({ handler: busy, kill: () => {} });
  const pool = environments({ name: 'busy', timeoutMs: 1_000, concurrency: 1, build }, machineClock, () => 'id');
  const backlog = Promise.all(Array.from({ length: 100 }, () => pool.invoke({})));
  setImmediate(() => seen.push('outside'));
  await backlog;
  expect(seen.slice(0, 10)).toContain('outside');
});
