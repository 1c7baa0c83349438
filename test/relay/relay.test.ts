import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { captureLog } from '../fixtures/log-capture.ts';
import { createRelay, recordOf } from './fixtures/relay.ts';

const noFailures = { batchItemFailures: [] };
const retryFrom = (itemIdentifier: string) => ({ batchItemFailures: [{ itemIdentifier }] });

describe('the relay', () => {
  it('publishes the events of a write, with the context that owns the item as the source', async () => {
    const { send, published } = createRelay();
    expect(await send([recordOf(3, ['a'], { pk: 'inventory#t1#hold#o1' })])).toEqual(noFailures);
    expect(published.map(({ Detail, ...entry }) => ({ ...entry, detail: JSON.parse(Detail) }))).toEqual([
      {
        ...{ EventBusName: 'the-bus', Source: 'breakwater.inventory', DetailType: 'ThingMade.v1' },
        detail: { id: 'a', type: 'ThingMade.v1', correlationId: 'c-a', data: { n: 1 } },
      },
    ]);
  });

  it('keeps the order of the stream, ten events at a time', async () => {
    const { send, requests, ids } = createRelay();
    const names = Array.from({ length: 23 }, (_, i) => `e${i}`);
    expect(await send(names.map((name, i) => recordOf(i + 1, [name])))).toEqual(noFailures);
    expect(ids()).toEqual(names);
    expect(requests.map((request) => request.length)).toEqual([10, 10, 3]);
  });

  it('skips events of an older write, and makes no request without events', async () => {
    const { send, requests } = createRelay();
    expect(await send([recordOf(2, ['a'], { stale: true })])).toEqual(noFailures);
    expect(requests).toEqual([]);
  });

  it('retries only the events that the bus refused', async () => {
    const { send, requests, ids } = createRelay((id, request) => request === 1 && (id === 'b' || id === 'd'));
    expect(await send([recordOf(1, ['a', 'b']), recordOf(2, ['c']), recordOf(3, ['d'])])).toEqual(noFailures);
    expect(requests).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
    ]);
    expect(ids()).toEqual(['a', 'c', 'b', 'd']);
  });

  it('has the batch redelivered from the first record that still fails', async () => {
    const { send, requests } = createRelay((id) => id === 'c' || id === 'd');
    const batch = [recordOf(1, ['a']), recordOf(2, ['b', 'c']), recordOf(3, ['d']), recordOf(4, ['e'])];
    expect(await send(batch)).toEqual(retryFrom('s2'));
    expect(requests.slice(1)).toEqual([
      ['c', 'd'],
      ['c', 'd'],
      ['c', 'd'],
    ]);
  });

  it('stops before its deadline', async () => {
    const { send, requests } = createRelay(() => true);
    expect(await send([recordOf(1, ['a'])], 2_000)).toEqual(retryFrom('s1'));
    expect(requests).toHaveLength(1);
  });

  it('makes no request above the size limit of the bus', async () => {
    const { send, requests, quarantined } = createRelay();
    const fill = 'x'.repeat(100_000);
    expect(await send(['a', 'b', 'c', 'd', 'e'].map((id, i) => recordOf(i + 1, [id], { fill })))).toEqual(noFailures);
    expect(requests).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(quarantined()).toEqual([]);
  });

  it('logs every line about an event with its correlation id', async () => {
    const lines = captureLog();
    const { send } = createRelay(
      (id, request) => (id === 'b' ? 'MalformedDetail' : request === 1 && id === 'c'),
      'DEBUG',
    );
    await send([recordOf(1, ['a']), recordOf(2, ['b', 'c'])]);
    vi.restoreAllMocks();
    expect(lines().map(({ message, correlationId }) => [message, correlationId])).toEqual([
      ['published', 'c-a'],
      ['the bus refused an event', 'c-b'],
      ['the bus refused an event', 'c-c'],
      ['published', 'c-c'],
      ['an event cannot be published', 'c-b'],
    ]);
  });

  it('throws if the record to retry from has no sequence number', async () => {
    const { send } = createRelay(() => true);
    const { SequenceNumber, ...dynamodb } = recordOf(1, ['a']).dynamodb ?? {};
    await expect(send([{ dynamodb }])).rejects.toThrow('sequence number');
  });
});

describe('the relay quarantines, with its content and without blocking other events', () => {
  const event = (id: string) => ({ id, type: 'ThingMade.v1', correlationId: `c-${id}` });

  it('an event that is too large', async () => {
    const { send, ids, quarantined } = createRelay();
    const fill = 'x'.repeat(262_144);
    expect(await send([recordOf(1, ['a']), recordOf(2, ['b'], { fill }), recordOf(3, ['c'])])).toEqual(noFailures);
    expect(ids()).toEqual(['a', 'c']);
    expect(quarantined()).toEqual([
      { reason: 'too large for the bus', content: { ...event('b'), data: { n: 1, fill } } },
    ]);
  });

  it('no event of exactly the maximum size', async () => {
    const { send, ids, quarantined } = createRelay();
    const { Detail, DetailType, Source } = await (async () => {
      const probe = createRelay();
      await probe.send([recordOf(1, ['a'], { fill: 'x' })]);
      return probe.published[0] as { Detail: string; DetailType: string; Source: string };
    })();
    const fillBytes = 262_144 - Buffer.byteLength(`${Detail}${DetailType}${Source}`) + 1;
    await send([recordOf(1, ['a'], { fill: 'x'.repeat(fillBytes) })]);
    expect(ids()).toEqual(['a']);
    await send([recordOf(2, ['b'], { fill: 'x'.repeat(fillBytes + 1) })]);
    expect(ids()).toEqual(['a']);
    expect(quarantined()).toHaveLength(1);
  });

  it.each(['MalformedDetail', 'InvalidArgument'])(
    'an event that the bus refuses with %s, without a retry',
    async (code) => {
      const { send, ids, requests, quarantined } = createRelay((id) => id === 'b' && code);
      expect(await send([recordOf(1, ['a', 'b']), recordOf(2, ['c'])])).toEqual(noFailures);
      expect([ids(), requests]).toEqual([['a', 'c'], [['a', 'b', 'c']]]);
      expect(quarantined()).toEqual([{ reason: `${code}: not now`, content: { ...event('b'), data: { n: 1 } } }]);
    },
  );

  it.each([
    ['an image without a version', { pk: { S: 'orders#t1' }, out: { M: { v: { N: '1' }, events: { L: [] } } } }],
    [
      'an event without a type',
      { ...recordOf(1, ['a']).dynamodb?.NewImage, out: { M: { v: { N: '1' }, events: { L: [{ M: {} }] } } } },
    ],
  ])('%s, with the whole item', async (_, NewImage) => {
    const { send, ids, quarantined } = createRelay();
    expect(await send([{ dynamodb: { SequenceNumber: 's1', NewImage } }, recordOf(2, ['b'])])).toEqual(noFailures);
    expect(ids()).toEqual(['b']);
    expect(quarantined()).toEqual([
      { reason: expect.stringContaining('not written by an aggregate'), content: unmarshall(NewImage) },
    ]);
  });

  it('an event only once all before it are published, so that a redelivery does not repeat it', async () => {
    const { send, quarantined } = createRelay((id) => id === 'a');
    const fill = 'x'.repeat(262_144);
    expect(await send([recordOf(1, ['a']), recordOf(2, ['b'], { fill })])).toEqual(retryFrom('s1'));
    expect(quarantined()).toEqual([]);
  });
});

it('publishes every event at least once and no stale event, for any number of refusals', () =>
  // No event is lost. Fails if a refusal is dropped, if the last failed record is reported instead of the first, and if an event
  // of an older write is published.
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ events: fc.integer({ min: 1, max: 3 }), stale: fc.boolean() }), {
        minLength: 1,
        maxLength: 15,
      }),
      fc.infiniteStream(fc.boolean()),
      async (writes, coin) => {
        let refusals = 0;
        const { send, ids } = createRelay(() => coin.next().value && refusals++ < 60);
        const records = writes.map(({ events, stale }, i) => ({
          ids: Array.from({ length: events }, (_, n) => `e${i}.${n}`),
          stale,
        }));
        let remaining = records.map(({ ids, stale }, i) => recordOf(i + 1, ids, { stale }));
        while (remaining.length > 0) {
          const { batchItemFailures } = await send(remaining);
          const first = batchItemFailures[0]?.itemIdentifier;
          remaining = first
            ? remaining.slice(remaining.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === first))
            : [];
        }
        expect(new Set(ids())).toEqual(new Set(records.filter(({ stale }) => !stale).flatMap(({ ids }) => ids)));
      },
    ),
    { numRuns: 100 },
  ));
