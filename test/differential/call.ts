import fc from 'fast-check';
import { bound } from './expressions.ts';

/** One call. Without an input it is the sequence's last transaction that had a token, made once more. */
export type Call = { readonly operation: string; readonly input?: object };

export const merged = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((chosen) => Object.assign({}, ...chosen));

export const call = (operation: string, ...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<Call> =>
  merged(...parts).map((input) => ({ operation, input }));

/** One in so many has it. */
export const oneIn = <T>(many: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: many - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** A parameter that one call in so many has. */
export const flag = (many: number, name: string, ...values: readonly unknown[]): fc.Arbitrary<object> =>
  oneIn(many, fc.constantFrom(...values)).map((value) => (value === undefined ? {} : { [name]: value }));

export const capacity = flag(3, 'ReturnConsumedCapacity', 'INDEXES');
export const consistent = flag(2, 'ConsistentRead', true);

const PROJECTIONS = ['pk, sk, n', 'm.n, l[0]', 'x, held, listSk', 'l[1], l[0], m', 'sk, #status', 'none'];
export const projected = oneIn(3, fc.constantFrom(...PROJECTIONS)).map((text) =>
  text === undefined ? {} : bound({ ProjectionExpression: { text, values: [] } }),
);
