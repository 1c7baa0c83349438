import { DescribeEventBusCommand, EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, it } from 'vitest';
import { createRequestHandler } from '../../../embedded/aws/dispatch.ts';
import { createEventBus, type Rule } from '../../../embedded/aws/eventbridge/event-bus.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';

const setUp = (changes: Partial<Rule> = {}) => {
  const sent: unknown[] = [];
  let ids = 0;
  const rule = {
    detailType: 'SaleMade.v1',
    send: (envelope: string) => void sent.push(JSON.parse(envelope)),
    ...changes,
  };
  const bus = createEventBus({
    name: 'events',
    rules: [rule],
    clock: createVirtualClock(),
    newId: () => `event-${++ids}`,
  });
  const client = new EventBridgeClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: createRequestHandler([bus], { name: 'test' }),
  });
  return { client, sent };
};

const entry = { EventBusName: 'events', Source: 'shop', DetailType: 'SaleMade.v1', Detail: '{"id":1}' };

it('sends an event in its envelope to the rules of its type', async () => {
  const { client, sent } = setUp();
  const Entries = [entry, { ...entry, DetailType: 'SaleMade.v2' }];
  const response = await client.send(new PutEventsCommand({ Entries }));
  expect(response).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: 'event-1' }, { EventId: 'event-2' }] });
  expect(sent).toEqual([
    {
      version: '0',
      id: 'event-1',
      'detail-type': 'SaleMade.v1',
      source: 'shop',
      account: '000000000000',
      time: '2026-01-01T00:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: { id: 1 },
    },
  ]);
});

it.each([
  ['$.detail.owner', { owner: 'ann' }, 'ann'],
  ['$.detail.owner.name', { owner: { name: 7 } }, undefined],
  ['$.detail.owner.name', { owner: 'ann' }, undefined],
  ['everybody', {}, 'everybody'],
])(
  'finds the message group of %s: the text at the path, or a value that is no path',
  async (messageGroupId, detail, expected) => {
    const groups: unknown[] = [];
    const { client } = setUp({ messageGroupId, send: (_envelope, group) => groups.push(group) });
    await client.send(new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }));
    expect(groups).toEqual([expected]);
  },
);

it('fails an invalid entry alone, within a response of 200', async () => {
  const { client, sent } = setUp();
  const { DetailType: _, ...untyped } = entry;
  const Entries = [{ ...entry, Detail: '{' }, untyped, { ...entry, Detail: '[]' }, entry];
  const response = await client.send(new PutEventsCommand({ Entries }));
  expect(response.FailedEntryCount).toBe(3);
  expect(response.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    'MalformedDetail',
    'InvalidArgument',
    'MalformedDetail',
    undefined,
  ]);
  expect(sent).toHaveLength(1);
});

it.each([
  ['no entry', [], 'ValidationException'],
  ['11 entries', Array(11).fill(entry), 'ValidationException'],
  ['more than 256 KB', Array(2).fill({ ...entry, Detail: `{"a":"${'x'.repeat(131_072)}"}` }), 'ValidationException'],
  ['another bus', [entry, { ...entry, EventBusName: 'other' }], 'ResourceNotFoundException'],
])('rejects %s as a whole', async (_, Entries, name) => {
  const { client, sent } = setUp();
  await expect(client.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({ name });
  expect(sent).toEqual([]);
});

it('finds the bus by name and by ARN, and no other bus', async () => {
  const { client } = setUp();
  const { Arn } = await client.send(new DescribeEventBusCommand({ Name: 'events' }));
  expect(await client.send(new DescribeEventBusCommand({ Name: Arn }))).toMatchObject({ Name: 'events' });
  await expect(client.send(new DescribeEventBusCommand({ Name: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
