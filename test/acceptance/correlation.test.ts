import { expect, test } from 'vitest';
import { host } from './host.ts';

const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${host.baseUrl}${path}`, { headers, signal: AbortSignal.timeout(host.limits.answerMs) });

test('an answer tells the id that the client sent, to be asked about by it', async () => {
  const answer = await ask('/v1/health/live', { 'X-Correlation-Id': 'basket-4711' });
  expect([answer.status, answer.headers.get('x-correlation-id')]).toEqual([200, 'basket-4711']);
});

test('or one of its own, where the client sent none that will do', async () => {
  const [first, second, third] = await Promise.all([
    ask('/v1/health/live'),
    ask('/v1/health/live'),
    ask('/v1/health/live', { 'X-Correlation-Id': 'two words' }),
  ]);
  const ids = [first, second, third].map(({ headers }) => headers.get('x-correlation-id'));
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
});
