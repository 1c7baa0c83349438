/** Releases a slot. Further calls have no effect. */
export type ReleaseSlot = () => void;

export type Shares = readonly [string, ...string[]];

export type FairScheduler = {
  /**
   * Resolves once the share has a slot, to the function that releases it. In an idle system this is at once. Of several shares it is the one
   * that has used the least time.
   */
  readonly acquireSlot: (...shares: Shares) => Promise<ReleaseSlot>;
};

type Options = {
  /** The maximum number of slots in use at a time, over all shares. */
  readonly maxSlots: number;
  /** Milliseconds. */
  readonly now: () => number;
  /** Called before a waiting share gets a slot, so that requests which have arrived are considered. */
  readonly yieldToIo?: (() => Promise<void>) | undefined;
};

type Share = {
  /** The time that its slots were in use. An idle share advances to the virtual time once it needs a slot again. */
  usedMs: number;
  slots: number;
  readonly waiting: (() => void)[];
};

/**
 * Gives shares equal time, however many slots each of them waits for (start-time fair queueing). The next slot goes to the waiting share
 * that has used the least time. The time during which a share was idle gives it no advantage: its used time is raised to that of the share
 * that got the latest slot. The elapsed time is divided equally among the slots in use.
 */
export const createFairScheduler = ({ maxSlots, now, yieldToIo = async () => {} }: Options): FairScheduler => {
  // only shares that run or wait, and those that are ahead of the virtual time; none once nothing runs or waits
  const shares = new Map<string, Share>();
  let usedSlots = 0;
  let waiting = 0;
  /** The time used by the share that got the latest slot. */
  let virtualMs = 0;
  let dividedAtMs = now();
  let isStarting = false;

  const divideElapsedTime = () => {
    const at = now();
    for (const share of shares.values())
      if (share.slots > 0) share.usedMs += ((at - dividedAtMs) * share.slots) / usedSlots;
    dividedAtMs = at;
  };

  const isIdle = (share: Share) => share.slots === 0 && share.waiting.length === 0;

  const activate = (name: string): Share => {
    const share = shares.get(name) ?? { usedMs: 0, slots: 0, waiting: [] };
    if (isIdle(share)) share.usedMs = Math.max(share.usedMs, virtualMs);
    shares.set(name, share);
    return share;
  };

  const begin = (share: Share) => {
    divideElapsedTime();
    virtualMs = Math.max(virtualMs, share.usedMs);
    share.slots += 1;
    usedSlots += 1;
  };

  const end = (share: Share) => {
    divideElapsedTime();
    share.slots -= 1;
    usedSlots -= 1;
    if (waiting > 0) void startWaiting();
    else if (usedSlots === 0) shares.clear();
  };

  /** Finds the waiting share with the least time, and forgets idle ones that would begin at the virtual time anyway. */
  const findNext = (): Share | undefined => {
    let next: Share | undefined;
    for (const [name, share] of shares) {
      if (share.waiting.length > 0 && (!next || share.usedMs < next.usedMs)) next = share;
      if (isIdle(share) && share.usedMs <= virtualMs) shares.delete(name);
    }
    return next;
  };

  const startWaiting = async () => {
    if (isStarting) return;
    isStarting = true;
    await yieldToIo();
    isStarting = false;
    while (usedSlots < maxSlots && waiting > 0) {
      divideElapsedTime();
      const next = findNext();
      const start = next?.waiting.shift();
      if (!next || !start) return;
      waiting -= 1;
      begin(next);
      start();
    }
  };

  const toReleaseSlot = (share: Share): ReleaseSlot => {
    let isReleased = false;
    return () => {
      if (!isReleased) end(share);
      isReleased = true;
    };
  };

  return {
    async acquireSlot(...names) {
      divideElapsedTime();
      const share = names.map(activate).reduce((least, each) => (each.usedMs < least.usedMs ? each : least));
      if (waiting === 0 && usedSlots < maxSlots) {
        begin(share);
      } else {
        waiting += 1;
        await new Promise<void>((resolve) => share.waiting.push(resolve));
      }
      return toReleaseSlot(share);
    },
  };
};
