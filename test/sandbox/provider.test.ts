import { describe, expect, it } from 'vitest';
import { provider } from '#sandbox/sandbox.lambda';
import { createSecretsManager } from '../../embedded/aws/secrets/secrets.ts';
import { request } from '../fixtures/request.ts';
import { createTestTable } from '../fixtures/table.ts';

const key = 't1.o1';
const createSandbox = () => {
  const { rt } = createTestTable({
    services: [createSecretsManager(new Map([['breakwater/test/provider-key', 'merchant']]))],
  });
  const fn = provider.create(rt);
  const as = (authorization: string) => (method: string, path: string, body?: unknown) =>
    request(fn, {
      method,
      path: path.startsWith('/sandbox') ? path : `/sandbox/charges${path}`,
      body,
      headers: { authorization },
    });
  return {
    call: as('Bearer merchant'),
    callWithOtherKey: as('Bearer other'),
    now: () => rt.now().getTime(),
    sleep: rt.sleep,
  };
};
const charge = (token: string, amount = 55_00) => ({ key, amount, currency: 'EUR', token });

describe('the sandbox', () => {
  it('returns what it captured, and refunds it once', async () => {
    const { call } = createSandbox();
    expect(await call('GET', `/${key}`)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
    expect(await call('POST', '', charge('tok_ok'))).toMatchObject({
      status: 200,
      body: { status: 'captured', captured: 55_00 },
    });
    const refund = { refundKey: 'r', amount: 55_00, currency: 'EUR' };
    expect(await call('POST', `/${key}/refund`, refund)).toMatchObject({
      status: 200,
      body: { status: 'refunded', refunded: 55_00 },
    });
    expect(await call('POST', `/${key}/refund`, refund)).toMatchObject({ status: 200 });
    expect(await call('POST', `/${key}/refund`, { ...refund, refundKey: 's' })).toMatchObject({
      status: 409,
      body: { code: 'not_refundable' },
    });
    expect(await call('GET', `/${key}`)).toMatchObject({
      body: { key, status: 'captured', captured: 55_00, refunded: 55_00 },
    });
  });

  it('declines unknown tokens and tok_declined', async () => {
    for (const token of ['tok_declined', 'tok_other', 'toString'])
      expect(await createSandbox().call('POST', '', charge(token))).toMatchObject({
        status: 200,
        body: { status: 'declined', captured: 0 },
      });
  });

  it('responds to tok_slow after 3 seconds', async () => {
    const { call, now } = createSandbox();
    const before = now();
    const slow = call('POST', '', charge('tok_slow'));
    expect(await slow).toMatchObject({ body: { status: 'captured' } });
    expect(now() - before).toBe(3_000);
  });

  it('voids a key permanently, or reports that it was captured', async () => {
    const early = createSandbox();
    expect(await early.call('POST', `/${key}/void`, {})).toMatchObject({ status: 200, body: { status: 'voided' } });
    expect(await early.call('POST', '', charge('tok_ok'))).toMatchObject({
      status: 200,
      body: { status: 'voided', captured: 0 },
    });
    const late = createSandbox();
    await late.call('POST', '', charge('tok_ok'));
    expect(await late.call('POST', `/${key}/void`, {})).toMatchObject({ body: { status: 'captured' } });
    const declined = createSandbox();
    await declined.call('POST', '', charge('tok_declined'));
    expect(await declined.call('POST', `/${key}/void`, {})).toMatchObject({ body: { status: 'voided' } });
  });

  it('lets a person capture, refund and dispute by hand, also during an outage', async () => {
    const { call } = createSandbox();
    await call('POST', '/sandbox/outages', { tenantId: 't1', seconds: 60 });
    const path = `/${key}.2`;
    const money = { amount: 55_00, currency: 'EUR' };
    expect(await call('POST', `${path}/refund-by-hand`, { amount: 1 })).toMatchObject({ status: 404 });
    expect(await call('POST', `${path}/capture-by-hand`, money)).toMatchObject({
      status: 200,
      body: { key: `${key}.2`, status: 'captured', captured: 55_00 },
    });
    expect(await call('POST', `${path}/refund-by-hand`, { amount: 20_00 })).toMatchObject({
      body: { refunded: 20_00, returned: 0 },
    });
    expect(await call('POST', `${path}/refund-by-hand`, { amount: 40_00 })).toMatchObject({
      status: 409,
      body: { code: 'not_refundable' },
    });
    expect(await call('POST', `${path}/dispute`, { amount: 35_00 })).toMatchObject({ body: { disputed: 35_00 } });
    expect(await call('POST', `${path}/dispute`, { amount: 35_00 })).toMatchObject({
      status: 409,
      body: { code: 'not_disputable' },
    });
    await call('POST', '/sandbox/outages', { tenantId: 't1', seconds: 0 });
    expect((await call('GET', `${path}/state`)).body).toEqual({
      ...{ status: 'captured', currency: 'EUR', captured: 55_00 },
      ...{ refunded: 20_00, returned: 0, disputed: 35_00 },
    });
  });

  it('refuses the key of a charge for a refund, and the key of a refund for a charge', async () => {
    const { call } = createSandbox();
    await call('POST', '', charge('tok_ok'));
    const refund = (refundKey: string) => call('POST', `/${key}/refund`, { refundKey, amount: 1, currency: 'EUR' });
    const inUse = { status: 409, body: { code: 'key_in_use' } };
    expect(await refund(key)).toMatchObject(inUse);
    expect(await refund(`${key}.2`)).toMatchObject({ status: 200 });
    expect(await call('POST', '', { ...charge('tok_ok'), key: `${key}.2` })).toMatchObject(inUse);
    expect(await call('POST', `/${key}.2/void`, {})).toMatchObject(inUse);
    expect(await call('POST', `/${key}.2/capture-by-hand`, { amount: 1, currency: 'EUR' })).toMatchObject(inUse);
  });

  it('serves only its merchant', async () => {
    expect(await createSandbox().callWithOtherKey('POST', '', charge('tok_ok'))).toMatchObject({ status: 401 });
  });

  it.each(['t1', 't1.', '.o1', 't1.o1.x', 't1.o1.1', 't1.o1.2.3'])('refuses the key %s', async (other) => {
    const { call } = createSandbox();
    expect(await call('GET', `/${other}`)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
    expect(await call('POST', '', { ...charge('tok_ok'), key: other })).toMatchObject({ status: 422 });
  });

  it.each([
    ['tok_5xx', [503, 503, 503, 503], 404],
    ['tok_flaky', [503, 503, 200, 200], 'captured'],
    ['tok_unknown_then_commits', [503, 200, 200], 'captured'],
  ])('fails as the token says: %s', async (token, statuses, chargeStatus) => {
    const { call } = createSandbox();
    const responses: number[] = [];
    for (const _ of statuses) responses.push((await call('POST', '', charge(token))).status);
    expect(responses).toEqual(statuses);
    // the status of the charge, or of the problem document
    expect((await call('GET', `/${key}`)).body.status).toBe(chargeStatus);
  });

  it.each([
    ['tok_unreachable', [7_000, 7_000], [503, 503]],
    ['tok_commits_late', [7_000, 0], [200, 200]],
  ])('responds late as the token says: %s', async (token, waits, statuses) => {
    const { call, now } = createSandbox();
    for (const [n, wait] of waits.entries()) {
      const before = now();
      expect((await call('POST', '', charge(token))).status).toBe(statuses[n]);
      expect(now() - before).toBe(wait);
    }
  });

  it('refuses refunds until they are allowed', async () => {
    const { call } = createSandbox();
    await call('POST', '', charge('tok_refund_refused'));
    const refund = { refundKey: 'r', amount: 55_00, currency: 'EUR' };
    const refused = { status: 409, body: { code: 'refund_refused' } };
    expect(await call('POST', `/${key}/refund`, refund)).toMatchObject(refused);
    expect(await call('POST', `/${key}/allow-refund`, {})).toMatchObject({ status: 200 });
    expect(await call('POST', `/${key}/refund`, refund)).toMatchObject({ status: 200, body: { refunded: 55_00 } });
    expect(await call('POST', '/t1.o2/allow-refund', {})).toMatchObject({ status: 404 });
  });

  it('has an outage for one tenant until it expires or is ended', async () => {
    const { call, sleep } = createSandbox();
    const startOutage = (tenantId: string, seconds: number) => call('POST', '/sandbox/outages', { tenantId, seconds });
    expect(await startOutage('t1', 60)).toMatchObject({
      status: 200,
      body: { tenantId: 't1', until: expect.any(String) },
    });
    const refund = { refundKey: 'r', amount: 55_00, currency: 'EUR' };
    const sendAll = () => [
      call('POST', '', charge('tok_ok')),
      call('POST', `/${key}/void`, {}),
      call('POST', `/${key}/refund`, refund),
      call('GET', `/${key}/state`),
    ];
    for (const response of sendAll())
      expect(await response).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await call('GET', `/${key}`)).toMatchObject({ status: 404 });
    expect(await call('POST', '', { ...charge('tok_ok'), key: 't2.o1' })).toMatchObject({ status: 200 });
    await sleep(60_000);
    expect(await call('POST', '', charge('tok_ok'))).toMatchObject({ status: 200 });
    await startOutage('t1', 60);
    expect(await call('POST', `/${key}/refund`, refund)).toMatchObject({ status: 503 });
    await startOutage('t1', 0);
    expect(await call('POST', `/${key}/refund`, refund)).toMatchObject({ status: 200 });
  });
});
