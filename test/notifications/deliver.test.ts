import { SESv2Client } from '@aws-sdk/client-sesv2';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deliverWorker } from '#notifications/workers/deliver';
import type { Order } from '#orders/domain/order';
import { orderTable } from '#orders/table/order-table';
import type { Event } from '#platform/messaging/events';
import { retryStrategy } from '#platform/runtime/retry';
import { busEvent, invocation, messages } from '../fixtures/invocation.ts';
import { anOrder, at, id, tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

afterEach(() => vi.restoreAllMocks());

const noFailures = { batchItemFailures: [] };
const total = { amount: 55_00, currency: 'EUR' };
const event = (type: Event['type'], data: object, aggregateId: string = id) =>
  busEvent({ ...{ id: 'e1', type, at, tenantId, aggregateId, version: 2, data } } as Event);
const confirmed = event('OrderConfirmed.v1', { run: 1, total, paidBy: 'provider' });
const cancelled = event('OrderCancelled.v1', { run: 2, reason: 'out_of_stock' });
const awaiting = event('OrderAwaitingPayment.v1', { run: 1, total, deadline: at });
const keyOf = (kind: string) => ({ pk: `notifications#t1#delivery#o1.${kind}`, sk: 'delivery' });

type Setup = {
  readonly mail: string;
  readonly order?: Order;
  readonly sesStatus?: number;
  readonly sesError?: { readonly name: string; readonly message: string };
};

/** The worker, the requests that SES received, and the items. The table has the order. */
const createWorker = async ({
  mail: MAIL,
  order = anOrder({ status: 'confirmed' }),
  sesStatus = 200,
  sesError,
}: Setup) => {
  const variables = { MAIL, BUS_NAME: 'b', MAIL_CONFIGURATION_SET: 'breakwater-test' };
  const { rt, clock, itemAt, metrics } = createTestTable({ variables });
  const requests: HttpRequest[] = [];
  const sesClient = new SESv2Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    retryStrategy: retryStrategy(() => 0),
    requestHandler: {
      async handle(request: HttpRequest) {
        requests.push(request);
        const headers: Record<string, string> = sesError ? { 'x-amzn-errortype': sesError.name } : {};
        const body = Buffer.from(JSON.stringify(sesError ? { message: sesError.message } : { MessageId: 'ses-1' }));
        return { response: new HttpResponse({ statusCode: sesStatus, headers, body }) };
      },
    },
  });
  await orderTable(rt).putIfAbsent(order);
  const worker = deliverWorker(Object.create(rt, { mail: { value: sesClient } }));
  return {
    ...{ itemAt, requests, rt, metrics, clock },
    handle: (...events: readonly unknown[]) => worker(messages(...events), invocation()),
  };
};

describe('on a stage that sends no mail', () => {
  it('the delivery stores the mail, and the log shows its subject without the address', async () => {
    const { handle, itemAt, requests, rt } = await createWorker({ mail: 'sink' });
    const info = vi.spyOn(rt.logger, 'info').mockReturnValue(undefined);
    expect(await handle(confirmed)).toEqual(noFailures);
    expect(await itemAt(keyOf('confirmed'))).toEqual({
      ...keyOf('confirmed'),
      ...{ tenantId, orderId: id, kind: 'confirmed', v: 2, status: 'sent', sentAt: expect.any(String) },
      receipt: {
        to: 'a@example.com',
        subject: 'Your order o1 is confirmed',
        body: expect.stringContaining('for 55.00 EUR is confirmed'),
      },
    });
    expect(info).toHaveBeenCalledWith('mail', { subject: 'Your order o1 is confirmed' });
    expect(requests).toEqual([]);
  });

  it('each event results in its mail', async () => {
    const order = anOrder({ status: 'cancelled', reason: 'out_of_stock' });
    const { handle, itemAt } = await createWorker({ mail: 'sink', order });
    expect(await handle(cancelled)).toEqual(noFailures);
    const { receipt } = (await itemAt(keyOf('cancelled'))) ?? {};
    expect(receipt).toMatchObject({ body: expect.stringContaining('some of its products are out of stock') });
  });

  it('an order that no longer awaits payment results in no request to pay', async () => {
    const { handle, itemAt } = await createWorker({ mail: 'sink' });
    expect(await handle(awaiting)).toEqual(noFailures);
    expect(await itemAt(keyOf('awaiting_payment'))).toBeUndefined();
  });

  it('an event of an order that does not exist is redelivered', async () => {
    const { handle } = await createWorker({ mail: 'sink', order: anOrder({ id: 'o2' as never }) });
    expect(await handle(confirmed)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });
});

describe.each(['sink', 'shop@example.com'])('an address with letters beyond ASCII, mailed by %s', (mail) => {
  const order = (email: string) => anOrder({ status: 'confirmed', customer: { email } });

  it('is converted to Punycode in its domain', async () => {
    const { handle, itemAt, requests } = await createWorker({ mail, order: order('ada@exämple.de') });
    expect(await handle(confirmed)).toEqual(noFailures);
    const { receipt } = (await itemAt(keyOf('confirmed'))) ?? {};
    const sent = requests.map(({ body }) => JSON.parse(new TextDecoder().decode(body)).Destination.ToAddresses);
    expect(mail === 'sink' ? [[(receipt as { to: string }).to]] : sent).toEqual([['ada@xn--exmple-cua.de']]);
  });

  it('is not mailed if they stand before the @: the mail is withheld once, and its event is done', async () => {
    const { handle, itemAt, requests, metrics } = await createWorker({ mail, order: order('jörg@example.com') });
    expect(await handle(confirmed)).toEqual(noFailures);
    const delivery = await itemAt(keyOf('confirmed'));
    expect(delivery).toEqual({
      ...keyOf('confirmed'),
      ...{ tenantId, orderId: id, kind: 'confirmed', v: 2, status: 'withheld', because: 'unmailable' },
      withheldAt: expect.any(String),
    });
    expect(await handle(confirmed)).toEqual(noFailures);
    expect(await itemAt(keyOf('confirmed'))).toEqual(delivery);
    expect(requests).toEqual([]);
    // no tenant reached a limit, so no alarm says so
    expect(metrics).toEqual([]);
  });
});

describe('over the allowance of a mailbox', () => {
  const MAX = 20;
  const orders = Array.from({ length: MAX + 1 }, (_, n) => anOrder({ id: `o${n}` as never, status: 'confirmed' }));
  const eventOf = (n: number) => event('OrderConfirmed.v1', { run: 1, total, paidBy: 'provider' }, `o${n}`);

  it('the mail is withheld, recorded, counted, and not delivered again', async () => {
    const { handle, itemAt, rt, requests, metrics } = await createWorker({ mail: 'shop@example.com' });
    for (const order of orders) await orderTable(rt).putIfAbsent(order);
    for (const n of orders.keys()) expect(await handle(eventOf(n))).toEqual(noFailures);
    expect(requests).toHaveLength(MAX);
    const key = { pk: `notifications#t1#delivery#o${MAX}.confirmed`, sk: 'delivery' };
    expect(await itemAt(key)).toEqual({
      ...key,
      ...{ tenantId, orderId: `o${MAX}`, kind: 'confirmed', v: 2, status: 'withheld', because: 'over_allowance' },
      withheldAt: expect.any(String),
    });
    expect(metrics).toMatchObject([{ name: 'MailsWithheld', value: 1 }]);
    expect(JSON.stringify(metrics)).not.toContain('example.com');
    expect(await handle(eventOf(MAX))).toEqual(noFailures);
    expect([requests.length, metrics.length]).toEqual([MAX, 1]);
  });
});

describe('with SES', () => {
  it('a mail is sent in one signed request, as plain text', async () => {
    const { handle, itemAt, requests } = await createWorker({ mail: 'shop@example.com' });
    expect(await handle(confirmed)).toEqual(noFailures);
    expect(await handle(confirmed)).toEqual(noFailures);
    expect(requests).toHaveLength(1);
    const [{ method, hostname, path, headers, body }] = requests as [HttpRequest];
    expect([method, hostname, path]).toEqual(['POST', 'email.eu-west-1.amazonaws.com', '/v2/email/outbound-emails']);
    expect(headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=id\/\d+\/eu-west-1\/ses\//);
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({
      FromEmailAddress: 'shop@example.com',
      ConfigurationSetName: 'breakwater-test',
      EmailTags: [
        { Name: 'tenant', Value: 't1' },
        { Name: 'aggregate', Value: 'o1' },
        { Name: 'kind', Value: 'confirmed' },
      ],
      Destination: { ToAddresses: ['a@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: 'Your order o1 is confirmed', Charset: 'UTF-8' },
          Body: { Text: { Data: expect.stringContaining('for 55.00 EUR is confirmed'), Charset: 'UTF-8' } },
        },
      },
    });
    expect(await itemAt(keyOf('confirmed'))).toMatchObject({ status: 'sent', receipt: { messageId: 'ses-1' } });
  });

  it('a mail that SES refuses is not marked as sent, and its event is redelivered', async () => {
    const { handle, itemAt, requests } = await createWorker({ mail: 'shop@example.com', sesStatus: 503 });
    expect(await handle(confirmed)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(requests).toHaveLength(2);
    expect(await itemAt(keyOf('confirmed'))).toMatchObject({ status: 'sending' });
  });

  const RATE = 'Maximum sending rate exceeded.';
  const QUOTA = 'Daily message quota exceeded.';
  const anHour = 60 * 60_000;

  it.each([
    { sesStatus: 429, name: 'TooManyRequestsException', message: RATE, laterMs: 0, reported: [] },
    { sesStatus: 429, name: 'TooManyRequestsException', message: RATE, laterMs: anHour, reported: ['rate_exceeded'] },
    // by its name alone, whatever the message says
    ...['TooManyRequestsException', 'LimitExceededException', 'ThrottlingException', 'Throttling'].map((name) => ({
      ...{ sesStatus: 400, name, message: 'a limit that nobody has documented', laterMs: 0, reported: [] },
    })),
    { sesStatus: 400, name: 'ThrottlingException', message: RATE, laterMs: 0, reported: [] },
    { sesStatus: 400, name: 'MessageRejected', message: RATE, laterMs: 0, reported: [] },
    { sesStatus: 400, name: 'LimitExceededException', message: QUOTA, laterMs: 0, reported: ['quota_spent'] },
    { sesStatus: 429, name: 'TooManyRequestsException', message: QUOTA, laterMs: 0, reported: ['quota_spent'] },
    { sesStatus: 400, name: 'MessageRejected', message: QUOTA, laterMs: 0, reported: ['quota_spent'] },
  ])(
    'a mail that SES postpones ($name: $message) waits, and $reported is reported $laterMs ms after the event',
    async ({ laterMs, sesStatus, reported, ...sesError }) => {
      const { handle, itemAt, metrics, rt, clock } = await createWorker({
        mail: 'shop@example.com',
        sesStatus,
        sesError,
      });
      const warn = vi.spyOn(rt.logger, 'warn').mockReturnValue(undefined);
      const error = vi.spyOn(rt.logger, 'error').mockReturnValue(undefined);
      clock.advance(laterMs);
      expect(await handle(confirmed)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
      expect(await itemAt(keyOf('confirmed'))).toMatchObject({ status: 'sending' });
      expect(metrics).toMatchObject(
        reported.map((because) => ({ name: 'MailsDelayed', value: 1, details: { because } })),
      );
      expect(warn).toHaveBeenCalledWith('message postponed', expect.anything());
      expect(error).not.toHaveBeenCalled();
    },
  );
});
