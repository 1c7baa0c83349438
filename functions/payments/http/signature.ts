import { createHmac } from 'node:crypto';
import { secretsMatch } from '#platform/http/authenticate';

export const SIGNATURE_HEADER = 'breakwater-signature';
const TOLERANCE_MS = 5 * 60_000;

/** `t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>.<body>", in hex>` */
const SIGNATURE_FORM = /^t=(?<t>\d{1,12}),v1=(?<v1>[0-9a-f]{64})$/;

export const sign = (secret: string, t: string, body: string | Uint8Array): string =>
  createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex');

type SignedBody = { readonly secret: string; readonly signature: string | undefined; readonly body: Uint8Array };

/** Whether the body was signed with the secret at most 5 minutes from now. An older signature may be a replay. */
export const isSigned = ({ secret, signature, body }: SignedBody, now: Date): boolean => {
  const { t, v1 } = SIGNATURE_FORM.exec(signature ?? '')?.groups ?? {};
  if (t === undefined || v1 === undefined) return false;
  if (Math.abs(now.getTime() - Number(t) * 1_000) > TOLERANCE_MS) return false;
  return secretsMatch(v1, sign(secret, t, body));
};
