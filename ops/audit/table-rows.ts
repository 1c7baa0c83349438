/** An item of the table, of any entity. */
export type Row = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string };

/** An invariant that does not hold. `invariant` is its number in docs/simulator.md. */
export type Violation = { readonly invariant: number; readonly message: string };

export type SkuQuantity = { readonly sku: string; readonly quantity: number };

/** The tenant and the id in the key of an item. An id may contain `#`. */
export const parseKey = ({ pk }: Row): readonly [tenantId: string, id: string] => {
  const [, tenantId = '', , ...idParts] = pk.split('#');
  return [tenantId, idParts.join('#')];
};
