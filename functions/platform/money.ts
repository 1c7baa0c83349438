import { findCurrency } from '#platform/currencies';
import type { Money } from '#platform/kernel';

/** The largest total of an order, and the largest price of a product, is worth about 10 to this power US dollars. */
const MAX_DOLLARS_POWER = 5;

/**
 * The most that one order may total in a currency, and so the most that one unit of a product may cost: a round amount that is worth
 * about the same in every currency, and always a safe integer. Undefined for a currency that is not active.
 */
export const maxMoney = (code: string): Money | undefined => {
  const currency = findCurrency(code);
  if (!currency) return undefined;
  return { amount: 10 ** (MAX_DOLLARS_POWER + currency.unitsPerDollarPower + currency.minorUnit), currency: code };
};

/**
 * An amount as people read it, with the decimals of its currency: `1250.00 HUF`, `12.500 KWD`, `1250 JPY`. It moves the decimal point
 * within the digits, so no amount is rounded. The decimals of a currency that is no longer active are not known here, so its amounts are
 * stated in minor units.
 */
export const formatMoney = ({ amount, currency }: Money): string => {
  const minorUnit = findCurrency(currency)?.minorUnit;
  if (minorUnit === undefined) return `${amount} minor units of ${currency}`;
  if (minorUnit === 0) return `${amount} ${currency}`;
  const digits = String(amount).padStart(minorUnit + 1, '0');
  return `${digits.slice(0, -minorUnit)}.${digits.slice(-minorUnit)} ${currency}`;
};
