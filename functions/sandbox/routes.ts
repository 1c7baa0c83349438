import * as z from 'zod/mini';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { CurrencySchema } from '#platform/input-schemas';
import { ID_FORM, InstantSchema, IntegerSchema, StringSchema, text, textOf, wholeNumber } from '#platform/schemas';
import { CHARGE_KEY_FORM } from '#sandbox/contract';
import { problems } from '#sandbox/errors';

/** The key of a charge. The same key is the same charge, which is captured at most once. No refund can have it. */
const KeySchema = textOf(CHARGE_KEY_FORM);

const amount = wholeNumber(0);
const currencyCode = textOf(/^[A-Z]{3}$/);

export const Charge = z.strictObject({
  key: KeySchema,
  amount,
  currency: CurrencySchema,
  token: text(128),
});
export const Void = z.strictObject({});
/** Money that was captured can be returned even if its currency has been withdrawn since, so a code is taken by its form. */
export const Refund = z.strictObject({
  refundKey: text(255),
  amount,
  currency: currencyCode,
});
export const AllowRefund = z.strictObject({});
/** What a person does in the provider's console, or a payer at the bank. The sandbox sends no callback about it by itself. */
export const ByHand = z.strictObject({ amount: wholeNumber(1) });
export const CaptureByHand = z.strictObject({ amount: wholeNumber(1), currency: currencyCode });
/** For this long every charge, state, void and refund of the tenant answers 503 and has no effect; 0 ends the outage. */
export const Outage = z.strictObject({
  tenantId: textOf(ID_FORM),
  seconds: wholeNumber(0, 86_400),
});

const ChargeResponse = () =>
  z.object({
    key: KeySchema,
    status: z.enum(['captured', 'declined', 'voided', 'pending', 'refunded']),
    /** In minor units. */
    amount: IntegerSchema,
    currency: StringSchema,
    captured: IntegerSchema,
    refunded: IntegerSchema,
    /** The part of `refunded` that was refunded under refund keys; the rest was refunded by hand. */
    returned: IntegerSchema,
    /** The part of `captured` that the payer disputes. */
    disputed: IntegerSchema,
    refunds: z.readonly(z.array(StringSchema)),
    refusesRefunds: z.optional(z.literal(true)),
    capturesLater: z.optional(z.literal(true)),
    version: IntegerSchema,
  });
/** `absent`: the key was never used for a charge. */
const StateResponse = () =>
  z.object({
    status: z.enum(['absent', 'pending', 'captured', 'declined', 'voided']),
    currency: StringSchema,
    captured: IntegerSchema,
    refunded: IntegerSchema,
    returned: IntegerSchema,
    disputed: IntegerSchema,
  });

const { charge_not_found, not_refundable, refund_refused, not_disputable, key_in_use } = problems;
const { conflict } = platformProblems;
const params = { key: KeySchema };

/** The API of a payment provider, with controls for tests. */
export const providerRoutes = {
  charge: {
    method: 'POST',
    path: '/sandbox/charges',
    scope: 'provider',
    summary: 'Charges as the token says, once per key.',
    body: Charge,
    responses: { 200: ChargeResponse },
    problems: { key_in_use },
  },
  getCharge: {
    method: 'GET',
    path: '/sandbox/charges/{key}',
    scope: 'provider',
    params,
    summary: 'Returns a charge. A pending one is captured from here on.',
    responses: { 200: ChargeResponse },
    problems: { charge_not_found },
  },
  getState: {
    method: 'GET',
    path: '/sandbox/charges/{key}/state',
    scope: 'provider',
    params,
    summary: 'Returns the state of a key, and changes nothing.',
    responses: { 200: StateResponse },
  },
  voidCharge: {
    method: 'POST',
    path: '/sandbox/charges/{key}/void',
    scope: 'provider',
    params,
    summary: 'Keeps the key from ever being captured, or reports that it has been.',
    body: Void,
    responses: { 200: () => z.object({ status: z.enum(['captured', 'voided']) }) },
    problems: { key_in_use, conflict },
  },
  refundCharge: {
    method: 'POST',
    path: '/sandbox/charges/{key}/refund',
    scope: 'provider',
    params,
    summary: 'Refunds a charge, once per refund key.',
    body: Refund,
    responses: { 200: ChargeResponse },
    problems: { charge_not_found, not_refundable, refund_refused, key_in_use, conflict },
  },
  allowRefund: {
    method: 'POST',
    path: '/sandbox/charges/{key}/allow-refund',
    scope: 'provider',
    params,
    summary: 'Allows the refunds of a charge that refuses them.',
    body: AllowRefund,
    responses: { 200: ChargeResponse },
    problems: { charge_not_found, conflict },
  },
  refundByHand: {
    method: 'POST',
    path: '/sandbox/charges/{key}/refund-by-hand',
    scope: 'provider',
    params,
    summary: "Refunds a part of a charge as a person does in the provider's console. Each call is another refund.",
    body: ByHand,
    responses: { 200: ChargeResponse },
    problems: { charge_not_found, not_refundable, conflict },
  },
  captureByHand: {
    method: 'POST',
    path: '/sandbox/charges/{key}/capture-by-hand',
    scope: 'provider',
    params,
    summary: 'Captures with a key that was declined, voided or never used, so that the provider contradicts itself.',
    body: CaptureByHand,
    responses: { 200: ChargeResponse },
    problems: { key_in_use, conflict },
  },
  disputeCharge: {
    method: 'POST',
    path: '/sandbox/charges/{key}/dispute',
    scope: 'provider',
    params,
    summary: 'Disputes a part of a charge as its payer does.',
    body: ByHand,
    responses: { 200: ChargeResponse },
    problems: { charge_not_found, not_disputable, conflict },
  },
  startOutage: {
    method: 'POST',
    path: '/sandbox/outages',
    scope: 'provider',
    summary: 'Starts or ends an outage of the provider for a tenant.',
    body: Outage,
    responses: { 200: () => z.object({ tenantId: StringSchema, until: InstantSchema }) },
  },
} as const satisfies RouteGroup;
