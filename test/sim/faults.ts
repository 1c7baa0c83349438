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
export type Struck = Fault & { readonly at: number; readonly where: string };

const IN = 100_000;
const WEATHER = [0, 1, 1, 3];

type Draw = { readonly chance: Chance; readonly weather: number; asked: number };

export type Faults = ReturnType<typeof makeFaults>;

/**
 * Decides about every chance that a fault has. Each kind draws for itself and draws as much whether or not it strikes, so that
 * `only` these, of all that a seed would bring, can be looked at.
 */
export const makeFaults = (seed: number, now: () => number, only?: readonly Fault[]) => {
  const allowed = only && new Set(only.map(({ kind, n }) => `${kind}/${n}`));
  const draws = new Map(
    kinds.map((kind) => {
      const chance = chanceOf(seed, `fault/${kind}`);
      return [kind, { chance, weather: chance.pick(WEATHER), asked: 0 }] as [Kind, Draw];
    }),
  );
  const struck: Struck[] = [];
  let over = false;
  return {
    struck: struck as readonly Struck[],
    end() {
      over = true;
    },
    /** How hard it strikes, at least 0 and less than 1, or undefined where it does not, or there is nothing `live` to be struck. */
    strike(kind: Kind, where: string, live = true): number | undefined {
      const draw = draws.get(kind);
      if (!draw || over) return undefined;
      const { chance, weather } = draw;
      const [hit, force] = [chance.number() * IN < rates[kind] * weather, chance.number()];
      const n = draw.asked++;
      if (!hit || !live || (allowed && !allowed.has(`${kind}/${n}`))) return undefined;
      struck.push({ kind, n, at: now(), where });
      return force;
    },
  };
};
