import { createHmac } from 'node:crypto';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';

/** The secret whose value is the key of all digests of addresses. */
export const DIGEST_KEY = 'mailbox-digest-key';

/** A keyed digest, so that the table does not tell whose address an item is about (ADR 74). */
export const digestOf = (key: string, text: string, bytes: number): string =>
  createHmac('sha256', key).update(text).digest().subarray(0, bytes).toString('base64url');

/** Reads the key of the digests. The tables of one function share a reader, so that it reads the secret once. */
export type ReadDigestKey = () => Promise<string>;
export const digestKeyReader = (rt: Runtime<'secrets'>): ReadDigestKey => secretReader(rt, DIGEST_KEY);
