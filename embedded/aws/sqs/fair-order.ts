/** More than this share of the messages in flight makes a group noisy, if it has at least `MIN_NOISY_IN_FLIGHT` of them itself. */
const MAX_QUIET_SHARE = 0.1;
const MIN_NOISY_IN_FLIGHT = 30;

type GroupedMessage = { readonly group?: string | undefined };

/** The messages of one group: those that wait, each with its place in the order of arrival, and the number of those in flight. */
type Group<M> = { readonly waiting: Map<M, number>; inFlight: number; isNoisy: boolean };

/**
 * The order in which a fair queue delivers its messages: by arrival, but those of noisy groups only while no other message waits. If only
 * noisy groups have messages, the group with the fewest messages in flight is next. A group stays noisy until none of its messages waits.
 * Messages without a group are never noisy, because SQS takes each for a group of its own.
 *
 * This is what the documentation of SQS says of fair queues, except for two rules: SQS also measures the recent processing time of each
 * group, over a period that it does not state; and a group becomes quiet after it has sent nothing for five minutes.
 *
 * The time to find the next message grows with the number of groups, not with the number of messages.
 */
export const createFairOrder = <M extends GroupedMessage>() => {
  const groups = new Map<string | undefined, Group<M>>();
  let arrivals = 0;
  let waitingCount = 0;
  let inFlightCount = 0;

  const groupOf = ({ group: id }: GroupedMessage): Group<M> => {
    const group = groups.get(id) ?? { waiting: new Map(), inFlight: 0, isNoisy: false };
    groups.set(id, group);
    return group;
  };

  const forgetIfEmpty = ({ group: id }: GroupedMessage) => {
    const group = groups.get(id);
    if (group?.waiting.size === 0 && group.inFlight === 0) groups.delete(id);
  };

  const detectNoise = (group: Group<M>) => {
    const { waiting, inFlight } = group;
    if (waiting.size > 0 && inFlight >= MIN_NOISY_IN_FLIGHT && inFlight > inFlightCount * MAX_QUIET_SHARE)
      group.isNoisy = true;
  };

  /** The lowest rank is next: 0 for a quiet group, otherwise the number of its messages in flight plus 1. */
  const rankOf = (id: string | undefined, { isNoisy, inFlight }: Group<M>): number =>
    id !== undefined && isNoisy ? inFlight + 1 : 0;

  return {
    waitingCount: () => waitingCount,
    add(message: M) {
      groupOf(message).waiting.set(message, arrivals++);
      waitingCount += 1;
    },
    /** Takes a message out of the order, if it waits. */
    remove(message: M) {
      const group = groupOf(message);
      if (group.waiting.delete(message)) waitingCount -= 1;
      if (group.waiting.size === 0) group.isNoisy = false;
      forgetIfEmpty(message);
    },
    /** The message to deliver next. It stays in the order. */
    next(): M | undefined {
      let best: { readonly message: M; readonly rank: number; readonly arrival: number } | undefined;
      for (const [id, group] of groups) {
        const [first] = group.waiting;
        if (!first) continue;
        const [message, arrival] = first;
        detectNoise(group);
        const rank = rankOf(id, group);
        if (!best || rank < best.rank || (rank === best.rank && arrival < best.arrival))
          best = { message, rank, arrival };
      }
      return best?.message;
    },
    waiting: (): readonly M[] => [...groups.values()].flatMap(({ waiting }) => [...waiting.keys()]),
    /** A message is in flight from its delivery until it is deleted or visible again. */
    beginFlight(message: M) {
      const group = groupOf(message);
      group.inFlight += 1;
      inFlightCount += 1;
      detectNoise(group);
    },
    endFlight(message: M) {
      groupOf(message).inFlight -= 1;
      inFlightCount -= 1;
      forgetIfEmpty(message);
    },
  };
};
