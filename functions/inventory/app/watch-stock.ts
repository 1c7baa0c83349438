import type { Heads } from '#inventory/app/ports';
import { counted, type Head, unstocked } from '#inventory/domain/head';
import { available } from '#inventory/domain/stock';
import type { Sku, TenantId } from '#shared/kernel';

/** The head changes when stock runs out, comes back or is adjusted, so whoever counts this often in vain has met a fault. */
const COUNTS = 5;

/**
 * Counts a SKU anew after a change of its stock and tells the world when it ran out or came back. Whoever has told counts once
 * more: a change meanwhile may have been counted by another against the old head, and found to be no news. So order and repeats
 * of the events do not matter. What was moved between shards amid a count changed the head, so that count is none.
 */
export const watchStock = (heads: Heads) => async (tenantId: TenantId, sku: Sku) => {
  for (let count = 0; count < COUNTS; count += 1) {
    const [head = unstocked(tenantId, sku)] = await heads.heads(tenantId, [sku]);
    const now = counted(head, available(await heads.shards([head])));
    if (now !== head) await heads.tell(head, now);
    else if (await stands(heads, head)) return;
  }
  throw new Error(`the head of ${sku} changed during each of ${COUNTS} counts`);
};

const stands = async (heads: Heads, { tenantId, sku, version }: Head): Promise<boolean> => {
  const [now = unstocked(tenantId, sku)] = await heads.heads(tenantId, [sku]);
  return now.version === version;
};
