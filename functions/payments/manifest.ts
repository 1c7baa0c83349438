import { events } from '#payments/contract';
import { metrics, problems, sagaErrors } from '#payments/errors';
import { callbackRoutes } from '#payments/routes';
import type { Manifest } from '#platform/manifest';

export const payments = {
  context: 'payments',
  core: true,
  routes: { callbacks: callbackRoutes },
  problems,
  sagaErrors,
  metrics,
  secrets: {
    'provider-key': { description: "The payment provider's key. Replace it by the provider's own." },
    'provider-callback-key': {
      description:
        'The key with which the payment provider signs its callbacks. Replace it by the one you have agreed on.',
    },
  },
  functions: {
    charge: {
      task: true,
      timeoutSeconds: 25,
      callsProvider: true,
      // a slow provider keeps it running
      reservedBy: 'chargeConcurrency',
      secrets: ['provider-key'],
      grants: [
        { of: 'payments', may: ['GetItem', 'PutItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
    callbacks: {
      receivesCallbacks: true,
      timeoutSeconds: 25,
      callsProvider: true,
      secrets: ['provider-key', 'provider-callback-key'],
      grants: [
        { of: 'payments', may: ['GetItem', 'PutItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
    probe: {
      // it looks at the breakers and the owed money of all tenants
      tenants: 'all',
      everyMinutes: 1,
      runbook: 'money-owed',
      timeoutSeconds: 55,
      callsProvider: true,
      secrets: ['provider-key'],
      grants: [
        { of: 'payments', may: ['GetItem', 'PutItem'] },
        { of: 'due', may: ['Query'] },
      ],
    },
    settle: {
      task: true,
      timeoutSeconds: 25,
      callsProvider: true,
      secrets: ['provider-key'],
      grants: [
        { of: 'payments', may: ['PutItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
  },
  publishes: events.map(({ type }) => type),
} as const satisfies Manifest;
