import { expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, type NamedFunction } from '#platform/manifest';
import { FunctionError } from '../../embedded/aws/lambda/function-error.ts';
import { getOnly } from '../infra/synthesis.ts';
import { classifyOutcome, type Outcome } from './answers.ts';

const functions = functionsOf(...contexts);
const undeclared = { undeclared: expect.any(String) };
const fault: Outcome = { error: new FunctionError('TypeError', 'x is undefined') };

const expectClass = (fn: NamedFunction, outcome: Outcome, event: unknown = {}) =>
  expect(classifyOutcome(fn, { event, outcome }), fn.id);

test.each(functions)('$id does not declare a fault, an empty answer or one that nobody understands', (fn) => {
  const [route] = fn.routes;
  const event = { httpMethod: route?.method, resource: route?.path };
  const body = JSON.stringify({ code: 'internal' });
  for (const outcome of [fault, { result: {} }, { result: { batchItemFailures: [{ itemIdentifier: '1' }] } }])
    if (fn.routes.length === 0 || 'error' in outcome) expectClass(fn, outcome, event).toEqual(undeclared);
  for (const statusCode of [200, 201, 202, 404, 409, 500])
    if (route) expectClass(fn, { result: { statusCode, body } }, event).toEqual(undeclared);
});

const find = (id: string) =>
  getOnly(
    functions.filter((fn) => fn.id === id),
    id,
  );
const toResult = (statusCode: number, body: unknown) => ({ result: { statusCode, body: JSON.stringify(body) } });
const LIVE = { httpMethod: 'GET', resource: '/v1/health/live' };

test('an answer of a route has the status and the body that the route declares', () => {
  const health = find('operations-health');
  expectClass(health, toResult(200, { status: 'ok' }), LIVE).toBe('success');
  expectClass(health, toResult(200, { status: 'fine' }), LIVE).toEqual(undeclared);
  expectClass(health, toResult(202, { status: 'ok' }), LIVE).toEqual(undeclared);
  expectClass(health, toResult(400, { code: 'bad_request' }), LIVE).toBe('refusal');
  expectClass(health, toResult(404, { code: 'bad_request' }), LIVE).toEqual(undeclared);
});

test('a task returns nothing, or refuses as one of its sagas expects', () => {
  const charge = find('payments-charge');
  expectClass(charge, { result: null }).toBe('success');
  expectClass(charge, { error: new FunctionError('PaymentDeclined', 'no') }).toBe('refusal');
  expectClass(charge, { error: new FunctionError('StockUnavailable', 'no') }).toEqual(undeclared);
});

test('an authorizer allows or says that the key is unknown', () => {
  const authorizer = find('tenants-authorize');
  const policyOf = (...effects: string[]) => ({
    result: { principalId: 'x', policyDocument: { Statement: effects.map((Effect) => ({ Effect })) } },
  });
  expectClass(authorizer, policyOf('Allow')).toBe('success');
  expectClass(authorizer, policyOf('Allow', 'Deny')).toEqual(undeclared);
  expectClass(authorizer, policyOf()).toEqual(undeclared);
  expectClass(authorizer, { error: new FunctionError('Error', 'Unauthorized') }).toBe('refusal');
});
