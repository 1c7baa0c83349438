import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
        detail: { id: 'a', type: 'ThingMade.v1', data: { n: 1 } },
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

  it.each([
    ['an image without a version', { pk: { S: 'orders#t1' }, out: { M: { v: { N: '1' }, events: { L: [] } } } }],
    [
      'an event without a type',
      { ...written(1, ['a']).dynamodb?.NewImage, out: { M: { v: { N: '1' }, events: { L: [{ M: {} }] } } } },
    ],
  ])('fails on what it cannot read instead of passing it over: %s', async (_, NewImage) => {
    const { send } = relayed();
    await expect(send([{ dynamodb: { SequenceNumber: 's1', NewImage } }])).rejects.toThrow();
  });

  it('fails where it could not name the record to begin from again', async () => {
    const { send } = relayed(() => true);
    const { SequenceNumber, ...dynamodb } = written(1, ['a']).dynamodb ?? {};
    await expect(send([{ dynamodb }])).rejects.toThrow('sequence number');
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
