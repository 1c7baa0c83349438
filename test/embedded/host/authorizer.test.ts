import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { FunctionError } from '../../../embedded/aws/lambda/function-error.ts';
import { createAuthorizer } from '../../../embedded/host/authorizer.ts';
import { createFakeClock } from '../../fixtures/runtime.ts';

const policy = (Effect: 'Allow' | 'Deny') => ({
  principalId: 'acme',
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect, Action: 'execute-api:Invoke', Resource: '*' }] },
  context: { kind: 'tenant', tenantId: 'acme' },
});
const request = { authorizer: 'tenants-authorize', method: 'GET', path: '/v1/orders' };

const createTest = (answer: (event: APIGatewayTokenAuthorizerEvent) => unknown = () => policy('Allow')) => {
  const clock = createFakeClock();
  const events: APIGatewayTokenAuthorizerEvent[] = [];
  const authorize = createAuthorizer({
    stage: 'dev',
    clock,
    invoke: async (_, event) => {
      events.push(event);
      return answer(event);
    },
  });
  return { clock, events, send: (authorization?: string) => authorize({ ...request, authorization }) };
};

it('invokes the function with the header and the called method, and passes its context on', async () => {
  const { events, send } = createTest();
  expect(await send('Bearer a')).toEqual({ allowed: { principalId: 'acme', kind: 'tenant', tenantId: 'acme' } });
  expect(events).toEqual([
    {
      type: 'TOKEN',
      authorizationToken: 'Bearer a',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:embedded/dev/GET/v1/orders',
    },
  ]);
});

it('uses a policy again for 5 seconds, for the same token only', async () => {
  const { clock, events, send } = createTest();
  for (const token of ['a', 'b', 'a', 'b']) await send(token);
  clock.advance(4_999);
  await send('a');
  expect(events.map(({ authorizationToken }) => authorizationToken)).toEqual(['a', 'b']);
  clock.advance(1);
  await send('a');
  expect(events).toHaveLength(3);
});

it('uses a policy again for another spelling of the same token', async () => {
  const { events, send } = createTest();
  for (const token of ['Bearer a', 'bearer a', 'Bearer   a', 'Bearer A']) await send(token);
  expect(events.map(({ authorizationToken }) => authorizationToken)).toEqual(['Bearer a', 'Bearer A']);
});

it('refuses a request without the header, and invokes nothing', async () => {
  const { events, send } = createTest();
  for (const token of [undefined, '']) expect(await send(token)).toEqual({ refused: 'unauthenticated' });
  expect(events).toEqual([]);
});

it.each([
  ['unauthenticated', 'Unauthorized'],
  ['unavailable', 'The table cannot be reached'],
])('answers %s to the error "%s", and does not cache it', async (refused, message) => {
  const { events, send } = createTest(() => {
    throw new FunctionError('Error', message);
  });
  for (const _ of [1, 2]) expect(await send('a')).toEqual({ refused });
  expect(events).toHaveLength(2);
});

it('answers forbidden to a policy that denies', async () => {
  expect(await createTest(() => policy('Deny')).send('a')).toEqual({ refused: 'forbidden' });
});

it('throws a defect of the host', async () => {
  const { send } = createTest(() => {
    throw new TypeError('a defect');
  });
  await expect(send('a')).rejects.toThrow('a defect');
});
