import type { Row, SkuQuantity, Violation } from './table-rows.ts';

type SkuTotals = {
  received: number;
  available: number;
  held: number;
  adjusted: number;
  /** As the SKU's summary says it. */
  depleted: boolean | undefined;
};

const EMPTY: SkuTotals = { received: 0, available: 0, held: 0, adjusted: 0, depleted: undefined };

const checkSku = (name: string, totals: SkuTotals, atRest: boolean): readonly Violation[] => {
  const { received, available, held, adjusted, depleted } = totals;
  const violations: Violation[] = [];
  if (received !== available + held) {
    const message = `${name}: ${received} units received, but ${available} available and ${held} held`;
    violations.push({ invariant: 2, message });
  }
  if (received !== adjusted) {
    const message = `${name}: ${received} units received, but its adjustments add up to ${adjusted}`;
    violations.push({ invariant: 2, message });
  }
  if (atRest && depleted !== undefined && depleted !== (available === 0)) {
    const message = `${name}: its summary says depleted: ${depleted}, but ${available} units are available`;
    violations.push({ invariant: 6, message });
  }
  return violations;
};

/** Adds up the units of every SKU: received, available, and held by orders. */
export const createStockLedger = () => {
  const skus = new Map<string, SkuTotals>();
  const negativeShards: string[] = [];
  const totalsOf = (tenantId: string, sku: unknown): SkuTotals => {
    const name = `${tenantId}/${sku}`;
    const totals = skus.get(name) ?? { ...EMPTY };
    skus.set(name, totals);
    return totals;
  };
  return {
    addShard(tenantId: string, row: Row) {
      const totals = totalsOf(tenantId, row['sku']);
      totals.received += Number(row['received']);
      totals.available += Number(row['available']);
      if (Number(row['available']) < 0) negativeShards.push(row.pk);
    },
    addHold(tenantId: string, allocations: readonly SkuQuantity[]) {
      for (const { sku, quantity } of allocations) totalsOf(tenantId, sku).held += quantity;
    },
    addAdjustment(tenantId: string, row: Row) {
      totalsOf(tenantId, row['sku']).adjusted += Number(row['delta']);
    },
    addSummary(tenantId: string, sku: string, row: Row) {
      totalsOf(tenantId, sku).depleted = row['depleted'] === true;
    },
    skuCount: () => skus.size,
    violations: (atRest: boolean): readonly Violation[] => [
      ...negativeShards.map((pk) => ({ invariant: 1, message: `${pk} has fewer than 0 units available` })),
      ...[...skus].flatMap(([name, totals]) => checkSku(name, totals, atRest)),
    ],
  };
};
