import { afterAll, beforeAll, expect, it } from 'vitest';
import { names } from '#platform/manifest';
import { type ServedHost, serveHost } from '../fixtures/served-host.ts';

const [from, to] = [names('dev').deadLetters('orders-start-saga'), names('dev').deadLetters('notifications-deliver')];
let served: ServedHost;

beforeAll(async () => {
  served = await serveHost({ scheduleIntervalMs: () => 3_600_000 });
});
afterAll(() => served.close());

const callSqs = async (operation: string, queue: string, input: object) => {
  const QueueUrl = `${served.origin}/000000000000/${queue}`;
  const body = JSON.stringify({ QueueUrl, ...input });
  return JSON.parse((await served.host.callAws({ target: `AmazonSQS.${operation}`, body })).json);
};

const runOps = (...args: readonly string[]) => served.run('ops/ops.ts', ...args, '--endpoint', served.origin);

it.each([['queues'], ['queues', '--all']])(
  '%s: of a stage that is not there, nothing is said, because "none" would mean that no message waits',
  async (...command) => {
    const { status, stdout, stderr } = await runOps(...command, '--stage', 'prod');
    expect([stdout, stderr]).toEqual([
      '',
      expect.stringMatching(/^there is no queue breakwater-prod-\.\.\.: check --stage, /),
    ]);
    expect(status).toBe(1);
  },
);

it('an error of AWS says what to check', async () => {
  const { status, stderr } = await runOps('pauses', '--stage', 'prod');
  expect(stderr).toMatch(/^ResourceNotFoundException: .* \(check --stage, and that the credentials and the region /);
  expect(status).toBe(1);
});

it('an option that is repeated is refused, because the last one would win', async () => {
  const { status, stderr } = await runOps('queues', '--stage', 'dev', '--stage', 'prod');
  expect(stderr).toMatch(/^--stage is given more than once\n\nnpm run ops/);
  expect(status).toBe(1);
});

it('redrive sends an event in the message group of its tenant, as one that the bus could not deliver has none', async () => {
  await callSqs('SendMessage', from, { MessageBody: '{"detail":{"tenantId":"t1"}}' });
  expect(await runOps('redrive', '--from', from, '--to', to)).toMatchObject({ status: 0 });
  const { Messages } = await callSqs('ReceiveMessage', to, { MessageSystemAttributeNames: ['MessageGroupId'] });
  expect(Messages).toMatchObject([{ Attributes: { MessageGroupId: 't1' } }]);
});
