import { expect, test } from 'vitest';
import { host } from './host.ts';

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${host.baseUrl}${path}`, { headers, signal: AbortSignal.timeout(host.limits.answerMs) });

test('a response carries the correlation id that the client sent', async () => {
  const response = await get('/v1/health/live', { 'X-Correlation-Id': 'basket-4711' });
  expect([response.status, response.headers.get('x-correlation-id')]).toEqual([200, 'basket-4711']);
});

test('a response carries a new correlation id if the client sent no valid one', async () => {
  const [first, second, third] = await Promise.all([
    get('/v1/health/live'),
    get('/v1/health/live'),
    get('/v1/health/live', { 'X-Correlation-Id': 'two words' }),
  ]);
  const ids = [first, second, third].map(({ headers }) => headers.get('x-correlation-id'));
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
});
