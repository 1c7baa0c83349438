type Reported = { readonly itemIdentifier?: unknown };

/**
 * The items that a function reported as failed, as Lambda reads a partial batch response: nothing reported is success; a report
 * that names no item of this batch, or has not the shape of one, fails them all.
 */
export const failedItems = (answer: unknown, items: readonly string[]): ReadonlySet<string> => {
  const reported = (answer as { readonly batchItemFailures?: readonly Reported[] | null } | null)?.batchItemFailures;
  if (reported === undefined || reported === null) return new Set();
  const ids = Array.isArray(reported) ? reported.map((one: Reported) => one?.itemIdentifier) : [undefined];
  return ids.every((id) => typeof id === 'string' && items.includes(id)) ? new Set(ids as string[]) : new Set(items);
};
