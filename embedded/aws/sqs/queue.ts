import { hash } from 'node:crypto';
import type { InFlight } from '../in-flight.ts';
import type { Clock } from '../service.ts';
import { createFairOrder } from './fair-order.ts';

/** Attributes of a message by name: text or a number as text. Binary values are not supported. */
export type MessageAttributes = Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;

/** What a sender determines of a message. */
type Content = {
  readonly body: string;
  readonly attributes?: MessageAttributes | undefined;
  /** The message group id. Groups share a queue fairly. */
  readonly group?: string | undefined;
  readonly delayMs?: number | undefined;
};

export type Message = {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly group: string | undefined;
  readonly md5: string;
  readonly sentAtMs: number;
  readonly receives: number;
  readonly firstReceivedAtMs: number;
  readonly receipt: string;
};

/** A message in the queue. While it is hidden, `cancelTimer` cancels the timer that makes it visible again. */
type QueuedMessage = { -readonly [K in keyof Message]: Message[K] } & {
  cancelTimer?: (() => void) | undefined;
  isInFlight?: boolean;
};

type ArrivedMessage = Pick<Message, 'id' | 'sentAtMs'>;

export type Redrive = { readonly deadLetters: Queue; readonly maxReceives: number };
export type QueueSpec = {
  readonly name: string;
  readonly visibilityMs: number;
  readonly redrive?: Redrive;
  /** Counts every message from its arrival until it is deleted or becomes a dead letter. */
  readonly inFlight?: InFlight;
};

export type Queue = ReturnType<typeof createQueue>;

/**
 * A standard queue: at-least-once delivery, a visibility timeout, and a redrive policy for messages received too often. It is a fair
 * queue for messages with a group.
 */
export const createQueue = (spec: QueueSpec, { clock, newId }: { readonly clock: Clock; newId: () => string }) => {
  const visible = createFairOrder<QueuedMessage>();
  const hidden = new Set<QueuedMessage>();
  /** Messages by the receipt of their last delivery: a late consumer may delete a message until another one has received it. */
  const byReceipt = new Map<string, QueuedMessage>();
  const listeners = new Set<() => void>();

  const land = (message: QueuedMessage) => {
    if (message.isInFlight) visible.endFlight(message);
    message.isInFlight = false;
  };

  const show = (message: QueuedMessage) => {
    hidden.delete(message);
    message.cancelTimer = undefined;
    land(message);
    if (spec.redrive && message.receives >= spec.redrive.maxReceives) {
      remove(message);
      spec.redrive.deadLetters.accept(message);
      return;
    }
    visible.add(message);
    for (const listener of listeners) listener();
  };

  const hide = (message: QueuedMessage, durationMs: number) => {
    message.cancelTimer?.();
    visible.remove(message);
    hidden.add(message);
    message.cancelTimer = clock.setTimer(durationMs, () => show(message));
  };

  const remove = (message: QueuedMessage) => {
    message.cancelTimer?.();
    visible.remove(message);
    hidden.delete(message);
    land(message);
    byReceipt.delete(message.receipt);
    spec.inFlight?.end();
  };

  const accept = ({ id, body, attributes = {}, group, sentAtMs, delayMs = 0 }: Content & ArrivedMessage): Message => {
    const md5 = hash('md5', body);
    const message: QueuedMessage = {
      id,
      body,
      attributes,
      group,
      md5,
      sentAtMs,
      receives: 0,
      firstReceivedAtMs: 0,
      receipt: '',
    };
    spec.inFlight?.begin();
    if (delayMs > 0) hide(message, delayMs);
    else show(message);
    return message;
  };

  const deliver = (message: QueuedMessage, visibilityMs: number): Message => {
    byReceipt.delete(message.receipt);
    message.receipt = newId();
    message.receives += 1;
    message.firstReceivedAtMs ||= clock.now();
    byReceipt.set(message.receipt, message);
    hide(message, visibilityMs);
    visible.beginFlight(message);
    message.isInFlight = true;
    return { ...message };
  };

  return {
    ...spec,
    /** Takes a message with its id and the time at which it was sent first, as a dead-letter queue does. */
    accept,
    send: (content: Content): Message => accept({ ...content, id: newId(), sentAtMs: clock.now() }),
    receive(maxMessages: number, visibilityMs = spec.visibilityMs): Message[] {
      const messages: Message[] = [];
      while (messages.length < maxMessages) {
        const message = visible.next();
        if (!message) break;
        messages.push(deliver(message, visibilityMs));
      }
      return messages;
    },
    delete(receipt: string) {
      const message = byReceipt.get(receipt);
      if (message) remove(message);
    },
    /** Returns whether the receipt belongs to a hidden message. */
    changeVisibility(receipt: string, visibilityMs: number): boolean {
      const message = byReceipt.get(receipt);
      if (!message?.cancelTimer) return false;
      if (visibilityMs > 0) {
        hide(message, visibilityMs);
      } else {
        message.cancelTimer();
        show(message);
      }
      return true;
    },
    purge() {
      for (const message of [...visible.waiting(), ...hidden]) remove(message);
    },
    /** Calls the listener whenever a message becomes visible. The returned function unsubscribes it. */
    onVisible(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    counts: () => ({ visible: visible.waitingCount(), hidden: hidden.size }),
  };
};
