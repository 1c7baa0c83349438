/** List prices of us-east-1 in USD for a million (of GB for logs), as AWS published them in November 2026, without free tiers. */
export const prices = {
  'state transitions': 25,
  'write units': 0.625,
  'read units': 0.125,
  'API requests': 3.5,
  'bus events': 1,
  'queue requests': 0.4,
  'function requests': 0.2,
  /** Of a function on arm64. */
  'function GB-seconds': 13.3334,
  /** $0.50 for a GB, here for a million bytes. */
  'log bytes': 0.0005,
  traces: 5,
} as const;

export type Item = keyof typeof prices;
export const items = Object.keys(prices) as readonly Item[];
