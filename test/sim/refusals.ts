export type Item = Readonly<Record<string, unknown>> & { readonly pk: string; readonly v: number };
export type Draw = { readonly sku: string; readonly quantity: number };

type Wanted = { readonly quantity: number; least: number };

/**
 * Looks whether orders are refused for want of stock that was there all the time from their placing to their refusal. `available`
 * is asked by `<tenant>/<sku>`.
 */
export const watchRefusals = (available: (name: string) => number, report: (what: string) => void) => {
  const undecided = new Map<string, ReadonlyMap<string, Wanted>>();

  const placed = (tenant: string, { pk, lines }: Item) => {
    const wanted = (lines as readonly Draw[]).map(({ sku, quantity }) => {
      const name = `${tenant}/${sku}`;
      return [name, { quantity, least: available(name) }] as const;
    });
    undecided.set(pk, new Map(wanted));
  };

  return {
    moved(tenant: string, old: Item | undefined, next: Item | undefined) {
      if (!next) return;
      if (!old) return placed(tenant, next);
      if (next['status'] === 'placed') return;
      const wanted = [...(undecided.get(next.pk)?.values() ?? [])];
      undecided.delete(next.pk);
      const refused = old['status'] === 'placed' && next['reason'] === 'out_of_stock';
      if (refused && wanted.every(({ quantity, least }) => least >= quantity))
        report(`${next.pk} was refused as out of stock, and all of it was there all the time`);
    },
    /** So many are available now. */
    counted(name: string, now: number) {
      for (const lines of undecided.values()) {
        const line = lines.get(name);
        if (line) line.least = Math.min(line.least, now);
      }
    },
  };
};
