import type { Heads } from '#inventory/app/ports';
import { counted, unstocked } from '#inventory/domain/head';
import { available } from '#inventory/domain/stock';
import type { Sku, TenantId } from '#shared/kernel';

/**
 * Counts a SKU anew after a change of its stock and tells the world when it ran out or came back. A change during the count has
 * an event of its own, which counts again; so order and repeats do not matter.
 */
export const watchStock = (heads: Heads) => async (tenantId: TenantId, sku: Sku) => {
  const [head = unstocked(tenantId, sku)] = await heads.heads(tenantId, [sku]);
  const now = counted(head, available(await heads.shards([head])));
  if (now !== head && !(await heads.tell(head, now))) throw new Error(`the head of ${sku} changed during a count`);
};
