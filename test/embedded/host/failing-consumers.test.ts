import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { operations } from '#operations/manifest';
import { names } from '#platform/manifest';
import { defineEvent } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import { PermanentError } from '#platform/runtime/permanent-error';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { loadProjectEntries } from '../../../embedded/host/functions.ts';
import { createHost, type Host } from '../../../embedded/host/host.ts';
import { busEvent } from '../../fixtures/invocation.ts';
import { type Create, entries, shop } from './shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const named = names('dev');

const SaleMade = defineEvent('SaleMade.v1', z.object({}));
const saleMade = (id: string) =>
  busEvent({
    ...{ id, type: 'SaleMade.v1', at: '2026-01-01T00:00:00.000Z', tenantId: 't1', aggregateId: id },
    ...{ version: 1, data: {} },
  });

type Message = {
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue: string }>>;
};

let host: Host | undefined;
afterEach(() => host?.close());

/** A shop whose consumer `shop-begin` fails on some messages, and the redrive of dead letters. Time passes only on request. */
const openFailingShop = () => {
  const clock = createVirtualClock();
  const handled: string[] = [];
  const tries = new Map<string, number>();
  let failureOf: (id: string) => Error | undefined = () => undefined;
  let crashes = false;
  const begin: Create = (rt) => {
    const work = workerFunction(rt, [
      consumer(SaleMade, async ({ id }) => {
        tries.set(id, (tries.get(id) ?? 0) + 1);
        const failure = failureOf(id);
        if (failure) throw failure;
        handled.push(id);
      }),
    ]);
    return (event, context) => {
      if (crashes) throw new Error('the function cannot run');
      return work(event, context);
    };
  };
  const shopEntries = Object.fromEntries(
    Object.entries({ ...entries, begin }).map(([name, create]) => [name, { create }]),
  );
  const opened = createHost({
    ...{ contexts: [shop, operations], clock, secrets: {}, codeVersion: 'v1' },
    loadEntries: async (file) => (file.includes('/shop/') ? (shopEntries as never) : loadProjectEntries(file)),
  });
  host = opened;
  const call = async (operation: string, input: object) => {
    const { json } = await opened.callAws({ target: `AmazonSQS.${operation}`, body: JSON.stringify(input) });
    return JSON.parse(json);
  };
  const urlOf = (name: string) => `${opened.origin}/000000000000/${name}`;
  const countOf = async (name: string, attribute = 'ApproximateNumberOfMessages') => {
    const { Attributes } = await call('GetQueueAttributes', { QueueUrl: urlOf(name), AttributeNames: ['All'] });
    return Number(Attributes[attribute]);
  };
  return {
    ...{ host: opened, clock, handled, tries },
    fail: (failure: typeof failureOf) => {
      failureOf = failure;
    },
    crash: (isCrashing: boolean) => {
      crashes = isCrashing;
    },
    send: (...ids: readonly string[]) =>
      Promise.all(
        ids.map((id) =>
          call('SendMessage', {
            QueueUrl: urlOf(named.queue('shop-begin')),
            MessageBody: JSON.stringify(saleMade(id)),
          }),
        ),
      ),
    deadLetterCount: () => countOf(named.deadLetters('shop-begin')),
    /** The dead letters as an operator sees them. They stay visible. */
    deadLetters: async (): Promise<readonly Message[]> =>
      (
        await call('ReceiveMessage', {
          QueueUrl: urlOf(named.deadLetters('shop-begin')),
          ...{ MaxNumberOfMessages: 10, VisibilityTimeout: 0, AttributeNames: ['All'], MessageAttributeNames: ['All'] },
        })
      ).Messages ?? [],
  };
};

const away = () => new Error('the service is away');
const poison = () => new PermanentError('nobody can handle this');

describe('a consumer that fails on every message', () => {
  it.each([
    ['5 minutes', 5 * MINUTE],
    ['an hour', HOUR],
    ['23 hours', 23 * HOUR],
    ['24 hours', 24 * HOUR],
  ])('for %s has no dead letter, and handles everything within an hour after it is repaired', async (_, ms) => {
    const { clock, send, fail, handled, tries, deadLetterCount } = openFailingShop();
    fail(away);
    await send('a', 'b');
    await clock.advance(ms / 2);
    await send('c');
    await clock.advance(ms / 2);
    expect([handled, await deadLetterCount()]).toEqual([[], 0]);
    // far fewer than the receives after which the queue gives up
    for (const count of tries.values()) expect(count).toBeLessThan(60);
    fail(() => undefined);
    await clock.advance(HOUR);
    expect([[...handled].sort(), await deadLetterCount()]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('for four days makes the message a dead letter with its error', async () => {
    const { clock, send, fail, tries, deadLetters } = openFailingShop();
    fail(away);
    await send('a');
    await clock.advance(4 * 24 * HOUR + HOUR);
    expect(await deadLetters()).toMatchObject([
      { MessageAttributes: { error: { StringValue: 'Error: the service is away' } } },
    ]);
    expect(tries.get('a')).toBeGreaterThan(100);
    expect(tries.get('a')).toBeLessThan(250);
  });
});

describe('a consumer that cannot run', () => {
  it('for 24 hours has no dead letter, and handles everything afterwards', async () => {
    const { clock, send, crash, handled, deadLetterCount } = openFailingShop();
    crash(true);
    await send('a', 'b');
    await clock.advance(24 * HOUR);
    expect(await deadLetterCount()).toBe(0);
    crash(false);
    await clock.advance(5 * MINUTE);
    expect(handled.sort()).toEqual(['a', 'b']);
  });

  it('has dead letters after 1,000 receives, which keep the time at which they were sent', async () => {
    const { clock, send, crash, deadLetters } = openFailingShop();
    crash(true);
    const sentAt = clock.now();
    await send('a');
    await clock.advance(1_000 * 120_000 + MINUTE);
    const [letter] = await deadLetters();
    expect(letter?.Attributes).toMatchObject({ SentTimestamp: String(sentAt) });
    expect(letter?.MessageAttributes).toBeUndefined();
  });
});

describe('a message that can never be handled', () => {
  it('is a dead letter at once, and the messages beside it are handled', async () => {
    const { clock, send, fail, handled, tries, deadLetters } = openFailingShop();
    fail((id) => (id === 'bad' ? poison() : undefined));
    await send('good', 'bad');
    await clock.advance(1_000);
    expect([handled, tries.get('bad')]).toEqual([['good'], 1]);
    const [letter] = await deadLetters();
    expect(letter?.Body).toBe(JSON.stringify(saleMade('bad')));
    expect(letter?.MessageAttributes?.['error']?.StringValue).toBe('PermanentError: nobody can handle this');
  });

  it('is tried again once per version of the code, one of each cause, and then the others follow', async () => {
    const { host: opened, clock, send, fail, handled, tries, deadLetterCount } = openFailingShop();
    const repaired = new Set<string>();
    fail((id) => (repaired.has(id[0] ?? '') ? undefined : new PermanentError(`no ${id[0]}`)));
    await send('a1', 'a2', 'a3', 'b1', 'b2');
    await clock.advance(10 * MINUTE);
    const total = () => [...tries.values()].reduce((sum, count) => sum + count, 0);
    // each once, and one of each cause in the version that is deployed
    expect([total(), await deadLetterCount()]).toEqual([7, 5]);

    repaired.add('a');
    await clock.advance(HOUR);
    expect([total(), await deadLetterCount()]).toEqual([7, 5]);
    opened.deploy('v2');
    await clock.advance(10 * MINUTE);
    expect([[...handled].sort(), total(), await deadLetterCount()]).toEqual([['a1', 'a2', 'a3'], 11, 2]);

    repaired.add('b');
    opened.deploy('v3');
    await clock.advance(10 * MINUTE);
    expect([[...handled].sort(), await deadLetterCount()]).toEqual([['a1', 'a2', 'a3', 'b1', 'b2'], 0]);
  });

  it('is no canary for ever: one whose function cannot run is lost, and its cause waits for the next version', async () => {
    const { host: opened, clock, send, fail, crash, handled, deadLetterCount } = openFailingShop();
    fail(poison);
    await send('a', 'b');
    await clock.advance(1_000);
    fail(() => undefined);
    crash(true);
    await clock.advance(HOUR);
    expect([handled, await deadLetterCount()]).toEqual([[], 1]);
    opened.deploy('v2');
    crash(false);
    await clock.advance(10 * MINUTE);
    expect([[...handled].sort(), await deadLetterCount()]).toEqual([['a', 'b'], 0]);
  });
});
