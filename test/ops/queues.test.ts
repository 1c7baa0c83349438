import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { names } from '#platform/manifest';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { type HttpServer, listen } from '../../embedded/host/server.ts';
import { toEnvironment } from '../fixtures/aws-call.ts';
import { secrets } from '../fixtures/secrets.ts';

const [from, to] = [names('dev').deadLetters('orders-start-saga'), names('dev').deadLetters('notifications-deliver')];
const OPS = fileURLToPath(new URL('../../ops/ops.ts', import.meta.url));
let server: HttpServer;
let host: Host;

beforeAll(async () => {
  server = await listen(0);
  host = createHost({ contexts, secrets, origin: server.origin, scheduleIntervalMs: () => 3_600_000 });
  server.serve(host);
});
afterAll(async () => {
  await server.close();
  host.close();
});

const callSqs = async (operation: string, queue: string, input: object) => {
  const QueueUrl = `${host.origin}/000000000000/${queue}`;
  const body = JSON.stringify({ QueueUrl, ...input });
  return JSON.parse((await host.callAws({ target: `AmazonSQS.${operation}`, body })).json);
};

it('redrive sends an event in the message group of its tenant, as one that the bus could not deliver has none', async () => {
  await callSqs('SendMessage', from, { MessageBody: '{"detail":{"tenantId":"t1"}}' });
  const args = [OPS, 'redrive', '--endpoint', server.origin, '--from', from, '--to', to];
  const env = { PATH: process.env['PATH'], ...toEnvironment(server.credential) };
  await promisify(execFile)(process.execPath, args, { env });
  const { Messages } = await callSqs('ReceiveMessage', to, { MessageSystemAttributeNames: ['MessageGroupId'] });
  expect(Messages).toMatchObject([{ Attributes: { MessageGroupId: 't1' } }]);
});
