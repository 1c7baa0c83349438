import { parseApiKey } from '#tenants/contract';

type FunctionEvent = {
  readonly tenantId?: string;
  /** Of an authorizer's event. */
  readonly authorizationToken?: string;
  readonly Records?: readonly { readonly body?: string }[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
};

/** Functions that work for all tenants, by design. */
const CROSS_TENANT_FUNCTIONS = [
  'relay-publish',
  'orders-sweep',
  'payments-probe',
  'tenants-write',
  'operations-health',
  'operations-redrive',
];

const parseObject = (text: string | null | undefined): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return {};
  }
};
/** The provider's key of a charge begins with `<tenant>.<order>`. */
const tenantsOfKey = (key: unknown) =>
  typeof key === 'string' && key.includes('.') ? [key.slice(0, key.indexOf('.'))] : [];

const tenantsOfMessage = (text: string | undefined): string[] => {
  const { tenantId } = (parseObject(text)['detail'] ?? {}) as { readonly tenantId?: string };
  return tenantId === undefined ? [] : [tenantId];
};

const tenantsOfRequest = (event: FunctionEvent): string[] => {
  const { headers = {}, authorizationToken, pathParameters, body, isBase64Encoded } = event;
  const token = /^Bearer (.+)$/.exec(authorizationToken ?? headers['authorization'] ?? '')?.[1];
  const { tenantId, key } = parseObject(isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : body);
  return [
    ...[parseApiKey(token ?? '')?.tenantId ?? []].flat(),
    ...(typeof tenantId === 'string' ? [tenantId] : []),
    ...[pathParameters?.['tenantId'] ?? []].flat(),
    ...tenantsOfKey(key),
    ...tenantsOfKey(pathParameters?.['key']),
  ];
};

/** The tenants that the event of an invocation names. Undefined for a function that works for all tenants. */
export const tenantsOf = (fn: string, event: unknown): ReadonlySet<string> | undefined => {
  if (CROSS_TENANT_FUNCTIONS.includes(fn)) return undefined;
  const input = event as FunctionEvent;
  if (input.Records) return new Set(input.Records.flatMap(({ body }) => tenantsOfMessage(body)));
  return new Set(input.tenantId === undefined ? tenantsOfRequest(input) : [input.tenantId]);
};
