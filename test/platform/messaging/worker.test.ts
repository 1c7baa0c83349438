import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { defineEvent, type Event } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import { busEvent, invocation, messages } from '../../fixtures/invocation.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const ThingMade = defineEvent('ThingMade.v1', z.object({ n: z.int() }));
const ThingBroken = defineEvent('ThingBroken.v1', z.object({ why: z.string() }));
const event = (n: unknown, more: object = {}) => ({
  ...{ id: `e${n}`, type: 'ThingMade.v1', at: '2026-11-01T00:00:00.000Z' },
  ...{ tenantId: 't1', aggregateId: 'a1', version: 1, data: { n, ...more }, ...more },
});
const thingMade = (n: unknown, more?: object) => busEvent(event(n, more));

const createWorker = (fails: (n: number) => boolean = () => false) => {
  const { rt } = createTestRuntime();
  const error = vi.spyOn(rt.logger, 'error').mockReturnValue(undefined);
  const handled: Event[] = [];
  const fn = workerFunction(rt, [
    consumer(ThingMade, async (event) => {
      if (fails(event.data.n)) throw new Error('poison');
      handled.push(event);
    }),
    consumer(ThingBroken, async (event) => void handled.push(event)),
  ]);
  return { error, handled, receive: (...bodies: readonly unknown[]) => fn(messages(...bodies), invocation()) };
};
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('a batch', () => {
  it('continues past one poison message of ten, and only that one is redelivered', async () => {
    const { receive, handled, error } = createWorker((n) => n === 4);
    const ten = Array.from({ length: 10 }, (_, n) => thingMade(n));
    expect(await receive(...ten)).toEqual(failures('m4'));
    expect(handled.map(({ id }) => id).sort()).toEqual(['e0', 'e1', 'e2', 'e3', 'e5', 'e6', 'e7', 'e8', 'e9']);
    expect(error.mock.calls).toEqual([
      ['message failed', { messageId: 'm4', error: expect.objectContaining({ message: 'poison' }) }],
    ]);
  });

  it('reports all messages where all fail, and none of the batch before', async () => {
    const { receive } = createWorker((n) => n < 2);
    expect(await receive(thingMade(0), thingMade(1))).toEqual(failures('m0', 'm1'));
    expect(await receive(thingMade(2), thingMade(3))).toEqual(failures());
  });

  it('finds the consumer of each event', async () => {
    const { receive, handled } = createWorker();
    const broken = busEvent({ ...event(1), type: 'ThingBroken.v1', data: { why: 'old' } } as { type: string });
    expect(await receive(thingMade(1), broken)).toEqual(failures());
    expect(handled.map(({ type }) => type)).toEqual(['ThingMade.v1', 'ThingBroken.v1']);
  });
});

describe('a message', () => {
  it('may have fields that the consumer does not know', async () => {
    const { receive, handled } = createWorker();
    expect(await receive(thingMade(1, { colour: 'red' }))).toEqual(failures());
    expect(handled).toEqual([event(1)]);
  });

  it.each<[string, unknown]>([
    ['an event without a consumer', busEvent({ ...event(1), type: 'ThingLost.v1' } as { type: string })],
    ['another version of an event', busEvent({ ...event(1), type: 'ThingMade.v2' } as { type: string })],
    ['an event with data of another form', thingMade('one')],
    ['an event of one type in the envelope of another', { ...thingMade(1), 'detail-type': 'ThingBroken.v1' }],
    ['an event without an id', { ...thingMade(1), detail: { ...event(1), id: undefined } }],
    ['not an event', { hello: 'world' }],
    ['not JSON', 'hello'],
  ])('fails, and is never dropped, if it is %s', async (_, body) => {
    const { receive, handled } = createWorker();
    expect(await receive(thingMade(1), body)).toEqual(failures('m1'));
    expect(handled).toHaveLength(1);
  });
});
