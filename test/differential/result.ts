import { normalise } from '../../embedded/aws/dynamodb/decimal.ts';

/** The result of a call in a canonical form: sorted where DynamoDB guarantees no order. */
export type CallResult = { readonly error?: string; readonly [field: string]: unknown };

const SETS = ['SS', 'NS', 'BS'];

const compareAsJson = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Sorts the properties of objects and the members of sets, and normalises numbers. */
const toCanonical = (value: unknown, name = ''): unknown => {
  // DynamoDB Local keeps the text of some numbers, AWS of none
  if (name === 'N' && typeof value === 'string') return normalise(value);
  if (Array.isArray(value)) {
    const members = value.map((member) => toCanonical(member));
    return SETS.includes(name) ? members.sort() : members;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, toCanonical(inner, key)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};

type Reason = { readonly Code: string; readonly Item?: object };
type Wire = {
  readonly __type?: string;
  readonly Item?: object;
  readonly CancellationReasons?: readonly Reason[];
  readonly Responses?: unknown;
};

/** Errors by name, codes and items. Their messages are not compared. */
const toFailure = ({ __type = '', Item, CancellationReasons }: Wire) => ({
  error: __type.slice(__type.indexOf('#') + 1),
  ...(Item && { Item }),
  ...(CancellationReasons && {
    reasons: CancellationReasons.map(({ Code, Item }) => ({ Code, ...(Item && { Item }) })),
  }),
});

/** Sorts the items of a batch, whose order is undefined. */
const withOrderedBatch = ({ Responses, ...result }: Wire) => {
  if (Responses === undefined || Array.isArray(Responses))
    return { ...result, ...(Responses !== undefined && { Responses }) };
  const sorted = Object.entries(Responses as Record<string, unknown[]>).map(([table, items]) => [
    table,
    items.map((item) => toCanonical(item)).sort(compareAsJson),
  ]);
  return { ...result, Responses: Object.fromEntries(sorted) };
};

export const parseResult = (json: string): CallResult => {
  const wire: Wire = JSON.parse(json);
  return toCanonical(wire.__type === undefined ? withOrderedBatch(wire) : toFailure(wire)) as CallResult;
};
