import * as z from 'zod/mini';
import type { TenantId } from '#platform/kernel';
import { defineEvent, type EventData } from '#platform/messaging/events';
import { StringSchema } from '#platform/schemas';

export const TenantChanged = defineEvent('TenantChanged.v1', () => z.object({ name: StringSchema }));
export type TenantChanged = EventData<typeof TenantChanged>;

/** All events of this context, by type. */
export const events = [TenantChanged] as const;

/** A tenant's credential, `bw_<tenantId>_<secret>`. A tenant's id has no underscore, so a key can be split in one way only. */
export type ApiKey = { readonly tenantId: TenantId; readonly secret: string };

export const formatApiKey = ({ tenantId, secret }: ApiKey) => `bw_${tenantId}_${secret}`;

export const parseApiKey = (text: string): ApiKey | undefined => {
  const [, tenantId, secret] = /^bw_([a-z0-9]{1,64})_([A-Za-z0-9_-]{16,128})$/.exec(text) ?? [];
  return tenantId && secret ? { tenantId: tenantId as TenantId, secret } : undefined;
};
