import type { Mutant } from './mutant.ts';

export const idempotency: readonly Mutant[] = [
  {
    name: 'any-body-replays',
    bug: 'a used key is answered with what exists, whatever the request under it is',
    file: 'functions/platform/kernel.ts',
    from: "existingDigest === requestDigest ? ok({ value: existing, replayed: true }) : err('key_reused');",
    to: "existingDigest !== requestDigest || existing\n    ? ok({ value: existing, replayed: true })\n    : err('key_reused');",
  },
  {
    name: 'any-payment-replays',
    bug: 'an offline payment under a used key is answered with the first one, whatever it is',
    file: 'functions/orders/domain/customer.ts',
    from: 'replayOf(order, order.paid.requestDigest, requestDigest)',
    to: 'replayOf(order, order.paid.requestDigest, order.paid.requestDigest)',
  },
  {
    name: 'silent-replay',
    bug: 'a replay does not say that it is one',
    file: 'functions/platform/http/route.ts',
    from: 'replayed ? { ...headers, ...REPLAYED_HEADER } : headers',
    to: 'replayed ? { ...headers } : headers',
  },
  {
    name: 'tenant-by-chance',
    bug: 'a tenant gets a new id with each request, even if its idempotency key is the same',
    file: 'functions/tenants/http/create-tenant.ts',
    from: "tenantIdFrom(rt.env('STAGE'), idempotencyKey)",
    to: "tenantIdFrom(rt.env('STAGE'), `${idempotencyKey}${rt.newId()}`)",
  },
  {
    name: 'digest-without-path',
    bug: 'the digest of a request leaves out its path, so that a key of one SKU is accepted for another',
    file: 'functions/platform/http/route.ts',
    from: 'digestOf({ params, body: body?.value })',
    to: 'digestOf({ params: {}, body: body?.value })',
  },
];
