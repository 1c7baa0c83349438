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

it('redrive sends an event in the message group of its tenant, as one that the bus could not deliver has none', async () => {
  await callSqs('SendMessage', from, { MessageBody: '{"detail":{"tenantId":"t1"}}' });
  const options = ['--endpoint', served.origin, '--from', from, '--to', to];
  expect(await served.run('ops/ops.ts', 'redrive', ...options)).toMatchObject({ status: 0 });
  const { Messages } = await callSqs('ReceiveMessage', to, { MessageSystemAttributeNames: ['MessageGroupId'] });
  expect(Messages).toMatchObject([{ Attributes: { MessageGroupId: 't1' } }]);
});
