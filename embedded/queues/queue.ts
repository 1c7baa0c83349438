import { hash } from 'node:crypto';
import type { Clock } from '../service.ts';
import type { Work } from '../work.ts';

export type Message = {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly sentAt: number;
  readonly receives: number;
  readonly firstReceivedAt: number;
  readonly receipt: string;
};

/** A message on its way: how often it was received, and the timer that makes it visible again. */
type Held = { -readonly [K in keyof Message]: Message[K] } & { hidden?: (() => void) | undefined };

export type Redrive = { readonly to: Queue; readonly maxReceives: number };
export type QueueSpec = {
  readonly name: string;
  readonly visibilityMs: number;
  readonly redrive?: Redrive;
  /** Counts every message from its arrival until it is deleted or dead. */
  readonly work?: Work;
};

export type Queue = ReturnType<typeof makeQueue>;

/** A standard queue: delivers at least once, hides what it delivered, and gives up on what was received too often. */
export const makeQueue = (spec: QueueSpec, { clock, newId }: { readonly clock: Clock; newId: () => string }) => {
  const visible = new Set<Held>();
  const hidden = new Set<Held>();
  /** By the receipt of the last delivery: a late consumer may still delete what nobody has received since. */
  const delivered = new Map<string, Held>();
  const listeners = new Set<() => void>();

  const show = (message: Held) => {
    hidden.delete(message);
    message.hidden = undefined;
    if (spec.redrive && message.receives >= spec.redrive.maxReceives) {
      forget(message);
      spec.redrive.to.accept(message.id, message.body);
      return;
    }
    visible.add(message);
    for (const listener of listeners) listener();
  };

  const hide = (message: Held, ms: number) => {
    message.hidden?.();
    visible.delete(message);
    hidden.add(message);
    message.hidden = clock.after(ms, () => show(message));
  };

  const forget = (message: Held) => {
    message.hidden?.();
    visible.delete(message);
    hidden.delete(message);
    delivered.delete(message.receipt);
    spec.work?.end();
  };

  const accept = (id: string, body: string, delayMs = 0): Message => {
    const md5 = hash('md5', body);
    const message: Held = { id, body, md5, sentAt: clock.now(), receives: 0, firstReceivedAt: 0, receipt: '' };
    spec.work?.begin();
    if (delayMs > 0) hide(message, delayMs);
    else show(message);
    return message;
  };

  const deliver = (message: Held, visibilityMs: number): Message => {
    delivered.delete(message.receipt);
    message.receipt = newId();
    message.receives += 1;
    message.firstReceivedAt ||= clock.now();
    delivered.set(message.receipt, message);
    hide(message, visibilityMs);
    return { ...message };
  };

  return {
    ...spec,
    accept,
    send: (body: string, delayMs = 0): Message => accept(newId(), body, delayMs),
    receive(most: number, visibilityMs = spec.visibilityMs): Message[] {
      const messages: Message[] = [];
      for (const message of visible) {
        if (messages.length === most) break;
        messages.push(deliver(message, visibilityMs));
      }
      return messages;
    },
    delete(receipt: string) {
      const message = delivered.get(receipt);
      if (message) forget(message);
    },
    /** Answers whether the receipt is that of a message in flight. */
    changeVisibility(receipt: string, ms: number): boolean {
      const message = delivered.get(receipt);
      if (!message?.hidden) return false;
      if (ms > 0) {
        hide(message, ms);
      } else {
        message.hidden();
        show(message);
      }
      return true;
    },
    purge() {
      for (const message of [...visible, ...hidden]) forget(message);
    },
    /** Calls back whenever a message becomes visible; the answer ends that. */
    onVisible(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    counts: () => ({ visible: visible.size, hidden: hidden.size }),
  };
};
