import { SESv2Client } from '@aws-sdk/client-sesv2';
import { HttpResponse } from '@smithy/core/protocols';
import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { deliverWorker } from '#notifications/workers/deliver';
import { orderTable } from '#orders/table/order-table';
import type { Event } from '#platform/messaging/events';
import { embeddedMetric } from '#platform/runtime/embedded-metric';
import { retryStrategy } from '#platform/runtime/retry';
import { taskFunction } from '#platform/saga/task';
import { busEvent, invocation, messages } from '../fixtures/invocation.ts';
import { captureLog } from '../fixtures/log-capture.ts';
import { anOrder, at, id, tenantId } from '../fixtures/order.ts';
import { createTestRuntime } from '../fixtures/runtime.ts';
import { createTestTable } from '../fixtures/table.ts';
import { startBackend } from '../notifications/fixtures/backend.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Each names a witness, whom no log line may name. */
const ADDRESSES = [
  'witness+tag@example.com',
  'ada@wítness.example',
  '"a witness"@example.com',
  "o'witness&co@example.com",
];
const WITNESS = /w[ií]tness|xn--wtness/i;

/** Everything that was written to the standard streams, whether it is a log line or not. */
const captureOutput = () => {
  let output = '';
  const capture = (chunk: unknown): boolean => {
    output += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(capture);
  vi.spyOn(process.stderr, 'write').mockImplementation(capture);
  return () => output;
};
const linesWithWitness = (output: string) => output.split('\n').filter((line) => WITNESS.test(line));

it('no e-mail address is in the output of orders that succeed, fail, are refused or poison a queue', async () => {
  vi.stubEnv('POWERTOOLS_LOGGER_LOG_EVENT', 'true');
  const output = captureOutput();
  const { host, request, advance } = await startBackend('TRACE');
  const order = (email: string, token: string) => ({
    lines: [{ sku: 'mug', quantity: 1 }],
    customer: { email },
    payment: { token },
  });
  const place = (key: string, body: unknown) =>
    request('POST', '/v1/orders', { headers: { 'idempotency-key': key }, body });
  for (const [n, email] of ADDRESSES.entries()) {
    for (const token of ['tok_ok', 'tok_declined', 'tok_5xx', 'tok_unreachable'])
      expect((await place(`${n} ${token}`, order(email, token))).status).toBe(202);
    expect((await place(`${n} tok_ok`, order(email, 'tok_slow'))).status).toBe(409);
    expect((await place('key', { ...order(email, 'tok_ok'), [email]: email })).status).toBe(422);
    expect((await place('key', order(`${email}..`, 'tok_ok'))).status).toBe(422);
    expect((await place(email, `not JSON: ${email}`)).status).toBe(422);
    await request('GET', `/v1/orders/${encodeURIComponent(email)}`);
    for (const message of [email, JSON.stringify({ 'detail-type': email, detail: { id: email } })]) {
      const QueueUrl = `${host.origin}/000000000000/breakwater-dev-notifications-deliver`;
      await host.callAws({ target: 'AmazonSQS.SendMessage', body: JSON.stringify({ QueueUrl, MessageBody: message }) });
    }
  }
  await advance(120);
  host.close();
  expect(output()).toContain('"message":"mail"');
  expect(output()).toContain('"message":"message failed"');
  expect(linesWithWitness(output())).toEqual([]);
});

it.each(ADDRESSES)('no e-mail address is in the output when SES refuses it and quotes it: %s', async (email) => {
  const output = captureOutput();
  const variables = { MAIL: 'shop@example.com', MAIL_CONFIGURATION_SET: 'breakwater-test', BUS_NAME: 'b' };
  const { rt } = createTestTable({ variables });
  rt.logger.setLogLevel('DEBUG');
  const mail = new SESv2Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    retryStrategy: retryStrategy(() => 0),
    requestHandler: {
      async handle() {
        const message = `Email address is not verified. The following identities failed the check: ${email}`;
        const body = Buffer.from(JSON.stringify({ __type: 'MessageRejected', message }));
        return { response: new HttpResponse({ statusCode: 400, headers: {}, body }) };
      },
    },
  });
  await orderTable(rt).putIfAbsent(anOrder({ status: 'confirmed', customer: { email } }));
  const data = { run: 1, total: { amount: 1, currency: 'EUR' }, paidBy: 'provider' };
  const event = { id: 'e1', type: 'OrderConfirmed.v1', at, tenantId, aggregateId: id, version: 2, data } as Event;
  await deliverWorker(Object.create(rt, { mail: { value: mail } }))(messages(busEvent(event)), invocation());
  expect(output()).toContain('MessageRejected');
  expect(linesWithWitness(output())).toEqual([]);
});

it.each(ADDRESSES)('no e-mail address leaves a task with its error, which Lambda itself logs: %s', async (email) => {
  const output = captureOutput();
  const { rt } = createTestRuntime({ logLevel: 'DEBUG' });
  const task = taskFunction(rt, z.looseObject({}), async () => {
    throw new Error(`no mail to ${email}`, { cause: new Error(email) });
  });
  const error = (await task({}, invocation()).catch((thrown: unknown) => thrown)) as Error;
  expect(error).toBeInstanceOf(Error);
  expect([error.message, error.stack, String(error.cause), (error.cause as Error).stack].join()).not.toMatch(WITNESS);
  expect(output()).toContain('no mail to');
  expect(linesWithWitness(output())).toEqual([]);
});

it.each(ADDRESSES)('no e-mail address is in the details of a metric: %s', (email) =>
  expect(
    embeddedMetric({ stage: 'dev', timestampMs: 0, name: 'M', value: 1, details: { to: email, list: [{ email }] } }),
  ).not.toMatch(WITNESS),
);

it('keys, values and nested errors of a log line are masked', () => {
  const lines = captureLog();
  const { rt } = createTestRuntime({ logLevel: 'DEBUG' });
  for (const email of ADDRESSES)
    rt.logger.warn(email, { [email]: [{ email }], error: new Error(email, { cause: new Error(email) }) });
  expect(lines()).toHaveLength(ADDRESSES.length);
  expect(JSON.stringify(lines())).not.toMatch(WITNESS);
});
