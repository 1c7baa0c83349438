export type Item = Readonly<Record<string, unknown>> & { readonly pk: string; readonly v: number };
export type SkuQuantity = { readonly sku: string; readonly quantity: number };

type WantedStock = { readonly quantity: number; minAvailable: number };

/**
 * Reports orders that are refused as out of stock although all their stock was available at every moment from placing to refusal.
 * `availableOf` takes the name `<tenant>/<sku>`.
 */
export const watchRefusals = (availableOf: (name: string) => number, report: (message: string) => void) => {
  const undecided = new Map<string, ReadonlyMap<string, WantedStock>>();

  const onPlaced = (tenant: string, { pk, lines }: Item) => {
    const wanted = (lines as readonly SkuQuantity[]).map(({ sku, quantity }) => {
      const name = `${tenant}/${sku}`;
      return [name, { quantity, minAvailable: availableOf(name) }] as const;
    });
    undecided.set(pk, new Map(wanted));
  };

  return {
    onOrderChange(tenant: string, old: Item | undefined, next: Item | undefined) {
      if (!next) return;
      // an order can be placed again, after it was parked or has waited
      if (next['status'] === 'placed') return old?.['status'] === 'placed' ? undefined : onPlaced(tenant, next);
      if (!old) return;
      const wanted = [...(undecided.get(next.pk)?.values() ?? [])];
      undecided.delete(next.pk);
      const isRefused = old['status'] === 'placed' && next['reason'] === 'out_of_stock';
      if (isRefused && wanted.every(({ quantity, minAvailable }) => minAvailable >= quantity))
        report(`${next.pk} was refused as out of stock, and all of it was available all the time`);
    },
    /** Drops all that it knows. */
    forget: () => undecided.clear(),
    onAvailable(name: string, available: number) {
      for (const lines of undecided.values()) {
        const line = lines.get(name);
        if (line) line.minAvailable = Math.min(line.minAvailable, available);
      }
    },
  };
};
