import { describe, expect, it } from 'vitest';
import { provider } from '#sandbox/http/provider';
import { secretsManager } from '../../embedded/secrets.ts';
import { request } from '../shared/fixtures/request.ts';
import { watchedTable } from '../shared/fixtures/watched-table.ts';

const key = 't1.o1';
const sandbox = () => {
  const { rt } = watchedTable({ services: [secretsManager(new Map([['breakwater/test/provider-key', 'merchant']]))] });
  const fn = provider(rt);
  const as = (authorization: string) => (method: string, path: string, body?: unknown) =>
    request(fn, method, `/sandbox/charges${path}`, { body, headers: { authorization } });
  return { ask: as('Bearer merchant'), stranger: as('Bearer other'), now: () => rt.now().getTime() };
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
});
