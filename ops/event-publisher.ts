import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { createCorrelation } from '#platform/runtime/correlation';
import { createLogger } from '#platform/runtime/logger';
import { publish } from '#relay/publish';
import type { Account } from './account.ts';

const PUBLISH_TIMEOUT_MS = 60_000;

const idOf = (entry: PutEventsRequestEntry | undefined): string => JSON.parse(entry?.Detail ?? '{}').id;

/**
 * Publishes entries on the bus of the stage. Returns what the bus will never accept: the event's id and the reason. Throws an error
 * that says what to do if the bus does not accept an event now.
 */
export const createEventPublisher = ({ clientOptions }: Account) => {
  const runtime = {
    bus: new EventBridgeClient(clientOptions),
    sleep: (ms: number) => sleep(ms),
    now: () => new Date(),
    random: Math.random,
    logger: createLogger(createCorrelation(), { serviceName: 'republish', logLevel: 'WARN' }),
  };
  return async (entries: readonly PutEventsRequestEntry[]): Promise<readonly string[]> => {
    const { failed, refused } = await publish(runtime, entries, Date.now() + PUBLISH_TIMEOUT_MS);
    if (failed !== undefined)
      throw new Error(`the bus does not accept event ${idOf(entries[failed])} now: run this command again`);
    return [...refused].map(([position, reason]) => `the bus refuses event ${idOf(entries[position])}: ${reason}`);
  };
};
