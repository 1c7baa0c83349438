import type { Mutant } from './mutant.ts';

export const keys: readonly Mutant[] = [
  {
    name: 'key-never-expires',
    bug: 'a replaced key is accepted after its overlap',
    file: 'functions/tenants/public.ts',
    from: 'if (stored.expiresAt !== undefined && stored.expiresAt <= rt.now().toISOString()) return undefined;',
    to: '',
  },
  {
    name: 'key-stays-after-revocation',
    bug: 'a revocation leaves the item by which the key is found',
    file: 'functions/tenants/domain/key-ring.ts',
    from: "filter(({ id }) => !after.has(id)).map((key) => ({ kind: 'remove' as const, key }))",
    to: "filter(({ id }) => !to.keys.some((key) => key.id === id)).map((key) => ({ kind: 'remove' as const, key }))",
  },
  {
    name: 'key-ring-of-all-tenants',
    bug: 'a tenant can revoke a key of another tenant',
    file: 'functions/tenants/table/keys.ts',
    from: '({ pk: `tenants#${id}#keys#${id}`',
    to: "({ pk: `tenants#${id && 'all'}#keys#all`",
    usesForeignKeys: true,
  },
  {
    name: 'caches-three-seconds-longer',
    bug: 'caches keep what they have for 8 seconds instead of 5',
    file: 'functions/platform/runtime/ttl-cache.ts',
    from: 'entry && now() < entry.expiresAt ? entry.value',
    to: 'entry && now() < entry.expiresAt + 3_000 ? entry.value',
  },
  {
    name: 'last-use-revives-key',
    bug: 'the record of a last use creates the item of a key that was revoked in between',
    file: 'functions/tenants/table/last-use.ts',
    from: 'attribute_exists(pk) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt <= :before)',
    to: 'attribute_not_exists(lastUsedAt) OR lastUsedAt <= :before',
  },
];
