import { addMs, type Instant } from '#platform/kernel';

/** A canary without a report for this long is lost: its function cannot run, or cannot report. */
const MAX_REPORT_MS = 15 * 60_000;
/** The state is one item. What fails for more causes than this waits for the next version. */
export const MAX_CANARIES = 200;

type CanaryState = 'sent' | 'handled' | 'failed' | 'lost';

/** Which dead letters fail together. */
export type Failure = { readonly consumer: string; readonly cause: string };
/** The one dead letter of a failure that a version of the code has tried again. */
export type Canary = Failure & { readonly state: CanaryState; readonly sentAt: Instant };

/** What is known of the dead letters under one version of the code. */
export type Redrive = {
  readonly codeVersion: string;
  readonly canaries: readonly Canary[];
  /** One run at a time. The lease is not released early, so it bounds the rate, too. */
  readonly leaseUntil: Instant;
  readonly version: number;
};

export type CanaryReport = Failure & { readonly codeVersion: string; readonly outcome: 'handled' | 'failed' };

/** The state of a run that takes the lease. Another version of the code has had no canary yet. */
export const newRun = (
  before: Redrive | undefined,
  { codeVersion, leaseUntil }: Pick<Redrive, 'codeVersion' | 'leaseUntil'>,
): Redrive => ({
  codeVersion,
  canaries: before?.codeVersion === codeVersion ? before.canaries : [],
  leaseUntil,
  version: (before?.version ?? 0) + 1,
});

const isOf =
  ({ consumer, cause }: Failure) =>
  (canary: Failure) =>
    canary.consumer === consumer && canary.cause === cause;

export type RedriveAction = 'send_canary' | 'send_back' | 'leave';

/** What happens to a dead letter. It goes back at most once in a version, so nothing circulates. */
export const actionFor = (
  { codeVersion, canaries }: Redrive,
  { redriven, ...failure }: Failure & { readonly redriven?: string | undefined },
): RedriveAction => {
  if (redriven === codeVersion) return 'leave';
  const canary = canaries.find(isOf(failure));
  if (canary) return canary.state === 'handled' ? 'send_back' : 'leave';
  return canaries.length < MAX_CANARIES ? 'send_canary' : 'leave';
};

const withCanaries = (redrive: Redrive, canaries: readonly Canary[]): Redrive => ({
  ...redrive,
  canaries,
  version: redrive.version + 1,
});

export const withCanary = (redrive: Redrive, { consumer, cause }: Failure, sentAt: Instant): Redrive =>
  withCanaries(redrive, [...redrive.canaries, { consumer, cause, state: 'sent', sentAt }]);

/** The same object if the report changes nothing: it is of another version, or repeated. */
export const withOutcome = (redrive: Redrive, { codeVersion, outcome, ...failure }: CanaryReport): Redrive => {
  const canary = redrive.canaries.find(isOf(failure));
  if (codeVersion !== redrive.codeVersion || !canary || canary.state === outcome) return redrive;
  return withCanaries(
    redrive,
    redrive.canaries.map((other) => (other === canary ? { ...canary, state: outcome } : other)),
  );
};

/** The same object if no canary is lost. A lost canary does not count as handled; a late report still may. */
export const withLostCanaries = (redrive: Redrive, at: Instant): Redrive => {
  const isLost = ({ state, sentAt }: Canary) => state === 'sent' && addMs(sentAt, MAX_REPORT_MS) <= at;
  if (!redrive.canaries.some(isLost)) return redrive;
  return withCanaries(
    redrive,
    redrive.canaries.map((canary) => (isLost(canary) ? { ...canary, state: 'lost' } : canary)),
  );
};
