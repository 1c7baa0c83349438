import { createHash, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '#platform/kernel';

export type Caller =
  | {
      readonly kind: 'tenant';
      readonly tenantId: TenantId;
      /** Which of the tenant's keys. Absent for a key that has no record. */
      readonly keyId?: string;
    }
  | { readonly kind: 'operator' }
  | { readonly kind: 'provider' };

/** Identifies the caller by the `Authorization` header; undefined where the header names no known caller. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | undefined>;

/** For functions whose routes are all public. */
export const authenticateNobody: Authenticate = async () => undefined;

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares in constant time, also where the lengths differ. */
export const secretsMatch = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
