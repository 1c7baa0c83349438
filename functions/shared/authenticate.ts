import { createHash, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '#shared/kernel';

export type Caller =
  | { readonly kind: 'tenant'; readonly tenantId: TenantId }
  | { readonly kind: 'operator' }
  | { readonly kind: 'provider' };

/** Who sends this `Authorization` header, if anyone we know. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | undefined>;

/** The token of `Bearer <token>` (RFC 6750; the scheme's case does not matter). */
export const bearer = (authorization: string | undefined): string | undefined =>
  authorization?.match(/^Bearer +([\w.~+/-]+=*)$/i)?.[1];

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Takes the same time wherever the two differ, and whatever their lengths. */
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
