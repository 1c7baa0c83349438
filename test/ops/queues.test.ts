import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { names } from '#platform/manifest';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { type HttpServer, listen } from '../../embedded/host/server.ts';
import { toEnvironment } from '../fixtures/aws-call.ts';
import { runScript } from '../fixtures/run-script.ts';
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

const runOps = (...args: readonly string[]) =>
  runScript(['ops/ops.ts', ...args, '--endpoint', server.origin], toEnvironment(server.credential));

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
  const args = [OPS, 'redrive', '--endpoint', server.origin, '--from', from, '--to', to];
  const env = { PATH: process.env['PATH'], ...toEnvironment(server.credential) };
  await promisify(execFile)(process.execPath, args, { env });
  const { Messages } = await callSqs('ReceiveMessage', to, { MessageSystemAttributeNames: ['MessageGroupId'] });
  expect(Messages).toMatchObject([{ Attributes: { MessageGroupId: 't1' } }]);
});
