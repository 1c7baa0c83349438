import { expect, test } from 'vitest';
import { expectStatus, send } from './request.ts';

test('the host is alive, and answers without a key', async () => {
  expect(await send('GET', '/v1/health/live', {})).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('the host is ready, and names its dependencies', async () => {
  const body = await expectStatus(send<{ dependencies: object }>('GET', '/v1/health/ready', {}), 200);
  expect(body).toMatchObject({ status: 'ok', dependencies: { table: 'ok', bus: 'ok' } });
  expect(new Set(Object.values(body.dependencies))).toEqual(new Set(['ok']));
});
