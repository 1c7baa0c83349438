import { expect } from 'vitest';
import { type ProblemCode, problems } from '#contexts';
import type { ApiResponse } from './request.ts';

/** Expects this problem of the catalogue, in the format of RFC 9457. */
export const expectProblem = ({ status, headers, body }: ApiResponse<unknown>, code: ProblemCode): void => {
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
