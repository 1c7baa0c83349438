import { afterEach, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { names } from '#platform/manifest';
import type { SentMail } from '../../embedded/aws/ses/sent-mail.ts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { seed, toApiKey } from '../../embedded/host/seed.ts';
import { secrets } from '../fixtures/secrets.ts';

const DELIVER = 'notifications-deliver';
const named = names('dev');
const tenants = ['acme', 'other'].map((tenantId) => ({ tenantId, secret: '0123456789abcdef' }));
const BOUNCE = 'bounce@simulator.amazonses.com';
const COMPLAINT = 'complaint@simulator.amazonses.com';

let opened: Host | undefined;
afterEach(() => opened?.close());

/** The whole backend with SES and two tenants, and what its functions log. */
const openShops = async () => {
  const mails: SentMail[] = [];
  const bodies: string[] = [];
  const host = createHost({
    ...{ contexts, secrets, scheduleIntervalMs: () => 3_600_000 },
    mail: { from: 'shop@example.com', onMail: (mail) => mails.push(mail) },
    interceptors: {
      deliver(_queue, body, proceed) {
        if (body.includes('"Mail')) bodies.push(body);
        proceed();
      },
    },
  });
  opened = host;
  for (const tenant of tenants) await seed(host, tenant);
  let orders = 0;
  /** Orders a mug for this address, and waits until nothing is in progress. Returns the order's id. */
  const order = async (email: string, tenantId = 'acme') => {
    orders += 1;
    const { body } = await host.request({
      ...{ method: 'POST', target: '/v1/orders' },
      headers: [
        ['authorization', `Bearer ${toApiKey({ tenantId, secret: '0123456789abcdef' })}`],
        ['idempotency-key', `order-${orders}`],
      ],
      body: JSON.stringify({
        ...{ lines: [{ sku: 'mug', quantity: 1 }], customer: { email }, payment: { token: 'tok_ok' } },
      }),
    });
    await host.whenIdle();
    return JSON.parse(body).id as string;
  };
  const call = async (target: string, input: object) =>
    JSON.parse((await host.callAws({ target, body: JSON.stringify(input) })).json);
  const delivery = async (orderId: string, tenantId = 'acme') => {
    const Key = { pk: { S: `notifications#${tenantId}#delivery#${orderId}.confirmed` }, sk: { S: 'delivery' } };
    const { Item = {} } = await call('DynamoDB_20120810.GetItem', { TableName: named.table, Key });
    return Object.fromEntries(
      ['status', 'because', 'bounce'].flatMap((name) => (Item[name] ? [[name, Item[name].S]] : [])),
    );
  };
  const items = async (text: string) => {
    const { Items } = await call('DynamoDB_20120810.Scan', { TableName: named.table });
    return (Items as { pk: { S: string } }[]).filter(({ pk }) => pk.S.includes(text));
  };
  const deadLetters = async () => {
    const QueueUrl = `${host.origin}/000000000000/${named.deadLetters(DELIVER)}`;
    const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], VisibilityTimeout: 0 };
    const { Messages = [] } = await call('AmazonSQS.ReceiveMessage', input);
    return Messages as { Body: string; MessageAttributes: Record<string, { StringValue: string }> }[];
  };
  /** Puts a message into the worker's queue, as a rule does. */
  const send = async (message: unknown) => {
    const QueueUrl = `${host.origin}/000000000000/${named.queue(DELIVER)}`;
    await call('AmazonSQS.SendMessage', { QueueUrl, MessageBody: JSON.stringify(message) });
    await host.whenIdle();
  };
  return { host, mails, bodies, order, delivery, items, deadLetters, send };
};

const eventOf = (detail: object, type = 'MailBounced.v1') => ({
  'detail-type': type,
  detail: {
    ...{ id: 'e1', type, at: '2026-11-01T00:00:00Z', tenantId: 'acme', aggregateId: 'o1', version: 0 },
    data: { kind: 'confirmed', messageId: 'm', sentAt: '2026-11-01T00:00:00.000Z', bounceType: 'Permanent' },
    ...detail,
  },
});

describe('a mail that comes back', () => {
  it.each([
    [BOUNCE, { status: 'bounced', bounce: 'permanent' }, 'bounced'],
    ['Bounce+7@simulator.amazonses.com', { status: 'bounced', bounce: 'permanent' }, 'bounced'],
    ['suppressionlist@simulator.amazonses.com', { status: 'bounced', bounce: 'permanent' }, 'bounced'],
    [COMPLAINT, { status: 'complained' }, 'complained'],
    ['complaint+7@simulator.amazonses.com', { status: 'complained' }, 'complained'],
    ['ooto@simulator.amazonses.com', { status: 'bounced', bounce: 'transient' }, undefined],
    ['success@simulator.amazonses.com', { status: 'sent' }, undefined],
    ['bounce@example.com', { status: 'sent' }, undefined],
  ])('from %s shows as %o, and the next mail to it is withheld: %s', async (email, shown, because) => {
    const { order, delivery, mails, deadLetters } = await openShops();
    expect(await delivery(await order(email))).toEqual(shown);
    const next = await order(email);
    expect(await delivery(next)).toEqual(because ? { status: 'withheld', because } : shown);
    expect(mails).toHaveLength(because ? 1 : 2);
    expect(await deadLetters()).toEqual([]);
  });

  it('blocks the address for its tenant alone', async () => {
    const { order, delivery, items } = await openShops();
    await order(BOUNCE);
    expect(await items('#blocked-address#')).toMatchObject([
      { pk: { S: expect.stringMatching(/^notifications#acme#/) } },
    ]);
    // the mail of the other tenant is sent, and bounces by itself
    expect(await delivery(await order(BOUNCE, 'other'), 'other')).toEqual({ status: 'bounced', bounce: 'permanent' });
    expect(await items('#blocked-address#')).toHaveLength(2);
  });

  it('brings no address into the queue, and stores none', async () => {
    const { order, bodies, items } = await openShops();
    await order(BOUNCE);
    await order(COMPLAINT);
    expect(bodies).toHaveLength(2);
    expect(JSON.stringify([bodies, await items('notifications#')])).not.toContain('simulator');
  });

  it('has the tags by which its event finds the delivery', async () => {
    const { order, mails } = await openShops();
    const aggregate = await order(BOUNCE);
    expect(mails).toMatchObject([{ tags: { tenant: 'acme', aggregate, kind: 'confirmed' } }]);
  });
});

describe('an event of SES', () => {
  it('is recorded once, however often it comes', async () => {
    const { order, send, bodies, delivery, items, deadLetters } = await openShops();
    const id = await order(BOUNCE);
    const before = await items('notifications#');
    for (const body of bodies.slice()) for (let n = 0; n < 3; n += 1) await send(JSON.parse(body));
    expect(await items('notifications#')).toEqual(before);
    expect(await delivery(id)).toEqual({ status: 'bounced', bounce: 'permanent' });
    expect(await deadLetters()).toEqual([]);
  });

  it('of an unknown delivery, or of one of another tenant, changes nothing and is no dead letter', async () => {
    const { order, send, delivery, items, deadLetters } = await openShops();
    const aggregateId = await order('ada@example.com');
    await send(eventOf({ aggregateId: 'unknown' }));
    await send(eventOf({ tenantId: 'other', aggregateId }));
    expect(await delivery(aggregateId)).toEqual({ status: 'sent' });
    expect(await items('#blocked-address#')).toEqual([]);
    expect(await deadLetters()).toEqual([]);
  });

  it('that is a complaint after a bounce, or the other way round, ends as a complaint', async () => {
    for (const types of [
      ['MailBounced.v1', 'MailComplained.v1'],
      ['MailComplained.v1', 'MailBounced.v1'],
    ]) {
      const { order, send, delivery, mails } = await openShops();
      const aggregateId = await order('ada@example.com');
      for (const type of types) await send(eventOf({ aggregateId }, type));
      expect(await delivery(aggregateId)).toEqual({ status: 'complained' });
      expect(await delivery(await order('ada@example.com'))).toEqual({ status: 'withheld', because: 'complained' });
      expect(mails).toHaveLength(1);
      opened?.close();
    }
  });

  it.each([
    [
      'an unknown type of bounce',
      { data: { kind: 'confirmed', messageId: 'm', sentAt: '2026-11-01T00:00:00.000Z', bounceType: 'Odd' } },
      'bounceType',
    ],
    ['a tenant that cannot be one', { tenantId: 'Not One' }, 'tenantId'],
    ['no time', { at: undefined }, 'at'],
  ])('with %s is a dead letter at once, which says what is wrong', async (_, change, field) => {
    const { send, deadLetters } = await openShops();
    await send(eventOf(change));
    const [letter, ...others] = await deadLetters();
    expect(others).toEqual([]);
    expect(letter?.MessageAttributes['error']?.StringValue).toContain(field);
  });
});

describe('what SES publishes on the default bus', () => {
  const tagsOf = (aggregate: string) => ({
    ...{ 'ses:configuration-set': [named.mails], 'ses:from-domain': ['example.com'] },
    ...{ tenant: ['acme'], aggregate: [aggregate], kind: ['confirmed'] },
  });
  /** A bounce in the form that AWS documents, of this order's mail. */
  const bounceOf = (tags: object, change: object = {}) => ({
    ...{ source: 'aws.ses', detailType: 'Email Bounced', resources: [] },
    detail: {
      eventType: 'Bounce',
      bounce: {
        ...{
          feedbackId: 'f-1',
          bounceType: 'Permanent',
          bounceSubType: 'General',
          timestamp: '2026-11-01T00:00:00.000Z',
        },
        bouncedRecipients: [{ emailAddress: 'ada@example.com', action: 'failed', status: '5.1.1' }],
        ...change,
      },
      mail: { timestamp: '2026-11-01T00:00:00.000Z', messageId: 'm-1', destination: ['ada@example.com'], tags },
    },
  });

  it('blocks the address of the order, whichever addresses an event with several recipients names', async () => {
    const { host, order, delivery } = await openShops();
    const id = await order('ada@example.com');
    const bouncedRecipients = ['eve@example.com', 'forwarded@example.org'].map((emailAddress) => ({ emailAddress }));
    host.publishServiceEvent(bounceOf(tagsOf(id), { bouncedRecipients }));
    await host.whenIdle();
    expect(await delivery(id)).toEqual({ status: 'bounced', bounce: 'permanent' });
    expect(await delivery(await order('eve@example.com'))).toEqual({ status: 'sent' });
    expect(await delivery(await order('ada@example.com'))).toEqual({ status: 'withheld', because: 'bounced' });
  });

  it.each([
    ['Permanent', 'permanent', 1],
    ['Transient', 'transient', 0],
    ['Undetermined', 'transient', 0],
  ])('shows a bounce of the type %s as %s, and blocks %i address', async (bounceType, bounce, count) => {
    const { host, order, delivery, items } = await openShops();
    const id = await order('ada@example.com');
    host.publishServiceEvent(bounceOf(tagsOf(id), { bounceType }));
    await host.whenIdle();
    expect(await delivery(id)).toEqual({ status: 'bounced', bounce });
    expect(await items('#blocked-address#')).toHaveLength(count);
  });

  it.each([
    ['a mail without our tags', { 'ses:configuration-set': [named.mails] }, {}],
    ['a mail of another stage', { ...tagsOf('o1'), 'ses:configuration-set': ['breakwater-prod'] }, {}],
    ['a delivery', tagsOf('o1'), { detailType: 'Email Delivered' }],
    ['another service', tagsOf('o1'), { source: 'aws.s3' }],
  ])('is ignored of %s', async (_, tags, change) => {
    const { host, bodies } = await openShops();
    host.publishServiceEvent({ ...bounceOf(tags), ...change });
    await host.whenIdle();
    expect(bodies).toEqual([]);
  });
});
