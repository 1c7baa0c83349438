import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KeyHost, openKeyHost } from './fixtures/keys.ts';

const ACCEPTED = [200, 200, 404, 200];
const REFUSED = [401, 401, 401, 401];
const HOUR = 3_600_000;

let host: KeyHost;
beforeEach(async () => {
  host = await openKeyHost();
});
afterEach(() => host.close());

describe('a tenant and its keys', () => {
  it('makes a key that works at once and is returned once', async () => {
    const { acme, makeKey, useEverywhere, listKeys } = host;
    const { apiKey, ...made } = await makeKey(acme.apiKey, { name: ' till 2 ' });
    expect(apiKey).toMatch(new RegExp(`^bw_${acme.id}_[A-Za-z0-9_-]{32}$`));
    expect(made).toEqual({ id: made.id, name: 'till 2', status: 'active', createdAt: made.createdAt });
    expect(await useEverywhere(apiKey)).toEqual(ACCEPTED);
    const listed = await listKeys(acme.apiKey);
    expect(listed.map(({ name, status }) => [name, status])).toEqual([
      ['till 2', 'active'],
      ['first key', 'active'],
    ]);
    const secretOf = (key: string) => key.split('_').slice(2).join('_');
    for (const key of [apiKey, acme.apiKey]) expect(JSON.stringify(listed)).not.toContain(secretOf(key));
    expect(JSON.stringify(listed)).not.toMatch(/digest|[0-9a-f]{64}/);
  });

  it('refuses a revoked key in every function, at the latest 5 s after the response', async () => {
    const { acme, makeKey, revoke, useEverywhere, clock } = host;
    const { id, apiKey } = await makeKey(acme.apiKey);
    expect(await useEverywhere(apiKey)).toEqual(ACCEPTED);
    const { status, body } = await revoke(acme.apiKey, id);
    expect([status, body.id, body.status]).toEqual([200, id, 'revoked']);
    await clock.advance(5_000);
    expect(await useEverywhere(apiKey)).toEqual(REFUSED);
    expect(await useEverywhere(acme.apiKey)).toEqual(ACCEPTED);
  });

  it('revokes a key once: a repeat returns the same record', async () => {
    const { acme, makeKey, revoke, clock } = host;
    const { id } = await makeKey(acme.apiKey);
    const { body: first } = await revoke(acme.apiKey, id);
    await clock.advance(60_000);
    expect((await revoke(acme.apiKey, id)).body).toEqual(first);
  });

  it('revokes the key that it calls with, also the last one; the operator makes another', async () => {
    const { acme, revoke, listKeys, useEverywhere, asOperator, clock } = host;
    const [first] = await listKeys(acme.apiKey);
    expect((await revoke(acme.apiKey, first?.id ?? '')).status).toBe(200);
    await clock.advance(5_000);
    expect(await useEverywhere(acme.apiKey)).toEqual(REFUSED);
    const { status, body } = await asOperator('POST', `/v1/tenants/${acme.id}/keys`, { name: 'way back' });
    expect(status).toBe(201);
    expect(await useEverywhere(body.apiKey)).toEqual(ACCEPTED);
  });

  it.each([15, 1_440])('replaces a key with %d minutes of overlap', async (overlapMinutes) => {
    const { acme, makeKey, useEverywhere, clock, listKeys } = host;
    const old = await makeKey(acme.apiKey, { name: 'old' });
    const made = await makeKey(old.apiKey, { name: 'new', replaces: { id: old.id, overlapMinutes } });
    const madeAt = Date.parse(made.createdAt);
    await clock.advance(madeAt + overlapMinutes * 60_000 - 3_000 - clock.now());
    expect(await useEverywhere(old.apiKey)).toEqual(ACCEPTED);
    await clock.advance(madeAt + overlapMinutes * 60_000 - clock.now());
    // at the very moment, although every cache has seen the key less than 5 s before
    expect(await useEverywhere(old.apiKey)).toEqual(REFUSED);
    expect(await useEverywhere(made.apiKey)).toEqual(ACCEPTED);
    expect((await listKeys(made.apiKey)).find(({ id }) => id === old.id)).toMatchObject({ status: 'expired' });
  });

  it('replaces a key without overlap', async () => {
    const { acme, makeKey, useEverywhere, clock } = host;
    const old = await makeKey(acme.apiKey);
    const made = await makeKey(old.apiKey, { name: 'new', replaces: { id: old.id, overlapMinutes: 0 } });
    await clock.advance(5_000);
    expect(await useEverywhere(old.apiKey)).toEqual(REFUSED);
    expect(await useEverywhere(made.apiKey)).toEqual(ACCEPTED);
  });

  it('shows when a key was last used, to within an hour', async () => {
    const { acme, makeKey, send, listKeys, clock } = host;
    const { id, apiKey } = await makeKey(acme.apiKey);
    const use = () => send({ method: 'GET', target: '/v1/products', key: apiKey });
    const lastUsedAt = async () => (await listKeys(acme.apiKey)).find((key) => key.id === id)?.lastUsedAt;
    expect(await lastUsedAt()).toBeUndefined();
    for (const minutes of [0, 59, 61, 200]) {
      await clock.advance(minutes * 60_000);
      await use();
      const behindMs = clock.now() - Date.parse((await lastUsedAt()) ?? '');
      expect(behindMs).toBeGreaterThanOrEqual(0);
      expect(behindMs).toBeLessThanOrEqual(HOUR);
    }
  });
});

describe('other tenants and the operator', () => {
  it('cannot see or revoke a key of another tenant', async () => {
    const { acme, other, makeKey, revoke, useEverywhere, clock, listKeys } = host;
    const { id, apiKey } = await makeKey(acme.apiKey);
    const refused = await revoke(other.apiKey, id);
    expect([refused.status, refused.body.code]).toEqual([404, 'key_not_found']);
    await clock.advance(5_000);
    expect(await useEverywhere(apiKey)).toEqual(ACCEPTED);
    expect((await listKeys(other.apiKey)).map(({ name }) => name)).toEqual(['first key']);
  });

  it('the operator makes, lists and revokes keys of any tenant, and a tenant cannot use these routes', async () => {
    const { acme, other, asOperator, send, useEverywhere, clock } = host;
    const target = `/v1/tenants/${acme.id}/keys`;
    const { body: made } = await asOperator('POST', target, { name: 'by the operator' });
    expect(await useEverywhere(made.apiKey)).toEqual(ACCEPTED);
    const { body: list } = await asOperator('GET', target);
    expect(list.items.map(({ name }: { name: string }) => name)).toEqual(['by the operator', 'first key']);
    for (const key of [acme.apiKey, other.apiKey])
      expect((await send({ method: 'GET', target, key })).body.code).toBe('forbidden');
    expect((await asOperator('DELETE', `${target}/${made.id}`)).body).toMatchObject({ status: 'revoked' });
    await clock.advance(5_000);
    expect(await useEverywhere(made.apiKey)).toEqual(REFUSED);
    expect((await asOperator('DELETE', `/v1/tenants/${other.id}/keys/${made.id}`)).body.code).toBe('key_not_found');
  });

  it.each<[string, string, unknown?]>([
    ['GET', '/v1/tenants/nobody/keys'],
    ['POST', '/v1/tenants/nobody/keys', { name: 'a' }],
    ['DELETE', '/v1/tenants/nobody/keys/a'],
  ])('%s %s of an unknown tenant is 404', async (method, target, body) => {
    const { status, body: problem } = await host.asOperator(method, target, body);
    expect([status, problem.code]).toEqual([404, 'tenant_not_found']);
  });
});

describe('what a request may say', () => {
  it.each<[number, string, unknown]>([
    [422, 'invalid_body', {}],
    [422, 'invalid_body', { name: '' }],
    [422, 'invalid_body', { name: '  ' }],
    [422, 'invalid_body', { name: 'x'.repeat(101) }],
    [422, 'invalid_body', { name: 7 }],
    [422, 'invalid_body', { name: 'a', expiresAt: '2026-01-01' }],
    [422, 'invalid_body', { name: 'a', replaces: { id: 'a' } }],
    [422, 'invalid_body', { name: 'a', replaces: { id: 'a', overlapMinutes: 5 } }],
    [422, 'invalid_body', { name: 'a', replaces: { id: 'a/b', overlapMinutes: 0 } }],
    [422, 'unknown_key', { name: 'a', replaces: { id: 'constructor', overlapMinutes: 0 } }],
    [422, 'unknown_key', { name: 'a', replaces: { id: '__proto__', overlapMinutes: 0 } }],
  ])('%d %s for %j', async (status, code, body) => {
    const { acme, send } = host;
    const response = await send({ method: 'POST', target: '/v1/keys', key: acme.apiKey, body });
    expect([response.status, response.body.code]).toEqual([status, code]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'a'.repeat(64), '-'])('DELETE of %s is 404', async (id) => {
    const { status, body } = await host.revoke(host.acme.apiKey, id);
    expect([status, body.code]).toEqual([404, 'key_not_found']);
  });

  it('takes every name that is a text', async () => {
    const { acme, makeKey, listKeys } = host;
    const names = ['__proto__', 'constructor', '😀 ключ "1"', '{}', 'x'.repeat(100)];
    for (const name of names) await makeKey(acme.apiKey, { name });
    expect((await listKeys(acme.apiKey)).map(({ name }) => name)).toEqual(
      expect.arrayContaining([...names, 'first key']),
    );
  });

  it('has one effect for one Idempotency-Key, and returns the key once', async () => {
    const { acme, send, listKeys } = host;
    const post = (body: unknown) =>
      send({ method: 'POST', target: '/v1/keys', key: acme.apiKey, idempotencyKey: 'once', body });
    const first = await post({ name: 'a' });
    const again = await post({ name: ' a ' });
    const { apiKey, ...record } = first.body;
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual({ ...record, notice: expect.stringContaining('revoke this key and create another') });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(JSON.stringify(again.body)).not.toContain(apiKey.slice(-32));
    expect((await post({ name: 'b' })).body.code).toBe('key_reused');
    expect(await listKeys(acme.apiKey)).toHaveLength(2);
  });

  it('lists each key once, on pages of any size', async () => {
    const { acme, makeKey, listKeys, send } = host;
    for (const name of ['a', 'b', 'c']) await makeKey(acme.apiKey, { name });
    const listed: string[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 9; pages += 1) {
      const target = `/v1/keys?limit=1${next === '' ? '' : `&cursor=${next}`}`;
      const { body } = await send({ method: 'GET', target, key: acme.apiKey });
      for (const { id } of body.items) listed.push(id);
      next = body.next;
    }
    expect(listed).toEqual((await listKeys(acme.apiKey)).map(({ id }) => id));
  });

  it('allows 20 active keys at a time', async () => {
    const { acme, makeKey, send, revoke } = host;
    const ids: string[] = [];
    for (let n = 1; n < 20; n += 1) ids.push((await makeKey(acme.apiKey, { name: `key ${n}` })).id);
    const post = (body: unknown) => send({ method: 'POST', target: '/v1/keys', key: acme.apiKey, body });
    const [id = ''] = ids;
    expect((await post({ name: 'one more' })).body.code).toBe('too_many_keys');
    expect((await post({ name: 'b', replaces: { id, overlapMinutes: 15 } })).body.code).toBe('too_many_keys');
    expect((await post({ name: 'b', replaces: { id, overlapMinutes: 0 } })).status).toBe(201);
    await revoke(acme.apiKey, ids[1] ?? '');
    expect((await post({ name: 'c' })).status).toBe(201);
  }, 20_000);

  it('refuses to replace a key that has ended', async () => {
    const { acme, makeKey, send, revoke } = host;
    const { id } = await makeKey(acme.apiKey);
    await revoke(acme.apiKey, id);
    const body = { name: 'b', replaces: { id, overlapMinutes: 15 } };
    const response = await send({ method: 'POST', target: '/v1/keys', key: acme.apiKey, body });
    expect([response.status, response.body.code]).toEqual([409, 'key_ended']);
  });
});
