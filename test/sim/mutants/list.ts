import { events } from './events.ts';
import { idempotency } from './idempotency.ts';
import { keys } from './keys.ts';
import { mails } from './mails.ts';
import { money } from './money.ts';
import type { Mutant } from './mutant.ts';
import { orders } from './orders.ts';
import { provider } from './provider.ts';
import { reads } from './reads.ts';
import { standstill } from './standstill.ts';
import { stock } from './stock.ts';
import { tenants } from './tenants.ts';

/** The bugs that the simulator must find, each within 500 seeds. */
export const mutants: readonly Mutant[] = [
  ...stock,
  ...orders,
  ...money,
  ...events,
  ...reads,
  ...idempotency,
  ...mails,
  ...keys,
  ...provider,
  ...standstill,
  ...tenants,
];
