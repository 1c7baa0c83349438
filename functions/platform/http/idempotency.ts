import { createHash } from 'node:crypto';
import type { TenantId } from '#platform/kernel';

const MAX_KEY_LENGTH = 255;
/** Control characters and unpaired surrogates. Not every host passes them on unchanged. */
const UNSAFE = /[\p{Cc}\p{Cs}]/u;

/** The value of an Idempotency-Key header, or undefined where it is missing, too long or has control characters. */
export const parseIdempotencyKey = (header: string | undefined): string | undefined =>
  header && header.length <= MAX_KEY_LENGTH && !UNSAFE.test(header) ? header : undefined;

/** Derives an id from a tenant's idempotency key. The same key gives the same id, so the id is the idempotency record (ADR 4). */
export const idFrom = (tenantId: TenantId, key: string): string =>
  createHash('sha256').update(`${tenantId}\0${key}`).digest('hex').slice(0, 26);
