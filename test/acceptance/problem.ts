import { expect } from 'vitest';
import { type ProblemCode, problems } from '#contexts';
import type { Answer } from './client.ts';

/** The answer is this problem of the catalogue, as RFC 9457 wants it. */
export const expectProblem = ({ status, headers, body }: Answer<unknown>, code: ProblemCode): void => {
  expect(body).toMatchObject({
    code,
    status: problems[code].status,
    title: problems[code].title,
    type: `/problems/${code}`,
  });
  expect(body).toHaveProperty('detail', expect.any(String));
  expect(status).toBe(problems[code].status);
  expect(headers.get('content-type')).toBe('application/problem+json');
};
