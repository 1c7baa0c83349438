import { secrets } from '../fixtures/secrets.ts';
import type { Belongings } from './belongings.ts';
import type { Chance } from './chance.ts';
import type { SendRequest } from './client.ts';
import type { Tenant } from './customers.ts';
import { createKeyedSender } from './keyed-requests.ts';

export const KEY_ENDS = [
  ...(['revoked by the tenant', 'revoked by the operator', 'revokes itself'] as const),
  ...(['replaced at once', 'expires'] as const),
] as const;

/** The life of one API key. */
export type KeyChore = {
  readonly shop: number;
  readonly atMs: number;
  readonly name: string;
  /** How it ends. A key that `expires` is replaced with an overlap of 15 minutes. */
  readonly end: (typeof KEY_ENDS)[number];
  /** Its first use is at the moment of its end, so that each can overtake the other. */
  readonly isUsedAtEndOnly: boolean;
};

type Options = {
  readonly send: SendRequest;
  readonly belongings: Belongings;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly report: (invariant: number, message: string) => void;
};
type KeyRecord = { readonly id: string; readonly apiKey?: string; readonly expiresAt?: string };
type MadeKey = Required<Pick<KeyRecord, 'id' | 'apiKey'>>;

const SECOND = 1_000;
/** A revoked key may be accepted for this long after the response to its revocation. */
const MAX_REVOCATION_MS = 5 * SECOND;
export const randomKeyChores = (chance: Chance, shops: number, spanMs: number): readonly KeyChore[] =>
  Array.from({ length: chance.int(1, 3) }, (_, n) => ({
    shop: chance.int(0, shops - 1),
    atMs: chance.int(0, spanMs),
    name: chance.pick(['__proto__', 'constructor', 'till 2', '😀', `key ${n}`]),
    end: chance.pick(KEY_ENDS),
    isUsedAtEndOnly: chance.number() < 0.4,
  }));

/** Tenants that make, use, replace and revoke keys, and try keys that are not theirs (invariant 19). */
export const createKeyHolders = ({ send, belongings, sleep, now, report }: Options) => {
  const sendKeyed = createKeyedSender({ send, report });
  let requests = 0;

  /** `accepted` and `refused` say what the client got. A request that failed says nothing. */
  const use = async (apiKey: string): Promise<'accepted' | 'refused' | 'failed'> => {
    requests += 1;
    // two functions, each with caches of its own
    const target = requests % 2 === 0 ? '/v1/products/nothing' : '/v1/inventory/nothing';
    const { status } = await send('GET', target, { bearer: apiKey });
    if (status === 401) return 'refused';
    return status < 500 ? 'accepted' : 'failed';
  };
  const expectAccepted = async (apiKey: string, what: string) => {
    if ((await use(apiKey)) === 'refused') report(19, `${what} was refused`);
  };
  const expectRefused = async (apiKey: string, what: string) => {
    if ((await use(apiKey)) === 'accepted') report(19, `${what} was accepted`);
  };

  /** Sends the request twice under one key. Undefined if the response with the API key is lost. */
  const make = async (bearer: string, name: string, replaces?: object): Promise<MadeKey | undefined> => {
    requests += 1;
    const [, tenantId = ''] = bearer.split('_');
    const request = { scope: `keys of ${tenantId}`, key: `key ${requests}`, target: '/v1/keys', bearer };
    const body = { name, ...(replaces && { replaces }) };
    const first = await sendKeyed<KeyRecord>({ ...request, body });
    const again = await sendKeyed<KeyRecord>({ ...request, body });
    const { id, apiKey } = [first, again].find(({ status }) => status === 201)?.body ?? {};
    if (id === undefined || apiKey === undefined) return undefined;
    belongings.add('key', tenantId, id);
    return { id, apiKey };
  };

  /** Tries the key with another last character and its secret under another tenant's id, and lets another tenant try to revoke it. */
  const useForeignKeys = async ({ id, apiKey }: MadeKey, other: Tenant | undefined) => {
    await expectRefused(`${apiKey.slice(0, -1)}${apiKey.endsWith('a') ? 'b' : 'a'}`, 'a key that was never made');
    if (!other) return;
    const [, , ...secret] = apiKey.split('_');
    await expectRefused(`bw_${other.id}_${secret.join('_')}`, 'the secret of another tenant');
    const { status } = await send('DELETE', `/v1/keys/${id}`, { bearer: other.apiKey });
    if (status < 300) report(19, `key ${id} was revoked by another tenant`);
    await expectAccepted(apiKey, `key ${id}, which another tenant tried to revoke,`);
  };

  const revoke = async (id: string, target: string, bearer: string) => {
    const { status, body } = await send<KeyRecord>('DELETE', `${target}/${id}`, { bearer });
    // a key that revokes itself gets 401 where only the response was lost
    return status === 200 && body.id === id;
  };

  /** Ends the key; false if the client cannot know whether it has ended. */
  const endKey = async ({ id, apiKey }: MadeKey, { end, name }: KeyChore, tenant: Tenant): Promise<boolean> => {
    if (end === 'revoked by the tenant') return revoke(id, '/v1/keys', tenant.apiKey);
    if (end === 'revokes itself') return revoke(id, '/v1/keys', apiKey);
    if (end === 'revoked by the operator') return revoke(id, `/v1/tenants/${tenant.id}/keys`, secrets['operator-key']);
    const overlapMinutes = end === 'expires' ? 15 : 0;
    const next = await make(tenant.apiKey, name, { id, overlapMinutes });
    if (next) await expectAccepted(next.apiKey, `key ${next.id}, which replaces another,`);
    return next !== undefined;
  };

  /** Uses the key while it must work, until it expires, and afterwards. */
  const outliveOverlap = async ({ id, apiKey }: MadeKey, tenant: Tenant) => {
    const { body } = await send<{ readonly items?: readonly KeyRecord[] }>('GET', '/v1/keys', {
      bearer: tenant.apiKey,
    });
    const expiresAt = Date.parse(body.items?.find((key) => key.id === id)?.expiresAt ?? '');
    if (Number.isNaN(expiresAt)) return;
    await sleep(Math.max(0, expiresAt - 40 * SECOND - now()));
    const isBeforeEnd = now() < expiresAt;
    const outcome = await use(apiKey);
    if (isBeforeEnd && now() < expiresAt && outcome === 'refused')
      report(19, `key ${id} was refused before it expired`);
    await sleep(Math.max(0, expiresAt - 4 * SECOND - now()));
    for (let n = 0; n < 4; n += 1) {
      await use(apiKey);
      await sleep(Math.max(0, Math.min(SECOND, expiresAt - now())));
    }
    await sleep(Math.max(0, expiresAt - now()));
    for (const _ of [1, 2]) await expectRefused(apiKey, `key ${id}, which has expired,`);
  };

  const doChore = async (chore: KeyChore, tenants: readonly Tenant[]) => {
    const tenant = tenants[chore.shop] as Tenant;
    await sleep(chore.atMs);
    const key = await make(tenant.apiKey, chore.name);
    if (!key) return;
    if (!chore.isUsedAtEndOnly) {
      await expectAccepted(key.apiKey, `key ${key.id}, which was made,`);
      await useForeignKeys(
        key,
        tenants.find((other) => other !== tenant),
      );
      // the end follows while every cache has the key
      for (const _ of [1, 2]) await use(key.apiKey);
    }
    const [hasEnded] = await Promise.all([
      endKey(key, chore, tenant),
      chore.isUsedAtEndOnly ? use(key.apiKey) : undefined,
    ]);
    if (!hasEnded) return;
    if (chore.end === 'expires') return outliveOverlap(key, tenant);
    const refusedFrom = now() + MAX_REVOCATION_MS;
    while (now() < refusedFrom - SECOND) {
      await use(key.apiKey);
      await sleep(SECOND);
    }
    await sleep(Math.max(0, refusedFrom - now()));
    for (const waitMs of [0, 0, SECOND, 60 * SECOND]) {
      await sleep(waitMs);
      await expectRefused(key.apiKey, `key ${key.id}, which was revoked more than 5 s ago,`);
    }
  };

  return {
    /** Resolves once the life of every key is over. */
    carryOut: async (chores: readonly KeyChore[], tenants: readonly Tenant[]) => {
      await Promise.all(chores.map((chore) => doChore(chore, tenants)));
    },
  };
};
