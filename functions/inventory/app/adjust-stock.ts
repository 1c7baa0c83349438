import { findDraws } from '#inventory/app/find-draws';
import type { Adjustments, Pause, Pick, Stock } from '#inventory/app/ports';
import { type Adjustment, meet } from '#inventory/domain/adjustment';
import { type Head, unstocked } from '#inventory/domain/head';
import { type Draw, spread } from '#inventory/domain/stock';
import { err, ok, type Result } from '#shared/kernel';

type Ports = { readonly stock: Stock; readonly adjustments: Adjustments; readonly pick: Pick };

/** Once for each id, and never below zero: what orders hold cannot be taken away. A refusal is given only after a look at what stands. */
export const adjustStock =
  ({ stock, adjustments, pick }: Ports) =>
  async (
    asked: Adjustment,
    pause: Pause,
  ): Promise<Result<Adjustment, 'key_reused' | 'insufficient_stock' | 'conflict'>> => {
    for (let attempt = 0; ; attempt += 1) {
      const [head = unstocked(asked.tenantId, asked.sku)] = await stock.heads(asked.tenantId, [asked.sku]);
      const draws = await change({ stock, pick }, asked, head, pause);
      if (!draws.ok) {
        const standing = await adjustments.find(asked.tenantId, asked.id);
        return standing ? meet(standing, asked) : draws;
      }
      const outcome = await adjustments.put(asked, head, draws.value);
      if (outcome === 'done') return ok(asked);
      if (typeof outcome === 'object') return meet(outcome, asked);
      if (!(await pause(attempt))) return err('conflict');
    }
  };

const change = async (
  { stock, pick }: Omit<Ports, 'adjustments'>,
  { tenantId, sku, delta }: Adjustment,
  head: Head,
  pause: Pause,
): Promise<Result<readonly Draw[], 'insufficient_stock' | 'conflict'>> => {
  if (delta > 0) return ok(spread(sku, delta, head.shards, pick(head.shards)));
  const found = await findDraws({ stock, pick })(tenantId, [{ sku, quantity: -delta }], pause);
  if (found.ok) return ok(found.value.map((part) => ({ ...part, quantity: -part.quantity })));
  return err(found.error === 'out_of_stock' ? 'insufficient_stock' : 'conflict');
};
