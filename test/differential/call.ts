import fc from 'fast-check';
import { toParameters } from './expressions.ts';

/** One call. Without an input it repeats the last transaction with a token of the sequence. */
export type GeneratedCall = { readonly operation: string; readonly input?: object };

export const mergeInputs = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((chosen) => Object.assign({}, ...chosen));

export const callOf = (operation: string, ...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<GeneratedCall> =>
  mergeInputs(...parts).map((input) => ({ operation, input }));

/** Generates the value once in `oneIn` times, otherwise undefined. */
export const optional = <T>(oneIn: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** A parameter that one in `oneIn` calls has. */
export const optionalParameter = (oneIn: number, name: string, ...values: readonly unknown[]): fc.Arbitrary<object> =>
  optional(oneIn, fc.constantFrom(...values)).map((value) => (value === undefined ? {} : { [name]: value }));

export const capacity = optionalParameter(3, 'ReturnConsumedCapacity', 'INDEXES');
export const consistent = optionalParameter(2, 'ConsistentRead', true);

const PROJECTIONS = ['pk, sk, n', 'm.n, l[0]', 'x, held, listSk', 'l[1], l[0], m', 'sk, #status', 'none'];
export const optionalProjection = optional(3, fc.constantFrom(...PROJECTIONS)).map((text) =>
  text === undefined ? {} : toParameters({ ProjectionExpression: { text, values: [] } }),
);
