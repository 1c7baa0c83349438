import { findOrderForPayment } from '#orders/public';
import { contradictionLog } from '#payments/adapters/contradiction-log';
import { SANDBOX, sandboxProvider } from '#payments/adapters/sandbox-provider';
import { attemptIdsOf } from '#payments/domain/callback';
import type { metrics } from '#payments/errors';
import { isSigned, SIGNATURE_HEADER } from '#payments/http/signature';
import { Callback, type callbackRoutes } from '#payments/routes';
import { paymentTable } from '#payments/table/payment-table';
import { strayTable } from '#payments/table/stray-table';
import { handleCallback } from '#payments/use-cases/handle-callback';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';

/** Anyone may call it, and only a signed body is parsed. The tenant is the first part of the key in it. */
export const receiveCallback = (
  rt: Runtime<'db' | 'secrets'>,
): RouteHandler<(typeof callbackRoutes)['receiveCallback']> => {
  const handle = handleCallback({
    payments: paymentTable(rt),
    orders: findOrderForPayment(rt),
    strays: strayTable(rt),
    provider: sandboxProvider(rt),
    reportContradiction: contradictionLog(rt),
    now: () => rt.now().toISOString(),
  });
  const callbackKey = secretReader(rt, 'provider-callback-key');
  /** Only of what is signed: it is the provider who says it. */
  const refused = (details: Readonly<Record<string, unknown>>) =>
    rt.metric('CallbacksRefused' satisfies keyof typeof metrics, 1, details);
  return async ({ params, header, rawBody, parseBody }) => {
    if (params.provider !== SANDBOX) return { problem: 'not_found' };
    const signed = { secret: await callbackKey(), signature: header(SIGNATURE_HEADER), body: rawBody() };
    if (!isSigned(signed, rt.now())) return { problem: 'invalid_signature' };
    const callback = parseBody(Callback);
    if (!callback.ok) {
      refused({ because: 'unreadable', problem: callback.error.body });
      return { response: callback.error };
    }

    const { tenantId } = attemptIdsOf(callback.value.key);
    const handled = await rt.tenants.run(tenantId, () => handle(callback.value));
    const { key: charge, status, amount, currency } = callback.value;
    if (handled.ok) {
      rt.logger.info('a callback was handled', { charge, status, result: handled.value });
      return { status: 200, body: { received: true } };
    }
    if (handled.error === 'charge_not_found' || handled.error === 'wrong_amount') {
      refused({ because: handled.error, charge, status, amount, currency });
      return { problem: handled.error };
    }
    rt.logger.error('a callback had no effect yet', { charge, status, because: handled.error });
    return { problem: 'unavailable' };
  };
};
