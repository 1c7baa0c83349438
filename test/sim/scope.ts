import { parseApiKey } from '#tenants/contract';

type Event = {
  readonly tenantId?: string;
  readonly Records?: readonly { readonly body?: string }[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>> | null;
  readonly body?: string | null;
};

/** These work for everybody, by design. */
const FOR_ALL = ['relay-publish', 'orders-sweep', 'tenants-write', 'operations-health'];

const parsed = (text: string | null | undefined): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return {};
  }
};
const ofKey = (key: unknown) => (typeof key === 'string' && key.includes('.') ? [key.slice(0, key.indexOf('.'))] : []);

const ofMessage = (text: string | undefined): string[] => {
  const { tenantId } = (parsed(text)['detail'] ?? {}) as { readonly tenantId?: string };
  return tenantId === undefined ? [] : [tenantId];
};

const ofRequest = ({ headers = {}, pathParameters, body }: Event): string[] => {
  const bearer = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1];
  const { tenantId, key } = parsed(body);
  return [
    ...[parseApiKey(bearer ?? '')?.tenantId ?? []].flat(),
    ...(typeof tenantId === 'string' ? [tenantId] : []),
    ...ofKey(key),
    ...ofKey(pathParameters?.['key']),
  ];
};

/** In whose name a function is invoked: nobody's where it works for all. */
export const tenantsOf = (fn: string, event: unknown): ReadonlySet<string> | undefined => {
  if (FOR_ALL.includes(fn)) return undefined;
  const asked = event as Event;
  if (asked.Records) return new Set(asked.Records.flatMap(({ body }) => ofMessage(body)));
  return new Set(asked.tenantId === undefined ? ofRequest(asked) : [asked.tenantId]);
};
