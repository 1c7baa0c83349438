import type { Pause, Stock } from '#inventory/app/ports';
import { level } from '#inventory/domain/balance';
import { type Head, inShards, unstocked } from '#inventory/domain/head';
import { err, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

/**
 * Spreads a SKU over so many shards, never fewer than it has, while orders go on: each step is a transaction that leaves the sum
 * as it is. A SKU that is not known yet gets its head, so that its first delivery is spread already.
 *
 * Whoever is disturbed looks again and plans anew. Once the count stands, evenness is worth some tries but no refusal: orders
 * make it uneven again anyway.
 */
export const raiseShards =
  (stock: Stock) =>
  async (
    tenantId: TenantId,
    sku: Sku,
    wanted: number,
    pause: Pause,
  ): Promise<Result<Head, 'shards_lowered' | 'conflict'>> => {
    for (let attempt = 0; ; attempt += 1) {
      const [head = unstocked(tenantId, sku)] = await stock.heads(tenantId, [sku]);
      if (wanted < head.shards) return err('shards_lowered');
      const stands = wanted === head.shards && head.version > 0;
      if (stands && attempt === 0) return ok(head);
      const levelled = await carryOut(stock, head, wanted);
      if (levelled) return ok(levelled);
      if (!(await pause(attempt))) return stands ? ok(head) : err('conflict');
    }
  };

/** The head in the end; undefined where a step did not come through. */
const carryOut = async (stock: Stock, from: Head, wanted: number): Promise<Head | undefined> => {
  let head = from;
  for (const { shards, changes } of level(from.sku, await stock.shards([from]), from.shards, wanted)) {
    const next = inShards(head, shards);
    if ((await stock.shift(head, next, changes)) !== 'done') return undefined;
    head = next;
  }
  return head;
};
