import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { StreamRecord } from '../../embedded/aws/dynamodb/dynamodb.ts';
import type { Row, Violation } from '../../ops/audit/table-audit.ts';
import { watchCancellations } from './cancellations.ts';
import { isWaiting, watchChannels } from './channels.ts';
import { watchFeedback } from './mail-feedback-watch.ts';
import { watchMails } from './mails.ts';
import { type ProviderRequest, watchProviderKeys } from './provider-requests.ts';
import { type Item, type SkuQuantity, watchRefusals } from './refusals.ts';
import type { Timeline } from './timeline.ts';

type Image = Parameters<typeof unmarshall>[0];
type StockSums = { received: number; available: number; held: number };
const NO_STOCK: StockSums = { received: 0, available: 0, held: 0 };

const TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  placed: ['confirmed', 'awaiting_payment', 'cancelling', 'needs_attention'],
  awaiting_payment: ['placed', 'confirmed', 'cancelling'],
  cancelling: ['cancelled', 'needs_attention'],
  needs_attention: ['placed', 'cancelling'],
};
/** A transition to one of these starts a saga, and so does a restart. */
const STATUSES_WITH_SAGA = ['placed', 'cancelling'];

const itemOf = (image: StreamRecord['dynamodb']['NewImage']): Item | undefined =>
  image && (unmarshall(image as Image) as Item);

/** What is wrong with a change of an order; undefined if it is allowed. */
const transitionProblem = (from: Item | undefined, to: Item | undefined): string | undefined => {
  if (!to) return 'is deleted';
  if (!from) return to['status'] === 'placed' && to['run'] === 1 ? undefined : `was created as ${to['status']}`;
  const [oldStatus, newStatus, oldRun, newRun] = [from['status'], to['status'], Number(from['run']), Number(to['run'])];
  if (to.v !== from.v + 1) return `went from version ${from.v} to ${to.v}`;
  if (oldStatus !== newStatus && !TRANSITIONS[String(oldStatus)]?.includes(String(newStatus)))
    return `went from ${oldStatus} to ${newStatus}`;
  const startsSaga = STATUSES_WITH_SAGA.includes(String(newStatus));
  const expectedRun = startsSaga ? oldRun + 1 : oldRun;
  const becomesOffline = newStatus === 'awaiting_payment' && isWaiting(from) && !isWaiting(to);
  if (oldStatus === newStatus && !startsSaga && !becomesOffline) return `was written again as ${newStatus}`;
  return newRun === expectedRun
    ? undefined
    : `went from ${oldStatus} to ${newStatus} and from run ${oldRun} to ${newRun}`;
};

/** Entities of which a restore changes what is known, in the order in which they depend on each other. */
const RESTORED_ENTITIES = ['shard', 'hold', 'order', 'breaker', 'attempt', 'delivery'];

const pausesOf = (rows: readonly Row[]) => {
  const pauses = rows.find(({ sk }) => sk === 'pause')?.['pauses'] ?? [];
  return (pauses as readonly { readonly from: string; readonly until: string }[]).map(({ from, until }) => ({
    from: Date.parse(from),
    until: Date.parse(until),
  }));
};

/** Functions that call the provider only as the breaker allows. */
const CALLERS_WITH_BREAKER = ['payments-charge', 'payments-probe'];

type Options = {
  readonly timeline: Pick<Timeline, 'set'>;
  readonly now: () => number;
  readonly maxMails: number;
  readonly paymentDeadlineMs: number;
};

/** Observes every change of the table. `check` examines the invariants that must hold after a step, once the step has ended. */
export const createWatch = ({ timeline, now, maxMails, paymentDeadlineMs }: Options) => {
  const sums = new Map<string, StockSums>();
  const captureCounts = new Map<string, number>();
  const capturedByHand = new Set<string>();
  const orderByEmail = new Map<string, string>();
  const tenantByKey = new Map<string, string>();
  const changedSkus = new Set<string>();
  const probes = new Map<string, { readonly until: string; count: number }>();
  let firstViolation: Violation | undefined;

  /** What a restored table contains was not written now. */
  let isLoading = false;

  const report = (invariant: number, message: string) => {
    if (!isLoading) firstViolation ??= { invariant, message };
  };
  const sumsOf = (tenant: string, sku: string): StockSums => {
    const name = `${tenant}/${sku}`;
    changedSkus.add(name);
    const skuSums = sums.get(name) ?? { received: 0, available: 0, held: 0 };
    sums.set(name, skuSums);
    return skuSums;
  };

  const refusals = watchRefusals(
    (name) => sums.get(name)?.available ?? 0,
    (message) => report(13, message),
  );

  const mails = watchMails(maxMails, (message) => report(18, message));
  const feedback = watchFeedback(mails.emailOf, (message) => report(28, message));
  const channels = watchChannels((message) => report(20, message));
  const onProviderKey = watchProviderKeys((message) => report(4, message));
  const cancellations = watchCancellations({ now, paymentDeadlineMs, report: (message) => report(23, message) });

  const onShard = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const skuSums = sumsOf(tenant, String((next ?? old)?.['sku']));
    for (const field of ['received', 'available'] as const)
      skuSums[field] += Number(next?.[field] ?? 0) - Number(old?.[field] ?? 0);
    if (Number(next?.['available'] ?? 0) < 0) report(1, `${next?.pk} has ${next?.['available']} units`);
  };
  const onHold = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const allocationsOf = (item: Item | undefined) =>
      item && item['state'] !== 'released' ? (item['draws'] as readonly SkuQuantity[]) : [];
    for (const { sku, quantity } of allocationsOf(next)) sumsOf(tenant, sku).held += quantity;
    for (const { sku, quantity } of allocationsOf(old)) sumsOf(tenant, sku).held -= quantity;
    if (old?.['state'] === 'committed' && next?.['state'] !== 'committed')
      report(11, `${old.pk} is no longer committed`);
  };
  const onOrder = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const problem = transitionProblem(old, next);
    if (problem) report(9, `${(next ?? old)?.pk} ${problem}`);
    refusals.onOrderChange(tenant, old, next);
    channels.onOrder(tenant, old, next);
    cancellations.onOrder(tenant, old, next);
    timeline.set(String((next ?? old)?.pk), String(next?.['status']));
    const email = (next?.['customer'] as { readonly email: string } | undefined)?.email;
    const id = next?.pk;
    if (old || !email || !id) return;
    mails.onOrder(tenant, id.split('#').at(-1) ?? '', email);
    // tenants may use equal keys
    const name = `${tenant} ${email}`;
    const otherId = orderByEmail.get(name);
    if (otherId !== undefined && otherId !== id) report(4, `${otherId} and ${id} were placed with one key`);
    orderByEmail.set(name, id);
  };
  const onCharge = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const captured = Number(next?.['captured'] ?? 0) - Number(old?.['captured'] ?? 0);
    const amount = Number(next?.['amount'] ?? 0);
    cancellations.onCharge(tenant, old, next);
    if (captured !== 0) {
      const attempt = `${tenant}/${next?.['key']}`;
      captureCounts.set(attempt, (captureCounts.get(attempt) ?? 0) + 1);
      if ((captureCounts.get(attempt) ?? 0) > 1 || captured !== amount) report(4, `${attempt} was captured twice`);
    }
    if (Number(next?.['refunded'] ?? 0) > Number(next?.['captured'] ?? 0)) report(3, `${next?.pk} was refunded twice`);
    const isByHand = capturedByHand.has(String(next?.['key']));
    if (old?.['status'] === 'voided' && next?.['status'] !== 'voided' && !isByHand)
      report(4, `${next?.pk} is no longer voided`);
  };
  /** A tenant's name is the key of its request, and ends with a question mark where another name was sent first (customers.ts). */
  const onTenant = (tenant: string, _: Item | undefined, next: Item | undefined) => {
    const key = String(next?.['name']).replace(/\?$/, '');
    const otherTenant = tenantByKey.get(key) ?? tenant;
    if (otherTenant !== tenant) report(16, `the tenants ${otherTenant} and ${tenant} were created with one key`);
    tenantByKey.set(key, tenant);
  };
  const onBreaker = (tenant: string, _: Item | undefined, next: Item | undefined) => {
    probes.set(tenant, { until: next?.['status'] === 'probing' ? String(next['until']) : '', count: 0 });
  };
  const observers: Readonly<Record<string, typeof onShard>> = {
    ...{ shard: onShard, hold: onHold, order: onOrder, charge: onCharge, breaker: onBreaker },
    ...{ attempt: channels.onPayment, policy: cancellations.onPolicy },
    tenant: onTenant,
    delivery(tenant, old, next) {
      mails.onDelivery(tenant, old, next);
      feedback.onDelivery(tenant, old, next);
    },
  };

  const load = (entity: string, row: Item) => {
    const [, tenant = '', itsEntity] = row.pk.split('#');
    if (itsEntity === entity) observers[entity]?.(tenant, undefined, row);
  };
  const checkStock = () => {
    for (const name of changedSkus) {
      const { received, available, held } = sums.get(name) ?? NO_STOCK;
      refusals.onAvailable(name, available);
      timeline.set(name, available);
      timeline.set(`${name} received`, received);
      if (received !== available + held)
        report(2, `${name}: ${received} received, ${available} available, ${held} held`);
    }
    changedSkus.clear();
  };

  return {
    /** Continues with a restored table. What the provider has done, and which keys were used, stays so. */
    onRestore(rows: readonly Row[]) {
      isLoading = true;
      for (const name of sums.keys()) changedSkus.add(name);
      sums.clear();
      probes.clear();
      for (const observer of [refusals, mails, feedback, channels]) observer.forget();
      cancellations.onRestore(pausesOf(rows));
      for (const entity of RESTORED_ENTITIES) for (const row of rows) load(entity, row as unknown as Item);
      checkStock();
      isLoading = false;
    },
    onTableChange({ dynamodb: { NewImage, OldImage } }: StreamRecord) {
      const [old, next] = [itemOf(OldImage), itemOf(NewImage)];
      const [, tenant = '', entity = ''] = ((next ?? old)?.pk ?? '').split('#');
      observers[entity]?.(tenant, old, next);
    },
    report,
    onFeedback: feedback.onPublished,
    feedbackAtQuiescence: feedback.atQuiescence,
    /** A person captures with this key, which may have been voided. */
    onCaptureByHand: (key: string) => void capturedByHand.add(key),
    ...{ onCustomerCancels: cancellations.onCustomerCancels, onPause: cancellations.onPause },
    ...{ isPayable: cancellations.isPayable, parkedOrders: cancellations.parkedOrders },
    /** While a breaker probes, one probe may be sent to the provider, and no charge. */
    onProviderRequest(request: ProviderRequest, hasReadBreaker: boolean) {
      onProviderKey(request);
      const { act, key, sender = '' } = request;
      if (act === 'charge' && sender === 'payments-charge') channels.onChargeSent(key);
      if (act === 'refund' || !CALLERS_WITH_BREAKER.includes(sender) || !hasReadBreaker) return;
      const [tenant = ''] = key.split('.');
      const probe = probes.get(tenant);
      if (!probe || probe.until <= new Date(now()).toISOString()) return;
      probe.count += 1;
      if (act === 'charge') report(12, `${tenant}’s breaker allowed a charge while it probed`);
      else if (probe.count > 1) report(12, `${tenant}’s breaker allowed ${probe.count} probes at once`);
    },
    /** The first violation until now. */
    check(): Violation | undefined {
      checkStock();
      return firstViolation;
    },
  };
};
