import type { Manifest } from '#shared/manifest';

/** Brings the events that writes carry from the table's stream to the bus, for every context. */
export const relay = {
  context: 'relay',
  core: true,
  functions: {
    publish: {
      entry: 'functions/relay/publish.lambda.ts',
      streams: true,
      publishes: true,
      sends: ['relay-unpublishable'],
      timeoutSeconds: 30,
      grants: [],
    },
  },
} as const satisfies Manifest;
