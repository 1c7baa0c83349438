import * as z from 'zod/mini';
import type { ProviderName } from '#payments/contract';
import type { Provider } from '#payments/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';

export const SANDBOX: ProviderName = 'sandbox';

/** Longer than the slowest successful call, and short enough for two calls within a task's time. */
const TIMEOUT_MS = 5_000;

const Answer = z.object({ status: z.enum(['captured', 'declined', 'voided', 'refunded']) });
const Problem = z.object({ code: z.string() });
type Outcome = z.infer<typeof Answer>['status'] | 'refused' | 'unknown';

/**
 * The protocol of the payment sandbox. Anything but a definite answer is `unknown`, never a refusal: a time-out, a network error, an
 * unclear status, an unexpected body. A refusal is a 409, except where it reports a conflict with a concurrent call.
 */
export const sandboxProvider = (rt: Runtime<'secrets'>): Provider => {
  const providerKey = secretReader(rt, 'provider-key');

  const post = async (path: string, body: unknown): Promise<Outcome> => {
    const authorization = `Bearer ${await providerKey()}`;
    const correlationId = rt.correlation.id();
    try {
      const response = await rt.fetch(`${rt.env('PROVIDER_URL')}/sandbox/charges${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization,
          ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
        },
        body: JSON.stringify(body),
        timeoutMs: TIMEOUT_MS,
      });
      if (response.status === 200) return Answer.parse(await response.json()).status;
      if (response.status === 409 && Problem.parse(await response.json()).code !== 'conflict') return 'refused';
      rt.logger.warn('the provider gave no definite answer', { path, status: response.status });
    } catch (error) {
      rt.logger.warn('the provider could not be called', { path, error: error as Error });
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

const oneOf = <S extends Outcome>(outcome: Outcome, expected: readonly S[]): S | 'unknown' =>
  expected.find((status) => status === outcome) ?? 'unknown';
