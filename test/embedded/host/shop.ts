import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent, Context, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import type { Manifest } from '#platform/manifest';
import type { Clients, Runtime } from '#platform/runtime/runtime';
import type { SagaDefinition } from '#platform/saga/definition';
import type { EntryModule, LoadEntries } from '../../../embedded/host/functions.ts';
import type { HttpRequest } from '../../../embedded/host/gateway.ts';
import { createHost, type HostOptions } from '../../../embedded/host/host.ts';

type Rt = Runtime<keyof Clients>;
export type Create = (rt: Rt) => (event: never, context: Context) => unknown;

const ship: SagaDefinition = {
  comment: 'Packs a sale.',
  timeoutSeconds: 60,
  startAt: 'Pack',
  input: ['id'],
  onFault: 'Failed',
  steps: {
    Pack: { kind: 'task', function: 'shop-pack', refusals: [] },
    Failed: { kind: 'fail', error: 'Failed', cause: 'The sale could not be packed.' },
  },
};

/** A minimal context without tenants: a request stores a sale, its event starts a workflow, and the workflow's task ships it. */
export const shop = {
  context: 'shop',
  core: true,
  routes: {
    sell: {
      makeSale: { method: 'POST', path: '/v1/sales/{id}', scope: 'public', summary: 'Makes a sale.', responses: {} },
      getSale: { method: 'GET', path: '/v1/sales/{id}', scope: 'public', summary: 'Returns a sale.', responses: {} },
    },
  },
  functions: {
    sell: {
      tenants: 'all',
      grants: [{ of: 'shop', may: ['GetItem', 'PutItem'] }],
      secrets: ['operator-key'],
      callsProvider: true,
    },
    relay: { streams: true, publishes: true, grants: [] },
    begin: {
      consumes: ['SaleMade.v1'],
      starts: ['ship'],
      grants: [],
      timeoutSeconds: 5,
      concurrency: 2,
    },
    pack: { task: true, tenants: 'all', grants: [{ of: 'shop', may: ['PutItem'] }] },
  },
  workflows: { ship },
  publishes: ['SaleMade.v1'],
} as const satisfies Manifest;

const put = (rt: Rt, id: string, more: object) =>
  rt.db.send(new PutCommand({ TableName: rt.env('TABLE_NAME'), Item: { pk: `shop#${id}`, sk: 'sale', ...more } }));

export const entries: Readonly<Record<string, Create>> = {
  sell: (rt) => async (event: APIGatewayProxyEvent) => {
    const id = event.pathParameters?.['id'] ?? '';
    const Key = { pk: `shop#${id}`, sk: 'sale' };
    if (event.httpMethod === 'POST') await put(rt, id, { out: { v: 1, events: [{ id }] }, v: 1 });
    const { Item } = await rt.db.send(new GetCommand({ TableName: rt.env('TABLE_NAME'), Key, ConsistentRead: true }));
    return { statusCode: 200, body: JSON.stringify({ state: Item?.['state'] ?? 'sold' }) };
  },
  relay:
    (rt) =>
    async ({ Records }: DynamoDBStreamEvent) => {
      const events = Records.map(({ dynamodb }) => ({
        EventBusName: rt.env('BUS_NAME'),
        Source: 'shop',
        DetailType: 'SaleMade.v1',
        Detail: JSON.stringify({ id: dynamodb?.NewImage?.['out']?.M?.['events']?.L?.[0]?.M?.['id']?.S }),
      }));
      // the bus accepts ten entries per request, the stream delivers up to a hundred records
      for (let n = 0; n < events.length; n += 10)
        await rt.bus.send(new PutEventsCommand({ Entries: events.slice(n, n + 10) }));
    },
  begin:
    (rt) =>
    async ({ Records }: SQSEvent) => {
      for (const { body } of Records) {
        const { detail } = JSON.parse(body) as { readonly detail: { readonly id: string } };
        const input = JSON.stringify(detail);
        const start = { stateMachineArn: rt.env('WORKFLOW_SHIP'), name: detail.id, input };
        await rt.workflows.send(new StartExecutionCommand(start));
      }
    },
  pack: (rt) => (sale: { readonly id: string }) => put(rt, sale.id, { state: 'shipped', v: 2 }).then(() => undefined),
};

type ShopRequest = Pick<HttpRequest, 'method' | 'target'> & Partial<Pick<HttpRequest, 'body' | 'headers'>>;

export const openShop = (replacements: Readonly<Record<string, Create>> = {}, options: Partial<HostOptions> = {}) => {
  const all = { ...entries, ...replacements };
  const loadEntries: LoadEntries = async () =>
    Object.fromEntries(Object.entries(all).map(([name, create]) => [name, { create }])) as EntryModule;
  const secrets = {
    'operator-key': 'the operator',
    'provider-key': 'the provider',
    'provider-callback-key': 'its callbacks',
  };
  const host = createHost({ contexts: [shop], secrets, loadEntries, ...options });
  const request = async ({ method, target, body = '', headers = [] }: ShopRequest) => {
    const response = await host.request({ method, target, headers, body });
    return { ...response, json: response.body === '' ? undefined : JSON.parse(response.body) };
  };
  return { host, request };
};
