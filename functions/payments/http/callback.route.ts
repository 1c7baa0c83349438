import { takeCallback } from '#payments/app/take-callback';
import { Callback } from '#payments/contract';
import { attemptTable } from '#payments/data/attempt-table';
import { SANDBOX, sandboxProvider } from '#payments/data/sandbox-provider';
import { isSigned, SIGNATURE_HEADER } from '#payments/http/signature';
import { parseText } from '#shared/body';
import { problem, reply, route } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { secret } from '#shared/secret';

/** Anyone may call it, and only what the provider has signed is read: the tenant is the first part of the key in it. */
export const callbackRoute = (rt: Runtime<'db' | 'secrets'>) => {
  const take = takeCallback({ attempts: attemptTable(rt), provider: sandboxProvider(rt) });
  const key = secret(rt, 'provider-callback-key');
  const spec = { method: 'POST', path: '/v1/providers/{provider}/callbacks', scope: 'public' } as const;
  return route(spec, async ({ params, header, raw }) => {
    if (params['provider'] !== SANDBOX) return problem('not_found');
    const body = raw();
    if (!isSigned(await key(), header(SIGNATURE_HEADER), body, rt.now())) return problem('invalid_signature');
    const told = parseText(body, Callback);
    if (!told.ok) return told.error;

    const taken = await take(told.value);
    if (taken.ok) return reply(200, { received: true });
    if (taken.error === 'charge_not_found') return problem(taken.error);
    const { key: charge, status } = told.value;
    rt.logger.error('a callback had no effect yet', { charge, status, because: taken.error });
    return problem(taken.error === 'wrong_amount' ? 'wrong_amount' : 'unavailable');
  });
};
