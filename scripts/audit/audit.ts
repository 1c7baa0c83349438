import type { Row, Violation } from './findings.ts';
import { type Draw, makeStock } from './stock.ts';

export type { Row, Violation } from './findings.ts';

type Money = { readonly amount: number; readonly currency: string };
type Balance = { readonly captured: number; readonly refunded: number };
/** What the items of one order say together. */
type File = {
  order?: {
    readonly status: string;
    readonly lines: string;
    readonly total: number;
    readonly offline: boolean;
    readonly deadline?: string;
    readonly movedAt: string;
  };
  hold?: { readonly state: string; readonly draws: string };
  attempt?: Balance;
  /** What the sandbox says, on stages where it stands for the provider. */
  charge?: Balance;
  told: readonly string[];
};
export type AuditOptions = {
  /** Nothing is under way any more: every order must have ended, and everybody have heard of it. */
  readonly atRest: boolean;
  readonly now: string;
};

const LATE_MS = 30 * 60_000;
const CANCELLING_MS = 24 * 60 * 60_000;
const ENDED = ['confirmed', 'cancelled'];

const partsOf = ({ pk }: Row): [tenant: string, id: string] => {
  const [, tenant = '', , ...id] = pk.split('#');
  return [tenant, id.join('#')];
};
const sumBySku = (lines: readonly Draw[]): string => {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return [...sums]
    .map(([sku, quantity]) => `${quantity} ${sku}`)
    .sort()
    .join(', ');
};
const balance = (row: Row): Balance => ({ captured: Number(row['captured']), refunded: Number(row['refunded']) });
const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/**
 * Takes the items of a table in any order, each once, and then says what is wrong. Keeps some 300 bytes of each order and of each
 * SKU, and no items.
 */
export const makeAudit = ({ atRest, now }: AuditOptions) => {
  const files = new Map<string, File>();
  const stock = makeStock();
  let taken = 0;
  let parked = 0;

  const fileOf = (of: string): File => {
    const file = files.get(of) ?? { told: [] };
    files.set(of, file);
    return file;
  };
  const takes: Readonly<Record<string, (row: Row, tenant: string, id: string) => void>> = {
    order(row, tenant, id) {
      const history = row['history'] as readonly { readonly at: string }[];
      fileOf(`${tenant}.${id}`).order = {
        status: String(row['status']),
        lines: sumBySku(row['lines'] as Draw[]),
        total: (row['total'] as Money).amount,
        offline: row['paid'] !== undefined,
        movedAt: history.at(-1)?.at ?? now,
        ...(row['deadline'] !== undefined && { deadline: String(row['deadline']) }),
      };
    },
    hold(row, tenant, id) {
      const draws = row['draws'] as Draw[];
      fileOf(`${tenant}.${id}`).hold = { state: String(row['state']), draws: sumBySku(draws) };
      if (row['state'] !== 'released') stock.held(tenant, draws);
    },
    attempt(row, tenant, id) {
      fileOf(`${tenant}.${id}`).attempt = balance(row);
    },
    charge(row, _, key) {
      fileOf(key).charge = balance(row);
    },
    delivery(row, tenant, id) {
      const at = id.lastIndexOf('.');
      const file = fileOf(`${tenant}.${id.slice(0, at)}`);
      if (row['status'] === 'sent') file.told = [...file.told, id.slice(at + 1)];
    },
    shard: (row, tenant) => stock.shard(tenant, row),
    adjustment: (row, tenant) => stock.adjusted(tenant, row),
    head: (row, tenant, sku) => stock.head(tenant, sku, row),
  };

  const money = (of: string, { order, attempt, charge }: File): Violation[] => {
    if (order && !ENDED.includes(order.status)) return [];
    const due = order?.status === 'confirmed' && !order.offline ? order.total : 0;
    const invariant = order?.status === 'cancelled' ? 5 : 3;
    return Object.entries({ 'was recorded': attempt, 'the provider keeps': charge }).flatMap(
      ([who, { captured, refunded } = NOTHING]) => {
        if (who === 'the provider keeps' && !charge) return [];
        const kept = captured - refunded;
        return kept === due
          ? []
          : [
              {
                invariant,
                what: `what ${who} of ${order?.status ?? 'unknown'} order ${of} is ${kept} instead of ${due}`,
              },
            ];
      },
    );
  };

  const hold = (of: string, { order, hold }: File): Violation[] => {
    if (!order) return hold ? [{ invariant: 11, what: `the hold of ${of} is of no order` }] : [];
    if (order.status === 'cancelled' && hold && hold.state !== 'released')
      return [{ invariant: 5, what: `cancelled order ${of} has its hold ${hold.state}` }];
    if (order.status !== 'confirmed')
      return hold?.state === 'committed'
        ? [{ invariant: 11, what: `${order.status} order ${of} has its hold committed` }]
        : [];
    const early = !atRest && later(order.movedAt, LATE_MS) > now && hold?.state === 'open';
    if (hold?.state !== 'committed' && !early)
      return [{ invariant: 11, what: `confirmed order ${of} has its hold ${hold?.state ?? 'missing'}` }];
    if (hold?.draws === order.lines) return [];
    return [{ invariant: 11, what: `order ${of} asks for ${order.lines} and holds ${hold?.draws}` }];
  };

  const end = (of: string, { order, told }: File): Violation[] => {
    if (!order) return [];
    const { status, deadline, movedAt } = order;
    if (status === 'needs_attention') parked += 1;
    const until = later(deadline ?? later(movedAt, CANCELLING_MS), LATE_MS);
    const open = !ENDED.includes(status) && status !== 'needs_attention';
    if (open && (atRest || until < now))
      return [{ invariant: 8, what: `order ${of} is still ${status}, since ${movedAt}` }];
    if (!atRest || !ENDED.includes(status) || told.includes(status)) return [];
    return [{ invariant: 6, what: `nobody was told that order ${of} is ${status}` }];
  };

  return {
    take(row: Row) {
      taken += 1;
      takes[row.sk]?.(row, ...partsOf(row));
    },
    close() {
      const found = [...files].flatMap(([of, file]) => [...money(of, file), ...hold(of, file), ...end(of, file)]);
      const orders = [...files.values()].filter(({ order }) => order).length;
      return { violations: [...stock.violations(atRest), ...found], taken, orders, skus: stock.count(), parked };
    },
  };
};

const NOTHING: Balance = { captured: 0, refunded: 0 };
