import * as z from 'zod/mini';
import type { Provider } from '#payments/app/ports';
import type { ProviderName } from '#payments/contract';
import type { Runtime } from '#shared/runtime';
import { secret } from '#shared/secret';

export const SANDBOX: ProviderName = 'sandbox';

/** Slower than the slowest good answer, and short enough that a task makes two calls within its time. */
const TIMEOUT_MS = 5_000;

const Answer = z.object({ status: z.enum(['captured', 'declined', 'voided', 'refunded']) });
const Problem = z.object({ code: z.string() });
type Said = z.infer<typeof Answer>['status'] | 'refused' | 'unknown';

/**
 * The protocol of the payment sandbox. Whatever is no clear answer is `unknown`, never a refusal: no answer in time, an error of
 * the network, a status that says nothing for certain, a body that says something else. A refusal is a 409, unless it is that
 * others were at it at the same time.
 */
export const sandboxProvider = (rt: Runtime<'secrets'>): Provider => {
  const key = secret(rt, 'provider-key');

  const post = async (path: string, body: unknown): Promise<Said> => {
    const authorization = `Bearer ${await key()}`;
    const cause = rt.correlation.id();
    try {
      const response = await rt.fetch(`${rt.env('PROVIDER_URL')}/sandbox/charges${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization,
          ...(cause !== undefined && { 'x-correlation-id': cause }),
        },
        body: JSON.stringify(body),
        timeoutMs: TIMEOUT_MS,
      });
      if (response.status === 200) return Answer.parse(await response.json()).status;
      if (response.status === 409 && Problem.parse(await response.json()).code !== 'conflict') return 'refused';
      rt.logger.warn('the provider gave no clear answer', { path, status: response.status });
    } catch (error) {
      rt.logger.warn('the provider gave no answer', { path, error: error as Error });
    }
    return 'unknown';
  };

  return {
    charge: async (key, { amount, currency }, token) =>
      oneOf(await post('', { key, amount, currency, token }), ['captured', 'declined', 'voided']),
    void: async (key) => oneOf(await post(`/${encodeURIComponent(key)}/void`, {}), ['voided', 'captured', 'refused']),
    refund: async (key, refundKey, { amount, currency }) =>
      oneOf(await post(`/${encodeURIComponent(key)}/refund`, { refundKey, amount, currency }), ['refunded', 'refused']),
  };
};

const oneOf = <S extends Said>(said: Said, expected: readonly S[]): S | 'unknown' =>
  expected.find((status) => status === said) ?? 'unknown';
