import { createHash } from 'node:crypto';
import type { TenantId } from '#shared/kernel';
import type { Call } from '#shared/route';

const LONGEST_KEY = 255;

/** The request's Idempotency-Key, or undefined where it is missing or too long. */
export const idempotencyKey = ({ header }: Pick<Call, 'header'>): string | undefined => {
  const key = header('idempotency-key');
  return key && key.length <= LONGEST_KEY ? key : undefined;
};

/** The same key of the same tenant is the same id: the id is the idempotency record. */
export const idFrom = (tenantId: TenantId, key: string): string =>
  createHash('sha256').update(`${tenantId}\0${key}`).digest('hex').slice(0, 26);
