import {
  actionFor,
  type Canary,
  type CanaryReport,
  type Failure,
  newRun,
  type Redrive,
  withCanary,
  withLostCanaries,
  withOutcome,
} from '#operations/domain/redrive';
import { addMs, type Instant } from '#platform/kernel';

export type { CanaryReport } from '#operations/domain/redrive';

/** A received dead letter. `redriven`: the version of the code in which it has been sent back. */
export type DeadLetter = { readonly cause: string; readonly redriven?: string | undefined };

export type DeadLetterQueues<L extends DeadLetter> = {
  /** The consumers that have dead letters. */
  findWaiting(): Promise<readonly string[]>;
  /** Up to ten dead letters, which no other run receives for a minute. */
  receive(consumer: string): Promise<readonly L[]>;
  /** Sends the message to its consumer's queue, then deletes the dead letter. Its body stays as it is. */
  sendBack(
    consumer: string,
    letter: L,
    options: { readonly isCanary: boolean; readonly codeVersion: string },
  ): Promise<void>;
  /** Makes received dead letters visible again. */
  release(consumer: string, letters: readonly L[]): Promise<void>;
};

export type Reports = {
  /** What became of canaries; without `report` where nobody can read it. It is received again until it is removed. */
  receive(): Promise<readonly { readonly receipt: string; readonly report: CanaryReport | undefined }[]>;
  remove(receipt: string): Promise<void>;
};

export type Redrives = {
  /** Reads strongly. */
  find(): Promise<Redrive | undefined>;
  /** False if the state is no longer `from`. */
  update(from: Redrive | undefined, to: Redrive): Promise<boolean>;
};

type Ports<L extends DeadLetter> = {
  readonly deadLetters: DeadLetterQueues<L>;
  readonly reports: Reports;
  readonly redrives: Redrives;
  readonly now: () => Instant;
};

/** Longer than a run may take, and shorter than the minute between two runs. */
const LEASE_MS = 50_000;
/** How long a run may take. */
export const MAX_RUN_MS = 45_000;
/** Of one queue in one run. With a run every 50 seconds at most, it is fewer than 100 in a minute. */
export const MAX_SENT_BACK = 80;
const MAX_RECEIVES = 30;

export type RedriveReport =
  | {
      readonly canariesSent: readonly Failure[];
      readonly handled: readonly Failure[];
      readonly failed: readonly Failure[];
      readonly lost: readonly Failure[];
      /** By consumer, without canaries. */
      readonly sentBack: Readonly<Record<string, number>>;
      /** The number of reports that nobody can read. */
      readonly unreadable: number;
    }
  /** Another run has the lease, or has taken it. */
  | 'lease_held'
  | 'superseded';

const NOTHING = { canariesSent: [], handled: [], failed: [], lost: [], sentBack: {}, unreadable: 0 } as const;

const changedTo = (state: Canary['state'], before: Redrive, after: Redrive): readonly Failure[] =>
  after.canaries
    .filter((canary, n) => canary.state === state && before.canaries[n]?.state !== state)
    .map(({ consumer, cause }) => ({ consumer, cause }));

/**
 * Sends dead letters back after a deployment: one of each cause as a canary, once per version of the code, and the others of the cause
 * once the canary was handled, at a bounded rate (ADR 84). The state is written before a canary is sent, so no cause has two; a run that
 * ends in between loses its canary until the next version.
 */
export const redriveDeadLetters =
  <L extends DeadLetter>({ deadLetters, reports, redrives, now }: Ports<L>) =>
  async (codeVersion: string, hasTimeLeft: () => boolean): Promise<RedriveReport> => {
    const [consumers, received] = await Promise.all([deadLetters.findWaiting(), reports.receive()]);
    if (consumers.length === 0 && received.length === 0) return NOTHING;

    const before = await redrives.find();
    const at = now();
    if (before && before.leaseUntil > at) return 'lease_held';
    let redrive = newRun(before, { codeVersion, leaseUntil: addMs(at, LEASE_MS) });
    if (!(await redrives.update(before, redrive))) return 'lease_held';
    /** False if another run has written the state. */
    const save = async (next: Redrive): Promise<boolean> => {
      const isSaved = next === redrive || (await redrives.update(redrive, next));
      if (isSaved) redrive = next;
      return isSaved;
    };

    const started = redrive;
    const reported = received.flatMap(({ report }) => report ?? []).reduce(withOutcomeOf, started);
    if (!(await save(stepped(started, withLostCanaries(reported, at))))) return 'superseded';
    const learnt = redrive;
    for (const { receipt } of received) await reports.remove(receipt);

    const sentBack: Record<string, number> = {};
    const redriveQueue = async (consumer: string): Promise<boolean> => {
      const left: L[] = [];
      let isCurrent = true;
      for (let n = 0; n < MAX_RECEIVES && isCurrent && hasTimeLeft(); n += 1) {
        const letters = await deadLetters.receive(consumer);
        if (letters.length === 0) break;
        for (const letter of letters) {
          const failure = { consumer, cause: letter.cause };
          const action = isCurrent ? actionFor(redrive, { ...failure, redriven: letter.redriven }) : 'leave';
          const isCanary = action === 'send_canary' && (await save(withCanary(redrive, failure, at)));
          if (action === 'send_canary') isCurrent = isCanary;
          const isOther = action === 'send_back' && (sentBack[consumer] ?? 0) < MAX_SENT_BACK;
          if (isOther) sentBack[consumer] = (sentBack[consumer] ?? 0) + 1;
          if (isCanary || isOther) await deadLetters.sendBack(consumer, letter, { isCanary, codeVersion });
          else left.push(letter);
        }
      }
      await deadLetters.release(consumer, left);
      return isCurrent;
    };
    for (const consumer of consumers) if (!(await redriveQueue(consumer))) return 'superseded';
    return {
      canariesSent: changedTo('sent', learnt, redrive),
      handled: changedTo('handled', started, learnt),
      failed: changedTo('failed', started, learnt),
      lost: changedTo('lost', started, learnt),
      sentBack,
      unreadable: received.filter(({ report }) => !report).length,
    };
  };

const withOutcomeOf = (redrive: Redrive, report: CanaryReport): Redrive => withOutcome(redrive, report);

/** Several changes as one write. */
const stepped = (from: Redrive, to: Redrive): Redrive => (to === from ? from : { ...to, version: from.version + 1 });
