import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { StreamRecord } from '../../embedded/aws/dynamodb/dynamodb.ts';
import type { Violation } from '../../ops/audit/table-audit.ts';

import { type Draw, type Item, watchRefusals } from './refusals.ts';

import type { Timeline } from './timeline.ts';

type Image = Parameters<typeof unmarshall>[0];
type Sums = { received: number; available: number; held: number };

const GRAPH: Readonly<Record<string, readonly string[]>> = {
  placed: ['confirmed', 'awaiting_payment', 'cancelling'],
  awaiting_payment: ['confirmed', 'cancelling'],
  cancelling: ['cancelled', 'needs_attention'],
  needs_attention: ['cancelling'],
};

const imageOf = (image: StreamRecord['dynamodb']['NewImage']): Item | undefined =>
  image && (unmarshall(image as Image) as Item);

const wrongMove = (from: Item | undefined, to: Item | undefined): string | undefined => {
  if (!to) return 'is gone';
  if (!from) return to['status'] === 'placed' && to['run'] === 1 ? undefined : `began as ${to['status']}`;
  const [was, is, before, run] = [from['status'], to['status'], Number(from['run']), Number(to['run'])];
  if (to.v !== from.v + 1) return `went from version ${from.v} to ${to.v}`;
  if (was !== is && !GRAPH[String(was)]?.includes(String(is))) return `went from ${was} to ${is}`;
  const restarted = was === is && (is === 'placed' || is === 'cancelling');
  const expected = restarted || is === 'cancelling' ? before + 1 : before;
  if (was === is && !restarted) return `was written again as ${is}`;
  return run === expected ? undefined : `went from ${was} to ${is} and from run ${before} to ${run}`;
};

/** Looks at every change as it happens; what must hold after every step is checked with `check`, once a step has ended. */
export const makeWatch = (timeline: Pick<Timeline, 'set'>) => {
  const sums = new Map<string, Sums>();
  const captures = new Map<string, number>();
  const customers = new Map<string, string>();
  const changed = new Set<string>();
  const probes = new Map<string, { readonly until: string; charges: number }>();
  let found: Violation | undefined;

  const report = (invariant: number, what: string) => {
    found ??= { invariant, message: what };
  };
  const sumsOf = (tenant: string, sku: string): Sums => {
    const name = `${tenant}/${sku}`;
    changed.add(name);
    const known = sums.get(name) ?? { received: 0, available: 0, held: 0 };
    sums.set(name, known);
    return known;
  };

  const refusals = watchRefusals(
    (name) => sums.get(name)?.available ?? 0,
    (what) => report(13, what),
  );

  const shard = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const of = sumsOf(tenant, String((next ?? old)?.['sku']));
    for (const field of ['received', 'available'] as const)
      of[field] += Number(next?.[field] ?? 0) - Number(old?.[field] ?? 0);
    if (Number(next?.['available'] ?? 0) < 0) report(1, `${next?.pk} has ${next?.['available']} units`);
  };
  const hold = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const drawsOf = (item: Item | undefined) =>
      item && item['state'] !== 'released' ? (item['draws'] as readonly Draw[]) : [];
    for (const { sku, quantity } of drawsOf(next)) sumsOf(tenant, sku).held += quantity;
    for (const { sku, quantity } of drawsOf(old)) sumsOf(tenant, sku).held -= quantity;
    if (old?.['state'] === 'committed' && next?.['state'] !== 'committed') report(11, `${old.pk} is committed no more`);
  };
  const order = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const wrong = wrongMove(old, next);
    if (wrong) report(9, `${(next ?? old)?.pk} ${wrong}`);
    refusals.moved(tenant, old, next);
    timeline.set(String((next ?? old)?.pk), String(next?.['status']));
    const email = (next?.['customer'] as { readonly email: string } | undefined)?.email;
    const id = next?.pk;
    if (old || !email || !id) return;
    const other = customers.get(email);
    if (other !== undefined && other !== id) report(4, `${other} and ${id} were placed under one key`);
    customers.set(email, id);
  };
  const charge = (tenant: string, old: Item | undefined, next: Item | undefined) => {
    const more = Number(next?.['captured'] ?? 0) - Number(old?.['captured'] ?? 0);
    const amount = Number(next?.['amount'] ?? 0);
    if (more !== 0) {
      const of = `${tenant}/${String(next?.['key']).split('.').slice(0, 2).join('.')}`;
      captures.set(of, (captures.get(of) ?? 0) + 1);
      if ((captures.get(of) ?? 0) > 1 || more !== amount) report(4, `${of} was captured twice`);
    }
    if (Number(next?.['refunded'] ?? 0) > Number(next?.['captured'] ?? 0)) report(3, `${next?.pk} was refunded twice`);
    if (old?.['status'] === 'voided' && next?.['status'] !== 'voided') report(4, `${next?.pk} is voided no more`);
  };
  const breaker = (tenant: string, _: Item | undefined, next: Item | undefined) => {
    probes.set(tenant, { until: next?.['status'] === 'probing' ? String(next['until']) : '', charges: 0 });
  };
  const kinds: Readonly<Record<string, typeof shard>> = { shard, hold, order, charge, breaker };

  return {
    changed({ dynamodb: { NewImage, OldImage } }: StreamRecord) {
      const [old, next] = [imageOf(OldImage), imageOf(NewImage)];
      const [, tenant = '', entity = ''] = ((next ?? old)?.pk ?? '').split('#');
      kinds[entity]?.(tenant, old, next);
    },
    report,
    /** A charge is asked for: while a breaker probes, there may be one. */
    charging(tenant: string, at: number) {
      const probe = probes.get(tenant);
      if (!probe || probe.until <= new Date(at).toISOString()) return;
      probe.charges += 1;
      if (probe.charges > 1) report(12, `${tenant}’s breaker let ${probe.charges} probes through at once`);
    },
    /** The first promise that was found broken, by now. */
    check(): Violation | undefined {
      for (const name of changed) {
        const { received, available, held } = sums.get(name) as Sums;
        refusals.counted(name, available);
        timeline.set(name, available);
        if (received !== available + held) report(2, `${name}: ${received} received, ${available} there, ${held} held`);
      }
      changed.clear();
      return found;
    },
  };
};
