import type { Problems } from '#platform/http/problems';

export const problems = {
  tenant_not_found: {
    status: 404,
    title: 'There is no such tenant.',
    detail:
      "Check the tenant's id. It is in the response that created the tenant, and between the underscores of its API keys.",
  },
  key_not_found: {
    status: 404,
    title: 'The tenant has no such key.',
    detail: "Check the key's id. The list of keys shows it; it is not a part of the API key.",
  },
  key_ended: {
    status: 409,
    title: 'The key to replace is already revoked or expired.',
    detail: 'Make a new key without `replaces`.',
  },
  too_many_keys: {
    status: 409,
    title: 'The tenant already has the maximum number of active keys.',
    detail:
      'Revoke a key that is no longer used (the list shows the last use of each), or replace one with `overlapMinutes` 0.',
  },
  unknown_key: {
    status: 422,
    title: 'The key to replace does not exist.',
    detail: 'Send in `replaces.id` the id of a key of the same tenant. The list of keys shows it.',
  },
} as const satisfies Problems;
