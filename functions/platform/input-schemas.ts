// Apart from the other schemas, so that only functions that parse them carry the table of currencies.
import * as z from 'zod/mini';
import { findCurrency } from '#platform/currencies';
import { findEmailFault, trimBlanks } from '#platform/email';

const currencyError = (code: unknown) =>
  typeof code === 'string' && code !== code.toUpperCase() && findCurrency(code.toUpperCase())
    ? `write the currency in upper case: ${code.toUpperCase()}`
    : 'not an active ISO 4217 currency with a minor unit, such as EUR';

/** A currency as clients may send it: an active code of ISO 4217 that has a minor unit. */
export const CurrencySchema = /* @__PURE__ */ z
  .string()
  .check(z.refine((code) => findCurrency(code) !== undefined, { error: ({ input }) => currencyError(input) }));

/** An e-mail address as clients may send it, without the blanks at its ends. */
export const EmailSchema = /* @__PURE__ */ z.string().check(
  z.overwrite(trimBlanks),
  z.check(({ value, issues }) => {
    const fault = findEmailFault(value);
    if (fault) issues.push({ code: 'custom', input: value, message: fault });
  }),
);
