import type { Manifest } from '#platform/manifest';

/** Publishes the events that writes carry from the table's stream to the bus, for every context (ADR 3). */
export const relay = {
  context: 'relay',
  core: true,
  functions: {
    publish: {
      streams: true,
      publishes: true,
      sends: ['relay-unpublishable'],
      timeoutSeconds: 30,
      // without it no order goes on
      reservedBy: 'relayConcurrency',
      grants: [],
    },
  },
} as const satisfies Manifest;
