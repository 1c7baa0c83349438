import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../embedded/host/host.ts';
import { seed, toApiKey } from '../../embedded/host/seed.ts';
import { type AuditOptions, createTableAudit, type Row } from '../../ops/audit/table-audit.ts';
import { type ServedHost, serveHost } from '../fixtures/served-host.ts';
import { rowsOf } from '../sim/rows.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };

let served: ServedHost;

/** Runs the command as an operator does. */
const runAudit = (...args: readonly string[]) => served.run('ops/audit.ts', ...args);

describe('npm run audit', () => {
  let host: Host;
  let rows: readonly Row[] = [];

  const placeOrder = async (key: string, token: string) => {
    const response = await host.request({
      ...{ method: 'POST', target: '/v1/orders' },
      headers: Object.entries({ authorization: `Bearer ${toApiKey(demo)}`, 'idempotency-key': key }),
      body: JSON.stringify({
        lines: [{ sku: 'mug', quantity: 2 }],
        customer: { email: 'ada@example.com' },
        payment: { token },
      }),
    });
    return JSON.parse(response.body).id as string;
  };
  /** The ids of the two orders, by their final status. */
  const orderIds: Record<string, string> = {};

  beforeAll(async () => {
    served = await serveHost();
    ({ host } = served);
    await host.loadFunctions();
    await seed(host, demo);
    orderIds['confirmed'] = await placeOrder('one', 'tok_ok');
    orderIds['cancelled'] = await placeOrder('two', 'tok_declined');
    await host.whenIdle();
    rows = await rowsOf(host.callAws);
  });
  afterAll(() => served.close());

  it('finds no violation in an unchanged table', async () => {
    const { status, stdout, stderr } = await runAudit('--endpoint', served.origin, '--at-rest');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+ items read: 2 orders, \d+ SKUs\nevery invariant holds\n$/);
  });

  it('reports a violation that both reads of the table show', async () => {
    const Key = { pk: { S: `orders#demo#order#${orderIds['confirmed']}` }, sk: { S: 'order' } };
    const setStatus = (status: string) => {
      const names = { UpdateExpression: 'SET #s = :s', ExpressionAttributeNames: { '#s': 'status' } };
      const input = { TableName: 'breakwater-dev', Key, ...names, ExpressionAttributeValues: { ':s': { S: status } } };
      return host.callAws({ target: 'DynamoDB_20120810.UpdateItem', body: JSON.stringify(input) });
    };
    await setStatus('cancelled');
    const { status, stdout, stderr } = await runAudit('--endpoint', served.origin, '--again-after', '1');
    await setStatus('confirmed');
    expect(status).toBe(1);
    expect(stdout).toContain('the second read starts in 1 s');
    expect(stderr).toContain(`invariant 5: cancelled order demo.${orderIds['confirmed']}: its hold is committed`);
  });

  it.each([
    ['--stage', 'mars'],
    ['--again-after', '0'],
    ['--endpoint', 'here'],
  ])('rejects %s %s and prints its usage', async (...args) => {
    const { status, stderr } = await runAudit(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(`${args[0]}: `);
    expect(stderr).toContain('npm run audit --');
  });

  const attempt = (n: number, captured: number, status = 'captured') => ({ n, status, captured, refunded: 0 });
  const auditRows = (items: readonly Row[], options: Partial<AuditOptions> = {}) => {
    const audit = createTableAudit({ atRest: true, now: new Date().toISOString(), ...options });
    for (const item of items) audit.addRow(item);
    return audit
      .report()
      .violations.map(({ invariant, message }) => `${invariant}: ${message.replaceAll(/demo\.\w+/g, 'X')}`);
  };
  /** The rows with one item changed or removed. `id` is a part of its key, or the final status of the order that it belongs to. */
  const rowsWith = (sk: string, id: string, change: object | undefined): Row[] =>
    rows.flatMap((row) => {
      if (row.sk !== sk || !row.pk.includes(orderIds[id] ?? id)) return [row];
      return change ? [{ ...row, ...change } as Row] : [];
    });

  it.each([
    [
      '1: inventory#demo#shard#mug.0 has fewer than 0 units available',
      { sk: 'shard', id: 'mug', change: { available: -1, received: 1 } },
    ],
    [
      '2: demo/mug: 501 units received, but 498 available and 2 held',
      { sk: 'shard', id: 'mug', change: { received: 501 } },
    ],
    [
      '2: demo/mug: 500 units received, but its adjustments add up to 0',
      { sk: 'adjustment', id: '', change: undefined },
    ],
    [
      '3: confirmed order X: its payment attempt keeps 0 instead of 2500',
      { sk: 'attempt', id: 'confirmed', change: { attempts: [attempt(1, 0)] } },
    ],
    [
      '3: confirmed order X: the provider keeps 0 instead of 2500',
      { sk: 'charge', id: 'confirmed', change: { refunded: 2_500 } },
    ],
    [
      '5: cancelled order X: the provider keeps 2500 instead of 0',
      { sk: 'charge', id: 'cancelled', change: { captured: 2_500 } },
    ],
    ['5: cancelled order X: its hold is open', { sk: 'hold', id: 'cancelled', change: { state: 'open' } }],
    [
      '6: demo/mug: its summary says depleted: true, but 498 units are available',
      { sk: 'head', id: 'mug', change: { depleted: true } },
    ],
    [
      '6: order X is confirmed, but its customer was not notified',
      { sk: 'delivery', id: 'confirmed', change: { status: 'sending' } },
    ],
    [
      '6: order X is confirmed, but its customer was not notified',
      { sk: 'delivery', id: 'confirmed', change: undefined },
    ],
    ['11: confirmed order X: its hold is missing', { sk: 'hold', id: 'confirmed', change: undefined }],
    [
      '11: confirmed order X: its lines are 3 mug, but its hold has 2 mug',
      { sk: 'order', id: 'confirmed', change: { lines: [{ sku: 'mug', quantity: 3 }] } },
    ],
    [
      '4: order X: 2 of its attempts keep money',
      { sk: 'attempt', id: 'confirmed', change: { attempts: [attempt(1, 1_000), attempt(2, 1_500)] } },
    ],
    [
      '21: confirmed order X: its attempt 1 was closed, and followed instead of reopened',
      { sk: 'attempt', id: 'confirmed', change: { attempts: [attempt(1, 0, 'closed'), attempt(2, 2_500)] } },
    ],
    [
      '21: confirmed order X: its attempt 2 is still intended',
      { sk: 'attempt', id: 'confirmed', change: { attempts: [attempt(1, 2_500), attempt(2, 0, 'intended')] } },
    ],
    [
      '21: cancelled order X: its payment is still open',
      { sk: 'attempt', id: 'cancelled', change: { status: 'open', attempts: [] } },
    ],
    ['11: the hold of X belongs to no order', { sk: 'order', id: 'confirmed', change: undefined }],
  ] as const)('%s', (violation, { sk, id, change }) => {
    expect(auditRows(rows)).toEqual([]);
    expect(auditRows(rowsWith(sk, id, change))).toContain(violation);
  });

  it('accepts what is recorded as refunded outside, and as a capture of no order', () => {
    const refunded = { attempts: [{ ...attempt(1, 2_500), refunded: 900 }] };
    const withRefund = rowsWith('attempt', 'confirmed', {
      ...refunded,
      reports: [{ n: 1, kind: 'refunded', amount: 900 }],
    }).map((row) => (row.sk === 'charge' && row['captured'] === 2_500 ? { ...row, refunded: 900 } : row));
    expect(auditRows(withRefund)).toEqual([]);
    expect(auditRows(rowsWith('attempt', 'confirmed', refunded))).toContain(
      '3: confirmed order X: its payment attempt keeps 1600 instead of 2500',
    );
    const key = `demo.${orderIds['confirmed']}.5`;
    const capture = { pk: `sandbox#demo#charge#${key}`, sk: 'charge', captured: 70, refunded: 0 };
    const stray = { pk: `payments#demo#stray#${key}`, sk: 'stray' };
    expect(auditRows([...rows, capture])).toContain('3: confirmed order X: the provider keeps 2570 instead of 2500');
    expect(auditRows([...rows, capture, stray])).toEqual([]);
  });

  it('counts a capture that an order has taken over since it was in quarantine', () => {
    const stray = { pk: `payments#demo#stray#demo.${orderIds['confirmed']}`, sk: 'stray' };
    expect(auditRows([...rows, stray])).toEqual([]);
  });

  it('accepts and counts a mail that is recorded as withheld', () => {
    const audit = createTableAudit({ atRest: true, now: new Date().toISOString() });
    for (const row of rowsWith('delivery', 'confirmed', { status: 'withheld' })) audit.addRow(row);
    expect(audit.report()).toMatchObject({ violations: [], withheldCount: 1 });
  });

  it.each(['bounced', 'complained'])('accepts a mail that has %s: it was sent', (status) =>
    expect(auditRows(rowsWith('delivery', 'confirmed', { status }))).toEqual([]),
  );

  it('accepts no order that is cancelled for another reason than those that an order can have', () => {
    const expired = auditRows(rowsWith('order', 'cancelled', { reason: 'expired' }));
    expect(expired).toEqual(['8: order X is cancelled because of expired']);
    expect(auditRows(rowsWith('order', 'cancelled', { reason: undefined }))).toHaveLength(1);
    expect(auditRows(rowsWith('order', 'cancelled', { reason: 'gave_way' }))).toEqual([]);
  });

  it('accepts an order that awaits its payment until its wait, or its deadline with every pause, is long over', () => {
    const now = Date.now();
    const hoursFromNow = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
    const lateAfter = (hours: number, change: object, pauses: readonly object[] = []) => {
      const pauseRow = { pk: 'due#pause', sk: 'pause', pauses } as Row;
      const orderRows = rowsWith('order', 'cancelled', { status: 'awaiting_payment', ...change });
      const violations = auditRows([...orderRows, pauseRow], { atRest: false, now: hoursFromNow(hours) });
      return violations.some((line) => line.includes('is still awaiting_payment'));
    };
    const offline = { deadline: hoursFromNow(2) };
    expect([lateAfter(2, offline), lateAfter(3, offline)]).toEqual([false, true]);
    const ended = { from: hoursFromNow(-1), until: hoursFromNow(1), reason: 'incident' };
    const lasting = { from: hoursFromNow(1), reason: 'incident' };
    expect([lateAfter(3, offline, [ended]), lateAfter(9, offline, [ended])]).toEqual([false, true]);
    expect(lateAfter(9, offline, [lasting])).toBe(false);
    const waiting = { waitsUntil: hoursFromNow(2) };
    expect([lateAfter(2, waiting), lateAfter(3, waiting)]).toEqual([false, true]);
    expect(lateAfter(9_999, { waitsUntil: 'never' })).toBe(false);
  });

  it('accepts an order in progress, except at rest or after a day', () => {
    const rowsInProgress = rowsWith('order', 'cancelled', { status: 'cancelling' });
    const stillCancelling = (violations: readonly string[]) =>
      violations.filter((line) => line.includes('is still cancelling'));
    expect(stillCancelling(auditRows(rowsInProgress, { atRest: false }))).toEqual([]);
    expect(stillCancelling(auditRows(rowsInProgress))).toHaveLength(1);
    const tomorrow = new Date(Date.now() + 25 * 3_600_000).toISOString();
    expect(stillCancelling(auditRows(rowsInProgress, { atRest: false, now: tomorrow }))).toHaveLength(1);
  });
});
