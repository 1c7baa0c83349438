import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import { problemsOf } from '#platform/http/route';
import { functionsOf } from '#platform/manifest';

const routes = functionsOf(...contexts).flatMap((fn) => fn.routes);
const postRoutes = routes.filter(({ method }) => method === 'POST');

/** Routes that need no Idempotency-Key, because repeating their request has no second effect. */
const idempotentByNature: Readonly<Record<string, string>> = {
  '/v1/orders/{id}/cancel': 'an order is cancelled once; a repeat returns it',
  '/v1/orders/{id}/resume': 'an order that is being unwound again is not resumed twice',
  '/v1/providers/{provider}/callbacks': 'the charge has a key, and its outcome is recorded once',
  '/sandbox/charges': 'the body has the key of the charge',
  '/sandbox/charges/{key}/void': 'a voided charge stays voided',
  '/sandbox/charges/{key}/refund': 'the body has the key of the refund',
  '/sandbox/charges/{key}/refund-by-hand': 'a person who clicks twice refunds twice, which is what it is for',
  '/sandbox/charges/{key}/capture-by-hand': 'a key is captured once',
  '/sandbox/charges/{key}/dispute': 'a payer may dispute another part',
  '/sandbox/charges/{key}/allow-refund': 'what is allowed stays allowed',
  '/sandbox/outages': 'a repeat sets the same outage again',
};

it.each(postRoutes)('POST $path takes an Idempotency-Key, or the list says why it needs none', (route) => {
  expect([route.path, route.idempotent === true]).toEqual([route.path, !(route.path in idempotentByNature)]);
});

it('the list names existing routes only', () => {
  const paths = postRoutes.map(({ path }) => path as string);
  expect(Object.keys(idempotentByNature).filter((path) => !paths.includes(path))).toEqual([]);
});

it('an idempotent route may answer key_reused, which follows from the route and is not declared again', () => {
  const idempotent = routes.filter((route) => route.idempotent);
  expect(idempotent.length).toBeGreaterThanOrEqual(4);
  for (const route of idempotent) {
    expect(Object.keys(problemsOf(route))).toContain('key_reused');
    expect(Object.keys(route.problems ?? {})).not.toContain('key_reused');
  }
});
