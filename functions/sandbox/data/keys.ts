/** Every key of this context, and no other place makes one. A provider's key begins with its tenant. */
export const chargeKey = (key: string) => ({
  pk: `sandbox#${key.slice(0, key.indexOf('.'))}#charge#${key}`,
  sk: 'charge',
});
