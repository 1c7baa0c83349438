import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { defineEvent, type Event } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import { delivered, invocation, messages } from './fixtures/invocation.ts';
import { world } from './fixtures/world.ts';

const ThingMade = defineEvent('ThingMade.v1', z.object({ n: z.int() }));
const ThingBroken = defineEvent('ThingBroken.v1', z.object({ why: z.string() }));
const event = (n: unknown, more: object = {}) => ({
  ...{ id: `e${n}`, type: 'ThingMade.v1', at: '2026-11-01T00:00:00.000Z' },
  ...{ tenantId: 't1', aggregateId: 'a1', version: 1, data: { n, ...more }, ...more },
});
const made = (n: unknown, more?: object) => delivered(event(n, more));

const worker = (fails: (n: number) => boolean = () => false) => {
  const { rt } = world();
  const error = vi.spyOn(rt.logger, 'error').mockReturnValue(undefined);
  const taken: Event[] = [];
  const fn = workerFunction(rt, [
    consumer(ThingMade, async (event) => {
      if (fails(event.data.n)) throw new Error('poison');
      taken.push(event);
    }),
    consumer(ThingBroken, async (event) => void taken.push(event)),
  ]);
  return { error, taken, take: (...bodies: readonly unknown[]) => fn(messages(...bodies), invocation()) };
};
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('a batch', () => {
  it('goes on past one poison message of ten, which alone comes again', async () => {
    const { take, taken, error } = worker((n) => n === 4);
    const ten = Array.from({ length: 10 }, (_, n) => made(n));
    expect(await take(...ten)).toEqual(failed('m4'));
    expect(taken.map(({ id }) => id).sort()).toEqual(['e0', 'e1', 'e2', 'e3', 'e5', 'e6', 'e7', 'e8', 'e9']);
    expect(error.mock.calls).toEqual([
      ['message failed', { messageId: 'm4', error: expect.objectContaining({ message: 'poison' }) }],
    ]);
  });

  it('reports all where all fail, and nothing of the batch before', async () => {
    const { take } = worker((n) => n < 2);
    expect(await take(made(0), made(1))).toEqual(failed('m0', 'm1'));
    expect(await take(made(2), made(3))).toEqual(failed());
  });

  it('finds the consumer of each event', async () => {
    const { take, taken } = worker();
    const broken = delivered({ ...event(1), type: 'ThingBroken.v1', data: { why: 'old' } } as { type: string });
    expect(await take(made(1), broken)).toEqual(failed());
    expect(taken.map(({ type }) => type)).toEqual(['ThingMade.v1', 'ThingBroken.v1']);
  });
});

describe('a message', () => {
  it('may have grown', async () => {
    const { take, taken } = worker();
    expect(await take(made(1, { colour: 'red' }))).toEqual(failed());
    expect(taken).toEqual([event(1)]);
  });

  it.each<[string, unknown]>([
    ['an event that nobody consumes', delivered({ ...event(1), type: 'ThingLost.v1' } as { type: string })],
    ['another version of an event', delivered({ ...event(1), type: 'ThingMade.v2' } as { type: string })],
    ['an event with data of another form', made('one')],
    ['an event of one type in the envelope of another', { ...made(1), 'detail-type': 'ThingBroken.v1' }],
    ['an event without an id', { ...made(1), detail: { ...event(1), id: undefined } }],
    ['no event', { hello: 'world' }],
    ['no JSON', 'hello'],
  ])('fails, and is never dropped, as %s', async (_, body) => {
    const { take, taken } = worker();
    expect(await take(made(1), body)).toEqual(failed('m1'));
    expect(taken).toHaveLength(1);
  });
});
