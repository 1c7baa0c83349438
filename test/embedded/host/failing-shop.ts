import { setImmediate as nextTurn } from 'node:timers/promises';
import * as z from 'zod/mini';
import { operations } from '#operations/manifest';
import { names } from '#platform/manifest';
import { defineEvent } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { loadProjectEntries } from '../../../embedded/host/functions.ts';
import { createHost } from '../../../embedded/host/host.ts';
import { busEvent } from '../../fixtures/invocation.ts';
import { type Create, entries, shop } from './shop.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const named = names('dev');
/** A promise chain of the host resolves within this many turns of the event loop. */
const SETTLING_TURNS = 30;

const SaleMade = defineEvent('SaleMade.v1', () => z.object({}));
export const saleMade = (id: string) =>
  busEvent({
    ...{ id, type: 'SaleMade.v1', at: '2026-01-01T00:00:00.000Z', tenantId: 't1', aggregateId: id },
    ...{ version: 1, data: {} },
  });

type Message = {
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue: string }>>;
};

/** A shop whose consumer `shop-begin` fails on some messages, and the redrive of dead letters. Time passes only on request. */
export const openFailingShop = async () => {
  const clock = createVirtualClock();
  const handled: string[] = [];
  const tries = new Map<string, number>();
  let failureOf: (id: string) => Error | undefined = () => undefined;
  let crashes = false;
  let calls = 0;
  const begin: Create = (rt) => {
    const handle = workerFunction(rt, [
      consumer(SaleMade, async ({ id }) => {
        tries.set(id, (tries.get(id) ?? 0) + 1);
        const failure = failureOf(id);
        if (failure) throw failure;
        handled.push(id);
      }),
    ]);
    return (event, context) => {
      if (crashes) throw new Error('the function cannot run');
      return handle(event, context);
    };
  };
  const shopEntries = Object.fromEntries(
    Object.entries({ ...entries, begin }).map(([name, create]) => [name, { create }]),
  );
  const host = createHost({
    ...{ contexts: [shop, operations], clock, secrets: {}, codeVersion: 'v1' },
    trace: () => {
      calls += 1;
    },
    loadEntries: async (file) => (file.includes('/shop/') ? (shopEntries as never) : loadProjectEntries(file)),
  });
  await host.loadFunctions();
  const call = async (operation: string, input: object) => {
    const { json } = await host.callAws({ target: `AmazonSQS.${operation}`, body: JSON.stringify(input) });
    return JSON.parse(json);
  };
  /** Resolves once nothing happens any more until time passes. */
  const settle = async () => {
    for (let before = -1; before !== calls; ) {
      before = calls;
      for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await nextTurn();
    }
  };
  /** Lets time pass, in steps that are short compared with the redrive's interval or with the time. */
  const pass = async (ms: number) => {
    const stepMs = ms > HOUR ? MINUTE : 5_000;
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      await clock.advance(Math.min(stepMs, ms - passedMs));
      await settle();
    }
  };
  const urlOf = (name: string) => `${host.origin}/000000000000/${name}`;
  const sendBody = (MessageBody: string) =>
    call('SendMessage', { QueueUrl: urlOf(named.queue('shop-begin')), MessageBody });
  const countOf = async (name: string) => {
    const { Attributes } = await call('GetQueueAttributes', { QueueUrl: urlOf(name), AttributeNames: ['All'] });
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes;
    return Number(visible) + Number(hidden);
  };
  // the redrive runs at whole minutes and hides dead letters for seconds: tests look between its runs
  await pass(MINUTE / 2);
  return {
    ...{ host, pass, now: clock.now, handled, tries },
    fail: (failure: typeof failureOf) => {
      failureOf = failure;
    },
    crash: (isCrashing: boolean) => {
      crashes = isCrashing;
    },
    sendBody,
    send: (...ids: readonly string[]) => Promise.all(ids.map((id) => sendBody(JSON.stringify(saleMade(id))))),
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
