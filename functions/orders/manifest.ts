import { events } from '#orders/contract';
import { metrics, problems, sagaErrors } from '#orders/errors';
import { operatorRoutes, policyRoutes, readRoutes, writeRoutes } from '#orders/routes';
import { fulfilOrder, unwindOrder } from '#orders/saga/definitions';
import type { FunctionSpec, Manifest } from '#platform/manifest';

/** A step of a saga that only moves its order. */
const orderStep = {
  task: true,
  grants: [{ of: 'orders', may: ['GetItem', 'PutItem'] }],
} as const satisfies FunctionSpec;

export const orders = {
  context: 'orders',
  core: true,
  routes: { write: writeRoutes, read: readRoutes, operate: { ...operatorRoutes, ...policyRoutes } },
  problems,
  sagaErrors,
  metrics,
  functions: {
    write: {
      grants: [
        { of: 'orders', may: ['GetItem', 'PutItem'] },
        { of: 'catalog', may: ['BatchGetItem'] },
        { of: 'due', may: ['GetItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    read: {
      grants: [
        { of: 'orders', may: ['GetItem', 'BatchGetItem', 'Query'] },
        { of: 'due', may: ['GetItem'] },
        { of: 'payments', may: ['GetItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    operate: {
      grants: [
        { of: 'orders', may: ['GetItem', 'PutItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
      secrets: ['operator-key'],
    },
    sweep: {
      // it examines the due orders of all tenants
      tenants: 'all',
      everyMinutes: 1,
      runbook: 'sweeper-findings',
      timeoutSeconds: 55,
      grants: [
        { of: 'orders', may: ['GetItem', 'PutItem'] },
        { of: 'due', may: ['GetItem', 'Query', 'PutItem'] },
        { of: 'payments', may: ['GetItem'] },
      ],
    },
    'start-saga': {
      consumes: ['OrderPlaced.v1', 'OrderCancelling.v1', 'OrderRestarted.v1'],
      starts: ['fulfil-order', 'unwind-order'],
      grants: [],
      // few, because Step Functions allows 150 to 300 starts a second, by region, after a burst of a thousand; a refused one is tried again.
      // Five batches of ten, because a tenant must have 30 messages in flight, also while a batch ends, for the queue to be fair (ADR 90)
      concurrency: 5,
    },
    confirm: orderStep,
    refuse: {
      task: true,
      timeoutSeconds: 20,
      grants: [
        { of: 'orders', may: ['GetItem', 'BatchGetItem', 'PutItem'] },
        { of: 'due', may: ['GetItem'] },
        { of: 'inventory', may: ['BatchGetItem', 'Query'] },
      ],
    },
    close: orderStep,
    'await-payment': orderStep,
    park: orderStep,
  },
  workflows: { 'fulfil-order': fulfilOrder, 'unwind-order': unwindOrder },
  publishes: events.map(({ type }) => type),
} as const satisfies Manifest;
