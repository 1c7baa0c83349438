import { ServiceError } from '../service.ts';

/** mantissa * 10 ** exponent, the mantissa without trailing zeros. */
type Decimal = { readonly mantissa: bigint; readonly exponent: number };

const PATTERN = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;
/** Numbers that are in their normal form already and fit a double. */
const PLAIN = /^(?:0|-?[1-9]\d{0,14})$/;
const SIGN_AND_ZEROS = /^-|0+$/g;

const validationError = (message: string) => new ServiceError('ValidationException', message);

const reduce = (mantissa: bigint, exponent: number): Decimal => {
  if (mantissa === 0n) return { mantissa, exponent: 0 };
  const zeros = /0*$/.exec(String(mantissa))?.[0].length ?? 0;
  return { mantissa: mantissa / 10n ** BigInt(zeros), exponent: exponent + zeros };
};

const parse = (text: string): Decimal => {
  const [, sign, whole = '', fraction = '', exponent = '0'] = PATTERN.exec(text) ?? [];
  if (!whole && !fraction) throw validationError('A value provided cannot be converted into a number');
  return reduce(BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`), Number(exponent) - fraction.length);
};

const toDigits = ({ mantissa }: Decimal) => String(mantissa).replace('-', '');

const format = (value: Decimal): string => {
  const { mantissa, exponent } = value;
  const digits = toDigits(value);
  const sign = mantissa < 0n ? '-' : '';
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
};

const requireInRange = (value: Decimal): Decimal => {
  const digits = toDigits(value).length;
  const magnitude = digits + value.exponent - 1;
  const range = 'Attempting to store a number with magnitude';
  if (digits > 38) throw validationError('DynamoDB only supports precision up to 38 digits');
  if (magnitude > 125) throw validationError(`Number overflow. ${range} larger than supported range`);
  if (magnitude < -130) throw validationError(`Number underflow. ${range} smaller than supported range`);
  return value;
};

export const normalise = (text: string): string => (PLAIN.test(text) ? text : format(requireInRange(parse(text))));

const align = (a: Decimal, b: Decimal) => {
  const exponent = Math.min(a.exponent, b.exponent);
  const scale = (value: Decimal) => value.mantissa * 10n ** BigInt(value.exponent - exponent);
  return { left: scale(a), right: scale(b), exponent };
};

export const compare = (a: string, b: string): number => {
  if (PLAIN.test(a) && PLAIN.test(b)) return Number(a) - Number(b);
  const { left, right } = align(parse(a), parse(b));
  return left < right ? -1 : left > right ? 1 : 0;
};

export const add = (a: string, b: string): string => {
  const { left, right, exponent } = align(parse(a), parse(b));
  return format(requireInRange(reduce(left + right, exponent)));
};

export const subtract = (a: string, b: string): string => add(a, b.startsWith('-') ? b.slice(1) : `-${b}`);

/** One byte for every two digits and one for the exponent, one more for a minus sign. */
export const bytes = (text: string): number => {
  // trailing zeros do not count
  const digits = PLAIN.test(text) ? text.replace(SIGN_AND_ZEROS, '') : toDigits(parse(text));
  return digits === '' || digits === '0' ? 1 : 1 + Math.ceil(digits.length / 2) + (text.startsWith('-') ? 1 : 0);
};
