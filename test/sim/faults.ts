import { type Chance, chanceOf } from './chance.ts';

/**
 * What may go wrong, and how often of a hundred thousand times that it could. `tick` is every second of the time in which
 * faults strike. A seed takes each kind as it is here, three times as often, or not at all.
 */
export const rates = {
  // at a call that writes
  'crash before commit': 300,
  'crash after commit': 300,
  'time-out after commit': 400,
  // at a write, whose change takes long to reach eventually consistent reads
  'replica behind': 1_500,
  // at any call
  'slow call': 1_500,
  // at a call of the table
  throttle: 400,
  'transaction conflict': 1_500,
  // at a read of several items, between which others write
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
  // at a tick
  'poison message': 1_000,
  'provider outage': 900,
  'dead letters redriven': 6_000,
  'environment restart': 5_000,
  'changed saga deployed': 12_000,
  // at an order
  decline: 10_000,
  'duplicate callback': 60_000,
} as const;

export type Kind = keyof typeof rates;
export const kinds = Object.keys(rates) as readonly Kind[];

/** The n-th time that this kind could have struck. */
export type Fault = { readonly kind: Kind; readonly n: number };
/**
 * The n-th time that this kind could have struck this place, and how hard it does: at least 0 and less than 1. No rate and no draw
 * decides about it any more, and what happens elsewhere does not move it.
 */
export type Forced = { readonly kind: Kind; readonly place: string; readonly nth: number; readonly force: number };
export type Struck = Fault & Forced & { readonly at: number; readonly where: string };

/** As a command and its output name a fault. */
export const nameOf = ({ kind, n }: Fault): string => `${kind}/${n}`;

const IN = 100_000;
const WEATHER = [0, 1, 1, 3];

/** What strikes at a tick, whatever is at work then: its number is its second. */
const atTick: readonly Kind[] = [
  ...(['poison message', 'provider outage', 'dead letters redriven'] as const),
  ...(['environment restart', 'changed saga deployed'] as const),
];

type Turn = Fault & Omit<Forced, 'force'>;
/** How hard it strikes at this turn, or undefined where it does not. Asked once for every turn, in their order. */
type Forces = (turn: Turn) => number | undefined;

/** As the seed has it. Each kind draws for itself and draws as much whether or not it strikes, so that `only` these can be looked at. */
const drawn = (seed: number, only: readonly Fault[] | undefined): Forces => {
  const allowed = only && new Set(only.map(nameOf));
  type Draw = { readonly chance: Chance; readonly weather: number };
  const draws = Object.fromEntries(
    kinds.map((kind): [Kind, Draw] => {
      const chance = chanceOf(seed, `fault/${kind}`);
      return [kind, { chance, weather: chance.pick(WEATHER) }];
    }),
  ) as Record<Kind, Draw>;
  return ({ kind, n }) => {
    const { chance, weather } = draws[kind];
    const [hit, force] = [chance.number() * IN < rates[kind] * weather, chance.number()];
    return hit && (!allowed || allowed.has(nameOf({ kind, n }))) ? force : undefined;
  };
};

const stored = (faults: readonly Forced[]): Forces => {
  const turnOf = ({ kind, place, nth }: Omit<Forced, 'force'>) => `${kind}/${place}/${nth}`;
  const forces = new Map(faults.map((fault) => [turnOf(fault), fault.force]));
  return (turn) => forces.get(turnOf(turn));
};

export type Faults = ReturnType<typeof makeFaults>;
export type Bounds = {
  /** Of all faults that the seed would bring, only these. */
  readonly only?: readonly Fault[];
  /** These, instead of all that the seed would bring. */
  readonly faults?: readonly Forced[];
};

/** Decides about every chance that a fault has. */
export const makeFaults = (seed: number, now: () => number, { only, faults }: Bounds = {}) => {
  const forceOf = faults ? stored(faults) : drawn(seed, only);
  const asked = new Map<string, number>();
  const nextOf = (name: string): number => {
    const n = asked.get(name) ?? 0;
    asked.set(name, n + 1);
    return n;
  };
  const struck: Struck[] = [];
  let over = false;
  return {
    struck: struck as readonly Struck[],
    end() {
      over = true;
    },
    /** How hard it strikes, or undefined where it does not, or there is nothing `live` to be struck. */
    strike(kind: Kind, where: string, live = true): number | undefined {
      if (over) return undefined;
      const place = atTick.includes(kind) ? 'any' : where;
      const turn = { kind, n: nextOf(kind), place, nth: nextOf(`${kind}/${place}`) };
      const force = forceOf(turn);
      if (force === undefined || !live) return undefined;
      struck.push({ ...turn, force, at: now(), where });
      return force;
    },
  };
};
