import * as z from 'zod/mini';
import type { ProviderName } from '#payments/contract';
import { PROVIDER_CALL_MS, type Provider } from '#payments/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';
import { StringSchema } from '#platform/schemas';

export const SANDBOX: ProviderName = 'sandbox';

/** A number that is no amount is an answer all the same: `checkState` leaves it to a person. */
const amount = z.number();
const State = z.object({
  status: z.enum(['absent', 'pending', 'captured', 'declined', 'voided']),
  currency: StringSchema,
  captured: amount,
  refunded: amount,
  returned: amount,
  disputed: amount,
});
const Voided = z.object({ status: z.enum(['captured', 'voided']) });
const Refunded = z.object({ status: z.literal('refunded') });
const Problem = z.object({ code: StringSchema });

type Call<T> = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly answer: z.ZodMiniType<T>;
};

/**
 * The protocol of the payment sandbox. Anything but a definite answer is `unknown`, never a refusal: a time-out, a network error, an
 * unclear status, an unexpected body. A refusal is a 409, except where it reports a conflict with a concurrent call.
 */
export const sandboxProvider = (rt: Runtime<'secrets'>): Provider => {
  const providerKey = secretReader(rt, 'provider-key');

  const call = async <T>({ method, path, body, answer }: Call<T>): Promise<T | 'refused' | 'unknown'> => {
    const authorization = `Bearer ${await providerKey()}`;
    const correlationId = rt.correlation.id();
    try {
      const response = await rt.fetch(`${rt.env('PROVIDER_URL')}/sandbox/charges${path}`, {
        method,
        headers: {
          ...(method === 'POST' && { 'content-type': 'application/json' }),
          authorization,
          ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
        },
        ...(method === 'POST' && { body: JSON.stringify(body) }),
        timeoutMs: PROVIDER_CALL_MS,
      });
      if (response.status === 200) return answer.parse(await response.json());
      if (response.status === 409 && Problem.parse(await response.json()).code !== 'conflict') return 'refused';
      rt.logger.warn('the provider gave no definite answer', { path, status: response.status });
    } catch (error) {
      rt.logger.warn('the provider could not be called', { path, error: error as Error });
    }
    return 'unknown';
  };
  /** No call for a state can be refused. */
  const callForState = async (request: Omit<Call<z.infer<typeof State>>, 'answer'>) => {
    const state = await call({ ...request, answer: State });
    return state === 'refused' ? 'unknown' : state;
  };
  const callForStatus = async <S extends string>(request: Call<{ readonly status: S }>) => {
    const outcome = await call(request);
    return typeof outcome === 'string' ? outcome : outcome.status;
  };
  const pathOf = (key: string) => `/${encodeURIComponent(key)}`;

  return {
    charge: (key, { amount, currency }, token) =>
      callForState({ method: 'POST', path: '', body: { key, amount, currency, token } }),
    void: (key) => callForStatus({ method: 'POST', path: `${pathOf(key)}/void`, body: {}, answer: Voided }),
    refund: (key, refundKey, { amount, currency }) =>
      callForStatus({
        method: 'POST',
        path: `${pathOf(key)}/refund`,
        body: { refundKey, amount, currency },
        answer: Refunded,
      }),
    status: (key) => callForState({ method: 'GET', path: `${pathOf(key)}/state` }),
  };
};
