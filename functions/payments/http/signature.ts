import { createHmac } from 'node:crypto';
import { sameSecret } from '#shared/authenticate';

export const SIGNATURE_HEADER = 'breakwater-signature';
const TOLERANCE_MS = 5 * 60_000;

/** `t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>.<body>", in hex>` */
const FORM = /^t=(?<t>\d{1,12}),v1=(?<v1>[0-9a-f]{64})$/;

export const sign = (secret: string, t: string, body: string): string =>
  createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');

/** Whether the body was signed with the secret, at most 5 minutes from now: an old one may have been overheard. */
export const isSigned = (secret: string, signature: string | undefined, body: string, now: Date): boolean => {
  const { t, v1 } = FORM.exec(signature ?? '')?.groups ?? {};
  if (t === undefined || v1 === undefined) return false;
  if (Math.abs(now.getTime() - Number(t) * 1_000) > TOLERANCE_MS) return false;
  return sameSecret(v1, sign(secret, t, body));
};
