import type { Accepted } from './customers.ts';
import type { Row } from './rows.ts';
import type { Violation } from './watch.ts';

type Money = { readonly amount: number; readonly currency: string };
type Line = { readonly sku: string; readonly quantity: number };
type Found = readonly Violation[];

const FINAL = ['confirmed', 'cancelled', 'needs_attention'];
const tenantOf = ({ pk }: Row) => pk.split('#')[1] ?? '';
const idOf = ({ pk }: Row) => pk.split('#').slice(3).join('#');

const sumBySku = (lines: readonly Line[]): string => {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return JSON.stringify([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
};

type Entry = { readonly cause?: string };
/** The faults are short: whoever tries again in time unwinds every order that nobody refuses to unwind. */
const leftBehind = ({ history }: Row) =>
  (history as readonly Entry[]).some(({ cause }) => cause === 'not unwound in time');

/** 8: every order that was accepted is there, and every order that is there has ended. */
const ended = (orders: readonly Row[], accepted: readonly Accepted[]): Found => {
  const keys = new Set(orders.map(({ pk }) => pk));
  const lost = accepted.filter(({ tenantId, id }) => !keys.has(`orders#${tenantId}#order#${id}`));
  return [
    ...lost.map(({ id, key }) => ({ invariant: 8, what: `${key} was accepted as order ${id}, and is gone` })),
    ...orders
      .filter(({ status }) => !FINAL.includes(String(status)))
      .map(({ pk, status }) => ({ invariant: 8, what: `${pk} is ${status} after all` })),
    ...orders
      .filter(leftBehind)
      .map(({ pk }) => ({ invariant: 8, what: `${pk} was not unwound in all the time it had` })),
  ];
};

/** 3 and 5: what the provider has of an order is its total where it was paid there and confirmed, and nothing where it ended otherwise. */
const money = (orders: readonly Row[], charges: ReadonlyMap<string, Row>, attempts: ReadonlyMap<string, Row>): Found =>
  orders.flatMap((order) => {
    const of = `${tenantOf(order)}.${idOf(order)}`;
    const total = (order['total'] as Money).amount;
    const due = order['status'] === 'confirmed' && !order['paid'] ? total : 0;
    const net = (row: Row | undefined) => Number(row?.['captured'] ?? 0) - Number(row?.['refunded'] ?? 0);
    const wrong = (who: string, kept: number) => ({
      invariant: order['status'] === 'cancelled' ? 5 : 3,
      what: `${who} of ${order['status']} order ${of} is ${kept} instead of ${due}`,
    });
    if (order['status'] === 'needs_attention') return [];
    const [kept, booked] = [net(charges.get(of)), net(attempts.get(of))];
    return [
      ...(kept === due ? [] : [wrong('what the provider keeps', kept)]),
      ...(booked === due ? [] : [wrong('what was recorded', booked)]),
    ];
  });

/** 5 and 11: a confirmed order has its hold committed, line by line; a cancelled one holds nothing. */
const holds = (orders: readonly Row[], holds: ReadonlyMap<string, Row>): Found => {
  const known = new Set(orders.map((order) => `${tenantOf(order)}.${idOf(order)}`));
  const strays = [...holds]
    .filter(([of]) => !known.has(of))
    .map(([of]) => ({ invariant: 11, what: `${of} is no order` }));
  const wrong = orders.flatMap((order): Found => {
    const of = `${tenantOf(order)}.${idOf(order)}`;
    const hold = holds.get(of);
    if (order['status'] === 'cancelled' && hold && hold['state'] !== 'released')
      return [{ invariant: 5, what: `cancelled order ${of} has its hold ${hold['state']}` }];
    if (order['status'] !== 'confirmed') return [];
    if (hold?.['state'] !== 'committed')
      return [{ invariant: 11, what: `confirmed order ${of} has its hold ${hold?.['state'] ?? 'missing'}` }];
    const [held, asked] = [sumBySku(hold['draws'] as Line[]), sumBySku(order['lines'] as Line[])];
    return held === asked ? [] : [{ invariant: 11, what: `order ${of} asks for ${asked} and holds ${held}` }];
  });
  return [...strays, ...wrong];
};

/** 2: what was received of a SKU is the sum of its adjustments, each once. */
const received = (shards: readonly Row[], adjustments: readonly Row[]): Found => {
  const sums = new Map<string, number>();
  const add = (row: Row, more: number) => {
    const name = `${tenantOf(row)}/${row['sku']}`;
    sums.set(name, (sums.get(name) ?? 0) + more);
  };
  for (const shard of shards) add(shard, Number(shard['received']));
  for (const adjustment of adjustments) add(adjustment, -Number(adjustment['delta']));
  return [...sums]
    .filter(([, more]) => more !== 0)
    .map(([name, more]) => ({ invariant: 2, what: `${more} more of ${name} were received than its adjustments say` }));
};

/** 6: a SKU's head says that it is depleted where no shard has any, and each customer was told how the order ended. */
const projections = (
  orders: readonly Row[],
  shards: readonly Row[],
  heads: readonly Row[],
  told: readonly Row[],
): Found => {
  const left = new Map<string, number>();
  for (const shard of shards) {
    const name = `${tenantOf(shard)}/${shard['sku']}`;
    left.set(name, (left.get(name) ?? 0) + Number(shard['available']));
  }
  const sent = new Set(told.filter(({ status }) => status === 'sent').map(({ pk }) => pk));
  return [
    ...heads
      .filter((head) => (head['depleted'] === true) !== ((left.get(`${tenantOf(head)}/${idOf(head)}`) ?? 0) === 0))
      .map((head) => ({ invariant: 6, what: `${head.pk} says depleted: ${head['depleted'] ?? false}, and is wrong` })),
    ...orders
      .filter(({ status }) => status === 'confirmed' || status === 'cancelled')
      .filter((order) => !sent.has(`notifications#${tenantOf(order)}#delivery#${idOf(order)}.${order['status']}`))
      .map(({ pk, status }) => ({ invariant: 6, what: `nobody was told that ${pk} is ${status}` })),
  ];
};

/** What must hold once nothing is under way any more. */
export const atRest = (rows: readonly Row[], accepted: readonly Accepted[]): Found => {
  const all = (entity: string) => rows.filter(({ sk }) => sk === entity);
  const byOrder = (entity: string) => new Map(all(entity).map((row) => [`${tenantOf(row)}.${idOf(row)}`, row]));
  const charges = new Map(all('charge').map((row) => [idOf(row), row]));
  const orders = all('order');
  return [
    ...ended(orders, accepted),
    ...money(orders, charges, byOrder('attempt')),
    ...holds(orders, byOrder('hold')),
    ...received(all('shard'), all('adjustment')),
    ...projections(orders, all('shard'), all('head'), all('delivery')),
  ];
};
