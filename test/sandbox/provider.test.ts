import { describe, expect, it } from 'vitest';
import { provider } from '#sandbox/http/provider';
import { createSecretsManager } from '../../embedded/aws/secrets/secrets.ts';
import { request } from '../platform/fixtures/request.ts';
import { watchedTable } from '../platform/fixtures/watched-table.ts';

const key = 't1.o1';
const sandbox = () => {
  const { rt } = watchedTable({
    services: [createSecretsManager(new Map([['breakwater/test/provider-key', 'merchant']]))],
  });
  const fn = provider(rt);
  const as = (authorization: string) => (method: string, path: string, body?: unknown) =>
    request(fn, method, path.startsWith('/sandbox') ? path : `/sandbox/charges${path}`, {
      body,
      headers: { authorization },
    });
  return { ask: as('Bearer merchant'), stranger: as('Bearer other'), now: () => rt.now().getTime(), sleep: rt.sleep };
};
const charge = (token: string, amount = 55_00) => ({ key, amount, currency: 'EUR', token });

describe('the sandbox', () => {
  it('shows what it captured, and refunds it once', async () => {
    const { ask } = sandbox();
    expect(await ask('GET', `/${key}`)).toMatchObject({ status: 404, body: { code: 'charge_not_found' } });
    expect(await ask('POST', '', charge('tok_ok'))).toMatchObject({
      status: 200,
      body: { status: 'captured', captured: 55_00 },
    });
    const refund = { refundKey: 'r', amount: 55_00, currency: 'EUR' };
    expect(await ask('POST', `/${key}/refund`, refund)).toMatchObject({
      status: 200,
      body: { status: 'refunded', refunded: 55_00 },
    });
    expect(await ask('POST', `/${key}/refund`, refund)).toMatchObject({ status: 200 });
    expect(await ask('POST', `/${key}/refund`, { ...refund, refundKey: 's' })).toMatchObject({
      status: 409,
      body: { code: 'not_refundable' },
    });
    expect(await ask('GET', `/${key}`)).toMatchObject({
      body: { key, status: 'captured', captured: 55_00, refunded: 55_00 },
    });
  });

  it('does as its tokens say', async () => {
    for (const token of ['tok_declined', 'tok_other', 'toString'])
      expect(await sandbox().ask('POST', '', charge(token))).toMatchObject({
        status: 200,
        body: { status: 'declined', captured: 0 },
      });
  });

  it('answers tok_slow after 3 seconds', async () => {
    const { ask, now } = sandbox();
    const before = now();
    const slow = ask('POST', '', charge('tok_slow'));
    expect(await slow).toMatchObject({ body: { status: 'captured' } });
    expect(now() - before).toBe(3_000);
  });

  it('voids a key for good, or says that it is too late', async () => {
    const early = sandbox();
    expect(await early.ask('POST', `/${key}/void`, {})).toMatchObject({ status: 200, body: { status: 'voided' } });
    expect(await early.ask('POST', '', charge('tok_ok'))).toMatchObject({
      status: 200,
      body: { status: 'voided', captured: 0 },
    });
    const late = sandbox();
    await late.ask('POST', '', charge('tok_ok'));
    expect(await late.ask('POST', `/${key}/void`, {})).toMatchObject({ body: { status: 'captured' } });
    const declined = sandbox();
    await declined.ask('POST', '', charge('tok_declined'));
    expect(await declined.ask('POST', `/${key}/void`, {})).toMatchObject({ body: { status: 'voided' } });
  });

  it('serves its merchant alone', async () => {
    expect(await sandbox().stranger('POST', '', charge('tok_ok'))).toMatchObject({ status: 401 });
  });

  it.each(['t1', 't1.', '.o1', 't1.o1.x'])('has no charge with a key like %s', async (other) => {
    const { ask } = sandbox();
    expect(await ask('GET', `/${other}`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await ask('POST', '', { ...charge('tok_ok'), key: other })).toMatchObject({ status: 422 });
  });

  it.each([
    ['tok_5xx', [503, 503, 503, 503], 404],
    ['tok_flaky', [503, 503, 200, 200], 'captured'],
    ['tok_unknown_then_commits', [503, 200, 200], 'captured'],
  ])('fails as it is told: %s', async (token, statuses, made) => {
    const { ask } = sandbox();
    const answers: number[] = [];
    for (const _ of statuses) answers.push((await ask('POST', '', charge(token))).status);
    expect(answers).toEqual(statuses);
    // of a charge or of the problem that there is none
    expect((await ask('GET', `/${key}`)).body.status).toBe(made);
  });

  it.each([
    ['tok_unreachable', [7_000, 7_000], [503, 503]],
    ['tok_commits_late', [7_000, 0], [200, 200]],
  ])('answers late as it is told: %s', async (token, waits, statuses) => {
    const { ask, now } = sandbox();
    for (const [n, wait] of waits.entries()) {
      const before = now();
      expect((await ask('POST', '', charge(token))).status).toBe(statuses[n]);
      expect(now() - before).toBe(wait);
    }
  });

  it('refuses refunds for good until they are allowed', async () => {
    const { ask } = sandbox();
    await ask('POST', '', charge('tok_refund_refused'));
    const refund = { refundKey: 'r', amount: 55_00, currency: 'EUR' };
    const refused = { status: 409, body: { code: 'refund_refused' } };
    expect(await ask('POST', `/${key}/refund`, refund)).toMatchObject(refused);
    expect(await ask('POST', `/${key}/allow-refund`, {})).toMatchObject({ status: 200 });
    expect(await ask('POST', `/${key}/refund`, refund)).toMatchObject({ status: 200, body: { refunded: 55_00 } });
    expect(await ask('POST', '/t1.o2/allow-refund', {})).toMatchObject({ status: 404 });
  });

  it('is out for one tenant until the time is over, or the outage is ended', async () => {
    const { ask, sleep } = sandbox();
    const out = (tenantId: string, seconds: number) => ask('POST', '/sandbox/outages', { tenantId, seconds });
    expect(await out('t1', 60)).toMatchObject({ status: 200, body: { tenantId: 't1', until: expect.any(String) } });
    const refund = { refundKey: 'r', amount: 55_00, currency: 'EUR' };
    const all = () => [
      ask('POST', '', charge('tok_ok')),
      ask('POST', `/${key}/void`, {}),
      ask('POST', `/${key}/refund`, refund),
    ];
    for (const answer of all()) expect(await answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await ask('GET', `/${key}`)).toMatchObject({ status: 404 });
    expect(await ask('POST', '', { ...charge('tok_ok'), key: 't2.o1' })).toMatchObject({ status: 200 });
    await sleep(60_000);
    expect(await ask('POST', '', charge('tok_ok'))).toMatchObject({ status: 200 });
    await out('t1', 60);
    expect(await ask('POST', `/${key}/refund`, refund)).toMatchObject({ status: 503 });
    await out('t1', 0);
    expect(await ask('POST', `/${key}/refund`, refund)).toMatchObject({ status: 200 });
  });
});
