import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import type { TenantId } from '#platform/kernel';
import type { Manifest } from '#platform/manifest';
import { type EntryModule, type LoadEntries, loadProjectEntries } from '../../../embedded/host/functions.ts';
import type { MeteredOrder } from './meter.ts';
import { meterPath, warmUp } from './paths.ts';
import { addCoreSpending, addSpending, createSpending } from './spending.ts';

const FUNCTION_MS = 30;
const ENTRIES = 'functions/loyalty/loyalty.lambda.ts';

/** A context that the project does not have: it consumes an order's event and writes an item for each. */
const loyalty: Manifest = {
  context: 'loyalty',
  core: false,
  functions: {
    award: {
      consumes: ['OrderConfirmed.v1'],
      grants: [{ of: 'loyalty', may: ['PutItem'] }],
    },
  },
};

const award: EntryModule[string] = {
  create: (rt) => async (event) => {
    for (const { messageId } of (event as SQSEvent).Records) {
      const Item = { pk: `loyalty#demo#award#${messageId}`, sk: 'award', points: 1 };
      const put = new PutCommand({ TableName: rt.env('TABLE_NAME'), Item });
      await rt.tenants.run('demo' as TenantId, () => rt.db.send(put));
      rt.logger.info('points awarded', { messageId });
    }
    return { batchItemFailures: [] };
  },
};

const loadEntries: LoadEntries = async (file) => (file === ENTRIES ? { award } : loadProjectEntries(file));

describe('a new non-core context that consumes OrderConfirmed', () => {
  const extended = [...contexts, loyalty];
  let before: MeteredOrder;
  let after: MeteredOrder;
  beforeAll(async () => {
    await warmUp();
    before = await meterPath('confirmed', { functionMs: FUNCTION_MS });
    after = await meterPath('confirmed', { functionMs: FUNCTION_MS, contexts: extended, loadEntries });
  });

  test('pays for its delivery, its invocation, its write and its log', () => {
    expect(before.byContext['loyalty']).toBeUndefined();
    expect(after.byContext['loyalty']).toEqual({
      ...createSpending(),
      ...{ 'queue requests': 3, 'function requests': 1, 'function GB-seconds': expect.any(Number) },
      ...{ 'write units': 1, 'table calls': 1, 'log bytes': expect.any(Number) },
    });
    expect(after.byContext['loyalty']?.['log bytes']).toBeGreaterThan(50);
  });

  test('changes no figure of any other context', () => {
    const { loyalty: _, ...others } = after.byContext;
    expect(others).toEqual(before.byContext);
    expect(after.executions).toEqual(before.executions);
  });

  test('leaves the budget of the order as it is', () => {
    const core = addCoreSpending(after.byContext, contexts);
    expect(core).toEqual(addCoreSpending(before.byContext, contexts));
    expect(core['bus events']).toBe(4);
    expect(core['write units']).toBeLessThan(addSpending(Object.values(after.byContext))['write units']);
  });
});
