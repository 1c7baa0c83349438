import { Construct } from 'constructs';
import type { Metric } from '#shared/runtime';
import type { Stage } from '../stages.ts';
import { alarmOnCount, type Says } from './alarm.ts';

/** What is wrong when functions count this. An order that expires is none of it: most are those that nobody paid. */
const says: Readonly<Record<Exclude<Metric, 'OrdersExpired'>, Says>> = {
  BreakerOpened: {
    says: 'A payment provider keeps failing: its breaker is open, and orders wait for offline payment.',
    runbook: 'breaker-open',
  },
  OrdersParked: { says: 'An order could not be unwound and needs a person.', runbook: 'orders-parked' },
  OrdersRestarted: {
    says: 'Orders stood still until the sweeper started them anew.',
    runbook: 'sweeper-findings',
  },
};

export class CountedAlarms extends Construct {
  constructor(scope: Construct, id: string, { stage }: { readonly stage: Stage }) {
    super(scope, id);
    for (const [name, its] of Object.entries(says)) alarmOnCount(this, name, stage, name as keyof typeof says, its);
  }
}
