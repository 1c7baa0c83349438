import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { gatewayKeyOf } from '#platform/http/gateway-key';
import type { TenantId } from '#platform/kernel';
import { GATEWAY_KEYS, gatewayKeyValue } from '#platform/manifest';
import { formatApiKey } from '#tenants/contract';
import { authorizer } from '#tenants/http/authorizer';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { apiKeyKey } from '#tenants/table/keys';
import { lastUseRecorder } from '#tenants/table/last-use';
import { ServiceError } from '../../embedded/aws/service.ts';
import { newApiKey } from '../fixtures/api-key.ts';
import { TABLE_NAME } from '../fixtures/runtime.ts';
import { createTestTable, OPERATOR_KEY } from '../fixtures/table.ts';

const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/POST/v1/orders/o1/cancel';
const wholeStage = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/*';
const allowed = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: wholeStage }],
};

const authorizerEvent = (token: string) => ({ type: 'TOKEN', methodArn, authorizationToken: token }) as const;

it('allows a known caller the whole stage, and says who it is', async () => {
  const { rt } = createTestTable();
  const key = newApiKey(rt);
  await tenantRegistration(rt)({ name: 'Acme', key });
  const authorize = authorizer(rt);
  expect(await authorize(authorizerEvent(`Bearer ${formatApiKey(key)}`))).toEqual({
    principalId: key.tenantId,
    policyDocument: allowed,
    context: { kind: 'tenant', tenantId: key.tenantId, keyId: expect.stringMatching(/^[0-9a-f]{26}$/) },
    usageIdentifierKey: gatewayKeyOf('dev', key.tenantId),
  });
  expect(await authorize(authorizerEvent(`Bearer ${OPERATOR_KEY}`))).toEqual({
    principalId: 'operator',
    policyDocument: allowed,
    context: { kind: 'operator' },
    usageIdentifierKey: 'breakwaterdevgatewaykey64',
  });
});

it('hashes tenants evenly onto the gateway keys, and none onto the one of callers without a tenant', () => {
  const uses = new Map<string, number>();
  for (let n = 0; n < 6_400; n += 1) {
    const value = gatewayKeyOf('prod', `tenant-${n}` as TenantId);
    uses.set(value, (uses.get(value) ?? 0) + 1);
  }
  const values = Array.from({ length: GATEWAY_KEYS }, (_, n) => gatewayKeyValue('prod', n));
  expect([...uses.keys()].sort()).toEqual(values.sort());
  expect(Math.max(...uses.values())).toBeLessThan(200);
});

it('throws the error that API Gateway answers with 401 for every other caller', async () => {
  const { rt } = createTestTable();
  for (const token of ['Bearer nobody', `Bearer ${formatApiKey(newApiKey(rt))}`, '']) {
    await expect(authorizer(rt)(authorizerEvent(token))).rejects.toThrow(/^Unauthorized$/);
  }
});

const HOUR_MS = 3_600_000;

/** A tenant, and the use of its key. */
const withUsedKey = async (intercept: NonNullable<Parameters<typeof createTestTable>[0]>['intercept']) => {
  const table = createTestTable(intercept && { intercept });
  const key = newApiKey(table.rt);
  await tenantRegistration(table.rt)({ name: 'Acme', key });
  table.calls.length = 0;
  const authorize = authorizer(table.rt);
  return { ...table, key, use: () => authorize(authorizerEvent(`Bearer ${formatApiKey(key)}`)) };
};

it('records the last use of a key at most once in 59 minutes, with one write unit', async () => {
  // Red when the time of the last use is not compared: then each request writes.
  const { use, clock, calls, itemAt, key, operations } = await withUsedKey(undefined);
  const [reads, writes] = [
    () => operations().filter((name) => name === 'GetItem').length,
    () => operations().filter((name) => name === 'UpdateItem').length,
  ];
  for (const minutes of [0, 1, 57]) {
    clock.advance(minutes * 60_000);
    await use();
  }
  expect([reads(), writes()]).toEqual([3, 1]);
  clock.advance(60_000);
  await use();
  expect([reads(), writes()]).toEqual([4, 2]);
  expect(calls.filter(({ operation }) => operation === 'UpdateItem').map(({ units }) => units.write)).toEqual([1, 1]);
  expect((await itemAt(apiKeyKey(key)))?.['lastUsedAt']).toBe(new Date(clock.now()).toISOString());
});

it('allows the caller where several authorizers record the same use', async () => {
  const { rt, key, itemAt, clock } = await withUsedKey(undefined);
  const event = authorizerEvent(`Bearer ${formatApiKey(key)}`);
  const allowed = await Promise.all([1, 2, 3].map(() => authorizer(rt)(event)));
  expect(allowed.map(({ principalId }) => principalId)).toEqual(Array(3).fill(key.tenantId));
  expect((await itemAt(apiKeyKey(key)))?.['lastUsedAt']).toBe(new Date(clock.now()).toISOString());
});

it('keeps the use that another authorizer has recorded since the key was read', async () => {
  // Red when the write does not compare the time of the last use again.
  const { rt, key, use, itemAt, clock } = await withUsedKey(undefined);
  await use();
  const recordedAt = new Date(clock.now()).toISOString();
  clock.advance(60_000);
  await lastUseRecorder(rt)(key, {});
  expect((await itemAt(apiKeyKey(key)))?.['lastUsedAt']).toBe(recordedAt);
});

it.each(['ProvisionedThroughputExceededException', 'TransactionConflictException', 'InternalServerError'])(
  'allows the caller if the record of the use fails with %s',
  async (code) => {
    const { use, key } = await withUsedKey((operation, name) =>
      name === 'UpdateItem' ? () => Promise.reject(new ServiceError(code, 'not now')) : operation,
    );
    expect(await use()).toMatchObject({ principalId: key.tenantId });
  },
);

it('does not bring back a key that is revoked between its read and the record of its use', async () => {
  // Red when the write does not require that the item exists.
  let revoke = async () => {};
  const { use, rt, key, itemAt, clock } = await withUsedKey((operation, name) => async (input, caller) => {
    if (name === 'UpdateItem') await revoke();
    return operation(input, caller);
  });
  revoke = async () => void (await rt.db.send(new DeleteCommand({ TableName: TABLE_NAME, Key: apiKeyKey(key) })));
  await use();
  expect(await itemAt(apiKeyKey(key))).toBeUndefined();
  clock.advance(HOUR_MS);
  await expect(use()).rejects.toThrow(/^Unauthorized$/);
});
