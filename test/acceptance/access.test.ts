import { describe, expect, test } from 'vitest';
import { contexts, type ProblemCode } from '#contexts';
import type { Scope } from '#platform/http/route';
import { functionsOf } from '#platform/manifest';
import { host } from './host.ts';
import { expectProblem } from './problem.ts';
import { send } from './request.ts';
import { openShop } from './shop.ts';

const guarded = contexts.flatMap((context) =>
  functionsOf(context).flatMap(({ routes }) => {
    const knowsOperator = routes.some(({ scope }) => scope === 'operator');
    const base = context.standalone ? host.providerUrl : host.baseUrl;
    return routes.flatMap(({ method, path, scope }) =>
      scope === 'public' ? [] : [{ method, path, scope, base, knowsOperator }],
    );
  }),
);

describe.each(guarded)('$method $path', ({ method, path, scope, base, knowsOperator }) => {
  const sendTo = (key?: string) => send(method, `${base}${path.replaceAll(/{\w+}/g, 'a.b')}`, { key });

  test('refuses requests without a key and with an unknown key', async () => {
    const { tenantId } = await openShop();
    expectProblem(await sendTo(), 'unauthenticated');
    expectProblem(await sendTo('nobody'), 'unauthenticated');
    expectProblem(await sendTo(`bw_${tenantId}_${'x'.repeat(32)}`), 'unauthenticated');
  });

  // a function knows the operator's key if it has a route for it, and the provider's key if the route is the provider's
  const otherKeys: Readonly<Record<Exclude<Scope, 'public'>, readonly [() => Promise<string>, ProblemCode]>> = {
    tenant: [async () => host.operatorKey, knowsOperator ? 'forbidden' : 'unauthenticated'],
    operator: [async () => (await openShop()).key, 'forbidden'],
    provider: [async () => host.operatorKey, 'unauthenticated'],
  };
  const [getOtherKey, refusal] = otherKeys[scope];
  test(`refuses the key of another role: ${refusal}`, async () => {
    expectProblem(await sendTo(await getOtherKey()), refusal);
  });
});

test('there are guarded routes', () => expect(guarded.length).toBeGreaterThan(10));
