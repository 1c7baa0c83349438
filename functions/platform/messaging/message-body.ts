import * as z from 'zod/mini';
import { textOf } from '#platform/schemas';

/** Undefined for a body that is not JSON, which is no envelope. The error of `JSON.parse` would quote the message. */
export const parseBody = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** SQS refuses any other message group. */
const MESSAGE_GROUP_ID = /^[!-~]{1,128}$/;
const TenantMessage = z.object({ detail: z.object({ tenantId: textOf(MESSAGE_GROUP_ID) }) });

/**
 * The message group with which an event is sent back: its tenant, as the rule of the bus sets it (ADR 90). It comes from the body,
 * because an event that the bus could not deliver has no group yet. Undefined for what is no event of a tenant.
 */
export const messageGroupOf = (body: string): string | undefined =>
  TenantMessage.safeParse(parseBody(body)).data?.detail.tenantId;
