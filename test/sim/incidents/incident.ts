import type { Host } from '../../../embedded/host/host.ts';
import type { SendRequest } from '../client.ts';
import type { Figures } from './figures.ts';
import type { Levers } from './levers.ts';
import type { Shop } from './shop.ts';

/** What an incident is staged with. */
export type Scene = {
  readonly host: Host;
  readonly levers: Levers;
  readonly shop: Shop;
  readonly send: SendRequest;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  /** Adds a sentence to the result, for something that this version of the product does not have. */
  readonly note: (text: string) => void;
  /** Reports the ids of orders whose customers will not come back. */
  readonly abandon: (ids: readonly string[]) => void;
};

/** The steps are functions of one scene, so that a later one can use what an earlier one has found. */
export type Steps = {
  readonly cause: () => Promise<void> | void;
  /** What the operator does before the repair, while the cause lasts. */
  readonly prepareRepair?: () => Promise<void>;
  readonly repair: () => Promise<void> | void;
  /** What others do from the repair on. */
  readonly afterwards?: () => Promise<void>;
};

export const incidentNames = [
  'consumer-stopped',
  'bad-saga',
  'relay-failing',
  'provider-away',
  'units-give-way',
  'worker-failing',
  'table-restored',
] as const;
export type IncidentName = (typeof incidentNames)[number];

export type Incident = {
  readonly title: string;
  /** How it is staged, as a sentence for the page. */
  readonly staged: string;
  readonly ordersPerMinute: number;
  /** How long customers order before the cause, while it lasts and after its repair. */
  readonly minutes: { readonly before: number; readonly during: number; readonly after: number };
  /** Units of the product. Default: enough for every order. */
  readonly stock?: number;
  readonly stage: (scene: Scene) => Steps;
};

export type IncidentResult = {
  readonly incident: IncidentName;
  /** By how much the orders per minute were multiplied. */
  readonly load: number;
  readonly figures: Figures;
  readonly notes: readonly string[];
};
