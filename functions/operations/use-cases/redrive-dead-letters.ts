import {
  actionFor,
  type Canary,
  type CanaryReport,
  type Failure,
  newRun,
  type Redrive,
  type RedriveAction,
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

/** How many dead letters of a queue were sent back, without canaries. */
export type SentBack = { readonly consumer: string; readonly count: number };

export type RedriveReport = {
  readonly canariesSent: readonly Failure[];
  readonly handled: readonly Failure[];
  readonly failed: readonly Failure[];
  readonly lost: readonly Failure[];
  readonly sentBack: readonly SentBack[];
  /** The number of reports that nobody can read. */
  readonly unreadable: number;
};

/** Another run has the lease, or has taken it in between. */
export type RedriveRefusal = 'lease_held' | 'superseded';

const NOTHING: RedriveReport = { canariesSent: [], handled: [], failed: [], lost: [], sentBack: [], unreadable: 0 };

const changedTo = (state: Canary['state'], before: Redrive, after: Redrive): readonly Failure[] =>
  after.canaries
    .filter((canary, n) => canary.state === state && before.canaries[n]?.state !== state)
    .map(({ consumer, cause }) => ({ consumer, cause }));

/** What the reports and the time change, as one write. */
const learn = (redrive: Redrive, reports: readonly (CanaryReport | undefined)[], at: Instant): Redrive => {
  const reported = reports.reduce<Redrive>((state, report) => (report ? withOutcome(state, report) : state), redrive);
  const learnt = withLostCanaries(reported, at);
  return learnt === redrive ? redrive : { ...learnt, version: redrive.version + 1 };
};

/** A run, and the state as it has written it last. It is current until another run writes the state. */
type Run = { readonly at: Instant; redrive: Redrive; isCurrent: boolean };

/**
 * Sends dead letters back after a deployment: one of each cause as a canary, once per version of the code, and the others of the cause
 * once the canary was handled, at a bounded rate (ADR 84). The state is written before a canary is sent, so no cause has two; a run that
 * ends in between loses its canary until the next version.
 */
export const redriveDeadLetters = <L extends DeadLetter>({ deadLetters, reports, redrives, now }: Ports<L>) => {
  const start = async (codeVersion: string): Promise<Run | undefined> => {
    const before = await redrives.find();
    const at = now();
    if (before && before.leaseUntil > at) return undefined;
    const redrive = newRun(before, { codeVersion, leaseUntil: addMs(at, LEASE_MS) });
    return (await redrives.update(before, redrive)) ? { at, redrive, isCurrent: true } : undefined;
  };

  /** False if another run has written the state. */
  const save = async (run: Run, next: Redrive): Promise<boolean> => {
    if (next === run.redrive) return true;
    run.isCurrent = await redrives.update(run.redrive, next);
    if (run.isCurrent) run.redrive = next;
    return run.isCurrent;
  };

  /** Resolves to what happens to the letter. The state knows of a canary before it is sent. */
  const decide = async (run: Run, failure: Failure, { redriven }: DeadLetter): Promise<RedriveAction> => {
    const action = run.isCurrent ? actionFor(run.redrive, { ...failure, redriven }) : 'leave';
    if (action !== 'send_canary') return action;
    return (await save(run, withCanary(run.redrive, failure, run.at))) ? action : 'leave';
  };

  /** Resolves to the number of letters that were sent back, without canaries. */
  const redriveQueue = async (run: Run, consumer: string, hasTimeLeft: () => boolean): Promise<number> => {
    const { codeVersion } = run.redrive;
    const left: L[] = [];
    let count = 0;
    for (let n = 0; n < MAX_RECEIVES && run.isCurrent && hasTimeLeft(); n += 1) {
      const letters = await deadLetters.receive(consumer);
      if (letters.length === 0) break;
      for (const letter of letters) {
        const action = await decide(run, { consumer, cause: letter.cause }, letter);
        const isCanary = action === 'send_canary';
        const isSentBack = action === 'send_back' && count < MAX_SENT_BACK;
        if (isSentBack) count += 1;
        if (isCanary || isSentBack) await deadLetters.sendBack(consumer, letter, { isCanary, codeVersion });
        else left.push(letter);
      }
    }
    await deadLetters.release(consumer, left);
    return count;
  };

  return async (codeVersion: string, hasTimeLeft: () => boolean): Promise<RedriveReport | RedriveRefusal> => {
    const [consumers, received] = await Promise.all([deadLetters.findWaiting(), reports.receive()]);
    if (consumers.length === 0 && received.length === 0) return NOTHING;
    const run = await start(codeVersion);
    if (!run) return 'lease_held';

    const started = run.redrive;
    const all = received.map(({ report }) => report);
    if (!(await save(run, learn(started, all, run.at)))) return 'superseded';
    const learnt = run.redrive;
    for (const { receipt } of received) await reports.remove(receipt);

    const sentBack: SentBack[] = [];
    for (const consumer of consumers) {
      const count = await redriveQueue(run, consumer, hasTimeLeft);
      if (count > 0) sentBack.push({ consumer, count });
    }
    if (!run.isCurrent) return 'superseded';
    return {
      canariesSent: changedTo('sent', learnt, run.redrive),
      handled: changedTo('handled', started, learnt),
      failed: changedTo('failed', started, learnt),
      lost: changedTo('lost', started, learnt),
      sentBack,
      unreadable: all.filter((report) => !report).length,
    };
  };
};
