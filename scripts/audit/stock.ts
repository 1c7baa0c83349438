import type { Row, Violation } from './findings.ts';

export type Draw = { readonly sku: string; readonly quantity: number };
type Sums = { received: number; available: number; held: number; adjusted: number; depleted: boolean | undefined };

/** The books of every SKU: what came in, what is there, what orders hold. */
export const makeStock = () => {
  const skus = new Map<string, Sums>();
  const negative: string[] = [];
  const of = (tenant: string, sku: unknown): Sums => {
    const name = `${tenant}/${sku}`;
    const sums = skus.get(name) ?? { received: 0, available: 0, held: 0, adjusted: 0, depleted: undefined };
    skus.set(name, sums);
    return sums;
  };
  const books = (
    name: string,
    { received, available, held, adjusted, depleted }: Sums,
    atRest: boolean,
  ): Violation[] => [
    ...(received === available + held
      ? []
      : [{ invariant: 2, what: `${name}: ${received} received, ${available} there, ${held} held` }]),
    ...(received === adjusted
      ? []
      : [{ invariant: 2, what: `${name}: ${received} received, and ${adjusted} by its adjustments` }]),
    ...(!atRest || depleted === undefined || depleted === (available === 0)
      ? []
      : [{ invariant: 6, what: `${name}: its head says depleted: ${depleted}, and ${available} are there` }]),
  ];
  return {
    shard(tenant: string, row: Row) {
      const sums = of(tenant, row['sku']);
      sums.received += Number(row['received']);
      sums.available += Number(row['available']);
      if (Number(row['available']) < 0) negative.push(row.pk);
    },
    held(tenant: string, draws: readonly Draw[]) {
      for (const { sku, quantity } of draws) of(tenant, sku).held += quantity;
    },
    adjusted(tenant: string, row: Row) {
      of(tenant, row['sku']).adjusted += Number(row['delta']);
    },
    head(tenant: string, sku: string, row: Row) {
      of(tenant, sku).depleted = row['depleted'] === true;
    },
    count: () => skus.size,
    violations: (atRest: boolean): Violation[] => [
      ...negative.map((pk) => ({ invariant: 1, what: `${pk} has less than nothing` })),
      ...[...skus].flatMap(([name, sums]) => books(name, sums, atRest)),
    ],
  };
};
