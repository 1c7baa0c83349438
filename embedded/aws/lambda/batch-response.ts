type ReportedFailure = { readonly itemIdentifier?: unknown };

/**
 * Returns the items that a function reported as failed. As in Lambda's partial batch responses, without a report all items
 * succeeded; a malformed report, or one that names an item outside the batch, fails all of them.
 */
export const findFailedItems = (result: unknown, items: readonly string[]): ReadonlySet<string> => {
  const failures = (result as { readonly batchItemFailures?: readonly ReportedFailure[] | null } | null)
    ?.batchItemFailures;
  if (failures === undefined || failures === null) return new Set();
  const ids = Array.isArray(failures)
    ? failures.map((failure: ReportedFailure) => failure?.itemIdentifier)
    : [undefined];
  return ids.every((id) => typeof id === 'string' && items.includes(id)) ? new Set(ids as string[]) : new Set(items);
};
