import { expect, it } from 'vitest';
import { formatApiKey } from '#tenants/contract';
import { authorize } from '#tenants/http/authorize';
import { newApiKey, tenantRegistration } from '#tenants/http/create-tenant';
import { OPERATOR_KEY, tableWorld } from '../platform/fixtures/table.ts';

const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/POST/v1/orders/o1/cancel';
const wholeStage = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/*';
const allowed = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: wholeStage }],
};

const asked = (token: string) => ({ type: 'TOKEN', methodArn, authorizationToken: token }) as const;

it('lets everyone whom it knows in on the whole stage, and says who it is', async () => {
  const { rt } = tableWorld();
  const key = newApiKey(rt);
  await tenantRegistration(rt)({ name: 'Acme', key });
  const ask = authorize(rt);
  expect(await ask(asked(`Bearer ${formatApiKey(key)}`))).toEqual({
    principalId: key.tenantId,
    policyDocument: allowed,
    context: { kind: 'tenant', tenantId: key.tenantId },
  });
  expect(await ask(asked(`Bearer ${OPERATOR_KEY}`))).toEqual({
    principalId: 'operator',
    policyDocument: allowed,
    context: { kind: 'operator' },
  });
});

it('throws what API Gateway answers 401 to at anybody else', async () => {
  const { rt } = tableWorld();
  for (const token of ['Bearer nobody', `Bearer ${formatApiKey(newApiKey(rt))}`, '']) {
    await expect(authorize(rt)(asked(token))).rejects.toThrow(/^Unauthorized$/);
  }
});
