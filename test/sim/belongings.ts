import type { Money } from './customers.ts';
import type { Shop } from './plan.ts';

/** What has an id of its own, by which another tenant may ask for it. */
export type IdKind = 'order' | 'key' | 'adjustment';
type ShownLine = { readonly sku: string; readonly quantity: number; readonly unitPrice?: Money };
export type ShownOrder = { readonly id: string; readonly total?: Money; readonly lines?: readonly ShownLine[] };
export type ShownProduct = { readonly sku: string; readonly name: string; readonly price: Money };
type Possession = { readonly kind: IdKind; readonly tenantId: string; readonly id: string; readonly since: number };

type Options = {
  readonly now: () => number;
  readonly report: (invariant: number, message: string) => void;
};

/**
 * What belongs to which tenant, as answers to the tenant's own requests have shown it. Each tenant must be shown what is its own and
 * nothing else (invariant 25).
 */
export const createBelongings = ({ now, report }: Options) => {
  const possessions = new Map<string, Possession>();
  const shops = new Map<string, Shop>();
  const products: { readonly tenantId: string; readonly sku: string; readonly since: number }[] = [];

  const checkId = (kind: IdKind, tenantId: string, id: string) => {
    const owner = possessions.get(`${kind} ${id}`)?.tenantId ?? tenantId;
    if (owner !== tenantId) report(25, `tenant ${tenantId} was shown ${kind} ${id} of tenant ${owner}`);
  };
  const priceProblem = (tenantId: string, { sku, price }: Omit<ShownProduct, 'name'>): string | undefined => {
    const shop = shops.get(tenantId);
    const product = shop?.products.find((candidate) => candidate.sku === sku);
    if (!product) return `${sku}, which it does not sell`;
    const isOwn = price.amount === product.price && price.currency === shop?.currency;
    return isOwn ? undefined : `${sku} for ${price.amount} ${price.currency}, which is not its price`;
  };

  return {
    openShop: (tenantId: string, shop: Shop) => void shops.set(tenantId, shop),
    addProduct: (tenantId: string, sku: string) => void products.push({ tenantId, sku, since: now() }),
    /** Whether the tenant has the product or may have it soon. */
    sells: (tenantId: string, sku: string) =>
      shops.get(tenantId)?.products.some((product) => product.sku === sku) === true,
    skusOf: (tenantId: string, since: number): readonly string[] =>
      products.filter((product) => product.tenantId === tenantId && product.since <= since).map(({ sku }) => sku),
    /** The tenant has made this. */
    add(kind: IdKind, tenantId: string, id: string) {
      checkId(kind, tenantId, id);
      const name = `${kind} ${id}`;
      if (!possessions.has(name)) possessions.set(name, { kind, tenantId, id, since: now() });
    },
    checkId,
    checkOrder(tenantId: string, { id, lines = [] }: ShownOrder) {
      checkId('order', tenantId, id);
      for (const { sku, unitPrice: price } of lines) {
        const problem = price && priceProblem(tenantId, { sku, price });
        if (problem) report(25, `order ${id} of tenant ${tenantId} has ${problem}`);
      }
    },
    checkProduct(tenantId: string, product: ShownProduct) {
      const problem = product.name === product.sku ? priceProblem(tenantId, product) : `the name ${product.name}`;
      if (problem) report(25, `tenant ${tenantId} was shown ${problem}`);
    },
    /** The ids that belong to the tenant since this time or longer, in milliseconds since 1970. */
    idsOf: (kind: IdKind, tenantId: string, since: number): readonly string[] =>
      [...possessions.values()]
        .filter(
          (possession) => possession.kind === kind && possession.tenantId === tenantId && possession.since <= since,
        )
        .map(({ id }) => id),
  };
};
export type Belongings = ReturnType<typeof createBelongings>;
