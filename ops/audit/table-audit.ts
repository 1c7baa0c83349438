import { type AuditOptions, type AuditPause, checkOrder, sumBySku } from './order-checks.ts';
import type { OrderRecords } from './order-records.ts';
import { toPayment } from './payment-checks.ts';
import { createStockLedger } from './stock-ledger.ts';
import { parseKey, type Row, type SkuQuantity, type Violation } from './table-rows.ts';

export type { AuditOptions } from './order-checks.ts';
export type { Row, Violation } from './table-rows.ts';

export type AuditReport = {
  readonly violations: readonly Violation[];
  readonly itemCount: number;
  readonly orderCount: number;
  readonly skuCount: number;
  /** Orders that need attention. */
  readonly parkedCount: number;
  /** Mails that were withheld because their mailbox had too many. */
  readonly withheldCount: number;
};

/** The order and the number of the attempt in a provider's key: `<tenant>.<order>`, from the second attempt on `<tenant>.<order>.<n>`. */
const parseProviderKey = (key: string): readonly [orderId: string, n: number] => {
  const [tenantId, id, n = '1'] = key.split('.');
  return [`${tenantId}.${id}`, Number(n)];
};

/**
 * Checks a whole table. `addRow` takes its items in any order, each once; `report` says what is wrong. The audit keeps about 300
 * bytes for each order and for each SKU, and no items.
 */
export const createTableAudit = (options: AuditOptions) => {
  const orders = new Map<string, OrderRecords>();
  const stock = createStockLedger();
  let pauses: readonly AuditPause[] = [];
  let itemCount = 0;
  let withheldCount = 0;

  const recordsOf = (orderId: string): OrderRecords => {
    const records = orders.get(orderId) ?? { notifiedStatuses: [] };
    orders.set(orderId, records);
    return records;
  };
  /** By the sort key, which names the entity. Items of other entities are only counted. */
  const readers: Readonly<Record<string, (row: Row, tenantId: string, id: string) => void>> = {
    order(row, tenantId, id) {
      const history = row['history'] as readonly { readonly at: string }[];
      recordsOf(`${tenantId}.${id}`).order = {
        status: String(row['status']),
        lines: sumBySku(row['lines'] as SkuQuantity[]),
        totalMinor: (row['total'] as { readonly amount: number }).amount,
        paidOffline: row['paid'] !== undefined,
        changedAt: history.at(-1)?.at ?? options.now,
        ...(row['reason'] !== undefined && { reason: String(row['reason']) }),
        ...(row['deadline'] !== undefined && { deadline: String(row['deadline']) }),
        ...(row['waitsUntil'] !== undefined && { waitsUntil: String(row['waitsUntil']) }),
      };
    },
    hold(row, tenantId, id) {
      const allocations = row['draws'] as SkuQuantity[];
      recordsOf(`${tenantId}.${id}`).hold = { state: String(row['state']), units: sumBySku(allocations) };
      if (row['state'] !== 'released') stock.addHold(tenantId, allocations);
    },
    attempt(row, tenantId, id) {
      recordsOf(`${tenantId}.${id}`).payment = toPayment(row);
    },
    charge(row, _, key) {
      const [orderId, n] = parseProviderKey(key);
      const records = recordsOf(orderId);
      const charge = { n, captured: Number(row['captured']), refunded: Number(row['refunded']) };
      records.charges = [...(records.charges ?? []), charge];
    },
    stray(_, __, key) {
      const [orderId, n] = parseProviderKey(key);
      const records = recordsOf(orderId);
      records.strays = [...(records.strays ?? []), n];
    },
    // the id of a delivery is `<order>.<status>`
    delivery(row, tenantId, id) {
      const dot = id.lastIndexOf('.');
      const { notifiedStatuses } = recordsOf(`${tenantId}.${id.slice(0, dot)}`);
      if (row['status'] === 'withheld') withheldCount += 1;
      if (row['status'] !== 'sending') notifiedStatuses.push(id.slice(dot + 1));
    },
    pause(row) {
      pauses = row['pauses'] as readonly AuditPause[];
    },
    shard: (row, tenantId) => stock.addShard(tenantId, row),
    adjustment: (row, tenantId) => stock.addAdjustment(tenantId, row),
    head: (row, tenantId, sku) => stock.addSummary(tenantId, sku, row),
  };

  return {
    addRow(row: Row) {
      itemCount += 1;
      readers[row.sk]?.(row, ...parseKey(row));
    },
    report(): AuditReport {
      const known = [...orders.values()].flatMap(({ order }) => order ?? []);
      return {
        violations: [
          ...stock.violations(options.atRest),
          ...[...orders].flatMap(([id, records]) => checkOrder(id, records, { ...options, pauses })),
        ],
        itemCount,
        orderCount: known.length,
        skuCount: stock.skuCount(),
        withheldCount,
        parkedCount: known.filter(({ status }) => status === 'needs_attention').length,
      };
    },
  };
};
