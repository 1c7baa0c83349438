import { expect, it } from 'vitest';
import { type ProblemCode, problemDocument, problems } from '#platform/http/problems';
import { problemResponse } from '#platform/http/response';

const codes = Object.keys(problems) as ProblemCode[];

it.each(codes)('%s is a problem document that says what happened and what to do', (code) => {
  const { statusCode, headers, body } = problemResponse(code);
  const { type, title, status, detail, ...rest } = JSON.parse(body);
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  expect(rest).toEqual({ code });
  expect(type).toBe(`/problems/${code}`);
  expect(status).toBe(statusCode);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  for (const sentence of [title, detail]) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

it('tells another detail, and more members, where an answer has them', () => {
  expect(problemDocument('not_found', 'look elsewhere')).toMatchObject({ detail: 'look elsewhere', status: 404 });
  expect(JSON.parse(problemResponse('invalid_body', 'x', { errors: [] }).body)).toMatchObject({
    errors: [],
    detail: 'x',
  });
});

it('tells a client how to authenticate, and when to come back', () => {
  expect(problemResponse('unauthenticated').headers).toMatchObject({ 'www-authenticate': 'Bearer' });
  expect(problemResponse('unavailable').headers).toMatchObject({ 'retry-after': '1' });
});
