import { expect, it } from 'vitest';
import { throttleError } from '../../../../embedded/aws/lambda/function-error.ts';
import { createQueuePoller } from '../../../../embedded/aws/lambda/queue-source.ts';
import { createQueue } from '../../../../embedded/aws/sqs/queue.ts';
import { createVirtualClock } from '../../../../embedded/aws/virtual-clock.ts';

const VISIBILITY_MS = 30_000;

const setUp = (isThrottled: (atMs: number) => boolean) => {
  const clock = createVirtualClock(0);
  let ids = 0;
  const queue = createQueue({ name: 'work', visibilityMs: VISIBILITY_MS }, { clock, newId: () => `id-${++ids}` });
  const handled: { readonly receives: number; readonly group: string | undefined }[] = [];
  createQueuePoller({
    ...{ queue, clock, maxConcurrency: 1 },
    invoke: async ({ Records }) => {
      if (isThrottled(clock.now())) throw throttleError();
      for (const { attributes } of Records)
        handled.push({ receives: Number(attributes.ApproximateReceiveCount), group: attributes.MessageGroupId });
    },
  });
  return { clock, queue, handled };
};

it('invokes a throttled function again with the same messages, in their message groups', async () => {
  const { clock, queue, handled } = setUp((atMs) => atMs < 10_000);
  queue.send({ body: 'x', group: 't1' });
  await clock.advance(10_000);
  expect(handled).toEqual([{ receives: 1, group: 't1' }]);
  expect(queue.counts()).toEqual({ visible: 0, hidden: 0 });
});

it('gives the messages back to the queue if their function is throttled for as long as they are hidden', async () => {
  const { clock, queue, handled } = setUp((atMs) => atMs < VISIBILITY_MS + 1);
  queue.send({ body: 'x' });
  await clock.advance(2 * VISIBILITY_MS);
  expect(handled).toEqual([{ receives: 2, group: undefined }]);
});
