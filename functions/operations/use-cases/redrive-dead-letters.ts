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
import { receiveAll } from '#operations/use-cases/receive-all';
import { addMs, type Instant } from '#platform/kernel';

export type { CanaryReport } from '#operations/domain/redrive';

/** A received dead letter. `redriven`: the version of the code in which it has been sent back. */
export type DeadLetter = { readonly cause: string; readonly redriven?: string | undefined };

export type DeadLetterQueues<L extends DeadLetter> = {
  readonly consumers: readonly string[];
  /** Whether the consumer has dead letters. */
  isWaiting(consumer: string): Promise<boolean>;
  /** Up to ten dead letters, which no other run receives for a minute. It may be none although some wait, but hardly twice in a row. */
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

/** What became of a canary; without `report` where nobody can read it. */
export type ReceivedReport = { readonly receipt: string; readonly report: CanaryReport | undefined };

export type Reports = {
  isWaiting(): Promise<boolean>;
  /** Up to ten reports, which are received again after a minute until they are removed. Empty as dead letters are. */
  receive(): Promise<readonly ReceivedReport[]>;
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
  /** Called for what could not be received, sent or removed: a consumer, or `reports`. The run goes on with everything else. */
  readonly onFailure: (what: string, error: unknown) => void;
};

/** Longer than a run may take, and shorter than the minute between two runs. */
const LEASE_MS = 50_000;
/** How long a run may take. */
export const MAX_RUN_MS = 45_000;
/** Of one queue in one run. With a run every 50 seconds at most, it is fewer than 100 in a minute. */
export const MAX_SENT_BACK = 80;
/** What fails, if it is no consumer. */
const REPORTS = 'reports';
/** After this number of letters that cannot be sent, a queue waits for the next run, because each may take a time-out. */
const MAX_FAILED_LETTERS = 3;

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
  /** How often something could not be received, sent or removed. */
  readonly failedCalls: number;
};

/** Another run has the lease, or has taken it in between. */
export type RedriveRefusal = 'lease_held' | 'superseded';

const NOTHING = { canariesSent: [], handled: [], failed: [], lost: [], sentBack: [], unreadable: 0 };

const changedTo = (state: Canary['state'], before: Redrive, after: Redrive): readonly Failure[] =>
  after.canaries
    .filter((canary, n) => canary.state === state && before.canaries[n]?.state !== state)
    .map(({ consumer, cause }) => ({ consumer, cause }));

/** What the reports and the time change, as one write. A canary is lost only if all reports are known. */
const learn = (redrive: Redrive, { reports, areAll }: ReceivedReports, at: Instant): Redrive => {
  const reported = reports.reduce<Redrive>(
    (state, { report }) => (report ? withOutcome(state, report) : state),
    redrive,
  );
  const learnt = areAll ? withLostCanaries(reported, at) : reported;
  return learnt === redrive ? redrive : { ...learnt, version: redrive.version + 1 };
};

type ReceivedReports = { readonly reports: readonly ReceivedReport[]; readonly areAll: boolean };

/** A run, and the state as it has written it last. It is current until another run writes the state. */
type Run = { readonly at: Instant; redrive: Redrive; isCurrent: boolean };

/**
 * Sends dead letters back after a deployment: one of each cause as a canary, once per version of the code, and the others of the cause
 * once the canary was handled, at a bounded rate (ADR 84). The state is written before a canary is sent, so no cause has two; a run that
 * ends in between loses its canary until the next version. A queue that fails does not keep the others from being redriven.
 */
export const redriveDeadLetters = <L extends DeadLetter>({
  deadLetters,
  reports,
  redrives,
  now,
  onFailure,
}: Ports<L>) => {
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
    const action = actionFor(run.redrive, { ...failure, redriven });
    if (action !== 'send_canary') return action;
    return (await save(run, withCanary(run.redrive, failure, run.at))) ? action : 'leave';
  };

  /** The work of a run. What fails is counted and reported, and the run goes on. */
  const createWork = (hasTimeLeft: () => boolean) => {
    let failed = 0;
    /** Resolves to whether the work was done. */
    const attempt = async (what: string, work: () => Promise<unknown>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (error) {
        failed += 1;
        onFailure(what, error);
        return false;
      }
    };

    return {
      failed: () => failed,

      async findWaiting() {
        const waiting = new Set<string>();
        const note = async (what: string, check: Promise<boolean>) => {
          if (await check) waiting.add(what);
        };
        await Promise.all([
          ...deadLetters.consumers.map((name) => attempt(name, () => note(name, deadLetters.isWaiting(name)))),
          attempt(REPORTS, () => note(REPORTS, reports.isWaiting())),
        ]);
        return {
          consumers: deadLetters.consumers.filter((consumer) => waiting.has(consumer)),
          hasReports: waiting.has(REPORTS),
        };
      },

      async receiveReports(): Promise<ReceivedReports> {
        const received: ReceivedReport[] = [];
        let areAll = false;
        await attempt(REPORTS, async () => {
          const take = async (batch: readonly ReceivedReport[]) => void received.push(...batch);
          areAll = await receiveAll({ receive: reports.receive, handle: take, goesOn: hasTimeLeft });
        });
        return { reports: received, areAll };
      },

      async removeReports(received: readonly ReceivedReport[]) {
        for (const { receipt } of received) await attempt(REPORTS, () => reports.remove(receipt));
      },

      /** Resolves to the number of letters that were sent back, without canaries. */
      async redriveQueue(run: Run, consumer: string): Promise<number> {
        const { codeVersion } = run.redrive;
        const left: L[] = [];
        let count = 0;
        let failedLetters = 0;
        const goesOn = () => run.isCurrent && failedLetters < MAX_FAILED_LETTERS && hasTimeLeft();
        /** Resolves to whether the letter was sent back. */
        const handle = async (letter: L): Promise<boolean> => {
          if (!goesOn()) return false;
          const action = await decide(run, { consumer, cause: letter.cause }, letter);
          const isCanary = action === 'send_canary';
          if (!isCanary && (action === 'leave' || count === MAX_SENT_BACK)) return false;
          const options = { isCanary, codeVersion };
          const isSent = await attempt(consumer, () => deadLetters.sendBack(consumer, letter, options));
          if (!isSent) failedLetters += 1;
          else if (!isCanary) count += 1;
          return isSent;
        };
        const handleAll = async (letters: readonly L[]) => {
          for (const letter of letters) if (!(await handle(letter))) left.push(letter);
        };
        await attempt(consumer, () =>
          receiveAll({ receive: () => deadLetters.receive(consumer), handle: handleAll, goesOn }),
        );
        await attempt(consumer, () => deadLetters.release(consumer, left));
        return count;
      },
    };
  };

  return async (codeVersion: string, hasTimeLeft: () => boolean): Promise<RedriveReport | RedriveRefusal> => {
    const work = createWork(hasTimeLeft);
    const { consumers, hasReports } = await work.findWaiting();
    if (consumers.length === 0 && !hasReports) return { ...NOTHING, failedCalls: work.failed() };
    const run = await start(codeVersion);
    if (!run) return 'lease_held';

    const started = run.redrive;
    const received = hasReports ? await work.receiveReports() : { reports: [], areAll: true };
    if (!(await save(run, learn(started, received, run.at)))) return 'superseded';
    const learnt = run.redrive;
    await work.removeReports(received.reports);

    const sentBack: SentBack[] = [];
    for (const consumer of consumers) {
      const count = await work.redriveQueue(run, consumer);
      if (count > 0) sentBack.push({ consumer, count });
    }
    if (!run.isCurrent) return 'superseded';
    return {
      canariesSent: changedTo('sent', learnt, run.redrive),
      handled: changedTo('handled', started, learnt),
      failed: changedTo('failed', started, learnt),
      lost: changedTo('lost', started, learnt),
      sentBack,
      unreadable: received.reports.filter(({ report }) => !report).length,
      failedCalls: work.failed(),
    };
  };
};
