import { afterEach, describe, expect, it, vi } from 'vitest';
import { lambdaHandler } from '#platform/runtime/handler';
import { scheduledFunction } from '#platform/runtime/scheduled';
import { invocation } from '../../fixtures/invocation.ts';
import { captureLog } from '../../fixtures/log-capture.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

afterEach(() => vi.restoreAllMocks());

describe('a Lambda handler', () => {
  it('gets the event, the context and its deadline by the clock of its runtime', async () => {
    const { rt, clock } = createTestRuntime();
    const context = invocation(10_000, clock);
    const handler = lambdaHandler<string, unknown>(rt, async (event, { context, deadlineMs }) => ({
      ...{ event, requestId: context.awsRequestId, leftMs: deadlineMs - clock.now() },
    }));
    expect(await handler('e', context)).toEqual({ event: 'e', requestId: 'r1', leftMs: 10_000 });
    clock.advance(4_000);
    expect(await handler('e', context)).toMatchObject({ leftMs: 6_000 });
  });

  it('has a deadline that is its margin earlier', async () => {
    const { rt, clock } = createTestRuntime();
    const handler = lambdaHandler<void, number>(rt, async (_, { deadlineMs }) => deadlineMs - clock.now(), {
      marginMs: 1_500,
    });
    expect(await handler(undefined, invocation(10_000, clock))).toBe(8_500);
  });

  it('fails with the error of its handler, or returns the result of `onError`', async () => {
    const { rt } = createTestRuntime();
    const error = new Error('no');
    const fail = async (): Promise<string> => {
      throw error;
    };
    await expect(lambdaHandler(rt, fail)(undefined, invocation())).rejects.toBe(error);
    const onError = vi.fn(() => 'handled');
    expect(await lambdaHandler(rt, fail, { onError })(undefined, invocation())).toBe('handled');
    expect(onError.mock.calls).toEqual([[error]]);
  });

  it('names the invocation in each log line, and drops the keys of one invocation before the next', async () => {
    const lines = captureLog();
    const { rt } = createTestRuntime({ logLevel: 'INFO' });
    const handler = lambdaHandler<string, void>(rt, async (event) => {
      if (event === 'first') rt.logger.appendKeys({ tenantId: 't1' });
      rt.logger.info(event);
    });
    await handler('first', invocation());
    await handler('second', invocation());
    expect(lines()).toMatchObject([
      { message: 'first', function_name: 'test', function_request_id: 'r1', tenantId: 't1' },
      { message: 'second', function_name: 'test', function_request_id: 'r1' },
    ]);
    expect(lines()[1]).not.toHaveProperty('tenantId');
  });
});

it('a scheduled run has two seconds less than its function', async () => {
  const { rt, clock } = createTestRuntime();
  const deadlines: number[] = [];
  const run = scheduledFunction(rt, async (deadlineMs) => void deadlines.push(deadlineMs));
  await run({}, invocation(55_000, clock));
  expect(deadlines).toEqual([clock.now() + 53_000]);
});
