import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { holdTable } from '#inventory/table/hold-table';
import { stockTable } from '#inventory/table/stock-table';
import { summaryTable } from '#inventory/table/summary-table';
import { commitOrderHold } from '#inventory/use-cases/commit-hold';
import { holdStock } from '#inventory/use-cases/hold-stock';
import { releaseStock } from '#inventory/use-cases/release-stock';
import { updateAvailability } from '#inventory/use-cases/update-availability';
import { NO_VERDICT } from '#orders/domain/open-orders';
import { findOrderForRun } from '#orders/public';
import { orderTable } from '#orders/table/order-table';
import { placeOrder } from '#orders/use-cases/place-order';
import { sagaStepActions } from '#orders/use-cases/update-order';
import { breakerTable } from '#payments/table/breaker-table';
import { paymentTable } from '#payments/table/payment-table';
import { chargeOrder } from '#payments/use-cases/charge-order';
import { circuitBreaker } from '#payments/use-cases/circuit-breaker';
import { settleOrder } from '#payments/use-cases/settle-order';
import { digestOf } from '#platform/http/idempotency';
import { addMs, type OrderId, type Sku, type TenantId } from '#platform/kernel';
import type { Operation } from '../embedded/aws/service.ts';
import { inMemoryCharges } from './fixtures/in-memory-charges.ts';
import { inMemoryProvider } from './fixtures/in-memory-provider.ts';
import { putStock } from './fixtures/stock.ts';
import { createTestTable } from './fixtures/table.ts';

type Units = { readonly table: number; readonly index: number };
type Row = Units & { readonly step: string };

const document = readFileSync(new URL('../docs/table.md', import.meta.url), 'utf8');
const cells = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('*', '').trim());

/** The rows of the section's table: each step with its units of the table and of the index. */
const documented = (section: string): readonly Row[] => {
  const text = document.split('\n## ').find((part) => part.startsWith(`Write units of an order to \`${section}\``));
  const rows = (text ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  return rows.map(cells).map(([step = '', , table, index]) => ({ step, table: Number(table), index: Number(index) }));
};
const total = (rows: readonly Units[]): Units => ({
  table: rows.reduce((sum, { table }) => sum + table, 0),
  index: rows.reduce((sum, { index }) => sum + index, 0),
});

type Capacity = {
  readonly Table: { readonly CapacityUnits: number };
  readonly GlobalSecondaryIndexes?: Record<string, { CapacityUnits: number }>;
};
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];
// as long as real ids
const tenantId = 'cfd873d993ee42b0e2ea' as TenantId;
const CORRELATION_ID = 'e4e2c15d-9c79-49db-b51b-da41805e9c5a';
const skus = ['walnut-desk-180', 'desk-lamp-brass', 'chair-oak-grey'] as Sku[];
const body = {
  lines: skus.map((sku) => ({ sku, quantity: 12 })),
  customer: { email: 'maximiliane.musterfrau@example.com' },
  payment: { token: 'tok_3MtwBwLkdIwHu7ix28a3tqPa' },
};

/** Runs the steps of one order of 3 lines with the real tables, and measures the units of each. */
const createFlow = ({ declines = false } = {}) => {
  const consumed: Units[] = [];
  const metered =
    (operation: Operation, name: string): Operation =>
    async (input, caller) => {
      if (!WRITES.includes(name)) return operation(input, caller);
      const response = (await operation({ ...input, ReturnConsumedCapacity: 'INDEXES' }, caller)) as {
        ConsumedCapacity: Capacity | Capacity[];
      };
      for (const { Table, GlobalSecondaryIndexes = {} } of [response.ConsumedCapacity].flat())
        consumed.push({
          table: Table.CapacityUnits,
          index: total(
            Object.values(GlobalSecondaryIndexes).map(({ CapacityUnits }) => ({ table: CapacityUnits, index: 0 })),
          ).table,
        });
      return response;
    };
  const { rt } = createTestTable({ intercept: metered });
  const [orders, holds, payments] = [orderTable(rt), holdTable(rt), paymentTable(rt)];
  const id = '0123456789abcdef0123456789' as OrderId;
  // each decision is a second after the previous one, so that the time of the next sweep changes with it
  let seconds = 0;
  const now = () => {
    seconds += 1;
    return addMs(rt.now().toISOString(), seconds * 1_000);
  };
  const clock = () => ({ at: now(), limits: rt.times });
  const noBackoff = async () => false;
  const ports = {
    ...{ orders: findOrderForRun(rt), holds, payments, now, stock: stockTable(rt), pick: () => 0 },
    reportContradiction: () => {},
    breaker: circuitBreaker(breakerTable(rt, 'sandbox'), { now, limits: rt.times.breaker }),
    provider: inMemoryProvider(inMemoryCharges().charges, { makes: declines ? 'declined' : 'captured' }),
  };
  const price = { amount: 1_249_00, currency: 'EUR' };
  const prices = async () => new Map(skus.map((sku) => [sku, price]));
  const step = (run: number) => ({ tenantId, orderId: id, run });
  const { confirm, cancelAfterRefusal, close } = sagaStepActions(orders, clock);
  const operations = {
    place: () =>
      placeOrder({ orders, prices, now: clock, checkOpenOrders: async () => NO_VERDICT })({
        ...body,
        ...{ tenantId, id, requestDigest: digestOf({ params: {}, body }), listShard: 0 },
      }),
    hold: () => holdStock(ports)(step(1), noBackoff),
    charge: () => chargeOrder(ports)(step(1)),
    confirm: () => confirm(step(1)),
    refuse: () => cancelAfterRefusal(step(1), declines ? 'payment_declined' : 'out_of_stock'),
    settle: () => settleOrder(ports)(step(2)),
    release: () => releaseStock(ports)(step(2), noBackoff),
    close: () => close(step(2)),
    async commit() {
      await commitOrderHold(holds)(tenantId, id);
      return { ok: true };
    },
    async watch() {
      await updateAvailability(summaryTable(rt))(tenantId, skus[0] as Sku);
      return { ok: true };
    },
  };
  const run = async (name: keyof typeof operations, ok = true): Promise<readonly Units[]> => {
    consumed.length = 0;
    expect((await rt.correlation.run(CORRELATION_ID, async () => operations[name]())).ok).toBe(ok);
    return [...consumed];
  };
  return {
    run,
    stock: (quantity: number) =>
      Promise.all(skus.map((sku) => putStock(rt, { sku, available: [quantity], owner: tenantId }))),
  };
};

describe('docs/table.md states the write units of an order of 3 lines', () => {
  it('to confirmed', async () => {
    const { run, stock } = createFlow();
    await stock(12);
    const [place, hold, [intent, outcome]] = [await run('place'), await run('hold'), await run('charge')];
    const measured = {
      place,
      hold,
      'charge: intent': [intent],
      'charge: outcome': [outcome],
      confirm: await run('confirm'),
      commit: await run('commit'),
    };
    const rows = documented('confirmed');
    expect(rows.slice(0, -1)).toEqual(
      Object.entries(measured).map(([step, units]) => ({ step, ...total(units as Units[]) })),
    );
    expect(rows.at(-1)).toEqual({ step: 'sum', ...total(rows.slice(0, -1)) });
    expect(total(await run('watch'))).toEqual({ table: 1, index: 0 });
    expect(total(await run('watch'))).toEqual({ table: 0, index: 0 });
  });

  it('to cancelled, in the worst case: captured and refunded', async () => {
    const { run, stock } = createFlow();
    await stock(12);
    const steps = ['place', 'hold', 'charge', 'refuse', 'settle', 'release', 'close'] as const;
    const measured: Row[] = [];
    for (const step of steps) measured.push({ step, ...total(await run(step)) });
    const rows = documented('cancelled');
    const worst = rows.slice(0, steps.length);
    expect(worst).toEqual(measured);
    expect(rows.find(({ step }) => step === 'worst')).toEqual({ step: 'worst', ...total(worst) });
  });

  it.each([
    ['out of stock', 0, false],
    ['declined', 12, true],
  ] as const)('to cancelled, with less to undo: %s', async (_, quantity, declines) => {
    const { run, stock } = createFlow({ declines });
    await stock(quantity);
    await run('place');
    await run('hold', quantity > 0);
    if (quantity > 0) await run('charge', false);
    await run('refuse');
    const row = (name: string) => documented('cancelled').find(({ step }) => step === name);
    const settle = quantity > 0 ? 'settle: declined' : 'settle: no attempt';
    expect({ step: settle, ...total(await run('settle')) }).toEqual(row(settle));
    const release = quantity > 0 ? 'release' : 'release: no hold';
    expect({ step: release, ...total(await run('release')) }).toEqual(row(release));
  });
});
