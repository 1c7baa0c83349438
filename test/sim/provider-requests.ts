type RequestEvent = {
  readonly httpMethod?: string;
  readonly path?: string;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
};

/** A request to the provider that moves money, or that probes it for a breaker. */
export type ProviderRequest = {
  readonly act: 'charge' | 'refund' | 'probe';
  /** The key of the charge. */
  readonly key: string;
  /** The key of the refund. */
  readonly refundKey?: string;
  /** The function that sent it; undefined for a person. */
  readonly sender: string | undefined;
};

const CHARGES = '/sandbox/charges';

const parseBody = ({ body, isBase64Encoded }: RequestEvent): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '{}'));
  } catch {
    return {};
  }
};

type Sender = { readonly fn: string; readonly isProbing: boolean };

/** The request in an event of the provider's function; undefined if it neither moves money nor probes. */
export const toProviderRequest = (
  event: unknown,
  { fn: sender, isProbing }: Partial<Sender> = {},
): ProviderRequest | undefined => {
  const request = event as RequestEvent;
  const [, probedKey] = /^\/sandbox\/charges\/([^/]+)\/state$/.exec(request.path ?? '') ?? [];
  if (probedKey !== undefined)
    return isProbing ? { act: 'probe', key: decodeURIComponent(probedKey), sender } : undefined;
  if (request.httpMethod !== 'POST') return undefined;
  if (request.path === CHARGES) return { act: 'charge', key: String(parseBody(request)['key']), sender };
  const [, key] = /^\/sandbox\/charges\/([^/]+)\/refund$/.exec(request.path ?? '') ?? [];
  if (key === undefined) return undefined;
  return { act: 'refund', key: decodeURIComponent(key), refundKey: String(parseBody(request)['refundKey']), sender };
};

/** The provider has one space of keys: each names one charge, or one refund of one charge (invariant 4). */
export const watchProviderKeys = (report: (message: string) => void) => {
  const uses = new Map<string, string>();
  return ({ act, key, refundKey = key }: ProviderRequest) => {
    if (act === 'probe') return;
    const use = act === 'charge' ? 'a charge' : `a refund of ${key}`;
    const known = uses.get(refundKey) ?? use;
    if (known !== use) report(`the provider’s key ${refundKey} names ${known} and ${use}`);
    uses.set(refundKey, known);
  };
};
