import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { MAX_RECEIVES } from '#platform/manifest';
import { defineEvent, type Event } from '#platform/messaging/events';
import { PostponedError } from '#platform/messaging/postponed-error';
import { consumer, workerFunction } from '#platform/messaging/worker';
import { busEvent, invocation, messages } from '../../fixtures/invocation.ts';
import { createFakeQueues, workerVariables } from '../../fixtures/queues.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const ThingMade = defineEvent('ThingMade.v1', () => z.object({ n: z.int() }));
const ThingBroken = defineEvent('ThingBroken.v1', () => z.object({ why: z.string() }));
const event = (n: unknown, more: object = {}) => ({
  ...{ id: `e${n}`, type: 'ThingMade.v1', at: '2026-11-01T00:00:00.000Z' },
  ...{ tenantId: 't1', aggregateId: 'a1', version: 1, data: { n, ...more }, ...more },
});
const thingMade = (n: unknown, more?: object) => busEvent(event(n, more));

type Fails = (n: number) => Error | undefined;

const createWorker = (fails: Fails = () => undefined, refuses?: Parameters<typeof createFakeQueues>[0]) => {
  const queues = createFakeQueues(refuses);
  const { rt, clock, metrics } = createTestRuntime({ services: [queues.service], variables: workerVariables });
  const error = vi.spyOn(rt.logger, 'error').mockReturnValue(undefined);
  const handled: Event[] = [];
  const fn = workerFunction(rt, [
    consumer(ThingMade, async (event) => {
      const failure = fails(event.data.n);
      if (failure) throw failure;
      handled.push(event);
    }),
    consumer(ThingBroken, async (event) => void handled.push(event)),
  ]);
  const receive = (...bodies: readonly unknown[]) => fn(messages(...bodies), invocation(10_000, clock));
  /** Receives one message with these attributes. */
  const receiveOne = (body: unknown, attributes: MessageChange, timeoutMs = 10_000) =>
    fn(changed(messages(body), attributes), invocation(timeoutMs, clock));
  return { error, handled, receive, receiveOne, clock, metrics, ...queues };
};

type MessageChange = {
  readonly receives?: number;
  readonly sentAt?: string;
  readonly messageAttributes?: Readonly<Record<string, string>>;
};
const changed = (
  { Records: [record] }: SQSEvent,
  { receives = 1, sentAt = '2026-11-01T00:00:00Z', messageAttributes = {} }: MessageChange,
): SQSEvent => ({
  Records: [
    {
      ...(record as SQSRecord),
      attributes: {
        ...(record as SQSRecord).attributes,
        ApproximateReceiveCount: String(receives),
        SentTimestamp: String(Date.parse(sentAt)),
        ApproximateFirstReceiveTimestamp: String(Date.parse(sentAt)),
      },
      messageAttributes: Object.fromEntries(
        Object.entries(messageAttributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
      ),
    },
  ],
});
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const unreachable = () => new Error('the service cannot be reached');
const invalid = () =>
  Object.assign(new Error('One or more parameter values were invalid'), { name: 'ValidationException' });

describe('a batch', () => {
  it('continues past one failed message of ten, and only that one is received again', async () => {
    const { receive, handled, error } = createWorker((n) => (n === 4 ? unreachable() : undefined));
    const ten = Array.from({ length: 10 }, (_, n) => thingMade(n));
    expect(await receive(...ten)).toEqual(failures('m4'));
    expect(handled.map(({ id }) => id).sort()).toEqual(['e0', 'e1', 'e2', 'e3', 'e5', 'e6', 'e7', 'e8', 'e9']);
    expect(error.mock.calls).toEqual([
      [
        'message failed',
        {
          messageId: 'm4',
          error: expect.objectContaining({ message: 'the service cannot be reached' }),
          retryInSeconds: 4,
        },
      ],
    ]);
  });

  it('reports all messages where all fail, and none of the batch before', async () => {
    const { receive } = createWorker((n) => (n < 2 ? unreachable() : undefined));
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

  it.each<[string, unknown, RegExp]>([
    [
      'an event without a consumer',
      busEvent({ ...event(1), type: 'ThingLost.v1' } as { type: string }),
      /no consumer of ThingLost\.v1/,
    ],
    [
      'another version of an event',
      busEvent({ ...event(1), type: 'ThingMade.v2' } as { type: string }),
      /no consumer of ThingMade\.v2/,
    ],
    ['an event with data of another form', thingMade('one'), /Zod.*"n"/s],
    ['an event of one type in the envelope of another', { ...thingMade(1), 'detail-type': 'ThingBroken.v1' }, /Zod/],
    ['an event without an id', { ...thingMade(1), detail: { ...event(1), id: undefined } }, /Zod.*"id"/s],
    ['not an event', { hello: 'world' }, /Zod.*detail-type/s],
    ['not JSON', 'hello', /not JSON/],
  ])('becomes a dead letter at once, with its error, if it is %s', async (_, body, error) => {
    const { receive, handled, deadLetters, hidden } = createWorker();
    expect(await receive(thingMade(1), body)).toEqual(failures());
    expect(handled).toHaveLength(1);
    expect(deadLetters()).toEqual([
      {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        attributes: {
          error: expect.stringMatching(error),
          cause: expect.stringMatching(/^\w+-[0-9a-f]{8}$/),
          firstReceived: '2026-11-01T00:00:00.000Z',
        },
      },
    ]);
    expect(hidden).toEqual([]);
  });

  it('becomes a dead letter at once if AWS says that its parameters are invalid', async () => {
    const { receive, deadLetters } = createWorker(invalid);
    expect(await receive(thingMade(1))).toEqual(failures());
    expect(deadLetters()).toMatchObject([
      { attributes: { error: 'ValidationException: One or more parameter values were invalid' } },
    ]);
  });

  it('becomes a dead letter in the message group of its tenant, if it has one', async () => {
    const { receive, groups } = createWorker(invalid);
    await receive(thingMade(1));
    await receive('hello');
    expect(groups()).toEqual(['t1', undefined]);
  });

  it('is received again if it cannot become a dead letter', async () => {
    const { receive, hidden } = createWorker(undefined, (operation) => operation === 'SendMessage');
    expect(await receive('hello')).toEqual(failures('m0'));
    expect(hidden).toEqual([{ receipt: 'r0', seconds: 4 }]);
  });

  it.each([
    [1, 4],
    [2, 8],
    [3, 15],
    [10, 1_920],
    [11, 2_475],
    [1_000, 2_475],
  ])(
    'that fails for another reason is hidden longer with each receive: after receive %i for %i s',
    async (receives, seconds) => {
      const { receiveOne, hidden, deadLetters } = createWorker(unreachable);
      expect(await receiveOne(thingMade(1), { receives })).toEqual(failures('m0'));
      expect([hidden, deadLetters()]).toEqual([[{ receipt: 'r0', seconds }], []]);
    },
  );

  it('becomes a dead letter four days after it was sent, and not before', async () => {
    const { receiveOne, deadLetters } = createWorker(unreachable);
    expect(await receiveOne(thingMade(1), { sentAt: '2026-10-28T00:00:01Z', receives: 140 })).toEqual(failures('m0'));
    expect(deadLetters()).toEqual([]);
    expect(await receiveOne(thingMade(1), { sentAt: '2026-10-28T00:00:00Z', receives: 141 })).toEqual(failures());
    expect(deadLetters()).toMatchObject([
      { attributes: { error: 'Error: the service cannot be reached', firstReceived: '2026-10-28T00:00:00.000Z' } },
    ]);
  });

  it('that has waited for ten minutes is counted each time that it fails', async () => {
    const { receiveOne, metrics } = createWorker(unreachable);
    await receiveOne(thingMade(1), { sentAt: '2026-10-31T23:50:01Z' });
    expect(metrics).toEqual([]);
    await receiveOne(thingMade(1), { sentAt: '2026-10-31T23:50:00Z' });
    expect(metrics).toMatchObject([{ name: 'MessagesBehind', value: 1, details: { queue: 'work', ageMinutes: 10 } }]);
  });

  it('is received again after the time-out of its queue if too little time is left for a call, or the call fails', async () => {
    const late = createWorker(unreachable);
    expect(await late.receiveOne(thingMade(1), {}, 4_000)).toEqual(failures('m0'));
    expect(await late.receiveOne('hello', {}, 4_000)).toEqual(failures('m0'));
    expect([late.hidden, late.deadLetters()]).toEqual([[], []]);
    const refused = createWorker(unreachable, () => true);
    expect(await refused.receive(thingMade(1))).toEqual(failures('m0'));
  });
});

describe('a message that a service takes only later', () => {
  const postponed = () => new PostponedError('the quota is spent');

  it.each([
    [1, 15],
    [2, 30],
    [3, 60],
    [7, 960],
    [8, 1_350],
    [999, 1_350],
  ])('waits longer with each receive: after receive %i for %i s', async (receives, seconds) => {
    const { receiveOne, hidden, deadLetters, error, metrics } = createWorker(postponed);
    const sentAt = '2026-10-25T00:00:00Z';
    expect(await receiveOne(thingMade(1), { receives, sentAt })).toEqual(failures('m0'));
    expect([hidden, deadLetters()]).toEqual([[{ receipt: 'r0', seconds }], []]);
    // nothing failed, so neither the log nor the metric of workers that fail says so
    expect([error.mock.calls, metrics]).toEqual([[], []]);
  });

  it('is received four times within three minutes, and fewer times in 13 days than make it a dead letter', async () => {
    const { receiveOne, hidden } = createWorker(postponed);
    for (let receives = 1; receives <= MAX_RECEIVES; receives += 1) await receiveOne(thingMade(1), { receives });
    // the runtime's random number is 0.5, and a wait is between two and four thirds of this
    const receivedAfter = (count: number) => hidden.slice(0, count).reduce((sum, { seconds }) => sum + seconds, 0);
    expect((receivedAfter(3) * 4) / 3).toBeLessThanOrEqual(180);
    expect(receivedAfter(MAX_RECEIVES)).toBeGreaterThan(13 * 24 * 3_600 * 1.15);
  });

  it('becomes a dead letter after 13 days, a day before its queue would delete it, and not before', async () => {
    const { receiveOne, deadLetters } = createWorker(postponed);
    expect(await receiveOne(thingMade(1), { sentAt: '2026-10-19T00:00:01Z' })).toEqual(failures('m0'));
    expect(deadLetters()).toEqual([]);
    expect(await receiveOne(thingMade(1), { sentAt: '2026-10-19T00:00:00Z' })).toEqual(failures());
    expect(deadLetters()).toMatchObject([{ attributes: { error: 'PostponedError: the quota is spent' } }]);
  });

  it('waits as a canary, too: its outcome is reported once it is known', async () => {
    const messageAttributes = { canary: 'which', cause: 'Error-00000000', firstReceived: 'before', redriven: 'v2' };
    const { receiveOne, outcomes, hidden, deadLetters } = createWorker(postponed);
    expect(await receiveOne(thingMade(1), { messageAttributes })).toEqual(failures('m0'));
    expect([outcomes(), deadLetters(), hidden.length]).toEqual([[], [], 1]);
  });
});

describe('a canary', () => {
  const messageAttributes = {
    canary: 'which',
    cause: 'Error-00000000',
    firstReceived: 'before',
    redriven: 'v2',
    error: 'old',
  };

  it('is reported as handled', async () => {
    const { receiveOne, outcomes, handled, deadLetters } = createWorker();
    expect(await receiveOne(thingMade(1), { messageAttributes })).toEqual(failures());
    expect(handled).toHaveLength(1);
    expect([outcomes(), deadLetters()]).toEqual([[{ canary: 'which', outcome: 'handled' }], []]);
  });

  it.each([
    ['keeps its cause where the reason may pass', unreachable(), 'Error-00000000'],
    [
      'has the cause of its new error where that is permanent',
      invalid(),
      expect.stringMatching(/^ValidationException-/),
    ],
  ])('that fails is a dead letter again at once, and %s', async (_, failure, cause) => {
    const { receiveOne, outcomes, hidden, deadLetters } = createWorker(() => failure);
    expect(await receiveOne(thingMade(1), { messageAttributes })).toEqual(failures());
    expect(deadLetters()).toEqual([
      {
        body: JSON.stringify(thingMade(1)),
        attributes: { error: expect.stringContaining(failure.message), cause, firstReceived: 'before', redriven: 'v2' },
      },
    ]);
    expect([outcomes(), hidden]).toEqual([[{ canary: 'which', outcome: 'failed' }], []]);
  });

  it('that is handled is received again until its outcome could be reported', async () => {
    const { receiveOne, hidden, deadLetters } = createWorker(undefined, (_, queue) => queue === 'canaries');
    expect(await receiveOne(thingMade(1), { messageAttributes })).toEqual(failures('m0'));
    expect([hidden, deadLetters()]).toEqual([[{ receipt: 'r0', seconds: 4 }], []]);
  });

  it('that failed and is a dead letter is done, also if its outcome could not be reported', async () => {
    const { receiveOne, deadLetters } = createWorker(invalid, (_, queue) => queue === 'canaries');
    expect(await receiveOne(thingMade(1), { messageAttributes })).toEqual(failures());
    expect(deadLetters()).toHaveLength(1);
  });
});
