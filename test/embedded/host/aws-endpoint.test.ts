import { once } from 'node:events';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { createHost, type Host } from '../../../embedded/host/host.ts';
import { seed } from '../../../embedded/host/seed.ts';
import { type HttpServer, listen } from '../../../embedded/host/server.ts';
import { type RawRequest, sendRaw, signCall } from '../../fixtures/aws-call.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { rowsOf } from '../../sim/rows.ts';

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
  await host.whenIdle();
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

const credentials = () => server.credential;
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
      path: '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=id%2F20260101%2Fus-east-1%2Fsqs%2Faws4_request&X-Amz-Signature=0',
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
    async ({ target, body }) => {
      const other = await signed(() => ({ target: `${target}s` }))({ target, body });
      return { headers: { ...other.headers, 'x-amz-target': target }, body };
    },
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

it('runs a call that is signed with the credential', async () => {
  operatorCalls.length = 0;
  const call = { origin: server.origin, credentials: server.credential };
  const list = { target: 'AmazonSQS.ListQueues', body: '{}' };
  const { status, text } = await sendRaw(server.origin, { headers: await signCall({ ...call, ...list }), body: '{}' });
  expect([status, JSON.parse(text).QueueUrls.length > 0]).toEqual([200, true]);
  const scan = { target: 'DynamoDB_20120810.Scan', body: JSON.stringify({ TableName, Limit: 1 }) };
  const response = await sendRaw(server.origin, { headers: await signCall({ ...call, ...scan }), body: scan.body });
  expect([response.status, JSON.parse(response.text).Count]).toEqual([200, 1]);
  expect(operatorCalls).toEqual(['ListQueues', 'Scan']);
});

it('answers a call that names no known credential before it reads the body', async () => {
  const { hostname, port } = new URL(server.origin);
  const headers = { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-length': '9999999' };
  const request = sendRequest({ hostname, port, method: 'POST', headers, agent: false });
  request.flushHeaders();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(400);
  request.destroy();
});

it('answers 413 to a signed body of more than 10 MB', async () => {
  const body = `"${'x'.repeat(10 * 1024 * 1024)}"`;
  const call = { origin: server.origin, target: 'AmazonSQS.ListQueues', body, credentials: server.credential };
  const headers = await signCall(call);
  for (const more of [{}, { 'transfer-encoding': 'chunked' }]) {
    const { status, text } = await sendRaw(server.origin, { headers: { ...headers, ...more }, body });
    expect([status, JSON.parse(text).__type]).toEqual([413, 'RequestEntityTooLargeException']);
  }
});

it.each([
  ['a target in the query', { path: '/?X-Amz-Target=AmazonSQS.ListQueues' }, 404],
  ['an action of the query protocol', { path: '/?Action=ListQueues&Version=2012-11-05' }, 404],
  [
    'a form of the query protocol',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Action=ListQueues' },
    404,
  ],
  [
    'a call of the CBOR protocol',
    { path: '/service/AmazonSQS/operation/ListQueues', headers: { 'smithy-protocol': 'rpc-v2-cbor' } },
    404,
  ],
  ['a target in capitals', { headers: { 'X-AMZ-TARGET': 'AmazonSQS.ListQueues' } }, 400],
  ['an empty target', { headers: { 'x-amz-target': '' } }, 400],
  ['the path of a queue', { path: '/000000000000/breakwater-dev-orders-start-saga' }, 404],
] as const)('does not run %s', async (_, request, status) => {
  operatorCalls.length = 0;
  const response = await sendRaw(server.origin, request);
  expect(response.status).toBe(status);
  expect(response.text).not.toContain('breakwater-dev');
  expect(operatorCalls).toEqual([]);
});
