import { countReasons } from './load.ts';
import type { OrderOutcome, System } from './system.ts';

export const BUYERS = 60;
export const UNITS = 10;

export type Race = {
  /** Units of orders that their customers saw as paid. More than the stock is an oversale. */
  readonly sold: number;
  /** Units that the server's own stock records count as sold. */
  readonly recorded: number;
  readonly refused: number;
  readonly failed: number;
  /** The number of orders that were not paid, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
};

/** Concurrent buyers of one unit each of a product that has fewer. */
export const runRace = async (system: System, sku: string): Promise<Race> => {
  const buyers = Array.from({ length: BUYERS }, (_, n) => system.placeOrder(sku, `${sku}-buyer-${n}`));
  const outcomes = await Promise.all(buyers);
  const count = (kind: OrderOutcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
  return {
    sold: count('paid'),
    recorded: await system.getSoldUnits(sku),
    refused: count('refused'),
    failed: count('failed'),
    reasons: countReasons(outcomes),
  };
};
