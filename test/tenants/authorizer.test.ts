import { expect, it } from 'vitest';
import { formatApiKey } from '#tenants/contract';
import { authorizer } from '#tenants/http/authorizer';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { newApiKey } from '../fixtures/api-key.ts';
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
  });
  expect(await authorize(authorizerEvent(`Bearer ${OPERATOR_KEY}`))).toEqual({
    principalId: 'operator',
    policyDocument: allowed,
    context: { kind: 'operator' },
  });
});

it('throws the error that API Gateway answers with 401 for every other caller', async () => {
  const { rt } = createTestTable();
  for (const token of ['Bearer nobody', `Bearer ${formatApiKey(newApiKey(rt))}`, '']) {
    await expect(authorizer(rt)(authorizerEvent(token))).rejects.toThrow(/^Unauthorized$/);
  }
});
