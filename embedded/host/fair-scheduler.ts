/** Ends a turn. Further calls have no effect. */
export type EndTurn = () => void;

export type FairScheduler = {
  /** Resolves once it is the share's turn, to the function that ends the turn. In an idle system this is at once. */
  readonly takeTurn: (share: string) => Promise<EndTurn>;
};

type Options = {
  /** The maximum number of turns at a time, over all shares. */
  readonly maxTurns: number;
  /** Milliseconds. */
  readonly now: () => number;
  /** Called before a waiting turn begins, so that requests which have arrived are considered. */
  readonly yieldToIo?: (() => Promise<void>) | undefined;
};

type Share = {
  /** The time of its turns. An idle share advances to the virtual time once it takes a turn again. */
  usedMs: number;
  turns: number;
  readonly waiting: (() => void)[];
};

/**
 * Gives shares equal time, however many turns each of them waits for (start-time fair queueing). The next turn goes to the waiting share
 * that has used the least time. A share that was idle begins where the others are: it goes first, but saves up nothing. Turns that run
 * at once divide the elapsed time equally.
 */
export const createFairScheduler = ({ maxTurns, now, yieldToIo = async () => {} }: Options): FairScheduler => {
  // only shares that run or wait, and those that are ahead of the virtual time
  const shares = new Map<string, Share>();
  let turns = 0;
  let waiting = 0;
  /** The time used by the share that took the latest turn. */
  let virtualMs = 0;
  let dividedAtMs = now();
  let isStarting = false;

  const divideElapsedTime = () => {
    const at = now();
    for (const share of shares.values())
      if (share.turns > 0) share.usedMs += ((at - dividedAtMs) * share.turns) / turns;
    dividedAtMs = at;
  };

  const isIdle = (share: Share) => share.turns === 0 && share.waiting.length === 0;

  const activate = (name: string): Share => {
    const share = shares.get(name) ?? { usedMs: 0, turns: 0, waiting: [] };
    if (isIdle(share)) share.usedMs = Math.max(share.usedMs, virtualMs);
    shares.set(name, share);
    return share;
  };

  const begin = (share: Share) => {
    divideElapsedTime();
    virtualMs = Math.max(virtualMs, share.usedMs);
    share.turns += 1;
    turns += 1;
  };

  const end = (share: Share) => {
    divideElapsedTime();
    share.turns -= 1;
    turns -= 1;
    if (waiting > 0) void startWaiting();
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
    while (turns < maxTurns && waiting > 0) {
      divideElapsedTime();
      const next = findNext();
      const start = next?.waiting.shift();
      if (!next || !start) return;
      waiting -= 1;
      begin(next);
      start();
    }
  };

  const toEndTurn = (share: Share): EndTurn => {
    let hasEnded = false;
    return () => {
      if (!hasEnded) end(share);
      hasEnded = true;
    };
  };

  return {
    async takeTurn(name) {
      const share = activate(name);
      if (waiting === 0 && turns < maxTurns) {
        begin(share);
      } else {
        waiting += 1;
        await new Promise<void>((resolve) => share.waiting.push(resolve));
      }
      return toEndTurn(share);
    },
  };
};
