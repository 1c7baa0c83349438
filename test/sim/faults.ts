import { type Chance, chanceOf } from './chance.ts';

/**
 * The kinds of faults, and how often each strikes in 100,000 opportunities. A `tick` is every second of the time in which faults
 * strike. A seed has each kind at this rate, at three times this rate, or not at all.
 */
export const rates = {
  // at a call that writes
  'crash before commit': 300,
  'crash after commit': 300,
  'time-out after commit': 400,
  // at a write whose change reaches eventually consistent reads late
  'replica behind': 1_500,
  // at any call
  'slow call': 1_500,
  // at a call of the table
  throttle: 400,
  'transaction conflict': 1_500,
  // at a read of several items, while others write between the items
  'torn batch read': 8_000,
  // at an entry of PutEvents
  'failed PutEvents entry': 2_500,
  // at a message on its way to a queue
  'duplicate delivery': 3_000,
  reordering: 4_000,
  'delay of minutes': 2_000,
  // at an invocation
  'stream batch replay': 3_000,
  'partial batch failure': 3_000,
  'invoked twice': 1_500,
  'late provider answer': 5_000,
  'slow provider answer': 8_000,
  // at a tick
  'consumer fails': 1_000,
  'consumer stopped': 1_000,
  'deadlines paused': 3_000,
  'parked orders resumed': 40_000,
  'poison message': 1_000,
  'provider outage': 900,
  'dead letters redriven': 6_000,
  'environment restart': 5_000,
  'changed saga deployed': 12_000,
  // at a tick, once in a run
  'table restored': 100,
  // at an order
  decline: 10_000,
  'duplicate callback': 80_000,
  // at an order, by the provider or by a person in its console
  'false decline': 8_000,
  'false callback': 8_000,
  'wrong callback': 8_000,
  'late callback': 8_000,
  'stray capture': 8_000,
  'refund by hand': 8_000,
  'capture by hand': 80_000,
} as const;

export type Kind = keyof typeof rates;
export const kinds = Object.keys(rates) as readonly Kind[];

/** A fault of a seed: `n` counts all opportunities of its kind, from 0. */
export type Fault = { readonly kind: Kind; readonly n: number };
/**
 * A fault that does not depend on rates, random numbers or what happens at other places: `nth` counts the opportunities of its kind at
 * its place, from 0. `force` says how hard it strikes, at least 0 and less than 1.
 */
export type StoredFault = {
  readonly kind: Kind;
  readonly place: string;
  readonly nth: number;
  readonly force: number;
};
/** A fault that struck, with its time in the run in milliseconds. */
export type StruckFault = Fault & StoredFault & { readonly at: number; readonly where: string };

/** The name of a fault in commands and their output. */
export const faultName = ({ kind, n }: Fault): string => `${kind}/${n}`;

const RATE_BASE = 100_000;
/** A seed multiplies each rate by one of these. */
const INTENSITIES = [0, 1, 1, 3];

/** Kinds that strike at a tick. Their place is `any`, so `nth` is the second of the run. */
const tickKinds: readonly Kind[] = [
  ...(['poison message', 'provider outage', 'dead letters redriven'] as const),
  ...(['environment restart', 'changed saga deployed'] as const),
  ...(['consumer fails', 'consumer stopped', 'deadlines paused', 'parked orders resumed', 'table restored'] as const),
];

type Opportunity = Fault & Omit<StoredFault, 'force'>;
/** The force of the fault at this opportunity; undefined if none strikes. Called once for each opportunity, in order. */
type ForceAt = (opportunity: Opportunity) => number | undefined;

/**
 * The faults of the seed, or `only` some of them. Each kind has a random source of its own and uses it equally whether or not it
 * strikes, so leaving out some faults does not change the others.
 */
const faultsOfSeed = (seed: number, { only, kinds: allowedKinds = kinds }: FaultSelection): ForceAt => {
  const allowed = only && new Set(only.map(faultName));
  type KindSource = { readonly chance: Chance; readonly intensity: number };
  const sources = Object.fromEntries(
    kinds.map((kind): [Kind, KindSource] => {
      const chance = chanceOf(seed, `fault/${kind}`);
      return [kind, { chance, intensity: chance.pick(INTENSITIES) }];
    }),
  ) as Record<Kind, KindSource>;
  return ({ kind, n }) => {
    const { chance, intensity } = sources[kind];
    const [strikes, force] = [chance.number() * RATE_BASE < rates[kind] * intensity, chance.number()];
    const isSelected = allowedKinds.includes(kind) && (!allowed || allowed.has(faultName({ kind, n })));
    return strikes && isSelected ? force : undefined;
  };
};

const storedFaults = (faults: readonly StoredFault[]): ForceAt => {
  const keyOf = ({ kind, place, nth }: Omit<StoredFault, 'force'>) => `${kind}/${place}/${nth}`;
  const forces = new Map(faults.map((fault) => [keyOf(fault), fault.force]));
  return (opportunity) => forces.get(keyOf(opportunity));
};

export type Faults = ReturnType<typeof createFaults>;
export type FaultSelection = {
  /** Only these of the seed's faults. */
  readonly only?: readonly Fault[];
  /** Only the seed's faults of these kinds. */
  readonly kinds?: readonly Kind[];
  /** These instead of the seed's faults. */
  readonly faults?: readonly StoredFault[];
};

/** Decides at each opportunity whether a fault strikes. */
export const createFaults = (seed: number, now: () => number, selection: FaultSelection = {}) => {
  const { faults } = selection;
  const forceAt = faults ? storedFaults(faults) : faultsOfSeed(seed, selection);
  const counts = new Map<string, number>();
  const nextCount = (name: string): number => {
    const n = counts.get(name) ?? 0;
    counts.set(name, n + 1);
    return n;
  };
  const struck: StruckFault[] = [];
  let stopped = false;
  return {
    struck: struck as readonly StruckFault[],
    /** No fault strikes from now on. */
    stop() {
      stopped = true;
    },
    /** The force of the fault; undefined if none strikes, or if nothing `live` is there to be struck. */
    strike(kind: Kind, where: string, live = true): number | undefined {
      if (stopped) return undefined;
      const place = tickKinds.includes(kind) ? 'any' : where;
      const opportunity = { kind, n: nextCount(kind), place, nth: nextCount(`${kind}/${place}`) };
      const force = forceAt(opportunity);
      if (force === undefined || !live) return undefined;
      struck.push({ ...opportunity, force, at: now(), where });
      return force;
    },
  };
};
