import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { createHost, type Host } from '../../../embedded/host/host.ts';
import { seed } from '../../../embedded/host/seed.ts';
import { type HttpServer, listen } from '../../../embedded/host/server.ts';
import { type RawRequest, sendRaw, signCall } from '../../fixtures/aws-call.ts';
import { rowsOf } from '../../sim/rows.ts';

const secrets = { 'operator-key': 'operator', 'provider-key': 'provider', 'provider-callback-key': 'callback' };
const TableName = 'breakwater-dev';
const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:breakwater-dev-fulfil-order';
const QueueUrl = 'http://127.0.0.1/000000000000/breakwater-dev-orders-start-saga';
const Item = { pk: { S: 'tenants#evil#tenant#evil' }, sk: { S: 'tenant' } };

/** Inputs with which an operation takes effect or gives something away. */
const INPUTS: Readonly<Record<string, object>> = {
  PutItem: { TableName, Item },
  DeleteItem: { TableName, Key: { pk: { S: 'inventory#demo#shard#mug.0' }, sk: { S: 'shard' } } },
  TransactWriteItems: { TransactItems: [{ Put: { TableName, Item } }] },
  Scan: { TableName },
  DescribeTable: { TableName },
  GetSecretValue: { SecretId: 'breakwater/dev/operator-key' },
  StartExecution: { stateMachineArn, name: 'evil', input: '{}' },
  ListExecutions: { stateMachineArn },
  ListQueues: {},
  SendMessage: { QueueUrl, MessageBody: '{}' },
  PurgeQueue: { QueueUrl },
  PutEvents: { Entries: [{ EventBusName: TableName, Source: 's', DetailType: 'OrderPlaced.v1', Detail: '{}' }] },
};

let server: HttpServer;
let host: Host;
let operations: readonly { readonly target: string; readonly body: string }[] = [];
const operatorCalls: string[] = [];

beforeAll(async () => {
  server = await listen(0);
  host = createHost({
    ...{ contexts, secrets, origin: server.origin },
    trace: ({ caller, operation }) => caller === 'operator' && operatorCalls.push(operation),
  });
  await seed(host, { tenantId: 'demo', secret: '0123456789abcdef' });
  server.serve(host);
  operations = host.services.flatMap(({ targetPrefix, operations: all }) =>
    Object.keys(all).map((name) => ({
      target: `${targetPrefix}.${name}`,
      body: JSON.stringify(INPUTS[name] ?? {}),
    })),
  );
});
afterAll(async () => {
  await server.close();
  host.close();
});

const credentials = () => ({ accessKeyId: 'any', secretAccessKey: 'any' });
const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const sendCall = async (request: RawRequest) => {
  const { status, text } = await sendRaw(server.origin, request);
  return [status, JSON.parse(text).__type];
};
type Operation = { readonly target: string; readonly body: string };
type Refusal = readonly [what: string, error: string, toRequest: (operation: Operation) => Promise<RawRequest>];

const signed =
  (options: (operation: Operation) => Partial<Parameters<typeof signCall>[0]>): Refusal[2] =>
  async ({ target, body }) => {
    const call = { origin: server.origin, target, body, credentials: credentials() };
    return { headers: await signCall({ ...call, ...options({ target, body }) }), body };
  };
const changed =
  (change: (headers: Record<string, string>, operation: Operation) => RawRequest): Refusal[2] =>
  async (operation) => {
    const { headers, body } = await signed(() => ({}))(operation);
    return { body: body ?? '', ...change(headers as Record<string, string>, operation) };
  };

const refusals: readonly Refusal[] = [
  [
    'without a signature',
    'MissingAuthenticationTokenException',
    async ({ target, body }) => ({ headers: { 'x-amz-target': target }, body }),
  ],
  [
    'with a bearer token',
    'IncompleteSignatureException',
    async ({ target, body }) => ({ headers: { 'x-amz-target': target, authorization: 'Bearer operator' }, body }),
  ],
  [
    'with a presigned query',
    'MissingAuthenticationTokenException',
    async ({ target, body }) => ({
      path: '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=any%2F20260101%2Fus-east-1%2Fsqs%2Faws4_request&X-Amz-Signature=0',
      headers: { 'x-amz-target': target },
      body,
    }),
  ],
  [
    'with an unknown access key',
    'UnrecognizedClientException',
    signed(() => ({ credentials: { ...credentials(), accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } })),
  ],
  [
    'with a session token',
    'UnrecognizedClientException',
    signed(() => ({ credentials: { ...credentials(), sessionToken: 'token' } })),
  ],
  [
    'with a wrong secret',
    'InvalidSignatureException',
    signed(() => ({ credentials: { ...credentials(), secretAccessKey: 'wrong' } })),
  ],
  ['signed 16 minutes ago', 'InvalidSignatureException', signed(() => ({ date: minutesFromNow(-16) }))],
  ['signed 16 minutes ahead', 'InvalidSignatureException', signed(() => ({ date: minutesFromNow(16) }))],
  ['signed for another region', 'InvalidSignatureException', signed(() => ({ region: 'eu-west-1' }))],
  ['signed for another service', 'InvalidSignatureException', signed(() => ({ service: 'lambda' }))],
  ['signed for another body', 'InvalidSignatureException', signed(({ body }) => ({ body: `${body} ` }))],
  [
    'signed for another operation',
    'InvalidSignatureException',
    signed(({ target }) => ({ target: `${target.slice(0, target.indexOf('.'))}.Other` })),
  ],
  [
    'with another target than the signed one',
    'InvalidSignatureException',
    changed((headers, { target }) => ({ headers: { ...headers, 'x-amz-target': `${target}s` } })),
  ],
  ['with an unsigned target', 'InvalidSignatureException', signed(() => ({ unsigned: ['x-amz-target'] }))],
  ['with an unsigned Host', 'InvalidSignatureException', signed(() => ({ unsigned: ['host'] }))],
  [
    'with an unsigned payload',
    'InvalidSignatureException',
    signed(() => ({ headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } })),
  ],
  ['on another path', 'InvalidSignatureException', changed((headers) => ({ headers, path: '/v1/orders' }))],
  [
    'with a second target',
    'IncompleteSignatureException',
    changed((headers, { target }) => ({ headers: { ...headers, 'X-Amz-Target': [target, target] } as never })),
  ],
  [
    'from a page of another origin',
    'AccessDeniedException',
    changed((headers) => ({ headers: { ...headers, origin: 'http://evil.example' } })),
  ],
  [
    'from a page without an origin',
    'AccessDeniedException',
    changed((headers) => ({ headers: { ...headers, origin: 'null' } })),
  ],
  [
    'from another site',
    'AccessDeniedException',
    changed((headers) => ({ headers: { ...headers, 'sec-fetch-site': 'cross-site' } })),
  ],
];

describe('refuses every operation of every service', () => {
  it.each(refusals)('%s: %s', async (_, error, toRequest) => {
    const before = await rowsOf(host.callAws);
    operatorCalls.length = 0;
    expect(operations.length).toBeGreaterThan(25);
    const responses = await Promise.all(
      operations.map(async (operation) => [operation.target, ...(await sendCall(await toRequest(operation)))]),
    );
    const status = error === 'AccessDeniedException' ? 403 : 400;
    expect(responses).toEqual(operations.map(({ target }) => [target, status, error]));
    expect(operatorCalls).toEqual([]);
    expect(await rowsOf(host.callAws)).toEqual(before);
  });
});
