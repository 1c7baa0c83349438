import { expect, it } from 'vitest';
import { canaryReports, deadLetterQueues } from '#operations/adapters/dead-letters';
import { redriveWorker } from '#operations/workers/redrive';
import { type Operation, type Service, ServiceError } from '../../embedded/aws/service.ts';
import { createQueue } from '../../embedded/aws/sqs/queue.ts';
import { createSqs } from '../../embedded/aws/sqs/sqs.ts';
import { invocation } from '../fixtures/invocation.ts';
import { createTestRuntime, FAKE_START_MS } from '../fixtures/runtime.ts';

const ORIGIN = 'http://queues';
const variables = {
  WORKERS: 'work',
  CODE_VERSION: 'v1',
  QUEUES_URL_PREFIX: `${ORIGIN}/000000000000/`,
  CANARIES_URL: `${ORIGIN}/000000000000/canaries`,
};
type Input = { readonly WaitTimeSeconds?: number };

/** Queues of which a short poll asks servers that have no message. */
const setUp = ({ refused }: { readonly refused?: string } = {}) => {
  const received: Input[] = [];
  const { clock } = createTestRuntime();
  let ids = 0;
  const newId = () => `m${ids++}`;
  const names = ['work', 'work-dead', 'canaries'] as const;
  const queues = new Map(
    names.map((name) => [name as string, createQueue({ name, visibilityMs: 120_000 }, { clock, newId })]),
  );
  const sqs = createSqs(queues, { clock, origin: ORIGIN });
  const { ReceiveMessage } = sqs.operations;
  const service: Service & { readonly operations: Record<string, Operation> } = {
    ...sqs,
    operations: {
      ...sqs.operations,
      ReceiveMessage: ((input, caller) => {
        received.push(input);
        return (input as Input).WaitTimeSeconds ? ReceiveMessage?.(input, caller) : {};
      }) as NonNullable<typeof ReceiveMessage>,
    },
  };
  if (refused)
    service.operations[refused] = () => {
      throw new ServiceError('ServiceUnavailable', 'not now', { status: 503 });
    };
  const { rt } = createTestRuntime({ services: [service], variables });
  const queueOf = (name: (typeof names)[number]) => queues.get(name) ?? expect.fail(name);
  return { rt, received, queueOf };
};

it('receives dead letters and reports by long polling, below the time-out of a call', async () => {
  const { rt, received, queueOf } = setUp();
  queueOf('work-dead').send({ body: 'poison' });
  queueOf('canaries').send({ body: 'a report' });
  expect(await deadLetterQueues(rt).receive('work')).toHaveLength(1);
  expect(await canaryReports(rt).receive()).toHaveLength(1);
  expect(received.map(({ WaitTimeSeconds }) => WaitTimeSeconds)).toEqual([1, 1]);
});

it('keeps the time of a message that its queue itself made a dead letter: when it was sent', async () => {
  const { rt, queueOf } = setUp();
  const sentAt = new Date(FAKE_START_MS - 3_600_000);
  queueOf('work-dead').accept({ id: 'm', body: 'poison', sentAtMs: sentAt.getTime() });
  const queues = deadLetterQueues(rt);
  for (const letter of await queues.receive('work'))
    await queues.sendBack('work', letter, { isCanary: false, codeVersion: 'v1' });
  expect(queueOf('work').receive(1)[0]?.attributes['firstReceived']?.StringValue).toBe(sentAt.toISOString());
});

it('sends a dead letter back in the message group of its tenant, also one that had none', async () => {
  const { rt, queueOf } = setUp();
  queueOf('work-dead').send({ body: '{"detail":{"tenantId":"t1"}}' });
  queueOf('work-dead').send({ body: 'poison' });
  const queues = deadLetterQueues(rt);
  for (const letter of await queues.receive('work'))
    await queues.sendBack('work', letter, { isCanary: false, codeVersion: 'v1' });
  expect(
    queueOf('work')
      .receive(2)
      .map(({ group }) => group),
  ).toEqual(['t1', undefined]);
});

it('fails a run in which a queue could not be read, so that its alarm is raised, after everything else is done', async () => {
  const { rt, received } = setUp({ refused: 'GetQueueAttributes' });
  await expect(redriveWorker(rt)({}, invocation())).rejects.toThrow('2 calls failed');
  expect(received).toEqual([]);
});
