import type { Manifest } from '#shared/manifest';

export const orders = {
  context: 'orders',
  core: true,
  functions: {
    write: {
      entry: 'functions/orders/write.lambda.ts',
      routes: [
        { method: 'POST', path: '/v1/orders', scope: 'tenant' },
        { method: 'POST', path: '/v1/orders/{id}/cancel', scope: 'tenant' },
        { method: 'POST', path: '/v1/orders/{id}/payments', scope: 'tenant' },
      ],
      grants: [
        { of: 'orders', may: ['GetItem', 'PutItem'] },
        { of: 'catalog', may: ['BatchGetItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    read: {
      entry: 'functions/orders/read.lambda.ts',
      routes: [
        { method: 'GET', path: '/v1/orders', scope: 'tenant' },
        { method: 'GET', path: '/v1/orders/{id}', scope: 'tenant' },
      ],
      grants: [
        { of: 'orders', may: ['GetItem', 'BatchGetItem', 'Query'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    operate: {
      entry: 'functions/orders/operate.lambda.ts',
      routes: [{ method: 'POST', path: '/v1/orders/{id}/resume', scope: 'operator' }],
      grants: [
        { of: 'orders', may: ['GetItem', 'PutItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
      secrets: ['operator-key'],
    },
    sweep: {
      entry: 'functions/orders/sweep.lambda.ts',
      everyMinutes: 1,
      timeoutSeconds: 55,
      grants: [
        { of: 'orders', may: ['GetItem', 'PutItem'] },
        { of: 'due', may: ['Query', 'PutItem'] },
      ],
    },
    'start-saga': {
      entry: 'functions/orders/start-saga.lambda.ts',
      consumes: ['OrderPlaced.v1', 'OrderCancelling.v1', 'OrderRestarted.v1'],
      starts: ['fulfil-order', 'unwind-order'],
      grants: [],
      // two batches of ten at a time are some 200 executions a second: Step Functions allows 150 to 300, by region, and bursts
      concurrency: 2,
    },
    confirm: {
      entry: 'functions/orders/confirm.lambda.ts',
      task: true,
      grants: [{ of: 'orders', may: ['GetItem', 'PutItem'] }],
    },
    refuse: {
      entry: 'functions/orders/refuse.lambda.ts',
      task: true,
      grants: [{ of: 'orders', may: ['GetItem', 'PutItem'] }],
    },
    close: {
      entry: 'functions/orders/close.lambda.ts',
      task: true,
      grants: [{ of: 'orders', may: ['GetItem', 'PutItem'] }],
    },
    'await-payment': {
      entry: 'functions/orders/await-payment.lambda.ts',
      task: true,
      grants: [{ of: 'orders', may: ['GetItem', 'PutItem'] }],
    },
    park: {
      entry: 'functions/orders/park.lambda.ts',
      task: true,
      grants: [{ of: 'orders', may: ['GetItem', 'PutItem'] }],
    },
  },
  workflows: {
    'fulfil-order': { definition: 'functions/orders/saga/fulfil-order.asl.json' },
    'unwind-order': { definition: 'functions/orders/saga/unwind-order.asl.json' },
  },
  publishes: [
    'OrderPlaced.v1',
    'OrderAwaitingPayment.v1',
    'OrderConfirmed.v1',
    'OrderRestarted.v1',
    'OrderCancelling.v1',
    'OrderCancelled.v1',
    'OrderNeedsAttention.v1',
  ],
} as const satisfies Manifest;
