import type { BaseRuntime } from '#platform/runtime/runtime';

/** The secret part of a new API key: 192 random bits keep others out. */
export const newSecret = ({ randomBytes }: Pick<BaseRuntime, 'randomBytes'>): string =>
  Buffer.from(randomBytes(24)).toString('base64url');
