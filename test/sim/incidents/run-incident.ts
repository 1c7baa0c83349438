import type { Host } from '../../../embedded/host/host.ts';
import type { SendRequest } from '../client.ts';
import { rowsOf } from '../rows.ts';
import { figuresOf } from './figures.ts';
import type { IncidentName, IncidentResult, Scene } from './incident.ts';
import { incidents } from './incidents.ts';
import type { Levers } from './levers.ts';
import { isSettled, type OrderWatch } from './order-watch.ts';
import { createShop } from './shop.ts';

const MINUTE = 60_000;
/** An order that is open for longer after the repair counts as unsettled. */
const MAX_SETTLE_MS = 60 * MINUTE;
/** A message that fails on and on is a dead letter by then. */
const DEAD_LETTER_MS = 10 * MINUTE;
const POLL_MS = 10_000;
const DEAD_LETTERS = /-dead$/;

type Options = {
  readonly incident: IncidentName;
  /** Multiplies the orders per minute, and the stock if it is limited. */
  readonly load: number;
  readonly host: Host;
  readonly levers: Levers;
  readonly watch: OrderWatch;
  readonly send: SendRequest;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  /** Called when a phase of the incident begins. */
  readonly onPhase?: (phase: string) => void;
};

const countDeadLetters = async ({ callAws }: Host): Promise<number> => {
  const call = async <T>(operation: string, input: object): Promise<T> => {
    const { status, json } = await callAws({ target: `AmazonSQS.${operation}`, body: JSON.stringify(input) });
    if (status !== 200) throw new Error(`${operation}: ${json}`);
    return JSON.parse(json) as T;
  };
  const { QueueUrls } = await call<{ readonly QueueUrls: readonly string[] }>('ListQueues', {});
  let count = 0;
  for (const QueueUrl of QueueUrls.filter((url) => DEAD_LETTERS.test(url))) {
    const input = { QueueUrl, AttributeNames: ['All'] };
    const { Attributes } = await call<{ readonly Attributes: Record<string, string> }>('GetQueueAttributes', input);
    count +=
      Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible']);
  }
  return count;
};

/** Stages the incident in a new host and resolves with its figures once everything has settled. */
export const runIncident = async (options: Options): Promise<IncidentResult> => {
  const { host, levers, watch, send, sleep, now, load, onPhase = () => {} } = options;
  const { stock, minutes, ...incident } = incidents[options.incident];
  const { before, during, after } = minutes;
  const ordersPerMinute = incident.ordersPerMinute * load;
  const shop = createShop({ send, levers, sleep, now });
  const notes: string[] = [];
  const abandonedIds = new Set<string>();
  const scene: Scene = {
    ...{ host, levers, shop, send, sleep, now },
    note: (text) => void notes.push(text),
    abandon(ids) {
      for (const id of ids) abandonedIds.add(id);
    },
  };
  const steps = incident.stage(scene);

  const total = before + during + after;
  await shop.open(stock === undefined ? 2 * ordersPerMinute * total : stock * load);
  onPhase('customers order');
  const traffic = shop.serveLoad({ ordersPerMinute, minutes: total });
  const stage = async () => {
    await sleep(before * MINUTE);
    onPhase('the incident begins');
    await steps.cause();
    await sleep(during * MINUTE);
    onPhase('the operator repairs it');
    await steps.prepareRepair?.();
    const open = (await rowsOf(host.callAws)).filter(
      (row) => row.sk === 'order' && !isSettled({ status: row['status'], waitsUntil: row['waitsUntil'] }),
    );
    watch.startRecovery(open.map(({ pk }) => pk));
    await steps.repair();
    onPhase(`it is repaired, ${open.length} orders are open`);
    await steps.afterwards?.();
  };
  // a failed step must not wait for the customers
  await Promise.all([traffic, stage()]);

  const { repairedAtMs } = watch.recovery();
  while (watch.openCount() > 0 && now() - repairedAtMs < MAX_SETTLE_MS) await sleep(POLL_MS);
  await sleep(DEAD_LETTER_MS);
  onPhase('everything has settled');
  const rows = await rowsOf(host.callAws);
  return {
    incident: options.incident,
    load,
    figures: figuresOf({
      ...{ rows, abandonedIds },
      acceptedIds: [...shop.accepted.keys()],
      parked: watch.parkedCount(),
      deadLetters: await countDeadLetters(host),
      recovery: watch.recovery(),
      nowMs: now(),
    }),
    notes,
  };
};
