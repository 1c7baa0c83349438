import { expect, it } from 'vitest';
import { platformProblems, problemDocument, problemHeaders } from '#platform/http/problems';
import { platformProblem, problemResponse } from '#platform/http/response';

const problem = { status: 409, title: 'It exists.', detail: 'Use another name.' };

it('makes a problem document of a problem and its code', () => {
  expect(problemDocument('exists', problem)).toEqual({ type: '/problems/exists', code: 'exists', ...problem });
  const { statusCode, headers, body } = problemResponse('exists', problem);
  expect(statusCode).toBe(409);
  expect(headers).toEqual({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  expect(JSON.parse(body)).toEqual(problemDocument('exists', problem));
});

it('replaces the detail and adds members where an answer has its own', () => {
  const other = platformProblem('not_found', { detail: 'look elsewhere' });
  expect(JSON.parse(other.body)).toMatchObject({ detail: 'look elsewhere', status: 404, code: 'not_found' });
  expect(JSON.parse(platformProblem('invalid_body', { detail: 'x', members: { errors: [] } }).body)).toMatchObject({
    errors: [],
    detail: 'x',
  });
});

it('tells a client how to authenticate, and when to retry', () => {
  expect(platformProblem('unauthenticated').headers).toMatchObject({ 'www-authenticate': 'Bearer realm="breakwater"' });
  expect(platformProblem('unavailable').headers).toMatchObject({ 'retry-after': '1' });
  expect(platformProblem('throttled').headers).toMatchObject({ 'retry-after': '1' });
  expect(problemHeaders(platformProblems.internal)).toEqual({ 'content-type': 'application/problem+json' });
});
