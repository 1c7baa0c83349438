import { contexts } from '#contexts';
import { parseApiKey } from '#tenants/contract';
import { workersOf } from './cells.ts';

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

/** Functions that work for all tenants, by design: readers of the stream and schedules, too. */
const CROSS_TENANT_FUNCTIONS = [
  ...workersOf(contexts)
    .filter(({ spec }) => !spec.consumes)
    .map(({ id }) => id),
  ...['tenants-write', 'operations-health'],
];
/** Keys of all tenants, which every function may read. Listed here a second time: the simulator must not judge by the guard's own list. */
export const SHARED_KEYS: readonly string[] = ['due#pause', 'due#open-orders'];

const parseObject = (text: string | null | undefined): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return {};
  }
};
/** The provider's key of a charge is `<tenant>.<order>`. */
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
    // of a tenant's policy
    ...[pathParameters?.['id'] ?? []].flat(),
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
