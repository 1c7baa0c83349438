/** How long a request tries against others before its client is told to. */
export const PATIENCE_MS = 4_000;
