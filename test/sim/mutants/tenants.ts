import type { Mutant } from './mutant.ts';

/** Bugs that use keys of another tenant, which the table's guard refuses. So they are planted with the guard off. */
const foreignKeys: readonly Mutant[] = [
  {
    name: 'order-list-of-all-tenants',
    bug: 'the key of the list of orders forgets the tenant',
    file: 'functions/orders/table/keys.ts',
    from: '=> `orders#${tenantId}#list`',
    to: "=> `orders#${tenantId && 'all'}#list`",
  },
  {
    name: 'order-list-by-first-letter',
    bug: 'the key of the list of orders has only the first letter of the tenant',
    file: 'functions/orders/table/keys.ts',
    from: '=> `orders#${tenantId}#list`',
    to: '=> `orders#${tenantId.slice(0, 1)}#list`',
  },
  {
    name: 'product-list-of-all-tenants',
    bug: 'the key of the list of products forgets the tenant',
    file: 'functions/catalog/table/keys.ts',
    from: '=> `catalog#${tenantId}#list#0`',
    to: "=> `catalog#${tenantId && 'all'}#list#0`",
  },
  {
    name: 'products-of-all-tenants',
    bug: 'the key of a product forgets the tenant',
    file: 'functions/catalog/table/keys.ts',
    from: 'pk: `catalog#${tenantId}#product#${sku}`',
    to: "pk: `catalog#${tenantId && 'all'}#product#${sku}`",
  },
  {
    name: 'open-holds-of-all-tenants',
    bug: 'the key of the list of open holds forgets the tenant',
    file: 'functions/inventory/table/keys.ts',
    from: '=> `inventory#${tenantId}#list`',
    to: "=> `inventory#${tenantId && 'all'}#list`",
  },
  {
    name: 'cursor-names-its-list',
    bug: 'a page is read from the list that the cursor names',
    file: 'functions/platform/table/list.ts',
    from: '{ list, limit, after, shards, descending }: ListQuery & Shards',
    to: '{ list, limit, after: place, shards: ownShards, descending }: ListQuery & Shards',
    also: [
      {
        from: '): Promise<Page<Item>> => {',
        to: "): Promise<Page<Item>> => {\n  const [after, names] = place?.split('|') ?? [];\n  const shards = names?.split(',') ?? ownShards;",
      },
      {
        from: "encodeCursor(list, String(last['listSk']))",
        to: "encodeCursor(list, `${last['listSk']}|${shards.join(',')}`)",
      },
    ],
  },
  {
    name: 'order-of-its-first-reader',
    bug: 'an order is read for the tenant that has read it first',
    file: 'functions/orders/http/read.ts',
    from: '  const findDeadlines = shownDeadlines(rt);',
    to: '  const findDeadlines = shownDeadlines(rt);\n  const readers = new Map<string, typeof tenantId>();',
    also: [
      {
        from: 'const order = await orders.find(tenantId, params.id);',
        to: 'const order = await orders.find(readers.get(params.id) ?? tenantId, params.id);\n    if (order) readers.set(params.id, order.tenantId);',
      },
    ],
  },
  {
    name: 'shards-of-all-tenants',
    bug: 'the key of a shard forgets the tenant',
    file: 'functions/inventory/table/keys.ts',
    from: "=> key(tenantId, 'shard',",
    to: "=> key((tenantId && 'all') as TenantId, 'shard',",
  },
  {
    name: 'payment-by-order-alone',
    bug: 'the key of a payment forgets the tenant',
    file: 'functions/payments/table/keys.ts',
    from: 'pk: `payments#${tenantId}#attempt#${orderId}`',
    to: "pk: `payments#${tenantId && 'all'}#attempt#${orderId}`",
  },
  {
    name: 'policy-of-all-tenants',
    bug: 'the key of a policy forgets the tenant',
    file: 'functions/orders/table/keys.ts',
    from: 'pk: `orders#${tenantId}#policy#${tenantId}`',
    to: "pk: `orders#${tenantId && 'all'}#policy#all`",
  },
  {
    name: 'mail-allowance-of-all-tenants',
    bug: 'the key of a mailbox’s allowance forgets the tenant',
    file: 'functions/notifications/table/keys.ts',
    from: 'pk: `notifications#${tenantId}#allowance#${day}.${digest}`',
    to: "pk: `notifications#${tenantId && 'all'}#allowance#${day}.${digest}`",
  },
];

/** Bugs that mix up tenants without a foreign key, so that only an answer shows them. */
const foreignAnswers: readonly Mutant[] = [
  {
    name: 'product-pages-by-query',
    bug: 'pages of products are cached by their query, without the tenant',
    file: 'functions/catalog/http/read.ts',
    from: `  (rt: Runtime<'db'>): RouteHandler<Routes['listProducts']> =>
  async ({ tenantId, query }) => {
    const { items, next } = await listPage(rt, { ...query, shards: [productList(tenantId)] });`,
    to: `  (rt: Runtime<'db'>, pages = new Map<string, ReturnType<typeof listPage>>()): RouteHandler<Routes['listProducts']> =>
  async ({ tenantId, query }) => {
    const page = pages.get(JSON.stringify(query)) ?? listPage(rt, { ...query, shards: [productList(tenantId)] });
    pages.set(JSON.stringify(query), page);
    const { items, next } = await page;`,
  },
  {
    name: 'order-id-of-the-key-alone',
    bug: 'the id of an order is derived from the idempotency key alone',
    file: 'functions/orders/http/write.ts',
    from: 'idFrom(tenantId, idempotencyKey) as OrderId',
    to: "idFrom('orders', idempotencyKey) as OrderId",
  },
  {
    name: 'adjustment-id-of-the-key-alone',
    bug: 'the id of an adjustment is derived from the idempotency key alone',
    file: 'functions/inventory/http/write.ts',
    from: 'id: idFrom(tenantId, idempotencyKey)',
    to: "id: idFrom('adjustments', idempotencyKey)",
  },
  {
    name: 'foreign-order-is-forbidden',
    bug: 'an order that another tenant has read is answered with 403 instead of 404',
    file: 'functions/orders/http/read.ts',
    from: '  const findDeadlines = shownDeadlines(rt);',
    to: '  const findDeadlines = shownDeadlines(rt);\n  const known = new Set<string>();',
    also: [
      {
        from: "if (!order) return { problem: 'order_not_found' };",
        to: "if (!order) return { problem: known.has(params.id) ? 'forbidden' : 'order_not_found' };\n    known.add(params.id);",
      },
    ],
  },
  {
    name: 'prices-by-sku-alone',
    bug: 'prices are cached by SKU, without the tenant',
    file: 'functions/catalog/public.ts',
    from: "(rt: Runtime<'db'>) =>",
    to: "(rt: Runtime<'db'>, cache = new Map<Sku, Money>()) =>",
    also: [
      {
        from: 'return new Map(items.map(({ sku, price }) => [sku, price]));',
        to: 'for (const { sku, price } of items) cache.set(sku, cache.get(sku) ?? price);\n    return cache;',
      },
    ],
  },
  {
    name: 'pages-overlap',
    bug: 'a page begins with the last item of the one before',
    file: 'functions/platform/table/merged-page.ts',
    from: "descending ? '<' : '>'",
    to: "descending ? '<=' : '>'",
  },
  {
    name: 'page-loses-its-last-item',
    bug: 'the cursor is that of the item after the page',
    file: 'functions/platform/table/list.ts',
    from: "encodeCursor(list, String(last['listSk']))",
    to: "encodeCursor(list, String(page.entries.at(-1)?.['listSk']))",
  },
];

export const tenants: readonly Mutant[] = [
  ...foreignKeys.map((mutant) => ({ ...mutant, usesForeignKeys: true as const })),
  ...foreignAnswers,
];
