import { describe, expect, it } from 'vitest';
import { contexts, type ProblemCode, problems } from '#contexts';
import { gatewayProblems, type Problem, platformProblems } from '#platform/http/problems';
import { problemsOf } from '#platform/http/route';
import { functionsOf } from '#platform/manifest';

const routes = functionsOf(...contexts).flatMap((fn) => fn.routes);
/** The problems of the platform and of each context, with whose they are. */
const definitions = [
  { owner: 'platform', problems: platformProblems },
  { owner: 'gateway', problems: gatewayProblems },
  ...contexts.map(({ context, problems = {} }) => ({ owner: context, problems })),
].flatMap(({ owner, problems }) => Object.entries(problems).map(([code, problem]) => ({ owner, code, problem })));

it('each code means one problem', () => {
  const codes = new Set(definitions.map(({ code }) => code));
  expect(Object.keys(problems).sort()).toEqual([...codes].sort());
  // a payment provider and its client define the same code, each in its own contract
  for (const { code, problem } of definitions) expect(problem, code).toEqual(problems[code as ProblemCode]);
});

describe.each(definitions)(
  '$code of $owner',
  ({ code, problem }: { readonly code: string; readonly problem: Problem }) => {
    it('has a code, a status of an error, a title and a detail', () => {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      const { headers: _, ...others } = problem;
      expect(Object.keys(others).sort()).toEqual(['detail', 'status', 'title']);
      expect(problem.status).toBeGreaterThanOrEqual(400);
      expect(problem.status).toBeLessThan(600);
      for (const sentence of [problem.title, problem.detail]) expect(sentence).toMatch(/^[A-Z].*\.$/);
    });

    it('says how to authenticate where it is a 401, and what is taken where it is a 415', () => {
      if (problem.status === 401) expect(problem.headers?.['www-authenticate']).toMatch(/^[A-Z]/);
      if (problem.status === 415) expect(problem.headers?.['accept']).toBe('application/json');
    });
  },
);

it.each(routes)('$method $path answers with problems of the list only', (route) => {
  for (const [code, problem] of Object.entries(problemsOf(route)))
    expect(problem, code).toEqual(problems[code as ProblemCode]);
});

it('each problem of a context is one of a route', () => {
  const answered = new Set(routes.flatMap((route) => Object.keys(problemsOf(route))));
  const unused = definitions.filter(
    ({ owner, code }) => !['platform', 'gateway'].includes(owner) && !answered.has(code),
  );
  expect(unused).toEqual([]);
});
