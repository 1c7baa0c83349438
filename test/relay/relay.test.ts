import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { linesOf } from '../platform/fixtures/log.ts';
import { relayed, written } from './fixtures/bus.ts';

const all = { batchItemFailures: [] };
const from = (itemIdentifier: string) => ({ batchItemFailures: [{ itemIdentifier }] });

describe('the relay', () => {
  it('publishes what a write caused, in the name of the context that owns the item', async () => {
    const { send, published } = relayed();
    expect(await send([written(3, ['a'], { pk: 'inventory#t1#hold#o1' })])).toEqual(all);
    expect(published.map(({ Detail, ...entry }) => ({ ...entry, detail: JSON.parse(Detail) }))).toEqual([
      {
        ...{ EventBusName: 'the-bus', Source: 'breakwater.inventory', DetailType: 'ThingMade.v1' },
        detail: { id: 'a', type: 'ThingMade.v1', correlationId: 'c-a', data: { n: 1 } },
      },
    ]);
  });

  it('keeps the order of the stream, ten events at a time', async () => {
    const { send, requests, ids } = relayed();
    const names = Array.from({ length: 23 }, (_, i) => `e${i}`);
    expect(await send(names.map((name, i) => written(i + 1, [name])))).toEqual(all);
    expect(ids()).toEqual(names);
    expect(requests.map((request) => request.length)).toEqual([10, 10, 3]);
  });

  it('skips what an older write left behind, and asks nothing for nothing', async () => {
    const { send, requests } = relayed();
    expect(await send([written(2, ['a'], { stale: true })])).toEqual(all);
    expect(requests).toEqual([]);
  });

  it('tries again with those alone that the bus refused', async () => {
    const { send, requests, ids } = relayed((id, request) => request === 1 && (id === 'b' || id === 'd'));
    expect(await send([written(1, ['a', 'b']), written(2, ['c']), written(3, ['d'])])).toEqual(all);
    expect(requests).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
    ]);
    expect(ids()).toEqual(['a', 'c', 'b', 'd']);
  });

  it('has the batch brought again from the first record that still fails', async () => {
    const { send, requests } = relayed((id) => id === 'c' || id === 'd');
    const batch = [written(1, ['a']), written(2, ['b', 'c']), written(3, ['d']), written(4, ['e'])];
    expect(await send(batch)).toEqual(from('s2'));
    expect(requests.slice(1)).toEqual([
      ['c', 'd'],
      ['c', 'd'],
      ['c', 'd'],
    ]);
  });

  it('stops in time for its answer', async () => {
    const { send, requests } = relayed(() => true);
    expect(await send([written(1, ['a'])], 2_000)).toEqual(from('s1'));
    expect(requests).toHaveLength(1);
  });

  it('makes no call larger than the bus takes', async () => {
    const { send, requests, aside } = relayed();
    const fill = 'x'.repeat(100_000);
    expect(await send(['a', 'b', 'c', 'd', 'e'].map((id, i) => written(i + 1, [id], { fill })))).toEqual(all);
    expect(requests).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(aside()).toEqual([]);
  });

  it('names in every line about an event the id of what caused it', async () => {
    const lines = linesOf();
    const { send } = relayed((id, request) => (id === 'b' ? 'MalformedDetail' : request === 1 && id === 'c'), 'DEBUG');
    await send([written(1, ['a']), written(2, ['b', 'c'])]);
    vi.restoreAllMocks();
    expect(lines().map(({ message, correlationId }) => [message, correlationId])).toEqual([
      ['published', 'c-a'],
      ['the bus refused an event', 'c-b'],
      ['the bus refused an event', 'c-c'],
      ['published', 'c-c'],
      ['an event cannot be published', 'c-b'],
    ]);
  });

  it('fails where it could not name the record to begin from again', async () => {
    const { send } = relayed(() => true);
    const { SequenceNumber, ...dynamodb } = written(1, ['a']).dynamodb ?? {};
    await expect(send([{ dynamodb }])).rejects.toThrow('sequence number');
  });
});

describe('what can never be published goes, with its content, to a queue of its own, and holds nothing back', () => {
  const event = (id: string) => ({ id, type: 'ThingMade.v1', correlationId: `c-${id}` });

  it('an event that is too large', async () => {
    const { send, ids, aside } = relayed();
    const fill = 'x'.repeat(262_144);
    expect(await send([written(1, ['a']), written(2, ['b'], { fill }), written(3, ['c'])])).toEqual(all);
    expect(ids()).toEqual(['a', 'c']);
    expect(aside()).toEqual([{ reason: 'too large for the bus', content: { ...event('b'), data: { n: 1, fill } } }]);
  });

  it('an event that is just not too large goes to the bus', async () => {
    const { send, ids, aside } = relayed();
    const { Detail, DetailType, Source } = await (async () => {
      const probe = relayed();
      await probe.send([written(1, ['a'], { fill: 'x' })]);
      return probe.published[0] as { Detail: string; DetailType: string; Source: string };
    })();
    const room = 262_144 - Buffer.byteLength(`${Detail}${DetailType}${Source}`) + 1;
    await send([written(1, ['a'], { fill: 'x'.repeat(room) })]);
    expect(ids()).toEqual(['a']);
    await send([written(2, ['b'], { fill: 'x'.repeat(room + 1) })]);
    expect(ids()).toEqual(['a']);
    expect(aside()).toHaveLength(1);
  });

  it.each(['MalformedDetail', 'InvalidArgument'])('an event that the bus refuses by %s, at once', async (code) => {
    const { send, ids, requests, aside } = relayed((id) => id === 'b' && code);
    expect(await send([written(1, ['a', 'b']), written(2, ['c'])])).toEqual(all);
    expect([ids(), requests]).toEqual([['a', 'c'], [['a', 'b', 'c']]]);
    expect(aside()).toEqual([{ reason: `${code}: not now`, content: { ...event('b'), data: { n: 1 } } }]);
  });

  it.each([
    ['an image without a version', { pk: { S: 'orders#t1' }, out: { M: { v: { N: '1' }, events: { L: [] } } } }],
    [
      'an event without a type',
      { ...written(1, ['a']).dynamodb?.NewImage, out: { M: { v: { N: '1' }, events: { L: [{ M: {} }] } } } },
    ],
  ])('%s, whole', async (_, NewImage) => {
    const { send, ids, aside } = relayed();
    expect(await send([{ dynamodb: { SequenceNumber: 's1', NewImage } }, written(2, ['b'])])).toEqual(all);
    expect(ids()).toEqual(['b']);
    expect(aside()).toEqual([
      { reason: expect.stringContaining('not written by an aggregate'), content: unmarshall(NewImage) },
    ]);
  });

  it('only once what came before it is published, so that a redelivery does not repeat it', async () => {
    const { send, aside } = relayed((id) => id === 'a');
    const fill = 'x'.repeat(262_144);
    expect(await send([written(1, ['a']), written(2, ['b'], { fill })])).toEqual(from('s1'));
    expect(aside()).toEqual([]);
  });
});

it('publishes every event at least once and none that was not written, however often the bus refuses', () =>
  // Nothing is lost on the way. Red when a refusal is dropped, when the last failed record is reported instead of the first, and
  // when what an older write left behind is published.
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ events: fc.integer({ min: 1, max: 3 }), stale: fc.boolean() }), {
        minLength: 1,
        maxLength: 15,
      }),
      fc.infiniteStream(fc.boolean()),
      async (writes, coin) => {
        let refusals = 0;
        const { send, ids } = relayed(() => coin.next().value && refusals++ < 60);
        const named = writes.map(({ events, stale }, i) => ({
          ids: Array.from({ length: events }, (_, n) => `e${i}.${n}`),
          stale,
        }));
        let left = named.map(({ ids, stale }, i) => written(i + 1, ids, { stale }));
        while (left.length > 0) {
          const { batchItemFailures } = await send(left);
          const first = batchItemFailures[0]?.itemIdentifier;
          left = first ? left.slice(left.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === first)) : [];
        }
        expect(new Set(ids())).toEqual(new Set(named.filter(({ stale }) => !stale).flatMap(({ ids }) => ids)));
      },
    ),
    { numRuns: 100 },
  ));
