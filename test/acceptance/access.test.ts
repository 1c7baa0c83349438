import { describe, expect, test } from 'vitest';
import { contexts, type ProblemCode } from '#contexts';
import type { Scope } from '#platform/http/route';
import { functionsOf } from '#platform/manifest';
import { send } from './client.ts';
import { host } from './host.ts';
import { expectProblem } from './problem.ts';
import { openShop } from './shop.ts';

const guarded = contexts.flatMap((context) =>
  functionsOf(context).flatMap(({ routes }) =>
    routes.flatMap(({ method, path, scope }) =>
      scope === 'public' ? [] : [{ method, path, scope, base: context.standalone ? host.providerUrl : host.baseUrl }],
    ),
  ),
);

describe.each(guarded)('$method $path', ({ method, path, scope, base }) => {
  const knock = (key?: string) => send(method, `${base}${path.replaceAll(/{\w+}/g, 'a.b')}`, { key });

  test('is closed to whoever shows no key, or one that nobody has', async () => {
    const { tenantId } = await openShop();
    expectProblem(await knock(), 'unauthenticated');
    expectProblem(await knock('nobody'), 'unauthenticated');
    expectProblem(await knock(`bw_${tenantId}_${'x'.repeat(32)}`), 'unauthenticated');
  });

  // only what answers the operator holds the operator's key, and the provider knows its own alone: to others it is unknown
  const others: Readonly<Record<Exclude<Scope, 'public'>, readonly [() => Promise<string>, ProblemCode]>> = {
    tenant: [async () => host.operatorKey, 'unauthenticated'],
    operator: [async () => (await openShop()).key, 'forbidden'],
    provider: [async () => host.operatorKey, 'unauthenticated'],
  };
  const [keyOfOther, refusal] = others[scope];
  test(`is closed to the key of someone else: ${refusal}`, async () => {
    expectProblem(await knock(await keyOfOther()), refusal);
  });
});

test('there are routes to guard', () => expect(guarded.length).toBeGreaterThan(10));
