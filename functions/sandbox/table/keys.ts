/** A charge's key begins with its tenant. */
export const tenantOf = (key: string) => key.slice(0, key.indexOf('.'));

// Every key of this context is built here and nowhere else.

export const chargeKey = (key: string) => ({ pk: `sandbox#${tenantOf(key)}#charge#${key}`, sk: 'charge' });
export const callsKey = (key: string) => ({ pk: `sandbox#${tenantOf(key)}#calls#${key}`, sk: 'calls' });
export const outageKey = (tenantId: string) => ({ pk: `sandbox#${tenantId}#outage#${tenantId}`, sk: 'outage' });
