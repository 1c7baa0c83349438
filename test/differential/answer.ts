import { normalise } from '../../embedded/dynamodb/decimal.ts';

/** What an operation answers, in one form wherever DynamoDB promises no order. */
export type Answer = { readonly error?: string; readonly [field: string]: unknown };

const SETS = ['SS', 'NS', 'BS'];

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Objects with their names in order, sets with their members in order, numbers without what makes no difference to them. */
const canonical = (value: unknown, name = ''): unknown => {
  // DynamoDB Local keeps the text of some, AWS of none
  if (name === 'N' && typeof value === 'string') return normalise(value);
  if (Array.isArray(value)) {
    const members = value.map((member) => canonical(member));
    return SETS.includes(name) ? members.sort() : members;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, canonical(inner, key)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};

type Reason = { readonly Code: string; readonly Item?: object };
type Wire = {
  readonly __type?: string;
  readonly Item?: object;
  readonly CancellationReasons?: readonly Reason[];
  readonly Responses?: unknown;
};

/** Errors by their names, codes and items; how they word it is not compared. */
const failure = ({ __type = '', Item, CancellationReasons }: Wire) => ({
  error: __type.slice(__type.indexOf('#') + 1),
  ...(Item && { Item }),
  ...(CancellationReasons && {
    reasons: CancellationReasons.map(({ Code, Item }) => ({ Code, ...(Item && { Item }) })),
  }),
});

/** A batch is answered in any order. */
const ordered = ({ Responses, ...answer }: Wire) => {
  if (Responses === undefined || Array.isArray(Responses))
    return { ...answer, ...(Responses !== undefined && { Responses }) };
  const sorted = Object.entries(Responses as Record<string, unknown[]>).map(([table, items]) => [
    table,
    items.map((item) => canonical(item)).sort(byText),
  ]);
  return { ...answer, Responses: Object.fromEntries(sorted) };
};

export const answerOf = (json: string): Answer => {
  const wire: Wire = JSON.parse(json);
  return canonical(wire.__type === undefined ? ordered(wire) : failure(wire)) as Answer;
};
