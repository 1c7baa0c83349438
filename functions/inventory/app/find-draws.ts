import type { Pause, Pick, Stock } from '#inventory/app/ports';
import { gather } from '#inventory/domain/balance';
import { inShards } from '#inventory/domain/head';
import { type Draw, draw, type Line, MOST_DRAWS, steady } from '#inventory/domain/stock';
import { err, ok, type Result, type TenantId } from '#shared/kernel';

type Ports = { readonly stock: Stock; readonly pick: Pick };

/**
 * Where to take the lines from, after a look at all their shards. Out of stock is said only of what was too little at one moment:
 * a look may take several reads, and units that others move, give back or take between them could be seen nowhere. What lies in
 * more shards than one transaction holds is brought together first.
 */
export const findDraws =
  ({ stock, pick }: Ports) =>
  async (
    tenantId: TenantId,
    lines: readonly Line[],
    pause: Pause,
  ): Promise<Result<readonly Draw[], 'out_of_stock' | 'contended'>> => {
    // the heads anew at each look, too: what was stocked since the last one is stock
    const look = async () => {
      const heads = await stock.heads(
        tenantId,
        lines.map(({ sku }) => sku),
      );
      return { heads, shards: await stock.shards(heads) };
    };

    for (let attempt = 0; ; attempt += 1) {
      const { heads, shards } = await look();
      const drawn = draw(lines, shards, pick);
      if (!drawn.ok && steady(drawn.error.sku, shards, (await look()).shards)) return err('out_of_stock');
      if (drawn.ok && drawn.value.length <= MOST_DRAWS) return ok(drawn.value);

      for (const { sku, changes } of drawn.ok ? gather(drawn.value) : [])
        for (const head of heads.filter((one) => one.sku === sku))
          await stock.shift(head, inShards(head, head.shards), changes);
      if (!(await pause(attempt))) return err('contended');
    }
  };
