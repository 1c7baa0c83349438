import type { FunctionId } from '#platform/manifest';
import { findFailedItems } from '../../embedded/aws/lambda/batch-response.ts';

type Batch = { readonly Records?: readonly { readonly messageId?: string; readonly body?: string }[] };

/**
 * Accounts for every message of every consumer (invariant 22): each is consumed, or it is a dead letter. What no consumer can ever
 * handle must be found among the dead letters, whatever its consumer reports.
 */
export const createMessageLedger = () => {
  const sent = new Map<string, { readonly fn: FunctionId; readonly body: string }>();
  const poison = new Set<string>();
  const consumed = new Set<string>();
  const deadLetters = new Set<string>();
  const nameOf = (fn: FunctionId, body: string) => `${fn} ${body}`;
  return {
    onSent(fn: FunctionId, body: string) {
      sent.set(nameOf(fn, body), { fn, body });
    },
    /** Someone has put a message into the queue that is no event of the consumer's. */
    onPoisonSent(fn: FunctionId, body: string) {
      sent.set(nameOf(fn, body), { fn, body });
      poison.add(nameOf(fn, body));
    },
    /** The queue deletes the messages of a batch that its consumer has not reported as failed. */
    onResponse(fn: FunctionId, event: unknown, response: unknown) {
      const records = (event as Batch | undefined)?.Records ?? [];
      const failed = findFailedItems(
        response,
        records.flatMap(({ messageId }) => messageId ?? []),
      );
      for (const { messageId, body } of records)
        if (messageId !== undefined && body !== undefined && !failed.has(messageId)) consumed.add(nameOf(fn, body));
    },
    /** The queues were purged. */
    onPurged() {
      sent.clear();
    },
    onFoundDead: (fn: FunctionId, body: string) => void deadLetters.add(nameOf(fn, body)),
    isPoison: (fn: FunctionId, body: string) => poison.has(nameOf(fn, body)),
    /** The messages that are unaccounted for. */
    lost(): readonly string[] {
      return [...sent].flatMap(([name, { fn, body }]) => {
        const isAccountedFor = poison.has(name) ? deadLetters.has(name) : consumed.has(name) || deadLetters.has(name);
        if (isAccountedFor) return [];
        return [`${fn} ${consumed.has(name) ? 'dropped' : 'never consumed'} ${body.slice(0, MAX_BODY_CHARACTERS)}`];
      });
    },
  };
};
export type MessageLedger = ReturnType<typeof createMessageLedger>;

const MAX_BODY_CHARACTERS = 200;
