import { SESv2Client } from '@aws-sdk/client-sesv2';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deliverWorker } from '#notifications/workers/deliver.worker';
import { orderTable } from '#orders/table/order-table';
import type { Event } from '#platform/messaging/events';
import { retryStrategy } from '#platform/runtime/retry';
import { anOrder, at, id, tenantId } from '../orders/fixtures/order.ts';
import { delivered, invocation, messages } from '../platform/fixtures/invocation.ts';
import { watchedTable } from '../platform/fixtures/watched-table.ts';

afterEach(() => vi.restoreAllMocks());

const all = { batchItemFailures: [] };
const total = { amount: 55_00, currency: 'EUR' };
const event = (type: Event['type'], data: object) =>
  delivered({ ...{ id: 'e1', type, at, tenantId, aggregateId: id, version: 2, data } } as Event);
const confirmed = event('OrderConfirmed.v1', { run: 1, total, paidBy: 'provider' });
const cancelled = event('OrderCancelled.v1', { run: 2, reason: 'out_of_stock' });
const awaiting = event('OrderAwaitingPayment.v1', { run: 1, total, deadline: at });
const keyOf = (kind: string) => ({ pk: `notifications#t1#delivery#o1.${kind}`, sk: 'delivery' });

const delivering = async (MAIL: string, order = anOrder({ status: 'confirmed' }), status = 200) => {
  const { rt, itemAt } = watchedTable({ variables: { MAIL, BUS_NAME: 'b' } });
  const requests: HttpRequest[] = [];
  const mail = new SESv2Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    retryStrategy: retryStrategy(() => 0),
    requestHandler: {
      async handle(request: HttpRequest) {
        requests.push(request);
        const body = Buffer.from(JSON.stringify({ MessageId: 'ses-1' }));
        return { response: new HttpResponse({ statusCode: status, headers: {}, body }) };
      },
    },
  });
  await orderTable(rt).putIfAbsent(order);
  const worker = deliverWorker(Object.create(rt, { mail: { value: mail } }));
  return { itemAt, requests, rt, take: (...events: readonly unknown[]) => worker(messages(...events), invocation()) };
};

describe('where no mail is sent', () => {
  it('the delivery keeps it, and the log tells of it', async () => {
    const { take, itemAt, requests, rt } = await delivering('sink');
    const info = vi.spyOn(rt.logger, 'info').mockReturnValue(undefined);
    expect(await take(confirmed)).toEqual(all);
    expect(await itemAt(keyOf('confirmed'))).toEqual({
      ...keyOf('confirmed'),
      ...{ tenantId, orderId: id, kind: 'confirmed', v: 2, status: 'sent', sentAt: expect.any(String) },
      receipt: {
        to: 'a@example.com',
        subject: 'Your order o1 is confirmed',
        body: expect.stringContaining('over 55.00 EUR is confirmed'),
      },
    });
    expect(info).toHaveBeenCalledWith('mail', { to: 'a@example.com', subject: 'Your order o1 is confirmed' });
    expect(requests).toEqual([]);
  });

  it('each event becomes its mail', async () => {
    const order = anOrder({ status: 'cancelled', reason: 'out_of_stock' });
    const { take, itemAt } = await delivering('sink', order);
    expect(await take(cancelled)).toEqual(all);
    const { receipt } = (await itemAt(keyOf('cancelled'))) ?? {};
    expect(receipt).toMatchObject({ body: expect.stringContaining('not everything in it is in stock') });
  });

  it('nobody is asked to pay for an order that has moved on', async () => {
    const { take, itemAt } = await delivering('sink');
    expect(await take(awaiting)).toEqual(all);
    expect(await itemAt(keyOf('awaiting_payment'))).toBeUndefined();
  });

  it('an event of an order that is not there comes again', async () => {
    const { take } = await delivering('sink', anOrder({ id: 'o2' as never }));
    expect(await take(confirmed)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });
});

describe('by SES', () => {
  it('goes one request, signed, with the mail as plain text', async () => {
    const { take, itemAt, requests } = await delivering('shop@example.com');
    expect(await take(confirmed)).toEqual(all);
    expect(await take(confirmed)).toEqual(all);
    expect(requests).toHaveLength(1);
    const [{ method, hostname, path, headers, body }] = requests as [HttpRequest];
    expect([method, hostname, path]).toEqual(['POST', 'email.eu-west-1.amazonaws.com', '/v2/email/outbound-emails']);
    expect(headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=id\/\d+\/eu-west-1\/ses\//);
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({
      FromEmailAddress: 'shop@example.com',
      Destination: { ToAddresses: ['a@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: 'Your order o1 is confirmed', Charset: 'UTF-8' },
          Body: { Text: { Data: expect.stringContaining('over 55.00 EUR is confirmed'), Charset: 'UTF-8' } },
        },
      },
    });
    expect(await itemAt(keyOf('confirmed'))).toMatchObject({ status: 'sent', receipt: { messageId: 'ses-1' } });
  });

  it('a mail that SES does not take is not marked as sent, and its event comes again', async () => {
    const { take, itemAt, requests } = await delivering('shop@example.com', undefined, 503);
    expect(await take(confirmed)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(requests).toHaveLength(2);
    expect(await itemAt(keyOf('confirmed'))).toMatchObject({ status: 'sending' });
  });
});
