import * as z from 'zod/mini';
import type { BlockedBecause } from '#notifications/domain/delivery';
import { digestKeyReader, digestOf, type ReadDigestKey } from '#notifications/table/digest';
import { blockedAddressKey } from '#notifications/table/keys';
import type { BlockedAddresses, TenantAddress } from '#notifications/use-cases/ports';
import { toAsciiAddress } from '#platform/email';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema } from '#platform/schemas';
import { getItem } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';
import { putIf } from '#platform/table/put';

const ADDRESS_BYTES = 16;
/** A year: SES suppresses the address for longer, and reports a mail to it as a bounce, which blocks it again. */
const KEPT_MS = 365 * 24 * 60 * 60_000;

const BlockedAddressItem = z.object({ because: z.enum(['bounced', 'complained']), ttl: IntegerSchema });

/**
 * The key of an address's item. Unlike an allowance, it is of the address and not of its mailbox: one whose tag is misspelled may bounce
 * while the others of the mailbox work. SES, too, takes upper and lower case as one.
 */
export const blockedAddressKeyOf = (digestKey: string, { tenantId, email }: TenantAddress) => {
  const address = (toAsciiAddress(email) ?? email).toLowerCase();
  return blockedAddressKey({ tenantId, digest: digestOf(digestKey, `address ${tenantId} ${address}`, ADDRESS_BYTES) });
};

/** The addresses to which a tenant's mails are withheld (ADR 103). The table does not tell which they are. */
export const blockedAddressTable = (
  rt: Runtime<'db' | 'secrets'>,
  readKey: ReadDigestKey = digestKeyReader(rt),
): BlockedAddresses => {
  const keyOf = async (address: TenantAddress) => blockedAddressKeyOf(await readKey(), address);
  return {
    async find(address) {
      const item = await getItem(rt, await keyOf(address));
      if (!item) return undefined;
      const { because, ttl } = parseItem(BlockedAddressItem, item);
      // TTL deletes an item some days late
      return ttl * 1_000 > rt.now().getTime() ? because : undefined;
    },

    async block(address, because) {
      const at = rt.now();
      const item = {
        ...(await keyOf(address)),
        because,
        blockedAt: at.toISOString(),
        ttl: toTtl(at.getTime() + KEPT_MS),
      };
      await putIf(rt, item, UNLESS_OUTWEIGHED[because]);
    },
  };
};

const toTtl = (ms: number) => Math.floor(ms / 1_000);

/** A bounce replaces no complaint. */
const UNLESS_OUTWEIGHED: Readonly<Record<BlockedBecause, object>> = {
  complained: {},
  bounced: {
    ConditionExpression: 'attribute_not_exists(#because) OR #because <> :complained',
    ExpressionAttributeNames: { '#because': 'because' },
    ExpressionAttributeValues: { ':complained': 'complained' },
  },
};
